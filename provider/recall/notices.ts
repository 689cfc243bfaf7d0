// The author side of a recall: what senders are told of their messages, and what they answer. A notice names messages of
// its receiver and nothing of their content. spec: national-service INC-09, UPD-14; messaging SG-14
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { z } from 'zod';
import type { PracticeAudit } from '../audit/index.ts';
import type { RecordTransaction } from '../record/index.ts';

/** MESH workflow of notices; answers come under its `_ACK`. */
export const recallNoticeWorkflow = 'GPC_RECALL_NOTICE';
export const recallAnswerWorkflow = `${recallNoticeWorkflow}_ACK`;

/** What one sender is told: `check` asks it to look; anything else is how its message was settled. */
export interface SenderNotice {
  /** The same for the same notice sent again. */
  readonly notice: string;
  readonly practice: string;
  readonly recall: string;
  /** What the recall is about, in the operator's words. */
  readonly title: string | null;
  readonly senderOds: string;
  readonly messages: readonly { readonly messageId: string; readonly outcome: string }[];
}

/** Hands one notice to whatever carries it (MESH); rejects where it could not. */
export type NotifySender = (notice: SenderNotice) => Promise<void>;

/** The bytes of a notice. */
export const noticeBody = ({ notice, practice, recall, title, messages }: SenderNotice): string =>
  JSON.stringify({ type: 'gp-connect-recall-notice/1', notice, recall, practice, title, messages });

const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

/** What a sender answers, each message once. `corrected` is the value it meant; `correctedBy` its new message. */
export const authorAnswers = z.strictObject({
  type: z.literal('gp-connect-recall-answer/1'),
  recall: id,
  answers: z
    .array(
      z
        .strictObject({
          messageId: z.string().min(1).max(100),
          answer: z.enum(['correct', 'wrong', 'cannot-determine']),
          corrected: z
            .strictObject({
              code: z.string().regex(/^\d{6,18}$/),
              display: z.string().min(1).max(300),
            })
            .optional(),
          correctedBy: z.string().min(1).max(100).optional(),
        })
        .refine(
          ({ answer, corrected, correctedBy }) => answer === 'wrong' || (!corrected && !correctedBy),
          'only what is wrong is corrected',
        ),
    )
    .min(1)
    .max(5000),
});
export type AuthorAnswers = z.infer<typeof authorAnswers>;

/** Every message on the list whose sender was not asked yet. */
export async function putChecks(
  db: RecordTransaction,
  practice: string,
  recall: string,
  at: string,
): Promise<void> {
  await sql`insert into recall_notice (practice, recall, sender_ods, message, outcome, created_at)
    select distinct practice, recall, sender_ods, message, 'check', ${at}::timestamptz from recall_item
    where practice = ${practice} and recall = ${recall} and outcome is null
    on conflict do nothing`.execute(db);
}

interface Waiting {
  id: number;
  practice: string;
  recall: string;
  sender_ods: string;
  message: string;
  outcome: string;
}

/**
 * Sends what waits, oldest first, one notice for each practice, recall and sender. One that cannot be sent holds up no
 * other. A notice is marked after it was handed over: after a crash in between, the sender is told twice rather than
 * never. Answers how many messages were told of.
 */
export async function sendNotices(
  // biome-ignore lint/suspicious/noExplicitAny: the provider's own tables are of no matter here
  db: Kysely<any>,
  notify: NotifySender,
  { at, practice, most = 1000 }: { at: string; practice?: string; most?: number },
): Promise<number> {
  const waiting = await sql<Waiting>`select id::int as id, practice, recall, sender_ods, message, outcome
    from recall_notice where sent_at is null ${practice === undefined ? sql`` : sql`and practice = ${practice}`}
    order by id limit ${most}`.execute(db);
  const notices = Map.groupBy(waiting.rows, (row) => `${row.practice} ${row.recall} ${row.sender_ods}`);
  let sent = 0;
  let failure: unknown;
  for (const rows of notices.values()) {
    const { id: first, practice: from, recall, sender_ods: senderOds } = rows[0]!;
    try {
      await notify({
        ...{ notice: `${from}-${first}`, practice: from, recall, senderOds },
        title: await titleOf(db, from, recall),
        messages: rows.map(({ message, outcome }) => ({ messageId: message, outcome })),
      });
    } catch (error) {
      failure = error;
      continue;
    }
    await sql`update recall_notice set sent_at = ${at} where id = any(${rows.map((row) => row.id)}::int[])`.execute(
      db,
    );
    sent += rows.length;
  }
  if (sent === 0 && failure !== undefined) throw failure;
  return sent;
}

/** As the newest order to tell the senders said it. */
// biome-ignore lint/suspicious/noExplicitAny: as above
async function titleOf(db: Kysely<any>, practice: string, recall: string): Promise<string | null> {
  const found = await sql<{ body: string }>`select body from recall_order
    where practice = ${practice} and recall = ${recall} and step = 'notify-senders'
    order by run desc limit 1`.execute(db);
  const payload = found.rows[0]?.body.split('.')[1];
  if (payload === undefined) return null;
  return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { title?: string }).title ?? null;
}

/**
 * Writes what a sender answers of its messages onto the list: a corrected value waits there as a proposal, and a
 * clinician decides (INC-08). Messages of other senders and settled entries are left alone; an answer to a recall of
 * which nothing is listed changes nothing.
 */
export async function takeAuthorAnswers(
  // biome-ignore lint/suspicious/noExplicitAny: as above
  { db, audit }: { db: Kysely<any>; audit: PracticeAudit },
  practice: string,
  { recall, answers }: AuthorAnswers,
  { sender, at }: { sender: string; at: string },
): Promise<number> {
  return db.transaction().execute(async (transaction) => {
    let entries = 0;
    for (const { messageId, answer, corrected, correctedBy } of answers) {
      const changed = await sql`update recall_item set author_answer = ${answer}, author_answered_at = ${at},
          corrected_by = ${correctedBy ?? null},
          proposed_code = coalesce(${corrected?.code ?? null}, proposed_code),
          proposed_display = coalesce(${corrected?.display ?? null}, proposed_display)
        where practice = ${practice} and recall = ${recall} and message = ${messageId}
          and sender_ods = ${sender} and outcome is null returning 1`.execute(transaction);
      if (changed.rows.length === 0) continue;
      entries += changed.rows.length;
      await audit.administrative({
        ...{ practice, action: 'recall-author-answer', subject: `${recall} ${messageId}`, from: null },
        ...{ to: correctedBy ? `${answer}, ${correctedBy}` : answer, reason: null, actor: sender },
      });
    }
    return entries;
  });
}
