// An import that is killed leaves whole people, and running it again completes it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openStore, sql } from '@gp-connect/foundation/store';
import { openRecords, recordMigrations } from '../open-records.ts';
import { nhsNumber, recordOf, stores } from '../records-for-tests.ts';

const script = fileURLToPath(new URL('./killed-import-for-tests.ts', import.meta.url));
const PEOPLE = 2_000;

async function importUntil(url: string, people: number, kill: boolean): Promise<string> {
  const child = spawn(process.execPath, [script, url, String(people)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    if (kill && said.split('\n').length > 2) child.kill('SIGKILL');
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}

for (const { name, fresh } of stores) {
  test(`on ${name}, a killed import leaves whole people only`, async () => {
    const { url } = await fresh();
    assert.doesNotMatch(await importUntil(url, PEOPLE, true), /finished/);
    const store = await openStore({ url }, recordMigrations);
    try {
      const found = await sql<{ n: number }>`select count(*)::int as n from resource
        group by practice, patient_key`.execute(store.db);
      assert.ok(found.rows.length > 0 && found.rows.length < PEOPLE);
      assert.ok(found.rows.every(({ n }) => n === 21));
      const people = await sql<{ n: number }>`select count(*)::int as n from patient`.execute(store.db);
      assert.equal(people.rows[0]?.n, found.rows.length);
    } finally {
      await store.close();
    }
    assert.match(await importUntil(url, 60, false), /finished/);
    const again = await openStore({ url }, recordMigrations);
    try {
      assert.equal((await recordOf(openRecords(again), 'Z90001', nhsNumber(59))).index.size, 21);
    } finally {
      await again.close();
    }
  });
}
