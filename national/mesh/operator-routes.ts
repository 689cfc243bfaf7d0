// The operator's administration of MESH: pauses, and messages under way. spec: national-service UPD-07, INC-06, §20 API-09
import type { FastifyInstance, FastifyRequest } from '@gp-connect/foundation/http';
import type { z } from 'zod';
import { type Actor, answerProblem, Problem } from '../policy/index.ts';
import type { PauseControl } from './pause-control.ts';
import { type Pause, pauseLift, pauseRequest } from './pauses.ts';
import { listTransit, transitQuery } from './transit.ts';
import type { MeshStore } from './types.ts';

export const operatorPath = '/operator/v1/mesh';

const WRITERS = ['op.safety', 'op.service'];
const READERS = [...WRITERS, 'op.ig', 'op.readonly'];
const BODY_BYTES = 2 * 1024 * 1024;

export interface OperatorRoutes {
  readonly store: MeshStore;
  readonly pauses: PauseControl;
  readonly now: () => number;
  /** Common name of the system's certificate, where it is one of the operator's; undefined: refused. */
  readonly systemOf: (request: FastifyRequest) => string | undefined;
  /** Who asks, from a verified access token; null where it will not do. */
  readonly authorise: (request: FastifyRequest) => Promise<Actor | null>;
}

interface By {
  readonly system: string;
  readonly person: Actor | undefined;
}

type ById = FastifyRequest<{ Params: { id: string } }>;

/** Registers `/pauses…` and `/messages…`; the caller chooses the prefix. */
export async function operatorRoutes(server: FastifyInstance, options: OperatorRoutes): Promise<void> {
  const { pauses, store } = options;
  const callers = new WeakMap<FastifyRequest, By>();
  server.setErrorHandler(answerProblem);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: BODY_BYTES },
    (_request, body, done) => done(null, body),
  );
  server.addHook('onRequest', async (request, reply) => {
    const id = request.headers['x-request-id'];
    if (typeof id === 'string' && /^[\w.-]{1,64}$/.test(id)) reply.header('x-request-id', id);
    const system = options.systemOf(request);
    if (system === undefined) throw new Problem(403, 'A certificate of the operator is needed');
    callers.set(request, { system, person: await personOf(request, options) });
  });

  /** Whom the audit names: the person of the token, else the one the system speaks for, with the system. */
  const actorOf = (request: FastifyRequest, named: string | undefined): string => {
    const { system, person } = callers.get(request)!;
    if (person && !person.roles.some((role) => WRITERS.includes(role)))
      throw new Problem(403, `This needs one of the roles ${WRITERS.join(', ')}`);
    return person ? person.id : named === undefined ? `system:${system}` : `${named} through ${system}`;
  };

  server.post('/pauses', async (request, reply) => {
    const asked = parse(pauseRequest, json(request.body));
    if (asked.until !== undefined && Date.parse(asked.until) <= options.now())
      throw unusable([{ field: 'until', message: 'must be later than now' }]);
    const pause = await pauses.create({ ...asked, actor: actorOf(request, asked.actor) });
    return reply.code(201).header('location', `${operatorPath}/pauses/${pause.id}`).send(pause);
  });
  server.get<{ Querystring: { state?: string } }>('/pauses', async ({ query }) => {
    const { state = 'active' } = query;
    if (state !== 'active' && state !== 'all') throw unusable([{ field: 'state', message: 'active or all' }]);
    return { pauses: await pauses.list(state) };
  });
  server.get('/pauses/:id', async ({ params }: ById) => found(await pauses.find(params.id)));
  server.delete('/pauses/:id', async (request: ById) => {
    const asked = parse(pauseLift, json(request.body));
    return found(await pauses.lift(request.params.id, { ...asked, actor: actorOf(request, asked.actor) }));
  });
  server.get('/messages', async ({ query }) => listTransit(store, parse(transitQuery, query)));
  server.delete('/messages/:id/hold', async (request: ById, reply) => {
    const asked = parse(pauseLift, json(request.body));
    const id = request.params.id.toUpperCase();
    if (!(await pauses.liftFrom(id, { ...asked, actor: actorOf(request, asked.actor) })))
      throw new Problem(404, 'No such message is held');
    return reply.code(204).send();
  });
}

/** @throws Problem 401 for a token that will not do, 403 for one without a role of the operator */
async function personOf(request: FastifyRequest, { authorise }: OperatorRoutes): Promise<Actor | undefined> {
  if (request.headers.authorization === undefined) return undefined;
  const actor = await authorise(request);
  if (!actor) throw new Problem(401, 'A valid access token is needed', { 'www-authenticate': 'Bearer' });
  if (!actor.roles.some((role) => READERS.includes(role)))
    throw new Problem(403, `This needs one of the roles ${READERS.join(', ')}`);
  return actor;
}

function json(body: unknown): unknown {
  try {
    return JSON.parse(typeof body === 'string' ? body : '');
  } catch {
    throw new Problem(400, 'The body is not JSON');
  }
}

/** @throws Problem 422 with one entry for each field that will not do */
function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw unusable(
    parsed.error.issues.map(({ path, message }) => ({ field: path.join('.') || 'body', message })),
  );
}

const unusable = (errors: { field: string; message: string }[]) =>
  new Problem(422, 'The request is not usable', {}, errors);

function found(pause: Pause | undefined): Pause {
  if (!pause) throw new Problem(404, 'No such pause');
  return pause;
}
