// The store on both databases: migrations once, bulk insert, and the lock of the embedded folder.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { LockedFolderError } from '../lock/index.ts';
import { openStore, sql, testStores, unnestInsert } from './index.ts';

interface Letters {
  letter: { id: number; name: string; note: string | null };
}
const migrations = [
  {
    name: 'letters-001',
    statements: ['create table letter (id int primary key, name text not null, note text)'],
  },
];

for (const { name, fresh } of testStores()) {
  test(`on ${name}, two openings migrate once and find each other's rows`, async () => {
    const store = await openStore<Letters>(await fresh(), migrations);
    try {
      await unnestInsert('letter', [
        ['id', 'int', [1, 2]],
        ['name', 'text', ['alpha', 'be"t,a{}']],
        ['note', 'text', [null, 'x\\y\n']],
      ]).execute(store.db);
      const rows = await store.db.selectFrom('letter').selectAll().orderBy('id').execute();
      assert.deepEqual(
        rows.map((row) => [row.name, row.note]),
        [
          ['alpha', null],
          ['be"t,a{}', 'x\\y\n'],
        ],
      );
      const version = await sql<{ v: string }>`show server_version_num`.execute(store.db);
      assert.ok(Number(Object.values(version.rows[0]!)[0]) >= 150000);
    } finally {
      await store.close();
    }
  });
}

test('an embedded folder is held by one process and comes back with its data', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-store-'));
  try {
    const first = await openStore<Letters>({ url: `embedded:${folder}` }, migrations);
    await assert.rejects(openStore({ url: `embedded:${folder}` }, migrations), LockedFolderError);
    await first.db.insertInto('letter').values({ id: 1, name: 'kept', note: null }).execute();
    await first.close();
    const second = await openStore<Letters>({ url: `embedded:${folder}` }, migrations);
    assert.equal((await second.db.selectFrom('letter').selectAll().execute()).length, 1);
    await second.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
