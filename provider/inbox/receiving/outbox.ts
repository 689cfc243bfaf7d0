// Answers to senders: composed and kept in the transaction that keeps the message, sent afterwards, in their order.
// An answer that was sent twice after a crash carries the same ids, so that its receiver knows it. spec: messaging §3
import {
  composeResponse,
  type IssueCode,
  type MessageIds,
  responseWorkflow,
} from '@gp-connect/foundation/itk3';
import { sql } from '@gp-connect/foundation/store';
import { addEvents } from '../events.ts';
import { type InboxDb, type InboxTransaction, inPractice } from '../inbox-database.ts';
import type { ArrivalMeta, InboxPorts, Mailbox, ReceivingPractice } from '../ports.ts';
import { answerText, sealedBytes } from './kept-raw.ts';

export interface Answer {
  readonly code: string;
  readonly issue?: IssueCode;
  readonly diagnostics?: string;
}

export async function putAnswers(
  step: InboxTransaction,
  practice: ReceivingPractice,
  meta: ArrivalMeta,
  messageKey: number,
  answers: { readonly ids: MessageIds; readonly inOrder: readonly Answer[] },
  { now, newId, vault }: Pick<InboxPorts, 'now' | 'newId' | 'vault'>,
): Promise<void> {
  for (const { code, issue, diagnostics } of answers.inOrder) {
    const { xml } = composeResponse({
      code,
      ...(issue === undefined ? {} : { issue }),
      ...(diagnostics === undefined ? {} : { diagnostics }),
      answers: answers.ids,
      workflowId: meta.workflowId,
      responderOds: practice.ods,
      responderMailbox: practice.mailbox,
      at: now(),
      newId,
    });
    await sql`insert into inbox_outbox
      (practice, message_key, mailbox, recipient, workflow_id, subject, code, body, created_at)
      values (${practice.ods}, ${messageKey}, ${meta.mailbox}, ${meta.from}, ${responseWorkflow(meta.workflowId)},
        ${`ITK Response ${code}`}, ${code}, ${sealedBytes(vault, { practice: practice.ods, messageKey, answer: code }, xml)},
        ${now()})`.execute(step);
  }
}

interface OutboxRow {
  practice: string;
  out_key: number;
  message_key: number;
  recipient: string;
  workflow_id: string;
  subject: string;
  code: string;
  body: string;
}

/** An answer is one sender's for so long; one that died meanwhile leaves it to the next. */
const CLAIM_MS = 5 * 60_000;

/** Claims what waits for a mailbox, so that two senders never send the same. */
async function claim(db: InboxDb, mailbox: string, now: Date): Promise<OutboxRow[]> {
  const until = new Date(now.getTime() + CLAIM_MS);
  const claimed = await sql<OutboxRow>`update inbox_outbox set claimed_until = ${until}
    where mailbox = ${mailbox} and sent_at is null and failed is null
      and (claimed_until is null or claimed_until <= ${now})
    returning practice, out_key, message_key, recipient, workflow_id, subject, code, body`.execute(db);
  return claimed.rows.toSorted((a, b) => a.out_key - b.out_key);
}

const unclaim = (db: InboxDb, { practice, out_key }: OutboxRow) =>
  sql`update inbox_outbox set claimed_until = null
    where practice = ${practice} and out_key = ${out_key}`.execute(db);

/** The MESH id of an answer that went out; undefined where it did not. */
async function sendOne(mailbox: Mailbox, { vault }: InboxPorts, row: OutboxRow): Promise<string | undefined> {
  try {
    const { practice, message_key: messageKey, code } = row;
    const { messageId } = await mailbox.send({
      to: row.recipient,
      workflowId: row.workflow_id,
      localId: row.practice,
      subject: row.subject,
      body: answerText(vault, { practice, messageKey, answer: code }, row.body),
    });
    return messageId;
  } catch {
    return undefined;
  }
}

/**
 * Sends what waits for a mailbox, oldest first. An answer that cannot be sent holds back later ones to the same message
 * only. Answers how many went out.
 */
export async function sendAnswers(db: InboxDb, ports: InboxPorts, mailbox: Mailbox): Promise<number> {
  const stuck = new Set<string>();
  let sent = 0;
  for (const row of await claim(db, mailbox.id, ports.now())) {
    const message = `${row.practice} ${row.message_key}`;
    const meshId = stuck.has(message) ? undefined : await sendOne(mailbox, ports, row);
    if (meshId === undefined) {
      stuck.add(message);
      await unclaim(db, row);
      ports.onAlert({
        kind: 'answer-not-sent',
        practice: row.practice,
        detail: `answer ${row.code} to message ${row.message_key} could not be sent yet`,
      });
      continue;
    }
    await sql`update inbox_outbox set sent_at = ${ports.now()}, mesh_id = ${meshId}
      where practice = ${row.practice} and out_key = ${row.out_key}`.execute(db);
    sent += 1;
  }
  return sent;
}

/** MESH says that an answer of ours was not delivered: told to a person, never sent again by itself. */
export async function answerUndelivered(
  db: InboxDb,
  ports: InboxPorts,
  { linkedMessageId, statusCode, mailbox }: ArrivalMeta,
): Promise<void> {
  const found = await sql<OutboxRow>`select practice, out_key, message_key, code from inbox_outbox
    where mailbox = ${mailbox} and mesh_id = ${linkedMessageId ?? ''}`.execute(db);
  const row = found.rows[0];
  const detail = `status ${statusCode ?? 'unknown'}, message ${linkedMessageId ?? 'unknown'}`;
  if (row === undefined) {
    ports.onAlert({ kind: 'report-for-unknown-message', detail });
    return;
  }
  await inPractice(db, row.practice, async (step) => {
    await sql`update inbox_outbox set failed = ${statusCode ?? 'unknown'}
      where practice = ${row.practice} and out_key = ${row.out_key}`.execute(step);
    await addEvents(step, row.practice, ports.now(), [
      {
        step: 'answer-undeliverable',
        messageKey: row.message_key,
        detail: { code: row.code, status: statusCode },
      },
    ]);
  });
  ports.onAlert({ kind: 'answer-undeliverable', practice: row.practice, detail });
}
