// Reading: people by number or id, one resource, and a consistent view of a whole record.
// spec: design §4, stack §5 (key pages of 500, one query for small records)

import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { type Actor, type ActorCache, FIRST_ACTOR_SEQ, readActor } from './actors.ts';
import { arrayOf } from './bulk.ts';
import { readLinks } from './links-of.ts';
import { actorTypes } from './role-of.ts';
import type { ActorRow, PatientRow, RecordTables, ResourceRow } from './schema.ts';
import type { IndexEntry, Link, PatientEntry, RecordReader, Role } from './types.ts';

type Db = Kysely<RecordTables>;

/** The record moved on between two reads on the embedded store: start again. */
export class RecordChangedError extends Error {
  constructor() {
    super('the record changed while it was read');
    this.name = 'RecordChangedError';
  }
}

/** Up to this many resources come in one query; more by pages, so that the first leave early. */
const ONE_QUERY = 2_000;
const PAGE = 500;

export function patientEntry(row: PatientRow): PatientEntry {
  return {
    key: row.patient_key,
    id: row.id,
    nhsNumber: row.nhs_number,
    verification: row.verification,
    registration: row.registration as PatientEntry['registration'],
    active: row.active,
    deceased: row.deceased,
    sensitive: row.sensitive,
    sharing: row.sharing as PatientEntry['sharing'],
    inTransitSince: row.in_transit_since,
    awaitingFiling:
      row.awaiting_since === null
        ? null
        : {
            since: row.awaiting_since,
            areas: (row.awaiting_areas ?? '').split(',').filter(Boolean) as ClinicalArea[],
          },
    version: row.version,
  };
}

export async function findPatientBy(
  db: Db,
  practice: string,
  column: 'nhs_number' | 'id' | 'patient_key',
  value: string | number,
): Promise<PatientRow | undefined> {
  const found = await sql<PatientRow>`select * from patient
    where practice = ${practice} and ${sql.ref(column)} = ${value}`.execute(db);
  return found.rows[0];
}

type IndexRow = Omit<ResourceRow, 'practice' | 'patient_key' | 'links' | 'digest' | 'json'>;

export function indexEntry(row: IndexRow): IndexEntry {
  return {
    seq: row.seq,
    type: row.type,
    id: row.id,
    role: row.role as Role,
    from: row.from_ms,
    to: row.to_ms,
    status: row.status,
    detail: row.detail,
    code: row.code,
    confidential: row.confidential,
  };
}

/** One resource by type and id. An id that several people's records hold identifies none of theirs. */
export async function findResource(db: Db, practice: string, type: string, id: string) {
  if (actorTypes.has(type)) {
    const found = await sql<ActorRow>`select * from actor
      where practice = ${practice} and type = ${type} and id = ${id}`.execute(db);
    const row = found.rows[0];
    if (row) return { json: row.json, entry: readActor(row).entry, patientKey: null };
  }
  const found = await sql<ResourceRow>`select * from resource
    where practice = ${practice} and type = ${type} and id = ${id} limit 2`.execute(db);
  const row = found.rows[0];
  if (!row || found.rows.length > 1) return undefined;
  return { json: row.json, entry: indexEntry(row), patientKey: row.patient_key };
}

/** What a reader needs of the store: PostgreSQL holds one transaction open, PGlite re-checks the version. */
export interface ReaderSource {
  /** Rows of this record as of the reader's version. @throws RecordChangedError */
  rows<Row>(query: (db: Db) => Promise<Row[]>): Promise<Row[]>;
  /** Whether pages may be fetched as they are consumed. */
  streams: boolean;
}

export class StoredReader implements RecordReader {
  readonly patient: PatientEntry;
  readonly #practice: string;
  readonly #references: string;
  readonly #source: ReaderSource;
  readonly #actors: Awaited<ReturnType<ActorCache['of']>>;
  #rows: Promise<(IndexRow & { links: string })[]> | undefined;
  #reached: Actor[] | undefined;

  constructor(
    practice: string,
    row: PatientRow,
    source: ReaderSource,
    actors: Awaited<ReturnType<ActorCache['of']>>,
  ) {
    this.patient = patientEntry(row);
    this.#practice = practice;
    this.#references = row.actor_references;
    this.#source = source;
    this.#actors = actors;
  }

  async index(): Promise<readonly IndexEntry[]> {
    const rows = await this.#indexRows();
    return [...rows.map(indexEntry), ...this.#reachedActors().map((actor) => actor.entry)];
  }

  async links(): Promise<readonly Link[]> {
    const links: Link[] = [];
    for (const row of await this.#indexRows()) {
      for (const { path, toType, toId } of readLinks(row.links))
        links.push({ fromSeq: row.seq, path, toType, toId });
    }
    for (const actor of this.#reachedActors()) links.push(...actor.links);
    return links;
  }

  async *resources(seqs: readonly number[]): AsyncGenerator<{ seq: number; json: string }> {
    const page = seqs.length <= ONE_QUERY ? ONE_QUERY : PAGE;
    if (this.#source.streams) {
      for (let start = 0; start < seqs.length; start += page)
        yield* await this.#page(seqs.slice(start, start + page));
      return;
    }
    const pages: { seq: number; json: string }[][] = [];
    for (let start = 0; start < seqs.length; start += ONE_QUERY) {
      pages.push(await this.#page(seqs.slice(start, start + ONE_QUERY)));
    }
    for (const fetched of pages) yield* fetched;
  }

  #reachedActors(): Actor[] {
    this.#reached ??= this.#actors.reachedFrom(this.#references);
    return this.#reached;
  }

  #indexRows(): Promise<(IndexRow & { links: string })[]> {
    this.#rows ??= this.#source.rows(
      async (db) =>
        (
          await sql<IndexRow & { links: string }>`
            select seq, type, id, role, from_ms, to_ms, status, detail, code, confidential, links from resource
            where practice = ${this.#practice} and patient_key = ${this.patient.key} order by seq`.execute(db)
        ).rows,
    );
    return this.#rows;
  }

  async #page(seqs: readonly number[]): Promise<{ seq: number; json: string }[]> {
    const own = seqs.filter((seq) => seq < FIRST_ACTOR_SEQ);
    const texts = own.length === 0 ? new Map<number, string>() : await this.#texts(own);
    return seqs.map((seq) => {
      const json = texts.get(seq) ?? this.#actors.bySeq(seq)?.json;
      if (json === undefined) throw new RangeError(`the record has no entry ${seq}`);
      return { seq, json };
    });
  }

  async #texts(seqs: readonly number[]): Promise<Map<number, string>> {
    const rows = await this.#source.rows(
      async (db) =>
        (
          await sql<{ seq: number; json: string }>`select seq, json from resource
            where practice = ${this.#practice} and patient_key = ${this.patient.key}
              and seq = any(${arrayOf('int', seqs)})`.execute(db)
        ).rows,
    );
    return new Map(rows.map((row) => [row.seq, row.json]));
  }
}
