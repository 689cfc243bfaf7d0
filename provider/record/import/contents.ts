// Contents of documents on their way in: staged as they stream by, claimed by the DocumentReference that names them.
// spec: access-document §5; a content that no document claims is refused and removed
import { createHash } from 'node:crypto';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { CHUNK_CHARACTERS, decodedSize, removeContent, writeChunk } from '../binaries.ts';
import { addResources } from '../edit-record.ts';
import { type ResourceJson, text } from '../json.ts';
import { readLinks } from '../links-of.ts';
import type { BinaryRow, RecordTables } from '../schema.ts';

type Db = Kysely<RecordTables>;

/** A content that was read whole. */
export interface Staged {
  file: string;
  entry: number;
  head: ResourceJson;
  /** Key of its chunks until it is claimed. */
  stagingId: string;
  digest: string;
  size: number;
}

export class ContentError extends Error {}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** DocumentReferences a query, when looking for who names a content. */
const PAGE = 2_000;

/** Streams a content into staging rows. @throws ContentError where it is not base64. */
export async function stageContent(
  db: Db,
  practice: string,
  run: string,
  stagingId: string,
  content: AsyncIterable<string>,
  dryRun: boolean,
): Promise<{ digest: string; size: number }> {
  const digest = createHash('sha256');
  let held = '';
  let part = 0;
  let characters = 0;
  let ending = '';
  const write = async (chunk: string) => {
    if (!base64.test(chunk) || (ending.includes('=') && chunk !== ''))
      throw new ContentError('the content is not base64');
    digest.update(chunk);
    characters += chunk.length;
    ending = chunk.slice(-2);
    if (!dryRun) await writeChunk(db, practice, stagingId, part++, chunk);
  };
  if (!dryRun) {
    await sql`insert into binary_content (practice, id, content_type, size, digest, run)
      values (${practice}, ${stagingId}, '', 0, '', ${run})`.execute(db);
  }
  for await (const piece of content) {
    held += piece;
    while (held.length >= CHUNK_CHARACTERS) {
      await write(held.slice(0, CHUNK_CHARACTERS));
      held = held.slice(CHUNK_CHARACTERS);
    }
  }
  if (held !== '') await write(held);
  if (characters === 0 || characters % 4 !== 0) throw new ContentError('the content is not base64');
  return { digest: digest.digest('base64'), size: decodedSize(characters, ending) };
}

/** Who names these Binary ids in a DocumentReference of the practice; null where several people do. */
export async function findClaimants(
  db: Db,
  practice: string,
  ids: ReadonlySet<string>,
): Promise<Map<string, number | null>> {
  const claimants = new Map<string, number | null>();
  for (let after = ''; ids.size > 0; ) {
    const page = await sql<{ id: string; patient_key: number; links: string }>`select id, patient_key, links
      from resource where practice = ${practice} and type = 'DocumentReference' and id > ${after}
      order by id limit ${PAGE}`.execute(db);
    for (const row of page.rows) {
      for (const { toType, toId } of readLinks(row.links)) {
        if (toType !== 'Binary' || !ids.has(toId)) continue;
        const known = claimants.get(toId);
        claimants.set(toId, known === undefined || known === row.patient_key ? row.patient_key : null);
      }
    }
    if (page.rows.length < PAGE) return claimants;
    after = page.rows.at(-1)!.id;
  }
  return claimants;
}

/**
 * Makes staged contents a person's, in one transaction: their resources join the record, their chunks take their ids.
 * Answers how many were new; the rest was there already.
 */
export async function claimContents(
  db: Db,
  practice: string,
  patientKey: number,
  contents: readonly Staged[],
): Promise<number> {
  let added = 0;
  for (const staged of contents) {
    const id = String(staged.head.id);
    const contentType = text(staged.head.contentType) ?? 'application/octet-stream';
    const before = await sql<BinaryRow>`select * from binary_content
      where practice = ${practice} and id = ${id}`.execute(db);
    const known = before.rows[0];
    const same = known?.digest === staged.digest && known.patient_key === patientKey;
    if (same && known.content_type === contentType) {
      await removeContent(db, practice, staged.stagingId);
      continue;
    }
    added++;
    await removeContent(db, practice, id);
    await sql`update binary_chunk set id = ${id}
      where practice = ${practice} and id = ${staged.stagingId}`.execute(db);
    await sql`update binary_content set id = ${id}, patient_key = ${patientKey}, content_type = ${contentType},
      size = ${staged.size}, digest = ${staged.digest}, run = null
      where practice = ${practice} and id = ${staged.stagingId}`.execute(db);
  }
  await addResources(
    db,
    practice,
    patientKey,
    contents.map(({ head }) => head),
  );
  return added;
}

/** Removes what a run staged and nobody claimed. */
export async function removeStaged(db: Db, practice: string, run: string): Promise<void> {
  await sql`delete from binary_chunk c using binary_content b where b.practice = ${practice} and b.run = ${run}
    and c.practice = b.practice and c.id = b.id`.execute(db);
  await sql`delete from binary_content where practice = ${practice} and run = ${run}`.execute(db);
}
