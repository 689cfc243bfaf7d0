// Consultations: within a period, or the most recent ones. spec: access-record-structured §4, §8
import type { IndexEntry, RecordReader } from '../../record/index.ts';
import { flatItems, hasStructure } from '../flat-consultation.ts';
import type { RecordGraph } from '../graph.ts';
import type { RequestedAreas } from '../request.ts';
import { endingBy, startingFrom } from './partial-dates.ts';
import { dayEnd, dayStart } from './window.ts';

/** Encounters of the List of consultations. One without any content is no consultation. */
export async function selectConsultations(
  graph: RecordGraph,
  reader: Pick<RecordReader, 'resources'>,
  asked: NonNullable<RequestedAreas['consultations']>,
): Promise<IndexEntry[]> {
  const all = graph
    .ofRole('encounter')
    .filter((entry) => hasStructure(graph, entry) || flatItems(graph, entry).length > 0);
  if (asked.mostRecent !== undefined) return mostRecent(all, asked.mostRecent);
  const { start, end } = asked.period ?? {};
  const started = start === undefined ? new Set(all) : await startingFrom(reader, all, dayStart(start));
  const ended = end === undefined ? started : await endingBy(reader, [...started], dayEnd(end));
  return all.filter((entry) => ended.has(entry));
}

function mostRecent(all: readonly IndexEntry[], number: number): IndexEntry[] {
  const undatedLast = (entry: IndexEntry) => entry.from ?? Number.NEGATIVE_INFINITY;
  return [...all]
    .sort((a, b) => (undatedLast(a) === undatedLast(b) ? b.seq - a.seq : undatedLast(b) - undatedLast(a)))
    .slice(0, number);
}
