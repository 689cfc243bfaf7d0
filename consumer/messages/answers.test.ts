// Answers that come late, twice, in the wrong order or against each other, on both databases. spec: messaging §3.1, §3.5
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { openStore, testStores } from '@gp-connect/foundation/store';
import { desk, sentUpdate } from './desk-for-tests.ts';
import { type SenderDatabase, senderMigrations } from './tables.ts';

/** Answers in the order they come; the state then, the code that counts, the tasks, the notes. */
const rows: readonly (readonly [
  name: string,
  answers: readonly string[],
  state: string,
  code: string,
  tasks: readonly string[],
  notes?: number,
])[] = [
  ['both, in order', ['20013', '30001'], 'delivered', '30001', []],
  ['30001 without 20013: delivered, and the missing one is noted', ['30001'], 'delivered', '30001', [], 1],
  [
    '30001 before 20013: as if in order, the code that decided counts',
    ['30001', '20013'],
    'delivered',
    '30001',
    [],
    1,
  ],
  ['recently died', ['20013', '30004'], 'delivered', '30004', []],
  ['not known here', ['20013', '30002'], 'failed', '30002', ['failed']],
  ['30002 before 20013: late, not contradicting', ['30002', '20013'], 'failed', '30002', ['failed']],
  ['left', ['20013', '30003'], 'failed', '30003', ['failed']],
  ['a negative infrastructure answer is final', ['20009'], 'failed', '20009', ['failed']],
  [
    'business answers that contradict',
    ['20013', '30001', '30002'],
    'failed',
    '30002',
    ['contradiction', 'failed'],
  ],
  ['the same the other way', ['20013', '30002', '30001'], 'failed', '30002', ['contradiction', 'failed']],
  [
    'infrastructure answers that contradict',
    ['20013', '20009'],
    'failed',
    '20009',
    ['contradiction', 'failed'],
  ],
  ['the same the other way', ['20009', '20013'], 'failed', '20009', ['contradiction', 'failed']],
  ['a business answer after a refusal', ['20009', '30001'], 'failed', '20009', ['contradiction', 'failed']],
  ['the same positive answer twice', ['20013', '20013', '30001', '30001'], 'delivered', '30001', []],
];

for (const { name, fresh } of testStores()) {
  const store = await openStore<SenderDatabase>(await fresh(), senderMigrations);
  after(() => store.close());
  for (const [what, answers, state, code, tasks, notes = 0] of rows) {
    test(`§3.5: ${what} (${answers.join(', ')}) (${name})`, async () => {
      const { messages, mesh } = desk(store);
      const id = await sentUpdate(messages);
      for (const answer of answers) {
        mesh.respond(answer, id);
        await messages.receiveResponses();
      }
      const message = await messages.message(id);
      assert.equal(message?.state, state);
      assert.equal(message?.last_code, code);
      assert.deepEqual((await messages.tasksForPeople()).map(({ kind }) => kind).sort(), tasks);
      const noted = await store.db
        .selectFrom('sender_event')
        .selectAll()
        .where('message_id', '=', id)
        .where('event', '=', 'note')
        .execute();
      assert.equal(noted.length, notes);
    });
  }

  test(`A1, UPD-05: the rule set a message was checked by is kept with it (${name})`, async () => {
    const plausibility = Object.assign(async () => [], { ruleSetVersion: '2026.11.1' });
    const { messages } = desk(store, { plausibility });
    const id = await sentUpdate(messages);
    const [queued] = await store.db
      .selectFrom('sender_event')
      .selectAll()
      .where('message_id', '=', id)
      .where('event', '=', 'queued')
      .execute();
    assert.match(queued!.detail, /rule set 2026\.11\.1/);
  });

  test(`UPD-04: an organisation that is no active pharmacy sends no Update Record (${name})`, async () => {
    const { settings } = desk(store);
    const directory = { ...settings.directory, isActivePharmacy: async (ods: string) => ods !== 'FZZ01' };
    const { messages, mesh } = desk(store, { directory });
    await assert.rejects(sentUpdate(messages));
    assert.equal(mesh.sent.length, 0);
  });
}
