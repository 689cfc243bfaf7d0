// Migrations: named steps in order, each in its own transaction, never changed once landed.
import { type Kysely, sql } from 'kysely';

export interface Migration {
  /** Unique and ordered, e.g. `record-001-resources`. */
  readonly name: string;
  /** Statements of the PostgreSQL 15 dialect. */
  readonly statements: readonly string[];
}

/** Applies what is missing. Two processes that start together wait for each other. */
export async function migrate<Database>(
  db: Kysely<Database>,
  migrations: readonly Migration[],
): Promise<void> {
  await sql`create table if not exists migration (name text primary key, applied_at timestamptz not null default now())`.execute(
    db,
  );
  for (const migration of migrations) {
    await db.transaction().execute(async (step) => {
      await sql`lock table migration in share row exclusive mode`.execute(step);
      const done = await sql`select 1 from migration where name = ${migration.name}`.execute(step);
      if (done.rows.length) return;
      for (const statement of migration.statements) await sql.raw(statement).execute(step);
      await sql`insert into migration (name) values (${migration.name})`.execute(step);
    });
  }
}
