// Where oidc-provider keeps sessions, codes and grants: in memory, bounded, gone after a restart (keys are not).

import type { Clock } from '@gp-connect/foundation/trust';
import type { Adapter, AdapterFactory, AdapterPayload } from 'oidc-provider';

interface Kept {
  readonly payload: AdapterPayload;
  readonly ends: number;
}

const MOST_KEPT = 20_000;

/** One store for one provider; the oldest entries make room for new ones. */
export function memoryAdapter(clock: Clock): AdapterFactory {
  const kept = new Map<string, Kept>();

  const read = (key: string): AdapterPayload | undefined => {
    const found = kept.get(key);
    if (!found) return undefined;
    if (found.ends > clock()) return found.payload;
    kept.delete(key);
    return undefined;
  };

  const makeRoom = (): void => {
    if (kept.size < MOST_KEPT) return;
    for (const key of [...kept.keys()]) read(key);
    for (const key of kept.keys()) {
      if (kept.size < MOST_KEPT) return;
      kept.delete(key);
    }
  };

  return (model): Adapter => {
    const prefix = `${model}:`;
    const findWhere = (wanted: (payload: AdapterPayload) => boolean): AdapterPayload | undefined => {
      for (const [key, { payload }] of kept) {
        if (key.startsWith(prefix) && wanted(payload)) return read(key);
      }
      return undefined;
    };
    return {
      async upsert(id, payload, expiresIn) {
        makeRoom();
        const ends = expiresIn === undefined ? Number.POSITIVE_INFINITY : clock() + expiresIn * 1000;
        kept.set(prefix + id, { payload, ends });
      },
      find: async (id) => read(prefix + id),
      findByUid: async (uid) => findWhere((payload) => payload.uid === uid),
      findByUserCode: async (code) => findWhere((payload) => payload.userCode === code),
      async consume(id) {
        const payload = read(prefix + id);
        if (payload) payload.consumed = Math.floor(clock() / 1000);
      },
      async destroy(id) {
        kept.delete(prefix + id);
      },
      async revokeByGrantId(grantId) {
        for (const [key, { payload }] of kept) if (payload.grantId === grantId) kept.delete(key);
      },
    };
  };
}
