// Roles, dates, details and links of single resources. spec: access-record-structured §4, §8, §11
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hl7UkProfile, nhsProfile, system } from '@gp-connect/foundation/nhs';
import { compileRecord } from './compile.ts';
import type { ResourceJson } from './json.ts';
import { readLinks } from './links-of.ts';
import { nhsNumber, observation, patient, snomed } from './records-for-tests.ts';

const number = nhsNumber(2);
const compile = (...resources: object[]) => {
  const rows = compileRecord([patient('p', number), ...(resources as ResourceJson[])]).rows;
  return new Map(rows.map((row) => [row.id, row]));
};
const related = (type: string, id: string) => ({
  related: [{ type, target: { reference: `Observation/${id}` } }],
});
const comment = snomed('37331000000100');

test('a comment note is narrative, unless a report reaches it (§8, §11.8)', () => {
  const rows = compile(
    observation('note', 'p', { code: comment }),
    observation('header', 'p', related('has-member', 'result')),
    observation('result', 'p', related('derived-from', 'header')),
    observation('filing', 'p', { code: comment, ...related('derived-from', 'result') }),
    observation('loose', 'p'),
    { resourceType: 'DiagnosticReport', id: 'report', result: [{ reference: 'Observation/header' }] },
  );
  assert.deepEqual(
    ['note', 'header', 'result', 'filing', 'loose', 'report'].map((id) => rows.get(id)?.role),
    ['narrative', 'report-part', 'report-part', 'report-part', 'uncategorised', 'report'],
  );
});

test('an uncategorised hierarchy is no report, though its parts derive from one another (§11.8)', () => {
  const rows = compile(
    observation('parent', 'p', related('has-member', 'child')),
    observation('child', 'p', related('derived-from', 'parent')),
  );
  assert.deepEqual([rows.get('parent')?.role, rows.get('child')?.role], ['uncategorised', 'uncategorised']);
});

test('plan and order, diary and test request are told apart by intent (§11.4, §11.11)', () => {
  const rows = compile(
    { resourceType: 'MedicationRequest', id: 'plan', intent: 'plan' },
    { resourceType: 'MedicationRequest', id: 'order', intent: 'order' },
    { resourceType: 'ProcedureRequest', id: 'diary', intent: 'plan' },
    { resourceType: 'ProcedureRequest', id: 'test', intent: 'order' },
  );
  assert.deepEqual(
    ['plan', 'order', 'diary', 'test'].map((id) => rows.get(id)?.role),
    ['plan', 'order', 'diary', 'test-request'],
  );
});

test('structure lists are told apart by code, allergies by their end (§6.5, §8)', () => {
  const rows = compile(
    { resourceType: 'List', id: 'c', code: snomed('325851000000107') },
    { resourceType: 'List', id: 't', code: snomed('25851000000105') },
    { resourceType: 'List', id: 'h', code: snomed('24781000000107') },
    { resourceType: 'AllergyIntolerance', id: 'a', clinicalStatus: 'active' },
    { resourceType: 'AllergyIntolerance', id: 'e', clinicalStatus: 'resolved' },
    { resourceType: 'AllergyIntolerance', id: 'x', verificationStatus: 'entered-in-error' },
  );
  assert.deepEqual(
    ['c', 't', 'h', 'a', 'e', 'x'].map((id) => rows.get(id)?.role),
    ['consultation-list', 'topic-list', 'heading-list', 'allergy-active', 'allergy-ended', 'other'],
  );
});

test('a declined immunisation is a status entry by its code, others by the list that named them (§11.5)', () => {
  const declined = observation('d', 'p', { code: snomed('268559007') });
  const other = observation('o', 'p');
  const rows = compileRecord([patient('p', number), declined, other], {
    immunisationStatus: new Set(['Observation/o']),
  }).rows;
  assert.deepEqual(
    rows.map((row) => row.role),
    ['patient', 'immunisation-status', 'immunisation-status'],
  );
});

test('partial dates are intervals, an open period has no end (§4)', () => {
  const rows = compile(
    observation('month', 'p', { effectiveDateTime: '2024-07' }),
    observation('none', 'p', { effectiveDateTime: undefined }),
    { resourceType: 'MedicationStatement', id: 'ms', effectivePeriod: { start: '2024-01-05' } },
    { resourceType: 'DocumentReference', id: 'doc', indexed: '2024-01-05T10:00:00Z' },
  );
  const month = rows.get('month')!;
  assert.equal(new Date(month.from_ms!).toISOString(), '2024-06-30T23:00:00.000Z');
  assert.equal(new Date(month.to_ms!).toISOString(), '2024-07-31T22:59:59.999Z');
  assert.deepEqual([rows.get('none')?.from_ms, rows.get('none')?.to_ms], [null, null]);
  assert.deepEqual([rows.get('ms')?.from_ms, rows.get('ms')?.to_ms], [Date.UTC(2024, 0, 5), null]);
  assert.equal(rows.get('doc')?.from_ms, Date.UTC(2024, 0, 5, 10));
});

test('status, detail and code are those that filters look at (§4)', () => {
  const coded = (codeSystem: string, code: string) => ({
    valueCodeableConcept: { coding: [{ system: codeSystem, code }] },
  });
  const rows = compile(
    {
      resourceType: 'Condition',
      id: 'c',
      clinicalStatus: 'inactive',
      code: snomed('22298006'),
      extension: [{ url: hl7UkProfile('Extension-CareConnect-ProblemSignificance-1'), valueCode: 'major' }],
    },
    { resourceType: 'Medication', id: 'm', code: snomed('323509004') },
    {
      resourceType: 'MedicationRequest',
      id: 'plan',
      intent: 'plan',
      status: 'active',
      medicationReference: { reference: 'Medication/m' },
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-PrescriptionType-1'),
          ...coded(system.prescriptionType, 'repeat'),
        },
      ],
    },
    { resourceType: 'Immunization', id: 'i', notGiven: true },
  );
  const facets = (id: string) => [rows.get(id)?.status, rows.get(id)?.detail, rows.get(id)?.code];
  assert.deepEqual(facets('c'), ['inactive', 'major', '22298006']);
  assert.deepEqual(facets('plan'), ['active', 'repeat', '323509004']);
  assert.deepEqual(facets('i'), [null, 'not-given', null]);
});

test('links name their path without indices, extensions by their own name, never the patient', () => {
  const rows = compile({
    resourceType: 'Condition',
    id: 'c',
    subject: { reference: 'Patient/p' },
    context: { reference: 'Encounter/e' },
    extension: [
      {
        url: hl7UkProfile('Extension-CareConnect-ActualProblem-1'),
        valueReference: { reference: 'Observation/o' },
      },
      {
        url: hl7UkProfile('Extension-CareConnect-RelatedProblemHeader-1'),
        extension: [
          { url: 'type', valueCode: 'parent' },
          { url: 'target', valueReference: { reference: 'Condition/d' } },
        ],
      },
    ],
  });
  assert.deepEqual(readLinks(rows.get('c')!.links), [
    { path: 'context', toType: 'Encounter', toId: 'e' },
    { path: 'extension(actualProblem)', toType: 'Observation', toId: 'o' },
    { path: 'extension(relatedProblemHeader)', toType: 'Condition', toId: 'd' },
  ]);
});

test('a record without a Patient, with a wrong number or with the same id twice is refused', () => {
  assert.throws(() => compileRecord([observation('a', 'p')]), /needs a Patient/);
  assert.throws(() => compileRecord([patient('p', '9990000000')]), /valid NHS number/);
  assert.throws(() => compile(observation('a', 'p'), observation('a', 'p')), /stands twice/);
});
