// Start page, sign in through CIS2, sign out: the same for every portal of staff.
// design: OpenID Connect everywhere; spec: national-service §3.3
import type { StaffIdentity } from '@gp-connect/foundation/trust';
import type { FastifyInstance } from 'fastify';
import { fieldsOf } from './fields.ts';
import type { Markup } from './html.ts';
import { signedOutContent } from './session-pages.ts';
import { type SignedInStaff, type StaffDesk, sendPage, signedIn } from './staff-desk.ts';

const PENDING_COOKIE = 'gpc-sign-in';
const PENDING_SECONDS = 600;

export interface SignInPages<State> {
  readonly start: { readonly title: string; readonly content: () => Markup };
  /** What becomes of the work in hand when somebody signs out. */
  readonly signedOut: string;
  readonly newState: (signedIn: {
    readonly identity: StaffIdentity;
    readonly accessToken: string;
    readonly idToken: string;
  }) => State;
}

export function staffSignInRoutes<State extends SignedInStaff>(
  server: FastifyInstance,
  desk: StaffDesk<State>,
  pages: SignInPages<State>,
): void {
  const secure = desk.settings.publicUrl.startsWith('https:');
  const pending = { path: '/sign-in', httpOnly: true, sameSite: 'lax', secure } as const;

  server.get('/', async (request, reply) => {
    const session = await desk.sessions.find(request);
    if (typeof session !== 'string') return reply.redirect(desk.home.path, 303);
    return sendPage(desk, reply, { title: pages.start.title, content: pages.start.content() });
  });

  server.get('/sign-in', async (request, reply) => {
    const { returnTo } = fieldsOf(request.query);
    const { url, sealed } = await desk.signIn.begin({ returnTo: returnTo ?? desk.home.path });
    reply.setCookie(PENDING_COOKIE, sealed, { ...pending, maxAge: PENDING_SECONDS });
    return reply.redirect(url, 303);
  });

  server.get('/sign-in/callback', async (request, reply) => {
    reply.clearCookie(PENDING_COOKIE, pending);
    const signedInNow = await desk.signIn.complete(request.url, request.cookies[PENDING_COOKIE]);
    // A new session whatever was there before: a name planted in the browser opens nothing.
    const before = await desk.sessions.find(request);
    if (typeof before !== 'string') desk.sessions.end(reply, before);
    await desk.sessions.start(reply, pages.newState(signedInNow), signedInNow.expiresAt);
    return reply.redirect(signedInNow.returnTo, 303);
  });

  server.post(
    '/sign-out',
    signedIn(desk, async (_request, reply, session) => {
      desk.sessions.end(reply, session);
      const returnTo = `${desk.settings.publicUrl}/signed-out`;
      try {
        const url = await desk.signIn.endSession({ idToken: session.state.idToken, returnTo });
        return reply.redirect(url, 303);
      } catch {
        // Signed out here even where the identity provider cannot be told.
        return reply.redirect('/signed-out', 303);
      }
    }),
  );

  server.get('/signed-out', async (_request, reply) =>
    sendPage(desk, reply, { title: 'You are signed out', content: signedOutContent(pages.signedOut) }),
  );
}
