// Codes and the words that came with them. spec: access-record-structured §10.1, §10.3, §10.5
import type { CodeableConcept, Coding, Extension } from './types.ts';

export const snomedSystem = 'http://snomed.info/sct';
export const descriptionExtensionUrl =
  'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-coding-sctdescid';

/** Hosts that publish the same definitions, and systems that have two names. */
const sameHost = new Map([
  ['fhir.hl7.org.uk', 'fhir.nhs.uk'],
  ['fhir.nhs.net', 'fhir.nhs.uk'],
]);
const sameSystemAs = new Map([
  ['terminology.hl7.org/codesystem/v3-nullflavor', 'hl7.org/fhir/v3/nullflavor'],
]);

function plainUrl(url: string): string {
  const bare = url
    .trim()
    .toLowerCase()
    .replace(/^https?:\/\//, '')
    .replace(/\/+$/, '');
  const host = bare.slice(0, Math.max(bare.indexOf('/'), 0)) || bare;
  const plain = (sameHost.get(host) ?? host) + bare.slice(host.length);
  return sameSystemAs.get(plain) ?? plain;
}

/**
 * Whether two URLs name the same system or definition as deployed systems write them: scheme, letter case, trailing
 * space or slash, and the two hosts `fhir.nhs.uk` and `fhir.hl7.org.uk` make no difference.
 */
export function isSameUrl(a: string, b: string): boolean {
  return a === b || plainUrl(a) === plainUrl(b);
}

/** The first coding of a system (see `isSameUrl`), or undefined. */
export function findCoding(concept: CodeableConcept | undefined, system: string): Coding | undefined {
  return concept?.coding?.find((coding) => coding.system !== undefined && isSameUrl(coding.system, system));
}

/** Every coding of a system, in the order given. */
export function findCodings(concept: CodeableConcept | undefined, system: string): Coding[] {
  return (concept?.coding ?? []).filter(
    (coding) => coding.system !== undefined && isSameUrl(coding.system, system),
  );
}

/** Whether the user chose this coding; old payloads carry the text "true". */
export function isUserSelected(coding: Coding): boolean {
  const value: unknown = coding.userSelected;
  return value === true || value === 'true';
}

/** The SNOMED description that came with a coding. */
export type CodingDescription = { id?: string; display?: string };

const stringOf = (extension: Extension): string | undefined =>
  extension.valueId ?? extension.valueString ?? extension.valueCode;

/** Reads the description extension of a coding, in any of its deployed spellings; empty if there is none. */
export function descriptionOf(coding: Coding): CodingDescription {
  const found = coding.extension?.find(({ url }) => isSameUrl(url, descriptionExtensionUrl));
  const description: CodingDescription = {};
  for (const part of found?.extension ?? []) {
    const name = part.url.trim().toLowerCase();
    const value = stringOf(part);
    if (value === undefined) continue;
    if (name === 'descriptionid') description.id = value;
    else if (name === 'descriptiondisplay') description.display = value;
  }
  return description;
}

/** The description extension as it is sent; undefined when there is nothing to say. */
export function descriptionExtension({ id, display }: CodingDescription): Extension | undefined {
  const extension: Extension[] = [];
  if (id !== undefined) extension.push({ url: 'descriptionId', valueId: id });
  if (display !== undefined) extension.push({ url: 'descriptionDisplay', valueString: display });
  return extension.length === 0 ? undefined : { url: descriptionExtensionUrl, extension };
}

/**
 * The coding whose words speak for a concept: the one the user selected, else the only one, else SNOMED's, else the
 * first that has words.
 */
export function leadingCoding(concept: CodeableConcept): Coding | undefined {
  const codings = concept.coding ?? [];
  if (codings.length === 1) return codings[0];
  return (
    codings.find(isUserSelected) ??
    findCodings(concept, snomedSystem).find(hasWords) ??
    codings.find(hasWords) ??
    codings[0]
  );
}

function hasWords(coding: Coding): boolean {
  return coding.display !== undefined || descriptionOf(coding).display !== undefined;
}

/**
 * The words the author saw, which must be stored and shown: `text`, else the description of the leading coding, else
 * its display. Undefined if the concept has no words at all.
 */
export function originalTermText(concept: CodeableConcept | undefined): string | undefined {
  if (concept === undefined) return undefined;
  if (concept.text !== undefined && concept.text.trim() !== '') return concept.text;
  const coding = leadingCoding(concept);
  if (coding === undefined) return undefined;
  return descriptionOf(coding).display ?? coding.display;
}
