// Writes whole records in one transaction: what is new is added, what changed is replaced, what is gone is removed,
// and what is the same is not touched. Many people a batch, one statement a table.
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { writeActors } from './actors.ts';
import { writeContents } from './binaries.ts';
import { arrayOf, type Column, insertColumns } from './bulk.ts';
import { type CompiledRecord, type CompiledRow, compileActor } from './compile.ts';
import type { ResourceJson } from './json.ts';
import type { PatientRow, RecordTables, ResourceRow } from './schema.ts';

export interface WriteCounts {
  patientsAdded: number;
  patientsChanged: number;
  patientsUnchanged: number;
  resourcesAdded: number;
  resourcesChanged: number;
  resourcesUnchanged: number;
  resourcesRemoved: number;
  actorsAdded: number;
  actorsChanged: number;
}

export const noCounts = (): WriteCounts => ({
  patientsAdded: 0,
  patientsChanged: 0,
  patientsUnchanged: 0,
  resourcesAdded: 0,
  resourcesChanged: 0,
  resourcesUnchanged: 0,
  resourcesRemoved: 0,
  actorsAdded: 0,
  actorsChanged: 0,
});

type Db = Kysely<RecordTables>;
type Stored = Pick<PatientRow, 'patient_key' | 'version'> & { facts: string };
interface Placed {
  key: number;
  seq: number;
  row: CompiledRow;
}

/** Writes records and shared actors within the caller's transaction; no NHS number may stand twice among them. */
export async function writeRecords(
  db: Db,
  practice: string,
  records: readonly CompiledRecord[],
  shared: readonly ResourceJson[] = [],
): Promise<WriteCounts> {
  const counts = noCounts();
  const actors = await writeActors(db, practice, [
    ...records.flatMap((record) => record.actors),
    ...shared.map(compileActor),
  ]);
  counts.actorsAdded = actors.added;
  counts.actorsChanged = actors.changed;
  const stored = await storedPatients(db, practice, records);
  const fresh = records.filter((record) => !stored.has(record.patient.nhsNumber));
  const keys = await addPatients(db, practice, fresh);
  counts.patientsAdded = fresh.length;
  const adding: Placed[] = [];
  for (const record of fresh) {
    const key = keys.get(record.patient.nhsNumber)!;
    record.rows.forEach((row, seq) => {
      adding.push({ key, seq, row });
    });
    counts.resourcesAdded += record.rows.length;
  }
  const known = records.flatMap((record) => {
    const patient = stored.get(record.patient.nhsNumber);
    return patient ? [{ record, patient }] : [];
  });
  if (known.length > 0) await updateRecords(db, practice, known, adding, counts);
  await insertRows(db, practice, adding);
  const contents = records.flatMap((record) => {
    const patientKey =
      keys.get(record.patient.nhsNumber) ?? stored.get(record.patient.nhsNumber)!.patient_key;
    return record.contents.map((content) => ({ ...content, patientKey }));
  });
  await writeContents(db, practice, contents);
  return counts;
}

async function storedPatients(db: Db, practice: string, records: readonly CompiledRecord[]) {
  const numbers = records.map((record) => record.patient.nhsNumber);
  const rows = await sql<PatientRow>`select * from patient
    where practice = ${practice} and nhs_number = any(${arrayOf('text', numbers)}) for update`.execute(db);
  return new Map(
    rows.rows.map((row): [string, Stored] => [
      row.nhs_number,
      { patient_key: row.patient_key, version: row.version, facts: factsText(row) },
    ]),
  );
}

type PatientColumns = Omit<PatientRow, 'practice' | 'patient_key' | 'version'>;

function patientColumns(record: CompiledRecord): PatientColumns {
  const { patient } = record;
  return {
    id: patient.id,
    nhs_number: patient.nhsNumber,
    verification: patient.verification,
    registration: patient.registration,
    active: patient.active,
    deceased: patient.deceased,
    sensitive: patient.sensitive,
    sharing: patient.sharing,
    in_transit_since: patient.inTransitSince,
    awaiting_since: patient.awaitingFiling?.since ?? null,
    awaiting_areas: patient.awaitingFiling?.areas.join(',') ?? null,
    actor_references: record.actorReferences,
  };
}

const patientTypes: Readonly<Record<keyof PatientColumns, string>> = {
  id: 'text',
  nhs_number: 'text',
  verification: 'text',
  registration: 'text',
  active: 'boolean',
  deceased: 'text',
  sensitive: 'boolean',
  sharing: 'text',
  in_transit_since: 'text',
  awaiting_since: 'text',
  awaiting_areas: 'text',
  actor_references: 'text',
};
const patientColumnNames = Object.keys(patientTypes) as (keyof PatientColumns)[];

const factsText = (row: PatientColumns): string =>
  JSON.stringify(patientColumnNames.map((name) => row[name]));

function patientTable(practice: string, records: readonly CompiledRecord[]): Column[] {
  const rows = records.map(patientColumns);
  return [
    ['practice', 'text', rows.map(() => practice)],
    ['version', 'int', rows.map(() => 1)],
    ...patientColumnNames.map((name): Column => [name, patientTypes[name], rows.map((row) => row[name])]),
  ];
}

async function addPatients(db: Db, practice: string, records: readonly CompiledRecord[]) {
  const rows = await insertColumns<{ patient_key: number; nhs_number: string }>(
    db,
    'patient',
    patientTable(practice, records),
    'returning patient_key, nhs_number',
  );
  return new Map(rows.map((row) => [row.nhs_number, row.patient_key]));
}

type Known = { record: CompiledRecord; patient: Stored };

async function updateRecords(
  db: Db,
  practice: string,
  known: readonly Known[],
  adding: Placed[],
  counts: WriteCounts,
): Promise<void> {
  const rows = await storedRows(db, practice, known);
  const removing: { key: number; seq: number }[] = [];
  for (const { record, patient } of known) {
    const before = rows.get(patient.patient_key) ?? new Map<string, StoredRow>();
    const changes = compare(before, record.rows);
    counts.resourcesAdded += changes.added.length;
    counts.resourcesChanged += changes.changed.length;
    counts.resourcesRemoved += changes.removed.length;
    counts.resourcesUnchanged += record.rows.length - changes.added.length - changes.changed.length;
    const key = patient.patient_key;
    for (const { seq } of [...changes.changed, ...changes.removed]) removing.push({ key, seq });
    for (const { seq, row } of [...changes.changed, ...changes.added]) adding.push({ key, seq, row });
    const rowsChanged = changes.added.length + changes.changed.length + changes.removed.length > 0;
    if (!rowsChanged && factsText(patientColumns(record)) === patient.facts) {
      counts.patientsUnchanged++;
      continue;
    }
    counts.patientsChanged++;
    await db
      .updateTable('patient')
      .set({ ...patientColumns(record), version: patient.version + 1 })
      .where('practice', '=', practice)
      .where('patient_key', '=', key)
      .execute();
  }
  if (removing.length === 0) return;
  await sql`delete from resource r using (select unnest(${arrayOf(
    'int',
    removing.map((r) => r.key),
  )}) as patient_key,
      unnest(${arrayOf(
        'int',
        removing.map((r) => r.seq),
      )}) as seq) gone
    where r.practice = ${practice} and r.patient_key = gone.patient_key and r.seq = gone.seq`.execute(db);
}

type StoredRow = Pick<ResourceRow, 'seq' | 'digest'>;

async function storedRows(db: Db, practice: string, known: readonly Known[]) {
  const keys = known.map(({ patient }) => patient.patient_key);
  const found = await sql<Pick<ResourceRow, 'patient_key' | 'seq' | 'type' | 'id' | 'digest'>>`
    select patient_key, seq, type, id, digest from resource
    where practice = ${practice} and patient_key = any(${arrayOf('int', keys)})`.execute(db);
  const rows = new Map<number, Map<string, StoredRow>>();
  for (const { patient_key, type, id, seq, digest } of found.rows) {
    const record = rows.get(patient_key) ?? new Map<string, StoredRow>();
    rows.set(patient_key, record);
    record.set(`${type}/${id}`, { seq, digest });
  }
  return rows;
}

/** What differs between the stored rows and the compiled ones; new ones get the next places. */
function compare(before: ReadonlyMap<string, StoredRow>, rows: readonly CompiledRow[]) {
  let next = 0;
  for (const { seq } of before.values()) next = Math.max(next, seq + 1);
  const kept = new Set<string>();
  const added: { seq: number; row: CompiledRow }[] = [];
  const changed: { seq: number; row: CompiledRow }[] = [];
  for (const row of rows) {
    const key = `${row.type}/${row.id}`;
    const stored = before.get(key);
    kept.add(key);
    if (!stored) added.push({ seq: next++, row });
    else if (stored.digest !== row.digest) changed.push({ seq: stored.seq, row });
  }
  const removed = [...before].filter(([key]) => !kept.has(key)).map(([, { seq }]) => ({ seq }));
  return { added, changed, removed };
}

const rowTypes: readonly (readonly [keyof CompiledRow, string])[] = [
  ['type', 'text'],
  ['id', 'text'],
  ['role', 'text'],
  ['from_ms', 'double precision'],
  ['to_ms', 'double precision'],
  ['status', 'text'],
  ['detail', 'text'],
  ['code', 'text'],
  ['confidential', 'boolean'],
  ['links', 'text'],
  ['digest', 'text'],
  ['json', 'text'],
];

const ROWS_A_STATEMENT = 5_000;

async function insertRows(db: Db, practice: string, placed: readonly Placed[]): Promise<void> {
  for (let start = 0; start < placed.length; start += ROWS_A_STATEMENT) {
    const part = placed.slice(start, start + ROWS_A_STATEMENT);
    await insertColumns(db, 'resource', [
      ['practice', 'text', part.map(() => practice)],
      ['patient_key', 'int', part.map(({ key }) => key)],
      ['seq', 'int', part.map(({ seq }) => seq)],
      ...rowTypes.map(([name, type]): Column => [name, type, part.map(({ row }) => row[name])]),
    ]);
  }
}
