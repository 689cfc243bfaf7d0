// References between resources: what kinds there are, finding and rewriting them. spec: foundations §9.2; messaging §2.1
import { isExact } from './decimals.ts';
import { type PathSteps, pathText } from './element-path.ts';
import { type FhirVersion, isResourceType, resourceDefinition, typeDefinition } from './elements.ts';
import type { Reference } from './types.ts';

/** What a reference text points at. */
export type ParsedReference =
  | { kind: 'relative'; type: string; id: string; version?: string }
  /** `#id`: a resource contained in the same one; an empty id is the resource itself. */
  | { kind: 'contained'; id: string }
  /** `urn:uuid:…`; `bare` if a deployed system left the `urn:uuid:` away. */
  | { kind: 'uuid'; uuid: string; bare?: true }
  | { kind: 'absolute'; url: string; base?: string; type?: string; id?: string; version?: string }
  | { kind: 'other' };

const relative = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;
const onServer =
  /^(https?:\/\/.+)\/([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/([A-Za-z0-9\-.]{1,64}))?$/;
const uuidUrn = /^(urn:uuid:)?([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$/i;

const versionOf = (version: string | undefined): { version?: string } =>
  version === undefined ? {} : { version };

/** Tells the kinds of reference apart; a uuid is given in lower case. */
export function parseReference(reference: string, fhir: FhirVersion = 'STU3'): ParsedReference {
  if (reference.startsWith('#')) return { kind: 'contained', id: reference.slice(1) };
  const uuid = uuidUrn.exec(reference);
  if (uuid !== null) {
    return { kind: 'uuid', uuid: uuid[2]!.toLowerCase(), ...(uuid[1] === undefined ? { bare: true } : {}) };
  }
  const local = relative.exec(reference);
  if (local !== null && isResourceType(local[1]!, fhir)) {
    return { kind: 'relative', type: local[1]!, id: local[2]!, ...versionOf(local[3]) };
  }
  const remote = onServer.exec(reference);
  if (remote !== null && isResourceType(remote[2]!, fhir)) {
    const [url, base, type, id, version] = remote as unknown as [string, string, string, string, string?];
    return { kind: 'absolute', url, base, type, id, ...versionOf(version) };
  }
  return /^[a-z][a-z0-9+.-]*:\S+$/i.test(reference) && !/^urn:/i.test(reference)
    ? { kind: 'absolute', url: reference }
    : { kind: 'other' };
}

type Members = Record<string, unknown>;
/** Called for each Reference; `path` starts with the resource type. */
export type ReferenceVisitor = (reference: Reference, path: string) => void;

type Walk = { readonly version: FhirVersion; readonly visit: (found: Members, path: PathSteps) => void };

function walkValue(walk: Walk, typeName: string, value: unknown, path: PathSteps): void {
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length; at += 1) walkValue(walk, typeName, value[at], [...path, at]);
    return;
  }
  if (typeof value !== 'object' || value === null || isExact(value)) return;
  if (typeName === 'Resource') walkResource(walk, value as Members, path);
  else walkMembers(walk, typeName, value as Members, path);
}

function walkMembers(walk: Walk, typeName: string, members: Members, path: PathSteps): void {
  if (typeName === 'Reference') walk.visit(members, path);
  const type = typeDefinition(walk.version, typeName);
  for (const key of Object.keys(members)) {
    const isTwin = key.startsWith('_');
    const element = type?.elements.get(isTwin ? key.slice(1) : key);
    if (element === undefined || typeof members[key] !== 'object') continue;
    walkValue(walk, isTwin ? 'Element' : element.type, members[key], [...path, key]);
  }
}

function walkResource(walk: Walk, resource: Members, path: PathSteps): void {
  const name = resource.resourceType;
  if (typeof name !== 'string' || resourceDefinition(walk.version, name) === undefined) return;
  walkMembers(walk, name, resource, path.length === 0 ? [name] : path);
}

/**
 * Visits every Reference of a resource: in elements, extensions, contained resources, bundle entries and parameters.
 * Elements that FHIR does not know are passed over.
 */
export function forEachReference(
  resource: object,
  visit: ReferenceVisitor,
  version: FhirVersion = 'STU3',
): void {
  const walk: Walk = {
    version,
    visit: (found, path) => visit(found as unknown as Reference, pathText(path)),
  };
  walkResource(walk, resource as Members, []);
}

function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copy) as T;
  if (typeof value !== 'object' || value === null || isExact(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)])) as T;
}

/**
 * A copy of a resource with the text of its references rewritten; the original is left as it is.
 * `rewrite` answers the new text, or undefined to keep the old.
 * @example rewriteReferences(list, (reference) => ids.get(reference))
 */
export function rewriteReferences<T extends object>(
  resource: T,
  rewrite: (reference: string, path: string) => string | undefined,
  version: FhirVersion = 'STU3',
): T {
  const rewritten = copy(resource);
  forEachReference(
    rewritten,
    (found, path) => {
      const text = typeof found.reference === 'string' ? rewrite(found.reference, path) : undefined;
      if (text !== undefined) found.reference = text;
    },
    version,
  );
  return rewritten;
}
