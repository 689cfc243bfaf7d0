// From a message Bundle to an ItkMessage: reads deployed variants too, judges nothing. spec: messaging §2
import {
  type Bundle,
  type BundleEntry,
  type Composition,
  type Extension,
  type MessageHeader,
  type Organization,
  parseReference,
} from '../fhir/index.ts';
import { system } from '../nhs/index.ts';
import {
  type DocumentIdentifier,
  type HandlingName,
  type HandlingText,
  handlingNames,
  type ItkDocument,
  type ItkHeader,
  type ItkMessage,
  type MessageEntry,
  type MessageIds,
  type MessageResource,
  type SenderOrganisation,
} from './message.ts';
import { itkExtension } from './systems.ts';

/** The key under which a `urn:uuid:`, a bare uuid or any other fullUrl or id is found. */
function referenceKey(reference: string): string {
  const parsed = parseReference(reference);
  return parsed.kind === 'uuid' ? parsed.uuid : reference;
}

function entriesOf(bundle: Bundle, path: string): MessageEntry[] {
  return (bundle.entry ?? []).flatMap((entry: BundleEntry, at) =>
    entry.resource === undefined
      ? []
      : [
          {
            path: `${path}.entry[${at}].resource`,
            fullUrl: entry.fullUrl ?? '',
            resource: entry.resource as unknown as MessageResource,
          },
        ],
  );
}

function indexOf(entries: readonly MessageEntry[]): Map<string, MessageEntry> {
  const index = new Map<string, MessageEntry>();
  for (const entry of entries) {
    for (const name of [entry.fullUrl, entry.resource.id]) {
      if (name && !index.has(referenceKey(name))) index.set(referenceKey(name), entry);
    }
  }
  return index;
}

function valueText(extension: Extension): string {
  const { valueBoolean, valueCoding, valueReference, valueString } = extension;
  return valueBoolean === undefined
    ? (valueCoding?.code ?? valueReference?.reference ?? valueString ?? '')
    : String(valueBoolean);
}

/** The handling extension of a header as text. */
export function handlingText(header: MessageHeader): HandlingText {
  const handling = header.extension?.find(({ url }) => url === itkExtension.handling);
  const found: Partial<Record<HandlingName, string | undefined>> = {};
  for (const name of handlingNames) {
    const sub = handling?.extension?.find(({ url }) => url === name);
    found[name] = sub === undefined ? undefined : valueText(sub);
  }
  return found as HandlingText;
}

function readHeader(entry: MessageEntry, at: number): ItkHeader {
  const resource = entry.resource as unknown as MessageHeader;
  const handling = handlingText(resource);
  return {
    resource,
    path: entry.path,
    isFirst: at === 0,
    messageId: referenceKey(resource.id ?? entry.fullUrl),
    event: resource.event?.code ?? '',
    handling,
    hasHandling: resource.extension?.some(({ url }) => url === itkExtension.handling) ?? false,
    senderReference: handling.SenderReference ?? '',
    timestamp: resource.timestamp ?? '',
    endpoint: resource.source?.endpoint ?? '',
  };
}

function readSender(entry: MessageEntry | undefined): SenderOrganisation | undefined {
  if (entry?.resource.resourceType !== 'Organization') return undefined;
  const { identifier = [] } = entry.resource as unknown as Organization;
  const of = (url: string): string | undefined => identifier.find((known) => known.system === url)?.value;
  const organisation = of(system.odsOrganisation);
  const site = of(system.odsSite);
  return { ...(organisation === undefined ? {} : { organisation }), ...(site === undefined ? {} : { site }) };
}

function documentIdentifier(from: { system?: string | undefined; value?: string | undefined } | undefined) {
  return from?.value === undefined ? undefined : { system: from.system ?? '', value: from.value };
}

function replacedIdentifier(composition: Composition | undefined): DocumentIdentifier | undefined {
  const replaces = composition?.relatesTo?.find(({ code }) => code === 'replaces');
  return documentIdentifier(replaces?.targetIdentifier);
}

function readDocument(focus: MessageEntry): ItkDocument {
  const bundle = focus.resource as unknown as Bundle;
  const entries = entriesOf(bundle, focus.path);
  const index = indexOf(entries);
  const at = entries.findIndex(({ resource }) => resource.resourceType === 'Composition');
  const composition = entries[at]?.resource as unknown as Composition | undefined;
  return {
    bundle,
    path: focus.path,
    entries,
    composition,
    compositionFirst: at === 0,
    identifier: documentIdentifier(composition?.identifier ?? bundle.identifier),
    replaces: replacedIdentifier(composition),
    version: composition?.meta?.versionId,
    resolve: (reference) => (reference === undefined ? undefined : index.get(referenceKey(reference))),
    ofType: (type) => entries.filter(({ resource }) => resource.resourceType === type),
  };
}

/**
 * Reads a message Bundle: its header wherever it stands, sender, and focus document. Undefined if it has no
 * MessageHeader at all. Whether the message is right is for `receive` to say.
 */
export function readMessage(bundle: Bundle): ItkMessage | undefined {
  const entries = entriesOf(bundle, 'Bundle');
  const at = entries.findIndex(({ resource }) => resource.resourceType === 'MessageHeader');
  if (at < 0) return undefined;
  const index = indexOf(entries);
  const find = (reference: string | undefined) =>
    reference === undefined ? undefined : index.get(referenceKey(reference));
  const header = readHeader(entries[at]!, at);
  const focus = find(header.resource.focus?.[0]?.reference);
  return {
    bundle,
    identifier: bundle.identifier?.value ?? '',
    header,
    sender: readSender(find(header.resource.sender?.reference)),
    document: focus?.resource.resourceType === 'Bundle' ? readDocument(focus) : undefined,
  };
}

/** The ids of a message that a response needs. */
export function idsOf(message: ItkMessage): MessageIds {
  const { handling, messageId, senderReference } = message.header;
  return {
    messageId: messageId || undefined,
    bundleIdentifier: message.identifier || undefined,
    senderReference: senderReference || undefined,
    recipientType: handling.RecipientType || undefined,
    messageDefinition: handling.MessageDefinition || undefined,
    localExtension: handling.LocalExtension || undefined,
  };
}
