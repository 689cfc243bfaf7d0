// HZ-05, HZ-15: a record under the NHS number of somebody else is refused whole, and the stored one stays as it was.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { stores, withRecords } from '../records-for-tests.ts';
import { importRecords } from './import-records.ts';

const patient = (family: string, birthDate: string) => ({
  resourceType: 'Patient',
  id: `p-${family}`,
  identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000018' }],
  name: [{ use: 'official', family, given: ['Ada'] }],
  gender: 'female',
  birthDate,
});
const file = (...resources: object[]) => ({
  name: 'export.ndjson',
  stream: Readable.from(resources.map((resource) => `${JSON.stringify(resource)}\n`)),
});

const [embedded] = stores;

test('another name and another birth date under a stored NHS number are refused', () =>
  withRecords(embedded!.fresh, async (records) => {
    const practice = 'A83901';
    await importRecords(records, { practice, files: [file(patient('Fenwick', '1961-04-02'))] });
    const before = await records.findPatient(practice, '9990000018');
    const report = await importRecords(records, { practice, files: [file(patient('Marsh', '1984-11-30'))] });
    assert.equal(report.refused.length, 1);
    assert.match(report.refused[0]!.reason, /another name and birth date/);
    assert.equal((await records.findPatient(practice, '9990000018'))?.version, before?.version);
  }));

test('a changed name alone, or a corrected birth date alone, is the same person', () =>
  withRecords(embedded!.fresh, async (records) => {
    const practice = 'A83901';
    await importRecords(records, { practice, files: [file(patient('Fenwick', '1961-04-02'))] });
    for (const same of [patient('Marsh', '1961-04-02'), patient('Marsh', '1961-04-20')]) {
      const report = await importRecords(records, { practice, files: [file(same)] });
      assert.deepEqual(report.refused, []);
    }
  }));
