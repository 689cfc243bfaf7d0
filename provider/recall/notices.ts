// Notices to senders: which of their messages was settled how, without any content. spec: messaging SG-14, national-service UPD-14
import { type Kysely, sql } from '@gp-connect/foundation/store';

export interface SenderNotice {
  readonly practice: string;
  readonly recall: string;
  readonly senderOds: string;
  readonly message: string;
  readonly outcome: string;
}

/** Hands one notice to whatever carries it (MESH); rejects where it could not. */
export type NotifySender = (notice: SenderNotice) => Promise<void>;

/**
 * Sends what waits, oldest first, until one cannot be sent. A notice is marked after it was handed over: after a crash in
 * between, the sender is told twice rather than never.
 */
export async function sendNotices(
  // biome-ignore lint/suspicious/noExplicitAny: the provider's own tables are of no matter here
  db: Kysely<any>,
  notify: NotifySender,
  { at, most = 1000 }: { at: string; most?: number },
): Promise<number> {
  const waiting = await sql<SenderNotice & { id: number }>`select id::int as id, practice, recall,
      sender_ods as "senderOds", message, outcome
    from recall_notice where sent_at is null order by id limit ${most}`.execute(db);
  let sent = 0;
  for (const { id, ...notice } of waiting.rows) {
    await notify(notice);
    await sql`update recall_notice set sent_at = ${at} where id = ${id}`.execute(db);
    sent += 1;
  }
  return sent;
}
