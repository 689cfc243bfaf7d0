// A recall from the operator's API to the records of many practices and back, and what a kill -9 in the middle leaves.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sql, testStores } from '@gp-connect/foundation/store';
import { openOperatorStore, startMiscodedEngland } from './miscoded-england.ts';
import { pregnancyRecall, startOperatorDesk } from './operator.ts';
import { startWorker } from './worker.ts';

const PRACTICES = 12;
const ENTRIES = 120;
/** Ten a practice, of which one was refused and one waits. */
const expected = { filed: 96, pending: 12, rejected: 12 };
const clinician = { user: 'u-1', name: 'Dr Ida Moss', role: 'practice.clinician' };

async function until<Value>(read: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  const end = Date.now() + 60_000;
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
    if (Date.now() > end) throw new Error(`it never became so: ${JSON.stringify(value).slice(0, 500)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

for (const { name, fresh } of testStores()) {
  test(`INC-15: a recall survives kill -9 of its worker, each practice is done once (${name})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gpc-recall-'));
    const england = await startMiscodedEngland(await fresh(), {
      folder,
      practices: PRACTICES,
      entries: ENTRIES,
    });
    const { provider, opened, operator } = england;
    const { port } = provider.address;
    const database = await fresh();
    let store = await openOperatorStore(database, england.practices);
    const closers: (() => Promise<unknown>)[] = [];
    try {
      // Counted by a worker in this process.
      let worker = startWorker(store, operator, port);
      let desk = await startOperatorDesk(store, () => worker.wake());
      closers.push(worker.stop, desk.close);
      const id = await desk.create(pregnancyRecall);
      await desk.act(id, 'dry-run', { asAt: '2026-07-04T08:00:00.000Z' });
      const counted = await until(
        () => desk.get(`/recalls/${id}/dry-run`),
        ({ complete }) => complete,
      );
      assert.deepEqual([counted.byState, counted.practices], [expected, PRACTICES]);
      await worker.stop();

      // Orders for every practice, carried out by a process that is killed in the middle.
      await desk.act(id, 'sign-offs', {
        kind: 'quarantine',
        reference: 'SD-1',
        statement: 'Hide until reviewed',
      });
      await desk.act(id, 'issue', { actions: ['flag-for-review', 'quarantine'] });
      await desk.close();
      await store.close();
      const orders = async () =>
        (
          await sql<{
            count: number;
          }>`select count(*)::int as count from recall_order where step <> 'dry-run'`.execute(opened.store.db)
        ).rows[0]!.count;
      const child = spawn(
        process.execPath,
        [
          fileURLToPath(new URL('./worker-process.ts', import.meta.url)),
          JSON.stringify({ database, files: operator, port, leaseMs: 1000 }),
        ],
        { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
      );
      child.send('begin');
      await until(orders, (count) => count >= PRACTICES / 2);
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));

      // Somebody else goes on.
      store = await openOperatorStore(database, england.practices);
      const left = await sql<{ count: number }>`select count(*)::int as count from recall_work
        where state = 'waiting'`.execute(store.db);
      assert.ok(left.rows[0]!.count > 0, 'it was killed in the middle');
      worker = startWorker(store, operator, port);
      desk = await startOperatorDesk(store, () => worker.wake());
      closers.push(worker.stop, desk.close);
      const board = await until(
        () => desk.get(`/recalls/${id}/progress`),
        ({ orders: runs }) => runs.every(({ complete }: { complete: boolean }) => complete),
      );
      assert.deepEqual(
        board.orders.map(({ answered, refused }: Record<string, number>) => [answered, refused]),
        [
          [PRACTICES, 0],
          [PRACTICES, 0],
        ],
      );
      assert.equal(await orders(), 2 * PRACTICES);
      const withheld = await sql<{ items: number; quarantined: number; held: number }>`select
        (select count(*)::int from recall_item) as items, (select count(*)::int from quarantined_entry) as quarantined,
        (select count(*)::int from received_entry_hold) as held`.execute(opened.store.db);
      assert.deepEqual(withheld.rows[0], {
        items: ENTRIES,
        quarantined: expected.filed,
        held: expected.pending,
      });

      // Clinicians settle everything; the board tells, and the recall is closed.
      for (const practice of england.practices) {
        const list = await provider.recall.workList(practice, { recall: id, limit: 500 });
        await provider.recall.decide(
          practice,
          id,
          list.map(({ entry }) => ({ entry, decision: 'entered-in-error', reason: 'not pregnant' })),
          clinician,
        );
      }
      await desk.act(id, 'progress');
      const settled = await until(
        () => desk.get(`/recalls/${id}/progress`),
        ({ complete, step }) => complete && step === 'progress',
      );
      assert.deepEqual(settled.byState, { 'entered-in-error': 96, rejected: 24 });
      assert.equal(settled.completion, 100);
      await desk.act(id, 'sign-offs', { kind: 'closure', reference: 'SD-2', statement: 'All settled' });
      const closed = await desk.act(id, 'close', { lessons: 'Show the term', rulePack: 'PG-01' });
      assert.equal(closed.status, 'closed');
    } finally {
      for (const close of closers) await close();
      await store.close().catch(() => undefined);
      await england.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
