// Reading parts of a parsed resource of which only the type is known.

/** Any object of a parsed resource. */
export type Json = { [element: string]: unknown };
/** A resource as parsed: numbers may be kept as written (foundation/fhir decimals). */
export type ResourceJson = Json & { resourceType: string };

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The objects of a repeating element, however it was written; empty where it is absent. */
export function objects(value: unknown): Json[] {
  if (Array.isArray(value)) return value.filter(isObject);
  return isObject(value) ? [value] : [];
}

export const text = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? value : null;

/** The part of an extension's address that tells which it is, whichever host serves it. */
export const urlTail = (url: unknown): string =>
  typeof url === 'string' ? url.slice(url.lastIndexOf('/') + 1) : '';

/** The extension whose address ends in one of `tails`. */
export function extension(of: Json, ...tails: readonly string[]): Json | undefined {
  return objects(of.extension).find((candidate) => tails.includes(urlTail(candidate.url)));
}

/** The code of the first coding of that system, or null. */
export function codeIn(concept: unknown, codeSystem: string): string | null {
  for (const coding of objects(isObject(concept) ? concept.coding : undefined)) {
    if (coding.system === codeSystem) return text(coding.code);
  }
  return null;
}

/** `Type/id` split, where the text is a relative reference; null for `#x`, absolute ones and anything else. */
export function referenceTarget(reference: unknown): { type: string; id: string } | null {
  if (typeof reference !== 'string') return null;
  const slash = reference.indexOf('/');
  if (slash <= 0 || slash === reference.length - 1 || reference.indexOf('/', slash + 1) !== -1) return null;
  const type = reference.slice(0, slash);
  return /^[A-Z][A-Za-z]+$/.test(type) ? { type, id: reference.slice(slash + 1) } : null;
}

/** `Type/id` of a resource. */
export const keyOf = (resource: ResourceJson): string => `${resource.resourceType}/${String(resource.id)}`;
