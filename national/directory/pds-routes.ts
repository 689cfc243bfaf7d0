// PDS over FHIR R4: read, search, related persons. spec: foundations §17
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import { isNhsNumber } from '@gp-connect/foundation/nhs';
import type { Bundle } from 'fhir/r4.js';
import { sendJson } from './exact-json.ts';
import { accessOf, checkHeaders, type PdsAccess, type PdsVerifiers } from './pds-access.ts';
import { PdsRefusal, tooManyMatches } from './pds-errors.ts';
import { matchPatients } from './pds-match.ts';
import { parsePdsSearch } from './pds-query.ts';
import { confidentialityOf } from './pds-record.ts';
import { redactPatient, reducePatient } from './pds-redact.ts';
import {
  candidateLimit,
  findCandidates,
  findPatient,
  findRelatedPersons,
  type StoredPatient,
} from './pds-store.ts';
import type { RateLimit } from './rate-limit.ts';
import type { DirectoryStore } from './store.ts';

export const pdsPath = '/personal-demographics/FHIR/R4';
const contentType = 'application/fhir+json';

export interface PdsRoutes {
  store: DirectoryStore;
  verifiers: PdsVerifiers;
  limit: RateLimit;
  /** Applications that serve several organisations and must name the user's. */
  severalOrganisations: ReadonlySet<string>;
  /** Origin in `fullUrl`, e.g. `https://directory.example`; absent: the request's own host. */
  publicUrl?: string | undefined;
  /** How long the store may take, in milliseconds, before the answer is 408. */
  timeoutMs: number;
  now(): Date;
}

/** Registers the API under the prefix the caller gives (`pdsPath`). */
export async function pdsRoutes(server: FastifyInstance, options: PdsRoutes): Promise<void> {
  const accesses = new WeakMap<FastifyRequest, PdsAccess>();
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  server.setErrorHandler(answerPdsError);
  server.addHook('onRequest', async (request, reply) => {
    for (const name of ['x-request-id', 'x-correlation-id']) {
      const value = request.headers[name];
      if (typeof value === 'string') reply.header(name, value);
    }
    const access = await accessOf(request, options.verifiers);
    const wait = options.limit.take(access.application);
    if (wait) throw new PdsRefusal('rate', undefined, { 'retry-after': String(wait) });
    accesses.set(request, access);
  });
  server.setNotFoundHandler((request, reply) => {
    answerPdsError(unknownRequest(request, accesses.get(request)!), request, reply);
  });
  const checked = (request: FastifyRequest): PdsAccess => {
    const access = accesses.get(request)!;
    checkHeaders(request, access, options.severalOrganisations.has(access.application));
    return access;
  };
  const send = (reply: FastifyReply, body: unknown) => sendJson(reply, contentType, body);
  const within = <T>(work: Promise<T>): Promise<T> => inTime(work, options.timeoutMs);

  server.get<{ Params: { id: string } }>('/Patient/:id', async (request, reply) => {
    const access = checked(request);
    const { patient } = await within(readPatient(options.store, request.params.id, access));
    const version = patient.meta?.versionId ?? '1';
    return send(reply.header('etag', `W/"${version}"`), redactPatient(patient));
  });

  server.get<{ Params: { id: string } }>('/Patient/:id/RelatedPerson', async (request, reply) => {
    const access = checked(request);
    const found = await within(readPatient(options.store, request.params.id, access));
    const restricted = confidentialityOf(found.patient) !== 'U';
    const related = restricted ? [] : await within(findRelatedPersons(options.store, found.nhsNumber));
    const base = `${originOf(request, options)}${pdsPath}/Patient/${found.nhsNumber}`;
    const entry = related.map((resource) => ({ fullUrl: `${base}/RelatedPerson/${resource.id}`, resource }));
    const bundle: Bundle = { resourceType: 'Bundle', type: 'searchset', total: related.length, entry };
    return send(reply, bundle);
  });

  server.get('/Patient', async (request, reply) => {
    const access = checked(request);
    if (access.mode === 'patient') throw new PdsRefusal('patientAction');
    const search = parsePdsSearch(new URL(request.url, 'https://any').searchParams, access.mode);
    const candidates = await within(findCandidates(options.store, search));
    const matches = matchPatients(candidates, search);
    if (candidates.length > candidateLimit || matches.length > search.maxResults) {
      return send(reply, tooManyMatches);
    }
    const base = `${originOf(request, options)}${pdsPath}/Patient`;
    const bundle: Bundle = {
      resourceType: 'Bundle',
      type: 'searchset',
      timestamp: options.now().toISOString(),
      total: matches.length,
      entry: matches.map(({ patient, score }) => ({
        fullUrl: `${base}/${patient.id}`,
        search: { score },
        resource: reducePatient(redactPatient(patient)),
      })),
    };
    return send(reply, bundle);
  });
}

/** @throws PdsRefusal 400, 403, 404 */
async function readPatient(store: DirectoryStore, id: string, access: PdsAccess): Promise<StoredPatient> {
  if (id === '') throw new PdsRefusal('unsupported');
  if (!isNhsNumber(id)) throw new PdsRefusal('resourceId');
  if (access.mode === 'patient' && access.nhsNumber !== id) throw new PdsRefusal('patientAction');
  const found = await findPatient(store, id);
  if (!found) throw new PdsRefusal('notFound');
  if (found.invalidated) throw new PdsRefusal('invalidated');
  return found;
}

/** There is no write on the wire: what an attempt gets depends on the access mode. */
function unknownRequest(request: FastifyRequest, access: PdsAccess): PdsRefusal {
  const path = request.url.split('?')[0]!.slice(pdsPath.length);
  const restricted = access.mode === 'application-restricted';
  if (restricted && request.method === 'PATCH' && /^\/Patient\/[^/]+$/.test(path))
    return new PdsRefusal('update');
  if (restricted && request.method === 'POST' && path === '/Patient') return new PdsRefusal('create');
  return new PdsRefusal('unsupported');
}

function answerPdsError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = error instanceof PdsRefusal ? error : new PdsRefusal('internal');
  if (refusal.status >= 500) request.log.error({ err: error }, 'PDS request failed');
  sendJson(reply.code(refusal.status).headers(refusal.headers), contentType, refusal.body);
}

async function inTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new PdsRefusal('timeout')), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined);
  }
}

function originOf(request: FastifyRequest, { publicUrl }: PdsRoutes): string {
  return publicUrl ?? `${request.protocol}://${request.host}`;
}
