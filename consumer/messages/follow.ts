// What follows from an event besides the new state: tasks opened and closed, versions made void.
// spec: messaging §3.5, §5.4
import { patientMatched, responseCodes } from '@gp-connect/foundation/itk3';
import {
  applyStep,
  closeTasks,
  type Db,
  openTask,
  recordEvent,
  type Step,
  type StoredMessage,
} from './store.ts';
import type { TaskKind } from './tables.ts';

export interface Following {
  readonly db: Db;
  readonly mailbox: string;
  readonly newId: () => string;
}

/** Applies an event to a message and does what must follow. False if the event was known already. */
export async function follow(following: Following, message: StoredMessage, step: Step): Promise<boolean> {
  const { db, mailbox } = following;
  const moved = await applyStep(db, mailbox, message.message_id, step);
  if (moved === undefined) return false;
  const { from, to, row } = moved;
  const task = (kind: TaskKind, text: string) =>
    openTask(db, {
      id: following.newId(),
      mailbox,
      messageId: message.message_id,
      kind,
      code: step.code,
      text,
      at: step.at,
    });
  if (to === 'failed' && from !== 'failed') {
    await closeTasks(db, mailbox, message.message_id, 'unconfirmed', step.at, 'answered: failed');
    await task(
      'failed',
      `${why(step)}. The practice does not have it: inform it another way, or correct and send again`,
    );
  }
  if (to !== from && to !== 'built' && to !== 'sending') {
    await closeTasks(db, mailbox, message.message_id, 'unsent', step.at, `left: ${to}`);
  }
  if (to === 'unconfirmed' && from !== 'unconfirmed') await task('unconfirmed', unconfirmedText(step));
  if (from === 'unconfirmed' && to !== 'unconfirmed' && to !== 'failed') {
    await closeTasks(db, mailbox, message.message_id, 'unconfirmed', step.at, `answered late: ${step.event}`);
  }
  if (contradicts(message, row, from, step)) {
    await task('contradiction', `Contradicting answers: ${why(step)}. The negative one counts`);
  }
  if (step.event === 'bus-positive' && to === 'delivered' && row.infrastructure_at === null) {
    const detail = `${step.code ?? 'accepted'} came without the infrastructure acknowledgement (20013)`;
    await recordEvent(db, mailbox, message.message_id, { event: 'note', at: step.at, detail });
  }
  if (step.code === '20014') await makeVoid(following, row, step);
  if (step.event === 'bus-positive' && step.code !== undefined && !patientMatched.has(step.code)) {
    await task('unexpected-code', `Answered with ${step.code}, which says nothing of the patient`);
  }
  return true;
}

const why = ({ code, detail }: Step): string =>
  [code, detail].filter(Boolean).join(': ') || 'no reason given';

const unconfirmedText = (step: Step): string =>
  step.event === 'outcome-unknown'
    ? 'It is not known whether the message left: it is not sent again by itself. Ask the practice'
    : 'No answer in time: ask the practice whether it has the message';

/**
 * A negative answer after delivery, a positive business answer after a negative one, or two infrastructure answers that
 * disagree. A positive infrastructure answer that comes after a negative business one is only late.
 */
function contradicts(before: StoredMessage, row: StoredMessage, from: string, step: Step): boolean {
  const negative = ['report', 'inf-negative', 'bus-negative'].includes(step.event);
  const refusedBefore =
    from === 'failed' && responseCodes.get(before.last_code ?? '')?.acknowledgement === 'infrastructure';
  return (
    (negative && row.business_at !== null) ||
    (step.event === 'inf-negative' && row.infrastructure_at !== null) ||
    (step.event === 'bus-positive' && from === 'failed') ||
    (step.event === 'inf-positive' && refusedBefore)
  );
}

/** 20014: the practice can process neither version, so both are void. */
async function makeVoid({ db, mailbox, newId }: Following, row: StoredMessage, step: Step): Promise<void> {
  const documents = [row.document_id, row.replaces_document].filter((id) => id !== null);
  await db
    .updateTable('sender_message')
    .set({ is_void: true })
    .where('mailbox', '=', mailbox)
    .where('document_id', 'in', documents)
    .execute();
  await openTask(db, {
    id: newId(),
    mailbox,
    messageId: row.message_id,
    kind: 'void-replacement',
    code: step.code,
    text: 'The practice could not replace the earlier version: neither version counts there',
    at: step.at,
  });
}
