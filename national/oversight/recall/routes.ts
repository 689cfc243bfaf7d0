// The operator API for recalls: `/recalls…` under the prefix the caller chooses. spec: national-service §20 API-12, §21 rows 50, 51
import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import { type Actor, answerProblem, Problem, parsePage } from '../../policy/index.ts';
import { type ActionContext, type ActionResult, close, dryRun, followUp, issue } from './actions.ts';
import { practiceFigures, type RunFigures, runFigures } from './board.ts';
import {
  changeBody,
  closeBody,
  dryRunBody,
  issueBody,
  newRecallBody,
  parseBody,
  reasonBody,
  signOffBody,
} from './bodies.ts';
import {
  type By,
  findCase,
  insertCase,
  insertEvent,
  insertSignOff,
  listCases,
  type OversightStore,
  type RecallCase,
  updateCase,
} from './cases.ts';
import type { CodeSets } from './code-sets.ts';
import type { RecallPorts } from './ports.ts';
import { recipientFigures } from './recipients.ts';
import {
  describeCase,
  dryRunReport,
  evidencePack,
  exposureReport,
  icbReport,
  progressReport,
  publicReport,
} from './reports.ts';
import { newestRun, retryWork } from './runs.ts';
import { parseSelector } from './selector.ts';

export interface RecallRoutes {
  readonly store: OversightStore;
  readonly ports: RecallPorts;
  readonly codeSets: CodeSets;
  /** Who asks, from a verified access token; null where there is none. */
  authorise(request: FastifyRequest): Promise<Actor | null>;
  now(): Date;
  /** Work was put in the queue. */
  wake(): void;
}

const readers = ['op.safety', 'op.service', 'op.ig', 'op.onboarding', 'op.readonly'];
const intakeRoles = ['op.safety', 'op.service', 'op.ig'];
const safety = ['op.safety'];

type Params = { Params: { id: string } };
type Asked = FastifyRequest<Params>;

/** Registers `/recalls…`; the caller chooses the prefix (`/operator/v1`). */
export async function recallRoutes(server: FastifyInstance, options: RecallRoutes): Promise<void> {
  const { store, ports, codeSets } = options;
  const { db } = store;
  server.setErrorHandler(answerProblem);
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  const actors = new WeakMap<FastifyRequest, Actor>();
  server.addHook('onRequest', async (request, reply) => {
    const id = request.headers['x-request-id'];
    if (typeof id === 'string' && /^[\w.-]{1,64}$/.test(id)) reply.header('x-request-id', id);
    const actor = await options.authorise(request);
    if (!actor) throw new Problem(401, 'A valid access token is needed', { 'www-authenticate': 'Bearer' });
    actors.set(request, actor);
  });

  /** @throws Problem 403 */
  const byOf = (request: FastifyRequest, roles: readonly string[]): By => {
    const actor = actors.get(request)!;
    const role = roles.find((each) => actor.roles.includes(each));
    if (!role) throw new Problem(403, `This needs one of the roles ${roles.join(', ')}`);
    return { actor: actor.id, role, at: options.now().toISOString() };
  };
  const audit = (
    recall: string,
    by: By,
    action: string,
    from: string | null,
    to: string,
    reason: string | null,
  ) =>
    ports.append({
      patient: { kind: 'admin', action: `recall-${action}`, subject: recall, from, to, reason },
      staff: { userId: by.actor },
      technical: { role: by.role },
    });
  const look = async (request: Asked): Promise<RecallCase> => {
    byOf(request, readers);
    return (await findCase(db, request.params.id)) ?? missing();
  };

  /** One change of a case: role, version and state checked, carried out, recorded and audited in one transaction. */
  const act = async (
    request: Asked,
    reply: FastifyReply,
    { action, roles, status }: { action: string; roles: readonly string[]; status: 200 | 202 },
    work: (context: ActionContext) => Promise<ActionResult & { reason?: string }>,
  ) => {
    const by = byOf(request, roles);
    const version = versionIn(request.headers['if-match']);
    const done = await db.transaction().execute(async (transaction) => {
      const current = (await findCase(transaction, request.params.id, 'lock')) ?? missing();
      if (current.version !== version) throw new Problem(412, 'The recall was changed since you looked');
      if (current.status === 'closed') throw new Problem(409, 'The current state is closed');
      const result = await work({ db: transaction, current, by, ports, codeSets });
      const next = await updateCase(transaction, current, result.change);
      const { reason = null } = result;
      await insertEvent(transaction, current.id, {
        ...by,
        action,
        detail: { ...result.detail, ...(reason ? { reason } : {}) },
      });
      const figures: RunFigures[] = [];
      for (const run of result.runs ?? []) figures.push(await runFigures(transaction, run));
      await audit(current.id, by, action, current.status, next.status, reason);
      return { next, figures, detail: result.detail, by, afterwards: result.afterwards };
    });
    if (done.figures.length > 0) options.wake();
    const after = done.afterwards ? await carryOutAfter(done.next.id, by, done.afterwards) : {};
    reply.code(status).header('etag', `"${done.next.version}"`);
    return {
      ...describeCase(done.next),
      ...(done.figures.length > 0 ? { runs: done.figures } : {}),
      [action]: { ...done.detail, ...after },
    };
  };

  /** The orders are out whatever becomes of this: a failure is recorded, and told. */
  const carryOutAfter = async (
    recall: string,
    by: By,
    { action, run }: NonNullable<ActionResult['afterwards']>,
  ) => {
    const reference = await run().catch(() => null);
    await insertEvent(db, recall, { ...by, action, detail: { reference } });
    await audit(recall, by, action, null, reference ?? 'failed', null);
    return { [action]: reference };
  };

  server.post('/recalls', async (request, reply) => {
    const by = byOf(request, intakeRoles);
    const body = parseBody(newRecallBody, request.body);
    const { selector, resolved } = await parseSelector(body.selector, codeSets);
    const made = { id: randomUUID(), title: body.title, intake: body.case ?? null, selector, resolved };
    await db.transaction().execute(async (transaction) => {
      await insertCase(transaction, made, by);
      await insertEvent(transaction, made.id, { ...by, action: 'create', detail: { title: made.title } });
      await audit(made.id, by, 'create', null, 'draft', null);
    });
    reply.code(201).header('etag', '"1"').header('location', `${request.routeOptions.url}/${made.id}`);
    return describeCase((await findCase(db, made.id))!);
  });

  server.get<{ Querystring: Record<string, string> }>('/recalls', async (request) => {
    byOf(request, readers);
    const { limit, start } = parsePage(request.query);
    const found = await listCases(db, limit + 1, start);
    return {
      recalls: found.slice(0, limit).map(describeCase),
      ...(found.length > limit ? { cursor: String(start + limit) } : {}),
    };
  });

  server.get<Params>('/recalls/:id', async (request, reply) => {
    const found = await look(request);
    reply.header('etag', `"${found.version}"`);
    return describeCase(found);
  });

  server.patch<Params>('/recalls/:id', (request, reply) =>
    act(request, reply, { action: 'change', roles: intakeRoles, status: 200 }, async ({ current }) => {
      const { title, case: intake, selector } = parseBody(changeBody, request.body);
      if (selector !== undefined && current.status === 'issued')
        throw new Problem(409, 'The current state is issued: its selector stands');
      return {
        change: {
          ...(title === undefined ? {} : { title }),
          ...(intake === undefined ? {} : { intake }),
          ...(selector === undefined
            ? {}
            : { ...(await parseSelector(selector, codeSets)), status: 'draft' }),
        },
        detail: {
          fields: Object.entries({ title, intake, selector }).flatMap(([name, value]) =>
            value === undefined ? [] : [name],
          ),
        },
      };
    }),
  );

  // What other parts of the service know is asked before the transaction: theirs may be the same database.
  server.post<Params>('/recalls/:id/dry-run', async (request, reply) => {
    byOf(request, intakeRoles);
    const practices = await ports.practices.all();
    return act(request, reply, { action: 'dry-run', roles: intakeRoles, status: 202 }, (context) =>
      dryRun(context, parseBody(dryRunBody, request.body).asAt, practices),
    );
  });
  server.get<Params>('/recalls/:id/dry-run', async (request) => {
    const { id } = await look(request);
    return (await dryRunReport(db, id)) ?? missing('There was no dry run yet');
  });

  server.post<Params>('/recalls/:id/sign-offs', (request, reply) =>
    act(
      request,
      reply,
      { action: 'sign-off', roles: safety, status: 200 },
      async ({ db: transaction, current, by }) => {
        const signOff = parseBody(signOffBody, request.body);
        await insertSignOff(transaction, current.id, { ...signOff, ...by });
        return { change: {}, detail: { kind: signOff.kind, reference: signOff.reference } };
      },
    ),
  );

  server.post<Params>('/recalls/:id/issue', async (request, reply) => {
    byOf(request, safety);
    const { resolved } = await look(request);
    const inTransit = await ports.envelopes.inTransit(resolved);
    return act(request, reply, { action: 'issue', roles: safety, status: 202 }, (context) =>
      issue(context, parseBody(issueBody, request.body), inTransit),
    );
  });

  server.post<Params>('/recalls/:id/release', (request, reply) =>
    act(request, reply, { action: 'release', roles: safety, status: 202 }, async (context) => {
      const { reason } = parseBody(reasonBody, request.body);
      return { ...(await followUp(context, 'release')), reason };
    }),
  );
  for (const step of ['progress', 'exposure'] as const) {
    server.post<Params>(`/recalls/:id/${step}`, (request, reply) =>
      act(request, reply, { action: step, roles: intakeRoles, status: 202 }, (context) =>
        followUp(context, step),
      ),
    );
  }
  server.get<Params>('/recalls/:id/progress', async (request) => {
    const { id, status } = await look(request);
    return { status, ...(await progressReport(db, id)) };
  });
  server.get<Params>('/recalls/:id/exposure', async (request) => {
    const { id } = await look(request);
    return (await exposureReport(db, id)) ?? missing('The exposure was not asked for yet');
  });

  server.get<Params & { Querystring: Record<string, string> }>('/recalls/:id/practices', async (request) => {
    const { id } = await look(request);
    const { limit, start } = parsePage(request.query);
    const run = (await newestRun(db, id, 'progress')) ?? (await newestRun(db, id, 'dry-run'));
    if (!run) return { practices: [] };
    const found = await practiceFigures(db, run, { limit: limit + 1, start });
    return {
      asAt: run.asAt,
      practices: found.slice(0, limit),
      ...(found.length > limit ? { cursor: String(start + limit) } : {}),
    };
  });
  server.get<Params>('/recalls/:id/recipients', async (request) => {
    const { resolved } = await look(request);
    return {
      recipients: await recipientFigures(ports, resolved),
      inTransit: await ports.envelopes.inTransit(resolved),
    };
  });
  server.get<Params & { Querystring: Record<string, string> }>('/recalls/:id/report', async (request) => {
    const found = await look(request);
    return request.query.level === 'icb' ? icbReport(db, found) : publicReport(db, found);
  });

  server.post<Params>('/recalls/:id/retry', (request, reply) =>
    act(
      request,
      reply,
      { action: 'retry', roles: intakeRoles, status: 200 },
      async ({ db: transaction, current, by }) => {
        const retried = await retryWork(transaction, current.id, by.at);
        setImmediate(options.wake);
        return { change: {}, detail: { practices: retried } };
      },
    ),
  );

  server.post<Params>('/recalls/:id/close', (request, reply) =>
    act(request, reply, { action: 'close', roles: safety, status: 200 }, (context) =>
      close(context, parseBody(closeBody, request.body)),
    ),
  );
  server.get<Params>('/recalls/:id/evidence', async (request) => {
    const found = await look(request);
    return evidencePack(db, ports, found, options.now().toISOString());
  });
}

function missing(detail = 'There is no such recall'): never {
  throw new Problem(404, detail);
}

/** RFC 9110 `If-Match` with one strong tag. @throws Problem 428, 412 */
function versionIn(ifMatch: string | undefined): number {
  if (ifMatch === undefined) throw new Problem(428, 'If-Match with the ETag last seen is needed');
  const version = /^"(\d{1,9})"$/.exec(ifMatch.trim())?.[1];
  if (version === undefined) throw new Problem(412, 'The recall was changed since you looked');
  return Number(version);
}
