// The server every portal starts from: cookies, forms, security headers, error pages, assets.
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import { createServer, type Logger, type Metrics } from '@gp-connect/foundation/http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Assets, loadAssets } from './assets.ts';

const LARGEST_FORM_BYTES = 64 * 1024;

export interface PortalServerOptions {
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** What the browser's address bar shows, without a path: `https://clinician.example`. */
  readonly publicUrl: string;
  /** Origins forms may lead to besides this one, e.g. the identity provider on sign-out. */
  readonly formTargets?: readonly string[];
  readonly extraCss?: string;
  /** Answers what no route caught; given the assets so that error pages look like all others. */
  readonly answerError: (
    error: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ) => void | Promise<void>;
  readonly answerUnknown: (request: FastifyRequest, reply: FastifyReply) => void | Promise<void>;
}

/** A server with the headers, cookies and assets of a portal; routes are the portal's own. */
export async function createPortalServer(
  options: PortalServerOptions,
): Promise<{ server: FastifyInstance; assets: Assets }> {
  const server = createServer({
    logger: options.logger,
    metrics: options.metrics,
    bodyLimit: LARGEST_FORM_BYTES,
    answerError: options.answerError,
    answerUnknown: options.answerUnknown,
  });
  await server.register(cookie);
  await server.register(formbody, { bodyLimit: LARGEST_FORM_BYTES });
  const headers = securityHeaders(options.publicUrl, options.formTargets ?? []);
  server.addHook('onSend', async (_request, reply) => {
    // A route may set a narrower policy of its own, e.g. for a file that came from outside.
    const own = reply.getHeader('content-security-policy');
    reply.headers(own === undefined ? headers : { ...headers, 'content-security-policy': own });
  });
  const assets = loadAssets(options.extraCss);
  assets.register(server);
  return { server, assets };
}

/** No script runs on any page, from anywhere; `form-action` also governs the redirects a form leads to. */
function securityHeaders(publicUrl: string, formTargets: readonly string[]): Record<string, string> {
  const forms = ["'self'", ...new Set(formTargets.map((url) => new URL(url).origin))].join(' ');
  return {
    'content-security-policy': [
      "default-src 'none'",
      "style-src 'self'",
      "img-src 'self'",
      `form-action ${forms}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), microphone=(), geolocation=(), browsing-topics=()',
    ...(publicUrl.startsWith('https:')
      ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' }
      : {}),
  };
}
