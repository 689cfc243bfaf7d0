// Where MESH is told to deliver, on both databases. spec: mesh §4 steps 3–5
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { openStore, testStores } from '@gp-connect/foundation/store';
import { policyMigrations } from '../policy/index.ts';
import { england, person } from './directory-under-test.ts';
import { loadDirectory } from './load.ts';
import { directoryMigrations } from './migrations.ts';
import { practiceOfPatient } from './practice-of-patient.ts';
import type { DirectoryStore } from './store.ts';

const today = '2026-11-21';
const ods = 'https://fhir.nhs.uk/Id/ods-organization-code';
const registrations = (...periods: [value: string, start: string, end?: string][]) => ({
  generalPractitioner: periods.map(([value, start, end]) => ({
    identifier: { system: ods, value, period: { start, ...(end ? { end } : {}) } },
  })),
});
const load = {
  ...england,
  patients: [
    person('9990000034', { family: 'O’Brien-Vale' }),
    person('9990000018', { confidentiality: 'R' }),
    person('9990000042', { confidentiality: 'V' }),
    person('9990000050', { invalidated: true }),
    person('9990000069', registrations(['T99998', '2001-01-01', '2020-01-01'], ['t99999', '2020-01-02'])),
    person('9990000077', { practice: null }),
    person('9990000026', registrations(['T99998', '2001-01-01', '2020-01-01'])),
  ],
  supersessions: [{ from: '9990000085', to: '9990000069' }],
};

const born = { birthDate: '1990-06-15', surname: 'VALE' };
const rows: [says: string, asked: object, answer: object][] = [
  [
    'the surname without case, accents and punctuation',
    { nhsNumber: '9990000034', surname: "O'BRIEN VALE" },
    { practice: 'T99999' },
  ],
  ['another surname', { nhsNumber: '9990000034', surname: 'VALE' }, { problem: 'no-match' }],
  ['another birth date', { nhsNumber: '9990000069', birthDate: '1990-06-16' }, { problem: 'no-match' }],
  ['the practice of today among those of a life', { nhsNumber: '9990000069' }, { practice: 'T99999' }],
  ['a number that was replaced', { nhsNumber: '9990000085' }, { practice: 'T99999' }],
  ['deducted, no new practice', { nhsNumber: '9990000026' }, { problem: 'no-practice' }],
  ['never registered', { nhsNumber: '9990000077' }, { problem: 'no-practice' }],
  ['restricted: PDS tells no practice', { nhsNumber: '9990000018' }, { problem: 'no-practice' }],
  ['very restricted', { nhsNumber: '9990000042' }, { problem: 'not-found' }],
  ['invalidated', { nhsNumber: '9990000050' }, { problem: 'not-found' }],
  ['unknown', { nhsNumber: '9990000107' }, { problem: 'not-found' }],
];

for (const { name, fresh } of testStores()) {
  describe(`mesh §4: the practice of a patient, on ${name}`, () => {
    let store: DirectoryStore;
    before(async () => {
      store = await openStore(await fresh(), [...policyMigrations, ...directoryMigrations]);
      await loadDirectory(store, load);
    });
    after(() => store?.close());
    for (const [says, asked, answer] of rows) {
      test(says, async () => {
        const patient = { ...born, ...asked } as Parameters<typeof practiceOfPatient>[1];
        assert.deepEqual(await practiceOfPatient(store, patient, today), answer);
      });
    }
  });
}
