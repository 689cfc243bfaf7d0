// The inbox with what else its practice's users may do: see the message and its attachments, change the controls.
// spec: messaging SG-04, SG-18, §5.2 (HTML made safe); national-service DCC-01, DCC-02
import { attachmentType, base64Bytes, safeHtml } from '@gp-connect/foundation/itk3';
import { ZodError } from 'zod';
import type { CareSetting, FilingStop, InboundProduct, InboundSwitch } from '../../controls/index.ts';
import type { Inbox } from '../open-inbox.ts';
import type { StaffUser } from '../ports.ts';
import { demand, visibleItem } from '../review/access.ts';
import { InboxRefusal } from '../review/refusals.ts';
import { entryRows } from '../review/rows.ts';
import { rawMessage } from '../review/stored-message.ts';
import { changeSettings, settingsOf } from '../settings.ts';
import type { Content } from './routes.ts';

export type ControlledInbox = ReturnType<typeof controlledInbox>;

/** States what the contract says about switching it. spec: DCC-02, SG-04 */
const consequence =
  'Practices are contracted to have Update Record switched on; messages that are turned away are told to their senders.';

export function controlledInbox(inbox: Inbox) {
  const { db, inbound, ports } = inbox.rooms;
  const lead = async (practice: string, user: StaffUser) => {
    const settings = await settingsOf(db, practice);
    demand(user, settings, 'leadRoles');
    return settings;
  };
  const changedBy = (user: StaffUser, reason: string) => ({
    actor: `${user.name} (${user.id}), ${user.role}`,
    reason,
  });
  const controls = async (practice: string) => {
    const { switches, takenFrom, blockedSenders, stops } = await inbound.of(practice);
    return {
      switches,
      takenFrom: [...takenFrom].map(([product, settings]) => ({ product, settings: [...settings] })),
      blockedSenders: [...blockedSenders.values()],
      stops,
      changes: await inbound.changes(practice),
      consequence,
    };
  };
  return {
    ...inbox,
    async controls(practice: string, user: StaffUser) {
      await lead(practice, user);
      return controls(practice);
    },
    async setSwitches(
      practice: string,
      change: { names: readonly InboundSwitch[]; enabled: boolean; reason: string },
      user: StaffUser,
    ) {
      await lead(practice, user);
      await inbound.set(practice, change.names, change.enabled, changedBy(user, change.reason));
      return controls(practice);
    },
    async setBlock(
      practice: string,
      change: { sender: string; blocked: boolean; reason: string },
      user: StaffUser,
    ) {
      await lead(practice, user);
      await inbound.block(
        practice,
        change.sender.toUpperCase(),
        change.blocked,
        changedBy(user, change.reason),
      );
      return controls(practice);
    },
    /** Messages of a product from chosen care settings only (DCC-03). */
    async setTakenFrom(
      practice: string,
      change: { product: InboundProduct; settings: readonly CareSetting[] | null; reason: string },
      user: StaffUser,
    ) {
      await lead(practice, user);
      if (ports.careSettingOf === undefined && change.settings !== null) {
        throw new InboxRefusal('INPUT', 'This system cannot tell the care setting of a sender', 'DCC-03');
      }
      const by = changedBy(user, change.reason);
      await inbound.takeFrom(practice, change.product, change.settings ?? undefined, by);
      return controls(practice);
    },
    /** A stop can be made by any clinician at once; it is lifted by a lead. */
    async setStop(
      practice: string,
      change: Pick<FilingStop, 'kind' | 'value'> & { stopped: boolean; reason: string },
      user: StaffUser,
    ) {
      demand(user, await settingsOf(db, practice), change.stopped ? 'reviewRoles' : 'leadRoles');
      await inbound.stop(practice, change, change.stopped, changedBy(user, change.reason));
      return controls(practice);
    },
    settings: (practice: string, user: StaffUser) => lead(practice, user),
    async changeSettings(practice: string, change: unknown, reason: string, user: StaffUser) {
      await lead(practice, user);
      try {
        return await changeSettings(db, practice, change, reason, user, ports.now());
      } catch (error) {
        if (error instanceof ZodError) throw new InboxRefusal('INPUT', error.issues[0]!.message);
        throw error;
      }
    },
    async extract(practice: string, nhsNumber: string, user: StaffUser) {
      demand(user, await settingsOf(db, practice), 'reviewRoles');
      return inbox.patientExtract(practice, nhsNumber);
    },
    /** The message exactly as it came. */
    async rawMessage(practice: string, itemKey: number, user: StaffUser): Promise<Content> {
      const settings = await settingsOf(db, practice);
      demand(user, settings, 'readRoles');
      const item = await visibleItem(db, practice, itemKey, user, settings);
      const raw = await rawMessage({ db, ports }, practice, item.message_key);
      if (raw === undefined) throw new InboxRefusal('NOT_FOUND', 'The message is not kept any longer');
      return { contentType: 'application/octet-stream', bytes: raw.bytes };
    },
    /** An attachment by the position of its entry. HTML is made safe before it is shown. */
    async attachment(practice: string, itemKey: number, position: number, user: StaffUser): Promise<Content> {
      const settings = await settingsOf(db, practice);
      demand(user, settings, 'readRoles');
      await visibleItem(db, practice, itemKey, user, settings);
      const entry = (await entryRows(db, practice, itemKey)).find((row) => row.position === position);
      const resource = JSON.parse(entry?.resource ?? '{}') as {
        contentType?: string;
        content?: string;
        valueAttachment?: { contentType?: string; data?: string };
      };
      const sent = resource.valueAttachment?.data ?? resource.content;
      if (sent === undefined) throw new InboxRefusal('NOT_FOUND', 'There is no such attachment');
      const type = attachmentType(resource.valueAttachment?.contentType ?? resource.contentType ?? '');
      const bytes = base64Bytes(sent) ?? Buffer.alloc(0);
      if (type?.mime === 'text/html') {
        return {
          contentType: 'text/html; charset=utf-8',
          bytes: Buffer.from(safeHtml(Buffer.from(bytes).toString('utf8'))),
        };
      }
      return { contentType: type?.mime ?? 'application/octet-stream', bytes };
    },
  };
}
