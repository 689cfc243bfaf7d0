// The public files of this replica's audit log and the policy file, for anyone. spec: national-service LOG-03, LOG-12
import { createServer } from 'node:http';
import { type LogAnswer, type PublishedFiles, serveLog, servePolicy } from '@gp-connect/foundation/audit';
import { type ListenAddress, startListening } from '@gp-connect/foundation/http';

const unknown: LogAnswer = {
  status: 404,
  contentType: 'text/plain; charset=utf-8',
  cacheControl: 'no-store',
  body: Buffer.alloc(0),
};

export interface PublicLog {
  /** Public URL prefix without scheme, e.g. `audit.gpc.example.nhs.uk/log/gw-01`. */
  readonly origin: string;
  readonly files: PublishedFiles;
  /** Text of the tlog-policy file. */
  readonly policy: () => string;
}

/** Serves `/policy` and the log under its origin's path, over plain HTTP. */
export async function startPublicLog(
  log: PublicLog,
  address: ListenAddress,
): Promise<{ address: ListenAddress; close(): Promise<void> }> {
  const prefix = `${log.origin.slice(log.origin.indexOf('/'))}/`;
  const answer = (method: string, target: string): Promise<LogAnswer> | LogAnswer => {
    if (target === '/policy') return servePolicy(method, log.policy());
    return target.startsWith(prefix) ? serveLog(log.files, method, target.slice(prefix.length)) : unknown;
  };
  const server = createServer(async (request, response) => {
    try {
      const { status, contentType, cacheControl, allow, body } = await answer(
        request.method ?? '',
        request.url ?? '',
      );
      response.writeHead(status, {
        'Content-Type': contentType,
        'Cache-Control': cacheControl,
        'Content-Length': String(body.length),
        'Access-Control-Allow-Origin': '*',
        ...(allow ? { Allow: allow } : {}),
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      if (!response.headersSent) response.writeHead(500);
      response.end();
    }
  });
  const bound = await startListening(server, 'public log', address);
  return {
    address: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
