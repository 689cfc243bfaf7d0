// The organisations and practitioners that stand in a search answer. spec: access-document §4.3
import type { IndexEntry } from '../record/index.ts';
import type { RecordGraph } from '../structured/index.ts';

/** In the order they are sent. */
const sentTypes = ['Organization', 'Practitioner', 'PractitionerRole'];
/** Links that lead from one actor to another worth sending. */
const followed: Readonly<Record<string, readonly string[]>> = {
  PractitionerRole: ['practitioner', 'organization'],
};

/**
 * The practice, the patient's usual GP, authors and custodians of the documents, and the roles of those practitioners
 * with the organisations they are held at; each once.
 */
export function peopleOf(
  graph: RecordGraph,
  patient: IndexEntry | undefined,
  practice: IndexEntry | undefined,
  documents: readonly IndexEntry[],
): IndexEntry[] {
  const found = new Set<IndexEntry>();
  const waiting: IndexEntry[] = [
    ...(practice ? [practice] : []),
    ...(patient ? linked(graph, patient, ['generalPractitioner']) : []),
    ...documents.flatMap((document) => linked(graph, document, ['author', 'custodian'])),
  ];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (found.has(next) || !sentTypes.includes(next.type)) continue;
    found.add(next);
    waiting.push(...linked(graph, next, followed[next.type] ?? []));
    if (next.type === 'Practitioner') waiting.push(...rolesOf(graph, next));
  }
  const place = ({ type }: IndexEntry) => sentTypes.indexOf(type);
  return [...found].sort((a, b) => place(a) - place(b) || a.seq - b.seq);
}

export function linked(graph: RecordGraph, from: IndexEntry, paths: readonly string[]): IndexEntry[] {
  return graph.out(from).flatMap(({ path, to }) => (to && paths.includes(path) ? [to] : []));
}

const rolesOf = (graph: RecordGraph, practitioner: IndexEntry): IndexEntry[] =>
  graph
    .in(practitioner)
    .flatMap(({ path, from }) => (path === 'practitioner' && from.type === 'PractitionerRole' ? [from] : []));
