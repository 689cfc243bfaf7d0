// FHIR dates as the stretch of time they cover: first and last instant, epoch milliseconds.
// spec: access-record-structured §4 (partial dates are intervals), access-document §4.2
import { parseFhirDate } from '@gp-connect/foundation/fhir';
import { isObject, type Json } from './json.ts';

/** `to` is null while a period has no end; both are null where there is no date. */
export interface Stretch {
  from: number | null;
  to: number | null;
}

export const noDate: Stretch = { from: null, to: null };

type Whole = { from: number; to: number };
const days = new Map<string, Whole | null>();
const MOST_DAYS = 50_000;

/** The stretch that a date, dateTime or instant covers; null for anything else. */
export function stretchOf(value: unknown): Whole | null {
  if (typeof value !== 'string') return null;
  if (value.length > 10) return measure(value);
  let known = days.get(value);
  if (known === undefined) {
    if (days.size > MOST_DAYS) days.clear();
    known = measure(value);
    days.set(value, known);
  }
  return known;
}

function measure(value: string): Whole | null {
  const date = parseFhirDate(value);
  return date === undefined ? null : { from: date.start, to: date.end - 1 };
}

/** A Period from the first instant of its start to the last of its end. */
export function periodOf(value: unknown): Stretch {
  if (!isObject(value)) return noDate;
  return { from: stretchOf(value.start)?.from ?? null, to: stretchOf(value.end)?.to ?? null };
}

/** The first of these elements that holds a date or a Period. */
export function firstDate(of: Json, ...elements: readonly string[]): Stretch {
  for (const element of elements) {
    const value = of[element];
    if (value === undefined) continue;
    const found = typeof value === 'string' ? stretchOf(value) : periodOf(value);
    if (found !== null && (found.from !== null || found.to !== null)) return found;
  }
  return noDate;
}
