// Runs: one step of a recall, distributed to practices through the work queue. spec: national-service INC-01, INC-15
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import type { OversightDatabase } from './cases.ts';
import type { RecallPractice } from './ports.ts';
import type { ProviderAnswer } from './provider-answer.ts';

export type RecallStep =
  | 'dry-run'
  | 'flag-for-review'
  | 'quarantine'
  | 'correct'
  | 'release'
  | 'progress'
  | 'exposure'
  | 'notify-senders';

/** What an order of the run says beside the selector. */
export interface OrderParts {
  readonly proposal?: { readonly code: string; readonly display: string };
  readonly safetyDecision?: string;
  readonly title?: string;
}

export interface RecallRun {
  readonly recall: string;
  readonly run: number;
  readonly step: RecallStep;
  readonly asAt: string;
  readonly parts: OrderParts;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly finishedAt: string | null;
}

interface Row {
  recall: string;
  run: number;
  step: RecallStep;
  as_at: Date;
  order_parts: string;
  created_at: Date;
  created_by: string;
  finished_at: Date | null;
}

const toRun = (row: Row): RecallRun => ({
  recall: row.recall,
  run: row.run,
  step: row.step,
  asAt: new Date(row.as_at).toISOString(),
  parts: JSON.parse(row.order_parts) as OrderParts,
  createdAt: new Date(row.created_at).toISOString(),
  createdBy: row.created_by,
  finishedAt: row.finished_at === null ? null : new Date(row.finished_at).toISOString(),
});

/** Begins a run and puts every practice of it in the queue. Call with the case locked. */
export async function beginRun(
  db: OversightDatabase,
  made: Omit<RecallRun, 'run' | 'finishedAt'>,
  practices: readonly RecallPractice[],
): Promise<RecallRun> {
  const next = await sql<{ run: number }>`select coalesce(max(run), 0) + 1 as run from recall_run
    where recall = ${made.recall}`.execute(db);
  const { run } = next.rows[0]!;
  const finishedAt = practices.length === 0 ? made.createdAt : null;
  await sql`insert into recall_run (recall, run, step, as_at, order_parts, created_at, created_by, finished_at)
    values (${made.recall}, ${run}, ${made.step}, ${made.asAt}, ${JSON.stringify(made.parts)}, ${made.createdAt},
      ${made.createdBy}, ${finishedAt})`.execute(db);
  if (practices.length > 0) {
    await unnestInsert('recall_work', [
      ['recall', 'text', practices.map(() => made.recall)],
      ['run', 'int', practices.map(() => run)],
      ['practice', 'text', practices.map(({ ods }) => ods)],
      ['icb', 'text', practices.map(({ icb }) => icb)],
      ['supplier', 'text', practices.map(({ supplier }) => supplier)],
      ['state', 'text', practices.map(() => 'waiting')],
      ['not_before', 'timestamptz', practices.map(() => made.createdAt)],
    ]).execute(db);
  }
  return { ...made, run, finishedAt };
}

export async function readRuns(db: OversightDatabase, recall: string): Promise<RecallRun[]> {
  const found = await sql<Row>`select * from recall_run where recall = ${recall} order by run`.execute(db);
  return found.rows.map(toRun);
}

/** The newest run of one of the steps. */
export async function newestRun(
  db: OversightDatabase,
  recall: string,
  ...steps: readonly RecallStep[]
): Promise<RecallRun | undefined> {
  const found = await sql<Row>`select * from recall_run where recall = ${recall}
    and step = any(${[...steps]}::text[]) order by run desc limit 1`.execute(db);
  return found.rows[0] && toRun(found.rows[0]);
}

/** A practice that is to be sent an order, taken for a while. */
export interface Work {
  readonly recall: string;
  readonly run: number;
  readonly practice: string;
  readonly attempts: number;
}

/**
 * Takes up to `most` due pieces of work until `leaseEnds`: nobody else takes them before then, and whoever takes them
 * after a crash does the same again, which changes nothing. Safe between any number of processes.
 */
export async function takeWork(
  db: OversightDatabase,
  { now, leaseEnds, most }: { now: string; leaseEnds: string; most: number },
): Promise<Work[]> {
  const taken = await sql<Work>`update recall_work w set attempts = w.attempts + 1, not_before = ${leaseEnds}
    from (select recall, run, practice from recall_work where state = 'waiting' and not_before <= ${now}
      order by not_before, recall, run, practice limit ${most} for update skip locked) due
    where w.recall = due.recall and w.run = due.run and w.practice = due.practice
    returning w.recall, w.run, w.practice, w.attempts`.execute(db);
  return taken.rows;
}

/** When the next waiting piece of work is due; null where none waits. */
export async function nextDue(db: OversightDatabase): Promise<number | null> {
  const found = await sql<{ due: Date | null }>`select min(not_before) as due from recall_work
    where state = 'waiting'`.execute(db);
  const due = found.rows[0]?.due;
  return due ? new Date(due).getTime() : null;
}

/** Writes a practice's answer, once: an answer that was written already stays. Call in a transaction. */
export async function finishWork(
  db: OversightDatabase,
  { recall, run, practice }: Work,
  answer: ProviderAnswer,
  at: string,
): Promise<void> {
  await lockRun(db, recall, run);
  const done = await sql`update recall_work set state = 'done', answered_at = ${at}, fault = null,
      oldest_open = ${answer.oldestOpen ?? null}
    where recall = ${recall} and run = ${run} and practice = ${practice} and state <> 'done' returning 1`.execute(
    db,
  );
  if (done.rows.length === 0) return;
  const { counts, reads = [] } = answer;
  if (counts.length > 0) {
    await unnestInsert('recall_count', [
      ...keysOf(counts, { recall, run, practice }),
      ['sender', 'text', counts.map(({ sender }) => sender)],
      ['state', 'text', counts.map(({ state }) => state)],
      ['count', 'int', counts.map(({ count }) => count)],
    ]).execute(db);
  }
  if (reads.length > 0) {
    await unnestInsert('recall_read_count', [
      ...keysOf(reads, { recall, run, practice }),
      ['organisation', 'text', reads.map(({ organisation }) => organisation)],
      ['name', 'text', reads.map(({ name }) => name)],
      ['product', 'text', reads.map(({ product }) => product)],
      ['reads', 'int', reads.map((each) => each.reads)],
    ]).execute(db);
  }
  await finishRun(db, recall, run, at);
}

const keysOf = (rows: readonly unknown[], { recall, run, practice }: Omit<Work, 'attempts'>) =>
  [
    ['recall', 'text', rows.map(() => recall)],
    ['run', 'int', rows.map(() => run)],
    ['practice', 'text', rows.map(() => practice)],
  ] as const;

/** The two last practices of a run must not each think that the other is still waiting. */
async function lockRun(db: OversightDatabase, recall: string, run: number): Promise<void> {
  await sql`select 1 from recall_run where recall = ${recall} and run = ${run} for update`.execute(db);
}

async function finishRun(db: OversightDatabase, recall: string, run: number, at: string): Promise<void> {
  await sql`update recall_run set finished_at = ${at} where recall = ${recall} and run = ${run}
    and finished_at is null and not exists (select 1 from recall_work
      where recall = ${recall} and run = ${run} and state = 'waiting')`.execute(db);
}

/** Puts work off until later. */
export async function postponeWork(
  db: OversightDatabase,
  { recall, run, practice }: Work,
  fault: string,
  until: string,
): Promise<void> {
  await sql`update recall_work set not_before = ${until}, fault = ${fault}
    where recall = ${recall} and run = ${run} and practice = ${practice} and state = 'waiting'`.execute(db);
}

/** The practice's system refused for good: asking again would not help until someone looks. Call in a transaction. */
export async function refuseWork(
  db: OversightDatabase,
  { recall, run, practice }: Work,
  fault: string,
  at: string,
): Promise<void> {
  await lockRun(db, recall, run);
  await sql`update recall_work set state = 'refused', fault = ${fault}
    where recall = ${recall} and run = ${run} and practice = ${practice} and state = 'waiting'`.execute(db);
  await finishRun(db, recall, run, at);
}

/** Puts refused and waiting work of a recall in the queue at once. Answers how many. */
export async function retryWork(db: OversightDatabase, recall: string, at: string): Promise<number> {
  const moved = await sql<{ run: number }>`update recall_work set state = 'waiting', not_before = ${at}
    where recall = ${recall} and state = 'refused' returning run`.execute(db);
  await sql`update recall_work set not_before = ${at} where recall = ${recall} and state = 'waiting'
    and fault is not null and not_before > ${at}`.execute(db);
  const runs = [...new Set(moved.rows.map(({ run }) => run))];
  if (runs.length > 0)
    await sql`update recall_run set finished_at = null where recall = ${recall}
      and run = any(${runs}::int[])`.execute(db);
  return moved.rows.length;
}
