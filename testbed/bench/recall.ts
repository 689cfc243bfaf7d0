// 15,000 miscoded entries over 300 practices recalled: counted, contained, settled by clinicians, told, closed; the time
// against ten minutes. A program of its own: `node testbed/bench/recall.ts [--quick]`. spec: national-service INC-15
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testStores } from '@gp-connect/foundation/store';
import { openOperatorStore, startMiscodedEngland } from '../recall/miscoded-england.ts';
import { pregnancyRecall, startOperatorDesk } from '../recall/operator.ts';
import { startWorker } from '../recall/worker.ts';
import { table } from './bench.ts';

const quick = process.argv.includes('--quick');
const [practices, entries] = quick ? [30, 1500] : [300, 15_000];
const LIMIT_SECONDS = 600;
/** Practices whose clinicians work at the same time. */
const DESKS = 8;
const clinician = { user: 'u-1', name: 'Dr Ida Moss', role: 'practice.clinician' };

interface Figures {
  complete: boolean;
  step: string;
  orders: { complete: boolean }[];
}

const stores = testStores().filter(({ name }) => quick || name === 'PostgreSQL');
let overLimit = false;
for (const { name, fresh } of stores) {
  const folder = mkdtempSync(join(process.env.GPC_BENCH_DIR ?? tmpdir(), 'gpc-bench-recall-'));
  const england = await startMiscodedEngland(await fresh(), { folder, practices, entries });
  const store = await openOperatorStore(await fresh(), england.practices);
  const worker = startWorker(store, england.operator, england.provider.address.port);
  const desk = await startOperatorDesk(store, () => worker.wake());
  const rows: string[][] = [];
  let total = 0;
  const timed = async (label: string, work: () => Promise<string>): Promise<void> => {
    const began = performance.now();
    const detail = await work();
    const seconds = (performance.now() - began) / 1000;
    total += seconds;
    rows.push([label, seconds.toFixed(1), detail]);
  };
  const until = async (path: string, isSo: (body: Figures) => boolean) => {
    for (;;) {
      const body = await desk.get(path);
      if (isSo(body)) return body;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  const id = await desk.create(pregnancyRecall);
  await timed('dry run', async () => {
    await desk.act(id, 'dry-run');
    const { hits, practices: found } = await until(`/recalls/${id}/dry-run`, ({ complete }) => complete);
    return `${hits} hits in ${found} practices`;
  });
  await timed('contain', async () => {
    await desk.act(id, 'sign-offs', {
      kind: 'quarantine',
      reference: 'SD-1',
      statement: 'Hide until reviewed',
    });
    await desk.act(id, 'issue', { actions: ['quarantine'] });
    const { orders } = await until(`/recalls/${id}/progress`, (body) => body.orders[0]?.complete === true);
    return `${orders[0].answered} practices`;
  });
  await timed('correct', async () => {
    let settled = 0;
    const waiting = [...england.practices];
    const work = async (): Promise<void> => {
      for (let practice = waiting.pop(); practice !== undefined; practice = waiting.pop()) {
        const list = await england.provider.recall.workList(practice, { recall: id, limit: 500 });
        const decisions = list.map(
          ({ entry }) => ({ entry, decision: 'entered-in-error', reason: 'not pregnant' }) as const,
        );
        const done = await england.provider.recall.decide(practice, id, decisions, clinician);
        settled += done.length;
      }
    };
    await Promise.all(Array.from({ length: DESKS }, work));
    return `${settled} entries settled`;
  });
  await timed('exposure', async () => {
    await desk.act(id, 'exposure');
    const { answered } = await until(`/recalls/${id}/exposure`, ({ complete }) => complete);
    return `${answered} practices asked who had read what`;
  });
  await timed('board and closure', async () => {
    await desk.act(id, 'progress');
    const { completion } = await until(
      `/recalls/${id}/progress`,
      ({ complete, step }) => complete && step === 'progress',
    );
    await desk.act(id, 'sign-offs', { kind: 'closure', reference: 'SD-2', statement: 'All settled' });
    const { status } = await desk.act(id, 'close', { lessons: 'Show the term', rulePack: 'PG-01' });
    return `${completion} % settled, ${status}`;
  });
  rows.push([
    'in all',
    total.toFixed(1),
    `limit ${LIMIT_SECONDS} s, ratio ${(total / LIMIT_SECONDS).toFixed(3)}`,
  ]);
  overLimit ||= total > LIMIT_SECONDS;
  console.log(`recall, ${entries} entries over ${practices} practices, ${name}`);
  console.log(table([['step', 'seconds', ''], ...rows]));
  console.log(
    `bench recall-${name} ratio=${(total / LIMIT_SECONDS).toFixed(4)} of=seconds/${LIMIT_SECONDS} seconds=${total.toFixed(1)}`,
  );
  await desk.close();
  await worker.stop();
  await store.close();
  await england.close();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(overLimit ? 1 : 0);
