// The words of this room: mailbox, message, what a message is sealed with. spec: mesh §1, §3.6, §7
import type { Store } from '@gp-connect/foundation/store';

/** MESH's store; its statements name their tables themselves. */
// biome-ignore lint/suspicious/noExplicitAny: raw SQL throughout
export type MeshStore = Store<any>;
export type MeshDatabase = MeshStore['db'];

export interface WorkflowRight {
  readonly workflow: string;
  readonly send: boolean;
  readonly receive: boolean;
}

/** A mailbox as a loader writes it. */
export interface MailboxLoad {
  /** Upper-case letters and digits. */
  readonly id: string;
  readonly name: string;
  /** Organisation the mailbox belongs to. */
  readonly ods: string;
  /** Organisation code and name where they differ from `ods` and `name`. */
  readonly orgCode?: string;
  readonly orgName?: string;
  readonly smtp?: string;
  readonly password: string;
  readonly active?: boolean;
  readonly workflows: readonly WorkflowRight[];
}

export interface Mailbox {
  readonly id: string;
  readonly name: string;
  readonly ods: string;
  readonly orgCode: string;
  readonly orgName: string;
  readonly smtp: string;
  readonly active: boolean;
  readonly workflows: ReadonlyMap<string, WorkflowRight>;
}

export type MessageStatus = 'uploading' | 'accepted' | 'acknowledged' | 'undeliverable' | 'error';

/** What only the parties may read: kept under the message's own key until the message ends. */
export interface Envelope {
  readonly subject?: string;
  readonly fileName?: string;
  readonly partnerId?: string;
  readonly checksum?: string;
  readonly contentType?: string;
  readonly mexContentType?: string;
  /** The GPPROVIDER address, until it has been resolved. */
  readonly address?: string;
  /** For the audit of later steps. */
  readonly nhsNumber?: string;
}

export interface Message {
  readonly id: string;
  readonly kind: 'DATA' | 'REPORT';
  /** Null for a report. */
  readonly sender: string | null;
  /** Null until a GPPROVIDER address has been resolved. */
  readonly recipient: string | null;
  readonly workflow: string;
  readonly localId: string | null;
  readonly status: MessageStatus;
  readonly statusEvent: string;
  readonly statusCode: string;
  readonly statusDescription: string;
  readonly statusAt: Date;
  readonly totalChunks: number;
  readonly contentEncoding: string | null;
  readonly compressed: boolean;
  readonly encrypted: boolean;
  /** Bytes as sent, all chunks. */
  readonly size: number;
  /** Null once the message has ended: nothing sealed can be read any more. */
  readonly wrappedKey: string | null;
  readonly sealed: string | null;
  readonly linkedId: string | null;
  /** The sending system and its version, as its envelope says. */
  readonly product: string | null;
  readonly productVersion: string | null;
  readonly createdAt: Date;
  readonly acceptedAt: Date | null;
  readonly collectedAt: Date | null;
  readonly endedAt: Date | null;
  readonly position: number;
  /** Stopped by a pause of the operator. */
  readonly held: boolean;
}

/** A message as it is written first. */
export type NewMessage = Omit<Message, 'position' | 'held'>;

export interface Chunk {
  readonly number: number;
  /** Name in the payload storage. */
  readonly object: string;
  readonly size: number;
}

/** Where a patient is registered, or why that cannot be told. */
export type PatientResolution =
  | { readonly practice: string }
  | { readonly problem: 'not-found' | 'no-match' | 'no-practice' };

/** Asked at delivery time. Throws where PDS cannot be reached; the message then waits. */
export type ResolvePatient = (patient: {
  readonly nhsNumber: string;
  /** `yyyy-MM-dd`. */
  readonly birthDate: string;
  /** As in the address, upper case. */
  readonly surname: string;
}) => Promise<PatientResolution>;
