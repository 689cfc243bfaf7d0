// Every difference between PDS and the record is found, and nothing else. spec: access-record-structured §15 rule 1
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { R4 } from '@gp-connect/foundation/fhir';
import { answer } from './bundle-for-tests.ts';
import { demographicDifferences, readRecord } from './index.ts';

const pds: R4.Patient = {
  resourceType: 'Patient',
  name: [
    { use: 'nickname', family: 'H' },
    { use: 'usual', family: 'HARTLEY', given: ['Maya', 'Rose'] },
  ],
  gender: 'female',
  birthDate: '1984-05-09',
};
const differing = (patient: R4.Patient, practice: string | null) =>
  demographicDifferences(readRecord(answer()), patient, practice).map(({ label }) => label);

test('letter case and spaces are no difference', () => {
  const spaced = { ...pds, name: [{ use: 'usual' as const, family: ' hartley', given: ['MAYA ', 'Rose'] }] };
  assert.deepEqual(differing(pds, 'Z90001'), []);
  assert.deepEqual(differing(spaced, 'z90001'), []);
});

test('each of the five details is compared', () => {
  const other: R4.Patient = {
    resourceType: 'Patient',
    name: [{ use: 'usual', family: 'Hartly', given: ['Maya'] }],
    gender: 'other',
    birthDate: '1984-05-08',
  };
  assert.deepEqual(differing(other, 'Z90009'), [
    'Family name',
    'Given name',
    'Gender',
    'Date of birth',
    'Registered practice',
  ]);
});

test('something on one side only is a difference', () => {
  const { gender: _, ...without } = pds;
  assert.deepEqual(demographicDifferences(readRecord(answer()), without as R4.Patient, null), [
    { label: 'Gender', national: null, record: 'female' },
    { label: 'Registered practice', national: null, record: 'Z90001' },
  ]);
});
