// The baseline of the gateway: the least that passes a request on over mutual TLS on both legs, with nothing checked or kept.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { clientTls, serverTls } from '@gp-connect/foundation/trust';
import { Pool } from 'undici';
import { certificateFiles } from '../../running/certificates.ts';
import { type Choices, planFrom } from '../../running/plan.ts';
import { readIdentity } from '../scene.ts';
import { playRole } from './role.ts';

await playRole(async ({ choices }: { choices: Choices }) => {
  const { layout, ports } = planFrom(choices);
  const identity = readIdentity(certificateFiles(layout, 'gateway'));
  const pool = new Pool(`https://localhost:${ports.orchard}`, {
    allowH2: false,
    pipelining: 1,
    connections: 128,
    connect: clientTls(identity) as Pool.Options['connect'] & object,
  });
  const server = createServer(serverTls(identity, { clients: 'reject' }), (request, response) => {
    const { host: _host, connection: _connection, ...headers } = request.headers;
    pool
      .stream(
        { path: request.url!, method: request.method as 'POST', headers, body: request },
        ({ statusCode, headers: answered }) => response.writeHead(statusCode, answered),
      )
      .catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ready: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await pool.destroy();
    },
  };
});
