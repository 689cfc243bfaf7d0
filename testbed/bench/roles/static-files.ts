// The baseline of the provider: files of a folder over the same TLS, streamed from disk.
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream';
import { serverTls } from '@gp-connect/foundation/trust';
import { certificateFiles } from '../../running/certificates.ts';
import { type Choices, planFrom } from '../../running/plan.ts';
import { readIdentity } from '../scene.ts';
import { playRole } from './role.ts';

await playRole(async ({ choices, folder }: { choices: Choices; folder: string }) => {
  const identity = readIdentity(certificateFiles(planFrom(choices).layout, 'orchard'));
  const server = createServer(serverTls(identity, { clients: 'answer' }), (request, response) => {
    request.resume();
    const file = join(folder, basename(request.url!));
    response.writeHead(200, {
      'Content-Type': 'application/fhir+json',
      'Content-Length': statSync(file).size,
    });
    pipeline(createReadStream(file), response, () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    ready: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
    },
  };
});
