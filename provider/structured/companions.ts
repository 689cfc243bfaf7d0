// What travels with an item: the medication triangle, a report's tree, a referral's letters, a hierarchy's nodes.
// spec: access-record-structured §1, §7
import type { IndexEntry } from '../record/index.ts';
import { type RecordGraph, sources, targets } from './graph.ts';

type Companions = (graph: RecordGraph, entry: IndexEntry) => readonly IndexEntry[];

const drugOf: Companions = (graph, entry) => targets(graph, entry, 'medicationReference');
const plansOf: Companions = (graph, entry) =>
  targets(graph, entry, 'basedOn').filter(({ role }) => role === 'plan');

export const statementsOf: Companions = (graph, entry) => {
  if (entry.role === 'statement') return [entry];
  const plans = entry.role === 'order' ? plansOf(graph, entry) : [entry];
  return plans.flatMap((plan) => sources(graph, plan, 'statement', 'basedOn'));
};

/** The issues made under a statement's plan. */
export const ordersOf: Companions = (graph, statement) =>
  plansOf(graph, statement).flatMap((plan) => sources(graph, plan, 'order', 'basedOn'));

const partRoles: ReadonlySet<string> = new Set(['report-part', 'specimen', 'test-request', 'document']);
const observationLinks = ['related.target', 'specimen'];

/** One step down a report's tree; both directions of `related`, since the links do not tell which way they run. */
const partsOf: Companions = (graph, entry) => {
  const down = graph
    .out(entry)
    .flatMap(({ to, path }) =>
      to !== undefined &&
      partRoles.has(to.role) &&
      (entry.role === 'report' || observationLinks.includes(path) || to.role === 'document')
        ? [to]
        : [],
    );
  if (entry.role !== 'report' && entry.role !== 'report-part') return [];
  return [
    ...down,
    ...sources(graph, entry, 'report-part', 'related.target'),
    ...sources(graph, entry, 'document', 'context.related.ref', 'context.related'),
  ];
};

/** The reports an entry is part of; a report itself. */
const reportsOf: Companions = (graph, entry) => {
  const reports = new Set<IndexEntry>();
  const seen = new Set([entry]);
  const waiting = [entry];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.role === 'report') {
      reports.add(next);
      continue;
    }
    const around = [
      ...graph.in(next).map(({ from }) => from),
      ...(next.role === 'report-part' ? targets(graph, next, 'related.target') : []),
    ].filter(({ role }) => role === 'report' || role === 'report-part');
    for (const other of around) {
      if (seen.has(other)) continue;
      seen.add(other);
      waiting.push(other);
    }
  }
  return [...reports];
};

const table: Readonly<Partial<Record<IndexEntry['role'], Companions>>> = {
  statement: (graph, entry) => [...plansOf(graph, entry), ...drugOf(graph, entry)],
  plan: (graph, entry) => [...statementsOf(graph, entry), ...drugOf(graph, entry)],
  order: (graph, entry) => [...plansOf(graph, entry), ...drugOf(graph, entry)],
  report: partsOf,
  'report-part': partsOf,
  referral: (graph, entry) => [
    ...targets(graph, entry, 'supportingInfo').filter(({ role }) => role === 'document'),
    ...sources(graph, entry, 'document', 'context.related.ref', 'context.related'),
  ],
};

/** What comes with an entry, one step; the caller follows the steps of those it admits. */
export const companionsOf: Companions = (graph, entry) => table[entry.role]?.(graph, entry) ?? [];

/** The other nodes of an uncategorised hierarchy, one step. */
export const hierarchyOf: Companions = (graph, entry) =>
  entry.role === 'uncategorised'
    ? [
        ...targets(graph, entry, 'related.target').filter(({ role }) => role === 'uncategorised'),
        ...sources(graph, entry, 'uncategorised', 'related.target'),
      ]
    : [];

const inReports: ReadonlySet<string> = new Set(['report-part', 'specimen', 'test-request']);

/** The reports to send when a part of one was referred to: a part is never sent without its report. */
export const wholeOf: Companions = (graph, item) => (inReports.has(item.role) ? reportsOf(graph, item) : []);

/** What secondary lists name in place of an item: statements for requests, reports for their parts. */
export function listedFor(graph: RecordGraph, item: IndexEntry): readonly IndexEntry[] {
  if (item.role === 'plan' || item.role === 'order') return statementsOf(graph, item);
  if (inReports.has(item.role)) return reportsOf(graph, item);
  return item.role === 'questionnaire-response' ? [] : [item];
}
