// Reading an answer: nothing missing may look like nothing there. spec: access-record-structured §6, §9, §15
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Bundle, parseJson } from '@gp-connect/foundation/fhir';
import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import {
  allergy,
  answer,
  areaList,
  consultation,
  endedList,
  immunisation,
  listOfCode,
  medication,
  observation,
  problem,
  type Resource,
  warning,
} from './bundle-for-tests.ts';
import { type Consultation, readRecord } from './index.ts';

const WITHHELD = 'Items excluded due to confidentiality and/or patient preferences.';

function area(name: ClinicalArea, ...resources: readonly (Resource | readonly Resource[])[]) {
  const found = readRecord(answer(...resources)).areas.find((each) => each.area === name);
  assert.ok(found, `the view has no ${name}`);
  return found;
}

test('§6.4 an empty list says that nothing is recorded', () => {
  const { items, nothingRecorded, missing, unavailable } = area(
    'problems',
    areaList('problems', [], 'Information not available'),
  );
  assert.deepEqual(
    { items, nothingRecorded, missing, unavailable },
    {
      items: [],
      nothingRecorded: true,
      missing: [],
      unavailable: null,
    },
  );
});

test('§9.2 a list emptied by withholding is never "nothing recorded"', () => {
  const view = area(
    'problems',
    areaList('problems', [], `${WITHHELD} Information not available`, 'confidential-items'),
  );
  assert.equal(view.nothingRecorded, false);
  assert.deepEqual(view.missing, [WITHHELD]);
});

test('§9.1 a warning code without words is still told', () => {
  const view = area('referrals', areaList('referrals', [], undefined, 'data-awaiting-filing'));
  assert.equal(view.nothingRecorded, false);
  assert.equal(view.missing.length, 1);
});

test('§9.3 an area that is switched off is unavailable, in words, whether or not it has a list', () => {
  const off = warning('includeReferrals', 'includeReferrals has been disabled');
  for (const resources of [[off], [off, areaList('referrals', [], 'Information not available')]]) {
    const view = area('referrals', ...resources);
    assert.equal(view.nothingRecorded, false);
    assert.match(view.unavailable ?? '', /switched off/);
    assert.doesNotMatch(view.unavailable ?? '', /includeReferrals/);
  }
  assert.deepEqual(readRecord(answer(off)).warnings, [], 'said once, at the area');
});

test('§3.3 an area the provider does not know is unavailable, for another reason', () => {
  const view = area(
    'diary',
    warning('includeDiaryEntries', 'includeDiaryEntries is an unrecognised parameter'),
  );
  assert.match(view.unavailable ?? '', /cannot send/);
});

test('§15.2 a warning about a filter, and one about documents, name what they concern', () => {
  const filter = readRecord(answer(warning('includeProblems.filterSignificance', 'unrecognised parameter')));
  assert.match(filter.warnings[0] ?? '', /^Problems: .*filterSignificance/);
  const documents = readRecord(answer(warning('DocumentReferences', 'DocumentReferences has been disabled')));
  assert.match(documents.warnings[0] ?? '', /^Documents: .*switched off/);
});

test('§6.3 warnings of secondary lists are shown with the area they belong to, once', () => {
  const note = 'Items excluded.';
  const code = 'problems-medications-related-to-problems';
  const view = area(
    'problems',
    areaList('problems', []),
    listOfCode(code, 'Problems - medications related to problems', [], note, 'confidential-items'),
  );
  assert.deepEqual(view.missing, [`medications related to problems: ${note}`]);
  assert.equal(view.nothingRecorded, false);
  const same = area(
    'problems',
    areaList('problems', [], note),
    listOfCode(code, 'Problems - medications related to problems', [], note),
  );
  assert.deepEqual(same.missing, [note]);
});

test('§6.3 a warning of a list without an area of its own is not lost', () => {
  const list = listOfCode('problems-diary-entries-related-to-problems', 'Problems - diary', [], WITHHELD);
  assert.deepEqual(readRecord(answer(list)).warnings, [`Problems - diary: ${WITHHELD}`]);
});

test('an entry whose target is not in the answer is counted as missing, not dropped', () => {
  const view = area('allergies', areaList('allergies', ['AllergyIntolerance/gone']));
  assert.equal(view.nothingRecorded, false);
  assert.match(view.missing[0] ?? '', /1 item of this list could not be read/);
});

test('§6.5 ended allergies come from the contained resources and stand apart', () => {
  const view = area(
    'allergies',
    areaList('allergies', ['AllergyIntolerance/a']),
    allergy('a', 'Allergy to penicillin'),
    endedList(allergy('b', 'Allergy to peanut', { date: '2004-09-12', reason: 'Tolerated' })),
  );
  const standing = Object.fromEntries(view.items.map((item) => [item.title, item.standing]));
  assert.deepEqual(standing, { 'Allergy to penicillin': 'current', 'Allergy to peanut': 'ended' });
  const ended = view.items.find((item) => item.standing === 'ended');
  assert.deepEqual(ended?.facts, [
    { label: 'Ended on', value: '12 Sep 2004' },
    { label: 'Reason ended', value: 'Tolerated' },
  ]);
});

test('§15.6 immunisations not given stand apart from those given', () => {
  const view = area(
    'immunisations',
    areaList('immunisations', ['Immunization/y', 'Immunization/n']),
    immunisation('y', false),
    immunisation('n', true),
  );
  assert.deepEqual(view.items.map((item) => [item.reference, item.standing]).sort(), [
    ['Immunization/n', 'not-given'],
    ['Immunization/y', 'past'],
  ]);
});

test('§10.4 an entry whose code was lost in transfer is flagged and keeps its text', () => {
  const degraded = {
    ...allergy('a', ''),
    code: { coding: [{ system: 'http://snomed.info/sct', code: '196461000000101' }], text: 'Sulfa tablets' },
  };
  const [item] = area('allergies', areaList('allergies', ['AllergyIntolerance/a']), degraded).items;
  assert.equal(item?.title, 'Sulfa tablets');
  assert.deepEqual(item?.cautions, ['transfer-degraded']);
});

test('§9.5 an entry not meant for the patient, and one without a code, say so', () => {
  const labelled = {
    ...allergy('a', 'Allergy to penicillin'),
    meta: { security: [{ code: 'NOPAT' }] },
    code: { text: 'Rash with pink pills' },
  };
  const [item] = area('allergies', areaList('allergies', ['AllergyIntolerance/a']), labelled).items;
  assert.deepEqual([...(item?.cautions ?? [])].sort(), ['not-for-patient', 'uncoded']);
});

test('§8 a consultation keeps its order, shows placeholders, and says what could not be read', () => {
  const note = {
    resourceType: 'Observation',
    id: 't',
    code: { text: 'Comment note' },
    comment: 'Feels well',
  };
  const [item] = area(
    'consultations',
    areaList('consultations', ['Encounter/e']),
    consultation(['Observation/t', 'Referral items have been disabled', 'Observation/gone']),
    note,
  ).items as Consultation[];
  const entries = item?.topics[0]?.headings[0]?.items ?? [];
  assert.equal(typeof entries[0] === 'string' ? '' : entries[0]?.notes[0], 'Feels well');
  assert.equal(entries[1], 'Referral items have been disabled');
  assert.match(String(entries[2]), /could not be read/);
  assert.equal(item?.date.text, '30 Sep 2025 09:20 to 09:35');
});

test('words of a consultation are shown in it, not once more beside it', () => {
  const note = {
    resourceType: 'Observation',
    id: 't',
    code: { text: 'Comment note' },
    comment: 'Feels well',
  };
  const view = readRecord(
    answer(areaList('consultations', ['Encounter/e']), consultation(['Observation/t']), note),
  );
  assert.deepEqual(view.context, []);
});

test('§7 a problem lists what it links to, a plan as its medication, a placeholder in words; the item knows the problem', () => {
  const view = readRecord(
    answer(
      areaList('problems', ['Condition/c']),
      problem('c', 'Diabetes', [
        'MedicationRequest/m-plan',
        'Referral items are not supported by the provider system',
      ]),
      areaList('medications', ['MedicationStatement/m']),
      medication('m', 'Metformin', []),
    ),
  );
  const [diabetes] = view.areas.find((each) => each.area === 'problems')!.items;
  assert.deepEqual(
    diabetes?.children.map((child) => child.title),
    ['Metformin'],
  );
  assert.deepEqual(diabetes?.missing, ['Referral items are not supported by the provider system']);
  const [metformin] = view.areas.find((each) => each.area === 'medications')!.items;
  assert.deepEqual(metformin?.problems, ['Diabetes']);
});

test('§16 a medication has its issues, newest first, and no issue of another', () => {
  const [item] = area(
    'medications',
    areaList('medications', ['MedicationStatement/m']),
    medication('m', 'Metformin', ['2024-01-02', '2024-03-02', '2024-02-02']),
    medication('n', 'Ramipril', ['2025-01-01']),
  ).items;
  assert.deepEqual(
    item?.children.map((issue) => issue.date.text),
    ['02 Mar 2024', '02 Feb 2024', '02 Jan 2024'],
  );
});

test('§15.7 items that came along with problems stay apart from the area’s own list', () => {
  const view = readRecord(
    answer(
      areaList('problems', ['Condition/c']),
      problem('c', 'Diabetes', ['MedicationRequest/m-plan']),
      medication('m', 'Metformin', []),
    ),
  );
  assert.equal(
    view.areas.find((each) => each.area === 'medications'),
    undefined,
  );
  assert.deepEqual(
    view.context.map((item) => [item.area, item.title]),
    [['medications', 'Metformin']],
  );
});

test('§11.9 a report is a tree with ranges in words; its results are no loose observations, and a loop ends', () => {
  const member = (id: string) => ({ type: 'has-member', target: { reference: `Observation/${id}` } });
  const group = {
    resourceType: 'Observation',
    id: 'g',
    code: { text: 'Renal function' },
    related: [member('s'), member('g')],
  };
  const sodium = observation('s', '2025-01-01', 139, {
    code: { text: 'Sodium' },
    referenceRange: [{ low: { value: 133 } }],
  });
  const report = {
    resourceType: 'DiagnosticReport',
    id: 'r',
    status: 'final',
    issued: '2025-01-01T09:00:00Z',
    code: { text: 'Report' },
    result: [{ reference: 'Observation/g' }],
  };
  const view = readRecord(answer(areaList('investigations', ['DiagnosticReport/r']), report, group, sodium));
  const [item] = view.areas[0]!.items;
  assert.equal(item?.children[0]?.kind, 'Test group');
  assert.deepEqual(
    item?.children[0]?.children.map((child) => child.title),
    ['Sodium'],
  );
  assert.deepEqual(
    item?.children[0]?.children[0]?.facts.find(({ label }) => label === 'Reference range')?.value,
    '133 or more',
  );
  assert.deepEqual(view.context, []);
});

test('§15.6 a diary entry is planned', () => {
  const entry = {
    resourceType: 'ProcedureRequest',
    id: 'x',
    intent: 'plan',
    code: { text: 'Annual review' },
    occurrenceDateTime: '2027',
  };
  const [item] = area('diary', areaList('diary', ['ProcedureRequest/x']), entry).items;
  assert.deepEqual([item?.standing, item?.date.text], ['planned', '2027']);
});

test('§15.4 resources of a type this view does not know are counted', () => {
  const view = readRecord(answer({ resourceType: 'FamilyMemberHistory', id: 'f' }));
  assert.deepEqual(view.notShown, [{ label: 'FamilyMemberHistory', value: '1' }]);
});

test('§10.6 dates keep their precision, values their written form', () => {
  const text = JSON.stringify(
    answer(areaList('uncategorised', ['Observation/o']), observation('o', '2024-03', 0)),
  );
  const bundle = parseJson(text.replace('"value":0', '"value":81.50')) as unknown as Bundle;
  const [item] = readRecord(bundle).areas[0]!.items;
  assert.equal(item?.date.text, 'Mar 2024');
  assert.deepEqual(item?.facts, [{ label: 'Value', value: '81.50 kg' }]);
  assert.deepEqual(
    item?.measurements.map(({ value }) => value),
    [81.5],
  );
});

test('§5 the registered practice is the organisation the patient’s GP reference leads to, else the managing one', () => {
  assert.deepEqual(readRecord(answer()).practice, { ods: 'Z90001', name: 'Fellside Surgery' });
  const other: Resource = {
    resourceType: 'Organization',
    id: 'q',
    name: 'Registered Practice',
    identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'Z90002' }],
  };
  const bundle = answer(other);
  const patient = bundle.entry![0]!.resource as unknown as { generalPractitioner: object[] };
  patient.generalPractitioner.push({ reference: 'Organization/q' });
  const view = readRecord(bundle);
  assert.equal(view.practice.ods, 'Z90002');
  assert.equal(view.patient.usualGp, 'Dr Ines Larkspur');
});

const samples = join(
  process.env.GPC_SHARED_FILES ?? join(import.meta.dirname, '../../../shared'),
  'samples/structured',
);
const skip = existsSync(samples) ? false : 'the published samples are not here';
for (const [file, name] of [
  ['allergies', 'allergies'],
  ['medications', 'medications'],
  ['consultations', 'consultations'],
  ['diary-entries', 'diary'],
] as const) {
  test(`a published example of ${name} reads whole: each entry of its list is an item`, { skip }, () => {
    const bundle = parseJson(readFileSync(`${samples}/${file}.json`)) as unknown as Bundle;
    const view = readRecord(bundle).areas.find((each) => each.area === name);
    assert.ok(view && view.items.length > 0);
    assert.deepEqual(
      view.missing.filter((text) => text.includes('could not be read')),
      [],
    );
    for (const item of view.items) assert.notEqual(item.title, '');
  });
}
