// The operator's recall worker over a store, with what it needs from files: nothing of a GP system is loaded with it.
import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type OversightStore,
  openOrderTransport,
  practicesOfDirectory,
  type RecallWorker,
  startRecallWorker,
} from '@gp-connect/national';

/** Name of the GP system, as its certificate says it. */
export const providerHost = 'gp.example.nhs.uk';

export interface OperatorFiles {
  readonly tls: string;
  readonly signingKey: string;
}

/** A worker over a store, sending to the provider on this machine's `port`. */
export function startWorker(
  store: OversightStore,
  files: OperatorFiles,
  port: number,
  { concurrency = 16, leaseMs = 90_000 }: { concurrency?: number; leaseMs?: number } = {},
): RecallWorker & { readonly stop: () => Promise<void> } {
  const transport = openOrderTransport({
    identity: JSON.parse(readFileSync(files.tls, 'utf8')),
    hosts: { [providerHost]: `127.0.0.1:${port}` },
  });
  const worker = startRecallWorker({
    ...{ store, practices: practicesOfDirectory(store), transport, concurrency, leaseMs },
    key: createPrivateKey(readFileSync(files.signingKey)),
    clock: Date.now,
    random: Math.random,
    pollMs: 100,
    firstPauseMs: 200,
    append: async () => undefined,
    onError: (error) => console.error(error),
  });
  const stop = async () => {
    await worker.close();
    await transport.close();
  };
  return { ...worker, stop };
}
