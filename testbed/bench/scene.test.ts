import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as settings from '../running/service-settings.ts';
import { prepareScene } from './scene.ts';

test('the benches’ England has every key and certificate its services are told to read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-scene-'));
  try {
    const { plan } = await prepareScene(folder, 1);
    const files = [
      settings.directoryFile(plan),
      settings.gatewayFile(plan),
      settings.meshFile(plan),
      settings.providerFile(plan, 'orchard'),
    ];
    const named = JSON.stringify(files).match(/[^"]+\.pem(?=")/g) ?? [];
    assert.ok(named.length > 10);
    assert.deepEqual(
      named.filter((file) => !existsSync(file)),
      [],
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
