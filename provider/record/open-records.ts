// The record room's one door: readers and writers over a store that has the record's tables.
import { type Kysely, type Store, sql, type Transaction } from '@gp-connect/foundation/store';
import { ActorCache, writeActors } from './actors.ts';
import { type BinaryHead, readBinary, readBinaryHeads, type StoredBinary } from './binaries.ts';
import { type CompiledRecord, compileActor, compileRecord } from './compile.ts';
import { addResources, markEnteredInError, setAwaitingFiling } from './edit-record.ts';
import type { ResourceJson } from './json.ts';
import type { RecordFacts } from './patient-facts.ts';
import { liftQuarantine, quarantineEntries, type RecordEntryKey } from './quarantine.ts';
import { type EntriesByRole, readByRole, type WantedRoles } from './read-by-role.ts';
import {
  findPatientBy,
  findResource,
  patientEntry,
  type ReaderSource,
  RecordChangedError,
  StoredReader,
} from './read-records.ts';
import { actorTypes } from './role-of.ts';
import { type RecordTables, recordMigrations } from './schema.ts';
import type { PatientEntry, RecordReader, RecordStore } from './types.ts';
import { noCounts, type WriteCounts, writeRecords } from './write-records.ts';

/** Any STU3 resource; `fhir/r3` types fit. */
export interface AnyResource {
  resourceType: string;
}

/** The canonical resources of one person, with what they cannot say themselves. */
export type CanonicalRecord =
  | Iterable<AnyResource>
  | { resources: Iterable<AnyResource>; facts: RecordFacts };

export interface RecordWriter {
  /** Makes a practice known here, or gives it a new name. */
  putPractice(practice: string, name: string): Promise<void>;
  practices(): Promise<{ practice: string; name: string | null }[]>;
  /**
   * Makes the record exactly these canonical resources (one Patient, its actors among them or put before), in one
   * transaction. The same content again changes nothing; otherwise the version rises by one.
   * @throws RecordError without one Patient with a valid NHS number, or where a type and id stands twice.
   */
  replacePatient(
    practice: string,
    resources: Iterable<AnyResource>,
    facts?: RecordFacts,
  ): Promise<WriteCounts>;
  /** Adds or replaces shared actors of a practice. */
  putActors(practice: string, actors: Iterable<AnyResource>): Promise<{ added: number; changed: number }>;
  /**
   * Loads many trusted canonical records, `batch` resources a transaction, each person whole. No normalisation and no
   * structure check: for the synthetic population. @throws as `replacePatient`; batches before it stay.
   */
  loadCanonical(
    practice: string,
    records: Iterable<CanonicalRecord>,
    options?: { batch?: number; onBatch?: (counts: WriteCounts) => void },
  ): Promise<WriteCounts>;
  /** See edit-record.ts. `transaction` is one of this store's database. */
  addResources(
    transaction: RecordTransaction,
    practice: string,
    patientKey: number,
    resources: readonly AnyResource[],
  ): Promise<WriteCounts>;
  /** See edit-record.ts. */
  markEnteredInError(
    transaction: RecordTransaction,
    practice: string,
    patientKey: number,
    type: string,
    id: string,
  ): Promise<WriteCounts>;
  /** See edit-record.ts. */
  setAwaitingFiling(
    transaction: RecordTransaction,
    practice: string,
    patientKey: number,
    awaiting: PatientEntry['awaitingFiling'],
  ): Promise<void>;
  /** See quarantine.ts. */
  quarantine(
    transaction: RecordTransaction,
    practice: string,
    entries: readonly RecordEntryKey[],
    cause: string,
  ): Promise<number>;
  /** See quarantine.ts. */
  liftQuarantine(
    transaction: RecordTransaction,
    practice: string,
    entries: readonly RecordEntryKey[],
    cause: string,
  ): Promise<number>;
  /** The content of a document; undefined where there is none (yet). */
  binary(practice: string, id: string): Promise<StoredBinary | undefined>;
  /** Size, type and owner of those of these contents that are there. */
  binaryHeads(practice: string, ids: readonly string[]): Promise<BinaryHead[]>;
  /** The person a content or a resource belongs to. */
  findPatientByKey(practice: string, patientKey: number): Promise<PatientEntry | undefined>;
  /** The Patient resources of several people, as JSON text, by their internal keys. */
  patientResources(practice: string, patientKeys: readonly number[]): Promise<ReadonlyMap<number, string>>;
  /** Entries of a record by role, those of one role only as far back as is wanted. See read-by-role.ts. */
  byRole(practice: string, patientKey: number, wanted: WantedRoles): Promise<EntriesByRole>;
  /** How many people each practice has on its list, by practice. */
  patientCounts(): Promise<ReadonlyMap<string, number>>;
}

/** A transaction of any database that holds the record's tables beside its own. */
// biome-ignore lint/suspicious/noExplicitAny: the caller's own tables are of no matter here
export type RecordTransaction = Transaction<any>;
// biome-ignore lint/suspicious/noExplicitAny: as above
export type RecordDatabase = Store<any>;

export type Records = RecordStore & RecordWriter & { readonly store: RecordDatabase };
export { recordMigrations };

/** Opens the record room on a store that was brought to `recordMigrations`. */
export function openRecords(store: RecordDatabase): Records {
  const db = store.db as Kysely<RecordTables>;
  const actors = new ActorCache();
  const write = (practice: string, records: readonly CompiledRecord[]) =>
    db.transaction().execute((step) => writeRecords(step, practice, records));
  return {
    store,
    async findPatient(practice, nhsNumber) {
      const row = await findPatientBy(db, practice, 'nhs_number', nhsNumber);
      return row && patientEntry(row);
    },
    async findPatientById(practice, id) {
      const row = await findPatientBy(db, practice, 'id', id);
      return row && patientEntry(row);
    },
    async findActors(practice, type, system, value) {
      return (await actors.of(db, practice)).identified(type, system, value);
    },
    resource: (practice, type, id) => findResource(db, practice, type, id),
    read<Result>(practice: string, patient: PatientEntry, work: Work<Result>): Promise<Result> {
      const read = store.kind === 'postgres' ? readInTransaction : readByVersion;
      return read(db, actors, practice, patient.key, work);
    },
    async putPractice(practice, name) {
      await sql`insert into practice (practice, name) values (${practice}, ${name})
        on conflict (practice) do update set name = excluded.name`.execute(db);
    },
    async practices() {
      return db.selectFrom('practice').select(['practice', 'name']).orderBy('practice').execute();
    },
    replacePatient: async (practice, resources, facts) =>
      write(practice, [compileRecord(resources as Iterable<ResourceJson>, facts)]),
    putActors: (practice, given) =>
      db.transaction().execute((step) => {
        const shared = [...given].filter((actor) => actorTypes.has(actor.resourceType)) as ResourceJson[];
        return writeActors(step, practice, shared.map(compileActor));
      }),
    loadCanonical: (practice, records, options) => loadCanonical(write, practice, records, options),
    addResources: (transaction, practice, patientKey, resources) =>
      addResources(
        transaction as unknown as Kysely<RecordTables>,
        practice,
        patientKey,
        resources as ResourceJson[],
      ),
    markEnteredInError: (transaction, practice, patientKey, type, id) =>
      markEnteredInError(transaction as unknown as Kysely<RecordTables>, practice, patientKey, type, id),
    setAwaitingFiling: (transaction, practice, patientKey, awaiting) =>
      setAwaitingFiling(transaction as unknown as Kysely<RecordTables>, practice, patientKey, awaiting),
    quarantine: (transaction, practice, entries, cause) =>
      quarantineEntries(transaction as unknown as Kysely<RecordTables>, practice, entries, cause),
    liftQuarantine: (transaction, practice, entries, cause) =>
      liftQuarantine(transaction as unknown as Kysely<RecordTables>, practice, entries, cause),
    binary: (practice, id) => readBinary(db, practice, id),
    binaryHeads: (practice, ids) => readBinaryHeads(db, practice, ids),
    async findPatientByKey(practice, patientKey) {
      const row = await findPatientBy(db, practice, 'patient_key', patientKey);
      return row && patientEntry(row);
    },
    async patientResources(practice, patientKeys) {
      if (patientKeys.length === 0) return new Map();
      const found = await sql<{ patient_key: number; json: string }>`select patient_key, json from resource
        where practice = ${practice} and role = 'patient'
          and patient_key = any(${[...patientKeys]}::int[])`.execute(db);
      return new Map(found.rows.map((row) => [row.patient_key, row.json]));
    },
    byRole: (practice, patientKey, wanted) => readByRole(db, practice, patientKey, wanted),
    async patientCounts() {
      const found = await sql<{
        practice: string;
        patients: number;
      }>`select practice, count(*)::int as patients
        from patient where active group by practice`.execute(db);
      return new Map(found.rows.map(({ practice, patients }) => [practice, patients]));
    },
  };
}

type Work<Result> = (reader: RecordReader) => Promise<Result>;

async function readInTransaction<Result>(
  db: Kysely<RecordTables>,
  actors: ActorCache,
  practice: string,
  key: number,
  work: Work<Result>,
): Promise<Result> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (view) => {
      const row = await findPatientBy(view, practice, 'patient_key', key);
      if (!row) throw new RecordChangedError();
      const source: ReaderSource = { streams: true, rows: (query) => query(view) };
      return work(new StoredReader(practice, row, source, await actors.of(view, practice)));
    });
}

/** On the embedded store no transaction is held: each fetch sees the same version or fails. */
async function readByVersion<Result>(
  db: Kysely<RecordTables>,
  actors: ActorCache,
  practice: string,
  key: number,
  work: Work<Result>,
): Promise<Result> {
  const row = await findPatientBy(db, practice, 'patient_key', key);
  if (!row) throw new RecordChangedError();
  const source: ReaderSource = {
    streams: false,
    rows: (query) =>
      db.transaction().execute(async (step) => {
        const now = await findPatientBy(step, practice, 'patient_key', key);
        if (now?.version !== row.version) throw new RecordChangedError();
        return query(step);
      }),
  };
  return work(new StoredReader(practice, row, source, await actors.of(db, practice)));
}

const BATCH = 5_000;

async function loadCanonical(
  write: (practice: string, records: readonly CompiledRecord[]) => Promise<WriteCounts>,
  practice: string,
  records: Iterable<CanonicalRecord>,
  { batch = BATCH, onBatch }: { batch?: number; onBatch?: (counts: WriteCounts) => void } = {},
): Promise<WriteCounts> {
  const total = noCounts();
  let waiting: CompiledRecord[] = [];
  let size = 0;
  const flush = async () => {
    if (waiting.length === 0) return;
    const counts = await write(practice, waiting);
    for (const name of Object.keys(total) as (keyof WriteCounts)[]) total[name] += counts[name];
    waiting = [];
    size = 0;
    onBatch?.(counts);
  };
  for (const record of records) {
    const { resources, facts } = 'facts' in record ? record : { resources: record, facts: {} };
    const compiled = compileRecord(resources as Iterable<ResourceJson>, facts);
    waiting.push(compiled);
    size += compiled.rows.length;
    if (size >= batch) await flush();
  }
  await flush();
  return total;
}
