// Opens PostgreSQL (`postgres://…`), the embedded PGlite in a folder (`embedded:{folder}`) or in memory (`memory:`).
// PGlite neither syncs nor locks its folder (stack §4), so the lock is ours and real records belong in PostgreSQL.
import { mkdirSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely';
import pg from 'pg';
import { lockFolder } from '../lock/index.ts';
import { type Migration, migrate } from './migrations.ts';

export type StoreKind = 'postgres' | 'embedded';

export interface Store<Database> {
  readonly kind: StoreKind;
  readonly db: Kysely<Database>;
  close(): Promise<void>;
}

export interface StoreSettings {
  /** `postgres://…`, `embedded:{folder}` or `memory:`. */
  url: string;
  /** Connections to PostgreSQL. */
  poolSize?: number;
  /** PostgreSQL schema to live in, so that several parties' tests can share a server. */
  schema?: string;
}

/**
 * Opens the store and brings it to the newest migration.
 * @throws LockedFolderError where another process holds the embedded folder.
 */
export async function openStore<Database>(
  settings: StoreSettings,
  migrations: readonly Migration[],
): Promise<Store<Database>> {
  const store = settings.url.startsWith('postgres')
    ? await openPostgres<Database>(settings)
    : await openEmbedded<Database>(settings.url);
  try {
    await migrate(store.db, migrations);
    return store;
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function openPostgres<Database>(settings: StoreSettings): Promise<Store<Database>> {
  const pool = new pg.Pool({
    connectionString: settings.url,
    max: settings.poolSize ?? 10,
    ...(settings.schema ? { options: `-c search_path=${settings.schema}` } : {}),
  });
  // A connection that drops while idle must not end the process: the pool opens another.
  pool.on('error', () => undefined);
  if (settings.schema) {
    if (!/^[a-z_][a-z0-9_]*$/.test(settings.schema)) throw new RangeError('schema: not a plain name');
    await pool.query(`create schema if not exists ${settings.schema}`);
  }
  const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
  return { kind: 'postgres', db, close: () => db.destroy() };
}

async function openEmbedded<Database>(url: string): Promise<Store<Database>> {
  const folder = url.startsWith('embedded:') ? url.slice('embedded:'.length) : undefined;
  if (folder === undefined && url !== 'memory:') throw new RangeError(`unknown database address "${url}"`);
  if (folder) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = folder ? await lockFolder(folder) : undefined;
  try {
    const pglite = folder ? await PGlite.create(`${folder}/pgdata`) : await PGlite.create();
    const db = new Kysely<Database>({ dialect: new PGliteDialect({ pglite }) });
    return {
      kind: 'embedded',
      db,
      async close() {
        await db.destroy();
        if (!pglite.closed) await pglite.close();
        await lock?.release();
      },
    };
  } catch (error) {
    await lock?.release();
    throw error;
  }
}
