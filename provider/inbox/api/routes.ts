// The inbox as a JSON API for the practice's own users: every row of the table is one thing a user can do.
// spec: messaging §10; docs/practice-inbox-api.md. No decisions here.
import { severities } from '@gp-connect/foundation/plausibility';
import { z } from 'zod';
import { careSettings, inboundProducts, inboundSwitchNames } from '../../controls/index.ts';
import type { StaffUser } from '../ports.ts';
import { amendmentChanges } from '../review/amendment.ts';
import { actionsTaken, refusalReasons } from '../review/decision-rules.ts';
import { InboxRefusal } from '../review/refusals.ts';
import { MOST_READS } from '../review/who-read.ts';
import type { ControlledInbox } from './controlled-inbox.ts';

const text = z.string().trim().max(4_000);
const reason = text.min(1).max(500);
const version = z.number().int().min(1);
const keys = z.array(z.number().int().min(1)).min(1).max(20_000);
const odsCode = z.string().regex(/^[A-Z0-9]{3,10}$/i);
const nhsNumber = z.string().regex(/^\d{10}$/);
const cursor = z.string().regex(/^\d{1,15}$/);
const instant = z.iso.date().or(z.iso.datetime({ offset: true }));

const decision = z.strictObject({
  ref: z.string().min(1).max(200),
  decision: z.enum(['accept', 'amend', 'text-only', 'refuse', 'override']),
  reason: text.optional(),
  actionTaken: z.enum(actionsTaken).optional(),
  actionNote: text.optional(),
  confirmed: z.boolean().optional(),
  amendment: amendmentChanges.optional(),
});

const stricterRule = z.strictObject({
  id: z.string().regex(/^[A-Z]{1,4}-\d{2}$/),
  severity: z.enum(severities).optional(),
  overridable: z.boolean().optional(),
  parameters: z.record(z.string(), z.union([z.number(), z.array(z.string().max(100)).max(500)])).optional(),
});

const bodies = {
  none: z.undefined(),
  version: z.strictObject({ version }),
  decisions: z.strictObject({ version, decisions: z.array(decision).min(1).max(700) }),
  amendment: z.strictObject({ ref: z.string().min(1).max(200), amendment: amendmentChanges }),
  completion: z.strictObject({ version, visibleOnline: z.boolean().optional() }),
  refusal: z.strictObject({ version, reason: z.enum(refusalReasons), note: text.optional() }),
  lookBack: z.strictObject({
    code: z
      .string()
      .regex(/^\d{6,18}$/)
      .optional(),
    sender: odsCode.optional(),
    from: instant.optional(),
    to: instant.optional(),
    messageId: z.string().max(100).optional(),
  }),
  since: z.strictObject({ since: instant }),
  bulkTasks: z.strictObject({ filed: keys, note: reason }),
  bulkError: z.strictObject({ filed: keys, confirmed: z.number().int().min(1), reason }),
  reason: z.strictObject({ reason }),
  switches: z.strictObject({
    names: z.array(z.enum(inboundSwitchNames)).min(1),
    enabled: z.boolean(),
    reason,
  }),
  takenFrom: z.strictObject({
    product: z.enum(inboundProducts),
    settings: z.array(z.enum(careSettings)).max(careSettings.length).nullable(),
    reason,
  }),
  block: z.strictObject({ sender: odsCode, blocked: z.boolean(), reason }),
  stop: z.strictObject({
    kind: z.enum(['code', 'sender']),
    value: z.string().regex(/^[A-Za-z0-9]{3,18}$/),
    stopped: z.boolean(),
    reason,
  }),
  settings: z.strictObject({ change: z.record(z.string(), z.unknown()), reason }),
  extract: z.strictObject({ nhsNumber }),
  fromSender: z.strictObject({
    nhsNumber,
    sender: odsCode,
    from: instant.optional(),
    to: instant.optional(),
    reason,
  }),
  releaseSender: z.strictObject({ nhsNumber, sender: odsCode, reason }),
  practicePack: z.strictObject({
    pack: z.strictObject({
      id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/),
      version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/),
      rules: z.array(stricterRule).max(200),
    }),
    effectiveFrom: z.iso.datetime({ offset: true }).optional(),
    reason,
  }),
  reads: z.strictObject({
    nhsNumber,
    from: instant.optional(),
    to: instant.optional(),
    cursor: cursor.optional(),
    limit: z.number().int().min(1).max(MOST_READS).optional(),
  }),
  preview: z.strictObject({ nhsNumber, view: z.string().min(1).max(50) }),
} as const;

type Bodies = typeof bodies;

/** What a handler gets: checked and parsed. */
export interface Asked<Body> {
  readonly practice: string;
  readonly user: StaffUser;
  /** The number in the path, where there is one. */
  readonly key: number;
  /** The last part of the path, where there is one. */
  readonly part: string;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly body: Body;
}

/** Bytes to be handed out as they are, with their type. */
export interface Content {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

export interface PracticeRoute {
  readonly method: 'GET' | 'POST';
  /** Under `/practice/v1/{ODS}`. */
  readonly path: string;
  readonly body: z.ZodType;
  readonly answer: (inbox: ControlledInbox, asked: Asked<never>) => Promise<unknown>;
}

function route<Name extends keyof Bodies>(
  method: PracticeRoute['method'],
  path: string,
  body: Name,
  answer: (inbox: ControlledInbox, asked: Asked<z.infer<Bodies[Name]>>) => Promise<unknown>,
): PracticeRoute {
  return { method, path, body: bodies[body], answer: answer as PracticeRoute['answer'] };
}

const done = async (work: Promise<unknown>): Promise<{ done: true }> => {
  await work;
  return { done: true };
};
const day = (from: string | undefined): Date => {
  const at = new Date(from ?? Number.NaN);
  if (Number.isNaN(at.getTime())) throw new InboxRefusal('INPUT', 'since must be a day or an instant');
  return at;
};

/** ODS codes are kept in upper case. */
const senderIn = <From extends { readonly sender: string }>(from: From): From => ({
  ...from,
  sender: from.sender.toUpperCase(),
});

/** Where a page begins and how long it is. */
function pageOf({ cursor: from, limit }: Asked<unknown>['query']) {
  const parsed = z.object({ cursor: cursor.optional(), limit: z.coerce.number().int().min(1).optional() });
  const page = parsed.safeParse({ cursor: from, limit });
  if (!page.success) throw new InboxRefusal('INPUT', 'cursor and limit are numbers');
  return page.data;
}

export const practiceRoutes: readonly PracticeRoute[] = [
  route('GET', '/inbox', 'none', (inbox, { practice, user, query }) =>
    inbox.list(practice, user, {
      ...(query.state === undefined ? {} : { state: query.state }),
      overdue: query.overdue === 'true',
    }),
  ),
  route('GET', '/inbox/items/:key', 'none', (inbox, { practice, user, key }) =>
    inbox.open(practice, key, user),
  ),
  route('GET', '/inbox/items/:key/message', 'none', (inbox, { practice, user, key }) =>
    inbox.rawMessage(practice, key, user),
  ),
  route('GET', '/inbox/items/:key/attachments/:part', 'none', (inbox, { practice, user, key, part }) =>
    inbox.attachment(practice, key, Number(part), user),
  ),
  route('POST', '/inbox/items/:key/decisions', 'decisions', (inbox, { practice, user, key, body }) =>
    inbox.decide(practice, key, body.version, body.decisions, user),
  ),
  route('POST', '/inbox/items/:key/amendments/check', 'amendment', (inbox, { practice, user, key, body }) =>
    inbox.checkAmendment(practice, key, body, user),
  ),
  route('POST', '/inbox/items/:key/accept-all', 'version', (inbox, { practice, user, key, body }) =>
    inbox.acceptAll(practice, key, body.version, user),
  ),
  route('POST', '/inbox/items/:key/complete', 'completion', (inbox, { practice, user, key, body }) =>
    inbox.complete(practice, key, body, user),
  ),
  route('POST', '/inbox/items/:key/refuse', 'refusal', (inbox, { practice, user, key, body }) =>
    done(inbox.refuse(practice, key, body.version, body, user)),
  ),
  route('GET', '/inbox/tasks', 'none', (inbox, { practice, user, query }) =>
    inbox.tasks(practice, user, { escalated: query.escalated === 'true' }),
  ),
  route('POST', '/inbox/tasks/:key/done', 'none', (inbox, { practice, user, key }) =>
    done(inbox.finishTask(practice, key, user)),
  ),
  route('GET', '/inbox/notices', 'none', (inbox, { practice, user }) => inbox.notices(practice, user)),
  route('POST', '/inbox/notices/:key/sent', 'none', (inbox, { practice, user, key }) =>
    done(inbox.markNoticeSent(practice, key, user)),
  ),
  route('GET', '/inbox/counters', 'none', (inbox, { practice, user, query }) =>
    inbox.counters(practice, day(query.since), user),
  ),
  route('POST', '/inbox/look-back', 'lookBack', (inbox, { practice, user, body }) =>
    inbox.lookBack(practice, body, user),
  ),
  route('POST', '/inbox/look-back/rules', 'since', (inbox, { practice, user, body }) =>
    inbox.lookBackByRules(practice, day(body.since), user),
  ),
  route('POST', '/inbox/look-back/tasks', 'bulkTasks', async (inbox, { practice, user, body }) => ({
    made: await inbox.makeTasks(practice, body.filed, body.note, user),
  })),
  route(
    'POST',
    '/inbox/look-back/entered-in-error',
    'bulkError',
    async (inbox, { practice, user, body }) => ({
      marked: await inbox.markEnteredInError(practice, body.filed, body, user),
    }),
  ),
  route('POST', '/inbox/filed/:key/quarantine', 'reason', (inbox, { practice, user, key, body }) =>
    inbox.quarantine(practice, key, body.reason, user),
  ),
  route('POST', '/inbox/filed/:key/release', 'reason', (inbox, { practice, user, key, body }) =>
    done(inbox.release(practice, key, body.reason, user)),
  ),
  route('GET', '/inbox/filed/:key/reads', 'none', (inbox, { practice, user, key, query }) =>
    inbox.whoReadFiled(practice, key, pageOf(query), user),
  ),
  route('GET', '/rules', 'none', (inbox, { practice, user }) => inbox.rules(practice, user)),
  route('POST', '/rules/practice', 'practicePack', (inbox, { practice, user, body }) =>
    inbox.loadPracticePack(practice, body, user),
  ),
  route('GET', '/rules/look-back', 'none', (inbox, { practice, user }) => inbox.ruleReports(practice, user)),
  route('POST', '/record/reads', 'reads', (inbox, { practice, user, body }) =>
    inbox.whoRead(practice, body, user),
  ),
  route('GET', '/record/views', 'none', (inbox, { practice, user }) => inbox.previewViews(practice, user)),
  route('POST', '/record/preview', 'preview', (inbox, { practice, user, body }) =>
    inbox.showAs(practice, body, user),
  ),
  route('POST', '/inbox/quarantine', 'fromSender', (inbox, { practice, user, body }) =>
    inbox.quarantineSender(practice, senderIn(body), body.reason, user),
  ),
  route('POST', '/inbox/quarantine/release', 'releaseSender', (inbox, { practice, user, body }) =>
    inbox.releaseSender(practice, senderIn(body), body.reason, user),
  ),
  route('POST', '/inbox/extract', 'extract', (inbox, { practice, user, body }) =>
    inbox.extract(practice, body.nhsNumber, user),
  ),
  route('GET', '/inbox/controls', 'none', (inbox, { practice, user }) => inbox.controls(practice, user)),
  route('POST', '/inbox/controls/switches', 'switches', (inbox, { practice, user, body }) =>
    inbox.setSwitches(practice, body, user),
  ),
  route('POST', '/inbox/controls/care-settings', 'takenFrom', (inbox, { practice, user, body }) =>
    inbox.setTakenFrom(practice, body, user),
  ),
  route('POST', '/inbox/controls/senders', 'block', (inbox, { practice, user, body }) =>
    inbox.setBlock(practice, body, user),
  ),
  route('POST', '/inbox/controls/stops', 'stop', (inbox, { practice, user, body }) =>
    inbox.setStop(practice, body, user),
  ),
  route('GET', '/inbox/settings', 'none', (inbox, { practice, user }) => inbox.settings(practice, user)),
  route('POST', '/inbox/settings', 'settings', (inbox, { practice, user, body }) =>
    inbox.changeSettings(practice, body.change, body.reason, user),
  ),
];
