// What the sender keeps, on both databases: sealed at rest, readable with its key, and sealed later where it was not.
// spec: messaging §9 A2, A6
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, test } from 'node:test';
import { openStore, type Store, sql, testStores } from '@gp-connect/foundation/store';
import { createRestVault } from '@gp-connect/foundation/trust';
import { desk, sentUpdate } from './desk-for-tests.ts';
import { openMessageSender } from './sender.ts';
import { type SenderDatabase, senderMigrations } from './tables.ts';

/** Every text of every row of the sender's tables, as it stands in the database. */
async function everythingStored(store: Store<SenderDatabase>): Promise<string> {
  const tables = ['sender_message', 'sender_event', 'sender_task', 'sender_send'] as const;
  const rows = await Promise.all(tables.map((table) => store.db.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
}
const ofPatient = /9010000036|Heron|HERON|Insect bite|1968/;

for (const { name, fresh } of testStores()) {
  const store = await openStore<SenderDatabase>(await fresh(), senderMigrations);
  after(() => store.close());
  const on = (what: string, run: () => Promise<void>) => test(`${what} (${name})`, run);

  on('A6: no table shows whom a message is about or what it says, nor what was answered', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    mesh.respond('30002', id);
    await messages.receiveResponses();
    const stored = await everythingStored(store);
    assert.doesNotMatch(stored, ofPatient);
    assert.doesNotMatch(stored, /<Bundle|ITK-MessageHeader/);
    const kept = await messages.message(id);
    assert.match(kept!.body, /9010000036/);
    assert.equal(kept!.patient_name, 'HERON, Jo (Ms)');
    assert.equal(kept!.mesh_to, 'GPPROVIDER_9010000036_03021968_Heron');
    assert.equal((await messages.tasksForPeople())[0]!.message?.nhsNumber, '9010000036');
    assert.equal((await messages.recent(5))[0]!.patient_nhs_number, '9010000036');
  });

  on('A6: an acknowledgement is kept as it came', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    const answerId = mesh.respond('20013', id);
    const came = (await mesh.download(answerId))!.body;
    await messages.receiveResponses();
    assert.deepEqual(await messages.answer(answerId), Buffer.from(came));
    assert.equal(await messages.answer('20200101000000000000_XXXXXX'), undefined);
  });

  on('without its key nothing that is kept is shown', async () => {
    const { messages, settings } = desk(store);
    const id = await sentUpdate(messages);
    const stranger = openMessageSender({ ...settings, vault: createRestVault([randomBytes(32)]) });
    await assert.rejects(stranger.message(id), /key/);
  });

  on(
    'what a version before sealing stored is read as it is, sealed at the next turn, and still sent',
    async () => {
      const { messages, mesh, mailbox } = desk(store);
      const id = await sentUpdate(messages);
      mesh.respond('20013', id);
      await messages.receiveResponses();
      const { body, patient_name, patient_nhs_number, mesh_to, subject } = (await messages.message(id))!;
      await sql`update sender_message set state = 'built', sent_at = null, body = ${body}, patient_name = ${patient_name},
      patient_nhs_number = ${patient_nhs_number}, mesh_to = ${mesh_to}, subject = ${subject}
      where mailbox = ${mailbox}`.execute(store.db);
      await sql`update sender_event set raw = '<Bundle of old/>' where mailbox = ${mailbox}
      and source_id is not null`.execute(store.db);
      assert.equal((await messages.message(id))!.body, body);
      assert.match(await everythingStored(store), ofPatient);
      await messages.followUp();
      const stored = await everythingStored(store);
      assert.doesNotMatch(stored, ofPatient);
      assert.doesNotMatch(stored, /Bundle of old/);
      assert.equal((await messages.message(id))!.body, body);
      mesh.sent.length = 0;
      await messages.sendDue();
      assert.equal((await messages.message(id))!.state, 'sent');
    },
  );
}
