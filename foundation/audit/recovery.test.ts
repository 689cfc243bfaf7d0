// What a log starts on, and what it refuses to start on.
// spec: national-service §11.1.1 (LOG-01), §11.1.10 (LOG-13, LOG-15)

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, cp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { AuditAlert, AuditLogOptions } from './audit-log.ts';
import { AuditLockedError, AuditRecoveryError, openKeyStore, verifyLog } from './index.ts';
import {
  openTestLog,
  TEST_KEK,
  TEST_ORIGIN,
  type TestPlace,
  testKeys,
  testOpen,
  testPlace,
  testVkey,
} from './log-for-tests.ts';
import { decodeGroup } from './write-ahead.ts';

/** A copy of a log as a power cut would leave it: 40 entries in the checkpoint, then `groups` groups of 5 only in the write-ahead files. */
async function leftBehind(
  t: TestContext,
  groups: number,
): Promise<{ place: TestPlace; wal: string; size: number }> {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  await Promise.all(
    Array.from({ length: 40 }, () => log.append({ patient: { kind: 'sealed', reason: 'x' } })),
  );
  await log.checkpoint();
  for (let i = 0; i < groups; i += 1) {
    await Promise.all(Array.from({ length: 5 }, () => log.append({ patient: testOpen(`group ${i}`) })));
  }
  const copy = { ...place, folder: `${place.folder}-copy` };
  await cp(place.folder, copy.folder, { recursive: true });
  await rm(join(copy.folder, 'private/lock'));
  await log.shutdown();
  const folder = join(copy.folder, 'private/wal');
  return { place: copy, wal: join(folder, (await readdir(folder)).sort().at(-1)!), size: log.size };
}

const groupEnds = (bytes: Buffer): number[] => {
  const ends = [0];
  for (let group = decodeGroup(bytes, 0); group; group = decodeGroup(bytes, ends.at(-1)!)) {
    ends.push(ends.at(-1)! + group.length);
  }
  return ends;
};

async function verified(place: TestPlace): Promise<void> {
  const verdict = await verifyLog(place.folder, { vkey: testVkey(place), keys: testKeys(place) });
  assert.ok(verdict.valid, JSON.stringify(verdict));
}

async function refuses(
  place: TestPlace,
  message: RegExp,
  options: Partial<AuditLogOptions> = {},
): Promise<void> {
  await assert.rejects(openTestLog(place, options), (error: Error) => {
    assert.ok(error instanceof AuditRecoveryError, String(error.stack));
    assert.match(error.message, message);
    return true;
  });
}

test('LOG-15 entries that were durable but not yet in a tile are there after a restart', async (t) => {
  const { place, size } = await leftBehind(t, 3);
  const log = await openTestLog(place);
  assert.equal(log.size, size + 1 + 15);
  await log.shutdown();
  await verified(place);
});

test('LOG-15 a torn tail is cut wherever it was torn, whole groups before it stay, and the log goes on', async (t) => {
  const { place, wal, size } = await leftBehind(t, 2);
  const whole = await readFile(wal);
  const [, , start, end] = [0, ...groupEnds(whole)];
  for (const at of [
    start! + 1,
    start! + 19,
    start! + 20,
    start! + 300,
    Math.floor((start! + end!) / 2),
    end! - 32,
    end! - 1,
  ]) {
    const copy = { ...place, folder: `${place.folder}-${at}` };
    await cp(place.folder, copy.folder, { recursive: true });
    await truncate(join(copy.folder, 'private/wal', wal.split('/').at(-1)!), at);
    const alerts: AuditAlert[] = [];
    const log = await openTestLog(copy, { onAlert: (alert) => alerts.push(alert) });
    assert.deepEqual(alerts, [{ kind: 'torn-tail-cut', bytes: at - start! }]);
    assert.equal(log.size, size - 5 + 1 + 5, `start and five closes follow the five opens that were whole`);
    await log.append({ patient: testOpen('after') });
    await log.shutdown();
    await (await openTestLog(copy)).shutdown();
    await verified(copy);
  }
});

test('LOG-15 damage before acknowledged entries is not cut but refused, and nothing is changed', async (t) => {
  const { place, wal } = await leftBehind(t, 3);
  const bytes = await readFile(wal);
  bytes[groupEnds(bytes)[1]! + 400]! ^= 1;
  await writeFile(wal, bytes);
  await refuses(place, /damaged at byte/);
  assert.deepEqual(await readFile(wal), bytes);
});

test('LOG-15 missing write-ahead entries are refused: a gap, or fewer than the segments hold', async (t) => {
  const { place, wal } = await leftBehind(t, 3);
  const bytes = await readFile(wal);
  await writeFile(wal, bytes.subarray(groupEnds(bytes)[1]!));
  await refuses(place, /begins entry .* where 41 was expected/);

  const integrated = await testPlace(t);
  const log = await openTestLog(integrated, { integrateMs: 1 });
  await log.append({ patient: testOpen('t') });
  const segments = join(integrated.folder, 'private/segments');
  const records = async (): Promise<number> =>
    (
      await Promise.all(
        (
          await readdir(segments, { recursive: true })
        )
          .filter((name) => name.endsWith('.seg'))
          .map((name) => readFile(join(segments, name))),
      )
    ).reduce((sum, file) => sum + file.length, 0);
  const before = await records();
  await log.append({ patient: testOpen('t') });
  while ((await records()) === before) await new Promise((resolve) => setTimeout(resolve, 5));
  const copy = { ...integrated, folder: `${integrated.folder}-copy` };
  await cp(integrated.folder, copy.folder, { recursive: true });
  await log.shutdown();
  await rm(join(copy.folder, 'private/lock'));
  for (const name of await readdir(join(copy.folder, 'private/wal')))
    await rm(join(copy.folder, 'private/wal', name));
  await refuses(copy, /which the write-ahead files lack/);
});

test('LOG-15 another root than the last own checkpoint is never signed again', async (t) => {
  const { place } = await leftBehind(t, 0);
  const tile = join(place.folder, 'public/tile/0/000.p/41');
  const bytes = await readFile(tile);
  bytes[100]! ^= 1;
  await writeFile(tile, bytes);
  await refuses(place, /disagree on entry 3/);
  const bundle = join(place.folder, 'public/tile/entries/000.p/41');
  const { decodeBundle, encodeBundleItem } = await import('./tiles.ts');
  const { leafHash } = await import('./merkle.ts');
  const entries = decodeBundle(await readFile(bundle));
  entries[3]![50]! ^= 1;
  await writeFile(bundle, Buffer.concat(entries.map(encodeBundleItem)));
  await writeFile(tile, Buffer.concat(entries.map(leafHash)));
  await refuses(place, /another root than the last checkpoint/);
});

test('LOG-15 an older state than the published checkpoint, a lost state file or another log key is refused', async (t) => {
  const { place } = await leftBehind(t, 1);
  const state = join(place.folder, 'private/state.json');
  const old = await readFile(state);
  await (await openTestLog(place)).shutdown();
  const newest = await readFile(state);
  await writeFile(state, old);
  await refuses(place, /older state, open a new origin/);
  await rm(state);
  await refuses(place, /state file is missing/);
  await writeFile(state, '{"v":1,');
  await refuses(place, /state file cannot be read/);
  await writeFile(state, newest);
  const keys = openKeyStore({ folder: `${place.keyFolder}-other`, origin: TEST_ORIGIN, kek: TEST_KEK });
  await refuses(place, /not signed by the key/, { keys });
  await (await openTestLog(place)).shutdown();
});

test('LOG-15 a crash between signing and publishing is made good at the next start', async (t) => {
  const { place } = await leftBehind(t, 0);
  await rm(join(place.folder, 'public/checkpoint'));
  await (await openTestLog(place)).shutdown();
  await verified(place);
});

test('LOG-07 a log whose month key is lost does not start on entries it cannot read, nor makes the key anew', async (t) => {
  const { place } = await leftBehind(t, 1);
  const month = (await readdir(place.keyFolder)).find((name) => /^\d{6}\.key$/.test(name))!;
  await rm(join(place.keyFolder, month));
  await refuses(place, /there is no key of/);
  for (const name of await readdir(join(place.folder, 'private/wal')))
    await rm(join(place.folder, 'private/wal', name));
  await assert.rejects(openTestLog(place), /the key of \d{6} cannot be had/);
  assert.equal((await readdir(place.keyFolder)).includes(month), false);
});

test('LOG-01 there is one writer: a second one is refused while the first lives', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  await assert.rejects(openTestLog(place), AuditLockedError);
  await log.shutdown();
  await (await openTestLog(place)).shutdown();
});

test('LOG-01 the lock of a dead process, a reused process id or an earlier boot is taken over; that of another host is not', async (t) => {
  const place = await testPlace(t);
  await (await openTestLog(place)).shutdown();
  const path = join(place.folder, 'private/lock');
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => null))?.trim() ?? null;
  const self = { pid: process.pid, host: hostname(), boot, started: null };
  const stale = [
    { ...self, pid: dead },
    { ...self, started: '1' },
    { ...self, boot: 'an earlier one' },
  ];
  for (const holder of boot === null ? stale.slice(0, 1) : stale) {
    await writeFile(path, JSON.stringify(holder));
    await (await openTestLog(place)).shutdown();
  }
  for (const held of [{ ...self, host: 'elsewhere' }, self]) {
    await writeFile(path, JSON.stringify(held));
    await assert.rejects(openTestLog(place), AuditLockedError);
  }
  await writeFile(path, '');
  await assert.rejects(openTestLog(place), AuditLockedError);
  await appendFile(path, 'x');
  await assert.rejects(openTestLog(place), AuditLockedError);
});
