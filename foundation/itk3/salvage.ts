// What can still be said of a document that is XML but not FHIR: its header's ids, and where the fault lies.
// Runs only after the strict reader refused. spec: messaging §3.4, §4 R3–R6
import { type SaxesAttributeNS, SaxesParser } from 'saxes';
import { fhirNamespace } from '../fhir/index.ts';
import { type HandlingName, type HandlingText, handlingNames, type MessageIds } from './message.ts';
import { itkExtension } from './systems.ts';

export interface Salvaged {
  /** Well-formed XML without document type, with a Bundle of the FHIR namespace as root. */
  readonly isBundle: boolean;
  readonly ids: MessageIds;
  readonly hasHandling: boolean;
  readonly handling: HandlingText;
  /** Index of the entry that holds the MessageHeader; -1 if none was found. */
  readonly headerEntry: number;
}

const headerSteps = 'Bundle/entry/resource/MessageHeader';
const valueSteps = new Set(['valueBoolean', 'valueString', 'valueCoding/code', 'valueReference/reference']);

/** Reads the header's ids out of a document the strict reader refused. Nothing is expanded, nothing kept else. */
export function salvage(text: string): Salvaged {
  const parser = new SaxesParser({ xmlns: true, position: false });
  const steps: string[] = [];
  const urls: string[] = [];
  const values: Partial<Record<HandlingName, string>> = {};
  let sound = true;
  let rootIsBundle = false;
  let entry = -1;
  let headerEntry = -1;
  let hasHandling = false;
  let messageId: string | undefined;
  let bundleIdentifier: string | undefined;

  const attribute = (found: Record<string, SaxesAttributeNS>, name: string): string =>
    found[name]?.value ?? '';

  parser.on('error', () => {
    sound = false;
  });
  parser.on('doctype', () => {
    sound = false;
  });
  parser.on('opentag', (tag) => {
    if (steps.length === 0) rootIsBundle = tag.local === 'Bundle' && tag.uri === fhirNamespace;
    if (steps.length > 128) sound = false;
    steps.push(tag.local);
    urls.push(tag.local === 'extension' ? attribute(tag.attributes, 'url') : '');
    if (steps.length === 2 && tag.local === 'entry') entry += 1;
    const path = steps.join('/');
    if (path === 'Bundle/identifier/value') bundleIdentifier ??= attribute(tag.attributes, 'value');
    if (!path.startsWith(headerSteps)) return;
    if (path === headerSteps) headerEntry = entry;
    if (path === `${headerSteps}/id`) messageId ??= attribute(tag.attributes, 'value').toLowerCase();
    if (urls[4] !== itkExtension.handling) return;
    hasHandling = true;
    const name = handlingNames.find((known) => known === urls[5]);
    if (name === undefined) return;
    const inside = steps.slice(6).join('/');
    if (inside === '') values[name] ??= '';
    else if (valueSteps.has(inside)) values[name] = attribute(tag.attributes, 'value');
  });
  parser.on('closetag', () => {
    steps.pop();
    urls.pop();
  });
  try {
    parser.write(text).close();
  } catch {
    sound = false;
  }
  const known = (name: HandlingName): string | undefined => values[name] || undefined;
  return {
    isBundle: sound && rootIsBundle,
    hasHandling,
    headerEntry,
    handling: Object.fromEntries(handlingNames.map((name) => [name, values[name]])) as HandlingText,
    ids: {
      messageId: messageId || undefined,
      bundleIdentifier: bundleIdentifier || undefined,
      senderReference: known('SenderReference'),
      recipientType: known('RecipientType'),
      messageDefinition: known('MessageDefinition'),
      localExtension: known('LocalExtension'),
    },
  };
}

export const noIds: MessageIds = {
  messageId: undefined,
  bundleIdentifier: undefined,
  senderReference: undefined,
  recipientType: undefined,
  messageDefinition: undefined,
  localExtension: undefined,
};
