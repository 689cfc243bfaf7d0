// The DocumentReference as it leaves: the elements the contract lists and no others. spec: access-document §4.5
import { type JsonResource, londonDateTime, parseFhirDate } from '@gp-connect/foundation/fhir';
import { resourceProfile } from '@gp-connect/foundation/nhs';
import { attachmentsOf, type BinaryHead } from '../record/index.ts';
import { wireAttachment } from './attachment.ts';

type Members = Record<string, unknown>;

export interface DocumentContext {
  readonly documentsRoot: string;
  readonly patientId: string;
  /** Contents that belong to this patient. */
  readonly heads: ReadonlyMap<string, BinaryHead>;
  /** Whether the resource a reference names may be known of. */
  isShown(reference: string): boolean;
}

const objects = (value: unknown): Members[] =>
  (Array.isArray(value) ? value : []).filter(
    (item): item is Members => typeof item === 'object' && item !== null,
  );
const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const given = (name: string, value: unknown) => (value === undefined ? {} : { [name]: value });

/** The stored DocumentReference in wire form. */
export function wireDocument(stored: JsonResource, context: DocumentContext): JsonResource {
  const meta = isObject(stored.meta) ? stored.meta : {};
  return {
    resourceType: 'DocumentReference',
    id: stored.id,
    meta: {
      ...given('versionId', meta.versionId),
      profile: [resourceProfile.DocumentReference],
      ...given('security', meta.security),
    },
    ...given('masterIdentifier', identified(stored.masterIdentifier)),
    identifier: identifiersOf(stored, context),
    status: 'current',
    type: typeOfDocument(stored),
    subject: { reference: `Patient/${context.patientId}` },
    ...given('created', stored.created),
    ...given('indexed', instantOf(stored.indexed ?? stored.created)),
    ...given('author', many(reference(objects(stored.author)[0], context))),
    ...given('custodian', reference(stored.custodian, context)),
    ...given('description', stored.description),
    ...given('securityLabel', stored.securityLabel),
    content: contentOf(stored, context),
    ...given('context', contextOf(stored.context, context)),
  };
}

const many = (value: unknown) => (value === undefined ? undefined : [value]);

function identified(value: unknown): unknown {
  return isObject(value) && typeof value.system === 'string' && typeof value.value === 'string'
    ? value
    : undefined;
}

function identifiersOf(stored: JsonResource, { documentsRoot }: DocumentContext): unknown[] {
  const held = objects(stored.identifier).filter((identifier) => identified(identifier) !== undefined);
  return held.length ? held : [{ system: `${documentsRoot}/DocumentReference`, value: stored.id }];
}

/** Codings need system, code and display, and carry no version; without any the type is text. */
function typeOfDocument(stored: JsonResource): Members {
  const type = isObject(stored.type) ? stored.type : {};
  const coding = objects(type.coding)
    .filter(({ system, code, display }) => system && code && display)
    .map(({ version, ...kept }) => kept);
  const text = type.text ?? objects(type.coding)[0]?.display ?? stored.description ?? 'Document';
  return { ...(coding.length ? { coding } : {}), ...(coding.length === 0 || type.text ? { text } : {}) };
}

/** `indexed` is an instant, always with time and zone; a stored day becomes its first. */
function instantOf(value: unknown): string | undefined {
  const date = typeof value === 'string' ? parseFhirDate(value) : undefined;
  if (date === undefined) return undefined;
  return (value as string).length > 10 ? (value as string) : londonDateTime(new Date(date.start));
}

/** A reference whose target may be known of; else its words, or nothing. */
function reference(value: unknown, { isShown }: DocumentContext): Members | undefined {
  if (!isObject(value)) return undefined;
  const { reference: to, display } = value;
  if (typeof to === 'string' && isShown(to)) return { reference: to, ...given('display', display) };
  return typeof display === 'string' && display !== '' ? { display } : undefined;
}

function contentOf(stored: JsonResource, { heads, documentsRoot }: DocumentContext): Members[] {
  const attachments = attachmentsOf(stored as never);
  return (attachments.length ? attachments : [{}]).map((attachment) => ({
    attachment: wireAttachment(attachment, heads, documentsRoot),
  }));
}

/** Encounter and related items only where they may be known of: no words stand in for them. */
function contextOf(stored: unknown, context: DocumentContext): Members | undefined {
  if (!isObject(stored)) return undefined;
  const shown = (value: unknown) =>
    isObject(value) && typeof value.reference === 'string' && context.isShown(value.reference)
      ? { reference: value.reference }
      : undefined;
  const related = objects(stored.related).flatMap(({ ref, identifier }) => {
    const to = shown(ref);
    return to ? [{ ...given('identifier', identifier), ref: to }] : [];
  });
  const kept = {
    ...given('encounter', shown(stored.encounter)),
    ...given('practiceSetting', stored.practiceSetting),
    ...(related.length ? { related } : {}),
  };
  return Object.keys(kept).length ? kept : undefined;
}
