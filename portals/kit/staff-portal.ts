// A portal for staff from its settings: server, sessions, sign-in, error pages, operations. Routes are the portal's own.
import {
  createMetrics,
  type ListenAddress,
  type Logger,
  type Metrics,
  startListening,
  startOperations,
} from '@gp-connect/foundation/http';
import { createSignIn, staffIdentity } from '@gp-connect/foundation/trust';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { FailureWords } from './failure-words.ts';
import type { PageFrame } from './page.ts';
import { createPortalServer } from './portal-server.ts';
import { secretFromFile } from './secret-file.ts';
import { createSessions } from './sessions.ts';
import { type SignedInStaff, type StaffDesk, sendProblem } from './staff-desk.ts';
import type { StaffPortalSettings } from './staff-settings.ts';
import { type SignInPages, staffSignInRoutes } from './staff-sign-in.ts';

export interface RunningPortal {
  readonly address: ListenAddress;
  readonly operations: ListenAddress;
  close(): Promise<void>;
}

export interface StaffPortalOptions<State extends SignedInStaff> {
  /** Of its cookies, metrics and log: one word. */
  readonly name: string;
  readonly settings: StaffPortalSettings;
  readonly logger: Logger;
  readonly clock: () => number;
  readonly extraCss?: string;
  /** In the header of every page. */
  readonly title: string;
  readonly footerText: string;
  readonly home: StaffDesk<State>['home'];
  readonly navigation?: PageFrame['navigation'];
  readonly pages: SignInPages<State>;
  readonly noSuchPage: FailureWords;
  readonly wordsFor: (error: unknown) => FailureWords;
}

export interface StaffPortal<State extends SignedInStaff> {
  readonly server: FastifyInstance;
  readonly desk: StaffDesk<State>;
  readonly metrics: Metrics;
  /** Listens; `sweep` runs every minute, `health` adds to what /health tells, `close` ends what the portal opened. */
  listen(own?: {
    sweep?: () => void;
    health?: () => object;
    close?: () => Promise<void>;
  }): Promise<RunningPortal>;
}

const SWEEP_MS = 60_000;
const LONGEST_SESSION_SECONDS = 12 * 3600;

/** The identity provider is first asked when somebody signs in. */
export async function openStaffPortal<State extends SignedInStaff>(
  options: StaffPortalOptions<State>,
): Promise<StaffPortal<State>> {
  const { name, settings, logger, clock } = options;
  const metrics = createMetrics(name);
  const sessions = createSessions<State>({
    secret: await secretFromFile(settings.sessionSecretFile),
    portal: name,
    secure: settings.publicUrl.startsWith('https:'),
    idleSeconds: settings.sessionIdleMinutes * 60,
    longestSeconds: LONGEST_SESSION_SECONDS,
    most: settings.mostSessions,
    clock,
  });
  const answer = (words: FailureWords) => async (request: FastifyRequest, reply: FastifyReply) => {
    const session = await sessions.find(request);
    sendProblem(desk, reply, words, typeof session === 'string' ? {} : { session });
  };
  const { server, assets } = await createPortalServer({
    logger,
    metrics,
    publicUrl: settings.publicUrl,
    formTargets: [settings.issuer],
    ...(options.extraCss === undefined ? {} : { extraCss: options.extraCss }),
    answerError: (error, request, reply) => answer(options.wordsFor(error))(request, reply),
    answerUnknown: answer(options.noSuchPage),
  });
  const desk: StaffDesk<State> = {
    settings,
    clock,
    logger,
    sessions,
    home: options.home,
    frame: {
      service: { name: options.title, home: '/' },
      assets: assets.paths,
      footerText: options.footerText,
      navigation: options.navigation,
    },
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
  staffSignInRoutes(server, desk, options.pages);

  return {
    server,
    desk,
    metrics,
    async listen(own = {}) {
      const sweeper = setInterval(() => {
        sessions.sweep();
        own.sweep?.();
      }, SWEEP_MS);
      sweeper.unref();
      const operations = await startOperations({
        service: name,
        address: { host: '127.0.0.1', port: settings.operationsPort },
        metrics,
        health: () => ({ status: 'healthy', sessions: sessions.size, ...own.health?.() }),
      });
      const address = await startListening(server, name, { host: settings.host, port: settings.port });
      return {
        address,
        operations: operations.address,
        async close() {
          clearInterval(sweeper);
          await server.close();
          await operations.close();
          await own.close?.();
        },
      };
    },
  };
}
