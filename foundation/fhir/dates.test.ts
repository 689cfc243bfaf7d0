import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareDates, interval, isWholeDate, isWithin, overlaps, parseFhirDate } from './dates.ts';
import { londonDateTime, londonOffset, londonToday } from './london-time.ts';

const iso = (value: string): [string, string, string] | undefined => {
  const date = parseFhirDate(value);
  return date && [date.precision, new Date(date.start).toISOString(), new Date(date.end).toISOString()];
};

test('a partial date is the whole of its stretch in London (access-record-structured §4)', () => {
  assert.deepEqual(iso('2024'), ['year', '2024-01-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z']);
  assert.deepEqual(iso('2024-06'), ['month', '2024-05-31T23:00:00.000Z', '2024-06-30T23:00:00.000Z']);
  assert.deepEqual(iso('2024-12'), ['month', '2024-12-01T00:00:00.000Z', '2025-01-01T00:00:00.000Z']);
  assert.deepEqual(iso('2024-02-29'), ['day', '2024-02-29T00:00:00.000Z', '2024-03-01T00:00:00.000Z']);
});

test('the days on which clocks change have 23 and 25 hours', () => {
  assert.deepEqual(iso('2024-03-31'), ['day', '2024-03-31T00:00:00.000Z', '2024-03-31T23:00:00.000Z']);
  assert.deepEqual(iso('2024-10-27'), ['day', '2024-10-26T23:00:00.000Z', '2024-10-28T00:00:00.000Z']);
});

test('the years when London kept summer time all year, and before zones, are read too', () => {
  assert.deepEqual(iso('1970-01-01'), ['day', '1969-12-31T23:00:00.000Z', '1970-01-01T23:00:00.000Z']);
  assert.deepEqual(iso('1850-01-01'), ['day', '1850-01-01T00:00:00.000Z', '1850-01-02T00:00:00.000Z']);
  assert.equal(new Date(parseFhirDate('0050')!.start).getUTCFullYear(), 50);
});

test('a time is the second or the part of a second it names', () => {
  assert.deepEqual(iso('2024-07-01T09:30:00+01:00'), [
    'second',
    '2024-07-01T08:30:00.000Z',
    '2024-07-01T08:30:01.000Z',
  ]);
  assert.deepEqual(iso('2024-07-01T09:30:00.25Z'), [
    'millisecond',
    '2024-07-01T09:30:00.250Z',
    '2024-07-01T09:30:00.251Z',
  ]);
  assert.equal(iso('2016-12-31T23:59:60Z')?.[1], '2016-12-31T23:59:59.000Z');
});

test('what is no FHIR date is not read', () => {
  for (const value of [
    '',
    '24',
    '2024-13',
    '2024-1-1',
    '2023-02-29',
    '2024-01-01T10:00',
    '2024-01-01T10:00:00',
    '2024-01-01 10:00:00Z',
    '2024-01-01T25:00:00Z',
    '01/02/2024',
    '2024-01-01T00:00:00+15:00',
  ]) {
    assert.equal(parseFhirDate(value), undefined, value);
  }
});

test('the offset of London agrees with the zone data around every change of clocks since 1996', () => {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: 'Europe/London',
    hour: 'numeric',
    hourCycle: 'h23',
  });
  for (let at = Date.UTC(1996, 0, 1); at < Date.UTC(2037, 0, 1); at += 7 * 3_600_000) {
    const ahead = (Number(format.format(at)) - new Date(at).getUTCHours() + 24) % 24;
    assert.equal(londonOffset(at), ahead * 3_600_000, new Date(at).toISOString());
  }
});

test('today and now are those of London', () => {
  assert.equal(londonToday(new Date('2024-06-30T22:59:59Z')), '2024-06-30');
  assert.equal(londonToday(new Date('2024-06-30T23:00:00Z')), '2024-07-01');
  assert.equal(londonToday(new Date('2024-12-31T23:30:00Z')), '2024-12-31');
  assert.equal(londonDateTime(new Date('2024-07-01T08:30:00.999Z')), '2024-07-01T09:30:00+01:00');
  assert.equal(londonDateTime(new Date('2024-01-01T08:30:00Z')), '2024-01-01T08:30:00+00:00');
});

test('a whole date is a real day and nothing more', () => {
  assert.equal(isWholeDate('2024-02-29'), true);
  for (const value of ['2024', '2024-02', '2023-02-29', '2024-02-29T00:00:00Z', '2024-02-3x']) {
    assert.equal(isWholeDate(value), false, value);
  }
});

test('search windows include both bounds and match what overlaps (access-record-structured §4)', () => {
  const window = interval('2024-03-01', '2024-03-31')!;
  const matches = (value: string): boolean => overlaps(parseFhirDate(value)!, window);
  assert.equal(matches('2024-03-01'), true);
  assert.equal(matches('2024-03-31'), true);
  assert.equal(matches('2024-03-31T23:59:59+01:00'), true);
  assert.equal(matches('2024-04-01T00:00:00+01:00'), false);
  assert.equal(matches('2024-02-29'), false);
  assert.equal(matches('2024'), true);
  assert.equal(matches('2024-02'), false);
  assert.equal(isWithin(parseFhirDate('2024-03-31')!, window), true);
  assert.equal(isWithin(parseFhirDate('2024')!, window), false);
});

test('a window without a bound is open on that side, and a broken bound is no window', () => {
  assert.equal(overlaps(parseFhirDate('1900')!, interval(undefined, '2024-01-01')!), true);
  assert.equal(overlaps(parseFhirDate('2999')!, interval('2024-01-01', undefined)!), true);
  assert.equal(interval('yesterday', undefined), undefined);
});

test('dates sort by start, the more precise first', () => {
  const sorted = ['2024-02', '2024', '2024-01-01', '2023', '2024-01'].toSorted((a, b) =>
    compareDates(parseFhirDate(a)!, parseFhirDate(b)!),
  );
  assert.deepEqual(sorted, ['2023', '2024-01-01', '2024-01', '2024', '2024-02']);
  assert.equal(compareDates(parseFhirDate('2024')!, parseFhirDate('2024')!), 0);
});
