// The operator API for practice switches. spec: national-service §20 API-01 and API-02, §21 rows 38–41, ENB-09
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import type { Store } from '@gp-connect/foundation/store';
import { readHistory } from './changes.ts';
import type { DecisionSnapshot } from './decision.ts';
import { effectiveState } from './effective-state.ts';
import { versionOfIfMatch } from './if-match.ts';
import { answerProblem, Problem } from './problem.ts';
import { type Product, productById, products } from './products.ts';
import { changeSwitch, StaleSwitch, unmovedSwitch } from './store.ts';
import { type Actor, roleFor, SwitchRefusal } from './switch.ts';
import { parsePage, parseSwitchBody } from './switch-body.ts';
import type { PracticeProduct, ProductArea } from './types.ts';

export interface OperatorRoutes {
  // biome-ignore lint/suspicious/noExplicitAny: the directory opens the store with more tables than these
  store: Store<any>;
  /** The newest snapshot. */
  snapshot(): DecisionSnapshot;
  /** Brings the snapshot up to what was just written. */
  refresh(): Promise<void>;
  /** Who asks, from a verified access token; null where there is none. */
  authorise(request: FastifyRequest): Promise<Actor | null>;
  now(): Date;
}

type Params = { ods: string; product: string; area?: string };

/** Registers `/practices/…`; the caller chooses the prefix (`/operator/v1`). */
export async function operatorRoutes(server: FastifyInstance, options: OperatorRoutes): Promise<void> {
  server.setErrorHandler(answerProblem);
  server.setNotFoundHandler((request, reply) =>
    answerProblem(new Problem(404, 'There is nothing at this address'), request, reply),
  );
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

  server.get<{ Params: Params; Querystring: Record<string, string> }>(
    '/practices/:ods/products',
    async (request) => {
      const { ods } = request.params;
      const snapshot = practiceIn(options, ods);
      const { limit, start } = parsePage(request.query);
      const rows = products.flatMap((product) =>
        [null, ...product.areas].map((area) => describe(snapshot, ods, product, area)),
      );
      const more = start + limit < rows.length;
      return {
        ods,
        products: rows.slice(start, start + limit),
        ...(more ? { cursor: String(start + limit) } : {}),
      };
    },
  );

  server.get<{ Params: Params; Querystring: Record<string, string> }>(
    '/practices/:ods/products/history',
    async (request) => {
      const { ods } = request.params;
      practiceIn(options, ods);
      const { limit, at } = parsePage(request.query);
      const entries = await readHistory(
        options.store.db,
        'practice-product',
        `${ods} `,
        at ?? options.now(),
        limit,
      );
      return { ods, history: entries };
    },
  );

  const put = async (request: FastifyRequest<{ Params: Params }>, reply: FastifyReply) => {
    const { ods } = request.params;
    practiceIn(options, ods);
    const { product, area } = productIn(request.params);
    const now = options.now();
    const body = parseSwitchBody(request.body, now);
    const actor = actors.get(request)!;
    const role = roleFor(actor, ods, body.state);
    const expectedVersion = versionOfIfMatch(request.headers['if-match'], () => new StaleSwitch());
    const by = { actor: actor.id, role, expectedVersion, now };
    await refuseUnavailable(options, ods, product, area);
    const moved = await changeSwitch(options.store, { ods, product: product.id, area }, body, by);
    await options.refresh();
    reply.header('etag', `"${moved.version}"`);
    return describe(options.snapshot(), ods, product, area);
  };
  server.put('/practices/:ods/products/:product', put);
  server.put('/practices/:ods/products/:product/areas/:area', put);

  server.get<{ Params: Params }>('/practices/:ods/products/:product', async (request, reply) => {
    const { ods } = request.params;
    const { product, area } = productIn(request.params);
    const row = describe(practiceIn(options, ods), ods, product, area);
    reply.header('etag', `"${row.etag}"`);
    return row;
  });
}

function practiceIn(options: OperatorRoutes, ods: string): DecisionSnapshot {
  const snapshot = options.snapshot();
  if (snapshot.organisation(ods)?.type !== 'gp-practice') throw new Problem(404, 'No such practice');
  return snapshot;
}

function productIn(params: Params): { product: Product; area: ProductArea | null } {
  const product = productById(params.product);
  if (!product) throw new Problem(404, 'No such product');
  const area = product.areas.find((candidate) => candidate === params.area) ?? null;
  if (params.area !== undefined && area === null) throw new Problem(404, 'The product has no such area');
  return { product, area };
}

/** Row 39 for a product the supplier cannot offer yet: its state is set by the supplier's, by nobody else. */
async function refuseUnavailable(
  options: OperatorRoutes,
  ods: string,
  product: Product,
  area: ProductArea | null,
): Promise<void> {
  const snapshot = options.snapshot();
  const practice = { ods, supplier: snapshot.supplierOf(ods) };
  const { state, switch: decidedBy } = effectiveState(snapshot, practice, product.id, area);
  if (state === 'not-available' && !decidedBy) {
    throw new SwitchRefusal(
      409,
      "The current state is not-available: the practice's supplier is not live with it",
    );
  }
}

function describe(snapshot: DecisionSnapshot, ods: string, product: Product, area: ProductArea | null) {
  const own: PracticeProduct =
    snapshot.practiceProduct(ods, product.id, area) ?? unmovedSwitch(ods, product.id, area);
  const practice = { ods, supplier: snapshot.supplierOf(ods) };
  const effective = effectiveState(snapshot, practice, product.id, area).state;
  return {
    product: product.id,
    ...(area === null ? {} : { area }),
    practiceState: own.state === 'held' ? (own.ownChoice ?? 'undecided') : own.state,
    ...(own.state === 'held' ? { operatorHold: { incident: own.incident } } : {}),
    effectiveState: effective,
    since: own.since ?? null,
    reasonCode: own.reasonCode,
    etag: String(own.version ?? 0),
    fallback: product.fallback,
    ...(area === null && product.contractFrom
      ? { contract: { required: true, from: product.contractFrom, compliant: effective === 'enabled' } }
      : {}),
  };
}
