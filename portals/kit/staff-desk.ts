// What the routes of a portal for staff work with, and how they answer with a page.
import type { Logger } from '@gp-connect/foundation/http';
import type { SignIn, StaffIdentity } from '@gp-connect/foundation/trust';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FailureWords, foreignForm } from './failure-words.ts';
import { fieldsOf } from './fields.ts';
import { type PageFrame, type PageOptions, page, problemContent } from './page.ts';
import { sessionOverContent } from './session-pages.ts';
import { isOwnForm, type Session, type Sessions } from './sessions.ts';

/** What a session of a member of staff holds at least. */
export interface SignedInStaff {
  readonly identity: StaffIdentity;
  readonly accessToken: string;
  readonly idToken: string;
}

export interface StaffDesk<State extends SignedInStaff> {
  readonly settings: { readonly publicUrl: string; readonly sessionIdleMinutes: number };
  readonly frame: PageFrame;
  readonly sessions: Sessions<State>;
  readonly signIn: SignIn<StaffIdentity>;
  readonly clock: () => number;
  readonly logger: Logger;
  /** Where a signed-in user begins, and is led back to. */
  readonly home: { readonly path: string; readonly text: string };
}

/** A desk of which the kind of session does not matter. */
// biome-ignore lint/suspicious/noExplicitAny: a session's state is the portal's own; nothing here looks into it
export type AnyDesk = StaffDesk<any>;

export function sendPage(
  { frame }: Pick<AnyDesk, 'frame'>,
  reply: FastifyReply,
  options: PageOptions,
  status = options.faults?.length ? 400 : 200,
): FastifyReply {
  return reply.code(status).type('text/html; charset=utf-8').send(page(frame, options));
}

/** Who is signed in, for the header of a page. */
export function signedInAs(session: Session<SignedInStaff>): NonNullable<PageOptions['signedIn']> {
  const { identity } = session.state;
  return { name: identity.displayName, place: identity.organisation.name, session };
}

/** A page that says what went wrong and what to do. */
export function sendProblem(
  desk: AnyDesk,
  reply: FastifyReply,
  words: FailureWords,
  around: { session?: Session<SignedInStaff>; again?: string } = {},
): FastifyReply {
  const actions = [
    ...(words.signIn ? [{ href: '/sign-in', text: 'Sign in again' }] : []),
    ...(words.again && around.again ? [{ href: around.again, text: 'Try again' }] : []),
    { href: desk.home.path, text: desk.home.text },
  ];
  const options: PageOptions = {
    title: words.title,
    content: problemContent({ ...words, actions }),
    ...(around.session ? { signedIn: signedInAs(around.session) } : {}),
  };
  return sendPage(desk, reply, options, words.status);
}

type SignedInRoute<State> = (
  request: FastifyRequest,
  reply: FastifyReply,
  session: Session<State>,
) => Promise<FastifyReply> | FastifyReply;

/** A route for signed-in staff; a posted form must be one of this session's own. */
export function signedIn<State extends SignedInStaff>(desk: StaffDesk<State>, route: SignedInRoute<State>) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const session = await desk.sessions.find(request);
    if (typeof session === 'string') {
      const returnTo = request.method === 'GET' ? request.url : desk.home.path;
      const content = sessionOverContent(returnTo, session === 'ended', desk.settings.sessionIdleMinutes);
      const title = session === 'ended' ? 'Your session has ended' : 'Sign in to go on';
      return sendPage(desk, reply, { title, content }, 401);
    }
    if (request.method === 'POST' && !isOwnForm(session, fieldsOf(request.body).formToken))
      return sendProblem(desk, reply, foreignForm, { session });
    return route(request, reply, session);
  };
}
