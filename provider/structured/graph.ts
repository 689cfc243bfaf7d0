// A record's index and links as a graph in memory: by key, by role, links out and links in.
// spec: access-record-structured §7 (where each link is stored)
import type { IndexEntry, Link, Role } from '../record/index.ts';

/** A reference of one entry to another, or to something the record does not hold. */
export interface Edge {
  readonly path: string;
  readonly from: IndexEntry;
  readonly to: IndexEntry | undefined;
  readonly link: Link;
}

/** `Type/id`, also where the record does not hold it. */
export const edgeKey = ({ link }: Edge): string => `${link.toType}/${link.toId}`;

const none: readonly never[] = [];

export interface RecordGraph {
  readonly entries: readonly IndexEntry[];
  ofRole(role: Role): readonly IndexEntry[];
  find(type: string, id: string): IndexEntry | undefined;
  /** The entry's references, in document order. */
  out(entry: IndexEntry): readonly Edge[];
  /** The references to the entry. Of those to actors only `practitioner` is kept: every entry names some actor. */
  in(entry: IndexEntry): readonly Edge[];
}

/** Links that selection never follows: every entry has the first, the second stay on the documents server. */
const ignoredTargets: ReadonlySet<string> = new Set(['Patient', 'Binary']);

/** An entry as the graph hands it out, its edges beside it: a map from entries to edges costs ten times as much. */
interface Node extends IndexEntry {
  readonly references: Edge[];
  readonly referrers: Edge[];
}

/** Every entry the graph is asked about must be one it handed out. */
export function buildGraph(entries: readonly IndexEntry[], links: readonly Link[]): RecordGraph {
  const byType = new Map<string, Map<string, Node>>();
  const byRole = new Map<Role, Node[]>();
  const bySeq = new Map<number, Node>();
  const nodes = entries.map((entry): Node => ({ ...entry, references: [], referrers: [] }));
  for (const node of nodes) {
    bySeq.set(node.seq, node);
    group(byType, node.type, () => new Map<string, Node>()).set(node.id, node);
    group(byRole, node.role, () => [] as Node[]).push(node);
  }
  for (const link of links) {
    if (ignoredTargets.has(link.toType)) continue;
    const from = bySeq.get(link.fromSeq);
    if (from === undefined) continue;
    const to = byType.get(link.toType)?.get(link.toId);
    const edge: Edge = { path: link.path, from, to, link };
    from.references.push(edge);
    if (to !== undefined && (to.role !== 'actor' || link.path === 'practitioner')) to.referrers.push(edge);
  }
  return {
    entries: nodes,
    ofRole: (role) => byRole.get(role) ?? none,
    find: (type, id) => byType.get(type)?.get(id),
    out: (entry) => (entry as Node).references,
    in: (entry) => (entry as Node).referrers,
  };
}

function group<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  let found = map.get(key);
  if (found === undefined) {
    found = make();
    map.set(key, found);
  }
  return found;
}

/** The entries that the given links of an entry lead to. */
export function targets(
  graph: RecordGraph,
  entry: IndexEntry,
  ...paths: readonly string[]
): readonly IndexEntry[] {
  let found: IndexEntry[] | undefined;
  for (const { path, to } of graph.out(entry)) {
    if (to === undefined || !paths.includes(path)) continue;
    if (found === undefined) found = [to];
    else found.push(to);
  }
  return found ?? none;
}

/** The entries of a role that refer to this one by one of the given links. */
export function sources(
  graph: RecordGraph,
  entry: IndexEntry,
  role: Role,
  ...paths: readonly string[]
): readonly IndexEntry[] {
  let found: IndexEntry[] | undefined;
  for (const { path, from } of graph.in(entry)) {
    if (from.role !== role || !paths.includes(path)) continue;
    if (found === undefined) found = [from];
    else found.push(from);
  }
  return found ?? none;
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
