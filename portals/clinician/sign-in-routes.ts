// Start page, sign in through CIS2, sign out. design: OpenID Connect everywhere; spec: national-service §3.3
import type { FastifyInstance } from 'fastify';
import { type Desk, fieldsOf, sendPage, signedIn } from './desk.ts';
import { signedOutContent, startContent } from './pages/start.ts';
import { newStaffState } from './staff-session.ts';

const PENDING_COOKIE = 'gpc-sign-in';
const PENDING_SECONDS = 600;

export function signInRoutes(server: FastifyInstance, desk: Desk): void {
  const secure = desk.settings.publicUrl.startsWith('https:');
  const pending = { path: '/sign-in', httpOnly: true, sameSite: 'lax', secure } as const;

  server.get('/', async (request, reply) => {
    const session = await desk.sessions.find(request);
    if (typeof session !== 'string') return reply.redirect('/find', 303);
    return sendPage(desk, reply, { title: 'See a patient’s GP record', content: startContent() });
  });

  server.get('/sign-in', async (request, reply) => {
    const { returnTo } = fieldsOf(request.query);
    const { url, sealed } = await desk.signIn.begin({ returnTo: returnTo ?? '/find' });
    reply.setCookie(PENDING_COOKIE, sealed, { ...pending, maxAge: PENDING_SECONDS });
    return reply.redirect(url, 303);
  });

  server.get('/sign-in/callback', async (request, reply) => {
    reply.clearCookie(PENDING_COOKIE, pending);
    const signedInNow = await desk.signIn.complete(request.url, request.cookies[PENDING_COOKIE]);
    // A new session whatever was there before: a name planted in the browser opens nothing.
    const before = await desk.sessions.find(request);
    if (typeof before !== 'string') desk.sessions.end(reply, before);
    await desk.sessions.start(reply, newStaffState(signedInNow), signedInNow.expiresAt);
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
    sendPage(desk, reply, { title: 'You are signed out', content: signedOutContent() }),
  );
}
