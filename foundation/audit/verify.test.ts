// Tampering with any file of a log is found and named.
// spec: national-service §11.1.9, §11.1.10 (LOG-21); AUD-02

import assert from 'node:assert/strict';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  formatVkey,
  type LogVerdict,
  parseCheckpoint,
  publishedFolder,
  signCheckpoint,
  signerFromSeed,
  verifyConsistency,
  verifyLog,
} from './index.ts';
import { openTestLog, testKeys, testOpen, testPlace, testVkey } from './log-for-tests.ts';
import { listSegments } from './segments.ts';

test('LOG §11.1.9 verification of a whole log names the first file and index that differ', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  await Promise.all(Array.from({ length: 600 }, (_, i) => log.append({ patient: testOpen(`t-${i}`) })));
  await log.shutdown();
  const vkey = testVkey(place);
  const keys = testKeys(place);
  const verify = (): Promise<LogVerdict> => verifyLog(place.folder, { vkey, keys });
  const sound = await verify();
  assert.ok(sound.valid);
  assert.deepEqual([sound.records, sound.erased, sound.checkpoint.size], [601, 0, 601]);
  assert.ok((await verifyLog(publishedFolder(join(place.folder, 'public')), { vkey })).valid);

  const segment = (await listSegments(join(place.folder, 'private/segments')))[0]!.path.slice(
    place.folder.length + 1,
  );
  const flips: [string, number, number | null][] = [
    ['public/tile/entries/000', 99 * 7 + 50, 7],
    ['public/tile/entries/001', 99 * 3, 256],
    ['public/tile/entries/002.p/89', 99 * 88 + 98, 512 + 88],
    ['public/tile/0/001', 32 * 9 + 4, 256 + 9],
    ['public/tile/1/000.p/2', 32, 256],
    [segment, 100, 0],
  ];
  for (const [file, at, index] of flips) {
    const path = join(place.folder, file);
    const bytes = await readFile(path);
    const altered = Buffer.from(bytes);
    altered[at]! ^= 0x10;
    await writeFile(path, altered);
    const verdict = await verify();
    await writeFile(path, bytes);
    assert.equal(verdict.valid, false, file);
    if (verdict.valid) continue;
    assert.equal(verdict.index, index, `${file}: ${verdict.reason}`);
    const named = file.replace(/^public\/tile\/entries\/(000|002)/, 'public/tile/0/$1');
    assert.ok(named === verdict.file || named === `public/${verdict.file}`, `${named} ${verdict.file}`);
  }

  const path = join(place.folder, segment);
  const bytes = await readFile(path);
  await writeFile(path, bytes.subarray(0, bytes.length - 10));
  const cut = await verify();
  assert.deepEqual(cut.valid || [cut.file, cut.index], ['private/segments', 600]);
  await writeFile(path, bytes);

  await rm(join(place.folder, 'public/tile/0/000'));
  const missing = await verify();
  assert.deepEqual(missing.valid || [missing.file, missing.index], ['tile/0/000', 0]);
});

test('LOG §11.1.9 a checkpoint by another key, or a second history signed by the log, is found', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  const older = log.published.checkpoint;
  await Promise.all(Array.from({ length: 300 }, () => log.append({ patient: testOpen('t') })));
  await log.shutdown();
  const other = formatVkey(signerFromSeed(log.origin, Buffer.alloc(32, 3)));
  const verdict = await verifyLog(place.folder, { vkey: other });
  assert.deepEqual(verdict.valid || [verdict.file, verdict.reason], [
    'checkpoint',
    'the checkpoint is not signed by the log',
  ]);

  const files = publishedFolder(join(place.folder, 'public'));
  const newer = log.published.checkpoint;
  assert.deepEqual(await verifyConsistency(older, newer, files), { consistent: true });
  const forged = parseCheckpoint(
    signCheckpoint({ origin: log.origin, size: 100, root: Buffer.alloc(32, 1) }, testKeys(place).signers()),
  );
  assert.equal((await verifyConsistency(forged, newer, files)).consistent, false);
  assert.equal((await verifyConsistency(newer, forged, files)).consistent, false);
  assert.equal((await verifyConsistency({ ...older, origin: 'other' }, newer, files)).consistent, false);
});
