// Bulk insert for wide rows of text: each column travels as one separated text that the database splits.
// Measured against arrays of parameters: 2 times faster on PGlite, 6 times on PostgreSQL (20,000 rows of 1 KB).
import { type Kysely, sql } from '@gp-connect/foundation/store';
import type { RecordTables } from './schema.ts';

const SEPARATOR = '\u001e';
const NULL = '\u001f';

type Value = string | number | boolean | null;
export type Column = readonly [name: string, type: string, values: readonly Value[]];

/**
 * Inserts rows given as columns of equal length. `suffix` may hold `on conflict …` or `returning …`.
 * @throws RangeError where a text holds U+001E or U+001F; JSON text never does.
 */
export async function insertColumns<Returned = unknown>(
  db: Kysely<RecordTables>,
  table: string,
  columns: readonly Column[],
  suffix = '',
): Promise<Returned[]> {
  if (!columns[0]?.[2].length) return [];
  const names = sql.join(columns.map(([name]) => sql.ref(name)));
  const arrays = sql.join(columns.map(([, type, values]) => split(type, values)));
  const result = await sql<Returned>`insert into ${sql.table(table)} (${names})
    select * from unnest(${arrays}) ${sql.raw(suffix)}`.execute(db);
  return result.rows;
}

/** The column as an SQL array. A sole empty text is given as an array, since `''` splits to no element at all. */
function split(type: string, values: readonly Value[]) {
  const text = values.map((value) => (value === null ? NULL : String(value))).join(SEPARATOR);
  if (text.length === 0) return sql`array['']::${sql.raw(type)}[]`;
  if (type === 'text') assertPlain(values, text);
  return sql`string_to_array(${text}, ${SEPARATOR}, ${NULL})::${sql.raw(type)}[]`;
}

/** Separators inside a value would shift every row after it: their number must be that of the values. */
function assertPlain(values: readonly Value[], joined: string): void {
  let nulls = 0;
  for (const value of values) if (value === null) nulls++;
  if (count(joined, SEPARATOR) !== values.length - 1 || count(joined, NULL) !== nulls) {
    throw new RangeError('text with a control character');
  }
}

function count(text: string, character: string): number {
  let found = 0;
  for (let at = text.indexOf(character); at !== -1; at = text.indexOf(character, at + 1)) found++;
  return found;
}

/** An array parameter for `= any(…)`, by the same route. */
export function arrayOf(type: 'text' | 'int', values: readonly (string | number)[]) {
  return values.length === 0 ? sql`array[]::${sql.raw(type)}[]` : split(type, values);
}
