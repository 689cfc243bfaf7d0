// Killed at any instant, the inbox loses no message and doubles none. spec: messaging §4 (R19), UPD-12
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readResponse } from '@gp-connect/foundation/itk3';
import { sql, testStores } from '@gp-connect/foundation/store';
import { openTestInbox, people, practice, startOfTest } from '../inbox-under-test.ts';
import { pressure, updateRecord } from '../messages-for-tests.ts';

const script = fileURLToPath(new URL('./killed-inbox-for-tests.ts', import.meta.url));
const MESSAGES = 12;

interface Folders {
  readonly url: string;
  readonly waiting: string;
  readonly sent: string;
}

/** Runs the process; kills it so many milliseconds after its `acknowledged`-th acknowledgement. */
async function run(
  { url, waiting, sent }: Folders,
  options: { fill?: boolean; kill?: { acknowledged: number; after: number }; laterMs?: number },
): Promise<string> {
  const child = spawn(process.execPath, [script, url, waiting, sent, ...(options.fill ? ['fill'] : [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, LATER_MS: String(options.laterMs ?? 0) },
  });
  let said = '';
  let ending = false;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
    const { kill } = options;
    if (kill === undefined || ending || said.split('acknowledged').length - 1 < kill.acknowledged) return;
    ending = true;
    setTimeout(() => child.kill('SIGKILL'), kill.after);
  });
  await new Promise((resolve) => child.once('close', resolve));
  return said;
}

for (const { name, fresh } of testStores()) {
  test(`on ${name}, kill -9 at many instants: every message kept once, every answer given`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gpc-inbox-'));
    const folders = {
      url: (await fresh()).url,
      waiting: join(folder, 'waiting'),
      sent: join(folder, 'sent'),
    };
    try {
      mkdirSync(folders.waiting);
      writeFileSync(folders.sent, '');
      assert.match(await run(folders, { fill: true }), /finished/);
      const messages = Array.from({ length: MESSAGES }, (_, at) =>
        updateRecord({ patient: people.lark, at: startOfTest, extras: [pressure(120 + at, 70)] }),
      );
      messages.forEach(({ xml }, at) => {
        writeFileSync(join(folders.waiting, `mesh-${String(at).padStart(3, '0')}`), xml);
      });
      let killed = 0;
      for (const [round, after] of [0, 3, 7, 12, 18].entries()) {
        const said = await run(folders, { kill: { acknowledged: 1, after }, laterMs: round * 600_000 });
        if (!said.includes('finished')) killed += 1;
      }
      assert.ok(killed >= 3, `killed ${killed} times while it worked`);
      assert.match(await run(folders, { laterMs: 6_000_000 }), /finished/);
      assert.deepEqual(readdirSync(folders.waiting), [], 'everything was acknowledged');

      const it = await openTestInbox({ url: folders.url });
      try {
        const kept = await sql<{ message_id: string; items: number; tasks: number }>`
          select m.message_id, count(distinct i.item_key)::int as items, count(distinct t.task_key)::int as tasks
          from inbox_message m
          left join inbox_item i on i.practice = m.practice and i.message_key = m.message_key
          left join inbox_task t on t.practice = i.practice and t.item_key = i.item_key
          where m.practice = ${practice.ods} group by m.message_key, m.message_id order by m.message_key`.execute(
          it.store.db,
        );
        assert.deepEqual(
          kept.rows,
          messages.map(({ messageId }) => ({ message_id: messageId, items: 1, tasks: 1 })),
        );
        assert.equal(await it.inbox.firstBrokenEvent(practice.ods), undefined);
      } finally {
        await it.close();
      }
      // An answer may have gone out twice; then both are the same answer, with the same id.
      const ids = new Map<string, Set<string>>();
      for (const line of readFileSync(folders.sent, 'utf8').trim().split('\n')) {
        const read = readResponse(Buffer.from(JSON.parse(line) as string));
        assert.ok('response' in read);
        const { answers, code, messageId } = read.response;
        const key = `${answers} ${code}`;
        ids.set(key, (ids.get(key) ?? new Set()).add(messageId));
      }
      assert.deepEqual(
        [...ids.keys()].sort(),
        messages.flatMap(({ messageId }) => [`${messageId} 20013`, `${messageId} 30001`]).sort(),
      );
      assert.ok([...ids.values()].every(({ size }) => size === 1));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
