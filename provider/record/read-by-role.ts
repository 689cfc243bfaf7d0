// Entries of a record by what they are, in one statement: consistent by itself, without reading the index of the whole.
import { type Kysely, sql } from '@gp-connect/foundation/store';
import type { RecordTables } from './schema.ts';
import type { Role } from './types.ts';

export interface WantedRoles {
  /** Every entry of these roles. */
  readonly all: readonly Role[];
  /** Of this role at most so many, the latest first; what was entered in error is passed over. */
  readonly newest: { readonly role: Role; readonly most: number };
}

export interface EntriesByRole {
  /** Wire texts of each role, in record order. */
  readonly all: ReadonlyMap<Role, readonly string[]>;
  readonly newest: readonly string[];
}

/** As texts split here: reading rows apart costs PGlite several times as much. */
export async function readByRole(
  db: Kysely<RecordTables>,
  practice: string,
  patientKey: number,
  { all, newest }: WantedRoles,
): Promise<EntriesByRole> {
  const own = sql`practice = ${practice} and patient_key = ${patientKey}`;
  const { rows } = await sql<{ all: string | null; newest: string | null }>`select
    (select string_agg(role || E'\x1f' || json, E'\x1e' order by seq) from resource
      where ${own} and role in (${sql.join(all)})) as all,
    (select string_agg(json, E'\x1e' order by from_ms desc nulls last, seq) from (
      select json, from_ms, seq from resource
      where ${own} and role = ${newest.role} and status is distinct from 'entered-in-error'
      order by from_ms desc nulls last, seq limit ${newest.most}) as latest) as newest`.execute(db);
  const [found] = rows;
  const byRole = new Map<Role, string[]>(all.map((role) => [role, []]));
  for (const entry of split(found?.all)) {
    const end = entry.indexOf('\u001f');
    byRole.get(entry.slice(0, end) as Role)!.push(entry.slice(end + 1));
  }
  return { all: byRole, newest: split(found?.newest) };
}

/** JSON holds no control characters. */
const split = (texts: string | null | undefined): string[] => (texts ? texts.split('\u001e') : []);
