// Taking references out of a resource, and whatever makes no sense without them.
// spec: access-record-structured §9.2 (no reference or placeholder left), §9.3
import { isExact, type JsonResource } from '@gp-connect/foundation/fhir';
import type { LinkKind } from './graph.ts';

/** `strip` keeps the words beside the reference, where there are any; `remove` leaves nothing. */
export type Change =
  | { do: 'remove' }
  | { do: 'strip' }
  | { do: 'display'; text: string }
  | { do: 'name'; reference: string };

/** What to change, by `<link kind> <Type/id>`. */
export type Changes = ReadonlyMap<string, Change>;

export const changeKey = (kind: LinkKind, reference: string): string => `${kind} ${reference}`;

type Members = Record<string, unknown>;

/** Members whose loss takes the object around them: `entry[].item`, `participant[].individual`, … */
const carriers: ReadonlySet<string> = new Set([
  'item',
  'target',
  'individual',
  'actor',
  'location',
  'valueReference',
  'agent',
  'ref',
]);

/** Arrays that, once emptied, take the object around them. */
const carrierArrays: ReadonlySet<string> = new Set(['answer']);

/** Elements that must be there: what stands in them when nobody can be named. spec: §10.7, §11.6 */
const unnamed: Readonly<Record<string, string>> = { 'Condition.asserter': 'Unknown' };

const extensionKinds: readonly [RegExp, LinkKind][] = [
  [/ActualProblem-1$|RelatedClinicalContent-1$/, 'problem-content'],
  [/RelatedProblemHeader-1$/, 'related-problem'],
  [/encounter-associatedEncounter$/, 'encounter'],
];

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isExact(value);

/** Makes the changes in place. */
export function withoutReferences(resource: JsonResource, changes: Changes): void {
  prune(resource, { changes, kind: 'other', root: resource.resourceType });
}

interface Position {
  changes: Changes;
  kind: LinkKind;
  /** Resource type while at its top level. */
  root: string | undefined;
}

/** True when the value must go. */
function prune(value: Members, at: Position): boolean {
  if (typeof value.reference === 'string') {
    const change = at.changes.get(changeKey(at.kind, value.reference));
    if (change !== undefined && apply(value, change)) return true;
  }
  let drop = false;
  for (const name of Object.keys(value)) {
    const child = value[name];
    if (Array.isArray(child)) drop = pruneArray(value, name, child, at) || drop;
    else if (isMembers(child) && prune(child, inside(at, name, value))) {
      const words = at.root === undefined ? undefined : unnamed[`${at.root}.${name}`];
      if (words === undefined) delete value[name];
      else value[name] = { display: words };
      drop = carriers.has(name) || drop;
    }
  }
  return drop && at.root === undefined;
}

/** True when the object around the array must go with what was lost. */
function pruneArray(value: Members, name: string, items: unknown[], at: Position): boolean {
  const kept = items.filter((item) => !isMembers(item) || !prune(item, inside(at, name, item)));
  if (kept.length === items.length) return false;
  if (kept.length === 0) delete value[name];
  else value[name] = kept;
  if (kept.length === 0 && (carrierArrays.has(name) || carriers.has(name))) return true;
  // A compound extension without one of its parts is no longer what its address says.
  return name === 'extension' && typeof value.url === 'string';
}

function inside(at: Position, name: string, holder: Members): Position {
  if (name === 'context' || name === 'encounter')
    return { changes: at.changes, kind: 'encounter', root: undefined };
  if (name === 'extension') {
    const found = extensionKinds.find(([shape]) => shape.test(String(holder.url)));
    return { changes: at.changes, kind: found?.[1] ?? at.kind, root: undefined };
  }
  const keeps = name === 'valueReference';
  return { changes: at.changes, kind: keeps ? at.kind : 'other', root: undefined };
}

/** True when the reference must go as a whole. */
function apply(reference: Members, change: Change): boolean {
  switch (change.do) {
    case 'remove':
      return true;
    case 'name':
      reference.reference = change.reference;
      return false;
    case 'display':
      for (const name of Object.keys(reference)) delete reference[name];
      reference.display = change.text;
      return false;
    case 'strip': {
      delete reference.reference;
      delete reference.identifier;
      return typeof reference.display !== 'string';
    }
  }
}
