// What the routes of the clinician portal work with, and how they answer with a page.
import { type Connections, type Directory, ServiceUnavailableError } from '@gp-connect/consumer';
import type { Logger } from '@gp-connect/foundation/http';
import { type SignIn, SignInError, type StaffIdentity } from '@gp-connect/foundation/trust';
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  isOwnForm,
  type PageFrame,
  type PageOptions,
  page,
  problemContent,
  type Sessions,
} from '../kit/index.ts';
import { sessionOverContent } from './pages/start.ts';
import type { RecordShelf } from './record-shelf.ts';
import { type FailureWords, failureWords } from './refusal-words.ts';
import type { ClinicianSettings } from './settings.ts';
import type { StaffSession, StaffState } from './staff-session.ts';

export interface Desk {
  readonly settings: ClinicianSettings;
  readonly frame: PageFrame;
  readonly sessions: Sessions<StaffState>;
  readonly signIn: SignIn<StaffIdentity>;
  readonly directory: Directory;
  readonly connections: Connections;
  readonly shelf: RecordShelf;
  readonly clock: () => number;
  readonly logger: Logger;
}

/** Fields of a posted form or a query; repeated ones count by their last. */
export type Fields = Readonly<Partial<Record<string, string>>>;

export function fieldsOf(source: unknown): Fields {
  if (!source || typeof source !== 'object') return {};
  const entries = Object.entries(source).flatMap(([name, value]): [string, string][] => {
    const text: unknown = Array.isArray(value) ? value.at(-1) : value;
    return typeof text === 'string' ? [[name, text]] : [];
  });
  return Object.fromEntries(entries);
}

export function sendPage(desk: Desk, reply: FastifyReply, options: PageOptions, status = 200): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page(desk.frame, options));
}

/** Who is signed in, for the header of a page. */
export function signedInAs(session: StaffSession): NonNullable<PageOptions['signedIn']> {
  const { identity } = session.state;
  return { name: identity.displayName, place: identity.organisation.name, session };
}

/** A page that says what went wrong and what to do. */
export function sendProblem(
  desk: Desk,
  reply: FastifyReply,
  words: FailureWords,
  around: { session?: StaffSession; again?: string } = {},
): FastifyReply {
  const actions = [
    ...(words.signIn ? [{ href: '/sign-in', text: 'Sign in again' }] : []),
    ...(words.again && around.again ? [{ href: around.again, text: 'Try again' }] : []),
    { href: '/find', text: 'Find another patient' },
  ];
  const options: PageOptions = {
    title: words.title,
    content: problemContent({ ...words, actions }),
    ...(around.session ? { signedIn: signedInAs(around.session) } : {}),
  };
  return sendPage(desk, reply, options, words.status);
}

type SignedInRoute = (
  request: FastifyRequest,
  reply: FastifyReply,
  session: StaffSession,
) => Promise<FastifyReply> | FastifyReply;

/** A route for signed-in staff; a posted form must be one of this session's own. */
export function signedIn(desk: Desk, route: SignedInRoute) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const session = await desk.sessions.find(request);
    if (typeof session === 'string') {
      const returnTo = request.method === 'GET' ? request.url : '/find';
      const content = sessionOverContent(returnTo, session === 'ended', desk.settings.sessionIdleMinutes);
      const title = session === 'ended' ? 'Your session has ended' : 'Sign in to go on';
      return sendPage(desk, reply, { title, content }, 401);
    }
    if (request.method === 'POST' && !isOwnForm(session, fieldsOf(request.body).formToken))
      return sendProblem(desk, reply, foreignForm, { session });
    return route(request, reply, session);
  };
}

const foreignForm: FailureWords = {
  title: 'This form is out of date',
  paragraphs: ['It was opened in another session, or not by this service. Nothing was done.', 'Start again.'],
  again: false,
  status: 403,
};

const unexpected: FailureWords = {
  title: 'Sorry, there is a problem with this service',
  paragraphs: ['Nothing was shown or changed. Try again in a few minutes.'],
  again: false,
  status: 500,
};

const signInFailures: Readonly<Record<SignInError['fault'], FailureWords>> = {
  expired: {
    title: 'The sign-in took too long',
    paragraphs: ['It was not finished in time, or was begun in another browser or tab. Sign in again.'],
    again: false,
    signIn: true,
    status: 400,
  },
  cancelled: {
    title: 'You did not sign in',
    paragraphs: ['The sign-in was cancelled.'],
    again: false,
    signIn: true,
    status: 400,
  },
  refused: {
    title: 'You cannot use this service with this identity',
    paragraphs: [
      'Your care identity does not say which role and organisation you are working for, or its answer could not be trusted.',
      'Sign in again and choose a role. If that does not help, tell your registration authority.',
    ],
    again: false,
    signIn: true,
    status: 403,
  },
  unavailable: {
    title: 'Sign-in is not available',
    paragraphs: ['The service that checks care identities did not answer. Try again in a few minutes.'],
    again: false,
    signIn: true,
    status: 503,
  },
};

/** Words for whatever a route threw. */
export function wordsFor(error: unknown): FailureWords {
  if (error instanceof SignInError) return signInFailures[error.fault];
  return failureWords(error) ?? unexpected;
}

/** True for errors that come from outside and are explained to the user, not looked into by us. */
export const isExplained = (error: unknown): boolean =>
  error instanceof SignInError ||
  error instanceof ServiceUnavailableError ||
  failureWords(error) !== undefined;
