// Recalls of messages this pharmacy sent: notices are taken from the mailbox before the sender sees them, kept, and
// answered message by message. No notice holds content. spec: national-service INC-09; docs/recall.md
import { randomUUID } from 'node:crypto';
import {
  type InboxMessage,
  type RecallAnswer,
  readRecallNotice,
  recallAnswerBody,
  recallAnswerWorkflow,
  recallNoticeWorkflow,
  type SenderDatabase,
  type SenderMailbox,
  type SendResult,
} from '@gp-connect/consumer';
import { type Migration, type Store, sql } from '@gp-connect/foundation/store';

/** After the sender's own. */
export const recallMigrations: readonly Migration[] = [
  {
    name: 'pharmacy-001-recalls',
    statements: [
      `create table pharmacy_recall (
        id bigint generated always as identity primary key, mailbox text not null, practice text not null,
        recall text not null, message_id text not null, title text, reply_to text not null,
        told_at timestamptz not null, outcome text not null, answer text, corrected_code text,
        corrected_display text, corrected_by text, answered_at timestamptz, answered_by text,
        unique (mailbox, practice, recall, message_id))`,
    ],
  },
];

/** One of our messages in a recall. */
export interface RecalledMessage {
  readonly id: number;
  /** ODS code of the practice that asks. */
  readonly practice: string;
  readonly recall: string;
  /** As the practice names it. */
  readonly messageId: string;
  readonly title: string | null;
  readonly toldAt: Date;
  /** `check` while the practice waits for an answer; else how it settled the message. */
  readonly outcome: string;
  readonly answer: RecallAnswer['answer'] | null;
  readonly corrected: { readonly code: string; readonly display: string } | null;
  readonly correctedBy: string | null;
  readonly answeredAt: Date | null;
  readonly answeredBy: string | null;
}

export interface RecallDesk {
  /** Newest first, those without an answer before the others. */
  list(): Promise<readonly RecalledMessage[]>;
  find(id: number): Promise<RecalledMessage | undefined>;
  /** Sends the answer to the practice, and keeps it once MESH has taken it. */
  answer(
    message: RecalledMessage,
    answer: Omit<RecallAnswer, 'messageId'>,
    by: string,
  ): Promise<SendResult['outcome']>;
  /** The mailbox for the sender, in which no notices appear any more. */
  readonly mesh: SenderMailbox;
}

interface Row {
  id: string | number;
  practice: string;
  recall: string;
  message_id: string;
  title: string | null;
  reply_to: string;
  told_at: Date;
  outcome: string;
  answer: RecallAnswer['answer'] | null;
  corrected_code: string | null;
  corrected_display: string | null;
  corrected_by: string | null;
  answered_at: Date | null;
  answered_by: string | null;
}

const dateOf = (at: Date | null): Date | null => (at === null ? null : new Date(at));
const messageOf = (row: Row): RecalledMessage => ({
  ...{ id: Number(row.id), practice: row.practice, recall: row.recall, messageId: row.message_id },
  ...{ title: row.title, toldAt: new Date(row.told_at), outcome: row.outcome, answer: row.answer },
  corrected:
    row.corrected_code === null ? null : { code: row.corrected_code, display: row.corrected_display ?? '' },
  ...{ correctedBy: row.corrected_by, answeredBy: row.answered_by, answeredAt: dateOf(row.answered_at) },
});

const MOST_MESSAGES = 5000;
const MOST_SHOWN = 500;
const LONGEST_NAME = 100;
const LONGEST_TITLE = 300;

export function openRecallDesk({
  store,
  mesh,
  mailbox,
  ods,
  clock,
}: {
  /** Opened with `recallMigrations`. */
  readonly store: Store<SenderDatabase>;
  readonly mesh: SenderMailbox;
  readonly mailbox: string;
  /** Of the pharmacy. */
  readonly ods: string;
  readonly clock: () => number;
}): RecallDesk {
  const { db } = store;
  const now = () => new Date(clock());

  /** Keeps a notice; a second one of the same changes nothing but the time. False for what is none. */
  async function take({ body, from }: InboxMessage): Promise<boolean> {
    const notice = noticeIn(body);
    if (notice === undefined || !from) return false;
    const { practice, recall, title } = notice;
    await db.transaction().execute(async (transaction) => {
      for (const { messageId, outcome } of notice.messages)
        await sql`insert into pharmacy_recall
            (mailbox, practice, recall, message_id, title, reply_to, told_at, outcome)
          values (${mailbox}, ${practice}, ${recall}, ${messageId}, ${title}, ${from}, ${now()}, ${outcome})
          on conflict (mailbox, practice, recall, message_id) do update set reply_to = excluded.reply_to,
            title = coalesce(excluded.title, pharmacy_recall.title), told_at = excluded.told_at,
            outcome = case when excluded.outcome = 'check' then pharmacy_recall.outcome
              else excluded.outcome end`.execute(transaction);
    });
    return true;
  }

  return {
    async list() {
      const found = await sql<Row>`select * from pharmacy_recall where mailbox = ${mailbox}
        order by (outcome = 'check' and answer is null) desc, told_at desc, id desc
        limit ${MOST_SHOWN}`.execute(db);
      return found.rows.map(messageOf);
    },

    async find(id) {
      const found = await sql<Row>`select * from pharmacy_recall
        where mailbox = ${mailbox} and id = ${id}`.execute(db);
      return found.rows[0] && messageOf(found.rows[0]);
    },

    async answer({ id, recall, messageId }, answer, by) {
      const found = await sql<Pick<Row, 'reply_to'>>`select reply_to from pharmacy_recall
        where mailbox = ${mailbox} and id = ${id}`.execute(db);
      // Each answer is a message of its own: a later one takes the place of an earlier, also where it says the same.
      const sendId = randomUUID();
      const { outcome } = await mesh.send({
        sendId,
        fields: {
          ...{ from: mailbox, to: found.rows[0]!.reply_to, workflowId: recallAnswerWorkflow },
          ...{ subject: `Recall ${recall}`, localId: ods, fileName: `${sendId}.json` },
        },
        body: Buffer.from(recallAnswerBody(recall, [{ messageId, ...answer }])),
        contentType: 'application/json',
      });
      if (outcome !== 'accepted') return outcome;
      await sql`update pharmacy_recall set answer = ${answer.answer}, answered_at = ${now()}, answered_by = ${by},
          corrected_code = ${answer.corrected?.code ?? null},
          corrected_display = ${answer.corrected?.display ?? null}, corrected_by = ${answer.correctedBy ?? null}
        where mailbox = ${mailbox} and id = ${id}`.execute(db);
      return outcome;
    },

    mesh: {
      ...mesh,
      async download(meshId) {
        const message = await mesh.download(meshId);
        const isNotice = message?.type === 'DATA' && message.workflowId === recallNoticeWorkflow;
        // What cannot be read goes on to the sender, which puts it aside and opens a task for it.
        if (!isNotice || !(await take(message))) return message;
        await mesh.acknowledge(meshId);
        return undefined;
      },
    },
  };
}

/** Undefined for what is no notice, or is larger than one can be. */
function noticeIn(body: Uint8Array) {
  try {
    const notice = readRecallNotice(body);
    const { practice, recall, title, messages } = notice;
    const names = [practice, recall, ...messages.flatMap(({ messageId, outcome }) => [messageId, outcome])];
    const fits = names.every((name) => name.length > 0 && name.length <= LONGEST_NAME);
    if (!fits || messages.length > MOST_MESSAGES || (title ?? '').length > LONGEST_TITLE) return undefined;
    return notice;
  } catch {
    return undefined;
  }
}
