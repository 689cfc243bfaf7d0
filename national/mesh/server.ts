// The HTTP server of MESH: certificates at the door, bodies left as streams, errors told as MESH tells them.
// spec: mesh §1, §3.6 check 2, §6
import type { ServerOptions as HttpsOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  createServer,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type Metrics,
} from '@gp-connect/foundation/http';
import { type CertificateChecks, clientCertificate, type Revocations } from '@gp-connect/foundation/trust';
import type { Actor } from '../policy/index.ts';
import { administrationRoutes } from './administration.ts';
import { answerBadRequest } from './bad-request.ts';
import { certificateName } from './certificates.ts';
import type { Mesh } from './context.ts';
import { ClientGone, faultBody, MeshFault } from './errors.ts';
import { apiMediaOrPlain } from './media.ts';
import { operatorPath, operatorRoutes } from './operator-routes.ts';
import { meshPath, meshRoutes } from './routes.ts';
import type { MeshStore } from './types.ts';
import { registerRoutes } from './wire.ts';

export interface MeshServerOptions {
  readonly metrics: Metrics;
  readonly tls: HttpsOptions | undefined;
  readonly clock: () => number;
  readonly revocations: Revocations | undefined;
  readonly store: MeshStore;
  /** Who asks the operator's routes, from a verified access token. */
  readonly authorise: (request: FastifyRequest) => Promise<Actor | null>;
}

export function createMeshServer(
  mesh: Mesh,
  { metrics, tls, clock, revocations, store, authorise }: MeshServerOptions,
): FastifyInstance {
  const server = createServer({
    logger: mesh.logger,
    metrics,
    tls,
    answerError,
    answerUnknown: (request, reply) => answerError(new MeshFault('noSuchAddress'), request, reply),
  });
  const { settings } = mesh;
  server.server.requestTimeout = settings.uploadMinutes * 60_000;
  server.server.removeAllListeners('clientError').on('clientError', answerBadRequest);
  writeLowerCase(server);
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  const checks: CertificateChecks = { clock, ...(revocations ? { revocations } : {}) };
  const nameOf = (socket: unknown) => certificateName(socket, checks, settings.certificateNames);
  const operators = new Set(settings.operatorCertificates.map((name) => name.toLowerCase()));
  const operatorOf = (socket: unknown) => {
    const certificate = clientCertificate(socket as TLSSocket, checks);
    return certificate.ok && operators.has(certificate.commonName) ? certificate.commonName : undefined;
  };
  if (tls) checkCertificates(server, settings.network, { nameOf, operatorOf });
  const certificateOf = ({ raw }: FastifyRequest) => (tls ? nameOf(raw.socket) : undefined);
  registerRoutes(server, { mesh, prefix: meshPath, routes: meshRoutes, certificateOf });
  if (settings.administration)
    for (const prefix of [meshPath, ''])
      registerRoutes(server, { mesh, prefix, routes: administrationRoutes, certificateOf });
  // A certificate is what lets an operator's system in: without TLS nobody has one.
  if (tls && operators.size > 0)
    void server.register(operatorRoutes, {
      prefix: operatorPath,
      store,
      pauses: mesh.pauses,
      now: clock,
      systemOf: ({ raw }: FastifyRequest) => operatorOf(raw.socket),
      authorise,
    });
  return server;
}

/** MESH writes header names in lower case: those Node would add in its own way are written here. spec: mesh §1 */
function writeLowerCase(server: FastifyInstance): void {
  const keepAlive = `timeout=${Math.floor(server.server.keepAliveTimeout / 1000)}`;
  server.addHook('onSend', async (_request, reply) => {
    const { raw } = reply;
    reply.header('date', new Date().toUTCString());
    if (raw.hasHeader('connection')) return;
    reply.header('connection', raw.shouldKeepAlive ? 'keep-alive' : 'close');
    if (raw.shouldKeepAlive) reply.header('keep-alive', keepAlive);
  });
}

/** On the internet a wrong certificate ends the connection; on HSCN it is answered 400. */
function checkCertificates(
  server: FastifyInstance,
  network: 'internet' | 'hscn',
  { nameOf, operatorOf }: Record<'nameOf' | 'operatorOf', (socket: unknown) => string | undefined>,
): void {
  if (network === 'internet')
    server.server.prependListener('secureConnection', (socket: Socket) => {
      if ((nameOf(socket) ?? operatorOf(socket)) === undefined) socket.destroy();
    });
  server.addHook('onRequest', async (request, reply) => {
    // The operator's routes look at the certificate themselves.
    if (request.routeOptions.url?.startsWith(operatorPath)) return;
    if (nameOf(request.raw.socket) !== undefined) return;
    if (network === 'hscn') throw new MeshFault('noCertificate');
    reply.hijack();
    request.raw.socket.destroy();
  });
}

async function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (error instanceof ClientGone) {
    reply.hijack();
    request.raw.socket.destroy();
    return;
  }
  const media = apiMediaOrPlain(request.headers.accept);
  const given = error as { status?: number; statusCode?: number };
  const body = faultBody(error, media.version, request.id);
  reply.code(given.status ?? given.statusCode ?? 500);
  if (body === null) await reply.send();
  else await reply.header('content-type', media.type).send(Buffer.from(JSON.stringify(body)));
}
