// Search windows over the index: inclusive bounds, undated items always in, partial dates as intervals.
// spec: access-record-structured §4
import { parseFhirDate } from '@gp-connect/foundation/fhir';
import type { IndexEntry } from '../../record/index.ts';
import type { SearchPeriod } from '../request.ts';

/** First instant of a day in England, epoch milliseconds. */
export const dayStart = (date: string): number => parseFhirDate(date)!.start;
/** Last instant of a day in England. */
export const dayEnd = (date: string): number => parseFhirDate(date)!.end - 1;

/** Keeps the entries whose relevant date shares an instant with the period; without a period, all. */
export function within(period: SearchPeriod | undefined): (entry: IndexEntry) => boolean {
  if (period === undefined) return () => true;
  const start = period.start === undefined ? Number.NEGATIVE_INFINITY : dayStart(period.start);
  const end = period.end === undefined ? Number.POSITIVE_INFINITY : dayEnd(period.end);
  return ({ from, to }) =>
    (from ?? Number.NEGATIVE_INFINITY) <= end && (to ?? Number.POSITIVE_INFINITY) >= start;
}
