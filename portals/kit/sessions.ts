// Sessions of signed-in people: the cookie holds a sealed name only, the rest stays in this process's memory.
// Signing out, or a restart, really ends a session; nothing of it is ever written to disk.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createSeal } from '@gp-connect/foundation/trust';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { html, type Markup } from './html.ts';

export interface Session<State> {
  readonly id: string;
  /** Goes into every form of this session and must come back with it. */
  readonly formToken: string;
  readonly state: State;
  /** Milliseconds since 1970 UTC after which the session is over, whatever is done. */
  readonly endsAt: number;
  lastUsed: number;
}

export interface SessionOptions {
  readonly secret: string;
  /** Keeps one portal's cookies from opening in another. */
  readonly portal: string;
  /** `Secure` and the `__Host-` prefix: whenever the portal's address is https. */
  readonly secure: boolean;
  /** Unused for so long, a session ends. */
  readonly idleSeconds: number;
  /** The longest a session can be, used or not. */
  readonly longestSeconds: number;
  /** So many at a time; the one unused longest makes room. */
  readonly most: number;
  readonly clock: () => number;
}

export interface Sessions<State> {
  /** Begins a session and sets its cookie. `endsAt` shortens it, e.g. to the life of an access token. */
  start(reply: FastifyReply, state: State, endsAt?: number): Promise<Session<State>>;
  /** The session of a request, now used; `ended` where the browser had one that is over. */
  find(request: FastifyRequest): Promise<Session<State> | 'none' | 'ended'>;
  end(reply: FastifyReply, session: Session<State>): void;
  readonly size: number;
  /** Drops sessions that are over; `find` does not rely on it. */
  sweep(): void;
  /** Called with each session that ends, in any way. */
  onEnd(listener: (session: Session<State>) => void): void;
}

export function createSessions<State>(options: SessionOptions): Sessions<State> {
  const { clock } = options;
  const seal = createSeal<string>({
    secret: options.secret,
    purpose: `session of ${options.portal}`,
    clock,
  });
  const cookie = `${options.secure ? '__Host-' : ''}gpc-${options.portal}`;
  const known = new Map<string, Session<State>>();
  const listeners: ((session: Session<State>) => void)[] = [];

  const drop = (session: Session<State>) => {
    if (!known.delete(session.id)) return;
    for (const listener of listeners) listener(session);
  };
  const isOver = (session: Session<State>) =>
    clock() >= session.endsAt || clock() - session.lastUsed >= options.idleSeconds * 1000;
  const makeRoom = () => {
    for (const session of known.values()) {
      if (known.size < options.most) return;
      drop(session);
    }
  };
  const cookieOptions = { path: '/', httpOnly: true, sameSite: 'lax', secure: options.secure } as const;

  return {
    async start(reply, state, endsAt = Number.POSITIVE_INFINITY) {
      makeRoom();
      const now = clock();
      const session: Session<State> = {
        id: randomBytes(32).toString('base64url'),
        formToken: randomBytes(24).toString('base64url'),
        state,
        endsAt: Math.min(endsAt, now + options.longestSeconds * 1000),
        lastUsed: now,
      };
      known.set(session.id, session);
      // The seal outlasts the session: what is over is over by `endsAt`, and is dropped when it comes back.
      reply.setCookie(cookie, await seal.seal(session.id, 2 * options.longestSeconds), cookieOptions);
      return session;
    },

    async find(request) {
      const sealed = request.cookies[cookie];
      if (!sealed) return 'none';
      const id = await seal.open(sealed);
      const session = id === null ? undefined : known.get(id);
      if (!session) return 'ended';
      if (isOver(session)) {
        drop(session);
        return 'ended';
      }
      session.lastUsed = clock();
      // Order of use is the order of the map: the one unused longest comes first.
      known.delete(session.id);
      known.set(session.id, session);
      return session;
    },

    end(reply, session) {
      drop(session);
      reply.clearCookie(cookie, cookieOptions);
    },

    get size() {
      return known.size;
    },

    sweep() {
      for (const session of known.values()) if (isOver(session)) drop(session);
    },

    onEnd(listener) {
      listeners.push(listener);
    },
  };
}

/** The hidden field every form of a session carries. */
export function formTokenField(session: Pick<Session<unknown>, 'formToken'>): Markup {
  return html`<input type="hidden" name="formToken" value="${session.formToken}">`;
}

/** Whether a posted form carries the session's token. */
export function isOwnForm(session: Pick<Session<unknown>, 'formToken'>, sent: unknown): boolean {
  if (typeof sent !== 'string') return false;
  const [a, b] = [Buffer.from(sent), Buffer.from(session.formToken)];
  return a.length === b.length && timingSafeEqual(a, b);
}
