// What the public paths of a log answer, without a web server: path and method in, status and body out.
// spec: national-service §11.1.4 (LOG-12), §11.1.1 (LOG-03), §21 rows 54–55

import { parseCheckpoint } from './checkpoint.ts';
import { AuditIntegrityError } from './errors.ts';
import { type PublishedFiles, parseTilePath, readTile, tilePath, within } from './tiles.ts';

/** An answer; `body` is to be left out for HEAD (its length stands in Content-Length all the same). */
export interface LogAnswer {
  readonly status: 200 | 404 | 405;
  readonly contentType: string;
  readonly cacheControl: string;
  readonly allow?: string;
  readonly body: Buffer;
}

const METHODS = ['GET', 'HEAD'];
const TEXT = 'text/plain; charset=utf-8';
const EMPTY = Buffer.alloc(0);
const NOT_FOUND: LogAnswer = { status: 404, contentType: TEXT, cacheControl: 'no-store', body: EMPTY };
const NOT_ALLOWED: LogAnswer = { ...NOT_FOUND, status: 405, allow: METHODS.join(', ') };

/**
 * Answers one request to a log. `path` is what follows the log's prefix, without leading slash and query
 * (`checkpoint`, `tile/0/000.p/5`); a path with a query is 404. Nothing beyond the newest published checkpoint is served.
 */
export async function serveLog(files: PublishedFiles, method: string, path: string): Promise<LogAnswer> {
  const name = parseTilePath(path);
  if (name === undefined && path !== 'checkpoint') return NOT_FOUND;
  if (!METHODS.includes(method)) return NOT_ALLOWED;
  const checkpoint = await files('checkpoint');
  if (checkpoint === undefined) return NOT_FOUND;
  if (name === undefined) {
    return { status: 200, contentType: TEXT, cacheControl: 'public, max-age=5', body: checkpoint };
  }
  if (!within(name, parseCheckpoint(checkpoint.toString('utf8')).size)) return NOT_FOUND;
  try {
    const body = await readTile(files, name);
    const cacheControl = 'public, max-age=31536000, immutable';
    return { status: 200, contentType: 'application/octet-stream', cacheControl, body };
  } catch (error) {
    if (error instanceof AuditIntegrityError && (await files(tilePath(name))) === undefined) return NOT_FOUND;
    throw error;
  }
}

/** Answers `/policy` of the audit host; `text` from `policyText`. */
export function servePolicy(method: string, text: string): LogAnswer {
  if (!METHODS.includes(method)) return NOT_ALLOWED;
  return { status: 200, contentType: TEXT, cacheControl: 'public, max-age=60', body: Buffer.from(text) };
}
