// Bulk insert that is one statement on either database: a column is an array, `unnest` makes the rows.
import { type RawBuilder, sql } from 'kysely';

/**
 * `insert into {table} ({columns}) select * from unnest($1::text[], …)`, optionally followed by `suffix`.
 * Column values are arrays of equal length; the second member of each column is the element's SQL type.
 */
export function unnestInsert(
  table: string,
  columns: readonly (readonly [name: string, type: string, values: readonly unknown[]])[],
  suffix: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  const names = sql.join(columns.map(([name]) => sql.ref(name)));
  const arrays = sql.join(columns.map(([, type, values]) => sql`${values}::${sql.raw(type)}[]`));
  return sql`insert into ${sql.table(table)} (${names}) select * from unnest(${arrays}) ${suffix}`;
}
