// What each step of a recall does at one practice; only counts come out. spec: national-service INC-04, INC-07, INC-08, INC-13
import type { RecordEntryKey, Records, RecordTransaction } from '../record/index.ts';
import type { FiledEntries, ReceivedEntry } from './filed-entries.ts';
import { markContained, markReleased, propose, putItems, readItems, settle } from './items.ts';
import { putChecks } from './notices.ts';
import type { RecallOrder, RecallStep } from './order.ts';

export interface StepContext {
  readonly db: RecordTransaction;
  readonly records: Records;
  readonly entries: FiledEntries;
  readonly order: RecallOrder;
  /** ISO 8601. */
  readonly now: string;
}

/** How many entries of one sender are in one state. The national layer learns nothing else about them. */
export interface StateCount {
  readonly sender: string;
  readonly state: string;
  readonly count: number;
}

/** How often an organisation was shown affected records through a product. */
export interface ReadCount {
  readonly organisation: string;
  readonly name: string;
  readonly product: string;
  readonly reads: number;
}

export interface StepAnswer {
  readonly recall: string;
  readonly practice: string;
  readonly run: number;
  readonly step: RecallStep;
  readonly asAt: string;
  readonly counts: readonly StateCount[];
  /** Since when the oldest item that is not settled waits, `yyyy-mm-dd`; for `progress`. */
  readonly oldestOpen?: string | null;
  readonly reads?: readonly ReadCount[];
}

/** The cause under which a recall withholds and holds. */
export const causeOf = (recall: string): string => `recall ${recall}`;

type StepRun = (context: StepContext) => Promise<Pick<StepAnswer, 'counts' | 'oldestOpen'>>;

export const stepRuns: Readonly<Record<Exclude<RecallStep, 'exposure'>, StepRun>> = {
  'dry-run': async (context) => ({ counts: countStates(await hits(context)) }),
  'flag-for-review': async (context) => ({ counts: countStates(await listed(context)) }),
  quarantine,
  correct: async (context) => {
    const found = await listed(context);
    await propose(context.db, context.order.practice, context.order.recall, context.order.proposal!);
    return { counts: countStates(found) };
  },
  release,
  progress,
  'notify-senders': notifySenders,
};

const hits = ({ db, entries, order }: StepContext): Promise<ReceivedEntry[]> =>
  entries.search(db, order.practice, order.selector, order.asAt);

/** The hits as they are now, every one on the practice's work list. */
async function listed(context: StepContext): Promise<ReceivedEntry[]> {
  const { db, entries, order, now } = context;
  const then = await hits(context);
  const current = await entries.current(
    db,
    order.practice,
    then.map(({ entry }) => entry),
  );
  const found = then.map((each) => current.get(each.entry) ?? each);
  await putItems(db, order.practice, order.recall, found, now);
  return found;
}

/** What is in the record is withheld from every view, what waits cannot be accepted. */
async function quarantine(context: StepContext) {
  const { db, records, entries, order, now } = context;
  await listed(context);
  const open = await readItems(db, order.practice, { recall: order.recall, openOnly: true });
  const cause = causeOf(order.recall);
  const filed = open.flatMap(({ filedAs }): RecordEntryKey[] => (filedAs ? [filedAs] : []));
  if (filed.length > 0) await records.quarantine(db, order.practice, filed, cause);
  const waiting = open.filter(({ filedAs, stateThen }) => !filedAs && stateThen !== 'rejected');
  await entries.hold(
    db,
    order.practice,
    waiting.map(({ entry }) => entry),
    cause,
  );
  await markContained(db, order.practice, order.recall, now);
  return { counts: countBy(open, ({ filedAs }) => (filedAs ? 'withheld' : 'not-in-record')) };
}

async function release({ db, records, entries, order, now }: StepContext) {
  const items = await readItems(db, order.practice, { recall: order.recall });
  const contained = items.filter(
    ({ containedAt, releasedAt, outcome }) =>
      containedAt !== null && releasedAt === null && outcome !== 'rejected',
  );
  const cause = causeOf(order.recall);
  const filed = contained.flatMap(({ filedAs }) => (filedAs ? [filedAs] : []));
  if (filed.length > 0) await records.liftQuarantine(db, order.practice, filed, cause);
  await entries.release(
    db,
    order.practice,
    contained.map(({ entry }) => entry),
    cause,
  );
  await markReleased(db, order.practice, order.recall, now);
  return { counts: countBy(contained, () => 'released') };
}

/** Where every item stands. A waiting entry its reviewer refused, or that was refused before, is settled by that. */
async function progress({ db, entries, order, now }: StepContext) {
  const open = await readItems(db, order.practice, { recall: order.recall, openOnly: true });
  const current = await entries.current(
    db,
    order.practice,
    open.map(({ entry }) => entry),
  );
  for (const item of open) {
    if (current.get(item.entry)?.state !== 'rejected') continue;
    const decided = {
      outcome: 'rejected',
      replacement: null,
      reason: null,
      by: 'review',
      role: 'review',
    } as const;
    await settle(db, order.practice, item, { ...decided, at: now });
  }
  const items = await readItems(db, order.practice, { recall: order.recall });
  const waiting = items.filter(({ outcome }) => outcome === null).map(({ flaggedAt }) => flaggedAt);
  return {
    counts: countBy(
      items,
      ({ outcome, containedAt, releasedAt }) =>
        outcome ?? (containedAt !== null && releasedAt === null ? 'open-quarantined' : 'open-flagged'),
    ),
    oldestOpen: waiting.sort()[0]?.slice(0, 10) ?? null,
  };
}

/** The author's own list waits to be sent; what the author answered so far is told, in messages. spec: INC-09 */
async function notifySenders({ db, order, now }: StepContext) {
  const items = await readItems(db, order.practice, { recall: order.recall });
  await putChecks(db, order.practice, order.recall, now);
  const messages = new Map(items.map((item) => [item.message, item]));
  return { counts: countBy([...messages.values()], ({ authorAnswer }) => authorAnswer ?? 'unanswered') };
}

const countStates = (entries: readonly ReceivedEntry[]): StateCount[] =>
  countBy(entries, ({ state }) => state);

function countBy<Item extends { senderOds: string }>(
  items: readonly Item[],
  stateOf: (item: Item) => string,
): StateCount[] {
  const counts = new Map<string, { sender: string; state: string; count: number }>();
  for (const item of items) {
    const state = stateOf(item);
    const key = `${item.senderOds} ${state}`;
    const known = counts.get(key) ?? { sender: item.senderOds, state, count: 0 };
    known.count += 1;
    counts.set(key, known);
  }
  return [...counts.values()].sort((a, b) => (`${a.sender} ${a.state}` < `${b.sender} ${b.state}` ? -1 : 1));
}
