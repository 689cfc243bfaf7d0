// Shared actors: one copy a practice, part of every record that names them.
// spec: access-record-structured §5 (always present), §7 (administrative resources, transitively), §12
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { arrayOf, insertColumns } from './bulk.ts';
import type { CompiledActor } from './compile.ts';
import { objects, type ResourceJson } from './json.ts';
import { readLinks } from './links-of.ts';
import type { ActorRow, RecordTables } from './schema.ts';
import type { IndexEntry, Link } from './types.ts';

type Db = Kysely<RecordTables>;

/** Actors stand after a person's own entries: their `seq` is this plus their key. */
export const FIRST_ACTOR_SEQ = 1_000_000_000;

export interface Actor {
  entry: IndexEntry;
  links: Link[];
  json: string;
}

/** Adds and replaces actors; a change raises the practice's actors version. The last of equal keys wins. */
export async function writeActors(
  db: Db,
  practice: string,
  given: readonly CompiledActor[],
): Promise<{ added: number; changed: number }> {
  const actors = new Map(given.map((actor) => [`${actor.type}/${actor.id}`, actor]));
  await sql`insert into practice (practice) values (${practice}) on conflict do nothing`.execute(db);
  if (actors.size === 0) return { added: 0, changed: 0 };
  const stored = await sql<Pick<ActorRow, 'type' | 'id' | 'digest'>>`select type, id, digest from actor
    where practice = ${practice} and id = any(${arrayOf(
      'text',
      [...actors.values()].map(({ id }) => id),
    )})`.execute(db);
  const digests = new Map(stored.rows.map((row) => [`${row.type}/${row.id}`, row.digest]));
  const writing = [...actors]
    .filter(([key, actor]) => digests.get(key) !== actor.digest)
    .map(([, actor]) => actor);
  if (writing.length === 0) return { added: 0, changed: 0 };
  await insertColumns(
    db,
    'actor',
    [
      ['practice', 'text', writing.map(() => practice)],
      ['type', 'text', writing.map(({ type }) => type)],
      ['id', 'text', writing.map(({ id }) => id)],
      ['links', 'text', writing.map(({ links }) => links)],
      ['digest', 'text', writing.map(({ digest }) => digest)],
      ['json', 'text', writing.map(({ json }) => json)],
    ],
    `on conflict (practice, type, id) do update
      set links = excluded.links, digest = excluded.digest, json = excluded.json`,
  );
  await sql`update practice set actors_version = actors_version + 1 where practice = ${practice}`.execute(db);
  const changed = writing.filter(({ type, id }) => digests.has(`${type}/${id}`)).length;
  return { added: writing.length - changed, changed };
}

/** The actors of a practice as a graph that records are completed from. */
export class PracticeActors {
  readonly version: number;
  readonly #byKey = new Map<string, Actor>();
  readonly #bySeq = new Map<number, Actor>();
  /** From a Practitioner to the roles held, which refer to them and not the other way about. */
  readonly #roles = new Map<string, string[]>();
  #identified: Map<string, string[]> | undefined;

  constructor(version: number, rows: readonly ActorRow[]) {
    this.version = version;
    for (const row of rows) {
      const actor = readActor(row);
      const key = `${row.type}/${row.id}`;
      this.#byKey.set(key, actor);
      this.#bySeq.set(actor.entry.seq, actor);
      if (row.type !== 'PractitionerRole') continue;
      for (const link of actor.links) {
        if (link.path !== 'practitioner') continue;
        const held = `${link.toType}/${link.toId}`;
        this.#roles.set(held, [...(this.#roles.get(held) ?? []), key]);
      }
    }
  }

  get(key: string): Actor | undefined {
    return this.#byKey.get(key);
  }

  bySeq(seq: number): Actor | undefined {
    return this.#bySeq.get(seq);
  }

  /** JSON of the actors of that type with that identifier. */
  identified(type: string, system: string, value: string): string[] {
    this.#identified ??= this.#readIdentifiers();
    return this.#identified.get(`${type}|${system}|${value}`) ?? [];
  }

  #readIdentifiers(): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const { entry, json } of this.#byKey.values()) {
      for (const identifier of objects((JSON.parse(json) as ResourceJson).identifier)) {
        const key = `${entry.type}|${String(identifier.system)}|${String(identifier.value)}`;
        found.set(key, [...(found.get(key) ?? []), json]);
      }
    }
    return found;
  }

  /** The actors named, those they name in turn, and the roles of the practitioners among them, in `seq` order. */
  reachedFrom(references: string): Actor[] {
    const reached = new Map<string, Actor>();
    const waiting = references === '' ? [] : references.split('\n');
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
      const actor = this.#byKey.get(key);
      if (!actor || reached.has(key)) continue;
      reached.set(key, actor);
      for (const link of actor.links) waiting.push(`${link.toType}/${link.toId}`);
      waiting.push(...(this.#roles.get(key) ?? []));
    }
    return [...reached.values()].sort((a, b) => a.entry.seq - b.entry.seq);
  }
}

export function readActor(row: ActorRow): Actor {
  const seq = FIRST_ACTOR_SEQ + row.actor_key;
  return {
    entry: {
      seq,
      type: row.type,
      id: row.id,
      role: 'actor',
      from: null,
      to: null,
      status: null,
      detail: null,
      code: null,
      confidential: false,
    },
    links: readLinks(row.links).map((link) => ({ fromSeq: seq, ...link })),
    json: row.json,
  };
}

/** Remembers the actors of practices, reading them again when a practice's version has moved. */
export class ActorCache {
  readonly #practices = new Map<string, PracticeActors>();

  /** The actors as `db` (perhaps a transaction) sees them. */
  async of(db: Db, practice: string): Promise<PracticeActors> {
    const found = await sql<{ actors_version: number }>`select actors_version from practice
      where practice = ${practice}`.execute(db);
    const version = found.rows[0]?.actors_version ?? 0;
    const known = this.#practices.get(practice);
    if (known?.version === version) return known;
    const rows =
      await sql<ActorRow>`select * from actor where practice = ${practice} order by actor_key`.execute(db);
    const read = new PracticeActors(version, rows.rows);
    this.#practices.set(practice, read);
    return read;
  }
}
