// The search parameters of PDS, checked. spec: foundations §17.4

import { foldName, foldPostcode } from './fold.ts';
import type { PdsAccess } from './pds-access.ts';
import { PdsRefusal, pdsText } from './pds-errors.ts';

export interface DateRange {
  /** `yyyy-mm-dd`, inclusive; null: open. */
  from: string | null;
  to: string | null;
}

/** Folded and checked; null means not asked. Names and postcode may hold `*` where `fuzzy` is false. */
export interface PdsSearch {
  family: string | null;
  given: readonly string[];
  gender: string | null;
  birthDate: DateRange;
  deathDate: DateRange | null;
  postcode: string | null;
  practice: string | null;
  email: string | null;
  phone: string | null;
  fuzzy: boolean;
  exact: boolean;
  history: boolean;
  maxResults: number;
}

const repeatable = new Set(['given', 'birthdate', 'death-date']);
const single = [
  'family',
  'gender',
  'address-postalcode',
  'address-postcode',
  'general-practitioner',
  'email',
  'phone',
  '_fuzzy-match',
  '_exact-match',
  '_history',
  '_max-results',
];
const known = new Set([...repeatable, ...single]);
const genders = new Set(['male', 'female', 'other', 'unknown']);

/**
 * @throws PdsRefusal 400 (403 for more results than application-restricted access may have). Order: no parameters,
 * unknown ones, each value, combinations, birth date, the minimum.
 */
export function parsePdsSearch(query: URLSearchParams, mode: PdsAccess['mode']): PdsSearch {
  if (![...query.keys()].length) throw new PdsRefusal('unsupported');
  for (const name of query.keys()) {
    if (!known.has(name)) throw new PdsRefusal('additional', pdsText.additional(name));
    if (!repeatable.has(name) && query.getAll(name).length > 1)
      throw wrong(name, query.getAll(name).join(','));
  }
  const fuzzy = flag(query, '_fuzzy-match');
  const search: PdsSearch = {
    family: nameOf(query, 'family')[0] ?? null,
    given: nameOf(query, 'given'),
    gender: oneOf(query, 'gender', (value) => genders.has(value)),
    birthDate: dateRange(query, 'birthdate') ?? { from: null, to: null },
    deathDate: dateRange(query, 'death-date'),
    postcode: postcodeOf(query),
    practice: oneOf(query, 'general-practitioner', (value) => /^[A-Za-z0-9]{1,12}$/.test(value)),
    email: oneOf(query, 'email', (value) => value.length <= 255),
    phone: oneOf(query, 'phone', (value) => value.length <= 40),
    fuzzy,
    exact: flag(query, '_exact-match'),
    history: flag(query, '_history'),
    maxResults: maxResults(query, mode),
  };
  checkWildcards(query, fuzzy);
  if (!search.birthDate.from && !search.birthDate.to) {
    throw new PdsRefusal('missing', pdsText.birthDateMissing);
  }
  if (!meetsMinimum(search)) throw new PdsRefusal('searchData', pdsText.tooLittle);
  return search;
}

const wrong = (name: string, value: string): PdsRefusal =>
  new PdsRefusal('value', pdsText.fieldValue(name, value));

function oneOf(query: URLSearchParams, name: string, fits: (value: string) => boolean): string | null {
  const value = query.get(name);
  if (value === null) return null;
  if (!value.trim() || !fits(value)) throw wrong(name, value);
  return value.trim();
}

function flag(query: URLSearchParams, name: string): boolean {
  return oneOf(query, name, (value) => value === 'true' || value === 'false') === 'true';
}

function nameOf(query: URLSearchParams, name: 'family' | 'given'): string[] {
  return query.getAll(name).map((value) => {
    const folded = foldName(value);
    if (value.length > 35 || !folded.replaceAll('*', '')) throw wrong(name, value);
    return folded;
  });
}

function postcodeOf(query: URLSearchParams): string | null {
  if (query.has('address-postalcode') && query.has('address-postcode')) {
    throw new PdsRefusal(
      'searchData',
      pdsText.searchData('address-postalcode and address-postcode cannot be used together'),
    );
  }
  const name = query.has('address-postcode') ? 'address-postcode' : 'address-postalcode';
  const value = oneOf(query, name, (text) => text.length <= 10 && /^[A-Za-z0-9* ]+$/.test(text));
  return value === null ? null : foldPostcode(value);
}

/** A star may not stand within the first two characters, nor anywhere in a fuzzy search. */
function checkWildcards(query: URLSearchParams, fuzzy: boolean): void {
  for (const name of ['family', 'given', 'address-postalcode', 'address-postcode']) {
    for (const value of query.getAll(name)) {
      const star = value.indexOf('*');
      if (star < 0 || (star >= 2 && !fuzzy)) continue;
      throw new PdsRefusal(
        'searchData',
        pdsText.searchData(
          fuzzy
            ? 'Wildcards cannot be used in a fuzzy search'
            : 'Wildcards cannot be used in the first two characters',
        ),
      );
    }
  }
}

const DATE = /^(eq|ge|le)?(\d{4})-(\d{2})-(\d{2})$/;

function dateRange(query: URLSearchParams, name: string): DateRange | null {
  const values = query.getAll(name);
  if (!values.length) return null;
  const range: DateRange = { from: null, to: null };
  for (const value of values) {
    const match = DATE.exec(value);
    const day = match && `${match[2]}-${match[3]}-${match[4]}`;
    if (!day || !isDay(day)) throw wrong(name, value);
    const comparator = match[1] ?? 'eq';
    const repeated =
      (comparator !== 'le' && range.from !== null) || (comparator !== 'ge' && range.to !== null);
    if (repeated || values.length > 2) throw wrong(name, value);
    if (comparator !== 'le') range.from = day;
    if (comparator !== 'ge') range.to = day;
  }
  return range;
}

function isDay(day: string): boolean {
  const instant = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(instant.getTime()) && instant.toISOString().startsWith(day);
}

function maxResults(query: URLSearchParams, mode: PdsAccess['mode']): number {
  const most = mode === 'application-restricted' ? 1 : 50;
  const value = query.get('_max-results');
  if (value === null) return most;
  if (most === 1 && value !== '1') throw new PdsRefusal('severalResults');
  if (!/^\d{1,2}$/.test(value) || Number(value) < 1 || Number(value) > 50) throw wrong('_max-results', value);
  return Number(value);
}

function meetsMinimum({ family, given, gender, postcode, fuzzy }: PdsSearch): boolean {
  if (!fuzzy) return family !== null;
  const located = gender !== null && postcode !== null;
  return (
    (family !== null && given.length > 0) || (family !== null && located) || (given.length > 0 && located)
  );
}
