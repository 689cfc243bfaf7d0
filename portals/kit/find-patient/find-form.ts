// What was typed into the find page, read into exact values or into faults a person can put right.
import { isNhsNumber } from '@gp-connect/foundation/nhs';
import type { Fields } from '../fields.ts';
import type { FormFault } from '../page.ts';

export type Parsed<Value> = { readonly value: Value } | { readonly faults: readonly FormFault[] };

/** Spaces and dashes are how people write the number down. */
export function parseNhsNumber(fields: Fields): Parsed<string> {
  const typed = (fields.nhsNumber ?? '').replace(/[\s-]/g, '');
  if (isNhsNumber(typed)) return { value: typed };
  const text =
    typed === ''
      ? 'Enter an NHS number'
      : /^\d{10}$/.test(typed)
        ? 'This is not a valid NHS number. Check each digit'
        : 'An NHS number has 10 digits';
  return { faults: [{ field: 'nhsNumber', text }] };
}

export interface NameSearch {
  readonly family: string;
  readonly given?: string;
  readonly birthDate: string;
  readonly postcode?: string;
}

const LONGEST_NAME = 35;
const wildcardTooEarly = /^.?\*|^.\*/;

export function parseNameSearch(fields: Fields, today: string): Parsed<NameSearch> {
  const family = (fields.family ?? '').trim();
  const given = (fields.given ?? '').trim();
  const postcode = (fields.postcode ?? '').trim().toUpperCase();
  const birth = parseBirthDate(fields, today);
  const faults: FormFault[] = [];
  if (!family) faults.push({ field: 'family', text: 'Enter the last name' });
  for (const [field, name, value] of [
    ['family', 'Last name', family],
    ['given', 'First name', given],
  ] as const) {
    if (value.length > LONGEST_NAME)
      faults.push({ field, text: `${name} must be ${LONGEST_NAME} characters or fewer` });
    if (wildcardTooEarly.test(value))
      faults.push({ field, text: `${name} needs two letters before a star (*)` });
  }
  if (postcode.length > 10)
    faults.push({ field: 'postcode', text: 'Postcode must be 10 characters or fewer' });
  if ('faults' in birth) return { faults: [...faults, ...birth.faults] };
  if (faults.length > 0) return { faults };
  return {
    value: {
      family,
      birthDate: birth.value,
      ...(given ? { given } : {}),
      ...(postcode ? { postcode } : {}),
    },
  };
}

function parseBirthDate(fields: Fields, today: string): Parsed<string> {
  const [day = '', month = '', year = ''] = ['day', 'month', 'year'].map((part) =>
    (fields[`birth-${part}`] ?? '').trim(),
  );
  const fault = (field: string, text: string) => ({ faults: [{ field: `birth-${field}`, text }] });
  if (!day && !month && !year) return fault('day', 'Enter the date of birth');
  if (!day) return fault('day', 'Date of birth must include a day');
  if (!month) return fault('month', 'Date of birth must include a month');
  if (!/^\d{4}$/.test(year)) return fault('year', 'Year of birth must have 4 digits');
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const parsed = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(parsed.getTime()) || parsed.toISOString().slice(0, 10) !== date)
    return fault('day', 'Date of birth must be a real date');
  if (date > today) return fault('year', 'Date of birth must be in the past');
  return { value: date };
}
