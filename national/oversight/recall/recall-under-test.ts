// For tests: the operator's recall over a real database and real TLS, and GP systems that answer, fail or refuse as told.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AuditLog, AuditReader, type EventParts, fileKek, openKeyStore } from '@gp-connect/foundation/audit';
import { createLogger, createMetrics, createServer, startListening } from '@gp-connect/foundation/http';
import { openStore } from '@gp-connect/foundation/store';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { openAuthority, serverTls } from '@gp-connect/foundation/trust';
import { compactVerify } from 'jose';
import { directoryMigrations, loadDirectory } from '../../directory/index.ts';
import type { Pause, PauseRequest } from '../../mesh/index.ts';
import { policyMigrations } from '../../policy/index.ts';
import {
  codeSetsOver,
  enablementOf,
  envelopesOfAudit,
  holdsOfPolicy,
  type OversightStore,
  openOrderTransport,
  practicesOfDirectory,
  type RecallWorkerOptions,
  recallCaseMigrations,
  recallRoutes,
  startRecallWorker,
} from './index.ts';

export interface SeenOrder {
  readonly practice: string;
  readonly step: string;
  readonly run: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into orders of many shapes
  readonly order: any;
}

type Behaviour = (order: SeenOrder, attempt: number) => { status: number; body?: unknown } | 'hang-up';

export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of many shapes
  readonly body: any;
}

const practiceCodes = ['T00001', 'T00002', 'T00003', 'T00004'];
export const practices = practiceCodes;

export async function startTestRecall(database: { url: string }) {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-recall-'));
  const authority = await openAuthority(folder, { clock: Date.now });
  const server = await authority.issue({ commonName: 'gp.example', usages: 'server' });
  const client = await authority.issue({ commonName: 'recall.national.example', usages: 'client' });
  const keys = generateKeyPairSync('ed25519');
  const store: OversightStore = await openStore(database, [
    ...policyMigrations,
    ...directoryMigrations,
    ...recallCaseMigrations,
  ]);

  // The GP systems.
  const seen: SeenOrder[] = [];
  let behaviour: Behaviour = () => ({ status: 500 });
  const systems = createHttpsServer(serverTls(server, { clients: 'reject' }), async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request as AsyncIterable<Buffer>) pieces.push(piece);
    const { payload } = await compactVerify(Buffer.concat(pieces).toString(), keys.publicKey);
    const order = JSON.parse(new TextDecoder().decode(payload));
    const [, practice = '', , , , step = ''] = (request.url ?? '').split('/');
    const one: SeenOrder = { practice, step, run: order.run, order };
    seen.push(one);
    const attempt = seen.filter((each) => each.practice === practice && each.run === order.run).length;
    const answer = behaviour(one, attempt);
    if (answer === 'hang-up') return void request.socket.destroy();
    response
      .writeHead(answer.status, { 'content-type': 'application/json' })
      .end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => systems.listen(0, '127.0.0.1', resolve));
  const { port } = systems.address() as AddressInfo;

  await loadDirectory(store, {
    organisations: practiceCodes.map((ods) => ({
      ods,
      name: `Surgery ${ods}`,
      status: 'active',
      country: 'England',
      type: 'gp-practice',
      postcode: 'ZZ99 3CZ',
      private: false,
    })),
    accreditedSystems: [],
    messageHandlingServices: practiceCodes.map((ods) => ({
      id: `mhs-${ods}`,
      ods,
      partyKey: `${ods}-0000001`,
      interaction: 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata-1',
      endpoint: `https://gp.example/${ods}/STU3/1/gpconnect`,
      fqdn: 'gp.example',
      cpaId: `cpa-${ods}`,
    })),
  });

  const audited: EventParts[] = [];
  const problems: unknown[] = [];
  const registry = practicesOfDirectory(store, (ods) => (ods === 'T00004' ? null : `ICB${ods.at(-1)}`));
  const pauses: Pause[] = [];
  const append = async (event: EventParts) => {
    audited.push(event);
    return { origin: 'audit.example/log/operator-01', index: audited.length - 1 };
  };
  // MESH's own audit log, a message at a time.
  const log = {
    folder: join(folder, 'mesh-log'),
    keyFolder: join(folder, 'mesh-keys'),
    origin: 'audit.example/log/mesh',
  };
  let meshTime = Date.parse('2025-01-01T00:00:00Z');
  const keys2 = openKeyStore({
    folder: log.keyFolder,
    origin: log.origin,
    kek: fileKek(join(folder, 'mesh-kek')),
  });
  const meshLog = await AuditLog.open({
    ...{ folder: log.folder, keys: keys2, software: 'test' },
    now: () => new Date(meshTime),
  });
  const ports = {
    practices: registry,
    envelopes: envelopesOfAudit(store, {
      origin: log.origin,
      reader: new AuditReader({ folder: log.folder, keys: keys2 }),
    }),
    enablementAt: enablementOf(store),
    append,
    holds: holdsOfPolicy(store, async () => undefined),
    // The real ones are in testbed/running.
    pauses: {
      async create({ scope, mode = 'refuse', reason, actor = '' }: PauseRequest) {
        const made = {
          id: `P${pauses.length + 1}`,
          scope,
          mode,
          reason,
          until: null,
          createdAt: '',
          held: 0,
        };
        pauses.push({ ...made, createdBy: actor, liftedAt: null, liftedBy: null, liftReason: null } as Pause);
        return pauses.at(-1)!;
      },
      list: async () => pauses.filter(({ liftedAt }) => liftedAt === null),
      async lift(reference: string, { reason }: { reason: string }) {
        const at = pauses.findIndex(({ id }) => id === reference);
        pauses[at] = { ...pauses[at]!, liftedAt: new Date().toISOString(), liftReason: reason };
        return pauses[at];
      },
    },
  };
  const transport = openOrderTransport({ identity: client, hosts: { 'gp.example': `127.0.0.1:${port}` } });
  const workerOptions: RecallWorkerOptions = {
    ...{ store, practices: registry, transport, key: keys.privateKey, clock: Date.now },
    ...{ random: () => 0.5, pollMs: 50, firstPauseMs: 30, longestPauseMs: 200, leaseMs: 5000 },
    append,
    onError: (error) => void problems.push(error),
  };
  const workers = [startRecallWorker(workerOptions)];

  const api = createServer({
    logger: createLogger({ name: 'operator', level: 'silent' }),
    metrics: createMetrics('operator'),
    answerError: (_error, _request, reply) => void reply.code(500).send(),
    answerUnknown: (_request, reply) => void reply.code(404).send(),
  });
  await api.register(recallRoutes, {
    ...{ prefix: '/operator/v1', store, ports, codeSets: codeSetsOver(demonstrationSource()) },
    authorise: async (request) => {
      const role = /^Bearer (op\.[a-z]+)$/.exec(request.headers.authorization ?? '')?.[1];
      return role ? { id: `user of ${role}`, roles: [role], practice: null } : null;
    },
    now: () => new Date(),
    wake: () => {
      for (const worker of workers) worker.wake();
    },
  });
  const address = await startListening(api, 'operator', { host: '127.0.0.1', port: 0 });

  const ask = async (
    path: string,
    {
      method,
      body,
      role = 'op.safety',
      etag,
    }: { method?: string; body?: object; role?: string | null; etag?: string } = {},
  ): Promise<Told> => {
    const answer = await fetch(`http://127.0.0.1:${address.port}/operator/v1${path}`, {
      method: method ?? (body ? 'POST' : 'GET'),
      headers: {
        ...(role ? { authorization: `Bearer ${role}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(etag ? { 'if-match': etag } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: text ? JSON.parse(text) : undefined,
    };
  };
  return {
    ...{ store, seen, audited, problems, pauses, ask, workerOptions, workers },
    /** A step of a message as MESH writes it; in the order of their times. */
    async meshed(message: string, event: 'handed-over' | 'acknowledged', at: string, practice: string) {
      meshTime = Date.parse(at);
      await meshLog.append({
        patient: {
          ...{ kind: 'message', event, trace: message, nhsNumber: '9434765919', practice, outcome: null },
          ...{ organisation: { ods: 'FZZ01', name: 'Pharmacy', type: 'pharmacy' }, product: 'update-record' },
          workflow: 'GPCONNECT_UPDATE_RECORD',
        },
        technical: {},
      });
      await meshLog.checkpoint();
    },
    behave(next: Behaviour): void {
      behaviour = next;
    },
    /** A change of a recall with the ETag it has now. */
    async act(id: string, action: string, body: object = {}, role = 'op.safety'): Promise<Told> {
      const etag = (await ask(`/recalls/${id}`)).headers.get('etag')!;
      return ask(`/recalls/${id}/${action}`, { body, role, etag });
    },
    /** Looks until it is so. */
    async until(path: string, isSo: (body: Told['body']) => boolean): Promise<Told['body']> {
      const end = Date.now() + 20_000;
      for (;;) {
        const { body, text } = await ask(path);
        if (isSo(body)) return body;
        if (Date.now() > end) throw new Error(`it never became so: ${text}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.close()));
      await api.close();
      await transport.close();
      systems.closeAllConnections();
      await new Promise((resolve) => systems.close(resolve));
      await meshLog.shutdown();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type RecallUnderTest = Awaited<ReturnType<typeof startTestRecall>>;
