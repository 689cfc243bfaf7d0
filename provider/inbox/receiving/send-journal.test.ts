// The journal of answers on both databases: what was begun is known after a restart, one mailbox apart from another.
// spec: mesh §8 C4
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore, testStores } from '@gp-connect/foundation/store';
import { inboxMigrations } from '../schema.ts';
import { answerJournal } from './send-journal.ts';

for (const { name, fresh } of testStores()) {
  test(`C4: a send that was begun is found by the next process, its outcome open, and closed by its id (${name})`, async () => {
    const place = await fresh();
    const sending = { sendId: 's1', state: 'sending', fileName: 'a.xml' };
    const before = await openStore<never>(place, inboxMigrations);
    await answerJournal<typeof sending>(before.db, 'A82999OT1').record(sending);
    await before.close();

    const after = await openStore<never>(place, inboxMigrations);
    try {
      const journal = answerJournal<typeof sending & { messageId?: string }>(after.db, 'A82999OT1');
      assert.deepEqual(await journal.find('s1'), sending);
      assert.deepEqual(await journal.open(), [sending]);
      assert.deepEqual(await journal.knownMessages(), new Set());
      await journal.record({ ...sending, state: 'sent', messageId: 'MESH-1' });
      assert.deepEqual(await journal.open(), []);
      assert.deepEqual(await journal.knownMessages(), new Set(['MESH-1']));
      const other = answerJournal(after.db, 'B82999OT1');
      assert.equal(await other.find('s1'), undefined);
      assert.deepEqual(await other.knownMessages(), new Set());
    } finally {
      await after.close();
    }
  });
}
