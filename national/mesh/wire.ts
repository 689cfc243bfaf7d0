// What every route of MESH shares: the request with its version, registration, answers. spec: mesh §1.1, §3
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import type { Mesh } from './context.ts';
import { MeshFault } from './errors.ts';
import type { Query } from './inbox.ts';
import { type ApiMedia, apiMedia } from './media.ts';

/** A request whose version is known. */
export interface Call {
  readonly mesh: Mesh;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly media: ApiMedia;
  readonly parameters: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly certificate: string | undefined;
}

export interface Route {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly run: (call: Call) => Promise<unknown>;
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH'] as const;

/** Puts routes under a prefix; a known path asked with another method gets 405. */
export function registerRoutes(
  server: FastifyInstance,
  {
    mesh,
    prefix,
    routes,
    certificateOf,
  }: {
    mesh: Mesh;
    prefix: string;
    routes: readonly Route[];
    certificateOf: (request: FastifyRequest) => string | undefined;
  },
): void {
  for (const { method, path, run } of routes)
    server.route({
      method,
      url: prefix + path,
      handler: async (request, reply) => {
        const parameters = request.params as Record<string, string>;
        const query = request.query as Query;
        misbehave(mesh);
        const media = apiMedia(request.headers.accept);
        await run({ mesh, request, reply, media, parameters, query, certificate: certificateOf(request) });
        return reply;
      },
    });
  for (const path of new Set(routes.map((route) => route.path))) {
    const known = routes.filter((route) => route.path === path).map(({ method }) => method as string);
    server.route({
      method: METHODS.filter((method) => !known.includes(method)),
      url: prefix + path,
      handler: async (_request, reply) => {
        reply.header('allow', known.join(', '));
        throw new MeshFault('methodNotAllowed');
      },
    });
  }
}

function misbehave({ faults }: Mesh): void {
  if (faults.strikes('tooMany')) throw new MeshFault('tooManyRequests');
  if (faults.strikes('unavailable')) throw new MeshFault('unavailable');
}

/** Answers with a body as JSON of the version asked for, or none. */
export function answer(
  { reply, media }: Pick<Call, 'reply' | 'media'>,
  status: number,
  body?: object,
): unknown {
  if (body === undefined) return reply.code(status).send();
  return reply
    .code(status)
    .header('content-type', media.type)
    .send(Buffer.from(JSON.stringify(body)));
}
