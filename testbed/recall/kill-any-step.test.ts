// kill -9 of the recall worker in every step of a case: the next worker finishes the step, each practice is done once.
// On PostgreSQL alone: the operator's desk and the worker to be killed share the database, as replicas do.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sql, testStores } from '@gp-connect/foundation/store';
import type { OversightStore } from '@gp-connect/national';
import { type MiscodedEngland, openOperatorStore, startMiscodedEngland } from './miscoded-england.ts';
import { type OperatorDesk, pregnancyRecall, startOperatorDesk } from './operator.ts';
import { type OperatorFiles, startWorker } from './worker.ts';

const PRACTICES = 8;
const ENTRIES = 16;
const clinician = { user: 'u-1', name: 'Dr Ida Moss', role: 'practice.clinician' };
const shared = testStores().find(({ name }) => name === 'PostgreSQL')!;

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('it never became so');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describe('INC-15: a worker killed in any step of a recall', () => {
  let england: MiscodedEngland & { operator: OperatorFiles };
  let database: { url: string };
  let store: OversightStore;
  let desk: OperatorDesk;
  let recall: string;
  /** A worker that waits to begin. */
  let spare: ChildProcess;
  const folder = mkdtempSync(join(tmpdir(), 'gpc-recall-kill-'));

  before(async () => {
    england = await startMiscodedEngland(await shared.fresh(), {
      folder,
      practices: PRACTICES,
      entries: ENTRIES,
    });
    database = await shared.fresh();
    store = await openOperatorStore(database, england.practices);
    desk = await startOperatorDesk(store, () => undefined);
    recall = await desk.create(pregnancyRecall);
    spare = startWorkerProcess();
  });
  after(async () => {
    spare?.kill('SIGKILL');
    await desk?.close();
    await store?.close();
    await england?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const startWorkerProcess = (): ChildProcess =>
    spawn(
      process.execPath,
      [
        fileURLToPath(new URL('./worker-process.ts', import.meta.url)),
        JSON.stringify({
          ...{ database, files: england.operator, port: england.provider.address.port, leaseMs: 300 },
        }),
      ],
      { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
    );
  const kill = async (worker: ChildProcess) => {
    const gone = new Promise((resolve) => worker.once('exit', resolve));
    worker.kill('SIGKILL');
    await gone;
  };
  const carriedOut = async (step: string) =>
    (
      await sql<{ count: number }>`select count(*)::int as count from recall_order
        where recall = ${recall} and step = ${step}`.execute(england.opened.store.db)
    ).rows[0]!.count;
  const waiting = async () =>
    (
      await sql<{
        count: number;
      }>`select count(*)::int as count from recall_work where state <> 'done'`.execute(store.db)
    ).rows[0]!.count;

  /** Somebody else goes on. */
  const finished = async () => {
    const worker = startWorker(store, england.operator, england.provider.address.port, { leaseMs: 300 });
    await until(async () => (await waiting()) === 0);
    await worker.stop();
  };

  const steps: [step: string, action: string, body: object][] = [
    ['dry-run', 'dry-run', {}],
    ['flag-for-review', 'issue', { actions: ['flag-for-review'] }],
    ['quarantine', 'issue', { actions: ['quarantine'] }],
    ['notify-senders', 'notify-senders', {}],
    ['release', 'release', { reason: 'Looked at' }],
    ['exposure', 'exposure', {}],
    ['progress', 'progress', {}],
  ];
  for (const [step, action, body] of steps) {
    test(`${step}: the next worker goes on, and each practice carried it out once`, async () => {
      if (step === 'quarantine')
        await desk.act(recall, 'sign-offs', { kind: 'quarantine', reference: 'SD-1', statement: 'Withhold' });
      await desk.act(recall, action, body);
      const killed = spare;
      killed.send('begin');
      // Loads while this one works.
      spare = startWorkerProcess();
      await until(async () => (await carriedOut(step)) >= 1);
      await kill(killed);
      await finished();
      assert.equal(await carriedOut(step), PRACTICES);
    });
  }

  test('nothing was counted twice, and the case is settled and closed as if nobody had died', async () => {
    const counted = await desk.get(`/recalls/${recall}/dry-run`);
    assert.deepEqual([counted.complete, counted.hits, counted.practices], [true, ENTRIES, PRACTICES]);
    const asked = await desk.get(`/recalls/${recall}/senders`);
    assert.deepEqual(asked.byAnswer, { unanswered: ENTRIES });
    const notices = await sql<{ count: number }>`select count(*)::int as count from recall_notice`.execute(
      england.opened.store.db,
    );
    assert.ok(notices.rows[0]!.count <= ENTRIES, 'nobody is asked twice');
    for (const practice of england.practices) {
      const list = await england.provider.recall.workList(practice, { recall, limit: 500 });
      await england.provider.recall.decide(
        practice,
        recall,
        list.map(({ entry }) => ({ entry, decision: 'entered-in-error', reason: 'not pregnant' })),
        clinician,
      );
    }
    await desk.act(recall, 'progress');
    await finished();
    const board = await desk.get(`/recalls/${recall}/progress`);
    assert.deepEqual([board.completion, board.hits], [100, ENTRIES]);
    await desk.act(recall, 'sign-offs', { kind: 'closure', reference: 'SD-2', statement: 'Settled' });
    const closed = await desk.act(recall, 'close', { lessons: 'Show the term', rulePack: 'PG-01' });
    assert.equal(closed.status, 'closed');
  });
});
