// Numbers that must be right without looking them up. spec: foundations §11.1, access-record-structured §10.6
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNhsNumber } from '@gp-connect/foundation/nhs';
import {
  civil,
  dayFrom,
  dayOf,
  isoDay,
  isoInstant,
  isSummerTime,
  spokenDay,
  weekday,
  yearsBetween,
} from './calendar.ts';
import { namedNhsNumber, nhsNumberOf } from './numbers.ts';
import { Chance, nextId } from './random.ts';

test('NHS numbers are valid and different, also where the 999 range ends', () => {
  const numbers = new Set<string>();
  for (let i = 0; i < 900; i++) numbers.add(namedNhsNumber(i));
  for (let i = 0; i < 5000; i++) numbers.add(nhsNumberOf(i));
  for (let i = 898_000; i < 902_000; i++) numbers.add(nhsNumberOf(i));
  assert.equal(numbers.size, 900 + 5000 + 4000);
  for (const number of numbers) assert.ok(isNhsNumber(number) && number.startsWith('99'));
});

test('the calendar agrees with the platform from 1900 to 2100', () => {
  for (let day = dayOf('1900-01-01'); day < dayOf('2100-01-01'); day += 13) {
    const date = new Date(day * 86_400_000);
    assert.equal(isoDay(day), date.toISOString().slice(0, 10));
    assert.deepEqual(civil(day), [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()]);
    assert.ok(![0, 6].includes(new Date(weekday(day) * 86_400_000).getUTCDay()));
  }
});

test('summer time changes on the last Sundays of March and October', () => {
  assert.equal(isSummerTime(dayOf('2026-03-28')), false);
  assert.equal(isSummerTime(dayOf('2026-03-29')), true);
  assert.equal(isSummerTime(dayOf('2026-10-24')), true);
  assert.equal(isSummerTime(dayOf('2026-10-25')), false);
  assert.equal(isoInstant(dayOf('2026-07-01'), 581), '2026-07-01T09:41:00+01:00');
  assert.equal(spokenDay(dayOf('2010-06-23')), '23-Jun-2010');
  assert.equal(yearsBetween(dayFrom(2000, 3, 2), dayFrom(2026, 3, 1)), 25);
});

test('a key opens the same stream each time, ids have the form of their supplier', () => {
  const one = new Chance('a');
  const two = new Chance('a');
  assert.deepEqual([one.word(), one.word()], [two.word(), two.word()]);
  assert.notEqual(new Chance('b').word(), new Chance('a').word());
  assert.match(nextId(one, 'uuid'), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(nextId(one, 'hex16'), /^[0-9a-f]{16}$/);
});
