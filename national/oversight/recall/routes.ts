// The operator API for recalls: `/recalls…` under the prefix the caller chooses. spec: national-service §20 API-12, §21 rows 50, 51
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from '@gp-connect/foundation/http';
import { answerProblem, Problem, parsePage } from '../../policy/index.ts';
import {
  containRoles,
  intakeRoles,
  missing,
  openActing,
  type RecallParams,
  type RecallRoutes,
  readers,
  safety,
} from './acting.ts';
import { close, dryRun, followUp, issue } from './actions.ts';
import { practiceFigures } from './board.ts';
import {
  changeBody,
  closeBody,
  containBody,
  dryRunBody,
  issueBody,
  liftBody,
  newRecallBody,
  parseBody,
  reasonBody,
  signOffBody,
} from './bodies.ts';
import { insertSignOff, listCases } from './cases.ts';
import { contain, containmentsInForce, liftContainment, markLifted, putContainments } from './containment.ts';
import { recipientFigures } from './recipients.ts';
import {
  authorsReport,
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

/** Registers `/recalls…`; the caller chooses the prefix (`/operator/v1`). */
export async function recallRoutes(server: FastifyInstance, options: RecallRoutes): Promise<void> {
  const { store, ports, codeSets } = options;
  const { db } = store;
  server.setErrorHandler(answerProblem);
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  const acting = openActing(options);
  const { byOf, look, act } = acting;
  server.addHook('onRequest', acting.enter);

  server.post('/recalls', async (request, reply) => {
    const by = byOf(request, intakeRoles);
    const body = parseBody(newRecallBody, request.body);
    const { selector, resolved } = await parseSelector(body.selector, codeSets);
    const made = { id: randomUUID(), title: body.title, intake: body.case ?? null, selector, resolved };
    const created = await acting.create(made, by);
    reply.code(201).header('etag', '"1"').header('location', `${request.routeOptions.url}/${made.id}`);
    return describeCase(created);
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

  server.get<RecallParams>('/recalls/:id', async (request, reply) => {
    const found = await look(request);
    reply.header('etag', `"${found.version}"`);
    return { ...describeCase(found), containment: await containmentsInForce(db, found.id) };
  });

  server.patch<RecallParams>('/recalls/:id', (request, reply) =>
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
  server.post<RecallParams>('/recalls/:id/dry-run', async (request, reply) => {
    byOf(request, intakeRoles);
    const practices = await ports.practices.all();
    return act(request, reply, { action: 'dry-run', roles: intakeRoles, status: 202 }, (context) =>
      dryRun(context, parseBody(dryRunBody, request.body).asAt, practices),
    );
  });
  server.get<RecallParams>('/recalls/:id/dry-run', async (request) => {
    const { id } = await look(request);
    return (await dryRunReport(db, id)) ?? missing('There was no dry run yet');
  });

  server.post<RecallParams>('/recalls/:id/sign-offs', (request, reply) =>
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

  server.post<RecallParams>('/recalls/:id/issue', async (request, reply) => {
    byOf(request, safety);
    const { resolved } = await look(request);
    const inTransit = await ports.envelopes.inTransit(resolved);
    return act(request, reply, { action: 'issue', roles: safety, status: 202 }, (context) =>
      issue(context, parseBody(issueBody, request.body), inTransit),
    );
  });

  // The world is stopped before it is written down: asked again, nothing is stopped twice.
  server.post<RecallParams>('/recalls/:id/contain', async (request, reply) => {
    const { current, by } = await acting.changeable(request, containRoles);
    const body = parseBody(containBody, request.body);
    const done = await contain(ports, current, body, by);
    const rights = { action: 'contain', roles: containRoles, status: 200 } as const;
    return act(request, reply, rights, async ({ db: transaction }) => {
      await putContainments(transaction, current.id, done, by);
      return { change: {}, detail: { contained: done }, reason: body.reason };
    });
  });
  server.post<RecallParams>('/recalls/:id/lift', async (request, reply) => {
    const { current, by } = await acting.changeable(request, containRoles);
    const body = parseBody(liftBody, request.body);
    const inForce = await containmentsInForce(db, current.id);
    await liftContainment(ports, current, inForce, body, by);
    const rights = { action: 'lift', roles: containRoles, status: 200 } as const;
    return act(request, reply, rights, async ({ db: transaction }) => {
      await markLifted(transaction, current.id, by);
      return { change: {}, detail: { lifted: inForce.length }, reason: body.reason };
    });
  });

  server.post<RecallParams>('/recalls/:id/release', (request, reply) =>
    act(request, reply, { action: 'release', roles: safety, status: 202 }, async (context) => {
      const { reason } = parseBody(reasonBody, request.body);
      return { ...(await followUp(context, 'release')), reason };
    }),
  );
  for (const step of ['progress', 'exposure', 'notify-senders'] as const) {
    server.post<RecallParams>(`/recalls/:id/${step}`, (request, reply) =>
      act(request, reply, { action: step, roles: intakeRoles, status: 202 }, (context) =>
        followUp(context, step),
      ),
    );
  }
  server.get<RecallParams>('/recalls/:id/progress', async (request) => {
    const { id, status } = await look(request);
    return { status, ...(await progressReport(db, id)) };
  });
  server.get<RecallParams>('/recalls/:id/exposure', async (request) => {
    const { id } = await look(request);
    return (await exposureReport(db, id)) ?? missing('The exposure was not asked for yet');
  });

  server.get<RecallParams>('/recalls/:id/senders', async (request) => {
    const { id } = await look(request);
    return (await authorsReport(db, id)) ?? missing('The senders were not asked yet');
  });

  server.get<RecallParams & { Querystring: Record<string, string> }>(
    '/recalls/:id/practices',
    async (request) => {
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
    },
  );
  server.get<RecallParams>('/recalls/:id/recipients', async (request) => {
    const { resolved } = await look(request);
    return {
      recipients: await recipientFigures(ports, resolved),
      inTransit: await ports.envelopes.inTransit(resolved),
    };
  });
  server.get<RecallParams & { Querystring: Record<string, string> }>(
    '/recalls/:id/report',
    async (request) => {
      const found = await look(request);
      return request.query.level === 'icb' ? icbReport(db, found) : publicReport(db, found);
    },
  );

  server.post<RecallParams>('/recalls/:id/retry', (request, reply) =>
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

  server.post<RecallParams>('/recalls/:id/close', (request, reply) =>
    act(request, reply, { action: 'close', roles: safety, status: 200 }, (context) =>
      close(context, parseBody(closeBody, request.body)),
    ),
  );
  server.get<RecallParams>('/recalls/:id/evidence', async (request) => {
    const found = await look(request);
    return evidencePack(db, ports, found, options.now().toISOString());
  });
}
