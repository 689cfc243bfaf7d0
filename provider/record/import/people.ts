// A batch of people about to be written: groups of the same NHS number joined, then joined with what is stored.

import { hash } from 'node:crypto';
import { parseJson } from '@gp-connect/foundation/fhir';
import { clinicalAreaNames, system } from '@gp-connect/foundation/nhs';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { arrayOf } from '../bulk.ts';
import { type CompiledRecord, compileRecord, RecordError } from '../compile.ts';
import { loadRecords, type StoredRecord } from '../edit-record.ts';
import { keyOf, objects, type ResourceJson } from '../json.ts';
import { readLinks } from '../links-of.ts';
import { replaceReferences } from '../normalise/references.ts';
import { mergeFacts, type RecordFacts } from '../patient-facts.ts';
import { actorTypes } from '../role-of.ts';
import type { PatientRow, RecordTables } from '../schema.ts';
import { type WriteCounts, writeRecords } from '../write-records.ts';
import type { Group } from './gather.ts';
import { holds, mergeResource } from './merge.ts';
import { nameOf, type Ready } from './prepare.ts';
import type { ReportKeeper } from './report.ts';
import { isSomebodyElse } from './same-person.ts';

type Db = Kysely<RecordTables>;

/** One person of the batch: everything the run brought, in order of arrival. */
export interface Person {
  nhsNumber: string;
  groups: Group[];
}

/** People and shared actors waiting for the next transaction. */
export class Batch {
  readonly people = new Map<string, Person>();
  readonly actors = new Map<string, Ready>();
  size = 0;
  characters = 0;

  add(nhsNumber: string, group: Group): void {
    const person = this.people.get(nhsNumber) ?? { nhsNumber, groups: [] };
    person.groups.push(group);
    this.people.set(nhsNumber, person);
    this.size += group.resources.length + 1;
    for (const { resource } of group.resources) {
      if (resource.resourceType === 'Binary') this.characters += String(resource.content ?? '').length;
    }
  }

  addActor(actor: Ready, keeper: ReportKeeper): void {
    const key = keyOf(actor.resource);
    const known = this.actors.get(key);
    this.actors.set(key, known ? joined(known, actor, keeper) : actor);
    this.size++;
  }
}

/** The later copy of a resource merged into the earlier, by the source's own clock where both have one. */
function joined(known: Ready, other: Ready, keeper: ReportKeeper): Ready {
  keeper.report.merged++;
  const older =
    known.lastUpdated !== null &&
    other.lastUpdated !== null &&
    Date.parse(other.lastUpdated) < Date.parse(known.lastUpdated);
  const resource = older
    ? mergeResource(other.resource, known.resource)
    : mergeResource(known.resource, other.resource);
  return { ...known, resource, lastUpdated: older ? known.lastUpdated : other.lastUpdated };
}

/**
 * Whether one file holds two different things under one id: each says what the other does not, and they are not two
 * dated versions of one. Taking either for the other would lose what it says.
 */
function contradicts(known: Ready, other: Ready): boolean {
  if (known.file !== other.file || other.resource.resourceType === 'Patient') return false;
  const dated = known.lastUpdated !== null && other.lastUpdated !== null;
  if (dated && known.lastUpdated !== other.lastUpdated) return false;
  const merged = mergeResource(known.resource, other.resource);
  return Object.keys(known.resource).some((name) => !holds(merged[name], known.resource[name]));
}

/** Gives a resource an id of its own, made from its content and so the same each time it comes. */
function renamed(one: Ready, keeper: ReportKeeper): void {
  const { id, ...content } = one.resource;
  one.resource.id = `${String(id).slice(0, 100)}-${hash('sha1', JSON.stringify(content), 'hex').slice(0, 10)}`;
  keeper.normalised('same-id-twice', one.file, one.entry, `${one.resource.resourceType}.id`);
}

/** Writes a batch within the caller's transaction. People whose record cannot be made whole are refused. */
export async function writeBatch(
  db: Db,
  practice: string,
  batch: Batch,
  keeper: ReportKeeper,
): Promise<WriteCounts> {
  const numbers = [...batch.people.keys()];
  const rows = await sql<PatientRow>`select * from patient
    where practice = ${practice} and nhs_number = any(${arrayOf('text', numbers)}) for update`.execute(db);
  const stored = new Map(rows.rows.map((row) => [row.nhs_number, row]));
  const records = await loadRecords(db, practice, rows.rows);
  const actors = await joinActors(db, practice, batch);
  const organisation = await practiceOrganisation(db, practice, actors, keeper);
  const compiled: CompiledRecord[] = [];
  for (const person of batch.people.values()) {
    const row = stored.get(person.nhsNumber);
    const record = row ? records.get(row.patient_key) : undefined;
    const made = compilePerson(person, record, row?.id, organisation, keeper);
    if (made) compiled.push(made);
  }
  await reportDangling(db, practice, compiled, actors, keeper);
  // Actors go with the first record, or alone.
  const compiledActors = [...actors.values()];
  const counts = await writeRecords(db, practice, compiled, compiledActors);
  return counts;
}

async function joinActors(db: Db, practice: string, batch: Batch): Promise<Map<string, ResourceJson>> {
  const actors = new Map([...batch.actors].map(([key, { resource }]) => [key, resource]));
  if (actors.size === 0) return actors;
  const ids = [...actors.values()].map((actor) => String(actor.id));
  const found = await sql<{ json: string }>`select json from actor
    where practice = ${practice} and id = any(${arrayOf('text', ids)})`.execute(db);
  for (const { json } of found.rows) {
    const known = parseJson(json) as ResourceJson;
    const other = actors.get(keyOf(known));
    if (other) actors.set(keyOf(known), mergeResource(known, other));
  }
  return actors;
}

/** The reference to the practice's own Organization, which is made where none came: its code is its name. */
async function practiceOrganisation(
  db: Db,
  practice: string,
  actors: Map<string, ResourceJson>,
  keeper: ReportKeeper,
): Promise<() => string> {
  const isPractice = (actor: ResourceJson) =>
    actor.resourceType === 'Organization' &&
    objects(actor.identifier).some(
      (identifier) => identifier.system === system.odsOrganisation && identifier.value === practice,
    );
  const stored = await sql<{ json: string }>`select json from actor
    where practice = ${practice} and type = 'Organization'`.execute(db);
  const own =
    stored.rows.map((row) => JSON.parse(row.json) as ResourceJson).find(isPractice) ??
    [...actors.values()].find(isPractice);
  if (own) return () => keyOf(own);
  const name = await sql<{
    name: string | null;
  }>`select name from practice where practice = ${practice}`.execute(db);
  return () => {
    const made: ResourceJson = {
      resourceType: 'Organization',
      id: practice,
      meta: {
        versionId: '1',
        profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-Organization-1'],
      },
      identifier: [{ system: system.odsOrganisation, value: practice }],
      name: name.rows[0]?.name ?? practice,
    };
    if (!actors.has(keyOf(made))) keeper.normalised('practice-organisation-made', '', 0, 'Organization');
    actors.set(keyOf(made), made);
    return keyOf(made);
  };
}

/** One person's record: what is stored, joined with what came. Undefined where it had to be refused. */
function compilePerson(
  person: Person,
  stored: StoredRecord | undefined,
  storedId: string | undefined,
  organisation: () => string,
  keeper: ReportKeeper,
): CompiledRecord | undefined {
  const resources = new Map(stored?.resources);
  const came = new Map<string, Ready>();
  const id = storedId ?? person.groups.find((group) => group.patient)?.patientId;
  const held = resources.get(`Patient/${storedId}`);
  if (person.groups.some(({ patient }) => patient && isSomebodyElse(held, patient.resource))) {
    for (const group of person.groups) {
      for (const one of [...(group.patient ? [group.patient] : []), ...group.resources]) {
        refuse(one, 'the NHS number is held here by a person with another name and birth date', keeper);
      }
    }
    return undefined;
  }
  let facts: RecordFacts = stored?.facts ?? {};
  for (const group of person.groups) {
    for (const one of [...(group.patient ? [group.patient] : []), ...group.resources]) {
      if (id !== undefined) pointAt(one, id, keeper);
      const known = came.get(keyOf(one.resource));
      if (known && contradicts(known, one)) renamed(one, keeper);
      const key = keyOf(one.resource);
      const same = came.get(key);
      came.set(key, same ? joined(same, one, keeper) : one);
    }
    facts = currentFacts(facts, group);
  }
  for (const [key, { resource }] of came) {
    const known = resources.get(key);
    const merged = known ? mergeResource(known, resource) : resource;
    resources.set(key, keepMarker(merged, resource));
  }
  const patient = id === undefined ? undefined : resources.get(`Patient/${id}`);
  if (patient && patient.managingOrganization === undefined) {
    const where = came.get(`Patient/${id}`);
    resources.set(`Patient/${id}`, { ...patient, managingOrganization: { reference: organisation() } });
    if (where)
      keeper.normalised('managing-organisation', where.file, where.entry, 'Patient.managingOrganization');
  }
  try {
    return compileRecord(resources.values(), facts);
  } catch (error) {
    if (!(error instanceof RecordError)) throw error;
    for (const one of came.values()) refuse(one, error.message, keeper);
    return undefined;
  }
}

/** A merge may answer the stored copy, which carries no confidentiality marker: the one that came is put back. */
function keepMarker(merged: ResourceJson, came: ResourceJson): ResourceJson {
  if (merged === came || came.meta === undefined) return merged;
  const security = (came.meta as { security?: unknown }).security;
  if (security === undefined) return merged;
  return { ...merged, meta: { ...(merged.meta as object), security } };
}

/** Facts after a group: warnings that its primary lists no longer carry are over. */
function currentFacts(before: RecordFacts, group: Group): RecordFacts {
  const ended: RecordFacts = { ...before };
  if (group.primaryAreas.size > 0) {
    ended.inTransitSince = null;
    const areas = before.awaitingFiling?.areas.filter((area) => !group.primaryAreas.has(area)) ?? [];
    ended.awaitingFiling =
      before.awaitingFiling && areas.length > 0
        ? {
            since: before.awaitingFiling.since,
            areas: clinicalAreaNames.filter((area) => areas.includes(area)),
          }
        : null;
  }
  return mergeFacts(ended, group.facts);
}

/** Makes an entry the stored person's, where the source knew the same person by another id. */
function pointAt(one: Ready, id: string, keeper: ReportKeeper): void {
  const { resource } = one;
  if (resource.resourceType === 'Patient' && resource.id !== id) {
    resource.id = id;
    keeper.normalised('patient-id-joined', one.file, one.entry, 'Patient.id');
  }
  if (one.subject === null || one.subject === id) return;
  replaceReferences(resource, `Patient/${one.subject}`, `Patient/${id}`);
  keeper.normalised('subject-joined', one.file, one.entry, `${resource.resourceType}.subject`);
  one.subject = id;
}

export function refuse(one: Ready, reason: string, keeper: ReportKeeper, path: string | null = null): void {
  keeper.refuse(
    { file: one.file, entry: one.entry, resource: nameOf(one.resource), reason, path },
    !one.lifted,
  );
}

/** Tells of references that nothing answers; they are kept. Contents of documents are matched when the run ends. */
async function reportDangling(
  db: Db,
  practice: string,
  compiled: readonly CompiledRecord[],
  actors: ReadonlyMap<string, ResourceJson>,
  keeper: ReportKeeper,
): Promise<void> {
  const missing: { from: string; path: string; to: string; actor: boolean }[] = [];
  for (const record of compiled) {
    const own = new Set(record.rows.map((row) => `${row.type}/${row.id}`));
    for (const row of record.rows) {
      for (const { path, toType, toId } of readLinks(row.links)) {
        const to = `${toType}/${toId}`;
        if (toType === 'Binary' || own.has(to) || actors.has(to)) continue;
        missing.push({ from: `${row.type}/${row.id}`, path, to, actor: actorTypes.has(toType) });
      }
    }
  }
  const wanted = [
    ...new Set(missing.filter(({ actor }) => actor).map(({ to }) => to.slice(to.indexOf('/') + 1))),
  ];
  const found = await sql<{ type: string; id: string }>`select type, id from actor
    where practice = ${practice} and id = any(${arrayOf('text', wanted)})`.execute(db);
  const known = new Set(found.rows.map((row) => `${row.type}/${row.id}`));
  for (const { from, path, to } of missing) if (!known.has(to)) keeper.dangling({ from, path, to });
}
