// A record's index and links as a graph in memory: by key, by role, links out and links in.
// spec: access-record-structured §7 (where each link is stored)
import type { IndexEntry, Link, Role } from '../record/types.ts';

export interface EdgeOut {
  path: string;
  /** `Type/id`, also where the record does not hold it. */
  key: string;
  to: IndexEntry | undefined;
}

export interface EdgeIn {
  path: string;
  from: IndexEntry;
}

const none: readonly never[] = [];

export interface RecordGraph {
  readonly entries: readonly IndexEntry[];
  ofRole(role: Role): readonly IndexEntry[];
  find(type: string, id: string): IndexEntry | undefined;
  /** The entry's references, in document order. */
  out(entry: IndexEntry): readonly EdgeOut[];
  /** The references to the entry. */
  in(entry: IndexEntry): readonly EdgeIn[];
}

/** Links that selection never follows: every entry has the first, the second stay on the documents server. */
const ignoredTargets: ReadonlySet<string> = new Set(['Patient', 'Binary']);

export function buildGraph(entries: readonly IndexEntry[], links: readonly Link[]): RecordGraph {
  const byType = new Map<string, Map<string, IndexEntry>>();
  const byRole = new Map<Role, IndexEntry[]>();
  const bySeq = new Map<number, IndexEntry>();
  for (const entry of entries) {
    bySeq.set(entry.seq, entry);
    group(byType, entry.type, () => new Map<string, IndexEntry>()).set(entry.id, entry);
    group(byRole, entry.role, () => [] as IndexEntry[]).push(entry);
  }
  const out = new Map<number, EdgeOut[]>();
  const into = new Map<number, EdgeIn[]>();
  for (const link of links) {
    if (ignoredTargets.has(link.toType)) continue;
    const from = bySeq.get(link.fromSeq);
    if (from === undefined) continue;
    const to = byType.get(link.toType)?.get(link.toId);
    const key = `${link.toType}/${link.toId}`;
    group(out, from.seq, () => [] as EdgeOut[]).push({ path: link.path, key, to });
    if (to !== undefined) group(into, to.seq, () => [] as EdgeIn[]).push({ path: link.path, from });
  }
  return {
    entries,
    ofRole: (role) => byRole.get(role) ?? none,
    find: (type, id) => byType.get(type)?.get(id),
    out: (entry) => out.get(entry.seq) ?? none,
    in: (entry) => into.get(entry.seq) ?? none,
  };
}

function group<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}

/** The entries that the given links of an entry lead to. */
export function targets(graph: RecordGraph, entry: IndexEntry, ...paths: readonly string[]): IndexEntry[] {
  return graph.out(entry).flatMap(({ path, to }) => (to !== undefined && paths.includes(path) ? [to] : []));
}

/** The entries of a role that refer to this one by one of the given links. */
export function sources(
  graph: RecordGraph,
  entry: IndexEntry,
  role: Role,
  ...paths: readonly string[]
): IndexEntry[] {
  return graph
    .in(entry)
    .flatMap(({ path, from }) => (from.role === role && paths.includes(path) ? [from] : []));
}

/** What a link means for reading and rewriting; every other path is `other`. */
export type LinkKind = 'encounter' | 'problem-content' | 'related-problem' | 'other';

const kinds: Readonly<Record<string, LinkKind>> = {
  context: 'encounter',
  encounter: 'encounter',
  'context.encounter': 'encounter',
  'extension(encounter)': 'encounter',
  'extension(actualProblem)': 'problem-content',
  'extension(relatedClinicalContent)': 'problem-content',
  'extension(relatedProblemHeader)': 'related-problem',
};

export const linkKind = (path: string): LinkKind => kinds[path] ?? 'other';

export const encounterPaths = ['context', 'encounter', 'context.encounter', 'extension(encounter)'] as const;
export const contentPaths = ['extension(actualProblem)', 'extension(relatedClinicalContent)'] as const;
export const relatedProblemPath = 'extension(relatedProblemHeader)';
