// Raw messages and answers at rest: sealed when kept, opened when read, sealed later where an earlier version did not.
// spec: messaging §9 A2
import { sql } from '@gp-connect/foundation/store';
import { isSealed, type RestVault, sealedMark } from '@gp-connect/foundation/trust';
import type { InboxDb } from '../inbox-database.ts';

/** Where a kept text stands; a sealed one opens there only. */
export type KeptPlace =
  | { readonly practice: string; readonly messageKey: number }
  | { readonly practice: string; readonly messageKey: number; readonly answer: string }
  | { readonly mailbox: string; readonly meshId: string };

function contextOf(place: KeptPlace): string {
  if ('mailbox' in place) return `quarantine/${place.mailbox}/${place.meshId}`;
  const message = `${place.practice}/${place.messageKey}`;
  return 'answer' in place ? `answer/${message}/${place.answer}` : `raw/${message}`;
}

export const sealedBytes = (vault: RestVault, place: KeptPlace, bytes: string | Uint8Array): string =>
  vault.seal(contextOf(place), bytes);

/** The bytes of a raw message as they came. Those of before sealing are kept as base64. */
export const rawBytes = (vault: RestVault, place: KeptPlace, stored: string): Buffer =>
  isSealed(stored) ? vault.open(contextOf(place), stored) : Buffer.from(stored, 'base64');

/** The XML of an answer. Those of before sealing are kept as they are. */
export const answerText = (vault: RestVault, place: KeptPlace, stored: string): string =>
  isSealed(stored) ? vault.open(contextOf(place), stored).toString() : stored;

interface RawRow {
  practice: string;
  message_key: number;
  content: string;
}
interface OutboxRow {
  practice: string;
  message_key: number;
  out_key: number;
  code: string;
  body: string;
}
interface QuarantineRow {
  quarantine_key: number;
  mailbox: string;
  mesh_id: string;
  content: string;
}

const BATCH = 20;
const mark = sql.lit(sealedMark);

/** Seals what an earlier version kept plain. Answers how many texts it changed. */
export async function sealEarlier(db: InboxDb, vault: RestVault): Promise<number> {
  let changed = 0;
  for (;;) {
    const before = changed;
    const raws = await sql<RawRow>`select practice, message_key, content from inbox_raw
      where left(content, 5) <> ${mark} limit ${BATCH}`.execute(db);
    for (const { practice, message_key: messageKey, content } of raws.rows) {
      const sealed = sealedBytes(vault, { practice, messageKey }, Buffer.from(content, 'base64'));
      await sql`update inbox_raw set content = ${sealed}
        where practice = ${practice} and message_key = ${messageKey}`.execute(db);
    }
    const answers = await sql<OutboxRow>`select practice, message_key, out_key, code, body from inbox_outbox
      where left(body, 5) <> ${mark} limit ${BATCH}`.execute(db);
    for (const { practice, message_key: messageKey, out_key, code, body } of answers.rows) {
      const sealed = sealedBytes(vault, { practice, messageKey, answer: code }, body);
      await sql`update inbox_outbox set body = ${sealed}
        where practice = ${practice} and out_key = ${out_key}`.execute(db);
    }
    const aside =
      await sql<QuarantineRow>`select quarantine_key, mailbox, mesh_id, content from inbox_quarantine
      where left(content, 5) <> ${mark} limit ${BATCH}`.execute(db);
    for (const { quarantine_key, mailbox, mesh_id: meshId, content } of aside.rows) {
      const sealed = sealedBytes(vault, { mailbox, meshId }, Buffer.from(content, 'base64'));
      await sql`update inbox_quarantine set content = ${sealed}
        where quarantine_key = ${quarantine_key}`.execute(db);
    }
    changed += raws.rows.length + answers.rows.length + aside.rows.length;
    if (changed === before) return changed;
  }
}
