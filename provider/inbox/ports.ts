// What the inbox needs from outside: a mailbox, the rules, who is asking. Whoever composes the deployment gives them.
import type { ItkDocument } from '@gp-connect/foundation/itk3';
import type { Finding, NotEvaluated, RecordContext } from '@gp-connect/foundation/plausibility';
import type { TerminologySource } from '@gp-connect/foundation/terminology';
import type { RestVault } from '@gp-connect/foundation/trust';
import type { CareSetting } from '../controls/index.ts';
import type { PatientEntry } from '../record/index.ts';
import type { RulePacks } from './rules/rule-packs.ts';

/** What MESH says about a message beside its body. spec: messaging §2.5 */
export interface ArrivalMeta {
  readonly meshMessageId: string;
  /** The mailbox it was found in. */
  readonly mailbox: string;
  /** The sender's mailbox: where answers go. */
  readonly from: string;
  /** As MESH shows it: its own mailbox, or the GPPROVIDER address. */
  readonly to?: string;
  readonly workflowId: string;
  readonly subject?: string;
  /** `mex-content-compressed` */
  readonly compressed?: boolean;
  readonly messageType: 'DATA' | 'REPORT';
  /** Of a REPORT: the message that could not be delivered, and why. */
  readonly linkedMessageId?: string;
  readonly statusCode?: string;
}

export interface OutgoingMessage {
  readonly to: string;
  readonly workflowId: string;
  /** ODS code of the responder. spec: messaging §2.5 */
  readonly localId: string;
  readonly subject: string;
  readonly body: string;
}

/** A MESH mailbox, as a client over the wire offers it. */
export interface Mailbox {
  readonly id: string;
  /** Ids of the messages that wait. */
  list(): Promise<readonly string[]>;
  download(messageId: string): Promise<{ meta: ArrivalMeta; body: AsyncIterable<Uint8Array> }>;
  acknowledge(messageId: string): Promise<void>;
  send(message: OutgoingMessage): Promise<{ messageId: string }>;
}

/** A practice and the mailbox it is reached under. */
export interface ReceivingPractice {
  readonly ods: string;
  readonly name: string;
  readonly mailbox: string;
}

export type PracticeResolver = (meta: ArrivalMeta) => Promise<ReceivingPractice | undefined>;

export interface RuleEvaluation {
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly ruleSetVersion: string;
}

/** The plausibility rules as they stand for a practice: the national pack with what the practice made stricter. */
export interface Rules {
  version(practice: string): Promise<string>;
  evaluate(
    practice: string,
    document: ItkDocument,
    sentAt: string | undefined,
    record: RecordContext,
    at: Date,
  ): Promise<RuleEvaluation>;
}

export interface InboxPorts {
  /** Seals raw messages and answers at rest. spec: messaging §9 A2 */
  readonly vault: RestVault;
  readonly practiceOf: PracticeResolver;
  readonly rules: Rules;
  /** What `rules` are made of, where a practice may see it and make it stricter. spec: messaging SG-10 */
  readonly packs?: RulePacks;
  readonly terminology: TerminologySource;
  readonly now: () => Date;
  readonly newId: () => string;
  /** R14: virus scan; a text says what was found. */
  readonly scan?: (attachment: { bytes: Uint8Array }) => Promise<'clean' | string>;
  /** ID-04; undefined where there is no directory to ask. */
  readonly isActivePharmacy?: (ods: string) => Promise<boolean>;
  /** The care setting of an organisation, from the directory. spec: national-service DCC-03, ORG-04 */
  readonly careSettingOf?: (ods: string) => Promise<CareSetting | undefined>;
  /** The product a sender uses, from the directory: for messages that do not say. spec: national-service INC-03 */
  readonly senderProductOf?: (sender: {
    ods: string;
    mailbox: string;
  }) => Promise<{ name: string; version: string } | undefined>;
  /** A response to a message of ours; false where nobody here sent one. spec: messaging, "What bad input gets" */
  readonly onResponse?: (meta: ArrivalMeta, body: Uint8Array) => Promise<boolean>;
  /** Something a person running the deployment must look at; never with patient data. */
  readonly onAlert: (alert: { kind: string; practice?: string; detail: string }) => void;
  /** Who read a patient's record since an instant, from the practice's audit. spec: national-service DCC-06 */
  readonly readersSince?: (
    practice: string,
    nhsNumber: string,
    since: Date,
  ) => Promise<readonly RecordAccess[]>;
  /** Who read a patient's record, newest first. spec: national-service DCC-06, AUD-08 */
  readonly reads?: (asked: ReadsAsked) => Promise<readonly RecordReadOf[]>;
  readonly preview?: RecordPreview;
  /** The practice's own tamper-evident audit. spec: messaging §9 A2 */
  readonly audit?: (act: {
    practice: string;
    action: string;
    subject: string;
    from: string | null;
    to: string | null;
    reason: string | null;
    actor: string;
    nhsNumber?: string;
  }) => Promise<void>;
}

/** One request for a record that was let through, from the practice's audit. */
export interface RecordReadOf {
  readonly index: number;
  readonly at: string;
  readonly organisation: { readonly ods: string; readonly name: string } | null;
  readonly staff: string | null;
  readonly role: string | null;
  readonly product: string | null;
  readonly areas: readonly string[];
  readonly purpose: string | null;
  readonly outcome: string;
}

export interface ReadsAsked {
  readonly practice: string;
  readonly nhsNumber: string;
  /** Inclusive; ISO 8601. */
  readonly from: string;
  /** Exclusive; null: until now. */
  readonly to: string | null;
  /** Only entries of the log before this one. */
  readonly before?: number;
  readonly limit: number;
  readonly actor: string;
  readonly need: string;
}

/** A way this system shows a record to others. spec: national-service DCC-08 */
export interface PreviewView {
  readonly view: string;
  readonly title: string;
  readonly product: string;
  readonly mediaType: string;
}

/** What the answer says of items that are withheld or wait. */
export interface PreviewSignal {
  readonly where: string;
  readonly code: string;
  readonly text: string;
}

export interface Preview {
  readonly view: string;
  readonly title: string;
  readonly status: number;
  readonly mediaType: string;
  /** Byte for byte what a consumer would get. */
  readonly body: string;
  readonly signals: readonly PreviewSignal[];
}

export interface RecordPreview {
  readonly views: readonly PreviewView[];
  /** Undefined for a view or a practice there is not. */
  show(practice: string, patient: PatientEntry, view: string): Promise<Preview | undefined>;
}

export interface RecordAccess {
  readonly at: string;
  readonly organisation: string | null;
  readonly product: string | null;
  readonly user: string | null;
}

/** Roles within a practice, as its staff sign-in says them. */
export type PracticeRole = string;

export interface StaffUser {
  readonly id: string;
  readonly name: string;
  /** The role the user works under, for the record. */
  readonly role: string;
  /** ODS code of the practice the user works at. */
  readonly practice: string;
  readonly roles: readonly PracticeRole[];
}

/** Who a bearer token belongs to; undefined for one that is not valid here. */
export type StaffVerifier = (authorization: string | undefined) => Promise<StaffUser | undefined>;
