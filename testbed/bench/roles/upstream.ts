// A small TLS server in the place of a GP system: answers the body the request names by `x-bench-body`.
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { serverTls } from '@gp-connect/foundation/trust';
import { certificateFiles } from '../../running/certificates.ts';
import { type Choices, planFrom } from '../../running/plan.ts';
import { bodies } from '../bodies.ts';
import { readIdentity } from '../scene.ts';
import { playRole } from './role.ts';

await playRole(async ({ choices }: { choices: Choices }) => {
  const { layout, ports, england } = planFrom(choices);
  const made = bodies(england);
  const identity = readIdentity(certificateFiles(layout, 'orchard'));
  const server = createServer(serverTls(identity, { clients: 'reject' }), (request, response) => {
    request.resume();
    request.on('end', () => {
      const body = made.get(String(request.headers['x-bench-body']));
      response.writeHead(body ? 200 : 404, {
        'Content-Type': 'application/fhir+json;charset=utf-8',
        'Content-Length': body?.length ?? 0,
      });
      response.end(body);
    });
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(ports.orchard, '127.0.0.1', resolve));
  return {
    ready: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
});
