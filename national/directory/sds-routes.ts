// SDS over FHIR R4: `/Device` and `/Endpoint`. spec: foundations §16
import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import { sendJson } from './exact-json.ts';
import { DirectoryTimeout, DirectoryUnreadable, type LiveDirectory } from './live-directory.ts';
import type { RateLimit } from './rate-limit.ts';
import { SdsRefusal, sdsBadRequest, sdsGatewayRefusal, sdsRefusal } from './sds-errors.ts';
import { parseSdsQuery } from './sds-query.ts';
import { findDevices, findEndpoints, sdsBundle, toDevice, toEndpoint } from './sds-resources.ts';

export const sdsPath = '/spine-directory/FHIR/R4';

export interface SdsRoutes {
  directory: LiveDirectory;
  /** Keys of applications that may ask; none: nobody may. */
  apiKeys: readonly string[];
  limit: RateLimit;
  /** Origin in links, e.g. `https://directory.example`; absent: the request's own host. */
  publicUrl?: string | undefined;
}

const UUID = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/;
const newId = (): string => randomUUID().toUpperCase();

/** Registers the two searches under the prefix the caller gives (`sdsPath`). */
export async function sdsRoutes(server: FastifyInstance, options: SdsRoutes): Promise<void> {
  const keys = options.apiKeys.map(digest);
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  server.addHook('onRequest', async (request, reply) => {
    const given = correlationOf(request);
    reply.header('x-correlation-id', given !== undefined && UUID.test(given) ? given : newId());
    const requestId = request.headers['x-request-id'];
    if (typeof requestId === 'string') reply.header('x-request-id', requestId);
    const key = request.headers.apikey;
    if (typeof key !== 'string' || !keys.some((known) => timingSafeEqual(known, digest(key)))) {
      throw sdsGatewayRefusal('key', 'Missing or invalid apikey');
    }
    const wait = options.limit.take(digest(key).toString('hex'));
    if (wait) throw sdsGatewayRefusal('rate', 'The rate limit was exceeded', { 'retry-after': String(wait) });
  });
  server.setErrorHandler(answerSdsError);
  server.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!.slice(sdsPath.length);
    const known = path === '/Device' || path === '/Endpoint';
    answerSdsError(sdsRefusal(known ? 'method' : 'notFound'), request, reply);
  });
  for (const resource of ['Device', 'Endpoint'] as const) {
    server.get(`/${resource}`, (request, reply) => answerSearch(resource, request, reply, options));
  }
}

async function answerSearch(
  resource: 'Device' | 'Endpoint',
  request: FastifyRequest,
  reply: FastifyReply,
  options: SdsRoutes,
): Promise<FastifyReply> {
  const correlation = correlationOf(request);
  if (correlation !== undefined && !UUID.test(correlation)) {
    throw sdsBadRequest('Invalid X-Correlation-Id header. Should be a UUID');
  }
  const search = new URL(request.url, 'https://any').searchParams;
  const query = parseSdsQuery(resource, search);
  const contentType = acceptedType(request.headers.accept);
  const snapshot = await options.directory.current();
  const resources =
    resource === 'Device'
      ? findDevices(snapshot, query).map((record) => (id: string) => toDevice(record, id))
      : findEndpoints(snapshot, query).map((record) => (id: string) => toEndpoint(record, id));
  const origin = options.publicUrl ?? `${request.protocol}://${request.host}`;
  const self = origin + decoded(request.url);
  const bundle = sdsBundle(resources, { base: origin + sdsPath, self, newId });
  return sendJson(reply, contentType, bundle);
}

/** @throws SdsRefusal 406 */
function acceptedType(accept: string | undefined): string {
  const list = (accept ?? '*/*').toLowerCase();
  if (list.includes('*/*') || list.includes('application/fhir+json')) return 'application/fhir+json';
  if (list.includes('application/json')) return 'application/json';
  throw sdsRefusal('accept');
}

function answerSdsError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = asRefusal(error);
  if (refusal.row.status >= 500) request.log.error({ err: error }, 'SDS request failed');
  const body = refusal.body(String(reply.getHeader('x-correlation-id') ?? newId()));
  sendJson(reply.code(refusal.row.status).headers(refusal.headers), refusal.contentType, body);
}

function asRefusal(error: unknown): SdsRefusal {
  if (error instanceof SdsRefusal) return error;
  if (error instanceof DirectoryTimeout) return sdsRefusal('timeout');
  if (error instanceof DirectoryUnreadable) return sdsRefusal('badGateway');
  return sdsRefusal('internal');
}

function correlationOf(request: FastifyRequest): string | undefined {
  const value = request.headers['x-correlation-id'];
  return Array.isArray(value) ? value[0] : value;
}

function decoded(url: string): string {
  try {
    return decodeURIComponent(url);
  } catch {
    return url;
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
