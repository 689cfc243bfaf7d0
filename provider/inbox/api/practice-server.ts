// The practice listener: who is asking, of which practice, then the table of routes. Deny by default.
// spec: messaging SG-03; docs/practice-inbox-api.md
import type { ServerOptions as TlsOptions } from 'node:https';
import {
  createServer,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type Logger,
  type Metrics,
} from '@gp-connect/foundation/http';
import type { ZodError } from 'zod';
import type { Inbox } from '../open-inbox.ts';
import type { StaffVerifier } from '../ports.ts';
import { InboxRefusal, inboxFaults } from '../review/refusals.ts';
import { controlledInbox } from './controlled-inbox.ts';
import { type Asked, type Content, practiceRoutes } from './routes.ts';

export interface PracticeServerDependencies {
  readonly inbox: Inbox;
  readonly staff: StaffVerifier;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Absent: plain HTTP, for loopback only. */
  readonly tls?: TlsOptions | undefined;
  /** Whether the practice is hosted here. */
  readonly isHosted: (ods: string) => Promise<boolean>;
}

const problem = (status: number, error: string, message: string, requirement?: string) => ({
  status,
  body: { error, message, ...(requirement === undefined ? {} : { requirement }) },
});

function unreadable({ issues }: ZodError): InboxRefusal {
  const { path, message } = issues[0]!;
  return new InboxRefusal('INPUT', `${path.join('.') || 'body'}: ${message}`);
}

/** What a caller is told of a fault; nothing of ours shows through. */
function problemOf(error: unknown) {
  if (error instanceof InboxRefusal) {
    const { status, body } = problem(inboxFaults[error.code], error.code, error.message, error.requirement);
    return { status, body: { ...body, ...error.more } };
  }
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  return status < 500
    ? problem(status, 'INPUT', 'The request cannot be read')
    : problem(500, 'INTERNAL', 'The request could not be carried out; nothing was changed');
}

/** The server, not listening yet. */
export function practiceServer(dependencies: PracticeServerDependencies): FastifyInstance {
  const { logger, metrics, tls } = dependencies;
  const server = createServer({
    logger,
    metrics,
    tls,
    answerError: (error, request, reply) => {
      const { status, body } = problemOf(error);
      if (status < 500) request.log.info({ refused: body.error, requirement: body.requirement }, 'refused');
      reply.code(status).send(body);
    },
    answerUnknown: (_request, reply) => {
      reply.code(404).send(problem(404, 'NOT_FOUND', 'There is no such address').body);
    },
  });
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(body as string));
    } catch {
      done(Object.assign(new Error('not JSON'), { statusCode: 400 }), undefined);
    }
  });
  const inbox = controlledInbox(dependencies.inbox);
  for (const route of practiceRoutes) {
    server.route({
      method: route.method,
      url: `/practice/v1/:ods${route.path}`,
      handler: async (request, reply) => {
        const asked = await askedOf(request, dependencies);
        const body = route.body.safeParse(request.body ?? undefined);
        if (!body.success) throw unreadable(body.error);
        const answer = await route.answer(inbox, { ...asked, body: body.data } as Asked<never>);
        return isContent(answer) ? sendContent(reply, answer) : reply.send(answer);
      },
    });
  }
  return server;
}

/** The user and the practice of a request. A practice that is not the user's own looks like one that is not here. */
async function askedOf(
  request: FastifyRequest,
  { staff, isHosted }: PracticeServerDependencies,
): Promise<Omit<Asked<never>, 'body'>> {
  const user = await staff(request.headers.authorization);
  if (user === undefined) throw new InboxRefusal('NOT_SIGNED_IN', 'Sign in first');
  const { ods = '', key = '0', part = '' } = request.params as Record<string, string>;
  const practice = ods.toUpperCase();
  if (user.practice.toUpperCase() !== practice || !(await isHosted(practice))) {
    throw new InboxRefusal('NOT_FOUND', 'There is no such practice for you');
  }
  if (!/^\d{1,9}$/.test(key)) throw new InboxRefusal('NOT_FOUND', 'There is no such item');
  return {
    practice,
    user,
    key: Number(key),
    part,
    query: request.query as Record<string, string | undefined>,
  };
}

const isContent = (answer: unknown): answer is Content =>
  typeof answer === 'object' && answer !== null && 'bytes' in answer && 'contentType' in answer;

/** What came from outside is handed out to be kept or shown apart, never to run here. */
function sendContent(reply: FastifyReply, { contentType, bytes }: Content): FastifyReply {
  return reply
    .header('content-type', contentType)
    .header('content-disposition', 'attachment')
    .header('x-content-type-options', 'nosniff')
    .header('content-security-policy', "default-src 'none'; sandbox")
    .send(Buffer.from(bytes));
}
