import assert from 'node:assert/strict';
import { test } from 'node:test';
import { purposeById, purposeOf, purposes } from './purpose.ts';

test('PUR-04: a medical examiner travels as directcare with the GPC-Purpose header', () => {
  const examiner = purposeById('medical-examiner');
  assert.equal(examiner?.reasonForRequest, 'directcare');
  assert.equal(examiner?.header, 'medical-examiner');
  assert.equal(purposeOf('directcare', 'medical-examiner'), examiner);
});

test('PUR-01: without the header the token’s reason is the purpose', () => {
  assert.equal(purposeOf('directcare', undefined)?.id, 'directcare');
  assert.equal(purposeOf('migration', undefined)?.id, 'migration');
});

test('PUR-02: an unknown purpose, or one that contradicts the token, is none', () => {
  assert.equal(purposeOf('directcare', 'research'), null);
  assert.equal(purposeOf('migration', 'medical-examiner'), null);
  assert.equal(purposeById('research'), undefined);
});

test('PUR-03: only the medical examiner reads records of the dead, for 28 days', () => {
  assert.deepEqual(
    purposes
      .filter((purpose) => purpose.deceasedWithinDays !== null)
      .map((purpose) => [purpose.id, purpose.deceasedWithinDays]),
    [['medical-examiner', 28]],
  );
});
