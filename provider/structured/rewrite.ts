// References that cannot stay as stored: which they are, from the links; and taking them out of the resource.
// Only entries that have one are parsed. spec: access-record-structured §5 (a–e), §9.2, §9.3, §12
import { type JsonResource, parseJson, serializeJson } from '@gp-connect/foundation/fhir';
import type { IndexEntry } from '../record/index.ts';
import { disabledPlaceholder, unsupportedPlaceholder } from './areas.ts';
import { type Edge, edgeKey, type LinkKind, linkKind } from './graph.ts';
import type { Gathered, Source } from './linkage.ts';
import { type Change, type Changes, changeKey, withoutReferences } from './reference-surgery.ts';
import type { RequestedAreas } from './request.ts';

export interface RewriteContext extends Source, Gathered {
  asked: RequestedAreas;
}

/** The changes an entry needs; undefined when its text can be sent as it is. */
export function changesOf(context: RewriteContext, entry: IndexEntry): Changes | undefined {
  let changes: Map<string, Change> | undefined;
  for (const edge of context.graph.out(entry)) {
    const change = changeOf(context, entry, edge);
    if (change === undefined) continue;
    changes ??= new Map();
    changes.set(changeKey(linkKind(edge.path), edgeKey(edge)), change);
  }
  return changes;
}

function changeOf(context: RewriteContext, entry: IndexEntry, edge: Edge): Change | undefined {
  const { to } = edge;
  if (to !== undefined && context.gathering.included.has(to)) return undefined;
  const kind = linkKind(edge.path);
  if (to === undefined) return mayDangle(context, entry, kind, undefined) ? undefined : { do: 'strip' };
  const practitioner = context.suppressedRoles.get(to);
  if (practitioner !== undefined) {
    return { do: 'name', reference: `${practitioner.type}/${practitioner.id}` };
  }
  switch (context.filter.verdict(to)) {
    case 'withheld':
    case 'never':
      return { do: 'remove' };
    case 'off':
      return { do: 'display', text: disabledPlaceholder(context.filter.area(to)!) };
    case 'unsupported':
      return unsupported(entry, to);
    case 'shown':
      if (mayDangle(context, entry, kind, to)) return undefined;
      return to.type === 'List' ? { do: 'remove' } : { do: 'strip' };
  }
}

/** The five exceptions to "every reference resolves". spec: §5 */
function mayDangle(
  { gathering, asked }: RewriteContext,
  entry: IndexEntry,
  kind: LinkKind,
  to: IndexEntry | undefined,
): boolean {
  // With problems asked for, the consultation that made a problem is there, or nowhere.
  if (kind === 'encounter') return entry.role !== 'problem' || asked.problems === undefined;
  if (entry.role !== 'problem' || kind === 'other') return false;
  if (!gathering.matchedProblems.has(entry)) return true;
  return kind === 'problem-content' && to?.type === 'List' && asked.consultations === undefined;
}

/** Problems leave out test requests outside reports; structure lists say that something is there. spec: §7, §9.4 */
function unsupported(entry: IndexEntry, to: IndexEntry): Change {
  if (to.role === 'test-request' && entry.type !== 'List') return { do: 'remove' };
  return { do: 'display', text: unsupportedPlaceholder(to.type) };
}

/** A resource's text with the changes made. */
export function rewritten(
  json: string,
  changes: Changes | undefined,
  finish?: (resource: JsonResource) => void,
): string {
  const resource = parseJson(json);
  if (changes !== undefined) withoutReferences(resource, changes);
  finish?.(resource);
  return serializeJson(resource);
}
