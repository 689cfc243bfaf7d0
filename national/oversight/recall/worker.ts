// Works the queue: sends each waiting practice its order, writes the counts that come back, tries again what failed.
// Any number of workers may run; one that is killed leaves nothing but a lease to run out. spec: national-service INC-15
import type { KeyObject } from 'node:crypto';
import { findCase, type OversightStore } from './cases.ts';
import { signOrder } from './orders.ts';
import type { AppendEvent, RecallPractices } from './ports.ts';
import { type ProviderAnswer, providerAnswer } from './provider-answer.ts';
import { finishWork, nextDue, postponeWork, readRuns, refuseWork, takeWork, type Work } from './runs.ts';
import { OrderFailure, type OrderTransport } from './transport.ts';

export interface RecallWorkerOptions {
  readonly store: OversightStore;
  readonly practices: RecallPractices;
  readonly transport: OrderTransport;
  /** Ed25519 private key; providers hold the public one. */
  readonly key: KeyObject;
  /** Every order that leaves, and every answer, before it counts (INC-16). */
  readonly append: AppendEvent;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** Orders under way at the same time. */
  readonly concurrency?: number;
  /** How long taken work is left alone; longer than any answer takes. */
  readonly leaseMs?: number;
  /** Longest pause between looks into the queue. */
  readonly pollMs?: number;
  /** First pause after a failure; doubles up to `longestPauseMs`. */
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  readonly onError: (error: unknown) => void;
}

export interface RecallWorker {
  /** Looks into the queue now. */
  wake(): void;
  /** Takes nothing more, and resolves once what is under way has ended. */
  close(): Promise<void>;
}

export function startRecallWorker(options: RecallWorkerOptions): RecallWorker {
  const { store, clock, concurrency = 32, leaseMs = 90_000, pollMs = 1000 } = options;
  const underWay = new Set<Promise<void>>();
  let closing = false;
  let timer: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;
  let lookAgain = false;

  const instant = (ms: number) => new Date(ms).toISOString();

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    const most = concurrency - underWay.size;
    if (most > 0) {
      const now = clock();
      const taken = await takeWork(store.db, { now: instant(now), leaseEnds: instant(now + leaseMs), most });
      for (const work of taken) {
        const done: Promise<void> = carryOut(options, work)
          .catch(options.onError)
          .finally(() => {
            underWay.delete(done);
            wake();
          });
        underWay.add(done);
      }
      if (taken.length === most) return;
    }
    const due = underWay.size === concurrency ? null : await nextDue(store.db);
    const wait = due === null ? pollMs : Math.min(pollMs, Math.max(20, due - clock()));
    if (!closing) timer = setTimeout(wake, wait);
  };

  function wake(): void {
    if (closing) return;
    if (looking) {
      lookAgain = true;
      return;
    }
    looking = look()
      .catch((error) => {
        options.onError(error);
        timer = setTimeout(wake, pollMs);
      })
      .finally(() => {
        looking = undefined;
        if (lookAgain) {
          lookAgain = false;
          wake();
        }
      });
  }

  wake();
  return {
    wake,
    async close() {
      closing = true;
      clearTimeout(timer);
      await looking;
      clearTimeout(timer);
      await Promise.all(underWay);
    },
  };
}

/** One practice, one order. Never leaves the work neither answered nor due again. */
async function carryOut(options: RecallWorkerOptions, work: Work): Promise<void> {
  const { store, clock } = options;
  const at = () => new Date(clock()).toISOString();
  try {
    const answer = await ask(options, work);
    const entries = answer.counts.reduce((sum, { count }) => sum + count, 0);
    await audited(options, work, 'recall-order-answered', `${entries} entries`);
    await store.db.transaction().execute((transaction) => finishWork(transaction, work, answer, at()));
  } catch (error) {
    if (error instanceof OrderRefused) {
      await audited(options, work, 'recall-order-refused', error.fault);
      await store.db.transaction().execute((transaction) => refuseWork(transaction, work, error.fault, at()));
      return;
    }
    if (!(error instanceof OrderFailure)) options.onError(error);
    const fault = error instanceof OrderFailure ? error.fault : 'failed here';
    await postponeWork(store.db, work, fault, new Date(clock() + pauseAfter(options, work)).toISOString());
  }
}

/** The provider understood and will not. */
class OrderRefused extends Error {
  readonly fault: string;

  constructor(fault: string) {
    super(`the order was refused: ${fault}`);
    this.name = 'OrderRefused';
    this.fault = fault;
  }
}

/** Statuses of a passing trouble; every other 4xx is a refusal. */
const passing: ReadonlySet<number> = new Set([408, 425, 429]);

const audited = (
  { append }: RecallWorkerOptions,
  { recall, run, practice }: Work,
  action: string,
  to: string,
) =>
  append({
    patient: { kind: 'admin', action, subject: `${recall} ${run}`, practice, from: null, to, reason: null },
    staff: {},
    technical: {},
  });

async function ask(options: RecallWorkerOptions, work: Work): Promise<ProviderAnswer> {
  const { store, practices, transport, key, clock } = options;
  const found = await findCase(store.db, work.recall);
  const run = (await readRuns(store.db, work.recall)).find((each) => each.run === work.run);
  if (!found || !run) throw new OrderRefused('no-such-run');
  const origin = await practices.origin(work.practice);
  if (origin === undefined) throw new OrderFailure('no-endpoint');
  const order = await signOrder(key, run, found, work.practice, clock());
  await audited(options, work, `recall-order-${run.step}`, 'sent');
  const path = `/${work.practice}/recall/v1/${work.recall}/${run.step}`;
  const { status, text } = await transport.send(origin, path, order);
  if (status >= 400 && status < 500 && !passing.has(status)) throw new OrderRefused(`http ${status}`);
  if (status !== 200) throw new OrderFailure(`http ${status}`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new OrderFailure('answer-not-json');
  }
  const answer = providerAnswer.safeParse(body);
  if (!answer.success) throw new OrderRefused('answer-not-counts');
  const { recall, practice, step } = answer.data;
  if (
    recall !== work.recall ||
    practice !== work.practice ||
    step !== run.step ||
    answer.data.run !== work.run
  )
    throw new OrderRefused('answer-to-another-order');
  return answer.data;
}

function pauseAfter(
  { firstPauseMs = 1000, longestPauseMs = 300_000, random }: RecallWorkerOptions,
  { attempts }: Work,
) {
  const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(attempts - 1, 20));
  return pause * (0.75 + random() / 2);
}
