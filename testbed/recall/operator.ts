// The operator of a recall in this process: its API over loopback.
import { createLogger, createMetrics, createServer, startListening } from '@gp-connect/foundation/http';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import {
  codeSetsOver,
  enablementOf,
  type OversightStore,
  practicesOfDirectory,
  recallRoutes,
} from '@gp-connect/national';

export interface OperatorDesk {
  create(body: object): Promise<string>;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  get(path: string): Promise<any>;
  // biome-ignore lint/suspicious/noExplicitAny: as above
  act(id: string, action: string, body?: object): Promise<any>;
  close(): Promise<void>;
}

/** The operator API over loopback, everyone a safety officer. */
export async function startOperatorDesk(store: OversightStore, wake: () => void): Promise<OperatorDesk> {
  const server = createServer({
    logger: createLogger({ name: 'operator', level: 'silent' }),
    metrics: createMetrics('operator'),
    answerError: (_error, _request, reply) => void reply.code(500).send(),
    answerUnknown: (_request, reply) => void reply.code(404).send(),
  });
  await server.register(recallRoutes, {
    ...{ prefix: '/operator/v1', store, codeSets: codeSetsOver(demonstrationSource()), wake },
    ports: {
      practices: practicesOfDirectory(store),
      // Nobody asks for them here: no MESH takes part.
      envelopes: { recipients: async () => [], inTransit: async () => 0 },
      enablementAt: enablementOf(store),
      append: async () => undefined,
    },
    authorise: async () => ({ id: 'officer', roles: ['op.safety'], practice: null }),
    now: () => new Date(),
  });
  const { port } = await startListening(server, 'operator', { host: '127.0.0.1', port: 0 });
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`http://127.0.0.1:${port}/operator/v1${path}`, init);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return { etag: answer.headers.get('etag') ?? '', body: await answer.json() };
  };
  const post = (path: string, body: object, etag?: string) =>
    ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(etag ? { 'if-match': etag } : {}) },
      body: JSON.stringify(body),
    });
  return {
    create: async (body) => ((await post('/recalls', body)).body as { id: string }).id,
    get: async (path) => (await ask(path)).body,
    async act(id, action, body = {}) {
      const { etag } = await ask(`/recalls/${id}`);
      return (await post(`/recalls/${id}/${action}`, body, etag)).body;
    },
    close: () => server.close(),
  };
}

export const pregnancyRecall = {
  title: 'Pregnancy status miscoded',
  case: {
    reportedBy: 'A practice',
    hazard: 'Pregnancy recorded where the consultation said not pregnant',
    severity: 2,
    clinicalSafety: true,
    informationGovernance: false,
  },
  selector: {
    direction: 'inbound-update',
    product: 'update-record',
    services: ['pharmacy-first'],
    fields: ['pregnancy-status'],
    ecl: '<< 77386006',
    senderProduct: { name: 'PharmaSoft', versionRange: '>=3.1.0 <3.1.4' },
    sentFrom: '2025-01-01T00:00:00Z',
    sentTo: '2025-06-30T23:59:59Z',
  },
};
