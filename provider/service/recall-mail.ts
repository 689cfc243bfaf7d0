// Notices of recalls to senders and their answers, in the practices' own mailboxes. spec: national-service INC-09
import { sql } from '@gp-connect/foundation/store';
import type { ArrivalMeta, Mailbox } from '../inbox/index.ts';
import {
  authorAnswers,
  noticeBody,
  type RecallDesk,
  recallAnswerWorkflow,
  recallNoticeWorkflow,
  type SenderNotice,
} from '../recall/index.ts';
import type { InboxMount } from './inbox-mount.ts';

export interface RecallMail {
  /** Sends what waits for the practice of a mailbox; answers how many messages were told of. Never rejects. */
  send(practice: string, mailbox: Mailbox): Promise<number>;
  /** Takes a sender's answers in; false for a message that is none. */
  take(meta: ArrivalMeta, body: Uint8Array): Promise<boolean>;
}

/** A notice that cannot be sent is tried again after so long. */
const PAUSE_MS = 60_000;

export function openRecallMail({
  desk,
  store,
  composition,
  clock,
  logger,
}: Pick<InboxMount, 'store' | 'composition' | 'clock' | 'logger'> & { desk: RecallDesk }): RecallMail {
  const failedAt = new Map<string, number>();
  const practices = new Map(
    (composition.mailboxes ?? []).map(({ practice, mailbox }) => [mailbox.id, practice]),
  );
  /** The mailbox an organisation last sent this practice a message from. */
  const mailboxOf = async (practice: string, ods: string): Promise<string | undefined> => {
    const found = await sql<{ sender_mailbox: string }>`select m.sender_mailbox from inbox_message m
      join inbox_item i on i.practice = m.practice and i.message_key = m.message_key
      where m.practice = ${practice} and i.sender_ods = ${ods} order by m.message_key desc limit 1`.execute(
      store.db,
    );
    return found.rows[0]?.sender_mailbox;
  };
  /** Whose mailbox this is, as its messages to this practice said. */
  const senderOf = async (practice: string, mailbox: string): Promise<string | undefined> => {
    const found = await sql<{ sender_ods: string }>`select i.sender_ods from inbox_message m
      join inbox_item i on i.practice = m.practice and i.message_key = m.message_key
      where m.practice = ${practice} and m.sender_mailbox = ${mailbox} order by m.message_key desc limit 1`.execute(
      store.db,
    );
    return found.rows[0]?.sender_ods;
  };

  return {
    async send(practice, mailbox) {
      if (clock() - (failedAt.get(practice) ?? Number.NEGATIVE_INFINITY) < PAUSE_MS) return 0;
      const notify = async (notice: SenderNotice): Promise<void> => {
        const to = await mailboxOf(practice, notice.senderOds);
        if (to === undefined) throw new Error('the mailbox of the sender is not known');
        await mailbox.send({
          to,
          workflowId: recallNoticeWorkflow,
          localId: practice,
          subject: `Recall ${notice.recall}`,
          body: noticeBody(notice),
        });
      };
      try {
        return await desk.sendNotices(notify, practice);
      } catch (error) {
        failedAt.set(practice, clock());
        logger.warn({ err: error, practice }, 'senders could not be told of a recall yet');
        return 0;
      }
    },

    async take(meta, body) {
      if (meta.workflowId !== recallAnswerWorkflow) return false;
      const practice = practices.get(meta.mailbox);
      const sender = practice && (await senderOf(practice, meta.from));
      const read = readAnswers(body);
      if (!practice || !sender || !read) {
        logger.warn({ practice, mesh: meta.meshMessageId }, 'an answer to a recall could not be read');
        return true;
      }
      const entries = await desk.authorAnswers(practice, read, sender);
      logger.info({ practice, recall: read.recall, entries }, 'a sender answered a recall');
      return true;
    },
  };
}

function readAnswers(body: Uint8Array) {
  try {
    return authorAnswers.safeParse(JSON.parse(new TextDecoder().decode(body))).data;
  } catch {
    return undefined;
  }
}
