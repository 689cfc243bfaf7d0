// Starts MESH: one HTTPS server with its database, payload storage, router, sweeps and operations.
import type { ServerOptions as HttpsOptions } from 'node:https';
import {
  createLogger,
  createMetrics,
  type ListenAddress,
  type Logger,
  type Metrics,
  startListening,
  startOperations,
} from '@gp-connect/foundation/http';
import { openStore, sql } from '@gp-connect/foundation/store';
import type { Revocations } from '@gp-connect/foundation/trust';
import { type AppendAudit, createAudit } from './audit-trail.ts';
import type { Mesh } from './context.ts';
import type { TakesProduct } from './enablement.ts';
import { createFaults, type FaultRates } from './faults.ts';
import { actorFrom, keyRingFrom, revocationsFrom, storageFrom, tlsFrom } from './from-settings.ts';
import { createKeyRing } from './keys.ts';
import { openMailboxes } from './mailboxes.ts';
import { messageIds } from './message-id.ts';
import { openMessageStore } from './message-store.ts';
import { createMeshMetrics } from './metrics.ts';
import { meshMigrations } from './migrations.ts';
import { createPauses } from './pause-control.ts';
import { openPauseStore } from './pause-store.ts';
import type { MeshPauses } from './pauses.ts';
import type { PayloadStorage } from './payload-storage.ts';
import { openReplayStore } from './replay.ts';
import { failDelivery } from './reports.ts';
import { type Router, startRouter } from './routing.ts';
import { createMeshServer } from './server.ts';
import type { MeshSettings } from './settings.ts';
import { removeDiscarded, removeStray, sweep } from './sweep.ts';
import type { MailboxLoad, MeshStore, ResolvePatient } from './types.ts';

export interface MeshDependencies {
  /** Where every step of a message is written before it is answered. */
  audit: AppendAudit;
  /** The practice of a patient, asked at delivery (PDS). */
  resolvePatient: ResolvePatient;
  /** Whether a practice has a product switched on (`takesProduct`); absent: every practice has. */
  takes?: TakesProduct;
  /** Type of an organisation, shown to patients in the audit. */
  organisationType?: (ods: string) => string;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** From 0 up to 1, for faults made on purpose. */
  random?: () => number;
  logger?: Logger;
  /** Takes the place of the settings' TLS files; without either the server is plain HTTP, on loopback only. */
  tls?: HttpsOptions;
  revocations?: Revocations;
  /** An open store, kept open by its owner; absent: opened from the settings. */
  store?: MeshStore;
  /** Takes the place of the folder or bucket of the settings. */
  storage?: PayloadStorage;
  /** Key-encryption keys, newest first; absent: from the settings' key files. */
  keys?: readonly Buffer[];
}

export interface RunningMesh {
  readonly address: ListenAddress;
  /** Where `/health` and `/metrics` are. */
  readonly operations: ListenAddress;
  readonly store: MeshStore;
  /** Faults made on purpose; may be changed while running. */
  readonly faults: FaultRates;
  /** What the operator stopped, and how. */
  readonly pauses: MeshPauses;
  /** Writes mailboxes with their workflows, replacing those of the same id. */
  putMailboxes(mailboxes: readonly MailboxLoad[]): Promise<void>;
  /** Runs one round of expiry and removal now, stray payloads included. */
  sweep(): Promise<void>;
  /** Resolves when every GPPROVIDER message taken so far is delivered, reported or waiting for PDS. */
  routed(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the store, its tables made where they are missing. */
export function openMeshStore(settings: {
  databaseUrl?: string | undefined;
  dataFolder: string;
  databaseConnections?: number;
}): Promise<MeshStore> {
  const url = settings.databaseUrl ?? `embedded:${settings.dataFolder}`;
  return openStore({ url, poolSize: settings.databaseConnections ?? 10 }, meshMigrations);
}

/** Writes mailboxes into an open store, for loaders that run before the server. */
export async function putMailboxes(
  store: MeshStore,
  keys: readonly Buffer[],
  mailboxes: readonly MailboxLoad[],
): Promise<void> {
  await openMailboxes(store, createKeyRing(keys), Date.now).put(mailboxes);
}

/** @throws ConfigurationError's faults are the caller's: settings come parsed by `meshSettings`. */
export async function startMesh(
  settings: MeshSettings,
  dependencies: MeshDependencies,
): Promise<RunningMesh> {
  const clock = dependencies.clock ?? Date.now;
  const logger = dependencies.logger ?? createLogger({ name: 'mesh' });
  const closers: (() => Promise<unknown> | unknown)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const tls = dependencies.tls ?? tlsFrom(settings);
    if (!tls && !['127.0.0.1', '::1', 'localhost'].includes(settings.host))
      throw new Error('MESH without TLS listens on loopback only');
    const store = dependencies.store ?? (await openMeshStore(settings));
    if (!dependencies.store) closers.push(() => store.close());
    const metrics = createMetrics('mesh');
    const { mesh, router } = await makeMesh(settings, dependencies, { clock, logger, store, metrics });
    closers.push(() => router.close());
    await router.takeWaiting();
    closers.push(startSweeps(mesh, router));
    const server = createMeshServer(mesh, {
      metrics,
      tls,
      clock,
      revocations: dependencies.revocations ?? revocationsFrom(settings, clock),
      store,
      authorise: actorFrom(settings, clock),
    });
    closers.push(() => server.close());
    const address = await startListening(server, 'mesh', { host: settings.host, port: settings.port });
    const operations = await startOperations({
      service: 'mesh',
      address: { host: '127.0.0.1', port: settings.operationsPort },
      metrics,
      health: async () => {
        const answering = await sql`select 1`.execute(store.db).then(
          () => true,
          () => false,
        );
        return { status: answering ? 'healthy' : 'unhealthy', database: answering };
      },
    });
    closers.push(() => operations.close());
    return {
      address,
      operations: operations.address,
      store,
      faults: mesh.faults.rates,
      pauses: mesh.pauses,
      putMailboxes: (mailboxes) => mesh.mailboxes.put(mailboxes),
      async sweep() {
        await sweep(mesh);
        await removeStray(mesh);
      },
      routed: () => router.idle(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeMesh(
  settings: MeshSettings,
  dependencies: MeshDependencies,
  parts: { clock: () => number; logger: Logger; store: MeshStore; metrics: Metrics },
): Promise<{ mesh: Mesh; router: Router }> {
  const { clock, logger, store, metrics } = parts;
  const ring = dependencies.keys ? createKeyRing(dependencies.keys) : keyRingFrom(settings);
  const storage = dependencies.storage ?? (await storageFrom(settings));
  const messages = openMessageStore(store, clock);
  const router: Router = startRouter(() => mesh, dependencies.resolvePatient);
  const mesh: Mesh = {
    settings,
    clock,
    logger,
    metrics: createMeshMetrics(metrics),
    mailboxes: openMailboxes(store, ring, clock),
    messages,
    replay: openReplayStore(store, clock),
    ring,
    storage,
    audit: createAudit(dependencies.audit, {
      clock,
      organisationType: dependencies.organisationType ?? (() => ''),
    }),
    pauses: createPauses({
      store: openPauseStore(store, clock),
      messages,
      append: dependencies.audit,
      clock,
      returnToSender: (message, reason) => failDelivery(mesh, message, '16', 'refused', `(${reason})`),
      routeWaiting: () => router.takeWaiting(),
    }),
    faults: createFaults({ ...settings.faults }, dependencies.random ?? Math.random),
    takes: dependencies.takes ?? (() => true),
    nextId: messageIds(clock),
    route: (message) => router.take(message),
    removeDiscarded: async () => {
      try {
        await removeDiscarded({ messages, storage });
      } catch (error) {
        logger.error({ err: error }, 'payloads could not be removed; the next sweep tries again');
      }
    },
  };
  return { mesh, router };
}

/** Sweeps now and then until the returned function is called. Stray payloads are looked for once an hour. */
function startSweeps(mesh: Mesh, router: Router): () => Promise<void> {
  let running: Promise<void> | undefined;
  let strayAt = Number.NEGATIVE_INFINITY;
  const round = async () => {
    try {
      await sweep(mesh);
      await router.takeWaiting();
      if (mesh.clock() - strayAt < 3_600_000) return;
      strayAt = mesh.clock();
      const removed = await removeStray(mesh);
      if (removed > 0) mesh.logger.info({ removed }, 'removed payloads of sends that were interrupted');
    } catch (error) {
      mesh.logger.error({ err: error }, 'a sweep failed');
    }
  };
  const start = () => {
    running ??= round().finally(() => {
      running = undefined;
    });
  };
  start();
  const timer = setInterval(start, mesh.settings.sweepSeconds * 1000);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
