// spec: messaging §2.5; mesh §4
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  consultationSubject,
  headerText,
  messageSubject,
  patientAddress,
  readPatientAddress,
  sameSurname,
} from './addresses.ts';

test('a GPPROVIDER address is day first and keeps the surname as it is', () => {
  const patient = { nhsNumber: '9010000028', birthDate: '1988-03-04', family: "O'Hara-Lund" };
  const address = patientAddress(patient);
  assert.equal(address, "GPPROVIDER_9010000028_04031988_O'Hara-Lund");
  assert.deepEqual(readPatientAddress(address), patient);
});

test('a surname with an underscore or blank is read back whole', () => {
  const patient = { nhsNumber: '9010000028', birthDate: '1988-03-04', family: 'VAN DER_BERG' };
  assert.deepEqual(readPatientAddress(patientAddress(patient)), patient);
});

test('eight digits that can only be year first are read so', () => {
  assert.equal(readPatientAddress('GPPROVIDER_9010000028_19880304_X')?.birthDate, '1988-03-04');
  assert.equal(readPatientAddress('GPPROVIDER_9010000028_10111012_X')?.birthDate, '1012-11-10');
  assert.equal(readPatientAddress('GPPROVIDER_9010000028_99999999_X'), undefined);
  assert.equal(readPatientAddress('GPPROVIDER_9010000029_04031988_X'), undefined);
  assert.equal(readPatientAddress('X26OT900'), undefined);
});

test('surnames are the same after upper-casing, whatever the accent or apostrophe', () => {
  assert.ok(sameSurname('O’Hara', "O'HARA"));
  assert.ok(sameSurname('Núñez', 'NUNEZ'));
  assert.ok(!sameSurname('Heron', 'Herons'));
});

test('subjects have the published form, in ASCII', () => {
  const parts = {
    title: 'Pharmacy First',
    patientName: 'HERON, Zoë',
    nhsNumber: '9010000036',
    organisation: 'Test Pharmacy',
    ods: 'FZZ01',
    version: 1,
  };
  assert.equal(
    messageSubject(parts),
    'Pharmacy First for HERON, Zoe, NHS Number: 9010000036, seen at Test Pharmacy, ODS code: FZZ01, version 1',
  );
  assert.equal(
    consultationSubject({ ...parts, version: 2 }),
    'Consultation report for HERON, Zoe, NHS Number 9010000036, seen at Test Pharmacy, ODS Code FZZ01, Version 2',
  );
  assert.doesNotMatch(consultationSubject({ ...parts, confidential: true }), /Pharmacy|FZZ01/);
});

test('C13: header text holds no control characters and is cut to its limit', () => {
  assert.equal(headerText('a\r\nb\tc — d', 100), 'a b c - d');
  assert.equal(headerText('x'.repeat(600), 500).length, 500);
});
