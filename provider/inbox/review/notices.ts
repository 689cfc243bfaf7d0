// What the sender is told after review: status, no content. ITK has no message for it, so it is a notice to print or to
// send by other means. spec: messaging §6.5, SG-14; national-service UPD-14
import { londonToday } from '@gp-connect/foundation/fhir';
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { type InboxDb, type InboxTransaction, inPractice } from '../inbox-database.ts';
import type { StaffUser } from '../ports.ts';
import type { InboxRooms } from '../receiving/judge.ts';
import { settingsOf } from '../settings.ts';
import { demand } from './access.ts';
import type { ItemRow } from './rows.ts';

export type SenderStatus = 'filed' | 'filed-amended' | 'rejected';

const statusWords: Readonly<Record<SenderStatus, string>> = {
  filed: 'was reviewed and filed',
  'filed-amended': 'was reviewed and filed in part',
  rejected: 'was reviewed and not filed',
};

/** A rejection is always told; the rest only where the practice wants it. */
export async function putNotice(
  step: InboxTransaction,
  practice: string,
  item: ItemRow,
  status: SenderStatus,
  reason: string | null,
  tellSender: boolean,
  now: Date,
): Promise<void> {
  if (!tellSender && status !== 'rejected') return;
  const found = await sql<{ message_id: string | null; mesh_id: string }>`select message_id, mesh_id
    from inbox_message where practice = ${practice} and message_key = ${item.message_key}`.execute(step);
  const messageId = found.rows[0]?.message_id ?? found.rows[0]?.mesh_id ?? '';
  const because = reason === null ? '' : ` Reason: ${reason.replaceAll('-', ' ')}.`;
  const words =
    `To ${item.sender_name} (${item.sender_ods}). Your message ${messageId}, received on ` +
    `${londonToday(item.received_at)} by practice ${practice}, ${statusWords[status]} on ${londonToday(now)}.${because}`;
  await sql`insert into inbox_notice
    (practice, item_key, sender_ods, message_id, status, reason, words, created_at)
    values (${practice}, ${item.item_key}, ${item.sender_ods}, ${messageId}, ${status}, ${reason}, ${words},
      ${now})`.execute(step);
}

export interface NoticeView {
  readonly notice: number;
  readonly item: number;
  readonly sender: string;
  readonly messageId: string;
  readonly status: SenderStatus;
  readonly reason: string | null;
  readonly words: string;
  readonly createdAt: string;
  readonly sentOn: string | null;
}

export async function listNotices(
  { db }: InboxRooms,
  practice: string,
  user: StaffUser,
): Promise<NoticeView[]> {
  demand(user, await settingsOf(db, practice), 'reviewRoles');
  const found = await sql<{
    notice_key: number;
    item_key: number;
    sender_ods: string;
    message_id: string;
    status: SenderStatus;
    reason: string | null;
    words: string;
    created_at: Date;
    sent_on: Date | null;
  }>`select * from inbox_notice where practice = ${practice} order by notice_key desc limit 500`.execute(db);
  return found.rows.map((row) => ({
    notice: row.notice_key,
    item: row.item_key,
    sender: row.sender_ods,
    messageId: row.message_id,
    status: row.status,
    reason: row.reason,
    words: row.words,
    createdAt: row.created_at.toISOString(),
    sentOn: row.sent_on?.toISOString() ?? null,
  }));
}

/** Somebody sent or posted the notice. */
export async function markNoticeSent(
  { db, ports }: { db: InboxDb; ports: InboxRooms['ports'] },
  practice: string,
  notice: number,
  user: StaffUser,
): Promise<void> {
  demand(user, await settingsOf(db, practice), 'reviewRoles');
  await inPractice(db, practice, async (step) => {
    await sql`update inbox_notice set sent_on = ${ports.now()}
      where practice = ${practice} and notice_key = ${notice} and sent_on is null`.execute(step);
    await addEvents(step, practice, ports.now(), [{ step: 'task-done', by: user, detail: { notice } }]);
  });
}
