// Each normalisation rule with a made-up resource: what it changes, and that it says so.
// spec: access-record-structured §5, §6, §9.1, §10, §18
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, serializeJson } from '@gp-connect/foundation/fhir';
import { hl7UkProfile, nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';
import { prepare } from '../import/prepare.ts';
import { ReportKeeper } from '../import/report.ts';
import type { ResourceJson } from '../json.ts';

function normalise(resource: object, fullUrls: ReadonlyMap<string, string> = new Map()) {
  const keeper = new ReportKeeper('Z90001', 'run', true, () => undefined);
  const parsed = parseJson(JSON.stringify(resource)) as ResourceJson;
  const prepared = prepare({ file: 'f', entry: 3, resource: parsed }, fullUrls, '2024-06-01', keeper);
  const rules = Object.fromEntries(keeper.report.normalised.map(({ rule, example }) => [rule, example.path]));
  return { resource: prepared.ready[0]?.resource as Record<string, unknown>, prepared, rules, keeper };
}

const meta = (type: string) => ({ profile: [resourceProfile[type]!] });
const base = { resourceType: 'Observation', id: 'o', meta: meta('Observation') };

interface Case {
  rule: string;
  path: string;
  from: object;
  to: object;
}

const cases: readonly Case[] = [
  {
    rule: 'boolean-as-text',
    path: 'Observation.code.coding[0].userSelected',
    from: { code: { coding: [{ system: system.snomed, code: '1', userSelected: 'true' }] } },
    to: { code: { coding: [{ system: system.snomed, code: '1', userSelected: true }] } },
  },
  {
    rule: 'number-as-text',
    path: 'Observation.valueQuantity.value',
    from: { valueQuantity: { value: '7' } },
    to: { valueQuantity: { value: 7 } },
  },
  {
    rule: 'space-around-value',
    path: 'Observation.code.coding[0].system',
    from: { code: { coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor ', code: 'UNK' }] } },
    to: { code: { coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK' }] } },
  },
  {
    rule: 'http-address',
    path: 'Observation.identifier[0].system',
    from: { identifier: [{ system: 'http://fhir.nhs.uk/Id/x', value: '1' }] },
    to: { identifier: [{ system: 'https://fhir.nhs.uk/Id/x', value: '1' }] },
  },
  {
    rule: 'shortened-system',
    path: 'Observation.identifier[0].system',
    from: { identifier: [{ system: 'http://fhir.nhs.net/Id/nhs-number', value: '1' }] },
    to: { identifier: [{ system: system.nhsNumber, value: '1' }] },
  },
  {
    rule: 'extension-host',
    path: 'Observation.extension[0].url',
    from: { extension: [{ url: hl7UkProfile('Extension-coding-sctdescid'), valueString: 'x' }] },
    to: { extension: [{ url: nhsProfile('Extension-coding-sctdescid'), valueString: 'x' }] },
  },
  {
    rule: 'extension-host',
    path: 'Observation.extension[0].url',
    from: {
      extension: [
        {
          url: 'http://fhir.hl7.org.uk/STU3/StructureDefinition/extension-careconnect-actualproblem-1',
          valueString: 'x',
        },
      ],
    },
    to: { extension: [{ url: hl7UkProfile('Extension-CareConnect-ActualProblem-1'), valueString: 'x' }] },
  },
  {
    rule: 'extension-misspelt',
    path: 'Observation.extension[0].url',
    from: {
      extension: [
        {
          url: hl7UkProfile('Extensioncoding-CareConnect-GPC-DosageLastChanged-1'),
          valueDateTime: '2020-01-28',
        },
      ],
    },
    to: {
      extension: [
        {
          url: hl7UkProfile('Extension-CareConnect-MedicationDosageLastChanged-1'),
          valueDateTime: '2020-01-28',
        },
      ],
    },
  },
  {
    rule: 'extension-part-letter-case',
    path: 'Observation.extension[0].extension[0].url',
    from: {
      extension: [
        {
          url: nhsProfile('Extension-coding-sctdescid'),
          extension: [{ url: 'DescriptionID', valueId: '1' }],
        },
      ],
    },
    to: {
      extension: [
        {
          url: nhsProfile('Extension-coding-sctdescid'),
          extension: [{ url: 'descriptionId', valueId: '1' }],
        },
      ],
    },
  },
  {
    rule: 'reference-absolute',
    path: 'Observation.subject',
    from: { subject: { reference: 'https://gp.example/A1/STU3/1/Patient/p1' } },
    to: { subject: { reference: 'Patient/p1' } },
  },
  {
    rule: 'reference-to-version',
    path: 'Observation.subject',
    from: { subject: { reference: 'Patient/p1/_history/4' } },
    to: { subject: { reference: 'Patient/p1' } },
  },
  {
    rule: 'placeholder-in-reference',
    path: 'Observation.context',
    from: { context: { reference: 'Referral items are not supported by the provider system' } },
    to: { context: { display: 'Referral items are not supported by the provider system' } },
  },
  {
    rule: 'single-for-many',
    path: 'Observation.performer',
    from: { performer: { reference: 'Practitioner/d' } },
    to: { performer: [{ reference: 'Practitioner/d' }] },
  },
  {
    rule: 'many-for-single',
    path: 'Observation.code',
    from: { code: [{ text: 'x' }] },
    to: { code: { text: 'x' } },
  },
  {
    rule: 'empty-element',
    path: 'Observation.comment',
    from: { comment: '', code: { text: 'x' } },
    to: { code: { text: 'x' } },
  },
  {
    rule: 'empty-element',
    path: 'Observation.component',
    from: { component: [], code: { text: 'x' } },
    to: { code: { text: 'x' } },
  },
];

for (const [at, { rule, path, from, to }] of cases.entries()) {
  test(`rule ${rule} puts ${path} right (case ${at})`, () => {
    const { resource, rules } = normalise({ ...base, ...from });
    assert.deepEqual(JSON.parse(serializeJson(resource)), { ...base, ...to });
    assert.equal(rules[rule], path);
  });
}

test('what is right is left alone, and numbers keep their written form', () => {
  const written =
    '{"resourceType":"Observation","id":"o","meta":{"profile":["' +
    resourceProfile.Observation +
    '"]},"valueQuantity":{"value":36.700,"extension":[{"url":"https://elsewhere.example/mine","valueBoolean":false}]}}';
  const keeper = new ReportKeeper('Z90001', 'run', true, () => undefined);
  const { ready } = prepare(
    { file: 'f', entry: 0, resource: parseJson(written) as ResourceJson },
    new Map(),
    '2024-06-01',
    keeper,
  );
  assert.equal(serializeJson(ready[0]!.resource), written);
  assert.deepEqual(keeper.report.normalised, []);
});

test('a reference by the full URL of a bundle entry becomes relative', () => {
  const fullUrl = 'urn:uuid:6b29fc40-ca47-1067-b31d-00dd010662da';
  const { resource, rules } = normalise(
    { ...base, subject: { reference: fullUrl } },
    new Map([[fullUrl, 'Patient/p1']]),
  );
  assert.deepEqual(resource.subject, { reference: 'Patient/p1' });
  assert.ok('reference-by-full-url' in rules);
});

test('an attachment address loses its old server (rule attachment-address)', () => {
  const { resource, rules } = normalise({
    resourceType: 'DocumentReference',
    id: 'd',
    content: [{ attachment: { contentType: 'a/b', url: 'https://gp.example/STU3/1/Binary/x1' } }],
  });
  assert.deepEqual(resource.content, [{ attachment: { contentType: 'a/b', url: 'Binary/x1' } }]);
  assert.ok('attachment-address' in rules);
});

test('clinical resources lose version and date, actors keep or get theirs, profiles are completed', () => {
  const clinical = normalise({ ...base, meta: { versionId: '3', lastUpdated: '2024-01-01T00:00:00Z' } });
  assert.deepEqual(clinical.resource.meta, meta('Observation'));
  assert.deepEqual(Object.keys(clinical.rules).sort(), ['profile', 'version-of-clinical-resource']);
  const actor = normalise({ resourceType: 'Practitioner', id: 'd', meta: meta('Practitioner') });
  assert.deepEqual(actor.resource.meta, { ...meta('Practitioner'), versionId: '1' });
  assert.ok('version-missing' in actor.rules);
});

test('the old condition category system becomes the current one (rule condition-category)', () => {
  const category = (codeSystem: string) => [{ coding: [{ system: codeSystem, code: 'problem-list-item' }] }];
  const { resource, rules } = normalise({
    resourceType: 'Condition',
    id: 'c',
    category: category('http://hl7.org/fhir/condition-category'),
  });
  assert.deepEqual(resource.category, category(system.conditionCategory));
  assert.ok('condition-category' in rules);
});

test('a resource without an id gets one from its identifier, or from its content (rule id-made)', () => {
  const { resource, rules } = normalise({
    ...base,
    id: undefined,
    identifier: [{ system: 'https://s', value: 'abc-1' }],
  });
  assert.equal(resource.id, 'abc-1');
  assert.ok('id-made' in rules);
  const one = normalise({ ...base, id: undefined, comment: 'x' }).resource.id;
  assert.equal(one, normalise({ ...base, id: undefined, comment: 'x' }).resource.id);
  assert.notEqual(one, normalise({ ...base, id: undefined, comment: 'y' }).resource.id);
});

test('contained resources become resources of their own, and #id follows (rule contained-lifted)', () => {
  const { prepared, rules } = normalise({
    resourceType: 'MedicationStatement',
    id: 'ms',
    contained: [{ resourceType: 'Medication', id: 'm', code: { text: 'Made-up capsules' } }],
    medicationReference: { reference: '#m' },
  });
  const [statement, medication] = prepared.ready.map((one) => one.resource);
  assert.equal(statement?.contained, undefined);
  assert.deepEqual(statement?.medicationReference, { reference: 'Medication/ms-m' });
  assert.equal(medication?.id, 'ms-m');
  assert.ok('contained-lifted' in rules);
});

const list = (more: object) => ({ resourceType: 'List', status: 'current', mode: 'snapshot', ...more });
const primary = (code: string) => ({ code: { coding: [{ system: system.snomed, code }] } });
const warning = (code: string) => ({
  url: nhsProfile('Extension-CareConnect-GPC-ListWarningCode-1'),
  valueCode: code,
});

test('ended allergies leave their list with the ids others know them by (§6.5)', () => {
  const { prepared, keeper } = normalise(
    list({
      ...primary('1103671000000101'),
      contained: [{ resourceType: 'AllergyIntolerance', id: 'a9', clinicalStatus: 'resolved' }],
      entry: [{ item: { reference: '#a9' } }],
    }),
  );
  assert.deepEqual(
    prepared.ready.map((one) => [one.resource.id, one.lifted]),
    [['a9', true]],
  );
  assert.equal(keeper.report.absorbed, 1);
});

test("an answer's list is known by its code, or by an older title (§18), and only its knowledge is kept", () => {
  for (const shape of [
    primary('933361000000108'),
    { title: 'Medication List' },
    { title: 'Active Allergies' },
  ]) {
    const { prepared, rules } = normalise(list(shape));
    assert.equal(prepared.ready.length, 0);
    assert.equal(prepared.knowledge?.list?.primary, true);
    assert.ok('answer-list-absorbed' in rules);
  }
  const own = normalise(list({ id: 'l', title: 'Something of the practice' }));
  assert.equal(own.prepared.ready.length, 1);
});

test('warnings on lists become facts with their day and area (§9.1)', () => {
  const note =
    'Patient record transfer from previous GP practice not yet complete; information recorded before 21-Jun-2021 may be missing. ' +
    'Patient record contains some items in the GP practice workflow that have not been reviewed for inclusion in this message; ' +
    'information recorded before 02-Feb-2024 may be missing.';
  const { prepared, keeper } = normalise(
    list({
      ...primary('887191000000108'),
      extension: [warning('data-in-transit'), warning('data-awaiting-filing'), warning('confidential-items')],
      note: [{ text: note }],
    }),
  );
  assert.deepEqual(prepared.knowledge?.facts, {
    inTransitSince: '2021-06-21',
    awaitingFiling: { since: '2024-02-02', areas: ['investigations'] },
  });
  assert.equal(keeper.report.withheld[0]?.area, 'investigations');
});

test('the Immunisations list says which Observations are status entries (§11.5)', () => {
  const { prepared } = normalise(
    list({
      ...primary('1102181000000102'),
      entry: [{ item: { reference: 'Immunization/i' } }, { item: { reference: 'Observation/s' } }],
    }),
  );
  assert.deepEqual([...(prepared.knowledge?.facts.immunisationStatus ?? [])], ['Observation/s']);
});
