// The types of the receiver's walk over its checks. spec: messaging §4
import type { Bundle, Problem } from '../fhir/index.ts';
import type { AttachmentType } from './attachments.ts';
import type { ElementFault, IssueCode } from './element-rules.ts';
import type { DocumentIdentifier, ItkDocument, ItkMessage, MessageIds } from './message.ts';
import type { Product } from './products.ts';

/** A message as MESH handed it over. */
export interface Arrival {
  readonly workflowId: string;
  readonly body: Uint8Array;
  /** `mex-content-compressed`: the application compressed the body itself. */
  readonly compressed?: boolean;
  /** The GPPROVIDER address where the receiver still sees it; MESH puts its own mailbox in its place. */
  readonly to?: string;
}

/** What only the receiving system knows. Leave out what does not apply: the check is then passed. */
export interface ReceivePorts {
  readonly now: () => Date;
  /** Largest message in bytes; 5 MB if left out. */
  readonly maxBytes?: number;
  /** R8: 20001/20002, whether the header's receiver, if one is named, is here. */
  readonly receiverHere?: (
    message: ItkMessage,
  ) => Promise<'here' | 'no-such-person' | 'no-such-organisation'>;
  /** R9: this message id or message identifier under another MESH message. */
  readonly messageSeen?: (ids: MessageIds) => Promise<boolean>;
  /** R10: whether the practice takes the product (for Update Record: of this service). A text says why not. */
  readonly productOn?: (
    product: Product,
    documentType: string | undefined,
    message: ItkMessage,
  ) => Promise<true | string>;
  /** R12 */
  readonly documentSeen?: (identifier: DocumentIdentifier) => Promise<boolean>;
  /** R14: virus scan; a text says what was found. */
  readonly scan?: (attachment: Attachment) => Promise<'clean' | string>;
  /** R16: what is known of the document to be replaced; `wait` where it may still arrive. */
  readonly replaced?: (
    target: DocumentIdentifier,
    version: string | undefined,
  ) => Promise<'current' | 'unknown' | 'void' | 'wait'>;
}

export interface Attachment {
  readonly path: string;
  readonly type: AttachmentType;
  readonly bytes: Uint8Array;
}

export interface Fault {
  readonly code: string;
  readonly issue: IssueCode;
  /** Element path, empty where the fault is not in an element. */
  readonly path: string;
  readonly reason: string;
}

export interface Refusal extends Fault {
  readonly step: string;
}

export type Outcome =
  | { readonly kind: 'quarantined'; readonly reason: string }
  | {
      readonly kind: 'refused';
      readonly refusal: Refusal;
      readonly ids: MessageIds;
      readonly product: Product;
      readonly message: ItkMessage | undefined;
    }
  | {
      readonly kind: 'held';
      readonly waitsFor: DocumentIdentifier;
      readonly message: ItkMessage;
      readonly ids: MessageIds;
    }
  | {
      readonly kind: 'accepted';
      readonly product: Product;
      readonly message: ItkMessage;
      readonly document: ItkDocument;
      readonly ids: MessageIds;
      /** Checked attachments, the primary document first. */
      readonly attachments: readonly Attachment[];
      /** What deployed senders get wrong and a receiver can live with. */
      readonly notes: readonly ElementFault[];
    };

/** The walk's working state. */
export interface Run {
  readonly arrival: Arrival;
  readonly ports: ReceivePorts;
  product: Product;
  ids: MessageIds;
  bytes?: Uint8Array;
  bundle?: Bundle;
  message?: ItkMessage;
  /** What the strict check of base FHIR found in the whole message. */
  problems: readonly Problem[];
  readonly notes: ElementFault[];
  readonly attachments: Attachment[];
}

export type Verdict = Fault | { hold: DocumentIdentifier } | { quarantine: string } | undefined;

export interface ReceiveStep {
  readonly id: string;
  readonly check: string;
  /** Codes the step may answer with. */
  readonly codes: readonly string[];
  readonly run: (run: Run) => Verdict | Promise<Verdict>;
}

export const fault = (code: string, issue: IssueCode, path: string, reason: string): Fault => ({
  code,
  issue,
  path,
  reason,
});

/** `diagnostics` of a refusal: step, element path, reason. */
export function diagnosticsOf({ step, path, reason }: Refusal): string {
  return `${step}: ${path === '' ? '' : `${path} `}${reason}`;
}
