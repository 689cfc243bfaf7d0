// Contents of documents: base64 in chunks that each decode by themselves, written and read with constant memory.
// spec: access-document §5 (Binary), design §4
import { createHash } from 'node:crypto';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import type { CompiledContent } from './compile.ts';
import type { BinaryRow, RecordTables } from './schema.ts';

type Db = Kysely<RecordTables>;

/** Characters of base64 a chunk: 192 KB of content. A multiple of four, so that chunks decode separately. */
export const CHUNK_CHARACTERS = 262_144;

/** A stored content. `chunks` yields base64 text; joined it is the `Binary.content` of the wire. */
export interface StoredBinary {
  id: string;
  patientKey: number;
  contentType: string;
  /** Bytes when decoded. */
  size: number;
  chunks(): AsyncIterable<string>;
}

/** Stores a content already in memory; the same content again changes nothing. */
export async function writeContent(
  db: Db,
  practice: string,
  patientKey: number,
  content: CompiledContent,
): Promise<void> {
  const digest = createHash('sha256').update(content.base64).digest('base64');
  const stored = await sql<BinaryRow>`select * from binary_content
    where practice = ${practice} and id = ${content.id}`.execute(db);
  const same = stored.rows[0];
  if (same?.digest === digest && same.patient_key === patientKey && same.content_type === content.contentType)
    return;
  await removeContent(db, practice, content.id);
  let part = 0;
  for (let start = 0; start < content.base64.length; start += CHUNK_CHARACTERS) {
    await writeChunk(db, practice, content.id, part++, content.base64.slice(start, start + CHUNK_CHARACTERS));
  }
  await sql`insert into binary_content (practice, id, patient_key, content_type, size, digest)
    values (${practice}, ${content.id}, ${patientKey}, ${content.contentType},
      ${decodedSize(content.base64.length, content.base64.slice(-2))}, ${digest})`.execute(db);
}

export async function writeChunk(
  db: Db,
  practice: string,
  id: string,
  part: number,
  content: string,
): Promise<void> {
  await sql`insert into binary_chunk (practice, id, part, content)
    values (${practice}, ${id}, ${part}, ${content})`.execute(db);
}

export async function removeContent(db: Db, practice: string, id: string): Promise<void> {
  await sql`delete from binary_chunk where practice = ${practice} and id = ${id}`.execute(db);
  await sql`delete from binary_content where practice = ${practice} and id = ${id}`.execute(db);
}

/** Bytes that base64 of this many characters, ending so, decodes to. */
export function decodedSize(characters: number, ending: string): number {
  const padding = ending.endsWith('==') ? 2 : ending.endsWith('=') ? 1 : 0;
  return (characters / 4) * 3 - padding;
}

/** A content that a document has claimed; undefined for unknown ids and for contents still being imported. */
export async function readBinary(db: Db, practice: string, id: string): Promise<StoredBinary | undefined> {
  const found = await sql<BinaryRow>`select * from binary_content
    where practice = ${practice} and id = ${id} and patient_key is not null and run is null`.execute(db);
  const row = found.rows[0];
  if (!row) return undefined;
  return {
    id,
    patientKey: row.patient_key!,
    contentType: row.content_type,
    size: row.size,
    chunks: () => readChunks(db, practice, id),
  };
}

async function* readChunks(db: Db, practice: string, id: string): AsyncGenerator<string> {
  for (let part = 0; ; part++) {
    const found = await sql<{ content: string }>`select content from binary_chunk
      where practice = ${practice} and id = ${id} and part = ${part}`.execute(db);
    const chunk = found.rows[0];
    if (!chunk) return;
    yield chunk.content;
  }
}
