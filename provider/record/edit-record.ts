// Changes to one record in the caller's transaction: single resources added, an entry marked as entered in error.
// spec: design §3 (update), access-record-structured §11 (entered-in-error entries are omitted)
import { parseJson } from '@gp-connect/foundation/fhir';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { compileRecord, RecordError } from './compile.ts';
import { isObject, keyOf, type ResourceJson } from './json.ts';
import type { RecordFacts } from './patient-facts.ts';
import { patientEntry } from './read-records.ts';
import type { PatientRow, RecordTables, ResourceRow } from './schema.ts';
import { type WriteCounts, writeRecords } from './write-records.ts';

type Db = Kysely<RecordTables>;

/** A stored record as resources, with what is known beside them. */
export interface StoredRecord {
  resources: Map<string, ResourceJson>;
  facts: RecordFacts & { immunisationStatus: Set<string>; confidential: Set<string> };
}

/** Reads whole records back, by key, in one query. */
export async function loadRecords(
  db: Db,
  practice: string,
  patients: readonly PatientRow[],
): Promise<Map<number, StoredRecord>> {
  const records = new Map<number, StoredRecord>();
  for (const row of patients) {
    const entry = patientEntry(row);
    records.set(row.patient_key, {
      resources: new Map(),
      facts: {
        inTransitSince: entry.inTransitSince,
        awaitingFiling: entry.awaitingFiling,
        sensitive: entry.sensitive,
        sharing: entry.sharing,
        immunisationStatus: new Set(),
        confidential: new Set(),
      },
    });
  }
  if (records.size === 0) return records;
  const rows = await sql<Pick<ResourceRow, 'patient_key' | 'role' | 'confidential' | 'json'>>`
    select patient_key, role, confidential, json from resource
    where practice = ${practice} and patient_key in (${sql.join([...records.keys()])})
    order by patient_key, seq`.execute(db);
  for (const row of rows.rows) {
    const record = records.get(row.patient_key)!;
    const resource = parseJson(row.json) as ResourceJson;
    const key = keyOf(resource);
    record.resources.set(key, resource);
    if (row.role === 'immunisation-status') record.facts.immunisationStatus.add(key);
    if (row.confidential) record.facts.confidential.add(key);
  }
  return records;
}

async function change(
  db: Db,
  practice: string,
  patientKey: number,
  edit: (record: StoredRecord) => readonly ResourceJson[],
): Promise<WriteCounts> {
  const found = await sql<PatientRow>`select * from patient
    where practice = ${practice} and patient_key = ${patientKey} for update`.execute(db);
  const patient = found.rows[0];
  if (!patient) throw new RecordError('no such patient at this practice');
  const record = (await loadRecords(db, practice, [patient])).get(patientKey)!;
  const resources = edit(record);
  return writeRecords(db, practice, [compileRecord(resources, record.facts)]);
}

/**
 * Adds resources to a record, or replaces those of the same type and id, within the caller's transaction.
 * Shared actors among them go to the practice. The record's version rises when something changed.
 * @throws RecordError where the patient is not of this practice, or a Patient of another NHS number is given.
 */
export function addResources(
  db: Db,
  practice: string,
  patientKey: number,
  resources: readonly ResourceJson[],
): Promise<WriteCounts> {
  return change(db, practice, patientKey, (record) => {
    for (const resource of resources) {
      const key = keyOf(resource);
      if (resource.resourceType === 'Patient' && !record.resources.has(key)) {
        throw new RecordError('the Patient is not the one of this record');
      }
      // A newer version speaks for itself about being confidential.
      record.facts.confidential.delete(key);
      record.resources.set(key, resource);
    }
    return [...record.resources.values()];
  });
}

const errorStatus: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AllergyIntolerance: { verificationStatus: 'entered-in-error' },
  Condition: { verificationStatus: 'entered-in-error' },
};

/**
 * Marks an entry as entered in error: it keeps its place and its text but leaves every area and list, and what
 * pointed at it from an array (structure lists, problem links, report results) no longer does.
 * @throws RecordError where the record has no such entry.
 */
export function markEnteredInError(
  db: Db,
  practice: string,
  patientKey: number,
  type: string,
  id: string,
): Promise<WriteCounts> {
  return change(db, practice, patientKey, (record) => {
    const key = `${type}/${id}`;
    const entry = record.resources.get(key);
    if (!entry || type === 'Patient') throw new RecordError(`the record has no ${key}`);
    return [...record.resources].map(([other, resource]) =>
      other === key
        ? { ...resource, ...(errorStatus[type] ?? { status: 'entered-in-error' }) }
        : (withoutReferencesTo(resource, key) as ResourceJson),
    );
  });
}

/** A copy without the array members that refer to `key`; the same object where there are none. */
function withoutReferencesTo(node: unknown, key: string): unknown {
  if (Array.isArray(node)) {
    const kept = node.filter((item) => !refersTo(item, key)).map((item) => withoutReferencesTo(item, key));
    return kept.length === node.length && kept.every((item, at) => item === node[at]) ? node : kept;
  }
  if (!isObject(node) || Object.getPrototypeOf(node) === null) return node;
  let changed: Record<string, unknown> | undefined;
  for (const name in node) {
    const value = node[name];
    const kept = typeof value === 'object' ? withoutReferencesTo(value, key) : value;
    if (kept === value) continue;
    changed ??= { ...node };
    if (Array.isArray(kept) && kept.length === 0) delete changed[name];
    else changed[name] = kept;
  }
  return changed ?? node;
}

/** Whether an array member is a reference to `key`, or an element whose own reference (item, target, value) is. */
function refersTo(item: unknown, key: string): boolean {
  if (!isObject(item)) return false;
  if (item.reference === key) return true;
  return ['item', 'target', 'valueReference'].some((name) => {
    const inner = item[name];
    return isObject(inner) && inner.reference === key;
  });
}

/**
 * Says since when, and for which areas, inbound items of a person wait to be filed; null where none does. The record's
 * version rises when that changes. spec: access-record-structured §9.1
 */
export async function setAwaitingFiling(
  db: Db,
  practice: string,
  patientKey: number,
  awaiting: { since: string; areas: readonly string[] } | null,
): Promise<void> {
  const since = awaiting?.since ?? null;
  const areas = awaiting?.areas.join(',') ?? null;
  await sql`update patient set awaiting_since = ${since}, awaiting_areas = ${areas}, version = version + 1
    where practice = ${practice} and patient_key = ${patientKey}
      and (awaiting_since is distinct from ${since} or awaiting_areas is distinct from ${areas})`.execute(db);
}
