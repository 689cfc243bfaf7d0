// How many entries of recalls are open, for the navigation of every page: asked again once a minute at most.
// spec: national-service INC-07
import { InboxApiError } from './inbox-api.ts';
import type { RecallsApi } from './recalls-api.ts';

const FRESH_MS = 60_000;

export interface RecallCount {
  /** Open entries, as last told. */
  readonly open: number;
  /** Milliseconds since 1970 UTC. */
  readonly asOf: number;
}
export const noRecallCount: RecallCount = { open: 0, asOf: Number.NEGATIVE_INFINITY };

interface Counting {
  recallCount: RecallCount;
}

/** Brings the count of a session up to date. Whoever may not see recalls, or has none here, has none open. */
export async function refreshRecallCount(
  state: Counting,
  api: () => Pick<RecallsApi, 'recalls'>,
  now: number,
): Promise<void> {
  if (now - state.recallCount.asOf < FRESH_MS) return;
  let open = 0;
  try {
    for (const recall of await api().recalls()) open += recall.open;
  } catch (error) {
    if (!(error instanceof InboxApiError)) throw error;
  }
  state.recallCount = { open, asOf: now };
}

/** Something was settled: the next page asks again. */
export function forgetRecallCount(state: Counting): void {
  state.recallCount = { ...state.recallCount, asOf: Number.NEGATIVE_INFINITY };
}
