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
  product: text,
  service: maybe(text),
  sender: z.object({ ods: text, name: text }),
  author: z.object({ name: text, role: maybe(text) }),
  recipientType: text.default('FA'),
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

const patientShort = z.object({
  family: text.optional(),
  given: z.array(text).optional(),
  birthDate: text.optional(),
});

export const listedItem = summary.extend({
  priority: z.number(),
  purpose: text,
  dueAt: text,
  overdue: z.boolean(),
  escalated: z.boolean(),
  patient: maybe(patientShort),
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

/** In the order they are offered. */
export const choices = ['accept', 'text-only', 'amend', 'override', 'refuse'] as const;
export type Choice = (typeof choices)[number];

/** What an amendment may change; numbers are numbers, the rest words. spec: docs/practice-inbox-api.md */
export const amendable = [
  'code',
  'value',
  'unit',
  'systolic',
  'diastolic',
  'effective',
  'quantity',
  'daysSupply',
  'dosage',
  'text',
] as const;
export type Amendable = (typeof amendable)[number];
export type Amendment = Readonly<Partial<Record<Amendable, string | number>>>;

const changes = z.record(text, z.union([text, z.number(), z.null(), z.undefined()]));

/** What an amended entry would say, and what the rules find on it then. */
export const amendmentCheck = z.object({
  text,
  findings: z.array(finding),
  was: changes.optional(),
});
export type AmendmentCheck = z.infer<typeof amendmentCheck>;

const decided = maybe(
  z.object({
    decision: z.enum(choices),
    amendment: maybe(amendmentCheck.extend({ changes })),
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
  choices: z
    .array(z.enum(choices))
    .transform((allowed) => choices.filter((choice) => allowed.includes(choice))),
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
  /** Empty where nothing of it can be amended; names that are not known here are let be. */
  amendable: z
    .array(text)
    .default([])
    .transform((names) => amendable.filter((name) => names.includes(name))),
});
export type Entry = z.infer<typeof entry>;

const notEvaluated = z.object({ ruleId: text, reason: text });

const review = summary.extend({
  acceptAll: z.boolean(),
  actionsRequested: z.array(text),
  message: z.object(judged),
  entries: z.array(entry),
  hiddenFromPatient: z.boolean(),
  ruleSetVersion: maybe(text),
  /** Rules that could not be asked, e.g. because the record does not hold what they need. */
  notEvaluated: z
    .array(z.unknown())
    .default([])
    .transform((all) => all.flatMap((one) => notEvaluated.safeParse(one).data ?? [])),
  /** What the user may do with it; everything where the practice's system does not say. */
  may: z.object({ review: z.boolean(), act: z.boolean() }).default({ review: true, act: true }),
});

const observed = z.object({
  code: text,
  display: maybe(text),
  effective: text,
  value: z.number().optional(),
  unit: text.optional(),
  components: z.array(z.object({ code: text, display: maybe(text), value: z.number() })).optional(),
});
const coded = z.object({
  code: text.optional(),
  display: text.optional(),
  date: text.optional(),
  status: text.optional(),
});

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
  readonly amendment?: Amendment;
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
  /** Products that are taken from these care settings only. */
  takenFrom: z.array(z.object({ product: text, settings: z.array(text) })).default([]),
  blockedSenders: z.array(z.object({ sender: text, actor: text, reason: text, since: text })),
  stops: z.array(
    z.object({ kind: z.enum(['code', 'sender']), value: text, actor: text, reason: text, since: text }),
  ),
  changes: z.array(change).default([]),
  /** What the contract says about switching. */
  consequence: maybe(text),
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
  term: maybe(text),
  as: text,
  state: text,
  filedAt: text,
  sender: z.object({ ods: text, name: text }),
  service: maybe(text),
  encounterAt: maybe(text),
  messageId: maybe(text),
});
export type FiledEntry = z.infer<typeof filedEntry>;

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
  checkAmendment(item: number, ref: string, amendment: Amendment): Promise<AmendmentCheck>;
  decide(item: number, version: number, decisions: readonly Decision[]): Promise<number>;
  acceptAll(item: number, version: number): Promise<number>;
  complete(item: number, version: number, visibleOnline?: boolean): Promise<string>;
  refuse(item: number, version: number, reason: string, note?: string): Promise<void>;
  tasks(filter?: { readonly escalated?: boolean }): Promise<readonly Task[]>;
  finishTask(task: number): Promise<void>;
  notices(): Promise<readonly Notice[]>;
  noticeSent(notice: number): Promise<void>;
  controls(): Promise<Controls>;
  setControl(control: Control, on: boolean, reason: string): Promise<void>;
  /** `null`: from all. */
  setCareSettings(product: string, settings: readonly string[] | null, reason: string): Promise<void>;
  counters(since: string): Promise<Counters>;
  lookBack(wanted: LookBack): Promise<readonly FiledEntry[]>;
  makeTasks(filed: readonly number[], note: string): Promise<void>;
  markEnteredInError(filed: readonly number[], confirmed: number, reason: string): Promise<void>;
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
