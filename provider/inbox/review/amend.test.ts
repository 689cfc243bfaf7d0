// Amending an entry: the original kept, the amended judged by the same rules, filed with who changed what. UPD-09
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql, testStores } from '@gp-connect/foundation/store';
import { recordOf } from '../../record/records-for-tests.ts';
import {
  doctor,
  fillTestPractice,
  type InboxUnderTest,
  lead,
  openTestInbox,
  people,
  practice,
  reviewer,
  startOfTest,
} from '../inbox-under-test.ts';
import {
  flucloxacillin,
  type MadeMessage,
  observation,
  pressure,
  social,
  updateRecord,
} from '../messages-for-tests.ts';
import type { Decision } from './decision-rules.ts';
import { InboxRefusal } from './refusals.ts';

const { ods } = practice;
const at = startOfTest;
type View = Awaited<ReturnType<InboxUnderTest['latest']>>;
type Made = Record<string, unknown> & { resourceType: string; id: string };
const refused = (code: string, requirement?: string) => (error: unknown) => {
  assert.ok(error instanceof InboxRefusal, String(error));
  assert.equal(error.code, code, error.message);
  if (requirement !== undefined) assert.equal(error.requirement, requirement, error.message);
  return true;
};
const kilograms = (value: number) => ({
  valueQuantity: { value, unit: 'kilogram', system: 'http://unitsofmeasure.org', code: 'kg' },
});

for (const { name, fresh } of testStores()) {
  describe(`amending on ${name}`, () => {
    let it: InboxUnderTest;
    before(async () => {
      it = await openTestInbox(await fresh());
      await fillTestPractice(it);
    });
    after(() => it.close());

    const arrive = async (message: MadeMessage): Promise<View> => {
      await it.deliver(message);
      return it.latest();
    };
    const entryOf = (view: View, kind: string) => view.entries.find((entry) => entry.kind === kind)!;
    const decisionsWith = (view: View, decision: Decision): Decision[] =>
      [...(view.message.choices.length > 0 ? [{ ref: 'message' }] : []), ...view.entries].map(({ ref }) =>
        ref === decision.ref
          ? decision
          : { ref, decision: 'accept', confirmed: true, actionTaken: 'task-made' as const },
      );
    const decide = (view: View, decision: Decision, user = doctor) =>
      it.inbox.decide(ods, view.item, view.version, decisionsWith(view, decision), user);
    const inRecord = async (person: { nhsNumber: string }, type: string): Promise<Made[]> =>
      [...(await recordOf(it.records, ods, person.nhsNumber)).resources.values()].filter(
        ({ resourceType }) => resourceType === type,
      ) as unknown as Made[];

    test('UPD-09: a wrong code is amended: the record has the right one and the author, the audit both', async () => {
      const view = await arrive(
        updateRecord({
          patient: people.finch,
          at,
          extras: [social('77386006', 'Not pregnant', 'Not pregnant')],
        }),
      );
      const { ref, choices, amendable } = entryOf(view, 'observation');
      assert.deepEqual(choices, ['amend', 'text-only', 'refuse']);
      assert.deepEqual(amendable, ['code', 'effective', 'text']);
      const amendment = { code: '60001007' };
      const checked = await it.inbox.checkAmendment(ods, view.item, { ref, amendment }, doctor);
      assert.deepEqual([checked.was, checked.severity], [{ code: '77386006' }, 'NONE']);
      const { version } = await decide(view, {
        ref,
        decision: 'amend',
        reason: 'The pharmacy confirmed by telephone: not pregnant',
        amendment,
      });
      const decided = await it.inbox.open(ods, view.item, doctor);
      const { decision } = entryOf(decided, 'observation');
      assert.equal(decision?.decision, 'amend');
      assert.deepEqual(decision?.amendment?.was, { code: '77386006' });
      const done = await it.inbox.complete(ods, view.item, { version }, doctor);
      assert.equal(done.status, 'filed-amended');

      const observations = await inRecord(people.finch, 'Observation');
      const filed = observations.find(({ code }) => JSON.stringify(code).includes('60001007'))!;
      assert.ok(!observations.some(({ code }) => JSON.stringify(code).includes('77386006')));
      assert.doesNotMatch(JSON.stringify(filed.code), /Pregnancy status|currently/);
      assert.match(
        String(filed.comment),
        /Recorded by another organisation: Example Pharmacy .*Amended by User d1, General Medical Practitioner, 2026-11-18: code 60001007 \(sent: 77386006\)/,
      );
      assert.match(JSON.stringify(filed.performer), /Practitioner/, 'the author stays');
      const [revision, ...more] = (await inRecord(people.finch, 'Provenance')).filter(
        ({ target, activity }) => {
          const targets = (target as { reference: string }[]).map(({ reference }) => reference);
          return activity !== undefined && targets.includes(`Observation/${filed.id}`);
        },
      );
      assert.deepEqual(more, []);
      assert.match(JSON.stringify(revision?.agent), /amended by.*User d1, General Medical Practitioner/);

      const kept = await it.inbox.open(ods, view.item, lead);
      assert.equal(entryOf(kept, 'observation').code, '77386006', 'the original stands as it came');
      const events = await sql<{ detail: string; actor: string }>`select detail, actor from inbox_event
        where practice = ${ods} and item_key = ${view.item} and step = 'decided'`.execute(it.store.db);
      const event = events.rows.find(({ detail }) => detail.includes('amend'))!;
      assert.match(event.actor, /User d1/);
      assert.match(event.detail, /"amended":"code","amendmentSha256":"[0-9a-f]{64}"/);
      assert.equal(await it.inbox.firstBrokenEvent(ods), undefined);
    });

    test('UPD-09: amended values are judged by the same rules: a BLOCK stays one, an ACTION asks its answer', async () => {
      const view = await arrive(updateRecord({ patient: people.swift, at, extras: [pressure(96, 164)] }));
      const { ref, severity, amendable } = entryOf(view, 'observation');
      assert.equal(severity, 'BLOCK');
      assert.deepEqual(amendable, ['code', 'systolic', 'diastolic', 'effective', 'text']);
      const swapped = { systolic: 164, diastolic: 96 };
      const amend = (amendment: object, more: object = {}): Decision => ({
        ref,
        decision: 'amend',
        reason: 'Figures swapped',
        amendment,
        ...more,
      });
      await assert.rejects(decide(view, amend({ systolic: 400 })), refused('DECISION', 'BP-04'));
      await assert.rejects(decide(view, amend(swapped)), refused('DECISION', 'BP-08'));
      const checked = await it.inbox.checkAmendment(ods, view.item, { ref, amendment: swapped }, doctor);
      assert.deepEqual(checked.was, { systolic: 96, diastolic: 164 });
      assert.ok(checked.findings.some(({ ruleId }) => ruleId === 'BP-08'));
      assert.match(checked.text, /164.*96/);
      const { version } = await decide(view, amend(swapped, { actionTaken: 'task-made', confirmed: true }));
      await it.inbox.complete(ods, view.item, { version }, doctor);
      const filed = (await inRecord(people.swift, 'Observation')).find(({ component }) => component);
      assert.match(JSON.stringify(filed?.component), /"value":164.*"value":96/);
    });

    test('UPD-09: what an amendment brings about in another entry counts as found on it', async () => {
      const view = await arrive(
        updateRecord({
          patient: people.lark,
          at,
          extras: [
            observation('27113001', 'Body weight', kilograms(80)),
            observation('50373000', 'Body height', {
              valueQuantity: {
                value: 180,
                unit: 'centimeter',
                system: 'http://unitsofmeasure.org',
                code: 'cm',
              },
            }),
            observation('60621009', 'Body mass index', {
              valueQuantity: {
                value: 24.7,
                unit: 'kg/m2',
                system: 'http://unitsofmeasure.org',
                code: 'kg/m2',
              },
            }),
          ],
        }),
      );
      const weight = view.entries.find(({ code }) => code === '27113001')!;
      const amendment = { value: 95 };
      const checked = await it.inbox.checkAmendment(ods, view.item, { ref: weight.ref, amendment }, doctor);
      assert.ok(
        checked.findings.some(({ ruleId }) => ruleId === 'MS-03'),
        JSON.stringify(checked.findings),
      );
      const wrong: Decision = { ref: weight.ref, decision: 'amend', reason: 'x', amendment };
      await assert.rejects(decide(view, wrong), refused('DECISION', 'MS-03'));
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'other' }, doctor);
    });

    test('UPD-09: a clinician, a reason and a change this kind of entry can take', async () => {
      const view = await arrive(
        updateRecord({ patient: people.finch, at, extras: [flucloxacillin(), pressure(118, 76)] }),
      );
      const medicine = entryOf(view, 'medicine');
      const text = entryOf(view, 'text');
      assert.deepEqual(medicine.amendable, ['code', 'quantity', 'daysSupply', 'dosage', 'effective']);
      assert.deepEqual(text.amendable, []);
      const amend = (ref: string, amendment: Decision['amendment'], reason = 'Misread'): Decision => ({
        ref,
        decision: 'amend',
        reason,
        amendment,
        confirmed: true,
      });
      const days = { daysSupply: 7, quantity: 28 };
      await assert.rejects(decide(view, amend(medicine.ref, days), reviewer), refused('DECISION', 'UPD-09'));
      await assert.rejects(decide(view, amend(medicine.ref, days, ' ')), refused('DECISION', 'UPD-09'));
      await assert.rejects(decide(view, amend(medicine.ref, undefined)), refused('DECISION', 'UPD-09'));
      await assert.rejects(
        decide(view, amend(medicine.ref, { systolic: 1 })),
        refused('AMENDMENT', 'UPD-09'),
      );
      await assert.rejects(decide(view, amend(medicine.ref, { effective: 'soon' })), refused('AMENDMENT'));
      await assert.rejects(decide(view, amend(text.ref, { text: 'other words' })), refused('AMENDMENT'));
      const nowhere = [amend('urn:uuid:none', days)];
      await assert.rejects(
        it.inbox.decide(ods, view.item, view.version, nowhere, doctor),
        refused('DECISION'),
      );
      await assert.rejects(
        it.inbox.checkAmendment(ods, view.item, { ref: medicine.ref, amendment: days }, reviewer),
        refused('NOT_ALLOWED', 'SG-03'),
      );
      const week = { ...days, dosage: 'One capsule four times a day for 7 days' };
      const { version } = await decide(view, { ...amend(medicine.ref, week), actionTaken: 'task-made' });
      await it.inbox.complete(ods, view.item, { version }, doctor);
      const requests = await inRecord(people.finch, 'MedicationRequest');
      assert.match(JSON.stringify(requests), /"value":28/);
      assert.match(JSON.stringify(requests), /four times a day for 7 days/);
      assert.match(JSON.stringify(requests), /Amended by User d1/);
    });

    test('SG-18: a stopped code cannot be brought in by an amendment', async () => {
      const view = await arrive(
        updateRecord({ patient: people.finch, at, extras: [social('60001007', 'Not pregnant')] }),
      );
      const { ref } = entryOf(view, 'observation');
      await it.inbound.stop(ods, { kind: 'code', value: '77386006' }, true, {
        actor: 't',
        reason: 'miscoded',
      });
      const wrong: Decision = {
        ref,
        decision: 'amend',
        reason: 'x',
        amendment: { code: '77386006' },
        confirmed: true,
        actionTaken: 'task-made',
      };
      await assert.rejects(decide(view, wrong), refused('DECISION', 'SG-18'));
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'other' }, doctor);
    });

    test('figures that nobody amended are filed as they were written', async () => {
      const made = updateRecord({
        patient: people.renamed,
        at,
        extras: [observation('27113001', 'Body weight', kilograms(61.25))],
      });
      const view = await arrive({ ...made, xml: made.xml.replace('61.25', '61.50') });
      const { ref } = entryOf(view, 'observation');
      const { version } = await decide(view, { ref, decision: 'accept', confirmed: true });
      const { filed } = await it.inbox.complete(ods, view.item, { version }, doctor);
      const { id } = filed.find(({ code }) => code === '27113001')!;
      const stored = await it.records.resource(ods, 'Observation', id);
      assert.match(String(stored?.json), /"value":61\.50\b/);
    });
  });
}
