// `/health` and `/metrics` of a service, on a listener of their own that only the machine itself reaches.
import { createServer } from 'node:http';
import { type ListenAddress, startListening } from './listen.ts';
import type { Metrics } from './metrics.ts';

export interface Health {
  status: 'healthy' | 'degraded' | 'unhealthy';
  [detail: string]: unknown;
}

/** Answers `GET /health` (503 unless healthy or degraded) and `GET /metrics`. */
export async function startOperations(options: {
  service: string;
  address: ListenAddress;
  metrics: Metrics;
  health: () => Health | Promise<Health>;
}): Promise<{ address: ListenAddress; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const send = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body);
    try {
      if (request.method !== 'GET') send(405, 'text/plain', 'GET only\n');
      else if (request.url === '/health') {
        const health = await options.health();
        send(health.status === 'unhealthy' ? 503 : 200, 'application/json', JSON.stringify(health));
      } else if (request.url === '/metrics') {
        send(200, options.metrics.registry.contentType, await options.metrics.registry.metrics());
      } else send(404, 'text/plain', 'try /health or /metrics\n');
    } catch {
      if (!response.headersSent) send(500, 'text/plain', 'failed\n');
    }
  });
  const address = await startListening(server, `${options.service} operations`, options.address);
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
