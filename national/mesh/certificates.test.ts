// Who may connect: certificate, its authority and its name. spec: mesh §1
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testStores } from '@gp-connect/foundation/store';
import { clientTls, openAuthority } from '@gp-connect/foundation/trust';
import { Agent, request } from 'undici';
import { CLIENT_NAME, startTestMesh } from './mesh-under-test.ts';

const { fresh } = testStores()[0]!;

async function ping(origin: string, connect: object): Promise<number> {
  const agent = new Agent({ allowH2: false, connect });
  try {
    const answer = await request(`${origin}/messageexchange/_ping`, { dispatcher: agent });
    await answer.body.dump();
    return answer.statusCode;
  } finally {
    await agent.destroy();
  }
}

test('mesh §1 internet: no, untrusted, wrongly named or revoked certificate is dropped before HTTP', async (t) => {
  const mesh = await startTestMesh(await fresh());
  t.after(() => mesh.close());
  const other = mkdtempSync(join(tmpdir(), 'gpc-mesh-other-'));
  t.after(() => rmSync(other, { recursive: true, force: true }));
  const stranger = await openAuthority(other, { clock: Date.now });
  const untrusted = await stranger.issue({ commonName: CLIENT_NAME, usages: 'client' });
  const named = await mesh.authority.issue({ commonName: 'gateway.example', usages: 'client' });
  const good = await mesh.authority.issue({ commonName: CLIENT_NAME, usages: 'client' });
  await assert.rejects(ping(mesh.origin, { ca: mesh.authority.ca }));
  await assert.rejects(ping(mesh.origin, { ...clientTls(untrusted), ca: mesh.authority.ca }));
  await assert.rejects(ping(mesh.origin, clientTls(named)));
  assert.equal(await ping(mesh.origin, clientTls(good)), 200);
});

test('mesh §1 HSCN: the same are answered 400', async (t) => {
  const mesh = await startTestMesh(await fresh(), { settings: { network: 'hscn' }, server: 'answer' });
  t.after(() => mesh.close());
  const named = await mesh.authority.issue({ commonName: 'gateway.example', usages: 'client' });
  const good = await mesh.authority.issue({ commonName: CLIENT_NAME, usages: 'client' });
  assert.equal(await ping(mesh.origin, { ca: mesh.authority.ca }), 400);
  assert.equal(await ping(mesh.origin, clientTls(named)), 400);
  assert.equal(await ping(mesh.origin, clientTls(good)), 200);
});

test('mesh §1 a revoked certificate is dropped', async (t) => {
  const revoked = new Set<string>();
  const mesh = await startTestMesh(await fresh(), {
    dependencies: {
      revocations: { isRevoked: (serial: string) => revoked.has(serial) } as never,
    },
  });
  t.after(() => mesh.close());
  const good = await mesh.authority.issue({ commonName: CLIENT_NAME, usages: 'client' });
  assert.equal(await ping(mesh.origin, clientTls(good)), 200);
  revoked.add(good.serialNumber);
  await assert.rejects(ping(mesh.origin, clientTls(good)));
});
