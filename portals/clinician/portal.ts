// Starts the clinician portal: pages on which a care worker finds a patient and reads their GP record.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connections, openConnections, openDirectory } from '@gp-connect/consumer';
import { londonToday } from '@gp-connect/foundation/fhir';
import {
  createLogger,
  createMetrics,
  type ListenAddress,
  type Logger,
  startListening,
  startOperations,
} from '@gp-connect/foundation/http';
import { createSignIn, staffIdentity } from '@gp-connect/foundation/trust';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createPortalServer, createSessions, secretFromFile } from '../kit/index.ts';
import { type Desk, sendProblem, wordsFor } from './desk.ts';
import { findRoutes } from './find-routes.ts';
import { recordRoutes } from './record-routes.ts';
import { createRecordShelf } from './record-shelf.ts';
import type { FailureWords } from './refusal-words.ts';
import type { ClinicianSettings } from './settings.ts';
import { signInRoutes } from './sign-in-routes.ts';
import type { StaffState } from './staff-session.ts';

export interface ClinicianDependencies {
  readonly logger?: Logger;
  /** Milliseconds since 1970 UTC. */
  readonly clock?: () => number;
}

export interface RunningPortal {
  readonly address: ListenAddress;
  readonly operations: ListenAddress;
  close(): Promise<void>;
}

const SWEEP_MS = 60_000;
const LONGEST_SESSION_SECONDS = 12 * 3600;

const noSuchPage: FailureWords = {
  title: 'Page not found',
  paragraphs: [
    'If you typed the address, check that it is right. Nothing in this service has a lasting address.',
  ],
  again: false,
  status: 404,
};

/** Listens and resolves when the pages answer. The identity provider is first asked when somebody signs in. */
export async function startClinicianPortal(
  settings: ClinicianSettings,
  { clock = Date.now, logger = createLogger({ name: 'clinician' }) }: ClinicianDependencies = {},
): Promise<RunningPortal> {
  const metrics = createMetrics('clinician');
  const connections = await productConnections(settings);
  const shelf = createRecordShelf({
    idleSeconds: settings.recordIdleMinutes * 60,
    largestTotalBytes: settings.largestTotalMegabytes * 1024 * 1024,
    clock,
  });
  const sessions = createSessions<StaffState>({
    secret: await secretFromFile(settings.sessionSecretFile),
    portal: 'clinician',
    secure: settings.publicUrl.startsWith('https:'),
    idleSeconds: settings.sessionIdleMinutes * 60,
    longestSeconds: LONGEST_SESSION_SECONDS,
    most: settings.mostSessions,
    clock,
  });
  sessions.onEnd((session) => shelf.drop(session.id));

  const answer = (words: FailureWords) => async (request: FastifyRequest, reply: FastifyReply) => {
    const session = await desk.sessions.find(request);
    sendProblem(desk, reply, words, typeof session === 'string' ? {} : { session });
  };
  const { server, assets } = await createPortalServer({
    logger,
    metrics,
    publicUrl: settings.publicUrl,
    formTargets: [settings.issuer],
    extraCss: readFileSync(join(import.meta.dirname, 'clinician.css'), 'utf8'),
    answerError: (error, request, reply) => answer(wordsFor(error))(request, reply),
    answerUnknown: answer(noSuchPage),
  });
  const desk: Desk = {
    settings,
    clock,
    logger,
    shelf,
    sessions,
    connections,
    frame: {
      service: { name: 'GP Connect clinician', home: '/' },
      assets: assets.paths,
      footerText: 'GP Connect. Records are shown for direct care only; every access is recorded.',
    },
    directory: openDirectory(connections, settings, () => londonToday(new Date(clock()))),
    signIn: createSignIn({
      issuer: settings.issuer,
      clientId: settings.clientId,
      clientSecret: settings.clientSecret,
      redirectUri: `${settings.publicUrl}/sign-in/callback`,
      scopes: settings.scopes,
      resource: settings.audience,
      identity: staffIdentity,
      clock,
    }),
  };
  signInRoutes(server, desk);
  findRoutes(server, desk);
  recordRoutes(server, desk);

  const open = metrics.gauge('gpc_portal_records_open', 'Records held in memory');
  const sweeper = setInterval(() => {
    sessions.sweep();
    shelf.sweep();
    open.set(shelf.size);
  }, SWEEP_MS);
  sweeper.unref();

  const operations = await startOperations({
    service: 'clinician',
    address: { host: '127.0.0.1', port: settings.operationsPort },
    metrics,
    health: () => ({
      status: 'healthy',
      sessions: sessions.size,
      records: shelf.size,
      recordBytes: shelf.bytes,
    }),
  });
  const address = await startListening(server, 'clinician', { host: settings.host, port: settings.port });
  return {
    address,
    operations: operations.address,
    async close() {
      clearInterval(sweeper);
      await server.close();
      await operations.close();
      await connections.close();
    },
  };
}

async function productConnections({ tls }: ClinicianSettings): Promise<Connections> {
  const [key, cert, ca] = await Promise.all(
    [tls.key, tls.cert, tls.ca].map((path) => readFile(path, 'utf8')),
  );
  return openConnections({ key: key!, cert: cert!, ca: ca! });
}
