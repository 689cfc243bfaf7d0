// What a Parameters resource is refused for, and what is only warned about.
// spec: access-record-structured §3, §21
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '@gp-connect/foundation/nhs';
import { structuredRequest } from './index.ts';
import { forbiddenWith, parameterTable, valueKeys } from './parameters.ts';
import { type Asked, type Part, parameters, today } from './surgery.ts';

const P = ['INVALID_PARAMETER', 422];
const R = ['INVALID_RESOURCE', 422];
const N = ['INVALID_NHS_NUMBER', 400];

const options = { today, filterSignificance: true };
const read = (body: unknown, settings = options) => structuredRequest(body, settings);

function refusalOf(body: unknown, settings = options): Refusal {
  try {
    read(body, settings);
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return error;
  }
  assert.fail('accepted');
}

function refused(body: unknown, expected: (string | number)[], naming: string, settings = options): void {
  const refusal = refusalOf(body, settings);
  assert.deepEqual([refusal.code, refusal.status], expected, refusal.diagnostics);
  assert.ok(refusal.diagnostics.includes(naming), `${refusal.diagnostics} does not name ${naming}`);
}

const one = (name: string, ...parts: Part[]): unknown => parameters([name, ...parts]);
const identified = (identifier: unknown, key = 'valueIdentifier') => ({
  resourceType: 'Parameters',
  parameter: [{ name: 'patientNHSNumber', [key]: identifier }],
});
const nhs = (value: unknown) => identified({ system: 'https://fhir.nhs.uk/Id/nhs-number', value });

test('STR-01: a body that is no Parameters resource is an invalid resource', () => {
  const patient = { resourceType: 'Patient' };
  for (const body of [undefined, null, 'text', 3, [], {}, patient]) refused(body, R, 'Parameters');
  refused({ resourceType: 'Parameters', parameter: {} }, R, 'Parameters.parameter');
  refused({ resourceType: 'Parameters', parameter: [{ valueBoolean: true }] }, R, 'name');
  const many = Array.from({ length: 101 }, (_, at) => `includeX${at}`);
  refused(parameters(...many), R, 'Parameters');
});

test('STR-05: the NHS number must be there, as an identifier of the NHS number system', () => {
  refused({ resourceType: 'Parameters' }, P, 'patientNHSNumber');
  refused({ resourceType: 'Parameters', parameter: [{ name: 'includeProblems' }] }, P, 'patientNHSNumber');
  refused({ resourceType: 'Parameters', parameter: [{ name: 'includeFoo' }] }, P, 'patientNHSNumber');
  refused(identified('9000000009', 'valueString'), P, 'patientNHSNumber');
  refused(identified(null), P, 'patientNHSNumber');
  refused({ resourceType: 'Parameters', parameter: [{ name: 'patientNHSNumber' }] }, P, 'patientNHSNumber');
  for (const system of ['', undefined, 'https://example.org/id']) {
    refused(identified({ system, value: '9000000009' }), P, 'patientNHSNumber');
  }
});

test('An NHS number of a wrong form or check digit has an error of its own', () => {
  for (const value of ['9000000001', '123', '', undefined, null, 9000000009, '900 000 0009']) {
    refused(nhs(value), N, 'patientNHSNumber');
  }
  assert.equal(read(nhs('9000000009')).nhsNumber, '9000000009');
});

test('A request with only the NHS number is valid and asks for nothing', () => {
  assert.deepEqual(read(parameters()), { nhsNumber: '9000000009', today, areas: {}, unrecognised: [] });
});

test('STR-03: a parameter sent twice is refused, problems excepted under 1.5 rules', () => {
  const number = parameters().parameter[0];
  refused({ resourceType: 'Parameters', parameter: [number, number] }, P, 'patientNHSNumber');
  for (const { name, area } of parameterTable) {
    if (area === 'problems') continue;
    const asked: Asked =
      area === 'allergies' ? [name, ['includeResolvedAllergies', 'valueBoolean', true]] : name;
    refused(parameters(asked, asked), P, name);
  }
  const twice = parameters(
    [
      'includeProblems',
      ['filterStatus', 'valueCode', 'active'],
      ['filterSignificance', 'valueCode', 'major'],
    ],
    ['includeProblems', ['filterStatus', 'valueCode', 'inactive']],
  );
  assert.deepEqual(read(twice).areas.problems?.filters, [
    { status: 'active', significance: 'major' },
    { status: 'inactive' },
  ]);
  refused(twice, P, 'includeProblems', { today, filterSignificance: false });
});

test('STR-02: a part sent twice makes the resource invalid', () => {
  const issues: Part = ['includePrescriptionIssues', 'valueBoolean', true];
  refused(one('includeMedication', issues, issues), R, 'includeMedication.includePrescriptionIssues');
});

test('STR-04: every part refuses a missing value, null, and a value of another type', () => {
  for (const { name, parts } of parameterTable) {
    for (const part of parts) {
      const full = `${name}.${part.name}`;
      const key = valueKeys[part.kind];
      refused(one(name, [part.name, 'nothing', 1]), P, full);
      refused(one(name, [part.name, key, null]), P, full);
      refused(one(name, [part.name, 'valueString', 'true']), P, full);
      refused(one(name, [part.name, key, { odd: true }]), P, full);
      refused(one(name, [part.name, key, '']), P, full);
    }
  }
});

test('STR-09: an area parameter takes parts, not a value', () => {
  const body = parameters();
  body.parameter.push({ name: 'includeProblems', valueBoolean: true });
  refused(body, P, 'includeProblems');
});

test('STR-05: allergies need their part, whatever else is sent', () => {
  refused(parameters('includeAllergies'), P, 'includeAllergies.includeResolvedAllergies');
  refused(
    one('includeAllergies', ['timePeriod', 'valueString', 'x']),
    P,
    'includeAllergies.includeResolvedAllergies',
  );
});

const notWholeDates = [
  '2014',
  '2014-02',
  'X2014',
  '2015-10-23T11:08:32',
  '2015-10-23T11:08:32+00:00',
  '2015-10-23+00:00',
  '2015-02-30',
  ' 2015-02-03',
  '20150203',
  '',
  null,
  20150203,
];

test('STR-06: a medication date is a whole date, not in the future', () => {
  const from = (value: unknown) => one('includeMedication', ['medicationSearchFromDate', 'valueDate', value]);
  for (const value of [...notWholeDates, '2024-06-16']) {
    refused(from(value), P, 'includeMedication.medicationSearchFromDate');
  }
  assert.deepEqual(read(from(today)).areas.medications, { issues: true, from: today });
  assert.deepEqual(read(parameters('includeMedication')).areas.medications, { issues: true });
});

test('STR-06: a diary date is a whole date, not in the past', () => {
  const until = (value: unknown) =>
    one('includeDiaryEntries', ['diaryEntriesSearchDate', 'valueDate', value]);
  for (const value of [...notWholeDates, '2024-06-14']) {
    refused(until(value), P, 'includeDiaryEntries.diaryEntriesSearchDate');
  }
  assert.deepEqual(read(until(today)).areas.diary, { until: today });
});

const periodParts: readonly (readonly [string, string])[] = [
  ['includeConsultations', 'consultationSearchPeriod'],
  ['includeUncategorisedData', 'uncategorisedDataSearchPeriod'],
  ['includeInvestigations', 'investigationSearchPeriod'],
  ['includeReferrals', 'referralSearchPeriod'],
];

test('STR-06: every search period has whole, ordered bounds that are not in the future', () => {
  for (const [name, part] of periodParts) {
    const period = (value: unknown) => one(name, [part, 'valuePeriod', value]);
    for (const bound of ['start', 'end']) {
      for (const value of [...notWholeDates, '2024-06-16'])
        refused(period({ [bound]: value }), P, `${name}.${part}`);
    }
    refused(period({}), P, `${name}.${part}`);
    refused(period({ start: '2024-02-02', end: '2024-02-01' }), P, `${name}.${part}`);
    for (const good of [{ start: today, end: today }, { start: '2020-01-01' }, { end: '2020-01-01' }]) {
      const [asked] = Object.values(read(period(good)).areas);
      assert.deepEqual(asked, { period: good });
    }
  }
});

test('STR-06: a number of consultations is one or more', () => {
  const number = (value: unknown) =>
    one('includeConsultations', ['includeNumberOfMostRecent', 'valuePositiveInt', value]);
  for (const value of [0, -1, 1.5, '3', null]) {
    refused(number(value), P, 'includeConsultations.includeNumberOfMostRecent');
  }
  assert.deepEqual(read(number(3)).areas.consultations, { mostRecent: 3 });
});

test('STR-07: consultations by period and by number at once make the resource invalid', () => {
  const both = one(
    'includeConsultations',
    ['consultationSearchPeriod', 'valuePeriod', { start: '2020-01-01' }],
    ['includeNumberOfMostRecent', 'valuePositiveInt', 3],
  );
  refused(both, R, 'includeNumberOfMostRecent');
});

test('STR-06: problem filters take their own codes only', () => {
  for (const value of ['resolved', 'recurrence', 'remission', 'off', 'Active', null]) {
    refused(one('includeProblems', ['filterStatus', 'valueCode', value]), P, 'includeProblems.filterStatus');
  }
  for (const value of ['HIGH', 'low', null]) {
    refused(
      one('includeProblems', ['filterSignificance', 'valueCode', value]),
      P,
      'includeProblems.filterSignificance',
    );
  }
});

test('With 1.5 compatibility off, filterSignificance is an unrecognised part', () => {
  const body = one('includeProblems', ['filterSignificance', 'valueCode', 'HIGH']);
  assert.deepEqual(read(body, { today, filterSignificance: false }).unrecognised, [
    'includeProblems.filterSignificance',
  ]);
});

test('What is not known is collected once each, at the coarsest level', () => {
  const unknown = (...asked: Asked[]) => read(parameters(...asked)).unrecognised;
  const boolean = (name: string): Part => [name, 'valueBoolean', true];
  assert.deepEqual(unknown(['includeFoo', boolean('a'), boolean('b')]), ['includeFoo']);
  assert.deepEqual(unknown('includeFoo', 'includeBar', 'includeBaz'), [
    'includeFoo',
    'includeBar',
    'includeBaz',
  ]);
  assert.deepEqual(
    unknown(['includeAllergies', boolean('includeResolvedAllergies'), boolean('timePeriod')]),
    ['includeAllergies.timePeriod'],
  );
  assert.deepEqual(unknown(['includeProblems', boolean('madeUpProblems')]), [
    'includeProblems.madeUpProblems',
  ]);
  assert.deepEqual(unknown(['includeInvalidMedications', boolean('x')]), ['includeInvalidMedications']);
  assert.deepEqual(unknown('consultationSearchPeriod'), ['consultationSearchPeriod']);
  assert.deepEqual(unknown(['includeMedication', ['filterPrescriptionType', 'valueCode', 'acute']]), [
    'includeMedication.filterPrescriptionType',
  ]);
  assert.deepEqual(
    unknown(['includeAllergies', boolean('includeResolvedAllergies'), boolean('includePrescriptionIssues')]),
    ['includeAllergies.includePrescriptionIssues'],
  );
});

const valid: Readonly<Record<string, unknown>> = {
  medicationSearchFromDate: '2024-01-01',
  uncategorisedDataSearchPeriod: { start: '2024-01-01' },
  filterStatus: 'active',
  filterSignificance: 'major',
  referralSearchPeriod: { start: '2024-01-01' },
  diaryEntriesSearchDate: '2024-12-01',
  includeNotGiven: false,
  includeStatus: true,
};

test('STR-08: every forbidden combination is refused, naming the part', () => {
  for (const [parameter, forbidden] of Object.entries(forbiddenWith)) {
    for (const full of forbidden) {
      const [name, part] = full.split('.') as [string, string];
      const kind = parameterTable
        .find((row) => row.name === name)!
        .parts.find((row) => row.name === part)!.kind;
      const asked: Asked = [name, [part, valueKeys[kind], valid[part]]];
      assert.doesNotThrow(() => read(parameters(asked)), full);
      refused(parameters(parameter, asked), P, full);
      refused(parameters(asked, parameter), P, full);
    }
  }
  assert.equal(Object.values(forbiddenWith).flat().length, 14);
});

test('STR-08: what is never restricted, and every area together, is accepted', () => {
  const everything = parameters(
    ['includeAllergies', ['includeResolvedAllergies', 'valueBoolean', true]],
    ['includeMedication', ['includePrescriptionIssues', 'valueBoolean', false]],
    ['includeConsultations', ['consultationSearchPeriod', 'valuePeriod', { start: '2024-01-01' }]],
    'includeProblems',
    'includeImmunisations',
    'includeUncategorisedData',
    ['includeInvestigations', ['investigationSearchPeriod', 'valuePeriod', { start: '2024-01-01' }]],
    'includeReferrals',
    'includeDiaryEntries',
  );
  assert.equal(Object.keys(read(everything).areas).length, 9);
  const filtered = parameters(
    ['includeProblems', ['filterStatus', 'valueCode', 'active']],
    ['includeInvestigations', ['investigationSearchPeriod', 'valuePeriod', { start: '2024-01-01' }]],
  );
  assert.doesNotThrow(() => read(filtered));
});

function predefined(
  {
    number = 3,
    resolved = true,
    from = '2023-06-16',
  }: { number?: number; resolved?: boolean; from?: string } = {},
  ...more: Asked[]
): unknown {
  return parameters(
    ['includeConsultations', ['includeNumberOfMostRecent', 'valuePositiveInt', number]],
    'includeProblems',
    ['includeAllergies', ['includeResolvedAllergies', 'valueBoolean', resolved]],
    ['includeMedication', ['medicationSearchFromDate', 'valueDate', from]],
    ...more,
  );
}

test('The two predefined searches are exempt from the forbidden combinations, exactly as they are defined', () => {
  assert.equal(read(predefined()).areas.consultations?.mostRecent, 3);
  assert.doesNotThrow(() => read(predefined({}, 'includeImmunisations', 'includeUncategorisedData')));
  assert.doesNotThrow(() => read(predefined({ from: '2023-06-15' })));
  const part = 'includeMedication.medicationSearchFromDate';
  refused(predefined({ number: 4 }), P, part);
  refused(predefined({ resolved: false }), P, part);
  refused(predefined({ from: '2023-06-14' }), P, part);
  refused(predefined({}, 'includeImmunisations'), P, part);
  refused(predefined({}, 'includeReferrals'), P, part);
  refused(predefined({}, 'includeFoo'), P, part);
});
