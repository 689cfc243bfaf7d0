// The Fastify server every service but the gateway's hot path starts from: limits, log line, metrics, errors.
import type { ServerOptions as HttpsOptions } from 'node:https';
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { Logger } from './logging.ts';
import type { Metrics } from './metrics.ts';

export interface ServerOptions {
  logger: Logger;
  metrics: Metrics;
  /** TLS options (foundation/trust makes them); absent: plain HTTP, for loopback pages only. */
  tls?: HttpsOptions | undefined;
  /** Largest request body, in bytes. */
  bodyLimit?: number;
  /** How this service tells an error; every thrown value that no route caught ends here. */
  answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void | Promise<void>;
  /** What an unknown path or method gets. */
  answerUnknown(request: FastifyRequest, reply: FastifyReply): void | Promise<void>;
}

/**
 * A server without any body parser: each service adds those of the media types it reads.
 * Every answer carries `Cache-Control: no-store` unless the route said otherwise (spec: foundations §8.4).
 */
export function createServer(options: ServerOptions): FastifyInstance {
  const server = fastify({
    https: (options.tls ?? null) as null,
    loggerInstance: options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    requestTimeout: 120_000,
    keepAliveTimeout: 72_000,
    exposeHeadRoutes: false,
    forceCloseConnections: 'idle',
    // An address the router cannot read is answered like every other fault, not in Fastify's own words.
    frameworkErrors: (error, request, reply) =>
      void options.answerError(error, request as never, reply as never),
    routerOptions: { caseSensitive: true, ignoreTrailingSlash: false, maxParamLength: 2000 },
  }) as unknown as FastifyInstance;
  server.removeAllContentTypeParsers();
  server.setErrorHandler(async (error, request, reply) => {
    const status =
      (error as { status?: number; statusCode?: number }).status ??
      (error as { statusCode?: number }).statusCode ??
      500;
    if (status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, 'request failed');
    await options.answerError(error, request, reply);
    return reply;
  });
  server.setNotFoundHandler(async (request, reply) => {
    await options.answerUnknown(request, reply);
    return reply;
  });
  server.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    if (options.tls) reply.header('strict-transport-security', 'max-age=31536000; includeSubDomains');
  });
  server.addHook('onResponse', async (request, reply) => {
    const labels = {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: String(reply.statusCode),
    };
    options.metrics.requestSeconds.observe(labels, reply.elapsedTime / 1000);
    request.log.info({ ...labels, ms: Math.round(reply.elapsedTime), trace: traceOf(request) }, 'request');
  });
  return server;
}

function traceOf(request: FastifyRequest): string | undefined {
  const trace = request.headers['ssp-traceid'] ?? request.headers['x-request-id'];
  return typeof trace === 'string' && /^[\w.-]{1,64}$/.test(trace) ? trace : undefined;
}
