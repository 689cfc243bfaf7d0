// Load of two kinds: as fast as it goes with so many at once, and at a steady pace whatever becomes of it.
import { setTimeout as after } from 'node:timers/promises';
import { percentile } from './rounds.ts';

/** How often a second `work` was done by so many at once. */
export async function atOnce(count: number, seconds: number, work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  const until = began + seconds * 1000;
  let done = 0;
  await Promise.all(
    Array.from({ length: count }, async () => {
      while (performance.now() < until) {
        await work();
        done += 1;
      }
    }),
  );
  return (done / (performance.now() - began)) * 1000;
}

export interface PacedResult {
  /** Milliseconds from when each was due to when it was done. */
  readonly p50: number;
  readonly p99: number;
  /** Done a second, from the first being due to the last being done. */
  readonly rate: number;
}

/** Begins `work` so often a second, late or not. */
export async function paced(
  perSecond: number,
  seconds: number,
  work: () => Promise<unknown>,
): Promise<PacedResult> {
  const waits: number[] = [];
  const under: Promise<void>[] = [];
  const began = performance.now();
  const total = Math.round(seconds * perSecond);
  for (let begun = 0; begun < total; ) {
    const due = Math.min(total, Math.ceil(((performance.now() - began) * perSecond) / 1000));
    for (; begun < due; begun += 1) {
      const at = began + (begun * 1000) / perSecond;
      under.push(work().then(() => void waits.push(performance.now() - at)));
    }
    await after(1);
  }
  await Promise.all(under);
  const rate = (total / (performance.now() - began)) * 1000;
  const sorted = Float64Array.from(waits).sort();
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99), rate };
}
