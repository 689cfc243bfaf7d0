// spec: national-service §11.1.4 (LOG-12), §11.1.1 (LOG-03), §21 rows 54–55

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openTestLog, testPlace } from './log-for-tests.ts';
import { serveLog, servePolicy } from './serve.ts';
import { publishedFolder } from './tiles.ts';

test('LOG-12 checkpoint, full and partial tiles and bundles are served with their types and caching', async (t) => {
  const place = await testPlace(t);
  const files = publishedFolder(join(place.folder, 'public'));
  assert.equal((await serveLog(files, 'GET', 'checkpoint')).status, 404);
  const log = await openTestLog(place);
  const fill = async (size: number): Promise<void> => {
    const missing = Array.from({ length: size - log.size }, () =>
      log.append({ patient: { kind: 'sealed', reason: 'x' } }),
    );
    await Promise.all(missing);
  };
  await fill(200);
  await log.checkpoint();
  const early = await serveLog(files, 'GET', 'tile/0/000.p/200');
  await fill(530);
  assert.equal((await serveLog(files, 'GET', 'tile/0/000')).status, 404, 'not before a checkpoint covers it');
  await log.checkpoint();

  const checkpoint = await serveLog(files, 'GET', 'checkpoint');
  assert.deepEqual(
    { ...checkpoint, body: checkpoint.body.toString() },
    {
      status: 200,
      contentType: 'text/plain; charset=utf-8',
      cacheControl: 'public, max-age=5',
      body: log.published.text,
    },
  );
  const lengths: [string, number][] = [
    ['tile/0/000', 8192],
    ['tile/0/001', 8192],
    ['tile/0/002.p/18', 18 * 32],
    ['tile/1/000.p/2', 64],
    ['tile/entries/001', 25_344],
    ['tile/entries/002.p/18', 18 * 99],
    ['tile/0/000.p/200', 200 * 32],
  ];
  for (const [path, length] of lengths) {
    const answer = await serveLog(files, 'GET', path);
    assert.deepEqual([path, answer.status, answer.body.length], [path, 200, length]);
    assert.equal(answer.contentType, 'application/octet-stream');
    assert.equal(answer.cacheControl, 'public, max-age=31536000, immutable');
    assert.deepEqual(await serveLog(files, 'HEAD', path), answer);
  }
  assert.deepEqual((await serveLog(files, 'GET', 'tile/0/000.p/200')).body, early.body);
  const absent = [
    'tile/0/002',
    'tile/0/003.p/1',
    'tile/0/002.p/19',
    'tile/0/002.p/17',
    'tile/1/000',
    'tile/1/000.p/3',
    'tile/2/000.p/1',
    'tile/entries/002',
    'tile/0/2',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'checkpoint?x',
    'policy',
    '../private/state.json',
    '',
  ];
  for (const path of absent) {
    const answer = await serveLog(files, 'GET', path);
    assert.deepEqual([path, answer.status, answer.body.length], [path, 404, 0]);
  }
  for (const method of ['POST', 'PUT', 'DELETE']) {
    for (const path of ['checkpoint', 'tile/0/000', 'tile/0/999']) {
      const answer = await serveLog(files, method, path);
      assert.deepEqual([answer.status, answer.allow], [405, 'GET, HEAD']);
    }
  }
  await log.shutdown();
});

test('LOG-03 the policy is served as plain text, read only', () => {
  const answer = servePolicy('GET', 'quorum none\n');
  assert.deepEqual(
    [answer.status, answer.contentType, answer.body.toString()],
    [200, 'text/plain; charset=utf-8', 'quorum none\n'],
  );
  assert.equal(servePolicy('PUT', 'quorum none\n').status, 405);
});
