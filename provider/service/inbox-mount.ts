// The inbox inside a provider: collecting from the practices' mailboxes, and the listener for the practices' own users.
// spec: messaging §4, §10; docs/practice-inbox-api.md
import { randomUUID } from 'node:crypto';
import { type ListenAddress, type Logger, type Metrics, startListening } from '@gp-connect/foundation/http';
import type { Store } from '@gp-connect/foundation/store';
import { demonstrationSource, type TerminologySource } from '@gp-connect/foundation/terminology';
import { type RestVault, serverTls } from '@gp-connect/foundation/trust';
import type { PracticeAudit } from '../audit/index.ts';
import { type Controls, openInbound } from '../controls/index.ts';
import {
  type AnswerJournal,
  type AnswerSendEntry,
  answerJournal,
  type Inbox,
  type InboxPorts,
  type Mailbox,
  openInbox,
  practiceServer,
  type RecordPreview,
  type RulePacks,
  type Rules,
  type StaffVerifier,
  sealEarlier,
  storedRules,
} from '../inbox/index.ts';
import { practiceRecallRoutes, type RecallDesk } from '../recall/index.ts';
import type { Records } from '../record/index.ts';
import { openRecallMail, type RecallMail } from './recall-mail.ts';

export interface PracticeMailbox {
  readonly practice: string;
  readonly mailbox: Mailbox;
}

/** The send journal of a mailbox, of the shape the MESH client asks for. */
export type OpenAnswerJournal = <Entry extends AnswerSendEntry>(mailbox: string) => AnswerJournal<Entry>;

/** What whoever composes a deployment gives the inbox. */
export interface InboxComposition {
  /** Who a bearer token at the practice listener belongs to. */
  readonly staff: StaffVerifier;
  /** Each practice's mailbox; without any nothing is collected. */
  readonly mailboxes?: readonly PracticeMailbox[];
  /**
   * Opens the mailboxes over journals in the inbox's own database, so that an answer leaves once whatever happens to
   * the process. Takes the place of `mailboxes`.
   */
  readonly openMailboxes?: (journal: OpenAnswerJournal) => readonly PracticeMailbox[];
  readonly terminology?: TerminologySource;
  /** The rule packs that are loaded, over `terminology`, if left out. */
  readonly rules?: Rules;
  /** Pause between two rounds of collecting; 10 seconds if left out. MESH asks for no less than that. */
  readonly pauseMs?: number;
  readonly ports?: Partial<
    Pick<InboxPorts, 'scan' | 'isActivePharmacy' | 'careSettingOf' | 'senderProductOf' | 'onResponse'>
  >;
}

export interface InboxMount {
  readonly composition: InboxComposition;
  readonly listen: ListenAddress;
  readonly identity: { readonly key: string; readonly cert: string; readonly ca: string };
  readonly vault: RestVault;
  // biome-ignore lint/suspicious/noExplicitAny: the deployment's own tables are of no matter here
  readonly store: Store<any>;
  readonly records: Records;
  readonly controls: Controls;
  readonly audit: PracticeAudit;
  readonly preview: RecordPreview;
  readonly packs: RulePacks;
  /** Where practices work their recall lists. */
  readonly recall: RecallDesk;
  readonly clock: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

export interface RunningInbox {
  readonly inbox: Inbox;
  readonly address: ListenAddress;
  /** One round over every mailbox now. */
  collect(): Promise<void>;
  close(): Promise<void>;
}

const loopback: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
/** Overdue tasks, held messages and the audit are looked after this often. */
const TICK_MS = 60_000;

export async function startInbox(given: InboxMount): Promise<RunningInbox> {
  const mount = withMailboxes(given);
  const { composition, listen, identity, controls, logger, metrics } = mount;
  const recallMail = openRecallMail({ ...mount, desk: mount.recall });
  const inbox = openInbox({
    store: mount.store,
    records: mount.records,
    controls,
    inbound: openInbound(mount.store.db, () => new Date(mount.clock())),
    ports: portsOf(mount, recallMail),
  });
  const plain = loopback.includes(listen.host);
  const server = practiceServer({
    inbox,
    staff: composition.staff,
    logger,
    metrics,
    // Users bring a token, not a certificate.
    ...(plain ? {} : { tls: { ...serverTls(identity, { clients: 'answer' }), requestCert: false } }),
    isHosted: async (ods) => (await controls.of(ods)) !== undefined,
  });
  await server.register(practiceRecallRoutes, {
    desk: mount.recall,
    records: mount.records,
    staff: composition.staff,
    isHosted: async (ods) => (await controls.of(ods)) !== undefined,
  });
  const address = await startListening(server, 'practice inbox', listen);
  await sealEarlier(mount.store.db, mount.vault);
  const rounds = startRounds(inbox, recallMail, mount);
  return {
    inbox,
    address,
    collect: rounds.collect,
    async close() {
      await rounds.stop();
      await server.close();
    },
  };
}

function withMailboxes(mount: InboxMount): InboxMount {
  const { composition, store } = mount;
  const mailboxes = composition.openMailboxes?.((mailbox) => answerJournal(store.db, mailbox));
  return mailboxes === undefined ? mount : { ...mount, composition: { ...composition, mailboxes } };
}

function portsOf(
  { composition, controls, audit, preview, packs, clock, logger, vault }: InboxMount,
  recallMail: RecallMail,
): InboxPorts {
  const terminology = composition.terminology ?? demonstrationSource();
  const practices = new Map(
    (composition.mailboxes ?? []).map(({ practice, mailbox }) => [mailbox.id, practice]),
  );
  return {
    async practiceOf({ mailbox }) {
      const hosted = await controls.of(practices.get(mailbox) ?? '');
      return hosted && { ods: hosted.practice.ods, name: hosted.practice.name, mailbox };
    },
    vault,
    rules: composition.rules ?? storedRules(packs, terminology, () => new Date(clock())),
    ...(composition.rules === undefined ? { packs } : {}),
    terminology,
    now: () => new Date(clock()),
    newId: randomUUID,
    onAlert: ({ kind, practice, detail }) => logger.error({ practice, alert: kind }, detail),
    audit: (act) => audit.administrative(act),
    async readersSince(practice, nhsNumber, since) {
      const reads = await audit.reads({
        practice,
        people: new Map([[nhsNumber, { from: since.toISOString(), to: null }]]),
        actor: 'inbox',
        scope: 'who read the record since the entry was filed',
        need: 'quarantine of a misfiled entry',
      });
      return reads.map(({ at, organisation, product, staff }) => ({
        at,
        organisation: organisation?.ods ?? null,
        product,
        user: staff,
      }));
    },
    reads: ({ practice, nhsNumber, from, to, before, limit, actor, need }) =>
      audit.reads({
        practice,
        people: new Map([[nhsNumber, { from, to }]]),
        actor,
        scope: 'who read the record of one patient',
        need,
        page: { limit, ...(before === undefined ? {} : { before }) },
      }),
    preview,
    ...composition.ports,
    onResponse: async (meta, body) =>
      (await recallMail.take(meta, body)) || ((await composition.ports?.onResponse?.(meta, body)) ?? false),
  };
}

/** Collects round after round until stopped; a round that fails is told and tried again. */
function startRounds(
  inbox: Inbox,
  recallMail: RecallMail,
  { composition, controls, clock, logger }: InboxMount,
) {
  const mailboxes = composition.mailboxes ?? [];
  let stopped = false;
  let underWay: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let tickedAt = 0;

  const round = async (): Promise<void> => {
    for (const { practice, mailbox } of mailboxes) {
      try {
        await inbox.collect(mailbox);
        await recallMail.send(practice, mailbox);
      } catch (error) {
        logger.error({ err: error, mailbox: mailbox.id }, 'a mailbox could not be collected');
      }
    }
    if (clock() - tickedAt < TICK_MS) return;
    tickedAt = clock();
    try {
      const practices = await Promise.all(
        mailboxes.map(async ({ practice, mailbox }) => {
          const hosted = await controls.of(practice);
          return hosted ? [{ ods: practice, name: hosted.practice.name, mailbox: mailbox.id }] : [];
        }),
      );
      await inbox.tick(practices.flat());
    } catch (error) {
      logger.error({ err: error }, 'the inbox could not be looked after');
    }
  };
  /** Rounds never run beside each other. */
  const collect = async (): Promise<void> => {
    await underWay;
    underWay = round().finally(() => {
      underWay = undefined;
    });
    await underWay;
  };
  const next = (): void => {
    if (stopped) return;
    timer = setTimeout(() => void collect().finally(next), composition.pauseMs ?? 10_000);
    timer.unref();
  };
  if (mailboxes.length > 0) next();
  return {
    collect,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await underWay;
    },
  };
}
