// The sender's copies at rest: bodies, answers and whom they are about are sealed when written and opened when read.
// spec: messaging §9 A2, A6
import { sql } from '@gp-connect/foundation/store';
import { isSealed, type RestVault, sealedMark, storedText } from '@gp-connect/foundation/trust';
import type { Db, StoredMessage } from './store.ts';

const sealedColumns = ['mesh_to', 'subject', 'patient_nhs_number', 'patient_name', 'body'] as const;
type SealedColumns = Record<(typeof sealedColumns)[number], string>;
type Key = Pick<StoredMessage, 'mailbox' | 'message_id'>;

const contextOf = ({ mailbox, message_id: id }: Key, column: string): string => `${mailbox}/${id}/${column}`;

/** What of a message is stored sealed; what is sealed already stays as it is. */
export function sealedFields(vault: RestVault, key: Key, fields: SealedColumns): SealedColumns {
  const sealed = sealedColumns.map((column) => [
    column,
    isSealed(fields[column]) ? fields[column] : vault.seal(contextOf(key, column), fields[column]),
  ]);
  return Object.fromEntries(sealed) as SealedColumns;
}

/** A stored message as it was written. @throws where it was altered, or its key is not there */
export function opened(vault: RestVault, row: StoredMessage): StoredMessage {
  const texts = sealedColumns.map((column) => [column, openedField(vault, row, column)]);
  return { ...row, ...(Object.fromEntries(texts) as SealedColumns) };
}

export const openedField = (
  vault: RestVault,
  row: Key & Partial<SealedColumns>,
  column: keyof SealedColumns,
): string => storedText(vault, contextOf(row, column), row[column] ?? '');

/** An acknowledgement as it came, sealed. */
export function sealedAnswer(vault: RestVault, mailbox: string, meshId: string, body: Uint8Array): string {
  return vault.seal(answerContext(mailbox, meshId), body);
}

const answerContext = (mailbox: string, meshId: string): string => `${mailbox}/${meshId}/answer`;

/** The bytes of a kept acknowledgement; undefined where none of that MESH id came. */
export async function keptAnswer(
  db: Db,
  vault: RestVault,
  mailbox: string,
  meshId: string,
): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('sender_event')
    .select('raw')
    .where('mailbox', '=', mailbox)
    .where('source_id', '=', meshId)
    .executeTakeFirst();
  if (row?.raw == null) return undefined;
  return isSealed(row.raw) ? vault.open(answerContext(mailbox, meshId), row.raw) : Buffer.from(row.raw);
}

const BATCH = 50;

/** Seals what was stored before there was a key. Answers how many rows it changed. */
export async function sealEarlier(db: Db, vault: RestVault, mailbox: string): Promise<number> {
  let changed = 0;
  for (;;) {
    const messages = await sql<StoredMessage>`select * from sender_message
      where mailbox = ${mailbox} and left(body, 5) <> ${sql.lit(sealedMark)} limit ${BATCH}`.execute(db);
    for (const row of messages.rows) {
      await db
        .updateTable('sender_message')
        .set(sealedFields(vault, row, row))
        .where('mailbox', '=', mailbox)
        .where('message_id', '=', row.message_id)
        .execute();
    }
    const answers = await sql<{ id: string; source_id: string; raw: string }>`select id, source_id, raw
      from sender_event where mailbox = ${mailbox} and source_id is not null and raw <> ''
        and left(raw, 5) <> ${sql.lit(sealedMark)} limit ${BATCH}`.execute(db);
    for (const { id, source_id: source, raw } of answers.rows) {
      const sealed = sealedAnswer(vault, mailbox, source, Buffer.from(raw));
      await sql`update sender_event set raw = ${sealed} where mailbox = ${mailbox} and id = ${id}`.execute(
        db,
      );
    }
    changed += messages.rows.length + answers.rows.length;
    if (messages.rows.length < BATCH && answers.rows.length < BATCH) return changed;
  }
}
