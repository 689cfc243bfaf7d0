// The directory and the policy in memory, kept in step by the change feed, and for how long they are believed.
// spec: national-service RTE-06, ENB-04, SLA-05
import { setTimeout as after } from 'node:timers/promises';
import type { Logger } from '@gp-connect/foundation/http';
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { Agent, request } from 'undici';
import { indexSnapshot, type LiveSnapshot, type NationalSnapshot } from '../directory/index.ts';
import type { Change } from '../policy/index.ts';

export interface TrustedDirectory {
  /** The snapshot, or null where there was no contact with the directory for too long: then nothing is routed. */
  current(): NationalSnapshot | null;
  close(): Promise<void> | void;
}

export interface FeedOptions {
  /** `https://directory.example.nhs.uk/directory/v1` */
  readonly url: string;
  readonly identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;
  readonly trustSeconds: number;
  /** Milliseconds, never going back. */
  readonly clock: () => number;
  readonly logger: Logger;
  /** Pause after a failed contact. */
  readonly retryMs?: number;
}

type SnapshotData = Parameters<typeof indexSnapshot>[0];

interface FeedAnswer {
  readonly version: number;
  readonly reload: boolean;
  readonly changes: readonly Change[];
}

/** Longer than the directory holds a long poll back. */
const POLL_SECONDS = 60;

/** Follows the feed from now on; the first snapshot may come later (`current` is null until then). */
export function followDirectory(options: FeedOptions): TrustedDirectory & { readonly ready: Promise<void> } {
  const agent = new Agent({
    allowH2: false,
    connect: clientTls(options.identity) as Agent.Options['connect'] & object,
  });
  const stopping = new AbortController();
  let snapshot: LiveSnapshot | null = null;
  let contact = Number.NEGATIVE_INFINITY;
  let became: () => void;
  const ready = new Promise<void>((resolve) => {
    became = resolve;
  });

  const get = async <T>(path: string): Promise<T> => {
    const asked = options.clock();
    const answer = await request(options.url + path, {
      dispatcher: agent,
      signal: stopping.signal,
      headersTimeout: POLL_SECONDS * 1000,
      bodyTimeout: POLL_SECONDS * 1000,
    });
    if (answer.statusCode !== 200) {
      await answer.body.dump();
      throw new Error(`the directory feed answered ${answer.statusCode}`);
    }
    const body = (await answer.body.json()) as T;
    // What was true when the answer was asked for: a slow answer is an old one.
    contact = path.startsWith('/changes') ? options.clock() : asked;
    return body;
  };

  const step = async (): Promise<void> => {
    if (!snapshot) {
      snapshot = indexSnapshot(await get<SnapshotData>('/snapshot'));
      became();
      return;
    }
    const current = snapshot;
    const feed = await get<FeedAnswer>(`/changes?after=${current.version}`);
    if (feed.reload || !feed.changes.every((change) => current.apply(change))) {
      snapshot = indexSnapshot(await get<SnapshotData>('/snapshot'));
    }
  };

  const following = (async () => {
    while (!stopping.signal.aborted) {
      try {
        await step();
      } catch (error) {
        if (stopping.signal.aborted) break;
        options.logger.warn({ err: error }, 'no contact with the directory');
        await after(options.retryMs ?? 1000, undefined, { signal: stopping.signal, ref: false }).catch(
          () => {},
        );
      }
    }
  })();

  return {
    ready,
    current: () => (options.clock() - contact <= options.trustSeconds * 1000 ? snapshot : null),
    async close() {
      stopping.abort();
      await following;
      await agent.destroy();
    },
  };
}
