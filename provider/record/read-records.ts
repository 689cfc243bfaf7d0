// Reading: people by number or id, one resource, and a consistent view of a whole record.
// spec: design §4, stack §5 (key pages of 500, one query for small records)

import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { type Actor, type ActorCache, FIRST_ACTOR_SEQ, readActor } from './actors.ts';
import { arrayOf } from './bulk.ts';
import { readLinks } from './links-of.ts';
import { isQuarantined } from './quarantine.ts';
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
  const withheld = await sql<{
    withheld: boolean;
  }>`select ${isQuarantined(practice, row.patient_key)} as withheld
    from (values (${type}::text, ${id}::text)) as given (type, id)`.execute(db);
  const entry = indexEntry(row);
  return {
    json: row.json,
    entry: { ...entry, confidential: entry.confidential || withheld.rows[0]!.withheld },
    patientKey: row.patient_key,
  };
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
  #rows: Promise<(IndexEntry & { links: string })[]> | undefined;
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
    return [
      ...rows.map(({ links: _, ...entry }): IndexEntry => entry),
      ...this.#reachedActors().map((actor) => actor.entry),
    ];
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

  #indexRows(): Promise<(IndexEntry & { links: string })[]> {
    this.#rows ??= this.#source.rows((db) => readIndex(db, this.#practice, this.patient.key));
    return this.#rows;
  }

  async #page(seqs: readonly number[]): Promise<{ seq: number; json: string }[]> {
    const own = seqs.filter((seq) => seq < FIRST_ACTOR_SEQ);
    const rows =
      own.length === 0
        ? []
        : await this.#source.rows((db) => readTexts(db, this.#practice, this.patient.key, own));
    const texts = new Map(rows.map((row) => [row.seq, row.json]));
    return seqs.map((seq) => {
      const json = texts.get(seq) ?? this.#actors.bySeq(seq)?.json;
      if (json === undefined) throw new RangeError(`the record has no entry ${seq}`);
      return { seq, json };
    });
  }
}

/** Null travels as an empty text: no column holds one. */
const nullable = (value: string): string | null => (value === '' ? null : value);
const number = (value: string): number | null => (value === '' ? null : Number(value));

/** The index as one text, split here: reading 10,000 rows apart costs PGlite six times as much. */
async function readIndex(db: Db, practice: string, key: number): Promise<(IndexEntry & { links: string })[]> {
  const found = await sql<{ entries: string | null }>`
    select string_agg(concat_ws(E'\x1f', seq, type, id, role, coalesce(from_ms::text, ''), coalesce(to_ms::text, ''),
      coalesce(status, ''), coalesce(detail, ''), coalesce(code, ''),
      confidential or ${isQuarantined(practice, key)}, links), E'\x1e' order by seq) as entries
    from resource where practice = ${practice} and patient_key = ${key}`.execute(db);
  const entries = found.rows[0]?.entries;
  if (!entries) return [];
  return entries.split('\u001e').map((entry) => {
    const [seq, type, id, role, from, to, status, detail, code, confidential, links] = entry.split(
      '\u001f',
    ) as Columns;
    return {
      seq: Number(seq),
      type,
      id,
      role: role as Role,
      from: number(from),
      to: number(to),
      status: nullable(status),
      detail: nullable(detail),
      code: nullable(code),
      confidential: confidential === 't',
      links,
    };
  });
}

type Text = string;
type Columns = [Text, Text, Text, Text, Text, Text, Text, Text, Text, Text, Text];

/** Wire texts by place: one stretch of the key where the places lie close together, each by itself otherwise. */
async function readTexts(db: Db, practice: string, key: number, seqs: readonly number[]) {
  let low = seqs[0]!;
  let high = low;
  for (const seq of seqs) {
    if (seq < low) low = seq;
    if (seq > high) high = seq;
  }
  const close = high - low < seqs.length * 4;
  const found = close
    ? await sql<{ seq: number; json: string }>`select seq, json from resource
        where practice = ${practice} and patient_key = ${key} and seq between ${low} and ${high}`.execute(db)
    : await sql<{ seq: number; json: string }>`select r.seq, r.json
        from unnest(${arrayOf('int', seqs)}) as wanted (seq)
        join resource r on r.practice = ${practice} and r.patient_key = ${key} and r.seq = wanted.seq`.execute(
        db,
      );
  return found.rows;
}
