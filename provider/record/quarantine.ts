// Quarantine: entries that may not leave while they are looked at. Kept beside the record, so that an import or an edit
// cannot lose it; readers see such an entry as confidential, and the one sharing filter withholds it.
// spec: national-service DCC-05, DCC-06, INC-07
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { arrayOf } from './bulk.ts';
import type { RecordTables } from './schema.ts';

type Db = Kysely<RecordTables>;

export interface RecordEntryKey {
  patientKey: number;
  type: string;
  id: string;
}

/** True for rows of `resource` that are quarantined; the practice and person are those of the query. */
export const isQuarantined = (practice: string, patientKey: number) =>
  sql<boolean>`(type, id) in (select q.type, q.id from quarantined_entry q
    where q.practice = ${practice} and q.patient_key = ${patientKey})`;

/**
 * Withholds the entries for `cause`, within the caller's transaction; once more changes nothing. Readers under way start
 * again or finish on the record as it was. Answers how many are new.
 */
export async function quarantineEntries(
  db: Db,
  practice: string,
  entries: readonly RecordEntryKey[],
  cause: string,
): Promise<number> {
  const added = await sql<{ patient_key: number }>`
    insert into quarantined_entry (practice, patient_key, type, id, cause)
    select ${practice}, given.patient_key, given.type, given.id, ${cause} from ${rowsOf(entries)}
    on conflict do nothing returning patient_key`.execute(db);
  await moveOn(db, practice, added.rows);
  return added.rows.length;
}

/** Lifts what was withheld for `cause`: an entry stays withheld while another cause stands. Answers how many were lifted. */
export async function liftQuarantine(
  db: Db,
  practice: string,
  entries: readonly RecordEntryKey[],
  cause: string,
): Promise<number> {
  const lifted = await sql<{ patient_key: number }>`
    delete from quarantined_entry q using ${rowsOf(entries)}
    where q.practice = ${practice} and q.cause = ${cause} and q.patient_key = given.patient_key
      and q.type = given.type and q.id = given.id
    returning q.patient_key`.execute(db);
  await moveOn(db, practice, lifted.rows);
  return lifted.rows.length;
}

const rowsOf = (entries: readonly RecordEntryKey[]) => sql`unnest(
  ${arrayOf(
    'int',
    entries.map(({ patientKey }) => patientKey),
  )},
  ${arrayOf(
    'text',
    entries.map(({ type }) => type),
  )},
  ${arrayOf(
    'text',
    entries.map(({ id }) => id),
  )}) as given (patient_key, type, id)`;

/** A record's version rises, as with every change of what may be seen of it. */
async function moveOn(db: Db, practice: string, rows: readonly { patient_key: number }[]): Promise<void> {
  if (rows.length === 0) return;
  const keys = [...new Set(rows.map((row) => row.patient_key))];
  await sql`update patient set version = version + 1
    where practice = ${practice} and patient_key = any(${arrayOf('int', keys)})`.execute(db);
}
