// Review and filing, SG-01 to SG-24, on both databases. spec: messaging §10
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { nationalRulePack, type RulePack } from '@gp-connect/foundation/plausibility';
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
  reader,
  reviewer,
  startOfTest,
} from '../inbox-under-test.ts';
import type { StaffUser } from '../index.ts';
import {
  complaint,
  flucloxacillin,
  heading,
  type MadeMessage,
  pdfBytes,
  pharmacy,
  pressure,
  sendDocument,
  services,
  social,
  updateRecord,
  vaccination,
} from '../messages-for-tests.ts';
import { changeSettings } from '../settings.ts';
import type { Decision } from './decision-rules.ts';
import { InboxRefusal } from './refusals.ts';

const { ods } = practice;
const at = startOfTest;
const by = { actor: 'test', reason: 'systematic miscoding' };
const refusal = (code: string, requirement?: string) => (error: unknown) => {
  assert.ok(error instanceof InboxRefusal, String(error));
  assert.equal(error.code, code, error.message);
  if (requirement !== undefined) assert.equal(error.requirement, requirement);
  return true;
};
type View = Awaited<ReturnType<InboxUnderTest['latest']>>;
const entryOf = (view: View, kind: string) => {
  const found = view.entries.find((entry) => entry.kind === kind);
  assert.ok(found, `an entry of kind ${kind}`);
  return found;
};
/** Decisions that take everything as far as it allows. */
const everything = (view: View, changes: Record<string, Partial<Decision>> = {}): Decision[] => [
  ...(view.message.choices.length > 0
    ? [{ ref: 'message', decision: 'accept' as const, confirmed: true, actionTaken: 'task-made' as const }]
    : []),
  ...view.entries.map(({ ref, kind }) => ({
    ref,
    decision: 'accept' as const,
    confirmed: true,
    actionTaken: 'task-made' as const,
    ...changes[kind],
  })),
];

for (const { name, fresh } of testStores()) {
  describe(`review on ${name}`, () => {
    let it: InboxUnderTest;
    const readers: { since: Date }[] = [];
    before(async () => {
      it = await openTestInbox(await fresh(), {
        readersSince: async (_practice, _nhsNumber, since) => {
          readers.push({ since });
          return [{ at: at.toISOString(), organisation: 'X99998', product: 'structured', user: 'u-77' }];
        },
      });
      await fillTestPractice(it);
    });
    after(() => it.close());

    const arrive = async (message: MadeMessage, meta: object = {}) => {
      await it.deliver(message, meta);
      return it.latest();
    };
    const file = async (
      view: View,
      decisions: readonly Decision[],
      user: StaffUser = doctor,
      completion: object = {},
    ) => {
      const { version } = await it.inbox.decide(ods, view.item, view.version, decisions, user);
      return it.inbox.complete(ods, view.item, { version, ...completion }, user);
    };
    const record = (person: { nhsNumber: string }) => recordOf(it.records, ods, person.nhsNumber);
    const ofType = async (person: { nhsNumber: string }, type: string) =>
      [...(await record(person)).resources.values()].filter(({ resourceType }) => resourceType === type);

    test('SG-01, UPD-08: nothing of a message is in the record before a person accepts it', async () => {
      const before = await record(people.lark);
      const view = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(128, 76)] }));
      const after = await record(people.lark);
      assert.deepEqual([...after.resources.keys()], [...before.resources.keys()]);
      const { filed } = await file(view, everything(view));
      const now = await record(people.lark);
      assert.ok(filed.every(({ type, id }) => now.resources.has(`${type}/${id}`)));
      assert.ok(now.resources.size > before.resources.size);
    });

    test('while a message waits, the record says that something does and since when, and no longer once it is reviewed', async () => {
      const awaiting = async () => (await record(people.renamed)).patient.awaitingFiling;
      assert.equal(await awaiting(), null);
      const view = await arrive(updateRecord({ patient: people.renamed, at, extras: [pressure(118, 76)] }));
      assert.deepEqual(await awaiting(), { since: '2026-11-18', areas: ['consultations', 'uncategorised'] });
      await file(view, everything(view));
      assert.equal(await awaiting(), null);
      const other = await arrive(updateRecord({ patient: people.renamed, at }));
      assert.deepEqual(await awaiting(), { since: '2026-11-18', areas: ['consultations'] });
      await it.inbox.refuse(ods, other.item, other.version, { reason: 'duplicate' }, doctor);
      assert.equal(await awaiting(), null);
    });

    test('SG-02: no entry is selected; accept all is there only if nothing is above INFO', async () => {
      const calm = await arrive(updateRecord({ patient: people.finch, at, extras: [pressure(118, 76)] }));
      assert.ok(calm.entries.every(({ selected }) => selected === false));
      assert.ok(calm.entries.every(({ decision }) => decision === null));
      await assert.rejects(
        it.inbox.complete(ods, calm.item, { version: calm.version }, doctor),
        refusal('NOT_DECIDED', 'SG-02'),
      );
      assert.equal(
        calm.acceptAll,
        true,
        JSON.stringify(calm.message.findings.concat(calm.entries.flatMap(({ findings }) => findings))),
      );
      const { version } = await it.inbox.acceptAll(ods, calm.item, calm.version, reviewer);
      assert.equal((await it.inbox.complete(ods, calm.item, { version }, reviewer)).status, 'filed');
      const high = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(164, 96)] }));
      assert.equal(high.acceptAll, false);
      await assert.rejects(
        it.inbox.acceptAll(ods, high.item, high.version, doctor),
        refusal('DECISION', 'SG-02'),
      );
      await it.inbox.refuse(ods, high.item, high.version, { reason: 'duplicate' }, doctor);
    });

    test('example B, SG-03, UPD-10: 164/96 is ACTION: a clinician files it with what was done, nobody else does', async () => {
      const view = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(164, 96)] }));
      const reading = entryOf(view, 'observation');
      const found = reading.findings.find(({ ruleId }) => ruleId === 'BP-08');
      assert.equal(found?.severity, 'ACTION');
      assert.equal(view.severity, 'ACTION');
      const one = (more: Partial<Decision>, user: StaffUser) =>
        it.inbox.decide(
          ods,
          view.item,
          view.version,
          [{ ref: reading.ref, decision: 'accept', confirmed: true, ...more }],
          user,
        );
      await assert.rejects(one({ actionTaken: 'task-made' }, reviewer), refusal('DECISION', 'SG-03'));
      await assert.rejects(one({}, doctor), refusal('DECISION', 'BP-08'));
      await assert.rejects(one({ actionTaken: 'no-action' }, doctor), refusal('DECISION', 'BP-08'));
      await assert.rejects(one({ actionTaken: 'task-made' }, reader), refusal('NOT_ALLOWED', 'SG-03'));
      const { status } = await file(view, everything(view));
      assert.equal(status, 'filed');
      const kept = await sql<{ action_taken: string; user_role: string }>`select action_taken, user_role
        from inbox_decision where item_key = ${view.item} and ref = ${reading.ref}`.execute(it.store.db);
      assert.deepEqual(kept.rows.at(-1), { action_taken: 'task-made', user_role: doctor.role });
    });

    test('example C: "Not pregnant" under 77386006 is blocked: refused or filed as text, never overridden', async () => {
      const view = await arrive(
        updateRecord({
          patient: people.finch,
          at,
          service: services.minorIllness,
          extras: [social('77386006', 'Not pregnant')],
        }),
      );
      const status = entryOf(view, 'observation');
      const rules = status.findings
        .filter(({ severity }) => severity === 'BLOCK')
        .map(({ ruleId }) => ruleId);
      assert.ok(rules.includes('PG-01') && rules.includes('T-06'), rules.join(' '));
      assert.deepEqual(status.choices, ['amend', 'text-only', 'refuse']);
      const decide = (decision: Partial<Decision>) =>
        it.inbox.decide(
          ods,
          view.item,
          view.version,
          [{ ref: status.ref, decision: 'accept', confirmed: true, actionTaken: 'task-made', ...decision }],
          doctor,
        );
      await assert.rejects(decide({}), refusal('DECISION'));
      await assert.rejects(decide({ decision: 'override', reason: 'I know better' }), refusal('DECISION'));
      const before = (await record(people.finch)).resources.size;
      const { status: outcome } = await file(
        view,
        everything(view, {
          observation: { decision: 'refuse', reason: 'contradictory' },
          text: { decision: 'refuse', reason: 'contradictory' },
        }),
      );
      assert.equal(outcome, 'rejected');
      assert.equal((await record(people.finch)).resources.size, before, 'nothing was filed');
    });

    test('a diastolic code with a wrong check digit is blocked by T-01 and cannot be overridden', async () => {
      const view = await arrive(
        updateRecord({ patient: people.lark, at, extras: [pressure(128, 76, '1091811000000100')] }),
      );
      const reading = entryOf(view, 'observation');
      const found = reading.findings.find(({ ruleId }) => ruleId === 'T-01');
      assert.deepEqual([found?.severity, found?.overridable], ['BLOCK', false]);
      assert.deepEqual(reading.choices, ['amend', 'text-only', 'refuse']);
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'wrong-code' }, doctor);
    });

    test('example D, PG-12: filing "not pregnant" closes no problem and removes no recall', async () => {
      await it.records.replacePatient(ods, [
        ...(await record(people.finch)).resources.values(),
        {
          resourceType: 'Condition',
          id: 'asthma',
          clinicalStatus: 'active',
          code: { coding: [{ system: 'http://snomed.info/sct', code: '195967001', display: 'Asthma' }] },
          subject: { reference: 'Patient/pt-finch' },
          assertedDate: '2020-01-01',
        } as { resourceType: string },
        {
          resourceType: 'ProcedureRequest',
          id: 'recall',
          status: 'active',
          intent: 'plan',
          code: { text: 'Smear due' },
          subject: { reference: 'Patient/pt-finch' },
          authoredOn: '2020-01-01',
        } as { resourceType: string },
      ]);
      const view = await arrive(
        updateRecord({
          patient: people.finch,
          at,
          service: services.minorIllness,
          extras: [social('60001007', 'Not pregnant')],
        }),
      );
      await file(view, everything(view));
      const [problem] = await ofType(people.finch, 'Condition');
      const [recall] = await ofType(people.finch, 'ProcedureRequest');
      assert.equal(problem?.clinicalStatus, 'active');
      assert.equal(recall?.status, 'active');
    });

    test('PG-13: filing "pregnant" opens no problem, no antenatal recall, and excludes from none', async () => {
      const before = (await ofType(people.finch, 'Condition')).length;
      const recalls = (await ofType(people.finch, 'ProcedureRequest')).length;
      const view = await arrive(
        updateRecord({
          patient: people.finch,
          at,
          service: services.minorIllness,
          extras: [social('77386006', 'Pregnant')],
        }),
      );
      // UPD-10: every outcome is the clinician’s word, also that a recall was set: the product sets none.
      await file(view, everything(view, { observation: { actionTaken: 'recall-set' } }));
      assert.equal((await ofType(people.finch, 'Condition')).length, before);
      assert.equal((await ofType(people.finch, 'ProcedureRequest')).length, recalls);
      const filed = (await ofType(people.finch, 'Observation')).find((one) =>
        JSON.stringify(one.code).includes('77386006'),
      );
      assert.equal(filed?.status, 'final');
      assert.ok(typeof filed.effectiveDateTime === 'string');
    });

    test('SG-05, SG-06, SG-19, UPD-11: authorship, own term, source and provenance are kept on what is filed', async () => {
      const message = updateRecord({ patient: people.lark, at, extras: [pressure(122, 74)] });
      const view = await arrive(message);
      const reading = entryOf(view, 'observation');
      assert.equal(reading.sentTerm, 'Sitting blood pressure reading');
      assert.ok(reading.term !== null && reading.term !== '', 'the term of the release');
      assert.equal(view.source, 'recorded by another organisation');
      const { filed } = await file(view, everything(view));
      const one = filed.find(({ ref }) => ref === reading.ref)!;
      const { resources } = await record(people.lark);
      const observation = resources.get(`Observation/${one.id}`)!;
      const words = String(observation.comment);
      assert.match(words, /Recorded by another organisation: Example Pharmacy \(FZZ01\), Ada Quill/);
      assert.match(words, /Accepted by User d1, General Medical Practitioner/);
      const performers = (observation.performer as { reference: string }[]).map(({ reference }) => reference);
      assert.ok(performers.some((reference) => reference.startsWith('Practitioner/inbox-')));
      assert.ok(performers.some((reference) => reference.startsWith('Organization/inbox-')));
      const coding = (observation.code as { coding: { display: string }[] }).coding[0];
      assert.equal(coding?.display, reading.term);
      const provenance = [...resources.values()].filter(({ resourceType }) => resourceType === 'Provenance');
      const own = provenance.find((resource) => JSON.stringify(resource.target).includes(one.id));
      assert.match(JSON.stringify(own?.entity), new RegExp(message.documentId));
      assert.match(JSON.stringify(own?.agent), /User d1/);
    });

    test('SG-07: one consultation with a summary line of at most 300 characters; no problem is made', async () => {
      const problems = (await ofType(people.lark, 'Condition')).length;
      const encounters = (await ofType(people.lark, 'Encounter')).length;
      const view = await arrive(
        updateRecord({
          patient: people.lark,
          at,
          service: services.minorIllness,
          summary: `Sore throat. ${'Long story. '.repeat(60)}`,
          extras: [heading('history', 'Three days'), complaint('162397003', 'Pain in throat')],
        }),
      );
      const { filed } = await file(view, everything(view));
      assert.equal((await ofType(people.lark, 'Condition')).length, problems);
      assert.equal((await ofType(people.lark, 'Encounter')).length, encounters + 1);
      const notes = filed.filter(({ as }) => as === 'text');
      assert.equal(new Set(notes.map(({ id }) => id)).size, 1, 'one note');
      const note = (await record(people.lark)).resources.get(`Observation/${notes[0]!.id}`)!;
      const [summary, ...rest] = String(note.comment).split('\n');
      assert.ok(summary!.length <= 300);
      assert.match(rest.join('\n'), /History: Three days/);
      assert.match(rest.join('\n'), /Long story\. Long story\./, 'nothing is lost');
    });

    test('SG-08, MD-15: a filed supply is no repeat and is not counted as practice prescribing', async () => {
      const view = await arrive(
        updateRecord({
          patient: people.lark,
          at,
          service: services.minorIllness,
          extras: [flucloxacillin()],
        }),
      );
      await file(view, everything(view));
      const [statement] = await ofType(people.lark, 'MedicationStatement');
      assert.match(JSON.stringify(statement?.extension), /prescribed-by-another-organisation/);
      assert.equal(statement?.status, 'completed');
      assert.deepEqual(statement?.effectivePeriod, { start: '2026-11-18', end: '2026-11-23' });
      const requests = await ofType(people.lark, 'MedicationRequest');
      assert.deepEqual(
        requests.map(({ intent, status }) => [intent, status]),
        [['plan', 'completed']],
        'a plan and no issue',
      );
      assert.match(JSON.stringify(requests[0]?.extension), /"acute"/);
    });

    test('MD-07: a stopped supply is filed as text, never as a medicine', async () => {
      const before = (await ofType(people.finch, 'MedicationStatement')).length;
      const view = await arrive(
        updateRecord({
          patient: people.finch,
          at,
          service: services.minorIllness,
          extras: [flucloxacillin('stopped')],
        }),
      );
      const stopped = entryOf(view, 'not-supplied');
      assert.ok(!stopped.choices.includes('override'));
      const { filed } = await file(view, everything(view));
      assert.equal((await ofType(people.finch, 'MedicationStatement')).length, before);
      const note = (await record(people.finch)).resources.get(
        `Observation/${filed.find(({ ref }) => ref === stopped.ref)!.id}`,
      );
      assert.match(String(note?.comment), /Flucloxacillin .* not supplied/);
    });

    test('example E, MD-01: flucloxacillin with a penicillin allergy on record is urgent ACTION at the top of the list', async () => {
      const view = await arrive(
        updateRecord({
          patient: people.swift,
          at,
          service: services.minorIllness,
          extras: [flucloxacillin()],
        }),
      );
      const finding = entryOf(view, 'medicine').findings.find(({ ruleId }) => ruleId === 'MD-01');
      assert.deepEqual([finding?.severity, finding?.urgent], ['ACTION', true]);
      assert.equal(view.urgent, true);
      const list = await it.inbox.list(ods, doctor);
      assert.equal(list[0]?.item, view.item);
      assert.equal(list[0]?.priority, 1);
      assert.equal(list[0]?.dueAt.slice(0, 10), '2026-11-19', 'due at the end of the same day');
      assert.ok(
        view.record.allergies.some(({ display }) => display === 'Allergy to penicillin'),
        'SG-23',
      );
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'other' }, doctor);
    });

    test('SG-09, SG-23: what the record has already is said and not ticked; last values stand beside', async () => {
      const make = () => updateRecord({ patient: people.lark, at, extras: [pressure(121, 71)] });
      const first = await arrive(make());
      assert.ok(first.record.sameKind.some(({ effective }) => effective === '2026-01-10'));
      await file(first, everything(first));
      const again = entryOf(await arrive(make()), 'observation');
      assert.equal(again.alreadyInRecord, true, JSON.stringify(again.findings));
      assert.equal(again.selected, false);
    });

    test('SG-11: waiting items are judged again under a new rule set; filed ones are only looked at', async () => {
      const waiting = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(132, 82)] }));
      const filedItem = await arrive(
        updateRecord({ patient: people.finch, at, extras: [pressure(132, 82)] }),
      );
      await file(filedItem, everything(filedItem));
      const filedBefore = (await record(people.finch)).resources;
      const base = nationalRulePack();
      const stricter: RulePack = {
        ...base,
        version: `${base.version}-next`,
        rules: base.rules.map((rule) =>
          rule.id === 'BP-08'
            ? {
                ...rule,
                parameters: Object.fromEntries(
                  Object.keys(rule.parameters).map((key) => [key, lowered(rule.parameters[key])]),
                ),
              }
            : rule,
        ),
      };
      it.rules.usePack(stricter);
      try {
        assert.ok((await it.inbox.reEvaluate(ods)) >= 1);
        assert.equal(await it.inbox.reEvaluate(ods), 0, 'once');
        const judged = await it.inbox.open(ods, waiting.item, doctor);
        assert.equal(judged.ruleSetVersion, stricter.version);
        assert.ok(entryOf(judged, 'observation').findings.some(({ ruleId }) => ruleId === 'BP-08'));
        const would = await it.inbox.lookBackByRules(ods, new Date(at.getTime() - 86_400_000), lead);
        assert.ok(would.some(({ item, ruleId }) => item === filedItem.item && ruleId === 'BP-08'));
        assert.deepEqual([...(await record(people.finch)).resources.keys()], [...filedBefore.keys()]);
      } finally {
        it.rules.usePack(base);
        await it.inbox.reEvaluate(ods);
      }
    });

    test('SG-12: look-back by code, sender, period and message; tasks and entered-in-error in bulk', async () => {
      const message = updateRecord({
        patient: people.lark,
        at,
        extras: [pressure(119, 70)],
        sender: { ods: 'FZZ77', name: 'Other Pharmacy' },
      });
      const view = await arrive(message);
      await file(view, everything(view));
      const byMessage = await it.inbox.lookBack(ods, { messageId: message.messageId }, lead);
      const bySender = await it.inbox.lookBack(ods, { sender: 'FZZ77' }, lead);
      assert.ok(byMessage.length > 0);
      assert.deepEqual(
        bySender.map(({ filed }) => filed),
        byMessage.map(({ filed }) => filed),
      );
      const byCode = await it.inbox.lookBack(ods, { code: '163035008', sender: 'FZZ77' }, lead);
      assert.equal(byCode.length, 1);
      assert.deepEqual(
        await it.inbox.lookBack(ods, { code: '163035008', sender: 'FZZ77', to: '2026-01-01' }, lead),
        [],
      );
      await assert.rejects(it.inbox.lookBack(ods, {}, reader), refusal('NOT_ALLOWED'));
      const keys = byCode.map(({ filed }) => filed);
      assert.equal(await it.inbox.makeTasks(ods, keys, 'please check', lead), 1);
      const mark = (confirmed: number, user: StaffUser) =>
        it.inbox.markEnteredInError(ods, keys, { confirmed, reason: 'wrong patient' }, user);
      await assert.rejects(mark(1, lead), refusal('NOT_ALLOWED'));
      await assert.rejects(mark(2, doctor), refusal('INPUT', 'SG-12'));
      assert.equal(await mark(1, doctor), 1);
      const resource = (await record(people.lark)).resources.get(byCode[0]!.resource);
      assert.equal(resource?.status, 'entered-in-error');
    });

    test('SG-13: a replacement marks what was filed for review, takes nothing away, and shows both', async () => {
      const first = updateRecord({ patient: people.lark, at, extras: [pressure(117, 69)] });
      const view = await arrive(first);
      const { filed } = await file(view, everything(view));
      const second = await arrive(
        updateRecord({
          patient: people.lark,
          at,
          extras: [pressure(116, 69)],
          replaces: { documentId: first.documentId, version: 2 },
        }),
      );
      assert.equal(second.replacedVersion?.item, view.item);
      assert.ok(second.replacedVersion?.filed.every(({ state }) => state === 'for-review'));
      const { resources } = await record(people.lark);
      assert.ok(filed.every(({ type, id }) => resources.has(`${type}/${id}`)));
      await it.inbox.refuse(ods, second.item, second.version, { reason: 'duplicate' }, doctor);
    });

    test('SG-14, UPD-14: a refusal needs a listed reason, and the sender is told with its message id', async () => {
      const message = updateRecord({ patient: people.lark, at });
      const view = await arrive(message);
      await assert.rejects(
        it.inbox.refuse(ods, view.item, view.version, { reason: 'because' as never }, doctor),
        refusal('DECISION', 'SG-14'),
      );
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'wrong-patient' }, reviewer);
      const [notice] = await it.inbox.notices(ods, reviewer);
      assert.equal(notice?.messageId, message.messageId);
      assert.deepEqual(
        [notice?.sender, notice?.status, notice?.reason],
        [pharmacy.ods, 'rejected', 'wrong-patient'],
      );
      assert.match(notice!.words, /Example Pharmacy \(FZZ01\)/);
      assert.doesNotMatch(notice!.words, /Lark|Wren/, 'no name of the patient');
    });

    test('SG-15: what is not reviewed in its working days goes to the lead list, once', async () => {
      const view = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(115, 70)] }));
      const due = (await it.inbox.list(ods, doctor)).find(({ item }) => item === view.item)!;
      assert.equal(due.dueAt, '2026-11-21T00:00:00.000Z', 'two working days after a Wednesday');
      assert.equal(due.overdue, false);
      it.clock.now = new Date('2026-11-23T08:00:00Z');
      await it.inbox.tick([]);
      const escalated = await it.inbox.tasks(ods, lead, { escalated: true });
      assert.ok(escalated.some(({ item }) => item === view.item));
      await assert.rejects(it.inbox.tasks(ods, reader, { escalated: true }), refusal('NOT_ALLOWED'));
      const before = escalated.length;
      await it.inbox.tick([]);
      assert.equal((await it.inbox.tasks(ods, lead, { escalated: true })).length, before);
      it.clock.now = at;
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'other' }, doctor);
    });

    test('SG-16, UPD-13, UPD-15: requested actions make the message ACTION with the text on top, and no task by themselves', async () => {
      const before = (await it.inbox.tasks(ods, doctor)).length;
      const view = await arrive(
        updateRecord({
          patient: people.lark,
          at,
          extras: [heading('plan-and-requested-actions', 'GP to review in 3 days')],
        }),
      );
      assert.deepEqual(view.actionsRequested, ['GP to review in 3 days']);
      assert.equal(view.severity, 'ACTION');
      await file(view, everything(view));
      const after = await it.inbox.tasks(ods, doctor);
      assert.equal(after.length, before);
    });

    test('SG-17: counts by sender and service, rule hits by code, and an alarm above the threshold', async () => {
      const sender = { ods: 'FZZ88', name: 'Careless Pharmacy' };
      const view = await arrive(
        updateRecord({
          patient: people.finch,
          at,
          sender,
          service: services.minorIllness,
          extras: [social('77386006', 'Not pregnant')],
        }),
      );
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'wrong-code' }, doctor);
      const { senders, rules, alarms } = await it.inbox.counters(ods, new Date(at.getTime() - 1), doctor);
      assert.deepEqual(
        senders.filter((one) => one.sender === 'FZZ88'),
        [{ sender: 'FZZ88', service: 'minor-illness', received: 1, accepted: 0, refused: 1, overdue: 0 }],
      );
      assert.ok(
        rules.some(
          ({ rule, sender: of, code, hits }) =>
            rule === 'PG-01' && of === 'FZZ88' && code === '77386006' && hits === 1,
        ),
      );
      assert.deepEqual(
        alarms.find((one) => one.sender === 'FZZ88'),
        { sender: 'FZZ88', items: 1, contradicting: 1, share: 1 },
      );
    });

    test('SG-18: a stopped code or sender is not filed as coded; its messages still come in', async () => {
      const view = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(114, 70)] }));
      const ready = await it.inbox.decide(ods, view.item, view.version, everything(view), doctor);
      await it.inbound.stop(ods, { kind: 'code', value: '163035008' }, true, by);
      await assert.rejects(
        it.inbox.complete(ods, view.item, { version: ready.version }, doctor),
        refusal('DECISION', 'SG-18'),
        'even what was decided before',
      );
      const next = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(113, 70)] }));
      assert.deepEqual(entryOf(next, 'observation').choices, ['amend', 'text-only', 'refuse']);
      const { filed } = await file(next, everything(next, { observation: { decision: 'text-only' } }));
      assert.ok(filed.every(({ as }) => as === 'text'));
      await it.inbound.stop(ods, { kind: 'code', value: '163035008' }, false, by);
      await it.inbox.complete(ods, view.item, { version: ready.version }, doctor);
    });

    test('BP-10: a pressure above the target in the patient’s own record asks for action, one within it does not', async () => {
      const view = await arrive(updateRecord({ patient: people.targeted, at, extras: [pressure(132, 74)] }));
      const found = entryOf(view, 'observation').findings.find(({ ruleId }) => ruleId === 'BP-10');
      assert.equal(found?.severity, 'ACTION');
      assert.equal(found?.parameters.target, '125/75');
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'duplicate' }, doctor);
      const within = await arrive(
        updateRecord({ patient: people.targeted, at, extras: [pressure(124, 74)] }),
      );
      const rules = entryOf(within, 'observation').findings.map(({ ruleId }) => ruleId);
      assert.ok(!rules.includes('BP-10'));
      await it.inbox.refuse(ods, within.item, within.version, { reason: 'duplicate' }, doctor);
    });

    test('SG-21: for a patient who died, filing needs the tick, and nobody reaches out', async () => {
      const view = await arrive(updateRecord({ patient: people.diedRecently, at }));
      assert.equal(view.standing, 'died');
      assert.ok(
        view.message.findings.some(({ ruleId, severity }) => ruleId === 'SG-21' && severity === 'WARN'),
      );
      const decide = (more: Partial<Decision>) =>
        it.inbox.decide(
          ods,
          view.item,
          view.version,
          [{ ref: 'message', decision: 'accept', ...more }],
          doctor,
        );
      await assert.rejects(decide({ actionTaken: 'task-made' }), refusal('DECISION'));
      for (const actionTaken of ['patient-contacted', 'recall-set'] as const) {
        await assert.rejects(
          decide({
            decision: 'override',
            reason: 'seen before the death',
            confirmed: true,
            actionTaken,
          }),
          refusal('DECISION', 'SG-21'),
        );
      }
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'other' }, doctor);
    });

    test('SG-22: contraception and under 16 are seen by role, and hidden from the patient until decided', async () => {
      for (const [patient, service] of [
        [people.finch, services.contraception],
        [people.child, services.minorIllness],
      ] as const) {
        const view = await arrive(updateRecord({ patient, at, service }));
        assert.equal(view.sensitive, true);
        assert.ok((await it.inbox.list(ods, reviewer)).every(({ item }) => item !== view.item));
        await assert.rejects(it.inbox.open(ods, view.item, reviewer), refusal('NOT_FOUND'));
        const { filed } = await file(view, everything(view));
        const resource = (await record(patient)).resources.get(`${filed[0]!.type}/${filed[0]!.id}`);
        assert.match(JSON.stringify(resource?.meta), /NOPAT/);
      }
      const decided = await arrive(
        updateRecord({ patient: people.child, at, service: services.minorIllness }),
      );
      const { filed } = await file(decided, everything(decided), doctor, { visibleOnline: true });
      const shown = (await record(people.child)).resources.get(`${filed[0]!.type}/${filed[0]!.id}`);
      assert.doesNotMatch(JSON.stringify(shown?.meta), /NOPAT/);
    });

    test('SG-22: what is said of sexual health makes its message sensitive, whatever the service', async () => {
      const summary = 'Asked about a chlamydia test, told where to go';
      await it.deliver(updateRecord({ patient: people.finch, at, summary, service: services.minorIllness }));
      const view = await it.latest();
      assert.equal(view.sensitive, true);
      assert.ok(!(await it.inbox.list(ods, reader)).some(({ item }) => item === view.item));
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'duplicate' }, doctor);
    });

    test('SG-24, A3: every step is kept in a chain, without clinical text; a patient can read who sent and who accepted', async () => {
      const events = await sql<{ step: string; detail: string }>`select step, detail from inbox_event
        where practice = ${ods}`.execute(it.store.db);
      const steps = new Set(events.rows.map(({ step }) => step));
      for (const step of [
        'received',
        'validated',
        'matched',
        'tasked',
        'answered',
        'opened',
        'decided',
        'filed',
        'rejected',
      ]) {
        assert.ok(steps.has(step), step);
      }
      for (const { detail } of events.rows) {
        assert.doesNotMatch(detail, /Lark|blood pressure|pregnant|\b999\d{7}\b/i);
      }
      assert.equal(await it.inbox.firstBrokenEvent(ods), undefined);
      const [line] = (await it.inbox.patientExtract(ods, people.lark.nhsNumber)).filter(
        ({ entriesFiled }) => entriesFiled > 0,
      );
      assert.match(line!.from, /FZZ01/);
      assert.equal(line!.decidedBy, doctor.name);
      await sql`update inbox_event set actor = 'somebody else' where event_key = 5`.execute(it.store.db);
      assert.equal(await it.inbox.firstBrokenEvent(ods), 5, 'a rewritten event is found');
      await sql`update inbox_event set actor = 'system' where event_key = 5`.execute(it.store.db);
    });

    test('two reviewers: the second one is told that the item has changed, and nothing is filed twice', async () => {
      const view = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(112, 70)] }));
      await it.inbox.decide(ods, view.item, view.version, everything(view), doctor);
      await assert.rejects(
        it.inbox.decide(ods, view.item, view.version, everything(view), reviewer),
        refusal('CHANGED'),
      );
      const { version } = await it.inbox.open(ods, view.item, doctor);
      const both = await Promise.allSettled([
        it.inbox.complete(ods, view.item, { version }, doctor),
        it.inbox.complete(ods, view.item, { version }, doctor),
      ]);
      assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      const filed = await sql<{ n: number }>`select count(*)::int as n from inbox_filed
        where item_key = ${view.item} and type = 'Observation'`.execute(it.store.db);
      assert.equal(filed.rows[0]?.n, view.entries.length);
    });

    test('DCC-05, DCC-06: a quarantined entry leaves every output at once, with who read it since', async () => {
      const view = await arrive(updateRecord({ patient: people.lark, at, extras: [pressure(111, 70)] }));
      const { filed } = await file(view, everything(view));
      const wrong = filed.find(({ as }) => as === 'coded')!;
      const key = (await it.inbox.lookBack(ods, { code: '163035008' }, lead)).find(
        ({ resource }) => resource === `Observation/${wrong.id}`,
      )!;
      const answer = await it.inbox.quarantine(ods, key.filed, 'another person', reviewer);
      assert.equal(answer.withheld, 1);
      assert.deepEqual(
        answer.readers.map(({ organisation }) => organisation),
        ['X99998'],
      );
      assert.equal((await record(people.lark)).index.get(`Observation/${wrong.id}`)?.confidential, true);
      await it.inbox.release(ods, key.filed, 'it was right', doctor);
      assert.equal((await record(people.lark)).index.get(`Observation/${wrong.id}`)?.confidential, false);
    });

    test('a vaccination of the Digital Medicines flow is filed as an Immunization (§7.2)', async () => {
      const answers = await it.deliver(vaccination({ patient: people.lark, at }), {
        workflowId: 'DIGIMED_FLU_VAC',
      });
      assert.deepEqual(it.codes(answers), ['20013', '30001']);
      assert.equal(answers[0]?.workflowId, 'DIGIMED_FLU_VAC_ACK');
      const view = await it.latest();
      await file(view, everything(view));
      const [given] = await ofType(people.lark, 'Immunization');
      assert.equal(given?.notGiven, false);
      assert.equal(given?.lotNumber, 'B-17');
      assert.match(JSON.stringify(given?.extension), /955691000000108/);
    });

    test('§5.5: a document is filed with all its attachments, and its replacement archives it', async () => {
      const first = sendDocument({
        patient: people.swift,
        at,
        attachments: [
          { contentType: 'application/pdf', bytes: pdfBytes('one') },
          { contentType: 'text/plain', bytes: Buffer.from('two') },
        ],
      });
      const view = await arrive(first, { workflowId: 'GPCONNECT_SEND_DOCUMENT' });
      const { filed } = await file(view, everything(view));
      const id = filed[0]!.id;
      const document = (await record(people.swift)).resources.get(`DocumentReference/${id}`)!;
      const contents = document.content as { attachment: { url: string; size: number } }[];
      assert.equal(contents.length, 2);
      assert.equal(contents[0]?.attachment.size, pdfBytes('one').length);
      assert.equal(document.created, at.toISOString());
      const stored = await it.records.binary(ods, contents[1]!.attachment.url.split('/')[1]!);
      assert.equal(stored?.contentType, 'text/plain');
      const second = await arrive(
        sendDocument({ patient: people.swift, at, replaces: { documentId: first.documentId, version: 2 } }),
        { workflowId: 'GPCONNECT_SEND_DOCUMENT' },
      );
      await file(second, everything(second));
      assert.equal(
        (await record(people.swift)).resources.get(`DocumentReference/${id}`)?.status,
        'superseded',
      );
    });

    test('SG-03: which role may do what is the practice’s own, and kept with who and why', async () => {
      await changeSettings(it.store.db, ods, { reviewRoles: ['clinician'] }, 'policy', lead, at);
      const view = await arrive(updateRecord({ patient: people.lark, at }));
      await assert.rejects(
        it.inbox.refuse(ods, view.item, view.version, { reason: 'other' }, reviewer),
        refusal('NOT_ALLOWED', 'SG-03'),
      );
      await changeSettings(it.store.db, ods, { reviewRoles: ['reviewer', 'clinician'] }, 'policy', lead, at);
      await it.inbox.refuse(ods, view.item, view.version, { reason: 'other' }, reviewer);
    });
  });
}

/** Every number of a rule's parameters lowered far enough to fire on an ordinary reading. */
function lowered(value: unknown): unknown {
  if (typeof value === 'number') return value > 100 ? 120 : value > 70 ? 80 : value;
  if (Array.isArray(value)) return value.map(lowered);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, lowered(inner)]));
  }
  return value;
}
