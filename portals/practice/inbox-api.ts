// What the practice pages ask of the practice's own system: its inbox and controls, as JSON read into exact types.
// spec: messaging §10.1, §10.2; national-service §13
import { z } from 'zod';

const text = z.string();
const maybe = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? null);

export const severities = ['NONE', 'INFO', 'WARN', 'ACTION', 'BLOCK', 'REJECT'] as const;
const severity = z.enum(severities);
export type Severity = z.infer<typeof severity>;

const summary = z.object({
  item: z.number().int(),
  title: text,
  subject: maybe(text),
  product: text,
  service: maybe(text),
  sender: z.object({ ods: text, name: text }),
  author: z.object({ name: text, role: maybe(text) }),
  encounterAt: maybe(text),
  receivedAt: text,
  state: text,
  severity,
  urgent: z.boolean(),
  sensitive: z.boolean(),
  standing: text,
  replaces: maybe(z.number().int()),
  version: z.number().int(),
});

export const listedItem = summary.extend({
  priority: z.number(),
  purpose: text,
  dueAt: text,
  overdue: z.boolean(),
  escalated: z.boolean(),
});
export type ListedItem = z.infer<typeof listedItem>;

export const finding = z.object({
  ruleId: text,
  severity,
  urgent: z.boolean(),
  overridable: z.boolean(),
  message: text,
});
export type Finding = z.infer<typeof finding>;

export const choices = ['accept', 'text-only', 'override', 'refuse'] as const;
export type Choice = (typeof choices)[number];

const decided = maybe(
  z.object({
    decision: z.enum(choices),
    reason: maybe(text),
    actionTaken: maybe(text),
    actionNote: maybe(text),
    by: z.object({ name: text, role: text }),
    at: text,
  }),
);

const judged = {
  ref: text,
  severity,
  findings: z.array(finding),
  choices: z.array(z.enum(choices)),
  decision: decided,
};

export const entry = z.object({
  ...judged,
  kind: text,
  label: text,
  heading: maybe(text),
  code: maybe(text),
  term: maybe(text),
  sentTerm: maybe(text),
  text,
  alreadyInRecord: z.boolean(),
});
export type Entry = z.infer<typeof entry>;

const review = summary.omit({ subject: true }).extend({
  acceptAll: z.boolean(),
  actionsRequested: z.array(text),
  message: z.object(judged),
  entries: z.array(entry),
  hiddenFromPatient: z.boolean(),
});

const observed = z.object({
  code: text,
  display: maybe(text),
  effective: text,
  value: z.number().optional(),
  unit: text.optional(),
  components: z.array(z.object({ code: text, display: maybe(text), value: z.number() })).optional(),
});
const coded = z.object({ code: text.optional(), display: text.optional(), date: text.optional() });

export const openItem = review.extend({
  patient: z.object({
    nhsNumber: text,
    family: text.optional(),
    given: z.array(text).optional(),
    gender: text.optional(),
    birthDate: text.optional(),
    postcode: text.optional(),
    deceasedDate: text.optional(),
    leftOn: text.optional(),
  }),
  record: z.object({
    sameKind: z.array(observed),
    problems: z.array(coded),
    allergies: z.array(coded),
    medicines: z.array(coded.extend({ handedOver: text.optional() })),
    pregnancy: text,
  }),
  replacedVersion: maybe(
    review.extend({ filed: z.array(z.object({ ref: text, type: text, id: text, state: text })) }),
  ),
});
export type OpenItem = z.infer<typeof openItem>;

export interface Decision {
  readonly ref: string;
  readonly decision: Choice;
  readonly reason?: string;
  readonly actionTaken?: string;
  readonly actionNote?: string;
  readonly confirmed?: boolean;
}

const change = z.object({
  control: text,
  from: text,
  to: text,
  actor: text,
  reason: text,
  at: text,
});
export const controls = z.object({
  switches: z.record(text, z.boolean()),
  blockedSenders: z.array(z.object({ sender: text, actor: text, reason: text, since: text })),
  stops: z.array(
    z.object({ kind: z.enum(['code', 'sender']), value: text, actor: text, reason: text, since: text }),
  ),
  changes: z.array(change).default([]),
});
export type Controls = z.infer<typeof controls>;

/** A control that a practice may change. */
export type Control =
  | { readonly kind: 'switch'; readonly name: string }
  | { readonly kind: 'sender'; readonly name: string }
  | { readonly kind: 'stop-code' | 'stop-sender'; readonly name: string };

export const counters = z.object({
  senders: z.array(
    z.object({
      sender: text,
      service: maybe(text),
      received: z.number(),
      accepted: z.number(),
      refused: z.number(),
      overdue: z.number(),
    }),
  ),
  rules: z.array(
    z.object({ rule: text, sender: text, service: maybe(text), code: maybe(text), hits: z.number() }),
  ),
  alarms: z.array(
    z.object({ sender: text, items: z.number(), contradicting: z.number(), share: z.number() }),
  ),
});
export type Counters = z.infer<typeof counters>;

export const filedEntry = z.object({
  filed: z.number().int(),
  item: z.number().int(),
  resource: text,
  code: maybe(text),
  as: text,
  state: text,
  filedAt: text,
  sender: z.object({ ods: text, name: text }),
  service: maybe(text),
  encounterAt: maybe(text),
  messageId: maybe(text),
});
export type FiledEntry = z.infer<typeof filedEntry>;

export const access = z.object({
  at: text,
  organisation: maybe(text),
  product: maybe(text),
  user: maybe(text),
});
export const quarantined = z.object({ withheld: z.number(), readers: z.array(access) });
export type Quarantined = z.infer<typeof quarantined>;

export interface LookBack {
  readonly code?: string;
  readonly sender?: string;
  readonly from?: string;
  readonly to?: string;
  readonly messageId?: string;
}

export const notice = z.object({
  notice: z.number().int(),
  item: z.number().int(),
  sender: text,
  messageId: text,
  status: text,
  reason: maybe(text),
  words: text,
  createdAt: text,
  sentOn: maybe(text),
});
export type Notice = z.infer<typeof notice>;

export const task = z.object({
  task: z.number().int(),
  kind: text,
  item: maybe(z.number().int()),
  priority: z.number(),
  note: maybe(text),
  createdAt: text,
  dueAt: text,
  overdue: z.boolean(),
});
export type Task = z.infer<typeof task>;

/** A document of a message, as it may be handed out. */
export interface Attachment {
  readonly contentType: string;
  readonly bytes: Uint8Array;
}

/** The API on behalf of one signed-in user of one practice. Every call may throw `InboxApiError`. */
export interface InboxApi {
  list(filter?: { readonly overdue?: boolean }): Promise<readonly ListedItem[]>;
  open(item: number): Promise<OpenItem>;
  /** By the position of its entry, from 0. */
  attachment(item: number, position: number): Promise<Attachment>;
  decide(item: number, version: number, decisions: readonly Decision[]): Promise<number>;
  acceptAll(item: number, version: number): Promise<number>;
  complete(item: number, version: number, visibleOnline?: boolean): Promise<string>;
  refuse(item: number, version: number, reason: string, note?: string): Promise<void>;
  tasks(): Promise<readonly Task[]>;
  finishTask(task: number): Promise<void>;
  notices(): Promise<readonly Notice[]>;
  noticeSent(notice: number): Promise<void>;
  controls(): Promise<Controls>;
  setControl(control: Control, on: boolean, reason: string): Promise<void>;
  counters(since: string): Promise<Counters>;
  lookBack(wanted: LookBack): Promise<readonly FiledEntry[]>;
  makeTasks(filed: readonly number[], note: string): Promise<void>;
  markEnteredInError(filed: readonly number[], confirmed: number, reason: string): Promise<void>;
  quarantine(filed: number, reason: string): Promise<Quarantined>;
  release(filed: number, reason: string): Promise<void>;
}

/** The API refused, or could not be used (`UNAVAILABLE`, status 503). The message is for the practice's user. */
export class InboxApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** The rule or requirement behind it, e.g. `SG-03`. */
  readonly requirement: string | undefined;

  constructor(code: string, status: number, message: string, requirement?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InboxApiError';
    this.code = code;
    this.status = status;
    this.requirement = requirement;
  }
}
