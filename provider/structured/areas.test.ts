// Each clinical area by itself: which entries answer it, and what travels with them.
// spec: access-record-structured §4, §6, §7
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  allergy,
  consultation,
  diary,
  document,
  drug,
  encounter,
  immunisation,
  note,
  observation,
  problem,
  referral,
  report,
} from './made-up-record.ts';
import { type Asked, openSurgery, type Part, type Surgery, storeNames } from './surgery.ts';

for (const store of storeNames) {
  describe(`on ${store}`, () => {
    let surgery: Surgery;
    before(async () => {
      surgery = await openSurgery(store);
    });
    after(() => surgery.close());

    const allergies = (resolved: boolean): Asked => [
      'includeAllergies',
      ['includeResolvedAllergies', 'valueBoolean', resolved],
    ];
    const medicationsFrom = (date: string, ...parts: Part[]): Asked => [
      'includeMedication',
      ['medicationSearchFromDate', 'valueDate', date],
      ...parts,
    ];

    test("A request for nothing answers with the patient, the practice, the GP and the GP's role", async () => {
      await surgery.hold([allergy('a1'), ...drug('m1')]);
      const got = await surgery.ask([]);
      assert.deepEqual(got.answer.resources.map(({ resourceType, id }) => `${resourceType}/${id}`).sort(), [
        'Organization/o1',
        'Patient/p1',
        'Practitioner/d1',
        'PractitionerRole/r1',
      ]);
      const patient = got.get('Patient/p1');
      assert.deepEqual(patient.managingOrganization, { reference: 'Organization/o1' });
      assert.equal(patient.identifier.length, 1);
      assert.ok(!got.text.includes('not to be sent'));
    });

    test('Every area asked of an empty record answers with its empty list', async () => {
      await surgery.hold([]);
      const asked: Asked[] = [
        allergies(true),
        'includeMedication',
        'includeConsultations',
        'includeProblems',
        'includeImmunisations',
        'includeUncategorisedData',
        'includeInvestigations',
        'includeReferrals',
        'includeDiaryEntries',
      ];
      const got = await surgery.ask(asked);
      assert.equal(got.answer.all('List').length, 10);
      assert.equal(got.issues().length, 0);
    });

    test('Allergies: active ones are listed, ended ones only on request and only contained', async () => {
      await surgery.hold([
        allergy('a1'),
        allergy('a2', { encounter: 'e1' }),
        allergy('a9', { ended: '2021-05-04' }),
        problem('c1', { actual: 'AllergyIntolerance/a1' }),
        problem('c2', { actual: 'AllergyIntolerance/a9' }),
      ]);
      const active = await surgery.ask([allergies(false)]);
      assert.deepEqual(active.items('allergies'), ['AllergyIntolerance/a1', 'AllergyIntolerance/a2']);
      assert.equal(active.list('ended-allergies'), undefined);
      assert.ok(!active.text.includes('AllergyIntolerance-a9'));
      assert.deepEqual(active.items('linked-problems'), ['Condition/c1']);

      const both = await surgery.ask([allergies(true)]);
      assert.deepEqual(both.items('ended-allergies'), ['#a9']);
      assert.deepEqual(
        both.list('ended-allergies').contained.map(({ id }: { id: string }) => id),
        ['a9'],
      );
      assert.deepEqual(both.ids('AllergyIntolerance'), ['a1', 'a2']);
      assert.deepEqual(both.items('linked-problems'), ['Condition/c1', 'Condition/c2']);
    });

    test('Medications: statements bring plan, drug and issues; issues can be left out', async () => {
      await surgery.hold([
        ...drug('m1', { issues: ['2024-02-01', '2024-03-01'] }),
        problem('c1', { content: ['MedicationRequest/m1-issue-2'] }),
      ]);
      const got = await surgery.ask(['includeMedication']);
      assert.deepEqual(got.items('medications'), ['MedicationStatement/m1']);
      assert.deepEqual(got.ids('MedicationRequest'), ['m1-issue-1', 'm1-issue-2', 'm1-plan']);
      assert.deepEqual(got.ids('Medication'), ['m1-drug']);
      assert.deepEqual(got.items('linked-problems'), ['Condition/c1']);

      const without = await surgery.ask([
        ['includeMedication', ['includePrescriptionIssues', 'valueBoolean', false]],
      ]);
      assert.deepEqual(without.ids('MedicationRequest'), ['m1-plan']);
      // A problem that hangs on an issue is still linked to the medication.
      assert.deepEqual(without.items('linked-problems'), ['Condition/c1']);
    });

    test('Medications: the search date keeps what was active on or after it', async () => {
      await surgery.hold([
        ...drug('ended-before', { start: '2023-01-01', end: '2023-12-31' }),
        ...drug('ended-on', { start: '2023-01-01', end: '2024-01-01', issues: ['2023-02-01'] }),
        ...drug('acute-before', { type: 'acute', start: '2023-12-31' }),
        ...drug('acute-on', { type: 'acute', start: '2024-01-01' }),
        ...drug('acute-month', { type: 'acute', start: '2024-01' }),
        ...drug('acute-year', { type: 'delayed-prescribing', start: '2024' }),
        ...drug('acute-old-year', { type: 'acute', start: '2023' }),
        ...drug('repeat', { start: '2010-01-01' }),
        ...drug('dispensing', { type: 'repeat-dispensing', start: '2010-01-01' }),
        ...drug('elsewhere', {
          type: 'acute',
          start: '2001-01-01',
          end: '2001-02-01',
          agency: 'prescribed-by-another-organisation',
        }),
      ]);
      const got = await surgery.ask([medicationsFrom('2024-01-01')]);
      assert.deepEqual(
        got.items('medications')?.map((item) => item.slice('MedicationStatement/'.length)),
        ['acute-month', 'acute-on', 'acute-year', 'dispensing', 'elsewhere', 'ended-on', 'repeat'],
      );
      assert.ok(
        got.ids('MedicationRequest').includes('ended-on-issue-1'),
        'issues before the date come with the plan',
      );
      const later = await surgery.ask([medicationsFrom('2024-01-15')]);
      assert.ok(later.items('medications')?.includes('MedicationStatement/acute-month'));
      assert.ok(!later.items('medications')?.includes('MedicationStatement/acute-on'));
    });

    test('Medications: an earlier plan outside the answer leaves no reference behind', async () => {
      await surgery.hold([
        ...drug('old', { start: '2020-01-01', end: '2021-01-01' }),
        ...drug('new', { start: '2021-01-01', prior: 'old' }),
      ]);
      const all = await surgery.ask(['includeMedication']);
      assert.deepEqual(all.get('MedicationRequest/new-plan').priorPrescription, {
        reference: 'MedicationRequest/old-plan',
      });
      const recent = await surgery.ask([medicationsFrom('2024-01-01')]);
      assert.equal(recent.get('MedicationRequest/new-plan').priorPrescription, undefined);
    });

    test('Immunisations: given ones always, others and status entries by their parts', async () => {
      await surgery.hold(
        [
          immunisation('i1'),
          immunisation('i2', { notGiven: true }),
          observation('s1', { text: 'Consent given' }),
          observation('u1'),
        ],
        { immunisationStatus: new Set(['Observation/s1']) },
      );
      const ask = async (...parts: Part[]) =>
        (await surgery.ask([['includeImmunisations', ...parts]])).items('immunisations');
      assert.deepEqual(await ask(), ['Immunization/i1', 'Observation/s1']);
      assert.deepEqual(await ask(['includeNotGiven', 'valueBoolean', true]), [
        'Immunization/i1',
        'Immunization/i2',
        'Observation/s1',
      ]);
      assert.deepEqual(await ask(['includeStatus', 'valueBoolean', false]), ['Immunization/i1']);
      const uncategorised = await surgery.ask(['includeUncategorisedData']);
      assert.deepEqual(uncategorised.items('uncategorised'), ['Observation/u1']);
    });

    test('Search periods are inclusive, partial dates overlap, undated items are always in', async () => {
      await surgery.hold([
        observation('before', { date: '2024-01-31' }),
        observation('start', { date: '2024-02-01' }),
        observation('end', { date: '2024-02-29T23:30:00+00:00' }),
        observation('after', { date: '2024-03-01' }),
        observation('month', { date: '2024-02' }),
        observation('year', { date: '2024' }),
        observation('undated'),
        note('comment', 'free text is not uncategorised data'),
      ]);
      const period: Part = [
        'uncategorisedDataSearchPeriod',
        'valuePeriod',
        { start: '2024-02-01', end: '2024-02-29' },
      ];
      const got = await surgery.ask([['includeUncategorisedData', period]]);
      assert.deepEqual(
        got.items('uncategorised')?.map((item) => item.slice('Observation/'.length)),
        ['end', 'month', 'start', 'undated', 'year'],
      );
    });

    test('Uncategorised data: a relation to an entry outside the period is left out', async () => {
      await surgery.hold([
        observation('parent', { date: '2024-02-01', related: [['has-member', 'Observation/child']] }),
        observation('child', { date: '2023-02-01', related: [['derived-from', 'Observation/parent']] }),
      ]);
      const period: Part = ['uncategorisedDataSearchPeriod', 'valuePeriod', { start: '2024-01-01' }];
      const got = await surgery.ask([['includeUncategorisedData', period]]);
      assert.deepEqual(got.ids('Observation'), ['parent']);
      assert.equal(got.get('Observation/parent').related, undefined);
    });

    test('Investigations bring their whole tree', async () => {
      await surgery.hold([
        ...report('r1'),
        ...report('r2', { issued: '2022-02-01T10:00:00+00:00' }),
        problem('c1', { content: ['DiagnosticReport/r1'] }),
        observation('u1'),
      ]);
      const period: Part = ['investigationSearchPeriod', 'valuePeriod', { start: '2024-01-01' }];
      const got = await surgery.ask([['includeInvestigations', period]]);
      assert.deepEqual(got.items('investigations'), ['DiagnosticReport/r1']);
      assert.deepEqual(got.ids('Observation'), ['r1-alone', 'r1-filing', 'r1-header', 'r1-result']);
      assert.deepEqual(got.ids('Specimen'), ['r1-specimen']);
      assert.deepEqual(got.ids('ProcedureRequest'), ['r1-request']);
      assert.deepEqual(got.items('linked-problems'), ['Condition/c1']);
    });

    test('Referrals bring their letters as metadata that point at the document server', async () => {
      await surgery.hold([
        referral('f1', { date: '2024-02-01', letters: ['DocumentReference/l1'] }),
        referral('f2'),
        document('l1'),
        document('l2'),
      ]);
      const got = await surgery.ask(['includeReferrals']);
      assert.deepEqual(got.items('referrals'), ['ReferralRequest/f1', 'ReferralRequest/f2']);
      assert.deepEqual(got.ids('DocumentReference'), ['l1']);
      assert.equal(
        got.get('DocumentReference/l1').content[0].attachment.url,
        'https://provider.example/Z90001/STU3/1/gpconnect/documents/Binary/l1-content',
      );
    });

    test('Diary: entries due by the date, overdue ones too, nothing completed', async () => {
      await surgery.hold([
        diary('overdue', { due: '2020-01-01' }),
        diary('soon', { dueBetween: ['2024-07-01', '2025-07-01'] }),
        diary('later', { due: '2025-01-01' }),
        diary('whenever'),
        diary('done', { due: '2024-01-01', status: 'completed' }),
      ]);
      const all = await surgery.ask(['includeDiaryEntries']);
      assert.equal(all.items('diary')?.length, 4);
      const due = await surgery.ask([
        ['includeDiaryEntries', ['diaryEntriesSearchDate', 'valueDate', '2024-07-01']],
      ]);
      assert.deepEqual(due.ids('ProcedureRequest'), ['overdue', 'soon', 'whenever']);
      assert.ok(!due.text.includes('"done"'));
    });

    test('Problems: filters select, related problems come as headers, their content does not', async () => {
      await surgery.hold([
        problem('c1', {
          related: [['parent', 'c2']],
          content: ['Observation/u1', 'Encounter/e1'],
          context: 'e1',
        } as never),
        problem('c2', {
          status: 'inactive',
          significance: 'minor',
          related: [
            ['child', 'c1'],
            ['sibling', 'c3'],
          ],
          content: ['Observation/u2'],
        }),
        problem('c3', { status: 'inactive', related: [['sibling', 'c2']] }),
        observation('u1'),
        observation('u2'),
        encounter('e1', { start: '2024-02-01' }),
        ...consultation('e1', [{ items: ['Observation/u1'] }]),
      ]);
      const active = await surgery.ask([['includeProblems', ['filterStatus', 'valueCode', 'active']]]);
      assert.deepEqual(active.items('problems'), ['Condition/c1']);
      assert.deepEqual(active.items('linked-problems'), ['Condition/c2']);
      assert.deepEqual(active.ids('Observation'), ['u1']);
      assert.deepEqual(active.items('problems:uncategorised'), ['Observation/u1']);
      assert.deepEqual(active.items('problems:consultations'), ['Encounter/e1']);

      const pairs = await surgery.ask([
        ['includeProblems', ['filterStatus', 'valueCode', 'active']],
        ['includeProblems', ['filterSignificance', 'valueCode', 'minor']],
      ]);
      assert.deepEqual(pairs.items('problems'), ['Condition/c1', 'Condition/c2']);
      const all = await surgery.ask(['includeProblems']);
      assert.equal(all.items('problems')?.length, 3);
      assert.equal(all.list('linked-problems'), undefined);
    });

    test('Consultations: by period, with and without an end', async () => {
      const at = (id: string, start?: string, end?: string) => [
        encounter(id, { ...(start ? { start } : {}), ...(end ? { end } : {}) }),
        note(`${id}-note`, 'seen'),
        ...consultation(id, [{ items: [`Observation/${id}-note`] }]),
      ];
      await surgery.hold([
        ...at('before', '2024-01-31T10:00:00+00:00', '2024-01-31T10:10:00+00:00'),
        ...at('first', '2024-02-01T00:00:00+00:00', '2024-02-01T10:10:00+00:00'),
        ...at('open', '2024-02-29T23:00:00+00:00'),
        ...at('over', '2024-02-29T23:00:00+00:00', '2024-03-01T00:10:00+00:00'),
        ...at('month', '2024-02', '2024-03'),
        ...at('undated'),
        encounter('empty', { start: '2024-02-10' }),
      ]);
      const ask = async (...parts: Part[]) =>
        (await surgery.ask([['includeConsultations', ...parts]]))
          .items('consultations')
          ?.map((item) => item.slice('Encounter/'.length));
      const period = (value: unknown): Part => ['consultationSearchPeriod', 'valuePeriod', value];
      assert.deepEqual(await ask(period({ start: '2024-02-01', end: '2024-02-29' })), [
        'first',
        'open',
        'undated',
      ]);
      assert.deepEqual(await ask(period({ end: '2024-01-31' })), ['before', 'undated']);
      assert.deepEqual(await ask(period({ start: '2024-02-15', end: '2024-03-05' })), [
        'month',
        'open',
        'over',
        'undated',
      ]);
      assert.deepEqual(await ask(['includeNumberOfMostRecent', 'valuePositiveInt', 2]), ['open', 'over']);
      assert.deepEqual(await ask(['includeNumberOfMostRecent', 'valuePositiveInt', 99]), [
        'before',
        'first',
        'month',
        'open',
        'over',
        'undated',
      ]);
    });
  });
}
