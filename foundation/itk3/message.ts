// An ITK3 message as the rest of the program sees it. spec: messaging §2
import type { Bundle, Composition, MessageHeader } from '../fhir/index.ts';

/** Any resource of a message, read by element name. */
export type MessageResource = { resourceType: string; id?: string; [element: string]: unknown };

/** The six sub-extensions of ITKMessageHandling, as text; one that is absent is undefined, one without value ''. */
export type HandlingText = Readonly<Record<HandlingName, string | undefined>>;

export const handlingNames = [
  'BusAckRequested',
  'InfAckRequested',
  'RecipientType',
  'MessageDefinition',
  'SenderReference',
  'LocalExtension',
] as const;
export type HandlingName = (typeof handlingNames)[number];

export interface ItkHeader {
  readonly resource: MessageHeader;
  /** Place of the header in the bundle, for diagnostics. */
  readonly path: string;
  readonly isFirst: boolean;
  /** `MessageHeader.id`, or the uuid of its fullUrl where a sender left the id away; lower case. */
  readonly messageId: string;
  readonly event: string;
  readonly handling: HandlingText;
  /** True if the handling extension is there. */
  readonly hasHandling: boolean;
  readonly senderReference: string;
  readonly timestamp: string;
  /** The sender's mailbox as it names it. */
  readonly endpoint: string;
}

export interface SenderOrganisation {
  readonly organisation?: string;
  readonly site?: string;
}

export interface MessageEntry {
  /** `Bundle.entry[2].resource.entry[0].resource` */
  readonly path: string;
  readonly fullUrl: string;
  readonly resource: MessageResource;
}

export interface DocumentIdentifier {
  readonly system: string;
  readonly value: string;
}

/** The focus of a message: a document bundle and its resources by uuid. */
export interface ItkDocument {
  readonly bundle: Bundle;
  readonly path: string;
  readonly entries: readonly MessageEntry[];
  readonly composition: Composition | undefined;
  /** True if the Composition is the first entry. */
  readonly compositionFirst: boolean;
  /** `Composition.identifier`, or the document bundle's own identifier where the Composition has none. */
  readonly identifier: DocumentIdentifier | undefined;
  /** The identifier this document replaces. */
  readonly replaces: DocumentIdentifier | undefined;
  /** `Composition.meta.versionId`; undefined if absent. */
  readonly version: string | undefined;
  /** The resource a reference of this document points at; `urn:uuid:` may be missing, case is ignored. */
  resolve(reference: string | undefined): MessageEntry | undefined;
  /** Entries of a resource type, in document order. */
  ofType(resourceType: string): MessageEntry[];
}

export interface ItkMessage {
  readonly bundle: Bundle;
  /** `Bundle.identifier.value` of the message. */
  readonly identifier: string;
  readonly header: ItkHeader;
  /** Undefined if `MessageHeader.sender` does not resolve to an Organization. */
  readonly sender: SenderOrganisation | undefined;
  readonly document: ItkDocument | undefined;
}

/** Ids for answering a message, however little of it could be read. */
export interface MessageIds {
  readonly messageId: string | undefined;
  readonly bundleIdentifier: string | undefined;
  readonly senderReference: string | undefined;
  readonly recipientType: string | undefined;
  readonly messageDefinition: string | undefined;
  readonly localExtension: string | undefined;
}
