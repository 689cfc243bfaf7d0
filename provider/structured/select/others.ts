// The areas whose selection is one test over the index. spec: access-record-structured §4
import type { IndexEntry } from '../../record/index.ts';
import type { RecordGraph } from '../graph.ts';
import type { ProblemFilter, RequestedAreas } from '../request.ts';
import { dayEnd, within } from './window.ts';

type Asked<Area extends keyof RequestedAreas> = NonNullable<RequestedAreas[Area]>;

/** Problems that match one of the filters; a filter without terms matches all. */
export function selectProblems(graph: RecordGraph, asked: Asked<'problems'>): IndexEntry[] {
  return graph.ofRole('problem').filter((entry) => asked.filters.some((filter) => matches(entry, filter)));
}

function matches(entry: IndexEntry, filter: ProblemFilter): boolean {
  return (
    (filter.status === undefined || entry.status === filter.status) &&
    (filter.significance === undefined || entry.detail === filter.significance)
  );
}

export function selectImmunisations(graph: RecordGraph, asked: Asked<'immunisations'>): IndexEntry[] {
  const given = graph
    .ofRole('immunisation')
    .filter((entry) => asked.notGiven || entry.detail !== 'not-given');
  return asked.status ? [...given, ...graph.ofRole('immunisation-status')] : given;
}

export function selectUncategorised(graph: RecordGraph, asked: Asked<'uncategorised'>): IndexEntry[] {
  return graph.ofRole('uncategorised').filter(within(asked.period));
}

export function selectInvestigations(graph: RecordGraph, asked: Asked<'investigations'>): IndexEntry[] {
  return graph.ofRole('report').filter(within(asked.period));
}

export function selectReferrals(graph: RecordGraph, asked: Asked<'referrals'>): IndexEntry[] {
  return graph.ofRole('referral').filter(within(asked.period));
}

/** Entries due by a date, by the start of their occurrence: overdue ones are always among them. */
export function selectDiary(graph: RecordGraph, asked: Asked<'diary'>): IndexEntry[] {
  const entries = graph.ofRole('diary');
  if (asked.until === undefined) return [...entries];
  const bound = dayEnd(asked.until);
  return entries.filter(({ from }) => from === null || from <= bound);
}
