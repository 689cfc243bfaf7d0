// The whole story with everything real: pharmacy, MESH over mutual TLS, the practice's inbox, its clinician, and what a
// hospital then reads. spec: design §3.2; messaging §3, §5, §6, §10 (SG-01, SG-05, SG-14, SG-20)
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import {
  type ComposedMessage,
  composeSendDocument,
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
import { toXml } from '@gp-connect/foundation/fhir';
import { openStore, type Store, testStores } from '@gp-connect/foundation/store';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { createRestVault } from '@gp-connect/foundation/trust';
import { type MeshTogether, pharmacy, practice, startMeshTogether } from '../mesh/mesh-for-tests.ts';
import { patient, type StoryPractice, startStoryPractice } from './practice-for-tests.ts';

const today = (): string => new Date().toISOString().slice(0, 10);
const sender = { mailbox: pharmacy.id, identifierSystem: 'https://pharmacy.example/id' };
const organisation = { ods: pharmacy.ods, name: 'Test Pharmacy' };
const practitioners = [
  { family: 'Finch', given: ['Ada'], gphcNumber: '2123456', role: { code: 'R1290', display: 'Pharmacist' } },
];
const update = (more: Partial<UpdateRecordInput>): UpdateRecordInput => ({
  ...{ patient, organisation, practitioners, seen: today() },
  service: 'blood-pressure',
  clinicalSummary: 'Blood pressure measured at the request of the patient.',
  ...more,
});
const pdf = Buffer.from('%PDF-1.4\n% a consultation report\n%%EOF\n');

interface Entry {
  readonly ref: string;
  readonly text: string;
  readonly kind: string;
  readonly severity: string;
  readonly choices: readonly string[];
  readonly findings: readonly { readonly ruleId: string; readonly severity: string }[];
}

/** What a product that miscodes would have made of a message: one text in place of another, wherever it stands. */
function miscoded(message: ComposedMessage, said: string, written: string): ComposedMessage {
  const bundle = JSON.parse(JSON.stringify(message.bundle).replaceAll(said, written));
  return { ...message, bundle, xml: toXml(bundle) };
}

for (const { name, fresh } of testStores()) {
  describe(`the pharmacy's story on ${name}`, () => {
    let mesh: MeshTogether;
    let surgery: StoryPractice;
    let store: Store<SenderDatabase>;
    let messages: MessageSender;
    /** Of a product without plausibility rules. */
    let careless: MessageSender;

    before(async () => {
      mesh = await startMeshTogether(await fresh());
      const workflows = ['GPCONNECT_SEND_DOCUMENT', 'GPCONNECT_UPDATE_RECORD'];
      const rights = (sends: boolean) =>
        workflows.flatMap((workflow) => [
          { workflow, send: sends, receive: !sends },
          { workflow: `${workflow}_ACK`, send: !sends, receive: sends },
        ]);
      await mesh.server.putMailboxes([
        { ...pharmacy, workflows: rights(true) },
        { ...practice, workflows: rights(false) },
      ]);
      surgery = await startStoryPractice(await fresh(), mesh);
      store = await openStore<SenderDatabase>(await fresh(), senderMigrations);
      const base = {
        store,
        vault: createRestVault([randomBytes(32)]),
        sender,
        mesh: senderMailbox(mesh.mailbox(pharmacy, { journal: senderJournal(store, pharmacy.id) })),
        directory: {
          trace: async (nhsNumber: string) => ({
            ...{ nhsNumber, families: [patient.family], birthDate: patient.birthDate },
            ...{ practice: practice.ods, problems: [] },
          }),
        },
        now: () => new Date(),
        newId: randomUUID,
      };
      messages = openMessageSender({ ...base, plausibility: plausibilityCheck(demonstrationSource()) });
      careless = openMessageSender(base);
    });
    after(async () => {
      await surgery?.close();
      await store?.close();
      await mesh?.close();
    });

    const composed = async (input: UpdateRecordInput): Promise<ComposedMessage> => {
      const made = await composeUpdateRecord(messages.context(), input);
      assert.ok(made.ok, JSON.stringify(made));
      return made.message;
    };
    /** Submits, confirming what the rules ask to confirm, sends, and lets the practice collect. */
    async function deliver(from: MessageSender, message: ComposedMessage, activity: string): Promise<void> {
      const asked = await from.submit(message, { activity, atOnce: true });
      if (asked.state === 'confirm') {
        const confirmed = asked.confirmations.map(({ ref }) => ref);
        const queued = await from.submit(message, { activity, confirmed, user: 'pharmacist', atOnce: true });
        assert.equal(queued.state, 'queued', JSON.stringify(queued));
      } else assert.equal(asked.state, 'queued', JSON.stringify(asked));
      assert.equal((await from.sendDue()).sent.length, 1);
      await surgery.collect();
    }
    const stateOf = async ({ messageId }: ComposedMessage) => (await messages.message(messageId))?.state;
    const recorded = async () => JSON.stringify(await surgery.structured());

    test('SG-01, SG-05: both acknowledgements merge; only what the clinician accepts is read by others, with its source', async () => {
      const message = await composed(
        update({
          bloodPressures: [{ kind: 'sitting', systolic: 127, diastolic: 78 }],
          measurements: [{ kind: 'pulse', value: 71 }],
        }),
      );
      await deliver(messages, message, 'visit-1');
      const collected = await messages.receiveResponses();
      assert.equal(collected.acknowledgements, 2, JSON.stringify(collected));
      assert.equal(await stateOf(message), 'delivered');
      assert.deepEqual(await messages.tasksForPeople(), []);

      const before = await surgery.structured();
      assert.ok(
        !before.some(({ resourceType }) => resourceType === 'Observation' || resourceType === 'Encounter'),
        'nothing before review',
      );

      const view = await surgery.newest();
      assert.equal(view.sender.ods, pharmacy.ods);
      const entries: Entry[] = view.entries;
      const pulse = entries.find(({ text }) => /71/.test(text));
      assert.ok(pulse, JSON.stringify(entries));
      const { version } = await surgery.inbox(`/inbox/items/${view.item}/decisions`, {
        version: view.version,
        decisions: entries.map(({ ref }) =>
          ref === pulse.ref
            ? { ref, decision: 'refuse', reason: 'not-clinically-relevant' }
            : { ref, decision: 'accept', confirmed: true, actionTaken: 'task-made' },
        ),
      });
      assert.doesNotMatch(await recorded(), /Test Pharmacy/, 'decided is not yet filed');
      const outcome = await surgery.inbox(`/inbox/items/${view.item}/complete`, { version });
      assert.equal(outcome.status, 'filed-amended', JSON.stringify(outcome));

      const resources = await surgery.structured();
      const observations = resources.filter(({ resourceType }) => resourceType === 'Observation');
      const reading = observations.find(({ component }) => JSON.stringify(component ?? '').includes('127'));
      assert.match(
        String(reading?.comment),
        /Recorded by another organisation: Test Pharmacy \(FZZ01\).*Accepted by Dr Ada Quill/,
      );
      assert.ok(
        !observations.some(({ valueQuantity }) => valueQuantity?.value === 71),
        'the refused pulse is in nobody’s record',
      );
    });

    test('SG-20: the pharmacy’s own check stops "Not pregnant" under the code for pregnant', async () => {
      const right = await composed(
        update({ pregnancy: { status: 'pregnant', confirmedTerm: 'Patient currently pregnant' } }),
      );
      const stopped = await messages.prepare(miscoded(right, 'Patient currently pregnant', 'Not pregnant'));
      assert.equal(stopped.state, 'stopped');
      assert.ok(
        stopped.state === 'stopped' &&
          stopped.findings.some(({ ruleId, severity }) => ruleId === 'PG-01' && severity === 'BLOCK'),
        JSON.stringify(stopped),
      );
    });

    test('SG-14, PG-01: from a product that checks nothing, the practice’s inbox blocks it: refused, or kept in words', async () => {
      const right = await composed(
        update({ pregnancy: { status: 'pregnant', confirmedTerm: 'Patient currently pregnant' } }),
      );
      const message = miscoded(right, 'Patient currently pregnant', 'Not pregnant');
      await deliver(careless, message, 'visit-2');
      const view = await surgery.newest();
      const status = (view.entries as Entry[]).find(({ severity }) => severity === 'BLOCK');
      assert.ok(status, JSON.stringify(view.entries));
      assert.ok(status.findings.some(({ ruleId }) => ruleId === 'PG-01'));
      // Amended it would be another code (UPD-09); as it stands it is kept in words or refused.
      assert.deepEqual(
        status.choices.filter((choice) => choice !== 'amend'),
        ['text-only', 'refuse'],
      );
      await assert.rejects(
        surgery.inbox(`/inbox/items/${view.item}/decisions`, {
          version: view.version,
          decisions: [{ ref: status.ref, decision: 'accept', confirmed: true, actionTaken: 'task-made' }],
        }),
        /422 .*DECISION/,
      );
      await surgery.inbox(`/inbox/items/${view.item}/refuse`, {
        version: view.version,
        reason: 'contradictory',
      });
      assert.doesNotMatch(await recorded(), /77386006/);
    });

    test('messaging §5.5: a PDF that was sent is filed, and found and read through Access Document', async () => {
      const made = await composeSendDocument(messages.context(), {
        ...{ style: 'v2', patient, organisation, practitioners, title: 'Minor injury' },
        lastSaved: new Date(),
        primary: { contentType: 'application/pdf', bytes: pdf },
      });
      assert.ok(made.ok, JSON.stringify(made));
      await deliver(messages, made.message, 'visit-3');
      const known = async () =>
        (await surgery.documents()).filter((one) => one.resourceType === 'DocumentReference');
      assert.deepEqual(await known(), [], 'nothing before review');
      const view = await surgery.newest();
      const { version } = await surgery.inbox(`/inbox/items/${view.item}/decisions`, {
        version: view.version,
        decisions: (view.entries as Entry[]).map(({ ref }) => ({
          ...{ ref, decision: 'accept', confirmed: true },
        })),
      });
      await surgery.inbox(`/inbox/items/${view.item}/complete`, { version });
      const [document] = await known();
      assert.ok(document);
      assert.match(document.description, /Test Pharmacy \(FZZ01\)/);
      const { url } = document.content[0].attachment;
      assert.deepEqual(await surgery.binary(url.split('/').at(-1)), pdf);
    });
  });
}
