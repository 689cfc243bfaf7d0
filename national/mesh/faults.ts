// Faults a simulator makes on purpose; all off unless set. spec: mesh §10
import { setTimeout as wait } from 'node:timers/promises';

export interface FaultRates {
  /** Share of sends (0–1) that are accepted and then left without an answer. */
  dropAnswer: number;
  /** Share of requests answered 429. */
  tooMany: number;
  /** Share of requests answered 503. */
  unavailable: number;
  /** Pause before each chunk is served, in milliseconds. */
  slowChunkMs: number;
  /** Share of acknowledgements that are answered and forgotten, so that the message is delivered again. */
  deliverAgain: number;
}

export interface Faults {
  /** May be changed while running. */
  readonly rates: FaultRates;
  strikes(fault: Exclude<keyof FaultRates, 'slowChunkMs'>): boolean;
  slowDown(): Promise<void>;
}

export function createFaults(rates: FaultRates, random: () => number): Faults {
  return {
    rates,
    strikes: (fault) => rates[fault] > 0 && random() < rates[fault],
    slowDown: async () => {
      if (rates.slowChunkMs > 0) await wait(rates.slowChunkMs);
    },
  };
}
