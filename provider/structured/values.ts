// Reading the value of a parameter: its type, form and range. spec: access-record-structured §3.2
import { isWholeDate } from '@gp-connect/foundation/fhir';
import { isNhsNumber, refusal, system } from '@gp-connect/foundation/nhs';
import type { ValueKind } from './parameters.ts';
import type { SearchPeriod } from './request.ts';

/** `fault` completes the sentence `<parameter>.<part> …`. */
export type Reading = { value: unknown } | { fault: string };

const fault = (text: string): Reading => ({ fault: text });

function wholeDate(value: unknown): string | null {
  return typeof value === 'string' && isWholeDate(value) ? value : null;
}

const notADate = 'must be a whole date, yyyy-mm-dd';

function pastDate(value: unknown, today: string): Reading {
  const date = wholeDate(value);
  if (date === null) return fault(notADate);
  return date > today ? fault('must not be in the future') : { value: date };
}

function futureDate(value: unknown, today: string): Reading {
  const date = wholeDate(value);
  if (date === null) return fault(notADate);
  return date < today ? fault('must not be in the past') : { value: date };
}

function pastPeriod(value: unknown, today: string): Reading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return fault('must be a period');
  const period: SearchPeriod = {};
  for (const bound of ['start', 'end'] as const) {
    const given = (value as Record<string, unknown>)[bound];
    if (given === undefined) continue;
    const read = pastDate(given, today);
    if ('fault' in read) return fault(`${bound} ${read.fault}`);
    period[bound] = read.value as string;
  }
  if (period.start === undefined && period.end === undefined) return fault('must have a start or an end');
  if (period.start !== undefined && period.end !== undefined && period.start > period.end) {
    return fault('must not start after its end');
  }
  return { value: period };
}

function oneOf(codes: readonly string[]): (value: unknown) => Reading {
  return (value) =>
    typeof value === 'string' && codes.includes(value) ? { value } : fault(`must be ${codes.join(' or ')}`);
}

/** @throws Refusal INVALID_NHS_NUMBER (400) when the number itself is wrong; other faults are returned. */
function nhsNumber(value: unknown): Reading {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return fault('must be an identifier');
  }
  const identifier = value as Record<string, unknown>;
  if (identifier.system !== system.nhsNumber) return fault(`must have the system ${system.nhsNumber}`);
  if (!isNhsNumber(identifier.value)) {
    throw refusal('INVALID_NHS_NUMBER', 'patientNHSNumber is not a valid NHS number');
  }
  return { value: identifier.value };
}

/** A reader for each kind of value. */
export const readValue: Readonly<Record<ValueKind, (value: unknown, today: string) => Reading>> = {
  'nhs-number': nhsNumber,
  boolean: (value) => (typeof value === 'boolean' ? { value } : fault('must be true or false')),
  'past-date': pastDate,
  'future-date': futureDate,
  'past-period': pastPeriod,
  'positive-integer': (value) =>
    Number.isSafeInteger(value) && (value as number) >= 1
      ? { value }
      : fault('must be a whole number of 1 or more'),
  'problem-status': oneOf(['active', 'inactive']),
  'problem-significance': oneOf(['major', 'minor']),
};
