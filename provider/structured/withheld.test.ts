// What must not leave: confidential items and all that gives them away, excluded codes, switched-off areas; and what
// a reader is told instead. spec: access-record-structured §9, §13
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { structuredRecord, structuredRequest } from './index.ts';
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
  person,
  problem,
  referral,
  report,
} from './made-up-record.ts';
import {
  type Asked,
  openSurgery,
  type Part,
  type PracticeOptions,
  parameters,
  practiceContext,
  type Surgery,
  storeNames,
  today,
  trace,
} from './surgery.ts';

for (const store of storeNames) {
  describe(`on ${store}`, () => {
    let surgery: Surgery;
    before(async () => {
      surgery = await openSurgery(store);
    });
    after(() => surgery.close());

    const bothAllergies: Asked = ['includeAllergies', ['includeResolvedAllergies', 'valueBoolean', true]];
    const warned = ['confidential-items'];

    test('Only confidential items: an empty list with the warning before "Information not available"', async () => {
      await surgery.hold([observation('u1', { text: 'Hushed', confidential: true })]);
      const got = await surgery.ask(['includeUncategorisedData'], { absent: ['u1', 'Hushed'] });
      assert.deepEqual(got.warnings('uncategorised'), warned);
      assert.equal(
        got.list('uncategorised').note[0].text,
        'Items excluded due to confidentiality and/or patient preferences. Information not available',
      );
    });

    test('A confidential item among others: the list keeps the others and is warned', async () => {
      await surgery.hold([
        allergy('a1', { text: 'Hushed', confidential: true }),
        allergy('a2'),
        allergy('a8', { text: 'Hushed', ended: '2020-01-01', confidential: true }),
        ...drug('m1', {
          confidential: true,
          issues: ['2024-01-01'],
          drug: { code: '99999991', display: 'Hushed' },
        }),
        ...drug('m2'),
        immunisation('i1', { confidential: true }),
        referral('f1', { confidential: true, letters: ['DocumentReference/l1'] }),
        document('l1'),
        diary('y1', { confidential: true }),
      ]);
      const got = await surgery.ask(
        [
          bothAllergies,
          'includeMedication',
          'includeImmunisations',
          'includeReferrals',
          'includeDiaryEntries',
        ],
        { absent: ['AllergyIntolerance/a1', 'a8', 'm1', 'i1"', 'f1"', 'l1', 'y1"', 'Hushed'] },
      );
      for (const key of [
        'allergies',
        'ended-allergies',
        'medications',
        'immunisations',
        'referrals',
        'diary',
      ]) {
        assert.deepEqual(got.warnings(key), warned, key);
      }
      assert.deepEqual(got.items('allergies'), ['AllergyIntolerance/a2']);
      assert.deepEqual(got.items('medications'), ['MedicationStatement/m2']);
      assert.deepEqual(got.answer.all('DocumentReference'), []);
    });

    test('A confidential issue leaves its medication, which is warned about', async () => {
      await surgery.hold(drug('m1', { issues: ['2024-01-01', '2024-02-01'], confidentialIssue: 2 }));
      const got = await surgery.ask(['includeMedication'], { absent: ['m1-issue-2'] });
      assert.deepEqual(got.items('medications'), ['MedicationStatement/m1']);
      assert.deepEqual(got.warnings('medications'), warned);
      assert.deepEqual(got.ids('MedicationRequest'), ['m1-issue-1', 'm1-plan']);
    });

    test('A confidential problem takes the item it was made from with it, a confidential item the problem made from it', async () => {
      await surgery.hold([
        problem('c1', {
          confidential: true,
          text: 'Hushed',
          actual: 'Observation/u1',
          content: ['Observation/u2'],
        }),
        observation('u1', { text: 'Hushed' }),
        observation('u2'),
        problem('c2', { text: 'Whispered', actual: 'Observation/u3', related: [['sibling', 'c3']] }),
        observation('u3', { text: 'Whispered', confidential: true }),
        problem('c3', { related: [['sibling', 'c2']] }),
      ]);
      const got = await surgery.ask(['includeProblems', 'includeUncategorisedData'], {
        absent: ['c1"', 'u1', 'c2"', 'u3', 'Hushed', 'Whispered'],
      });
      assert.deepEqual(got.items('problems'), ['Condition/c3']);
      assert.deepEqual(got.warnings('problems'), warned);
      assert.deepEqual(got.items('uncategorised'), ['Observation/u2']);
      assert.deepEqual(got.warnings('uncategorised'), warned);
    });

    test('A confidential problem linked to a medication leaves the warning on the list of linked problems', async () => {
      await surgery.hold([
        ...drug('m1'),
        problem('c1', { confidential: true, content: ['MedicationRequest/m1-plan'] }),
      ]);
      const got = await surgery.ask(['includeMedication'], { absent: ['c1"'] });
      assert.deepEqual(got.warnings('linked-problems'), warned);
      assert.deepEqual(got.items('linked-problems'), []);
    });

    const visit = [
      encounter('e1', { start: '2024-03-02' }),
      note('n1', 'Chest is clear', { encounter: 'e1' }),
      ...drug('m1', { encounter: 'e1', confidential: true }),
      observation('u1', { encounter: 'e1', confidential: true, text: 'Hushed' }),
      problem('c1', { confidential: true, text: 'Hushed chest' }),
      problem('c2', { content: ['Observation/u1', 'MedicationRequest/m1-plan', 'Observation/n1'] }),
    ];

    test('Confidential items inside a visible consultation or problem leave no reference, only warnings', async () => {
      await surgery.hold([
        ...visit,
        ...consultation('e1', [
          {
            title: 'Hushed chest',
            problem: 'c1',
            headings: [
              { title: 'History', items: ['Observation/n1', 'Observation/u1'] },
              { title: 'Plan', items: ['MedicationRequest/m1-plan'] },
            ],
          },
          { title: 'Other', items: ['Observation/u1'] },
        ]),
      ]);
      const got = await surgery.ask(['includeConsultations', 'includeProblems'], {
        absent: ['m1', 'u1', 'Hushed', 'c1"', 'heading-2', 'topic-2'],
      });
      assert.deepEqual(
        got.ids('List'),
        ['e1-list', 'e1-topic-1', 'e1-topic-1-heading-1'],
        'emptied lists are suppressed',
      );
      assert.deepEqual(got.get('List/e1-topic-1-heading-1').entry, [
        { item: { reference: 'Observation/n1' } },
      ]);
      assert.equal(got.get('List/e1-topic-1').extension, undefined);
      for (const key of [
        'consultations:medications',
        'consultations:uncategorised',
        'consultations:problems',
        'problems',
        'problems:medications',
        'problems:uncategorised',
      ]) {
        assert.deepEqual(got.warnings(key), warned, key);
      }
      assert.deepEqual(got.items('consultations:medications'), []);
      assert.deepEqual(got.warnings('consultations'), []);
    });

    test('A consultation of which nothing is left is not listed, and the list is warned', async () => {
      await surgery.hold([...visit, ...consultation('e1', [{ title: 'Hushed', items: ['Observation/u1'] }])]);
      const got = await surgery.ask(['includeConsultations'], { absent: ['e1', 'u1', 'Hushed'] });
      assert.deepEqual(got.items('consultations'), []);
      assert.deepEqual(got.warnings('consultations'), warned);
    });

    test('A confidential consultation takes all that was recorded in it, in every area', async () => {
      await surgery.hold([
        encounter('e1', { start: '2024-03-02', confidential: true }),
        note('n1', 'Hushed', { encounter: 'e1' }),
        observation('u1', { encounter: 'e1', text: 'Hushed' }),
        observation('u2'),
        ...drug('m1', { encounter: 'e1', issues: ['2024-03-02', '2024-04-02'] }),
        problem('c1', { encounter: 'e1', text: 'Hushed' }),
        problem('c2', { content: ['Encounter/e1', 'Observation/u2'] }),
        ...consultation('e1', [
          {
            title: 'Hushed',
            problem: 'c1',
            items: ['Observation/n1', 'Observation/u1', 'MedicationRequest/m1-plan'],
          },
        ]),
      ]);
      const got = await surgery.ask(
        ['includeConsultations', 'includeProblems', 'includeUncategorisedData', 'includeMedication'],
        { absent: ['e1', 'n1', 'u1', 'm1', 'c1"', 'Hushed'] },
      );
      for (const key of [
        'consultations',
        'problems',
        'problems:consultations',
        'uncategorised',
        'medications',
      ]) {
        assert.deepEqual(got.warnings(key), warned, key);
      }
    });

    test('A withheld part of a report: the report stays, its list is warned; a withheld report goes whole', async () => {
      await surgery.hold([
        ...report('r1', { confidentialResult: true }),
        ...report('r2', { confidential: true }),
        problem('c1', { content: ['Observation/r2-result'] }),
      ]);
      const got = await surgery.ask(['includeInvestigations', 'includeProblems'], {
        absent: ['r1-result', 'r2'],
      });
      assert.deepEqual(got.items('investigations'), ['DiagnosticReport/r1']);
      assert.deepEqual(got.warnings('investigations'), warned);
      assert.equal(got.get('Observation/r1-header').related, undefined);
      assert.deepEqual(got.warnings('problems:investigations'), warned);
    });

    test('A withheld group takes its results, and a withheld node of a hierarchy those under it', async () => {
      const parts = report('r1').map((one) =>
        one.id === 'r1-header'
          ? observation('r1-header', {
              confidential: true,
              related: [['has-member', 'Observation/r1-result']],
            })
          : one,
      );
      await surgery.hold([
        ...parts,
        observation('u1', { confidential: true }),
        observation('u2', { related: [['derived-from', 'Observation/u1']] }),
        observation('u3', { related: [['has-member', 'Observation/u1']] }),
      ]);
      const got = await surgery.ask(['includeInvestigations', 'includeUncategorisedData'], {
        absent: ['r1-header', 'r1-result', 'u1', 'u2'],
      });
      assert.deepEqual(got.items('uncategorised'), ['Observation/u3']);
    });

    test('The exclusion dataset withholds by code, drugs included; empty, it withholds nothing', async () => {
      await surgery.hold([
        observation('u1', { code: '1234561', text: 'Hushed' }),
        ...drug('m1', { drug: { code: '7654321', display: 'Hushed tablets' } }),
      ]);
      const asked: Asked[] = ['includeUncategorisedData', 'includeMedication'];
      const got = await surgery.ask(asked, {
        exclusionCodes: ['1234561', '7654321'],
        absent: ['u1', 'm1', 'Hushed'],
      });
      assert.deepEqual(got.warnings('uncategorised'), warned);
      assert.deepEqual(got.warnings('medications'), warned);
      const open = await surgery.ask(asked);
      assert.deepEqual(open.warnings('uncategorised'), []);
      assert.deepEqual(open.items('medications'), ['MedicationStatement/m1']);
    });

    test('The N most recent consultations are chosen before what is confidential among them is withheld', async () => {
      await surgery.hold(
        ['e1', 'e2', 'e3'].flatMap((id, at) => [
          encounter(id, { start: `2024-03-0${at + 1}`, confidential: id === 'e2' }),
          note(`${id}-note`, 'seen', { encounter: id }),
          ...consultation(id, [{ items: [`Observation/${id}-note`] }]),
        ]),
      );
      const part: Part = ['includeNumberOfMostRecent', 'valuePositiveInt', 2];
      const got = await surgery.ask([['includeConsultations', part]], { absent: ['e2'] });
      assert.deepEqual(got.items('consultations'), ['Encounter/e3']);
      assert.deepEqual(got.warnings('consultations'), warned);
    });

    test('A record in transit is warned about on every list of the answer, with the date of registration', async () => {
      await surgery.hold([...drug('m1'), problem('c1', { content: ['MedicationRequest/m1-plan'] })], {
        inTransitSince: '2010-06-23',
      });
      const got = await surgery.ask(['includeMedication', 'includeReferrals']);
      const text =
        'Patient record transfer from previous GP practice not yet complete; information recorded before 23-Jun-2010 may be missing.';
      assert.equal(got.list('medications').note[0].text, text);
      assert.equal(got.list('linked-problems').note[0].text, text);
      assert.equal(got.list('referrals').note[0].text, `${text} Information not available`);
      assert.equal(got.answer.all('List').length, 3, 'no list stands only because of it');
    });

    test('Unfiled data is warned about on the lists it would affect; several warnings share one note', async () => {
      await surgery.hold([observation('u1'), observation('u2', { confidential: true })], {
        awaitingFiling: { since: '2024-06-01', areas: ['uncategorised', 'investigations'] },
        inTransitSince: '2024-05-01',
      });
      const got = await surgery.ask(['includeUncategorisedData', 'includeReferrals']);
      assert.deepEqual(got.warnings('uncategorised'), [
        'confidential-items',
        'data-in-transit',
        'data-awaiting-filing',
      ]);
      assert.deepEqual(got.warnings('referrals'), ['data-in-transit']);
      assert.equal(
        got.list('uncategorised').note[0].text,
        'Items excluded due to confidentiality and/or patient preferences. ' +
          'Patient record transfer from previous GP practice not yet complete; information recorded before 01-May-2024 may be missing. ' +
          'Patient record contains some items in the GP practice workflow that have not been reviewed for inclusion in this message; information recorded before 15-Jun-2024 may be missing.',
      );
    });

    test('A switched-off area that was asked for: an empty list and one issue, everything else as usual', async () => {
      await surgery.hold([
        ...drug('m1'),
        referral('f1'),
        referral('f2', { confidential: true }),
        observation('u1'),
      ]);
      const got = await surgery.ask(['includeReferrals', 'includeUncategorisedData', 'includeTelepathy'], {
        off: ['referrals', 'medications'],
        absent: ['f1"', 'f2"', 'm1'],
      });
      assert.deepEqual(got.items('referrals'), []);
      assert.deepEqual(got.warnings('referrals'), warned, 'a confidential item is warned about all the same');
      assert.deepEqual(got.items('uncategorised'), ['Observation/u1']);
      assert.deepEqual(got.issues(), [
        'includeTelepathy is an unrecognised parameter',
        'includeReferrals has been disabled',
      ]);
    });

    test('Items of a switched-off area inside consultations and problems become placeholders, confidential ones do not', async () => {
      await surgery.hold([
        encounter('e1', { start: '2024-03-02' }),
        note('n1', 'seen', { encounter: 'e1' }),
        referral('f1', { encounter: 'e1', letters: ['DocumentReference/l1'] }),
        referral('f2', { encounter: 'e1', confidential: true }),
        document('l1', { encounter: 'e1' }),
        problem('c1', {
          encounter: 'e1',
          actual: 'ReferralRequest/f1',
          content: ['ReferralRequest/f2', 'DocumentReference/l1'],
        }),
        ...consultation('e1', [
          {
            problem: 'c1',
            items: ['Observation/n1', 'ReferralRequest/f1', 'ReferralRequest/f2', 'DocumentReference/l1'],
          },
        ]),
      ]);
      const got = await surgery.ask(['includeConsultations', 'includeProblems'], {
        off: ['referrals', 'documents'],
        absent: ['f1"', 'f2', 'l1'],
      });
      assert.deepEqual(got.get('List/e1-topic-1').entry, [
        { item: { reference: 'Observation/n1' } },
        { item: { display: 'Referral items have been disabled' } },
        { item: { display: 'Document items have been disabled' } },
      ]);
      const references = got
        .get('Condition/c1')
        .extension.map(({ valueReference }: { valueReference?: unknown }) => valueReference);
      assert.deepEqual(references.slice(1), [
        { display: 'Referral items have been disabled' },
        { display: 'Document items have been disabled' },
      ]);
      assert.deepEqual(got.issues().sort(), [
        'DocumentReferences has been disabled',
        'includeReferrals has been disabled',
      ]);

      const letters = await surgery.ask(['includeReferrals'], { off: ['documents'] });
      assert.deepEqual(letters.get('ReferralRequest/f1').supportingInfo, [
        { display: 'Document items have been disabled' },
      ]);
      assert.deepEqual(letters.issues(), ['DocumentReferences has been disabled']);
    });

    test('Problems switched off: no header is pulled in, topics show a placeholder', async () => {
      await surgery.hold([
        encounter('e1', { start: '2024-03-02' }),
        note('n1', 'seen', { encounter: 'e1' }),
        problem('c1', { content: ['Observation/n1'] }),
        ...consultation('e1', [{ title: 'Chest', problem: 'c1', items: ['Observation/n1'] }]),
      ]);
      const got = await surgery.ask(['includeConsultations'], {
        off: ['problems'],
        absent: ['Condition/c1'],
      });
      assert.deepEqual(got.get('List/e1-topic-1').extension[0].extension, [
        { url: 'target', valueReference: { display: 'Problem items have been disabled' } },
      ]);
      assert.deepEqual(got.issues(), ['includeProblems has been disabled']);
    });

    test('Consultations switched off: items name none, problems show placeholders, and nothing else is lost', async () => {
      await surgery.hold([
        encounter('e1', { start: '2024-03-02' }),
        observation('u1', { encounter: 'e1' }),
        allergy('a1', { encounter: 'e1' }),
        problem('c1', { encounter: 'e1', content: ['Encounter/e1', 'List/e1-topic-1', 'Observation/u1'] }),
        ...consultation('e1', [{ items: ['Observation/u1'] }]),
      ]);
      const off = { off: ['consultations'], absent: ['Encounter/e1', 'e1-topic'] } as const;
      const placeholder = { display: 'Consultation items have been disabled' };
      const items = await surgery.ask(['includeUncategorisedData', bothAllergies], off);
      assert.deepEqual(items.get('Observation/u1').context, placeholder);
      assert.deepEqual(items.get('AllergyIntolerance/a1').extension[0].valueReference, placeholder);
      assert.deepEqual(items.issues(), []);
      const problems = await surgery.ask(['includeConsultations', 'includeProblems'], off);
      assert.deepEqual(problems.items('consultations'), []);
      assert.deepEqual(problems.items('problems:uncategorised'), ['Observation/u1']);
      assert.deepEqual(problems.get('Condition/c1').context, placeholder);
      assert.deepEqual(problems.issues(), ['includeConsultations has been disabled']);
    });

    test('An area that is off but would not have contributed is not mentioned', async () => {
      await surgery.hold([...drug('m1'), observation('u1')]);
      const got = await surgery.ask(['includeMedication'], {
        off: ['consultations', 'uncategorised', 'documents'],
      });
      assert.deepEqual(got.issues(), []);
    });

    const refusalFor = async (options?: PracticeOptions) => {
      const request = structuredRequest(parameters('includeProblems'), { today, filterSignificance: true });
      return structuredRecord(surgery.records, practiceContext(options), request, trace).then(
        () => assert.fail('answered'),
        ({ code, status, diagnostics, issueType }) => ({ code, status, diagnostics, issueType }),
      );
    };

    test('§13: every person who may not be known here gets the very same answer', async () => {
      const registered = (code: string) => ({
        url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-RegistrationDetails-1',
        extension: [
          {
            url: 'registrationType',
            valueCodeableConcept: {
              coding: [
                { system: 'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-RegistrationType-1', code },
              ],
            },
          },
        ],
      });
      const unverified = {
        extension: [
          {
            url: 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-GPC-NHSNumberVerificationStatus-1',
            valueCodeableConcept: { coding: [{ code: '02' }] },
          },
        ],
        system: 'https://fhir.nhs.uk/Id/nhs-number',
        value: '9000000009',
      };
      const people = [
        () => surgery.hold([], undefined, person({ active: false })),
        () => surgery.hold([], undefined, person({ deceasedDateTime: '2024-01-01' })),
        () => surgery.hold([], undefined, person({ extension: [registered('T')] })),
        () => surgery.hold([], undefined, person({ identifier: [unverified] })),
        () => surgery.hold([], { sensitive: true }),
        () => surgery.hold([], { sensitive: true, sharing: 'dissent' }),
        () => surgery.hold([], { sharing: 'dissent' }, person({ active: false })),
      ];
      const answers = [];
      for (const make of people) {
        await make();
        answers.push(await refusalFor());
      }
      const unknown = await structuredRecord(
        surgery.records,
        practiceContext(),
        { nhsNumber: '9000000017', today, areas: {}, unrecognised: [] },
        trace,
      ).catch(({ code, status, diagnostics, issueType }) => ({ code, status, diagnostics, issueType }));
      for (const answer of answers) assert.deepEqual(answer, unknown);
      assert.deepEqual([answers[0]!.code, answers[0]!.status], ['PATIENT_NOT_FOUND', 404]);
    });

    test('§13: dissent refuses the whole record, a switched-off capability everyone', async () => {
      await surgery.hold([], { sensitive: false, sharing: 'dissent' });
      const dissent = await refusalFor();
      assert.deepEqual([dissent.code, dissent.status], ['NO_PATIENT_CONSENT', 403]);
      const off = await refusalFor({ structured: false });
      assert.deepEqual([off.code, off.status], ['ACCESS DENIED', 403]);
    });

    test('A withheld earlier plan leaves no priorPrescription behind', async () => {
      await surgery.hold(
        [
          ...drug('m1', { type: 'repeat-dispensing' }),
          ...drug('m2', { prior: 'm3' }),
          ...drug('m3', { confidential: true }),
        ],
        { sharing: 'share', sensitive: false },
      );
      const got = await surgery.ask(['includeMedication'], { absent: ['m3'] });
      assert.equal(got.get('MedicationRequest/m2-plan').priorPrescription, undefined);
    });
  });
}
