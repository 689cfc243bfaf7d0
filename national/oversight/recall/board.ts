// The figures of a recall: counts by state, practice, ICB and sender, how far each run is, and what may be published.
// spec: national-service INC-04, INC-12, INC-13, ANL-09
import { sql } from '@gp-connect/foundation/store';
import type { OversightDatabase } from './cases.ts';
import type { RecallRun } from './runs.ts';

export type Counts = Readonly<Record<string, number>>;

/** How far a run is. */
export interface RunFigures {
  readonly run: number;
  readonly step: string;
  readonly asAt: string;
  readonly complete: boolean;
  readonly asked: number;
  readonly answered: number;
  readonly waiting: number;
  readonly refused: number;
  /** Practices not even asked once yet. */
  readonly untried: number;
}

export async function runFigures(db: OversightDatabase, run: RecallRun): Promise<RunFigures> {
  const found = await sql<Omit<RunFigures, 'run' | 'step' | 'asAt' | 'complete'>>`
    select count(*)::int as asked,
      count(*) filter (where state = 'done')::int as answered,
      count(*) filter (where state = 'waiting')::int as waiting,
      count(*) filter (where state = 'refused')::int as refused,
      count(*) filter (where attempts = 0)::int as untried
    from recall_work where recall = ${run.recall} and run = ${run.run}`.execute(db);
  const { recall: _, parts: _parts, createdAt, createdBy, finishedAt, ...told } = run;
  return { ...told, complete: finishedAt !== null, ...found.rows[0]! };
}

/** What a dry run found. Practices and senders are those with hits. */
export interface Totals {
  readonly hits: number;
  readonly byState: Counts;
  readonly practices: number;
  readonly senders: number;
}

export async function totals(db: OversightDatabase, { recall, run }: RecallRun): Promise<Totals> {
  const states = await sql<{
    state: string;
    count: number;
  }>`select state, sum(count)::int as count from recall_count
    where recall = ${recall} and run = ${run} group by state order by state`.execute(db);
  const parties = await sql<{ practices: number; senders: number }>`
    select count(distinct practice)::int as practices, count(distinct sender)::int as senders from recall_count
    where recall = ${recall} and run = ${run} and count > 0`.execute(db);
  return {
    hits: states.rows.reduce((sum, { count }) => sum + count, 0),
    byState: Object.fromEntries(states.rows.map(({ state, count }) => [state, count])),
    ...parties.rows[0]!,
  };
}

/** Final states; every other state of `progress` is open. spec: INC-14 */
export const finalStates: ReadonlySet<string> = new Set([
  'entered-in-error',
  'corrected',
  'confirmed-correct',
  'rejected',
]);

/** Percentage settled, two decimals; 100 where there is nothing to settle. */
export function completion(byState: Counts): number {
  const all = Object.values(byState).reduce((sum, count) => sum + count, 0);
  const settled = Object.entries(byState).reduce(
    (sum, [state, count]) => sum + (finalStates.has(state) ? count : 0),
    0,
  );
  return all === 0 ? 100 : Math.floor((settled / all) * 10_000) / 100;
}

export async function oldestOpen(db: OversightDatabase, { recall, run }: RecallRun): Promise<string | null> {
  const found = await sql<{ oldest: string | null }>`select min(oldest_open)::text as oldest from recall_work
    where recall = ${recall} and run = ${run}`.execute(db);
  return found.rows[0]?.oldest ?? null;
}

/** Counts by state of each ICB or sender; what is not known stands under `unknown`. */
export async function countsBy(
  db: OversightDatabase,
  { recall, run }: RecallRun,
  dimension: 'icb' | 'sender',
): Promise<{ [dimension: string]: string | Counts }[]> {
  const column = dimension === 'icb' ? sql`coalesce(w.icb, 'unknown')` : sql`c.sender`;
  const found = await sql<{ key: string; state: string; count: number }>`
    select ${column} as key, c.state, sum(c.count)::int as count
    from recall_count c join recall_work w on w.recall = c.recall and w.run = c.run and w.practice = c.practice
    where c.recall = ${recall} and c.run = ${run} group by 1, 2 order by 1, 2`.execute(db);
  const groups = new Map<string, Record<string, number>>();
  for (const { key, state, count } of found.rows) {
    const group = groups.get(key) ?? {};
    group[state] = count;
    groups.set(key, group);
  }
  return [...groups].map(([key, byState]) => ({ [dimension]: key, byState }));
}

export interface PracticeFigures {
  readonly practice: string;
  readonly icb: string | null;
  readonly state: 'waiting' | 'done' | 'refused';
  readonly attempts: number;
  readonly fault: string | null;
  readonly hits: number;
  readonly byState: Counts;
}

/** Every practice of a run, those with zero hits too, in pages by ODS code. spec: INC-13 */
export async function practiceFigures(
  db: OversightDatabase,
  { recall, run }: RecallRun,
  { limit, start }: { limit: number; start: number },
): Promise<PracticeFigures[]> {
  const found = await sql<Omit<PracticeFigures, 'byState' | 'hits'> & { counts: string | null }>`
    select w.practice, w.icb, w.state, w.attempts, w.fault,
      (select json_object_agg(state, count)::text from (select state, sum(count)::int as count from recall_count c
        where c.recall = w.recall and c.run = w.run and c.practice = w.practice group by state) s) as counts
    from recall_work w where w.recall = ${recall} and w.run = ${run}
    order by w.practice limit ${limit} offset ${start}`.execute(db);
  return found.rows.map(({ counts, ...row }) => {
    const byState = (counts === null ? {} : JSON.parse(counts)) as Record<string, number>;
    return { ...row, hits: Object.values(byState).reduce((sum, count) => sum + count, 0), byState };
  });
}

/** Practices that may hold entries: those that found some, and those that did not answer. */
export async function practicesToAct(db: OversightDatabase, { recall, run }: RecallRun) {
  const found = await sql<{ ods: string; icb: string | null; supplier: string | null }>`
    select w.practice as ods, w.icb, w.supplier from recall_work w
    where w.recall = ${recall} and w.run = ${run} and (w.state <> 'done' or exists (select 1 from recall_count c
      where c.recall = w.recall and c.run = w.run and c.practice = w.practice and c.count > 0))
    order by w.practice`.execute(db);
  return found.rows;
}

/** Reads of affected records by organisation: whom a notice goes to, and how many reads it is about. spec: INC-12 */
export async function readsByOrganisation(db: OversightDatabase, { recall, run }: RecallRun) {
  const found = await sql<{
    organisation: string;
    name: string;
    product: string;
    reads: number;
    practices: number;
  }>`
    select organisation, max(name) as name, product, sum(reads)::int as reads, count(distinct practice)::int as practices
    from recall_read_count where recall = ${recall} and run = ${run}
    group by organisation, product order by sum(reads) desc, organisation, product`.execute(db);
  return found.rows;
}

const SMALLEST_PUBLISHED = 8;

/** Counts under eight are told as `<8`, zero as zero. spec: ANL-09 */
export const published = (count: number): number | string =>
  count === 0 || count >= SMALLEST_PUBLISHED ? count : `<${SMALLEST_PUBLISHED}`;

export const publishedCounts = (counts: Counts): Record<string, number | string> =>
  Object.fromEntries(Object.entries(counts).map(([state, count]) => [state, published(count)]));
