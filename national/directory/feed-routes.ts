// What gateways follow: a snapshot and the changes after it, for named certificates only. spec: national-service RTE-06
import { Readable } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { FastifyInstance } from '@gp-connect/foundation/http';
import { type Clock, clientCertificate, type Revocations } from '@gp-connect/foundation/trust';
import type { LiveDirectory } from './live-directory.ts';
import type { NationalData } from './store.ts';

export const feedPath = '/directory/v1';

export interface FeedRoutes {
  directory: LiveDirectory;
  /** Common names of the certificates that may read; none: nobody may. */
  readers: readonly string[];
  clock: Clock;
  revocations?: Revocations | undefined;
  /** How long an unchanged answer is held back. */
  longPollMs: number;
}

/** Registers `/snapshot` and `/changes` under the prefix the caller gives (`feedPath`). */
export async function feedRoutes(server: FastifyInstance, options: FeedRoutes): Promise<void> {
  const commonNames = new Set(options.readers.map((name) => name.toLowerCase()));
  server.addHook('onRequest', async (request, reply) => {
    const { socket } = request.raw;
    if (!('encrypted' in socket)) return reply.code(496).send({ error: 'mutual TLS is needed' });
    const { clock, revocations } = options;
    const checks = { clock, commonNames, ...(revocations ? { revocations } : {}) };
    const certificate = clientCertificate(socket as TLSSocket, checks);
    if (!certificate.ok) return reply.code(certificate.status).send({ error: certificate.diagnostics });
  });

  server.get('/snapshot', async (_request, reply) => {
    const data = await options.directory.read();
    return reply.header('content-type', 'application/json').send(Readable.from(jsonOf(data)));
  });

  server.get<{ Querystring: { after?: string } }>('/changes', async (request, reply) => {
    const after = Number(request.query.after);
    if (!/^\d{1,9}$/.test(request.query.after ?? '')) {
      return reply.code(400).send({ error: 'after must be the version last seen' });
    }
    const gone = new AbortController();
    request.raw.once('close', () => gone.abort());
    reply.raw.once('close', () => gone.abort());
    await options.directory.moved(after, options.longPollMs, gone.signal);
    const { version } = options.directory.snapshot();
    const changes = options.directory.changesAfter(after);
    return changes === null ? { version, reload: true, changes: [] } : { version, reload: false, changes };
  });
}

/** The data as JSON text in pieces: a whole England never stands in memory as one string. */
function* jsonOf({ version, ...lists }: NationalData): Generator<string> {
  yield `{"version":${version}`;
  for (const [name, items] of Object.entries(lists)) {
    yield `,"${name}":[`;
    for (let start = 0; start < items.length; start += 500) {
      const page = JSON.stringify(items.slice(start, start + 500)).slice(1, -1);
      yield start ? `,${page}` : page;
    }
    yield ']';
  }
  yield '}';
}
