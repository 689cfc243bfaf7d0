// Starts the directory: one HTTPS server for SDS, PDS, tokens, change feed and operator API, and its operations.
import { readFileSync } from 'node:fs';
import type { ServerOptions as HttpsOptions } from 'node:https';
import { ConfigurationError } from '@gp-connect/foundation/config';
import {
  createLogger,
  createMetrics,
  createServer,
  type FastifyRequest,
  type ListenAddress,
  type Logger,
  startListening,
  startOperations,
} from '@gp-connect/foundation/http';
import { openStore } from '@gp-connect/foundation/store';
import {
  type AccessTokenVerifier,
  createAccessTokenVerifier,
  openRevocations,
  type Revocations,
  serverTls,
} from '@gp-connect/foundation/trust';
import { recallCaseMigrations, recallRoutes } from '../oversight/index.ts';
import { type Actor, operatorRoutes, policyMigrations } from '../policy/index.ts';
import { feedPath, feedRoutes } from './feed-routes.ts';
import { type LiveDirectory, openLiveDirectory } from './live-directory.ts';
import { directoryMigrations } from './migrations.ts';
import { type OpenRecall, openRecall } from './open-recall.ts';
import type { PdsVerifiers } from './pds-access.ts';
import { pdsPath, pdsRoutes } from './pds-routes.ts';
import { createRateLimit } from './rate-limit.ts';
import { sdsPath, sdsRoutes } from './sds-routes.ts';
import type { DirectorySettings } from './settings.ts';
import type { DirectoryStore } from './store.ts';
import { createApplicationTokens, tokenEndpoint } from './token-endpoint.ts';

export interface DirectoryDependencies {
  /** Milliseconds since 1970. */
  clock?: () => number;
  logger?: Logger;
  /** Takes the place of the settings' TLS files; without either the server is plain HTTP, for loopback only. */
  tls?: HttpsOptions;
  revocations?: Revocations;
  /** An open store, kept open by its owner; absent: opened from the settings. */
  store?: DirectoryStore;
  /** Verifies access tokens of staff (PDS healthcare-worker mode, operator API); absent: from the settings' `cis2`. */
  staff?: AccessTokenVerifier;
  /** Verifies NHS login tokens for PDS patient mode. */
  patient?: PdsVerifiers['patient'];
  /** Who asks the operator API; absent: made from `staff`. */
  authorise?: (request: FastifyRequest) => Promise<Actor | null>;
}

export interface RunningDirectory {
  readonly address: ListenAddress;
  /** Where `/health` and `/metrics` are. */
  readonly operations: ListenAddress;
  readonly store: DirectoryStore;
  readonly directory: LiveDirectory;
  close(): Promise<void>;
}

/** Opens the store, its tables made where they are missing. */
export function openDirectoryStore(settings: {
  databaseUrl?: string | undefined;
  dataFolder: string;
  databaseConnections?: number;
}): Promise<DirectoryStore> {
  const url = settings.databaseUrl ?? `embedded:${settings.dataFolder}`;
  const poolSize = settings.databaseConnections ?? 10;
  return openStore({ url, poolSize }, [...policyMigrations, ...directoryMigrations, ...recallCaseMigrations]);
}

export async function startDirectory(
  settings: DirectorySettings,
  dependencies: DirectoryDependencies = {},
): Promise<RunningDirectory> {
  const clock = dependencies.clock ?? Date.now;
  const logger = dependencies.logger ?? createLogger({ name: 'directory' });
  const closers: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer();
  };
  try {
    const store = dependencies.store ?? (await openDirectoryStore(settings));
    if (!dependencies.store) closers.push(() => store.close());
    const directory = await openLiveDirectory(
      store,
      { refreshMs: settings.refreshMs, trustMs: settings.trustMs, timeoutMs: settings.storeTimeoutMs },
      { clock, onError: (error) => logger.error({ err: error }, 'the directory could not be refreshed') },
    );
    closers.push(() => directory.close());
    const recall =
      settings.recall &&
      (await openRecall(settings.recall, { store, clock, logger, changed: () => directory.refresh() }));
    if (recall) closers.push(() => recall.close());
    const metrics = createMetrics('directory');
    const server = createServer({
      logger,
      metrics,
      tls: dependencies.tls ?? tlsFrom(settings),
      answerError: (_error, _request, reply) => void reply.code(500).send({ error: 'failed' }),
      answerUnknown: (_request, reply) =>
        void reply.code(404).send({ error: 'there is nothing at this address' }),
    });
    closers.push(() => server.close());
    const services = { settings, dependencies, clock, store, directory, recall };
    await registerRoutes(server, services);
    const address = await startListening(server, 'directory', { host: settings.host, port: settings.port });
    const operations = await startOperations({
      service: 'directory',
      address: { host: '127.0.0.1', port: settings.operationsPort },
      metrics,
      health: () => healthOf(directory, settings),
    });
    closers.push(() => operations.close());
    return { address, operations: operations.address, store, directory, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Services {
  settings: DirectorySettings;
  dependencies: DirectoryDependencies;
  clock: () => number;
  store: DirectoryStore;
  directory: LiveDirectory;
  recall: OpenRecall | undefined;
}

async function registerRoutes(
  server: ReturnType<typeof createServer>,
  { settings, dependencies, clock, store, directory, recall }: Services,
): Promise<void> {
  const { publicUrl } = settings;
  const staff =
    dependencies.staff ??
    (settings.cis2 ? createAccessTokenVerifier({ ...settings.cis2, clock }) : undefined);
  const revocations =
    dependencies.revocations ??
    (settings.tls?.revokedFile ? openRevocations(settings.tls.revokedFile, { clock }) : undefined);
  const tokens = createApplicationTokens(settings.tokenSecret, clock);
  const clients = settings.pdsClients;

  await server.register(sdsRoutes, {
    prefix: sdsPath,
    directory,
    apiKeys: settings.apiKeys,
    limit: createRateLimit(settings.sdsRequestsPerMinute, 60, clock),
    publicUrl,
  });
  await server.register(pdsRoutes, {
    prefix: pdsPath,
    store,
    verifiers: { applications: tokens, staff, patient: dependencies.patient },
    limit: createRateLimit(settings.pdsRequestsPerSecond, 1, clock),
    severalOrganisations: new Set(clients.flatMap((one) => (one.severalOrganisations ? one.id : []))),
    publicUrl,
    timeoutMs: settings.storeTimeoutMs,
    now: () => new Date(clock()),
  });
  await server.register(tokenEndpoint, {
    clients: clients as Parameters<typeof tokenEndpoint>[1]['clients'],
    tokens,
    audience: ({ protocol, host }) => `${publicUrl ?? `${protocol}://${host}`}/oauth2/token`,
    clock,
  });
  await server.register(feedRoutes, {
    prefix: feedPath,
    directory,
    readers: settings.feedReaders,
    clock,
    revocations,
    longPollMs: settings.longPollMs,
  });
  const authorise = dependencies.authorise ?? actorFrom(staff);
  await server.register(operatorRoutes, {
    prefix: '/operator/v1',
    store,
    snapshot: () => directory.snapshot(),
    refresh: () => directory.refresh(),
    authorise,
    now: () => new Date(clock()),
  });
  if (recall) await server.register(recallRoutes, { prefix: '/operator/v1', ...recall.routes, authorise });
}

/** Roles of national-service §1 as the verified token says them; practice roles count at the user's organisation. */
function actorFrom(staff: AccessTokenVerifier | undefined) {
  return async (request: FastifyRequest): Promise<Actor | null> => {
    const verified = await staff?.(request.headers.authorization).catch(() => undefined);
    if (!verified) return null;
    const { userId, roles, organisation } = verified.identity;
    return { id: userId, roles, practice: organisation.ods };
  };
}

/** @throws ConfigurationError where neither TLS nor a loopback address protects what is answered. */
function tlsFrom(settings: DirectorySettings): HttpsOptions | undefined {
  if (!settings.tls) {
    if (['127.0.0.1', '::1', 'localhost'].includes(settings.host)) return undefined;
    throw new ConfigurationError([`directory.tls: needed to listen on ${settings.host}`]);
  }
  const { keyFile, certificateFile, caFile } = settings.tls;
  const text = (file: string) => readFileSync(file, 'utf8');
  const identity = { key: text(keyFile), cert: text(certificateFile), ca: text(caFile) };
  // Most clients of SDS and PDS carry a key or a token; who must show a certificate is refused without one.
  return serverTls(identity, { clients: 'answer' });
}

function healthOf(directory: LiveDirectory, { trustMs, refreshMs }: DirectorySettings) {
  const age = directory.age();
  const status = age > trustMs ? 'unhealthy' : age > 10 * refreshMs + 5000 ? 'degraded' : 'healthy';
  return { status, version: directory.snapshot().version, confirmedMsAgo: age } as const;
}
