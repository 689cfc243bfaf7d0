// Working days of England. spec: messaging SG-15
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterWorkingDays, bankHolidays, isWorkingDay } from './working-days.ts';

test('SG-15: bank holidays of England, those on a weekend moved', () => {
  assert.deepEqual([...bankHolidays(2026)].sort(), [
    '2026-01-01',
    '2026-04-03',
    '2026-04-06',
    '2026-05-04',
    '2026-05-25',
    '2026-08-31',
    '2026-12-25',
    '2026-12-28',
  ]);
  assert.ok(bankHolidays(2022).has('2022-01-03'), 'New Year’s Day 2022 was a Saturday');
  assert.ok(bankHolidays(2021).has('2021-12-27') && bankHolidays(2021).has('2021-12-28'));
});

test('SG-15: due at the end of the n-th working day', () => {
  const due = (from: string, days: number) => afterWorkingDays(new Date(from), days).toISOString();
  assert.equal(due('2026-11-18T10:00:00Z', 2), '2026-11-21T00:00:00.000Z', 'Wednesday to the end of Friday');
  assert.equal(due('2026-11-20T10:00:00Z', 1), '2026-11-24T00:00:00.000Z', 'Friday to the end of Monday');
  assert.equal(due('2026-11-20T10:00:00Z', 0), '2026-11-21T00:00:00.000Z', 'the same day');
  assert.equal(due('2026-11-21T10:00:00Z', 0), '2026-11-24T00:00:00.000Z', 'Saturday: the next working day');
  assert.equal(due('2026-12-24T10:00:00Z', 1), '2026-12-30T00:00:00.000Z', 'over Christmas');
  assert.equal(due('2026-07-01T10:00:00Z', 1), '2026-07-02T23:00:00.000Z', 'midnight in London');
});

test('SG-15: weekends and bank holidays are not worked', () => {
  assert.equal(isWorkingDay('2026-11-20'), true);
  assert.equal(isWorkingDay('2026-11-21'), false);
  assert.equal(isWorkingDay('2026-12-28'), false);
});
