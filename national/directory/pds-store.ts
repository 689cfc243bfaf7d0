// PDS entries in the store: by number, and candidates for a search. spec: foundations §17.3, §17.4
import { sql } from '@gp-connect/foundation/store';
import type { Patient, RelatedPerson } from 'fhir/r4.js';
import { soundOf } from './fold.ts';
import type { DateRange, PdsSearch } from './pds-query.ts';
import type { DirectoryStore } from './store.ts';

export interface StoredPatient {
  nhsNumber: string;
  invalidated: boolean;
  patient: Patient;
}

interface Row {
  nhs_number: string;
  superseded_by: string | null;
  invalidated: boolean;
  body: string;
}

/** Merges follow one another, never in a circle of more than so many. */
const LONGEST_CHAIN = 10;

/** The entry of a number, or of the number that superseded it; null where there is none. */
export async function findPatient(store: DirectoryStore, nhsNumber: string): Promise<StoredPatient | null> {
  let number = nhsNumber;
  for (let step = 0; step < LONGEST_CHAIN; step++) {
    const found = await sql<Row>`
      select nhs_number, superseded_by, invalidated, body from pds_patient where nhs_number = ${number}`.execute(
      store.db,
    );
    const row = found.rows[0];
    if (!row) return null;
    if (row.superseded_by === null) {
      return { nhsNumber: number, invalidated: row.invalidated, patient: JSON.parse(row.body) as Patient };
    }
    number = row.superseded_by;
  }
  return null;
}

export async function findRelatedPersons(store: DirectoryStore, nhsNumber: string): Promise<RelatedPerson[]> {
  const found = await sql<{ related_persons: string }>`
    select related_persons from pds_patient where nhs_number = ${nhsNumber}`.execute(store.db);
  return JSON.parse(found.rows[0]?.related_persons ?? '[]') as RelatedPerson[];
}

/** More candidates than this are too many to look through: the search is too wide. */
export const candidateLimit = 2000;

/**
 * Entries that may fit; the caller judges each. Never superseded, invalidated or very restricted ones, and no
 * restricted ones where the search tells where somebody lives or is registered.
 */
export async function findCandidates(store: DirectoryStore, search: PdsSearch): Promise<Patient[]> {
  const revealing = search.postcode !== null || search.practice !== null;
  const conditions = [
    sql`p.superseded_by is null and not p.invalidated`,
    revealing ? sql`p.confidentiality = 'U'` : sql`p.confidentiality <> 'V'`,
    ...dates('birth_date', search.birthDate),
    ...(search.deathDate ? dates('death_date', search.deathDate) : []),
    ...(search.gender === null ? [] : [sql`p.gender = ${search.gender}`]),
    ...(search.practice === null ? [] : [sql`p.practice = ${search.practice.toUpperCase()}`]),
    ...(search.postcode === null || search.fuzzy || search.history
      ? []
      : [sql`p.postcode like ${search.postcode.replaceAll('*', '%')}`]),
    nameCondition(search),
  ];
  const found = await sql<{ body: string }>`
    select p.body from pds_patient p where ${sql.join(conditions, sql` and `)}
    order by p.nhs_number limit ${candidateLimit + 1}`.execute(store.db);
  return found.rows.map((row) => JSON.parse(row.body) as Patient);
}

function dates(column: 'birth_date' | 'death_date', { from, to }: DateRange) {
  const name = sql.ref(`p.${column}`);
  return [
    ...(from === null ? [] : [sql`${name} >= ${from}`]),
    ...(to === null ? [] : [sql`${name} <= ${to}`]),
  ];
}

function nameCondition({ family, given, fuzzy, history }: PdsSearch) {
  const current = history || fuzzy ? sql`true` : sql`not n.history`;
  const first = given[0] ?? '';
  const fits = fuzzy
    ? sql`(n.family_sound = any(${sounds(family, first)}::text[]) or n.given_sound = any(${sounds(family, first)}::text[]))`
    : sql`n.family like ${(family ?? '').replaceAll('*', '%')}`;
  return sql`exists (select 1 from pds_name n where n.nhs_number = p.nhs_number and ${current} and ${fits})`;
}

/** Either name may stand in either place: transposed names are looked for. */
function sounds(family: string | null, given: string): string[] {
  return [soundOf(family ?? ''), soundOf(given)].filter(Boolean);
}
