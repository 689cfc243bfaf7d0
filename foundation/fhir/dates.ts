// FHIR dates of any precision as stretches of time. spec: access-record-structured §4, §10.6
import { londonMidnight } from './london-time.ts';
import { formatFault } from './primitives.ts';

export type DatePrecision = 'year' | 'month' | 'day' | 'second' | 'millisecond';

/** A stretch of time in milliseconds since 1970: `start` is inside, `end` is the first instant after it. */
export type Interval = { start: number; end: number };

export type FhirDate = Interval & { precision: DatePrecision };

/** Everything before and after, for windows that are open on a side. */
export const always: Interval = { start: Number.NEGATIVE_INFINITY, end: Number.POSITIVE_INFINITY };

/**
 * The stretch of time a FHIR date, dateTime or instant stands for: a year, a month, a day (in Europe/London, 23 or 25
 * hours long when clocks change), a second or a millisecond. Undefined if the text is no valid FHIR dateTime.
 */
export function parseFhirDate(value: string): FhirDate | undefined {
  if (formatFault('dateTime', value) !== undefined) return undefined;
  if (value.length > 10) return parseInstant(value);
  const [year, month, day] = value.split('-').map(Number) as [number, number?, number?];
  if (month === undefined) {
    return { precision: 'year', start: londonMidnight(year, 1, 1), end: londonMidnight(year + 1, 1, 1) };
  }
  if (day === undefined) {
    return {
      precision: 'month',
      start: londonMidnight(year, month, 1),
      end: londonMidnight(year, month + 1, 1),
    };
  }
  return {
    precision: 'day',
    start: londonMidnight(year, month, day),
    end: londonMidnight(year, month, day + 1),
  };
}

function parseInstant(value: string): FhirDate | undefined {
  const [, whole, fraction, zone] = /^(.{19})(?:\.(\d+))?(.*)$/.exec(value)!;
  // A leap second is the last of its minute to JavaScript.
  const seconds = Date.parse(whole!.replace(/:60$/, ':59') + zone!);
  if (Number.isNaN(seconds)) return undefined;
  if (fraction === undefined) return { precision: 'second', start: seconds, end: seconds + 1000 };
  const start = seconds + Number(fraction.slice(0, 3).padEnd(3, '0'));
  return { precision: 'millisecond', start, end: start + 1 };
}

/** Whether a text is a whole, real calendar date (`2024-02-29`): no partial date, no time. */
export function isWholeDate(value: string): boolean {
  return value.length === 10 && formatFault('date', value) === undefined;
}

/** Whether two stretches share an instant. */
export function overlaps(a: Interval, b: Interval): boolean {
  return a.start < b.end && b.start < a.end;
}

/** Whether the first stretch lies wholly inside the second. */
export function isWithin(inner: Interval, outer: Interval): boolean {
  return inner.start >= outer.start && inner.end <= outer.end;
}

/** Order for sorting: by start, then the more precise (shorter) first. */
export function compareDates(a: Interval, b: Interval): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  if (a.end === b.end) return 0;
  return a.end < b.end ? -1 : 1;
}

/**
 * The stretch between two FHIR dates, both included; a bound left out is open. Undefined if a bound is no FHIR date.
 * Serves search windows and Period alike.
 */
export function interval(start: string | undefined, end: string | undefined): Interval | undefined {
  const from = start === undefined ? always : parseFhirDate(start);
  const to = end === undefined ? always : parseFhirDate(end);
  return from === undefined || to === undefined ? undefined : { start: from.start, end: to.end };
}
