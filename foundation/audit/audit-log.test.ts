// spec: national-service §11 (AUD-01, AUD-02), §11.1.10 (LOG-13, LOG-14, LOG-15)

import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { AuditAlert } from './audit-log.ts';
import { parseCheckpoint, signedByLog } from './checkpoint.ts';
import {
  AuditEntryUnavailableError,
  AuditFormatError,
  AuditIntegrityError,
  AuditKeyError,
  AuditLog,
  AuditReader,
  AuditUnavailableError,
  type EventParts,
  verifyConsistency,
  verifyLog,
  verifyProof,
} from './index.ts';
import { openTestLog, testKeys, testOpen, testPlace, testVkey } from './log-for-tests.ts';
import { publishedFolder } from './tiles.ts';

const json = (bytes: Buffer): Record<string, unknown> =>
  JSON.parse(bytes.toString('utf8')) as Record<string, unknown>;

test('LOG-13 LOG-14 appended entries are gapless, published by the next checkpoint, readable and provable part by part', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  const event: EventParts = {
    patient: testOpen('t-1'),
    staff: { userId: '555011112222', name: 'Dr Amara Okafor' },
    technical: { method: 'POST', url: 'https://example.nhs.uk/x?y=1' },
  };
  const first = (await log.append(event)).index;
  const others = await Promise.all(
    Array.from({ length: 700 }, (_, i) => log.append({ patient: testOpen(`t-${i}`) })),
  );
  assert.deepEqual(
    others.map(({ index }) => index),
    Array.from({ length: 700 }, (_, i) => first + 1 + i),
  );

  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  await assert.rejects(reader.readPart(first, 'patient'), { reason: 'not-yet' });
  const checkpoint = await log.checkpoint();
  assert.equal(checkpoint.size, log.size);

  const staff = await reader.readPart(first, 'staff');
  assert.equal(staff.bytes.toString(), '{"v":1,"userId":"555011112222","name":"Dr Amara Okafor"}');
  assert.equal((await reader.readPart(others[5]!.index, 'technical')).bytes.length, 0);
  const { parts, proof } = await reader.prove(first, ['patient']);
  assert.deepEqual(Object.keys(parts), ['patient']);
  const verdict = verifyProof(proof, parts.patient!, testVkey(place));
  assert.ok(verdict.valid);
  assert.equal(verdict.index, first);
  const both = await reader.prove(first, ['patient', 'technical']);
  assert.ok(verifyProof(both.proof, both.parts, testVkey(place)).valid);
  assert.equal(verifyProof(both.proof, { patient: both.parts.patient! }, testVkey(place)).valid, false);
  await assert.rejects(reader.readPart(log.size, 'patient'), AuditEntryUnavailableError);
  await log.shutdown();
  const whole = await verifyLog(place.folder, { vkey: testVkey(place), keys: testKeys(place) });
  assert.ok(whole.valid);
  assert.equal(whole.records, checkpoint.size);
});

test('LOG-14 checkpoints come by themselves when there is something new, each consistent with the one before', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place, { integrateMs: 5, checkpointMs: 20 });
  const files = publishedFolder(join(place.folder, 'public'));
  let older = log.published.checkpoint;
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(Array.from({ length: 90 }, () => log.append({ patient: testOpen('t') })));
    while (log.published.checkpoint.size < log.size) await new Promise((resolve) => setTimeout(resolve, 5));
    const newer = parseCheckpoint((await files('checkpoint'))!.toString());
    assert.ok(newer.size > older.size);
    assert.ok(signedByLog(newer, testKeys(place).signers()[0]!));
    assert.deepEqual(await verifyConsistency(older, newer, files), { consistent: true });
    older = newer;
  }
  const quiet = log.published.text;
  await log.checkpoint();
  assert.equal(log.published.text, quiet);
  await log.shutdown();
});

test('LOG-06 LOG-13 close repeats trace and NHS number and names its open; a second close is refused', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place, { now: () => new Date('2026-03-02T10:41:07.114Z') });
  const { index } = await log.append({ patient: testOpen('t-1') });
  assert.equal(log.health().pendingOpens, 1);
  const closed = await log.close({
    open: index,
    outcome: 'outcome.seen',
    status: 200,
    technical: { size: 4096, duration: 0.12 },
  });
  assert.equal(log.health().pendingOpens, 0);
  await assert.rejects(log.close({ open: index, outcome: 'outcome.seen', status: 200 }), AuditFormatError);
  await log.shutdown();
  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  assert.equal(
    (await reader.readPart(closed.index, 'patient')).bytes.toString(),
    `{"v":1,"kind":"close","at":"2026-03-02T10:41:07.114Z","trace":"t-1","nhsNumber":"9123456787","open":${index},"outcome":"outcome.seen","status":200}`,
  );
  assert.equal(
    (await reader.readPart(closed.index, 'technical')).bytes.toString(),
    '{"v":1,"size":4096,"duration":0.12}',
  );
});

test('LOG-13 after a restart every open without close gets close with outcome unknown, once', async (t) => {
  const place = await testPlace(t);
  const first = await openTestLog(place);
  const before = await first.append({ patient: testOpen('lost-1') });
  await first.checkpoint();
  const after = await first.append({ patient: testOpen('lost-2') });
  const done = await first.append({ patient: testOpen('done') });
  await first.close({ open: done.index, outcome: 'outcome.seen', status: 200 });
  await first.shutdown();

  const from = first.size;
  const second = await openTestLog(place);
  assert.equal(second.health().pendingOpens, 0);
  assert.equal(second.size, from + 3);
  await second.shutdown();
  const third = await openTestLog(place);
  assert.equal(third.size, from + 4);
  await third.shutdown();
  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  assert.equal(json((await reader.readPart(from, 'patient')).bytes).kind, 'start');
  const closes = await Promise.all(
    [from + 1, from + 2].map(async (i) => json((await reader.readPart(i, 'patient')).bytes)),
  );
  assert.deepEqual(
    closes.map(({ open, outcome, status, trace }) => ({ open, outcome, status, trace })),
    [
      { open: before.index, outcome: 'unknown', status: null, trace: 'lost-1' },
      { open: after.index, outcome: 'unknown', status: null, trace: 'lost-2' },
    ],
  );
});

test('AUD-02 a time more than 250 ms before its predecessor raises a clock alert, and the entry is kept', async (t) => {
  const place = await testPlace(t);
  const alerts: AuditAlert[] = [];
  const log = await openTestLog(place, {
    onAlert: (alert) => alerts.push(alert),
    now: () => new Date('2026-03-31T23:59:00.000Z'),
  });
  await log.append({ patient: { ...testOpen('a'), at: '2026-04-01T00:00:00.200Z' } });
  await log.append({ patient: { ...testOpen('b'), at: '2026-03-31T23:59:59.950Z' } });
  assert.deepEqual(alerts, []);
  const late = await log.append({ patient: { ...testOpen('c'), at: '2026-03-31T23:59:59.600Z' } });
  assert.deepEqual(alerts, [{ kind: 'clock', index: late.index, behindMs: 350 }]);
  assert.equal(log.health().clockAlerts, 1);
  await log.shutdown();
  assert.deepEqual((await readdir(join(place.folder, 'private/segments'))).sort(), ['202603', '202604']);
  const verdict = await verifyLog(place.folder, { vkey: testVkey(place), keys: testKeys(place) });
  assert.ok(verdict.valid);
});

test('LOG-07 keys lie apart from the data, wrapped, readable by the owner only, and not with another key-encryption key', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  await log.append({ patient: testOpen('t') });
  await log.shutdown();
  const names = await readdir(place.keyFolder);
  assert.equal(names.length, 2);
  for (const name of names) {
    assert.equal((await stat(join(place.keyFolder, name))).mode & 0o777, 0o600);
    assert.deepEqual(Object.keys(JSON.parse(await readFile(join(place.keyFolder, name), 'utf8'))), [
      'v',
      'origin',
      'name',
      'wrapped',
    ]);
  }
  const { openKeyStore } = await import('./key-store.ts');
  assert.throws(
    () => openKeyStore({ folder: place.keyFolder, origin: log.origin, kek: Buffer.alloc(32, 6) }),
    AuditKeyError,
  );
  const inside = openKeyStore({
    folder: join(place.folder, 'keys'),
    origin: log.origin,
    kek: Buffer.alloc(32, 6),
  });
  await assert.rejects(AuditLog.open({ folder: place.folder, keys: inside, software: 't' }), AuditKeyError);
});

test('AUD-05 nothing of the parts stands in clear in any file of the log', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  await log.append({
    patient: testOpen('trace-marker'),
    staff: { name: 'Dr Amara Okafor' },
    technical: { url: 'url-marker' },
  });
  const scan = async (): Promise<void> => {
    const names = await readdir(place.folder, { recursive: true, withFileTypes: true });
    const found = names.filter((entry) => entry.isFile());
    assert.ok(found.length > 3);
    for (const entry of found) {
      const text = (await readFile(join(entry.parentPath, entry.name))).toString('latin1');
      for (const marker of ['9123456787', 'trace-marker', 'Okafor', 'url-marker', 'RZ901'])
        assert.ok(!text.includes(marker));
    }
  };
  await scan();
  await log.checkpoint();
  await scan();
  await log.shutdown();
});

test('LOG-07 a record whose ciphertext was altered fails closed', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  const { index } = await log.append({ patient: testOpen('t') });
  await log.shutdown();
  const { month, path } = (
    await (await import('./segments.ts')).listSegments(join(place.folder, 'private/segments'))
  )[0]!;
  const bytes = await readFile(path);
  bytes[bytes.length - 120]! ^= 1;
  await (await import('node:fs/promises')).writeFile(path, bytes);
  assert.ok(month > 202000);
  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  const reads = (['patient', 'staff', 'technical'] as const).map((name) => reader.readPart(index, name));
  const results = await Promise.allSettled(reads);
  const refused = results.filter((result) => result.status === 'rejected');
  assert.equal(refused.length, 1);
  assert.ok(refused[0]!.reason instanceof AuditIntegrityError);
});

test('AUD-01 a part that is over-long or a time that is no instant is refused and uses no index', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  const size = log.size;
  await assert.rejects(log.append({ patient: testOpen('x'.repeat(70_000)) }), AuditFormatError);
  await assert.rejects(
    log.append({ patient: { ...testOpen('t'), at: '2026-13-02T10:41:07.114Z' } }),
    AuditFormatError,
  );
  await assert.rejects(log.append({ patient: { ...testOpen('t'), at: '2026-03-02' } }), AuditFormatError);
  assert.equal(log.size, size);
  assert.equal((await log.append({ patient: testOpen('t') })).index, size);
  await log.shutdown();
  await assert.rejects(log.append({ patient: testOpen('t') }), AuditUnavailableError);
});
