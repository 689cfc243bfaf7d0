// Periods that begin or end with a year or a month: the index keeps the outer instants only, so the resource is asked
// how far such a bound reaches. Only entries a search is about to drop are asked. spec: access-record-structured §4
import { type FhirDate, parseFhirDate, parseJson } from '@gp-connect/foundation/fhir';
import type { IndexEntry, RecordReader } from '../../record/index.ts';

type Resources = Pick<RecordReader, 'resources'>;
type Bound = 'start' | 'end';

const YEAR = 366 * 86_400_000;

/** Those of `entries` that start on or after `bound`, or within a year or month that reaches it. */
export async function startingFrom(
  reader: Resources,
  entries: readonly IndexEntry[],
  bound: number,
): Promise<ReadonlySet<IndexEntry>> {
  const inDoubt = entries.filter(
    ({ from }) => from !== null && from < bound && bound - from <= YEAR && beginsMonth(from),
  );
  const reaching = await periodsOf(reader, inDoubt, 'start', (start) => start.end > bound);
  return new Set(
    entries.filter((entry) => entry.from === null || entry.from >= bound || reaching.has(entry)),
  );
}

/** Those of `entries` that end by `bound`, or within a year or month that began before it; no end: their start. */
export async function endingBy(
  reader: Resources,
  entries: readonly IndexEntry[],
  bound: number,
): Promise<ReadonlySet<IndexEntry>> {
  const last = ({ from, to }: IndexEntry) => to ?? from;
  const inDoubt = entries.filter(
    ({ to }) => to !== null && to > bound && to - bound <= YEAR && beginsMonth(to + 1),
  );
  const reaching = await periodsOf(reader, inDoubt, 'end', (end) => end.start <= bound);
  return new Set(entries.filter((entry) => (last(entry) ?? bound) <= bound || reaching.has(entry)));
}

async function periodsOf(
  reader: Resources,
  entries: readonly IndexEntry[],
  bound: Bound,
  test: (date: FhirDate) => boolean,
): Promise<ReadonlySet<IndexEntry>> {
  const kept = new Set<IndexEntry>();
  if (entries.length === 0) return kept;
  const bySeq = new Map(entries.map((entry) => [entry.seq, entry]));
  for await (const { seq, json } of reader.resources([...bySeq.keys()])) {
    const date = boundOf(json, bound);
    if (date !== undefined && test(date)) kept.add(bySeq.get(seq)!);
  }
  return kept;
}

function boundOf(json: string, bound: Bound): FhirDate | undefined {
  const resource = parseJson(json);
  const period = (resource.period ?? resource.effectivePeriod ?? {}) as { start?: unknown; end?: unknown };
  const text = period[bound] ?? (bound === 'start' ? resource.effectiveDateTime : undefined);
  return typeof text === 'string' ? parseFhirDate(text) : undefined;
}

const inEngland = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** Years and months begin at midnight on the first of a month. */
function beginsMonth(at: number): boolean {
  return at % 3_600_000 === 0 && /^01\D+00\D00\D00$/.test(inEngland.format(at));
}
