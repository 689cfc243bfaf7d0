// Settings: file, environment over file, and one list of everything wrong.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { ConfigurationError, describeSettings, loadSettings } from './index.ts';

const schema = z.strictObject({
  gateway: z.strictObject({
    port: z.number().int().min(1).max(65535).default(8410).describe('Front door'),
    publicUrl: z.string(),
    strictTraceId: z.boolean().default(false),
  }),
});
const file = (content: string): string => {
  const path = join(mkdtempSync(join(tmpdir(), 'gpc-config-')), 'gpc.json');
  writeFileSync(path, content);
  return path;
};

test('the environment overrides the file, and defaults fill the rest', () => {
  const settings = loadSettings(schema, {
    file: file('{"gateway":{"port":1,"publicUrl":"https://a"}}'),
    env: { GPC_GATEWAY_PORT: '9000', GPC_GATEWAY_STRICT_TRACE_ID: 'true' },
  });
  assert.deepEqual(settings, { gateway: { port: 9000, publicUrl: 'https://a', strictTraceId: true } });
});

test('every fault is listed at once, with the name of its variable', () => {
  assert.throws(
    () => loadSettings(schema, { file: file('{"gateway":{"port":"x","colour":1}}'), env: {} }),
    (error: unknown) => {
      assert.ok(error instanceof ConfigurationError);
      const text = error.faults.join('\n');
      assert.match(text, /gateway\.port \(GPC_GATEWAY_PORT\)/);
      assert.match(text, /GPC_GATEWAY_PUBLIC_URL/);
      assert.match(text, /colour/);
      return true;
    },
  );
});

test('a file that is missing or no JSON is named', () => {
  assert.throws(() => loadSettings(schema, { file: '/nowhere/x.json' }), /ENOENT/);
  assert.throws(() => loadSettings(schema, { file: file('{') }), /not usable as JSON/);
});

test('the documentation page can list every setting', () => {
  const rows = describeSettings(schema);
  assert.deepEqual(rows[0], {
    path: 'gateway.port',
    variable: 'GPC_GATEWAY_PORT',
    type: 'number',
    default: '8410',
    description: 'Front door',
  });
});
