// Starting from settings alone: TLS files, embedded folder, what is refused. spec: foundations §6.6
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ConfigurationError, describeSettings } from '@gp-connect/foundation/config';
import { createLogger } from '@gp-connect/foundation/http';
import { openAuthority } from '@gp-connect/foundation/trust';
import { Agent, request } from 'undici';
import { directorySettings, openDirectoryStore, startDirectory } from './index.ts';

const folder = mkdtempSync(join(tmpdir(), 'gpc-directory-start-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const logger = createLogger({ name: 'directory', level: 'silent' });

test('settings alone start a directory over TLS, with nobody let in by default', async () => {
  const authority = await openAuthority(folder, { clock: Date.now });
  const identity = await authority.issue({
    commonName: 'directory.example',
    ipAddresses: ['127.0.0.1'],
    usages: 'server',
  });
  const file = (name: string, text: string) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const settings = directorySettings.parse({
    port: 0,
    operationsPort: 0,
    dataFolder: join(folder, 'data'),
    tls: {
      keyFile: file('key.pem', identity.key),
      certificateFile: file('cert.pem', identity.cert),
      caFile: file('ca.pem', identity.ca),
    },
  });
  const running = await startDirectory(settings, { logger });
  const dispatcher = new Agent({ allowH2: false, connect: { ca: authority.ca } });
  try {
    const status = async (path: string, headers: Record<string, string> = {}) => {
      const answer = await request(`https://127.0.0.1:${running.address.port}${path}`, {
        headers,
        dispatcher,
      });
      await answer.body.dump();
      return answer.statusCode;
    };
    assert.equal(await status('/spine-directory/FHIR/R4/Device', { apikey: '' }), 401);
    assert.equal(await status('/personal-demographics/FHIR/R4/Patient/9990000034'), 401);
    assert.equal(await status('/directory/v1/snapshot'), 496);
    assert.equal(await status('/operator/v1/practices/A1/products', { authorization: 'Bearer x' }), 401);
    assert.equal(await status('/elsewhere'), 404);
  } finally {
    await dispatcher.destroy();
    await running.close();
  }
  const reopened = await openDirectoryStore(settings);
  await reopened.close();
});

test('without TLS it listens on loopback only, and lets go of its folder', async () => {
  const settings = directorySettings.parse({ host: '0.0.0.0', port: 0, dataFolder: join(folder, 'other') });
  await assert.rejects(startDirectory(settings, { logger }), ConfigurationError);
  const again = await openDirectoryStore(settings);
  await again.close();
});

test('every setting says what it is for', () => {
  for (const { path, description } of describeSettings(directorySettings)) assert.ok(description, path);
});
