// Loads PDS entries in bulk: the entry as text, the columns and names it is found by. spec: foundations §17
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import { batches, batchSize } from './batches.ts';
import { toNameRows, toPatientRow } from './pds-record.ts';
import type { DirectoryStore } from './store.ts';
import type { PdsRecord, Supersession } from './types.ts';

/** Adds or replaces PDS entries, a transaction for every batch. */
export async function loadPatients(
  store: DirectoryStore,
  patients: Iterable<PdsRecord> | AsyncIterable<PdsRecord>,
): Promise<void> {
  let batch: PdsRecord[] = [];
  let loaded = 0;
  for await (const record of patients) {
    batch.push(record);
    loaded++;
    if (batch.length === batchSize) {
      await insertPatients(store, batch);
      batch = [];
    }
  }
  if (batch.length) await insertPatients(store, batch);
  // The embedded database has nobody who would do it later, and searches are planned by it.
  if (loaded) await sql`analyze pds_patient, pds_name`.execute(store.db);
}

async function insertPatients(store: DirectoryStore, records: readonly PdsRecord[]): Promise<void> {
  const latest = [...new Map(records.map((record) => [record.patient.id, record])).values()];
  const rows = latest.map(toPatientRow);
  const names = latest.flatMap(toNameRows);
  await store.db.transaction().execute(async (transaction) => {
    await unnestInsert(
      'pds_patient',
      [
        ['nhs_number', 'text', rows.map((row) => row.nhsNumber)],
        ['invalidated', 'boolean', rows.map((row) => row.invalidated)],
        ['confidentiality', 'text', rows.map((row) => row.confidentiality)],
        ['birth_date', 'text', rows.map((row) => row.birthDate)],
        ['death_date', 'text', rows.map((row) => row.deathDate)],
        ['gender', 'text', rows.map((row) => row.gender)],
        ['postcode', 'text', rows.map((row) => row.postcode)],
        ['practice', 'text', rows.map((row) => row.practice)],
        ['body', 'text', rows.map((row) => row.body)],
        ['related_persons', 'text', rows.map((row) => row.relatedPersons)],
      ],
      sql`on conflict (nhs_number) do update set invalidated = excluded.invalidated,
        confidentiality = excluded.confidentiality, birth_date = excluded.birth_date,
        death_date = excluded.death_date, gender = excluded.gender, postcode = excluded.postcode,
        practice = excluded.practice, body = excluded.body, related_persons = excluded.related_persons,
        superseded_by = null`,
    ).execute(transaction);
    await sql`delete from pds_name where nhs_number = any(${rows.map((row) => row.nhsNumber)}::text[])`.execute(
      transaction,
    );
    await unnestInsert('pds_name', [
      ['nhs_number', 'text', names.map((name) => name.nhsNumber)],
      ['ordinal', 'int', names.map((name) => name.ordinal)],
      ['history', 'boolean', names.map((name) => name.history)],
      ['family', 'text', names.map((name) => name.family)],
      ['given', 'text', names.map((name) => name.given)],
      ['family_sound', 'text', names.map((name) => name.familySound)],
      ['given_sound', 'text', names.map((name) => name.givenSound)],
    ]).execute(transaction);
  });
}

/** Numbers that point to another; the old number needs no entry of its own. */
export async function supersede(
  store: DirectoryStore,
  supersessions: readonly Supersession[],
): Promise<void> {
  for (const batch of batches(supersessions)) {
    await unnestInsert(
      'pds_patient',
      [
        ['nhs_number', 'text', batch.map((entry) => entry.from)],
        ['superseded_by', 'text', batch.map((entry) => entry.to)],
        ['invalidated', 'boolean', batch.map(() => false)],
        ['confidentiality', 'text', batch.map(() => 'U')],
        ['body', 'text', batch.map(() => '{}')],
        ['related_persons', 'text', batch.map(() => '[]')],
      ],
      sql`on conflict (nhs_number) do update set superseded_by = excluded.superseded_by`,
    ).execute(store.db);
  }
}
