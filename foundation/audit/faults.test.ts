// A writer killed at any moment, and a disk that takes no more.
// spec: national-service §11 (AUD-01), §11.1.10 (LOG-13, LOG-15)

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  AuditReader,
  type Checkpoint,
  parseCheckpoint,
  publishedFolder,
  signedByLog,
  verifyConsistency,
  verifyLog,
} from './index.ts';
import { openTestLog, type TestPlace, testKeys, testPlace, testVkey } from './log-for-tests.ts';

const APPENDER = join(import.meta.dirname, 'appender-for-tests.ts');

/** When to kill: after so many lines, or so many milliseconds (also while it is still recovering), or never. */
type Kill = { readonly lines: number } | { readonly ms: number } | null;

/** Runs the appender, kills it, returns its whole lines. */
function runAppender(place: TestPlace, run: number, kill: Kill, prefix = ''): Promise<string[]> {
  const argument = [APPENDER, place.folder, place.keyFolder, String(run)];
  const child =
    prefix === ''
      ? spawn(process.execPath, argument, { stdio: ['ignore', 'pipe', 'inherit'] })
      : spawn('/bin/sh', ['-c', `${prefix} exec "$@"`, 'sh', process.execPath, ...argument], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
  let text = '';
  let seen = 0;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (chunk: string) => {
    text += chunk;
    seen += chunk.split('\n').length - 1;
    if (kill !== null && 'lines' in kill && seen > kill.lines) child.kill('SIGKILL');
  });
  if (kill !== null && 'ms' in kill) setTimeout(() => child.kill('SIGKILL'), kill.ms);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () =>
      resolve(
        text
          .slice(0, text.lastIndexOf('\n') + 1)
          .split('\n')
          .slice(0, -1),
      ),
    );
  });
}

const acknowledged = (lines: readonly string[]): { kind: string; index: number; trace: string }[] =>
  lines
    .map((line) => line.split(' '))
    .filter(([kind]) => kind === 'open' || kind === 'close')
    .map(([kind, index, trace]) => ({ kind: kind!, index: Number(index), trace: trace! }));

test('LOG-13 LOG-15 killed with SIGKILL at any moment, twelve times: no acknowledged entry is lost, no index used twice, every checkpoint consistent', async (t) => {
  const place = await testPlace(t);
  const all = new Map<number, { kind: string; trace: string }>();
  const checkpoints: Checkpoint[] = [];
  for (let run = 0; run < 12; run += 1) {
    const kill = run % 3 === 2 ? { ms: 100 + Math.random() * 300 } : { lines: Math.random() ** 2 * 1200 };
    const lines = await runAppender(place, run, kill);
    for (const { index, ...event } of acknowledged(lines)) {
      assert.equal(all.has(index), false, `index ${index} was used twice`);
      all.set(index, event);
    }
    for (const line of lines) {
      if (line.startsWith('checkpoint '))
        checkpoints.push(parseCheckpoint(JSON.parse(line.slice(11)) as string));
    }
  }
  const log = await openTestLog(place);
  assert.equal(log.health().pendingOpens, 0);
  await log.shutdown();
  const verdict = await verifyLog(place.folder, { vkey: testVkey(place), keys: testKeys(place) });
  assert.ok(verdict.valid, JSON.stringify(verdict));
  assert.equal(verdict.records, verdict.checkpoint.size);

  assert.ok(all.size > 300, `only ${all.size} acknowledgements`);
  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  const closes = new Map<number, number>();
  for (let index = 0; index < verdict.checkpoint.size; index += 1) {
    const part = JSON.parse((await reader.readPart(index, 'patient')).bytes.toString()) as {
      kind: string;
      trace: string;
      open: number;
    };
    const told = all.get(index);
    if (told !== undefined) assert.deepEqual({ kind: part.kind, trace: part.trace }, told);
    if (part.kind === 'open') closes.set(index, 0);
    if (part.kind === 'close') closes.set(part.open, closes.get(part.open)! + 1);
  }
  assert.ok([...all.keys()].every((index) => index < verdict.checkpoint.size));
  assert.deepEqual(
    [...closes.values()].filter((count) => count !== 1),
    [],
    'every open has exactly one close',
  );

  const files = publishedFolder(join(place.folder, 'public'));
  const key = testKeys(place).signers()[0]!;
  assert.ok(checkpoints.length >= 8);
  for (const [i, checkpoint] of checkpoints.entries()) {
    assert.ok(signedByLog(checkpoint, key));
    assert.deepEqual(await verifyConsistency(checkpoint, checkpoints[i + 1] ?? verdict.checkpoint, files), {
      consistent: true,
    });
  }
});

test('AUD-01 LOG-13 when the disk takes no more the append is refused, the log is out of service, and nothing acknowledged is lost', async (t) => {
  const place = await testPlace(t);
  await (await openTestLog(place)).shutdown();
  // A limit on the size of any file makes real writes fail with a real error, as a full disk does.
  const lines = await runAppender(place, 0, null, 'ulimit -f 300;');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('failed')),
    ['failed AuditUnavailableError AUDIT_UNAVAILABLE AUDIT_UNAVAILABLE out-of-service'],
  );
  const told = acknowledged(lines);
  assert.ok(told.length > 50);
  await (await openTestLog(place)).shutdown();
  const verdict = await verifyLog(place.folder, { vkey: testVkey(place), keys: testKeys(place) });
  assert.ok(verdict.valid, JSON.stringify(verdict));
  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  for (const { index, trace } of told) {
    assert.equal(
      (JSON.parse((await reader.readPart(index, 'patient')).bytes.toString()) as { trace: string }).trace,
      trace,
    );
  }
});
