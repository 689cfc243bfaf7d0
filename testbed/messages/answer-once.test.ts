// An answer of a practice leaves once over a real MESH: the process is gone after MESH took it and before that was
// recorded, and the next process finds it. spec: mesh §8 C4; messaging §3.1
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { SendEntry, SendJournal } from '@gp-connect/consumer/mesh';
import { testStores } from '@gp-connect/foundation/store';
import { answerJournal, openProviderStore } from '@gp-connect/provider';
import { pharmacy, practice, startMeshTogether } from '../mesh/mesh-for-tests.ts';
import { practiceMailbox } from '../mesh/practice-mailbox.ts';

const answer = {
  to: pharmacy.id,
  workflowId: 'GPCONNECT_UPDATE_RECORD_ACK',
  localId: practice.ods,
  subject: 'ITK Response 20013',
  body: '<Bundle xmlns="http://hl7.org/fhir"><type value="message"/></Bundle>',
};

/** A journal whose process dies before the outcome of a send is written down. */
const dyingJournal = (journal: SendJournal): SendJournal => ({
  ...journal,
  async record(entry: SendEntry) {
    if (entry.state === 'sent') throw new Error('the process was killed');
    return journal.record(entry);
  },
});

for (const { name, fresh } of testStores()) {
  test(`an answer whose sender died before it knew is not sent again by the next (${name})`, async () => {
    const mesh = await startMeshTogether(await fresh());
    after(() => mesh.close());
    const { store } = await openProviderStore((await fresh()).url);
    after(() => store.close());
    const journal = (): SendJournal => answerJournal<SendEntry>(store.db, practice.id);

    const first = practiceMailbox(mesh.mailbox(practice, { journal: dyingJournal(journal()) }));
    await assert.rejects(first.send(answer));
    const second = practiceMailbox(mesh.mailbox(practice, { journal: journal() }));
    const { messageId } = await second.send(answer);
    const waiting: string[] = [];
    for await (const id of mesh.pharmacy.list()) waiting.push(id);
    assert.deepEqual(waiting, [messageId]);
  });
}
