// Contents of documents: base64 in chunks that each decode by themselves, written and read with constant memory.
// spec: access-document §5 (Binary), design §4
import { hash } from 'node:crypto';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { arrayOf, insertColumns } from './bulk.ts';
import type { CompiledContent } from './compile.ts';
import type { BinaryRow, RecordTables } from './schema.ts';

type Db = Kysely<RecordTables>;

/** Characters of base64 a chunk: 192 KB of content. A multiple of four, so that chunks decode separately. */
export const CHUNK_CHARACTERS = 262_144;

/** What is known of a stored content without reading it. */
export interface BinaryHead {
  id: string;
  patientKey: number;
  contentType: string;
  /** Bytes when decoded. */
  size: number;
  /** Changes with the content. */
  version: string;
}

/** A stored content. `chunks` yields base64 text; joined it is the `Binary.content` of the wire. */
export interface StoredBinary extends BinaryHead {
  chunks(): AsyncIterable<string>;
}

export interface OwnedContent extends CompiledContent {
  patientKey: number;
}

/** Stores contents already in memory; the same content again changes nothing. */
export async function writeContents(db: Db, practice: string, given: readonly OwnedContent[]): Promise<void> {
  if (given.length === 0) return;
  const ids = given.map(({ id }) => id);
  const stored = await sql<BinaryRow>`select b.* from unnest(${arrayOf('text', ids)}) as wanted (id)
    join binary_content b on b.practice = ${practice} and b.id = wanted.id`.execute(db);
  const before = new Map(stored.rows.map((row) => [row.id, row]));
  const contents = given
    .map((content) => ({ ...content, digest: hash('sha256', content.base64, 'base64') }))
    .filter(({ id, digest, patientKey, contentType }) => {
      const row = before.get(id);
      return row?.digest !== digest || row.patient_key !== patientKey || row.content_type !== contentType;
    });
  for (const { id } of contents) if (before.has(id)) await removeContent(db, practice, id);
  await insertColumns(db, 'binary_content', [
    ['practice', 'text', contents.map(() => practice)],
    ['id', 'text', contents.map(({ id }) => id)],
    ['patient_key', 'int', contents.map(({ patientKey }) => patientKey)],
    ['content_type', 'text', contents.map(({ contentType }) => contentType)],
    ['size', 'double precision', contents.map(({ base64 }) => decodedSize(base64.length, base64.slice(-2)))],
    ['digest', 'text', contents.map(({ digest }) => digest)],
  ]);
  await writeAllChunks(db, practice, contents);
}

const CHUNKS_A_STATEMENT = 16;

async function writeAllChunks(db: Db, practice: string, contents: readonly CompiledContent[]): Promise<void> {
  const chunks = contents.flatMap(({ id, base64 }) =>
    Array.from({ length: Math.ceil(base64.length / CHUNK_CHARACTERS) }, (_, part) => ({ id, part, base64 })),
  );
  for (let start = 0; start < chunks.length; ) {
    const some: typeof chunks = [];
    let characters = 0;
    while (start < chunks.length && characters < CHUNKS_A_STATEMENT * CHUNK_CHARACTERS) {
      const chunk = chunks[start++]!;
      characters += Math.min(chunk.base64.length, CHUNK_CHARACTERS);
      some.push(chunk);
    }
    await insertColumns(db, 'binary_chunk', [
      ['practice', 'text', some.map(() => practice)],
      ['id', 'text', some.map(({ id }) => id)],
      ['part', 'int', some.map(({ part }) => part)],
      [
        'content',
        'text',
        some.map(({ base64, part }) => base64.slice(part * CHUNK_CHARACTERS, (part + 1) * CHUNK_CHARACTERS)),
      ],
    ]);
  }
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
  const [head] = await readBinaryHeads(db, practice, [id]);
  return head && { ...head, chunks: () => readChunks(db, practice, id) };
}

/** The heads of those of these contents that documents have claimed. */
export async function readBinaryHeads(
  db: Db,
  practice: string,
  ids: readonly string[],
): Promise<BinaryHead[]> {
  if (ids.length === 0) return [];
  const found = await sql<BinaryRow>`select * from binary_content where practice = ${practice}
    and id = any(${arrayOf('text', ids)}) and patient_key is not null and run is null`.execute(db);
  return found.rows.map((row) => ({
    id: row.id,
    patientKey: row.patient_key!,
    contentType: row.content_type,
    size: row.size,
    version: Buffer.from(row.digest, 'base64').toString('hex').slice(0, 16),
  }));
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
