// The typed parts of an event, and writing each once as JSON in its contract order without white space.
// spec: national-service §11 (AUD-04, AUD-07), §11.1.2 (LOG-04, LOG-06)

import { PARTS, type PartName, type PerPart } from './entry.ts';
import { AuditFormatError } from './errors.ts';

/** Longest part in bytes; the caller's own limits on URLs and headers lie far below. */
export const MAX_PART_BYTES = 65_535;

export interface AuditOrganisation {
  readonly ods: string;
  readonly name: string;
  readonly type: string;
}

export interface AuditRole {
  readonly code: string;
  readonly display: string;
}

/** What every patient part begins with. `at` is UTC to the millisecond; the log stamps it when it is left out. */
interface Stamped<Kind extends string> {
  readonly kind: Kind;
  readonly at?: string;
}

/** What a request was for and who asked; a member that could not be read is null. */
interface Attempt {
  readonly trace: string | null;
  readonly nhsNumber: string | null;
  readonly practice: string | null;
  readonly organisation: AuditOrganisation | null;
  readonly role: AuditRole | null;
  readonly product: string | null;
  readonly interaction: string | null;
  readonly areas: readonly string[];
  readonly purpose: string | null;
  readonly decision: string;
  /** Reason shown to the patient, a wording key (patient-facing §12.5). */
  readonly reason?: string;
  /** The patient-permission claim of a private provider. */
  readonly permission?: string;
}

/** A section of the record asked for or returned: never content. */
export interface AuditSection {
  readonly name: string;
  readonly requested: boolean;
  readonly returned: boolean;
  readonly count?: number;
}

/** Checked, about to be forwarded. */
export interface OpenPart extends Stamped<'open'>, Attempt {}

/** Answered without forwarding. */
export interface RefusedPart extends Stamped<'refused'>, Attempt {
  readonly status?: number;
  readonly code?: string;
}

/** Outcome of the `open` entry at index `open`; status is null where no answer was seen. */
export interface ClosePart extends Stamped<'close'> {
  readonly trace: string | null;
  readonly nhsNumber: string | null;
  readonly open: number;
  readonly outcome: string;
  readonly status: number | null;
  readonly sections?: readonly AuditSection[];
}

/** A MESH step. Mailbox ids, message ids, file size and status times go into the technical part (AUD-07). */
export interface MessagePart extends Stamped<'message'> {
  readonly event: 'handed-over' | 'collected' | 'acknowledged' | 'refused' | 'expired';
  readonly trace: string | null;
  readonly nhsNumber: string | null;
  readonly practice: string | null;
  readonly organisation: AuditOrganisation | null;
  readonly product: string | null;
  readonly workflow: string;
  readonly outcome: string | null;
}

/** A state change of the service: enablement, agreements, suppliers, rules, holds, controls, recall. */
export interface AdminPart extends Stamped<'admin'> {
  readonly action: string;
  readonly subject: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: string | null;
  readonly practice?: string;
  readonly nhsNumber?: string;
}

/** Someone looked at the audit (AUD-08); `need` is the recorded reason. */
export interface AuditReadPart extends Stamped<'audit-read'> {
  readonly nhsNumber: string | null;
  readonly scope: string;
  readonly need: string;
  readonly organisation: AuditOrganisation | null;
  readonly role: AuditRole | null;
  readonly count: number | null;
}

/** Another log's checkpoint, verbatim. */
export interface PeerPart extends Stamped<'peer'> {
  readonly origin: string;
  readonly checkpoint: string;
}

/** A month's key was destroyed; `first`–`last` are the lowest and highest index of that month, `count` its records. */
export interface KeyDestroyedPart extends Stamped<'key-destroyed'> {
  readonly month: number;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** The writer started at tree size `size`. */
export interface StartPart extends Stamped<'start'> {
  readonly size: number;
  readonly software: string;
}

/** The last entry of a retired log. */
export interface SealedPart extends Stamped<'sealed'> {
  readonly reason: string;
}

export type PatientPart =
  | OpenPart
  | ClosePart
  | RefusedPart
  | MessagePart
  | AdminPart
  | AuditReadPart
  | PeerPart
  | KeyDestroyedPart
  | StartPart
  | SealedPart;

export type EntryKind = PatientPart['kind'];

export interface StaffPart {
  readonly userId?: string;
  readonly roleProfileId?: string;
  readonly localUserId?: string;
  readonly name?: string;
  /** The person who authorised, where another (AUD-15). */
  readonly authorisedBy?: string;
}

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** All else of AUD-04, as it was given: method, from, to, ip, tls, url, device, rule, duration, size, … */
export interface TechnicalPart {
  readonly [member: string]: Json;
}

/** One event: the patient part always, the others where they have something to say. */
export interface EventParts {
  readonly patient: PatientPart;
  readonly staff?: StaffPart;
  readonly technical?: TechnicalPart;
}

const attempt =
  'trace nhsNumber practice organisation role product interaction areas purpose decision reason permission';

/** Member order of each kind after `v`, `kind`, `at`; a member not listed follows in the order given. */
const PATIENT_MEMBERS: Record<EntryKind, readonly string[]> = {
  open: attempt.split(' '),
  refused: [...attempt.split(' '), 'status', 'code'],
  close: ['trace', 'nhsNumber', 'open', 'outcome', 'status', 'sections'],
  message: ['event', 'trace', 'nhsNumber', 'practice', 'organisation', 'product', 'workflow', 'outcome'],
  admin: ['action', 'subject', 'from', 'to', 'reason', 'practice', 'nhsNumber'],
  'audit-read': ['nhsNumber', 'scope', 'need', 'organisation', 'role', 'count'],
  peer: ['origin', 'checkpoint'],
  'key-destroyed': ['month', 'first', 'last', 'count'],
  start: ['size', 'software'],
  sealed: ['reason'],
};

const STAFF_MEMBERS = ['userId', 'roleProfileId', 'localUserId', 'name', 'authorisedBy'];

/** Members of the nested objects whose order the contract shows. */
const NESTED_MEMBERS: Record<string, readonly string[]> = {
  organisation: ['ods', 'name', 'type'],
  role: ['code', 'display'],
};

type JsonObject = Record<string, unknown>;

function ordered(first: JsonObject, source: JsonObject, members: readonly string[]): JsonObject {
  const result: JsonObject = { ...first };
  for (const name of [...members, ...Object.keys(source)]) {
    const value = source[name];
    if (value === undefined || Object.hasOwn(result, name)) continue;
    const nested = NESTED_MEMBERS[name];
    result[name] =
      nested !== undefined && typeof value === 'object' && value !== null
        ? ordered({}, value as JsonObject, nested)
        : value;
  }
  return result;
}

function toBytes(value: JsonObject, name: PartName): Buffer {
  const bytes = Buffer.from(JSON.stringify(value), 'utf8');
  if (bytes.length > MAX_PART_BYTES)
    throw new AuditFormatError(`the ${name} part has over ${MAX_PART_BYTES} bytes`);
  return bytes;
}

const EMPTY = Buffer.alloc(0);

/** The bytes of each part, written once; a part with nothing to say is empty. `at` replaces the patient part's own. */
export function serialiseParts(parts: EventParts, at: string): PerPart<Buffer> {
  const { kind } = parts.patient;
  const staff = parts.staff as JsonObject | undefined;
  const spoken = (part: object | undefined): boolean => part !== undefined && Object.keys(part).length > 0;
  return {
    patient: toBytes(
      ordered({ v: 1, kind, at }, parts.patient as unknown as JsonObject, PATIENT_MEMBERS[kind]),
      PARTS[0],
    ),
    staff: spoken(staff) ? toBytes(ordered({ v: 1 }, staff!, STAFF_MEMBERS), PARTS[1]) : EMPTY,
    technical: spoken(parts.technical)
      ? toBytes(ordered({ v: 1 }, { ...parts.technical }, []), PARTS[2])
      : EMPTY,
  };
}

/** The members of a stored patient part the log itself needs again. */
export interface PatientPartHead {
  readonly kind: EntryKind;
  readonly at: string;
  readonly trace: string | null;
  readonly nhsNumber: string | null;
  /** Index of the `open` a `close` belongs to. */
  readonly open: number | null;
}

/** Reads the head of a patient part's bytes. Throws AuditFormatError when they are not one. */
export function patientPartHead(bytes: Uint8Array): PatientPartHead {
  let part: JsonObject;
  try {
    part = JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonObject;
  } catch (cause) {
    throw new AuditFormatError('a patient part is not JSON', { cause });
  }
  const { kind, at, trace, nhsNumber, open } = part;
  if (part.v !== 1 || typeof at !== 'string' || !Object.hasOwn(PATIENT_MEMBERS, String(kind))) {
    throw new AuditFormatError('a patient part lacks v, kind or at');
  }
  const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return {
    kind: kind as EntryKind,
    at,
    trace: text(trace),
    nhsNumber: text(nhsNumber),
    open: typeof open === 'number' ? open : null,
  };
}

/** The head of a part about to be written. */
export function patientHeadOf(part: PatientPart, at: string): PatientPartHead {
  const { trace, nhsNumber, open } = part as {
    trace?: string | null;
    nhsNumber?: string | null;
    open?: number;
  };
  return { kind: part.kind, at, trace: trace ?? null, nhsNumber: nhsNumber ?? null, open: open ?? null };
}
