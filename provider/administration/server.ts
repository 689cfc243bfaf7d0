// The administration listener: plain HTTP on the loopback interface, a bearer token with every request.
//
//   GET  /practices                          hosted practices with the number of people on their lists
//   GET  /practices/{ODS}/switches           what is on and off
//   PUT  /practices/{ODS}/switches/{name}    {"enabled": true, "reason": "…", "actor": "…"}
//   GET  /rule-packs                         national rule packs, newest first
//   PUT  /rule-packs/national                a signed national rule pack (application/jose)
//   POST /practices/{ODS}/import?dryRun=true a tar archive of record files; answers events as NDJSON, at last
//                                            {"kind":"report","report":{…}} or {"kind":"failed","reason":"…"}
import { createHash, timingSafeEqual } from 'node:crypto';
import { ConfigurationError } from '@gp-connect/foundation/config';
import {
  createServer,
  type FastifyInstance,
  type FastifyReply,
  type ListenAddress,
  type Logger,
  type Metrics,
  startListening,
} from '@gp-connect/foundation/http';
import { z } from 'zod';
import type { PracticeAudit } from '../audit/index.ts';
import { type Controls, isSwitchedOn, type SwitchName, switchNames } from '../controls/index.ts';
import type { RulePacks } from '../inbox/index.ts';
import type { Records } from '../record/index.ts';
import { addRulePacks } from './rule-packs.ts';
import { runImport } from './run-import.ts';

export interface AdministrationOptions {
  readonly address: ListenAddress;
  /** What callers must show; at least 16 characters. */
  readonly token: string;
  readonly records: Records;
  readonly controls: Controls;
  readonly audit: PracticeAudit;
  readonly packs: RulePacks;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

const loopback: readonly string[] = ['127.0.0.1', '::1', 'localhost'];
const SHORTEST_TOKEN = 16;

/** A fault of the request: status and words for the caller. */
export class Fault extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** @throws ConfigurationError off the loopback interface or with too short a token */
export async function startAdministration(
  options: AdministrationOptions,
): Promise<{ address: ListenAddress; close(): Promise<void> }> {
  const faults = [
    ...(loopback.includes(options.address.host) ? [] : ['administration.host: must be a loopback address']),
    ...(options.token.trim().length >= SHORTEST_TOKEN
      ? []
      : [`administrationToken: the token in the file is shorter than ${SHORTEST_TOKEN} characters`]),
  ];
  if (faults.length) throw new ConfigurationError(faults);

  const server = createServer({
    logger: options.logger,
    metrics: options.metrics,
    // A rule pack is the longest; imports are streams.
    bodyLimit: 4 * 1024 * 1024,
    answerError(error, _request, reply) {
      const status = (error as { statusCode?: number }).statusCode ?? (error as Fault).status ?? 500;
      void reply.code(status).send({ error: status < 500 ? (error as Error).message : 'the request failed' });
    },
    answerUnknown: (_request, reply) =>
      void reply.code(404).send({ error: 'there is nothing at this address' }),
  });
  // An import may take as long as it takes.
  server.server.requestTimeout = 0;
  const isToken = sameAs(options.token.trim());
  server.addHook('onRequest', async (request) => {
    const [, shown = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
    if (!isToken(shown)) throw new Fault(401, 'a bearer token is needed, and it must be the right one');
  });
  addPractices(server, options);
  addSwitches(server, options);
  addRulePacks(server, options);
  addImport(server, options);
  const address = await startListening(server, 'provider administration', options.address);
  return {
    address,
    async close() {
      server.server.closeAllConnections();
      await server.close();
    },
  };
}

/** Compares in a time that tells nothing, whatever the lengths. */
function sameAs(secret: string): (shown: string) => boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  const wanted = hash(secret);
  return (shown) => timingSafeEqual(hash(shown), wanted);
}

async function hosted(controls: Controls, ods: string) {
  const practice = await controls.of(ods);
  if (!practice) throw new Fault(404, 'this practice is not hosted here');
  return practice;
}

function addPractices(server: FastifyInstance, { controls, records }: AdministrationOptions): void {
  server.get('/practices', async () => {
    const [practices, counts] = await Promise.all([controls.all(), records.patientCounts()]);
    return {
      practices: practices.map(({ practice: { ods, name, asid } }) => ({
        ods,
        name,
        asid,
        patients: counts.get(ods) ?? 0,
      })),
    };
  });
}

const switchChange = z.strictObject({
  enabled: z.boolean(),
  reason: z.string().trim().min(1).max(500),
  actor: z.string().trim().min(1).max(200),
});

function addSwitches(server: FastifyInstance, { controls, audit }: AdministrationOptions): void {
  server.addContentTypeParser('application/json', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, JSON.parse(body as string));
    } catch {
      done(new Fault(400, 'the body is not JSON'));
    }
  });
  const statesOf = async (ods: string) => {
    const { switches } = await hosted(controls, ods);
    return {
      practice: ods,
      switches: switchNames.map((name) => ({ name, enabled: isSwitchedOn(switches, name) })),
    };
  };
  server.get<{ Params: { ods: string } }>('/practices/:ods/switches', ({ params }) => statesOf(params.ods));
  server.put<{ Params: { ods: string; name: string } }>(
    '/practices/:ods/switches/:name',
    async ({ params, body }) => {
      const { switches } = await hosted(controls, params.ods);
      const name = params.name as SwitchName;
      if (!switchNames.includes(name)) throw new Fault(404, 'there is no such switch');
      const change = switchChange.safeParse(body);
      if (!change.success) throw new Fault(400, z.prettifyError(change.error));
      const { enabled, reason, actor } = change.data;
      const word = (on: boolean) => (on ? 'on' : 'off');
      // The audit comes first: a change that cannot be audited is not made.
      await audit.administrative({
        practice: params.ods,
        action: 'switch',
        subject: name,
        from: word(isSwitchedOn(switches, name)),
        to: word(enabled),
        reason,
        actor,
      });
      await controls.set(params.ods, [name], enabled, { actor, reason });
      return statesOf(params.ods);
    },
  );
}

const importQuery = z.strictObject({
  dryRun: z.enum(['true', 'false']).default('false'),
  actor: z.string().trim().min(1).max(200).default('administration'),
});

function addImport(server: FastifyInstance, options: AdministrationOptions): void {
  const underWay = new Set<string>();
  server.addContentTypeParser('application/x-tar', (_request, payload, done) => done(null, payload));
  server.post<{ Params: { ods: string } }>('/practices/:ods/import', async (request, reply: FastifyReply) => {
    const { ods } = request.params;
    await hosted(options.controls, ods);
    const query = importQuery.safeParse(request.query);
    if (!query.success) throw new Fault(400, z.prettifyError(query.error));
    if (!request.body) throw new Fault(415, 'an import takes application/x-tar');
    if (underWay.has(ods)) throw new Fault(409, 'another import into this practice is under way');
    underWay.add(ods);
    try {
      reply.hijack();
      await runImport(options, {
        practice: ods,
        dryRun: query.data.dryRun === 'true',
        actor: query.data.actor,
        request: request.raw,
        response: reply.raw,
      });
    } finally {
      underWay.delete(ods);
    }
  });
}
