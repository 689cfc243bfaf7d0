// Who acts on a recall, on which version of it, and the one transaction in which a change is made, recorded and audited.
// spec: national-service §20, INC-16, AUD-02
import type { FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import { type Actor, Problem, versionOfIfMatch } from '../../policy/index.ts';
import type { ActionContext, ActionResult } from './actions.ts';
import { type RunFigures, runFigures } from './board.ts';
import {
  type By,
  findCase,
  insertCase,
  insertEvent,
  type OversightDatabase,
  type OversightStore,
  type RecallCase,
  updateCase,
} from './cases.ts';
import type { CodeSets } from './code-sets.ts';
import type { AuditPlace, RecallPorts } from './ports.ts';
import { describeCase } from './reports.ts';

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

export type RecallParams = { Params: { id: string } };
export type Asked = FastifyRequest<RecallParams>;

export const readers = ['op.safety', 'op.service', 'op.ig', 'op.onboarding', 'op.readonly'];
export const intakeRoles = ['op.safety', 'op.service', 'op.ig'];
export const containRoles = ['op.safety', 'op.service'];
export const safety = ['op.safety'];

export interface ActionRights {
  readonly action: string;
  readonly roles: readonly string[];
  readonly status: 200 | 202;
}

type Work = (context: ActionContext) => Promise<ActionResult & { reason?: string }>;

/** What the routes of recall share. */
export interface Acting {
  /** Lets in who has a valid token. @throws Problem 401 */
  enter(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** @throws Problem 403 */
  byOf(request: FastifyRequest, roles: readonly string[]): By;
  /** For readers. @throws Problem 403, 404 */
  look(request: Asked): Promise<RecallCase>;
  /** The case that may be changed now. @throws Problem 403, 404, 409, 412, 428 */
  changeable(request: Asked, roles: readonly string[]): Promise<{ current: RecallCase; by: By }>;
  create(made: Parameters<typeof insertCase>[1], by: By): Promise<RecallCase>;
  /** One change of a case: role, version and state checked, carried out, recorded and audited in one transaction. */
  act(request: Asked, reply: FastifyReply, rights: ActionRights, work: Work): Promise<object>;
}

export function openActing({ store, ports, codeSets, authorise, now, wake }: RecallRoutes): Acting {
  const { db } = store;
  const actors = new WeakMap<FastifyRequest, Actor>();

  const byOf: Acting['byOf'] = (request, roles) => {
    const actor = actors.get(request)!;
    const role = roles.find((each) => actor.roles.includes(each));
    if (!role) throw new Problem(403, `This needs one of the roles ${roles.join(', ')}`);
    return { actor: actor.id, role, at: now().toISOString() };
  };
  const audited = (
    recall: string,
    by: By,
    change: { action: string; from: string | null; to: string; reason: string | null },
  ): Promise<AuditPlace | undefined> => {
    const { action, ...moved } = change;
    return ports.append({
      patient: { kind: 'admin', action: `recall-${action}`, subject: recall, ...moved },
      staff: { userId: by.actor },
      technical: { role: by.role },
    });
  };
  const mayChange = (current: RecallCase, request: Asked): RecallCase => {
    if (current.version !== versionIn(request.headers['if-match']))
      throw new Problem(412, 'The recall was changed since you looked');
    if (current.status === 'closed') throw new Problem(409, 'The current state is closed');
    return current;
  };
  const inTransaction = async (
    transaction: OversightDatabase,
    request: Asked,
    by: By,
    action: string,
    work: Work,
  ) => {
    const found = (await findCase(transaction, request.params.id, 'lock')) ?? missing();
    const current = mayChange(found, request);
    const { reason = null, ...result } = await work({ db: transaction, current, by, codeSets });
    const next = await updateCase(transaction, current, result.change);
    const figures: RunFigures[] = [];
    for (const run of result.runs ?? []) figures.push(await runFigures(transaction, run));
    const audit = await audited(current.id, by, { action, from: current.status, to: next.status, reason });
    const detail = { ...result.detail, ...(reason ? { reason } : {}) };
    await insertEvent(transaction, current.id, { ...by, action, detail, audit: audit ?? null });
    return { next, figures, detail: result.detail };
  };

  return {
    async enter(request, reply) {
      const id = request.headers['x-request-id'];
      if (typeof id === 'string' && /^[\w.-]{1,64}$/.test(id)) reply.header('x-request-id', id);
      const actor = await authorise(request);
      if (!actor) throw new Problem(401, 'A valid access token is needed', { 'www-authenticate': 'Bearer' });
      actors.set(request, actor);
    },
    byOf,
    async look(request) {
      byOf(request, readers);
      return (await findCase(db, request.params.id)) ?? missing();
    },
    async changeable(request, roles) {
      const by = byOf(request, roles);
      versionIn(request.headers['if-match']);
      const current = (await findCase(db, request.params.id)) ?? missing();
      return { current: mayChange(current, request), by };
    },
    async create(made, by) {
      await db.transaction().execute(async (transaction) => {
        await insertCase(transaction, made, by);
        const audit = await audited(made.id, by, { action: 'create', from: null, to: 'draft', reason: null });
        const detail = { title: made.title };
        await insertEvent(transaction, made.id, { ...by, action: 'create', detail, audit: audit ?? null });
      });
      return (await findCase(db, made.id))!;
    },
    async act(request, reply, { action, roles, status }, work) {
      const by = byOf(request, roles);
      versionIn(request.headers['if-match']);
      const { next, figures, detail } = await db
        .transaction()
        .execute((transaction) => inTransaction(transaction, request, by, action, work));
      if (figures.length > 0) wake();
      reply.code(status).header('etag', `"${next.version}"`);
      return { ...describeCase(next), ...(figures.length > 0 ? { runs: figures } : {}), [action]: detail };
    },
  };
}

/** @throws Problem 404 */
export function missing(detail = 'There is no such recall'): never {
  throw new Problem(404, detail);
}

const versionIn = (ifMatch: string | undefined): number =>
  versionOfIfMatch(ifMatch, () => new Problem(412, 'The recall was changed since you looked'));
