// The databases of a running England, one a service: on a PostgreSQL server, or copies of an empty embedded one.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyEmbeddedTemplate, makeEmbeddedTemplate, openStore, sql } from '@gp-connect/foundation/store';
import { layoutOf } from './layout.ts';
import { type Choices, databaseOf } from './plan.ts';

const SERVICES = ['directory', 'mesh', 'pharmacy', 'orchard', 'cedar'];

export async function prepareDatabases(choices: Choices, fresh: boolean): Promise<void> {
  if (!choices.databaseUrl) return prepareEmbedded(choices);
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

async function prepareEmbedded(choices: Choices): Promise<void> {
  const { databases } = layoutOf(choices.dataFolder);
  const missing = SERVICES.map((service) => join(databases, service)).filter(
    (folder) => !existsSync(join(folder, 'pgdata')),
  );
  if (missing.length === 0) return;
  const template = join(databases, 'template');
  await makeEmbeddedTemplate(template);
  for (const folder of missing) copyEmbeddedTemplate(template, folder);
  rmSync(template, { recursive: true, force: true });
}
