// Tokens seen: none is taken twice, also not by another replica or after a restart. spec: mesh §2
import { createHash } from 'node:crypto';
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import { inBatches } from './batch.ts';
import type { MeshToken } from './token.ts';
import type { MeshStore } from './types.ts';

export interface ReplayStore {
  /** True the first time, false ever after. */
  isNew(token: MeshToken): Promise<boolean>;
  /** Forgets tokens older than `hours`, which no longer pass the check of time. */
  forget(hours: number): Promise<void>;
}

export function openReplayStore(store: MeshStore, clock: () => number): ReplayStore {
  const remember = inBatches<string, boolean>(async (digests) => {
    const now = new Date(clock()).toISOString();
    const distinct = [...new Set(digests)];
    const { rows } = await unnestInsert(
      'mesh_token',
      [
        ['digest', 'text', distinct],
        ['seen_at', 'timestamptz', distinct.map(() => now)],
      ],
      sql`on conflict do nothing returning digest`,
    ).execute(store.db);
    const fresh = new Set((rows as { digest: string }[]).map(({ digest }) => digest));
    // Of two equal ones in a group only the first is new.
    return digests.map((digest) => fresh.delete(digest));
  });
  return {
    isNew: (token) => remember(digestOf(token)),
    async forget(hours) {
      const before = new Date(clock() - hours * 3_600_000).toISOString();
      await sql`delete from mesh_token where seen_at < ${before}`.execute(store.db);
    },
  };
}

function digestOf({ mailboxId, nonce, nonceCount, timestamp, hash }: MeshToken): string {
  return createHash('sha256')
    .update(`${mailboxId}:${nonce}:${nonceCount}:${timestamp}:${hash.toLowerCase()}`)
    .digest('base64');
}
