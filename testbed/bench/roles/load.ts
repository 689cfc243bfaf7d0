// The load generator: asks as fast as the answers come, one request at a time on each connection.
import { randomUUID } from 'node:crypto';
import { clientTls } from '@gp-connect/foundation/trust';
import { type Dispatcher, Pool } from 'undici';
import type { CertificateFiles } from '../../running/certificates.ts';
import type { LoadResult, LoadTask } from '../load.ts';
import { percentile } from '../rounds.ts';
import { readIdentity } from '../scene.ts';
import { playRole } from './role.ts';

await playRole(async (files: CertificateFiles) => {
  const identity = readIdentity(files);
  const pools = new Map<string, Pool>();
  const poolOf = ({ origin, connections, servername }: LoadTask): Pool => {
    const key = `${origin} ${connections}`;
    const pool =
      pools.get(key) ??
      new Pool(origin, {
        allowH2: false,
        pipelining: 1,
        connections,
        connect: clientTls(identity, servername ? { servername } : {}) as Pool.Options['connect'] & object,
        headersTimeout: 120_000,
        keepAliveTimeout: 60_000,
      });
    pools.set(key, pool);
    return pool;
  };
  return {
    ready: true,
    answer: (task: LoadTask) => run(poolOf(task), task),
    close: async () => {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
});

async function run(pool: Pool, task: LoadTask): Promise<LoadResult> {
  const first: number[] = [];
  const last: number[] = [];
  let bytes = 0;
  const began = performance.now();
  const until = began + task.seconds * 1000;
  const more = () => performance.now() < until || last.length < (task.atLeast ?? 1);
  await Promise.all(
    Array.from({ length: task.connections }, async () => {
      do {
        const one = await ask(pool, task);
        first.push(one.first);
        last.push(one.last);
        bytes = one.bytes;
      } while (more());
    }),
  );
  const seconds = (performance.now() - began) / 1000;
  return { requests: last.length, seconds, bytes, first: percentiles(first), last: percentiles(last) };
}

function percentiles(values: number[]): { p50: number; p99: number } {
  const sorted = Float64Array.from(values).sort();
  return { p50: percentile(sorted, 50), p99: percentile(sorted, 99) };
}

interface Answered {
  readonly first: number;
  readonly last: number;
  readonly bytes: number;
}

/** Rejects on any status but 200: a refusal is no measurement. */
function ask(pool: Pool, { path, method, headers, body }: LoadTask): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    let first = 0;
    let bytes = 0;
    let status = 0;
    let refusal = '';
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart() {},
      onResponseStart(_controller, code) {
        status = code;
      },
      onResponseData(_controller, chunk) {
        first ||= performance.now() - began;
        bytes += chunk.length;
        if (status !== 200 && refusal.length < 500) refusal += chunk.toString();
      },
      onResponseEnd() {
        if (status === 200) resolve({ first, last: performance.now() - began, bytes });
        else reject(new Error(`answered ${status}: ${refusal}`));
      },
      onResponseError: (_controller, error) => reject(error),
    };
    pool.dispatch(
      { path, method, headers: { ...headers, 'ssp-traceid': randomUUID() }, body: body ?? null },
      handler,
    );
  });
}
