// Stylesheet and icon of every portal, served from memory under a name made of their content: kept for a year.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { frontendFolder } from './templates.ts';

interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: Buffer;
  readonly gzip: Buffer;
}

export interface Assets {
  /** Local paths for the page head. */
  readonly paths: { readonly stylesheet: string; readonly icon: string };
  register(server: FastifyInstance): void;
}

/** Reads them once. `extraCss` is what a portal adds of its own. */
export function loadAssets(extraCss = ''): Assets {
  const stylesheet = asset('portal.css', 'text/css; charset=utf-8', stylesheetText() + extraCss);
  const icon = asset('icon.svg', 'image/svg+xml', read('nhsuk/assets/images/favicon.svg'));
  return {
    paths: { stylesheet: stylesheet.path, icon: icon.path },
    register(server) {
      for (const each of [stylesheet, icon]) {
        server.get(each.path, (request, reply) => send(each, request, reply));
      }
    },
  };
}

function asset(name: string, type: string, text: string): Asset {
  const body = Buffer.from(text);
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return { path: `/assets/${hash}/${name}`, type, body, gzip: gzipSync(body, { level: 9 }) };
}

/**
 * The design system's stylesheet and ours. Its web font is left out: fetching it would tell another host that
 * somebody opened one of these pages; the family falls back to Arial, as the design system provides.
 */
function stylesheetText(): string {
  const { version } = createRequire(import.meta.url)('nhsuk-frontend/package.json') as { version: string };
  const system = read(`nhsuk/nhsuk-frontend-${version}.min.css`)
    .replace(/@font-face\{[^}]*\}/g, '')
    .replace(/\/\*# sourceMappingURL=.*?\*\//g, '');
  return system + readFileSync(join(import.meta.dirname, 'portal.css'), 'utf8');
}

const read = (path: string) => readFileSync(join(frontendFolder, path), 'utf8');

function send(found: Asset, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const zipped = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
  reply.header('cache-control', 'public, max-age=31536000, immutable').header('vary', 'accept-encoding');
  if (zipped) reply.header('content-encoding', 'gzip');
  return reply.type(found.type).send(zipped ? found.gzip : found.body);
}
