// Sends what is due, each message once: claimed durably before it leaves, recorded after. spec: messaging §3.5; mesh §8 C4
import type { ProductId } from '@gp-connect/foundation/itk3';
import type { MeshFields } from './composed.ts';
import { follow } from './follow.ts';
import { opened } from './kept-copies.ts';
import type { SendResult } from './ports.ts';
import type { ResponseDesk } from './receive-responses.ts';
import type { TimeOuts } from './states.ts';
import { claimDue, openTask, type Step, type StoredMessage } from './store.ts';

const batch = 50;

const meshFields = (row: StoredMessage): MeshFields => ({
  from: row.mailbox,
  to: row.mesh_to,
  workflowId: row.workflow_id,
  subject: row.subject,
  localId: row.sender_ods,
  fileName: row.file_name,
});

/** What an outcome of the POST means for the message. */
function stepOf(result: SendResult, at: Date): Step {
  switch (result.outcome) {
    case 'accepted':
      return { event: 'accepted', at, meshId: result.meshId };
    case 'refused':
      return { event: 'refused', at, code: result.code, detail: result.reason };
    case 'not-sent':
      return { event: 'not-sent', at, detail: result.reason };
    case 'unknown':
      return { event: 'outcome-unknown', at, detail: result.reason };
  }
}

export interface SentSummary {
  readonly sent: readonly { messageId: string; product: ProductId; meshId: string }[];
  readonly failed: number;
  readonly unknown: number;
  /** Certain not to have left: they are due again. */
  readonly waiting: number;
}

/**
 * Sends every message whose time has come. A message that certainly did not leave waits for the next round; one whose
 * fate is unknown is never sent again.
 */
export async function sendDue(desk: ResponseDesk): Promise<SentSummary> {
  const summary = { sent: [] as SentSummary['sent'][number][], failed: 0, unknown: 0, waiting: 0 };
  for (;;) {
    const claimed = await claimDue(desk.store.db, desk.mailbox, desk.now(), batch);
    for (const sealed of claimed) {
      const row = opened(desk.vault, sealed);
      const result = await attempt(desk, row);
      await record(desk, row, stepOf(result, desk.now()));
      if (result.outcome === 'accepted') {
        const { message_id: messageId, product } = row;
        summary.sent.push({ messageId, product: product as ProductId, meshId: result.meshId });
      } else if (result.outcome === 'refused') summary.failed += 1;
      else if (result.outcome === 'unknown') summary.unknown += 1;
      else summary.waiting += 1;
    }
    // What could not leave just now would be claimed again at once: the next round is the caller's.
    if (claimed.length < batch || summary.waiting > 0) return summary;
  }
}

async function attempt(desk: ResponseDesk, row: StoredMessage): Promise<SendResult> {
  try {
    return await desk.mesh.send({
      sendId: row.message_id,
      fields: meshFields(row),
      body: Buffer.from(row.body),
    });
  } catch {
    return { outcome: 'unknown', reason: 'the request to MESH broke off' };
  }
}

const record = (desk: ResponseDesk, row: StoredMessage, step: Step): Promise<boolean> =>
  desk.store.db
    .transaction()
    .execute((db) => follow({ db, mailbox: desk.mailbox, newId: desk.newId }, row, step));

/**
 * Settles messages whose claim is older than any request can last: the process that claimed them died between
 * sending and recording. A mailbox that sends once is asked again, and finds out whether they left; else a person is.
 */
export async function recoverClaims(desk: ResponseDesk, { claim }: TimeOuts): Promise<number> {
  const now = desk.now();
  const stale = await desk.store.db
    .selectFrom('sender_message')
    .selectAll()
    .where('mailbox', '=', desk.mailbox)
    .where('state', '=', 'sending')
    .where('claimed_at', '<', new Date(now.getTime() - claim))
    .execute();
  for (const row of stale) {
    const detail = 'stopped while sending';
    const event = desk.mesh.sendsOnce ? 'not-sent' : 'outcome-unknown';
    await record(desk, row, { event, at: now, detail });
  }
  return stale.length;
}

/** Marks messages without their answer in time as unconfirmed, with a task for each. Answers how many. */
export async function checkTimeOuts(desk: ResponseDesk, timeOuts: TimeOuts): Promise<number> {
  const now = desk.now();
  const before = (span: number): Date => new Date(now.getTime() - span);
  const waiting = desk.store.db.selectFrom('sender_message').selectAll().where('mailbox', '=', desk.mailbox);
  const late = [
    ...(await waiting
      .where('state', '=', 'sent')
      .where('sent_at', '<', before(timeOuts.infrastructure))
      .execute()),
    ...(await waiting
      .where('state', '=', 'inf-ok')
      .where('sent_at', '<', before(timeOuts.business))
      // An infrastructure acknowledgement that came late leaves the business one its time.
      .where('infrastructure_at', '<', before(timeOuts.business - timeOuts.infrastructure))
      .execute()),
  ];
  for (const row of late) await record(desk, row, { event: 'timed-out', at: now });
  await tellUnsent(desk, before(timeOuts.unsent), now);
  return late.length;
}

/** A message that cannot leave, because MESH is out of reach or refuses the mailbox, must not wait unseen. */
async function tellUnsent(desk: ResponseDesk, before: Date, now: Date): Promise<void> {
  const { mailbox, newId, store } = desk;
  const unsent = await store.db
    .selectFrom('sender_message')
    .select('message_id')
    .where('mailbox', '=', mailbox)
    .where('state', '=', 'built')
    .where('created_at', '<', before)
    .where('not_before', '<', now)
    .execute();
  const text = 'The message has not left: MESH cannot be reached, or refuses the mailbox';
  for (const { message_id: messageId } of unsent) {
    await openTask(store.db, { id: newId(), mailbox, messageId, kind: 'unsent', text, at: now });
  }
}
