// The databases of a running England on a PostgreSQL server: one a service, made where missing, dropped on a fresh start.
import { openStore, sql } from '@gp-connect/foundation/store';
import { type Choices, databaseOf } from './plan.ts';

const SERVICES = ['directory', 'orchard', 'cedar'];

/** Does nothing for the embedded database. */
export async function prepareDatabases(choices: Choices, fresh: boolean): Promise<void> {
  if (!choices.databaseUrl) return;
  const server = new URL(choices.databaseUrl);
  server.pathname = '/postgres';
  const { db, close } = await openStore({ url: server.href, schema: 'gpc_setup' }, []);
  try {
    for (const service of SERVICES) {
      const name = new URL(databaseOf(choices, service)).pathname.slice(1);
      if (fresh) await sql`drop database if exists ${sql.id(name)}`.execute(db);
      const { rows } = await sql`select 1 from pg_database where datname = ${name}`.execute(db);
      if (rows.length === 0) await sql`create database ${sql.id(name)}`.execute(db);
    }
  } finally {
    await close();
  }
}
