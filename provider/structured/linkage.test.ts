// What consultations and problems drag along, and which references may dangle.
// spec: access-record-structured §5 (a–e), §6.3, §6.5, §7, §8
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  actors,
  allergy,
  consultation,
  diary,
  document,
  drug,
  encounter,
  immunisation,
  note,
  observation,
  person,
  problem,
  referral,
  report,
  role,
} from './made-up-record.ts';
import { type Asked, openSurgery, type Surgery, storeNames } from './surgery.ts';

for (const store of storeNames) {
  describe(`on ${store}`, () => {
    let surgery: Surgery;
    before(async () => {
      surgery = await openSurgery(store);
    });
    after(() => surgery.close());

    const activeAllergies: Asked = ['includeAllergies', ['includeResolvedAllergies', 'valueBoolean', false]];
    const recent = (number: number): Asked => [
      'includeConsultations',
      ['includeNumberOfMostRecent', 'valuePositiveInt', number],
    ];

    const items = [
      'Observation/n1',
      'Observation/u1',
      'MedicationRequest/m1-plan',
      'MedicationRequest/m2-issue-1',
      'AllergyIntolerance/a1',
      'AllergyIntolerance/a9',
      'Immunization/i1',
      'ReferralRequest/f1',
      'DocumentReference/l1',
      'DiagnosticReport/r1',
      'ProcedureRequest/y1',
    ];

    const inside = { encounter: 'e1' };
    const whole = [
      encounter('e1', { start: '2024-03-02T09:30:00+00:00', end: '2024-03-02T09:40:00+00:00' }),
      encounter('e2', { start: '2023-03-02T09:30:00+00:00' }),
      note('n1', 'Chest is clear', inside),
      observation('u1', inside),
      ...drug('m1', { ...inside, issues: ['2024-03-02'] }),
      ...drug('m2', { encounter: 'e2', issues: ['2024-03-02', '2024-04-02'] }),
      allergy('a1', inside),
      allergy('a9', { ...inside, ended: '2021-05-04' }),
      immunisation('i1', inside),
      referral('f1', { ...inside, letters: ['DocumentReference/l2'] }),
      document('l1', inside),
      document('l2'),
      ...report('r1', inside),
      diary('y1', { ...inside, due: '2025-01-01' }),
      problem('c1', {
        encounter: 'e2',
        actual: 'Observation/u1',
        content: [...items, 'Encounter/e1', 'List/e1-topic-1'],
      }),
      problem('c2', {
        encounter: 'e2',
        content: ['MedicationRequest/m2-plan', 'Observation/elsewhere'],
        related: [['sibling', 'c3']],
      }),
      problem('c3', { related: [['sibling', 'c2']] }),
      observation('elsewhere', { encounter: 'e2' }),
      ...consultation('e1', [
        {
          title: 'Chest',
          problem: 'c1',
          headings: [
            { title: 'History', items: items.slice(0, 2) },
            { title: 'Plan', items: items.slice(2) },
          ],
        },
      ]),
      ...consultation('e2', [{ items: ['Observation/elsewhere'] }]),
    ];

    const secondary = {
      allergies: ['AllergyIntolerance/a1'],
      'ended-allergies': ['AllergyIntolerance/a9'],
      medications: ['MedicationStatement/m1', 'MedicationStatement/m2'],
      immunisations: ['Immunization/i1'],
      investigations: ['DiagnosticReport/r1'],
      referrals: ['ReferralRequest/f1'],
      diary: ['ProcedureRequest/y1'],
      uncategorised: ['Observation/n1', 'Observation/u1'],
    };

    test('A consultation drags every item of its structure, and its secondary lists name them', async () => {
      await surgery.hold(whole);
      const got = await surgery.ask([recent(1)]);
      assert.deepEqual(got.items('consultations'), ['Encounter/e1']);
      for (const [kind, listed] of Object.entries(secondary)) {
        assert.deepEqual(got.items(`consultations:${kind}`), listed, kind);
      }
      assert.deepEqual(got.items('consultations:documents'), [
        'DocumentReference/l1',
        'DocumentReference/l2',
      ]);
      assert.deepEqual(got.items('consultations:problems'), ['Condition/c1']);
      assert.deepEqual(got.items('linked-problems'), ['Condition/c1', 'Condition/c2']);
      assert.deepEqual(got.items('ended-allergies'), ['#a9']);
      assert.equal(got.list('allergies'), undefined);
      assert.deepEqual(
        got.ids('MedicationRequest'),
        ['m1-plan', 'm2-issue-1', 'm2-plan'],
        'only issues in the structure',
      );
      assert.deepEqual(got.ids('List'), [
        'e1-list',
        'e1-topic-1',
        'e1-topic-1-heading-1',
        'e1-topic-1-heading-2',
      ]);
      const heading = got.get('List/e1-topic-1-heading-2');
      assert.deepEqual(
        heading.entry.map(({ item }: { item: { reference: string } }) => item.reference),
        items.slice(2),
        'order as in the source',
      );
    });

    test('§5 (c): items keep the key of a consultation that is not returned, and no Encounter is added for it', async () => {
      await surgery.hold(whole);
      const consultations = await surgery.ask([recent(1)]);
      assert.equal(consultations.get('MedicationStatement/m2').context.reference, 'Encounter/e2');
      assert.deepEqual(consultations.ids('Encounter'), ['e1']);
      const medications = await surgery.ask(['includeMedication']);
      assert.equal(medications.get('MedicationStatement/m2').context.reference, 'Encounter/e2');
      assert.deepEqual(medications.ids('Encounter'), []);
    });

    test('§5 (d), (e): a problem that is only a linked header keeps links to what is not there', async () => {
      await surgery.hold(whole);
      const got = await surgery.ask(['includeMedication']);
      const header = JSON.stringify(got.get('Condition/c1'));
      for (const target of items) assert.ok(header.includes(target), target);
      assert.ok(header.includes('List/e1-topic-1'));
      assert.ok(JSON.stringify(got.get('Condition/c2')).includes('Condition/c3'), 'more than one hop away');
      assert.deepEqual(got.ids('Condition'), ['c1', 'c2']);
    });

    test('A problem drags what it names, and the consultations it names or was made in, without their structure', async () => {
      await surgery.hold(whole);
      const got = await surgery.ask(['includeProblems']);
      for (const [kind, listed] of Object.entries(secondary)) {
        const more = kind === 'uncategorised' ? ['Observation/elsewhere'] : [];
        assert.deepEqual(got.items(`problems:${kind}`), [...more, ...listed], kind);
      }
      assert.deepEqual(got.items('problems:documents'), ['DocumentReference/l1']);
      assert.deepEqual(got.items('problems:consultations'), ['Encounter/e1']);
      assert.deepEqual(got.ids('Encounter'), ['e1', 'e2']);
      assert.deepEqual(got.ids('List'), []);
      assert.ok(
        JSON.stringify(got.get('Condition/c1')).includes('List/e1-topic-1'),
        '§5 (d), lists not asked for',
      );
    });

    test('A topic named by a problem is dropped from it when consultations were asked for without that topic', async () => {
      await surgery.hold([
        ...whole.filter(({ id }) => id !== 'c1'),
        problem('c1', { content: ['List/e2-topic-1', 'List/e1-topic-1'], encounter: 'e1' }),
      ]);
      const got = await surgery.ask([recent(1), 'includeProblems']);
      const text = JSON.stringify(got.get('Condition/c1'));
      assert.ok(text.includes('List/e1-topic-1') && !text.includes('List/e2-topic-1'));
    });

    test('A flat consultation has one topic whose entries are its items', async () => {
      await surgery.hold([
        encounter('e1', { start: '2024-03-02' }),
        observation('u1'),
        ...consultation('e1', [{ items: ['Observation/u1'] }]),
      ]);
      const got = await surgery.ask(['includeConsultations']);
      assert.deepEqual(got.ids('List'), ['e1-list', 'e1-topic-1']);
    });

    test('§9.4: a consultation that holds only a placeholder is shown with it', async () => {
      const unsupported = { display: 'Referral items are not supported by the provider system' };
      await surgery.hold([
        encounter('e1', { start: '2024-03-02' }),
        observation('u1', { encounter: 'e1', confidential: true }),
        ...consultation('e1', [{ items: [unsupported, 'Observation/u1'] }, { items: ['Observation/u1'] }]),
      ]);
      const got = await surgery.ask(['includeConsultations'], { absent: ['u1', 'topic-2'] });
      assert.deepEqual(got.items('consultations'), ['Encounter/e1']);
      assert.deepEqual(got.get('List/e1-topic-1').entry, [{ item: unsupported }]);
    });

    test('A consultation stored without structure lists gets one untitled topic with the items that name it', async () => {
      await surgery.hold([
        encounter('e1', { start: '2024-03-02' }),
        observation('u1', { encounter: 'e1' }),
        observation('u2', { encounter: 'e1', confidential: true }),
        ...drug('m1', { encounter: 'e1', issues: ['2024-03-02'] }),
        referral('f1', { encounter: 'e1' }),
        encounter('e2', { start: '2024-03-03' }),
        observation('u3', { encounter: 'e2', confidential: true }),
        encounter('e3', { start: '2024-03-04' }),
      ]);
      const got = await surgery.ask(['includeConsultations'], { off: ['referrals'], absent: ['u2', 'u3'] });
      assert.deepEqual(got.items('consultations'), ['Encounter/e1']);
      assert.deepEqual(got.warnings('consultations'), ['confidential-items']);
      assert.deepEqual(got.warnings('consultations:uncategorised'), ['confidential-items']);
      const [topic] = got.answer
        .all('List')
        .filter(({ code, id }) => id && code.coding[0].display === 'Topic (EHR)');
      assert.equal(topic.title, undefined);
      assert.deepEqual(
        topic.entry.map(({ item }: { item: { reference?: string } }) => item.reference ?? item).sort(),
        ['MedicationRequest/m1-plan', 'Observation/u1', { display: 'Referral items have been disabled' }],
      );
      const again = await surgery.ask(['includeConsultations'], { off: ['referrals'] });
      assert.deepEqual(again.ids('List'), got.ids('List'));
    });

    test('§19.13: with problems asked for, a problem made in a consultation the record does not hold names none', async () => {
      await surgery.hold([problem('c1', { encounter: 'gone' }), observation('u1', { encounter: 'gone' })]);
      const got = await surgery.ask(['includeProblems', 'includeUncategorisedData']);
      assert.equal(got.get('Condition/c1').context, undefined);
      assert.equal(got.get('Observation/u1').context.reference, 'Encounter/gone');
    });

    test('A part of a report that a problem names brings the whole report', async () => {
      await surgery.hold([...report('r1'), problem('c1', { content: ['Observation/r1-result'] })]);
      const got = await surgery.ask(['includeProblems']);
      assert.deepEqual(got.items('problems:investigations'), ['DiagnosticReport/r1']);
      assert.deepEqual(got.ids('Observation'), ['r1-alone', 'r1-filing', 'r1-header', 'r1-result']);
    });

    test('A test request outside a report is named as not supported in a consultation and left out of a problem', async () => {
      const [request] = report('r9').slice(-1);
      await surgery.hold([
        request!,
        encounter('e1', { start: '2024-03-02' }),
        note('n1', 'bloods taken'),
        problem('c1', { content: ['ProcedureRequest/r9-request', 'Encounter/e1'] }),
        ...consultation('e1', [
          {
            items: [
              'Observation/n1',
              'ProcedureRequest/r9-request',
              { display: 'Test Request items are not supported by the provider system' },
            ],
          },
        ]),
      ]);
      const got = await surgery.ask(['includeConsultations', 'includeProblems']);
      assert.deepEqual(got.get('List/e1-topic-1').entry, [
        { item: { reference: 'Observation/n1' } },
        { item: { display: 'Test Request items are not supported by the provider system' } },
        { item: { display: 'Test Request items are not supported by the provider system' } },
      ]);
      assert.ok(!got.text.includes('r9-request'));
    });

    test('§5: references to nothing are taken out, and what makes no sense without them', async () => {
      await surgery.hold([
        observation('u1', {
          elements: { performer: [{ reference: 'Practitioner/gone' }, { reference: 'Practitioner/d1' }] },
        }),
        observation('u2', { related: [['has-member', 'Observation/gone']], value: { value: 1, unit: 'x' } }),
        observation('u3', {
          elements: { performer: [{ reference: 'Practitioner/gone', display: 'Dr Gone' }] },
        }),
        { ...problem('c1', { content: ['Observation/u1'] }), asserter: { reference: 'Practitioner/gone' } },
      ]);
      const got = await surgery.ask(['includeUncategorisedData']);
      assert.deepEqual(got.get('Observation/u1').performer, [{ reference: 'Practitioner/d1' }]);
      assert.equal(got.get('Observation/u2').related, undefined);
      assert.deepEqual(got.get('Observation/u3').performer, [{ display: 'Dr Gone' }]);
      assert.deepEqual(got.get('Condition/c1').asserter, { display: 'Unknown' });
    });

    test('A hierarchy recorded as a QuestionnaireResponse travels with its consultation only', async () => {
      const response = {
        resourceType: 'QuestionnaireResponse',
        id: 'q1',
        meta: {
          profile: ['https://fhir.hl7.org.uk/STU3/StructureDefinition/CareConnect-QuestionnaireResponse-1'],
        },
        identifier: { system: 'https://supplier.example/id', value: 'q1' },
        parent: [{ reference: 'Observation/u1' }],
        status: 'completed',
        authored: '2024-03-02',
        item: [{ linkId: '1', answer: [{ valueReference: { reference: 'Observation/u2' } }] }],
      };
      await surgery.hold([
        response,
        encounter('e1', { start: '2024-03-02' }),
        observation('u1', { encounter: 'e1' }),
        observation('u2', { encounter: 'e1', related: [['derived-from', 'QuestionnaireResponse/q1']] }),
        observation('u3', { encounter: 'e1', confidential: true }),
        ...consultation('e1', [{ items: ['Observation/u1', 'Observation/u2'] }]),
      ]);
      const got = await surgery.ask(['includeConsultations']);
      assert.deepEqual(got.ids('QuestionnaireResponse'), ['q1']);
      assert.equal(got.get('Observation/u2').related[0].target.reference, 'QuestionnaireResponse/q1');
      const alone = await surgery.ask(['includeUncategorisedData']);
      assert.deepEqual(alone.ids('QuestionnaireResponse'), []);
      assert.equal(alone.get('Observation/u2').related, undefined);
    });

    test('§12: a practitioner with several roles is sent with none, and references name the practitioner', async () => {
      await surgery.records.putActors('Z90001', [role('r2', 'd2'), role('r3', 'd2')]);
      await surgery.hold([
        observation('u1', { elements: { performer: [{ reference: 'Practitioner/d2' }] } }),
        { ...allergy('a1'), recorder: { reference: 'PractitionerRole/r2' } },
        { ...allergy('a2'), recorder: { reference: 'PractitionerRole/r3' } },
      ]);
      const none = await surgery.ask(['includeUncategorisedData']);
      assert.deepEqual(none.ids('PractitionerRole'), ['r1']);
      const both = await surgery.ask([activeAllergies]);
      assert.deepEqual(both.ids('PractitionerRole'), ['r1']);
      assert.equal(both.get('AllergyIntolerance/a1').recorder.reference, 'Practitioner/d2');
    });

    test('The practice addressed is there although nothing refers to it, and is the managing organisation', async () => {
      const elsewhere = person({
        generalPractitioner: [{ reference: 'Organization/o7' }],
        managingOrganization: { reference: 'Organization/o7' },
      });
      await surgery.records.putActors('Z90001', [
        { ...actors()[0]!, id: 'o7', name: 'Registered practice' } as never,
      ]);
      await surgery.hold([], undefined, elsewhere);
      const got = await surgery.ask([]);
      assert.deepEqual(got.ids('Organization'), ['o1', 'o7']);
      assert.equal(got.get('Patient/p1').managingOrganization.reference, 'Organization/o1');
    });
  });
}
