// Reading a whole log: every published entry in order, each checked against the log.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { AuditReader, logFolders } from './index.ts';
import { openTestLog, testKeys, testOpen, testPlace } from './log-for-tests.ts';

test('AUD-08: the parts of all published entries are read in order, from any index on', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  for (let at = 0; at < 300; at += 1) await log.append({ patient: testOpen(`trace-${at}`) });
  await log.checkpoint();
  await log.append({ patient: testOpen('not published yet') });
  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  const read = async (first?: number) => {
    const traces: unknown[] = [];
    for await (const { index, bytes } of reader.parts('patient', first))
      traces.push([index, JSON.parse(bytes.toString('utf8')).trace]);
    return traces;
  };
  const all = await read();
  // The log's own start stands first.
  assert.equal(all.length, 301);
  assert.deepEqual(all[1], [1, 'trace-0']);
  assert.deepEqual(all.at(-1), [300, 'trace-299']);
  assert.deepEqual((await read(299)).length, 2);
  await log.shutdown();
});

test('LOG-07: a stored record that was altered is not read past', async (t) => {
  const place = await testPlace(t);
  const log = await openTestLog(place);
  await log.append({ patient: testOpen('one') });
  await log.shutdown();
  const { segments } = logFolders(place.folder);
  const names = readdirSync(segments, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.seg'),
  );
  const file = join(segments, names.at(-1)!);
  const bytes = readFileSync(file);
  // Inside the first stored part: after index, month and the part's length.
  bytes[8 + 4 + 4 + 20]! ^= 1;
  writeFileSync(file, bytes);
  const reader = new AuditReader({ folder: place.folder, keys: testKeys(place) });
  await assert.rejects(async () => {
    for await (const part of reader.parts('patient')) void part;
  }, /altered/);
});
