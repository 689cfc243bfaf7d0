// The floor of an import: COPY of rows that are already made, into the provider's own tables with their indexes.

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { PGlite } from '@electric-sql/pglite';
import { sql } from '@gp-connect/foundation/store';
import { openProviderStore, type ProviderStore } from '@gp-connect/provider';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';

/** Where the rows of a practice's records are; without the columns that number rows by themselves. */
const TABLES = ['patient', 'actor', 'resource', 'binary_content', 'binary_chunk'] as const;

/** COPY text of each table. */
export type TableRows = ReadonlyMap<string, { columns: string; text: Buffer }>;

export interface BareTables {
  /** The rows a practice has in a provider's store. */
  rowsOf(from: ProviderStore, practice: string): Promise<TableRows>;
  insert(rows: TableRows): Promise<void>;
  close(): Promise<void>;
}

/** Opens an empty database and makes the provider's tables in it. */
export async function openBareTables(url: string): Promise<BareTables> {
  const made = await openProviderStore(url);
  await made.store.close();
  return url.startsWith('postgres') ? overPostgres(url) : overEmbedded(url);
}

async function overPostgres(url: string): Promise<BareTables> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    rowsOf: readRows,
    async insert(rows) {
      for (const [table, { columns, text }] of rows) {
        await pipeline(
          Readable.from([text]),
          client.query(copyFrom(`copy ${table} (${columns}) from stdin`)),
        );
      }
    },
    close: () => client.end(),
  };
}

async function overEmbedded(url: string): Promise<BareTables> {
  const database = await PGlite.create(`${url.slice('embedded:'.length)}/pgdata`);
  return {
    rowsOf: readRows,
    async insert(rows) {
      for (const [table, { columns, text }] of rows) {
        await database.query(`copy ${table} (${columns}) from '/dev/blob'`, [], {
          blob: new Blob([new Uint8Array(text)]),
        });
      }
    },
    close: () => database.close(),
  };
}

async function readRows({ store }: ProviderStore, practice: string): Promise<TableRows> {
  const rows = new Map<string, { columns: string; text: Buffer }>();
  for (const table of TABLES) {
    const found = await sql<Record<string, unknown>>`select * from ${sql.table(table)}
      where practice = ${practice}`.execute(store.db);
    const [first] = found.rows;
    if (!first) continue;
    const text = found.rows.map((row) => Object.values(row).map(copyText).join('\t')).join('\n');
    rows.set(table, { columns: Object.keys(first).join(', '), text: Buffer.from(`${text}\n`) });
  }
  return rows;
}

const ESCAPED: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function copyText(value: unknown): string {
  if (value === null) return '\\N';
  return String(value).replace(/[\\\t\n\r]/g, (character) => ESCAPED[character]!);
}
