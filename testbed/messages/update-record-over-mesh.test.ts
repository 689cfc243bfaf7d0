// The update journey's first half with everything real: pharmacy, MESH over mutual TLS, practice. spec: design §3.2;
// messaging §2.5, §3; mesh §4, §5
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, test } from 'node:test';
import {
  composeUpdateRecord,
  type MessageSender,
  openMessageSender,
  plausibilityCheck,
  type SenderDatabase,
  senderJournal,
  senderMailbox,
  senderMigrations,
  type UpdateRecordInput,
} from '@gp-connect/consumer';
import {
  composeResponse,
  diagnosticsOf,
  type Outcome,
  receive,
  responseWorkflow,
} from '@gp-connect/foundation/itk3';
import { openStore, testStores } from '@gp-connect/foundation/store';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { createRestVault } from '@gp-connect/foundation/trust';
import { type MeshTogether, pharmacy, practice, startMeshTogether } from '../mesh/mesh-for-tests.ts';

const input = (family: string): UpdateRecordInput => ({
  patient: { nhsNumber: '9010000036', family, given: ['Jo'], birthDate: '1968-02-03', gender: 'female' },
  organisation: { ods: 'FZZ01', name: 'Test Pharmacy' },
  practitioners: [{ family: 'Finch', gphcNumber: '2123456', role: { code: 'R1290', display: 'Pharmacist' } }],
  service: 'blood-pressure',
  seen: new Date().toISOString().slice(0, 10),
  clinicalSummary: 'Blood pressure measured at the request of the patient.',
  bloodPressures: [{ kind: 'sitting', systolic: 158, diastolic: 102 }],
});

/** Confirms whatever the rules ask to confirm, as a pharmacist would after reading it. */
async function submit(messages: MessageSender, family: string, activity: string): Promise<string> {
  const composed = await composeUpdateRecord(messages.context(), input(family));
  assert.ok(composed.ok, JSON.stringify(composed));
  const asked = await messages.submit(composed.message, { activity });
  const confirmed = asked.state === 'confirm' ? asked.confirmations.map(({ ref }) => ref) : [];
  assert.ok(
    asked.state === 'confirm' && asked.confirmations.some(({ finding }) => finding.ruleId === 'BP-08'),
    JSON.stringify(asked),
  );
  const queued = await messages.submit(composed.message, { activity, confirmed, user: 'pharmacist' });
  assert.equal(queued.state, 'queued');
  return composed.message.messageId;
}

/** The practice: downloads, judges, answers with the codes given. */
async function practiceAnswers(mesh: MeshTogether, codes: readonly string[]): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  await mesh.server.routed();
  for await (const id of mesh.practice.list()) {
    const { info, payload } = await mesh.practice.download(id);
    const parts: Uint8Array[] = [];
    for await (const bytes of payload) parts.push(bytes);
    const arrival = { workflowId: info.workflowId, body: Buffer.concat(parts), compressed: info.compressed };
    const outcome = await receive(arrival, { now: () => new Date() });
    outcomes.push(outcome);
    assert.ok(outcome.kind === 'accepted', outcome.kind === 'refused' ? diagnosticsOf(outcome.refusal) : '');
    for (const code of codes) {
      const { xml } = composeResponse({
        code,
        diagnostics: `answered ${code}`,
        answers: outcome.ids,
        responderOds: practice.ods,
        responderMailbox: practice.id,
        at: new Date(),
        newId: randomUUID,
      });
      await mesh.practice.send({
        to: info.from,
        workflowId: responseWorkflow(info.workflowId),
        localId: practice.ods,
        payload: Buffer.from(xml),
      });
    }
    await mesh.practice.acknowledge(id);
  }
  return outcomes;
}

for (const { name, fresh } of testStores()) {
  test(`pharmacy, MESH and practice together, on ${name}`, async (t) => {
    const mesh = await startMeshTogether(await fresh());
    after(() => mesh.close());
    const store = await openStore<SenderDatabase>(await fresh(), senderMigrations);
    after(() => store.close());
    const vault = createRestVault([randomBytes(32)]);
    const open = (): MessageSender =>
      openMessageSender({
        store,
        vault,
        sender: { mailbox: pharmacy.id, identifierSystem: 'https://pharmacy.example/id' },
        mesh: senderMailbox(mesh.mailbox(pharmacy, { journal: senderJournal(store, pharmacy.id) })),
        directory: {
          trace: async (nhsNumber) => ({
            nhsNumber,
            families: [],
            birthDate: '1968-02-03',
            practice: practice.ods,
            problems: [],
          }),
        },
        plausibility: plausibilityCheck(demonstrationSource()),
        now: () => new Date(),
        newId: randomUUID,
      });
    const messages = open();
    const stateOf = async (id: string) => (await messages.message(id))?.state;

    await t.test('a message is delivered to the registered practice and answered twice', async () => {
      const id = await submit(messages, 'Lund', 'visit-1');
      assert.equal((await messages.sendDue()).sent.length, 1);
      const [outcome] = await practiceAnswers(mesh, ['20013', '30001']);
      assert.equal(outcome?.kind === 'accepted' && outcome.message.header.messageId, id);
      assert.equal((await messages.receiveResponses()).acknowledgements, 2);
      assert.equal(await stateOf(id), 'delivered');
      assert.deepEqual(await messages.tasksForPeople(), []);
    });

    await t.test('a surname PDS does not hold comes back as a MESH report and a task', async () => {
      const id = await submit(messages, 'Egret', 'visit-2');
      await messages.sendDue();
      await mesh.server.routed();
      assert.equal((await messages.receiveResponses()).reports, 1);
      assert.equal(await stateOf(id), 'failed');
      const [task] = await messages.tasksForPeople();
      assert.equal(task!.code, 'EPL-154');
      assert.equal(await messages.closeTask(task!.id, 'u1', 'corrected'), true);
    });

    await t.test(
      'MESH takes the message and the answer is lost: found in the outbox, sent once',
      async () => {
        mesh.server.faults.dropAnswer = 1;
        const id = await submit(messages, 'Lund', 'visit-3');
        await messages.sendDue();
        mesh.server.faults.dropAnswer = 0;
        assert.equal(await stateOf(id), 'sent');
        assert.equal((await practiceAnswers(mesh, ['20013', '30002'])).length, 1);
        await messages.receiveResponses();
        assert.equal(await stateOf(id), 'failed');
      },
    );
  });
}
