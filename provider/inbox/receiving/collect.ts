// The poller's one round: list, download, receive, acknowledge once durable; then send the answers that wait.
// spec: messaging §4 R1, mesh §8
import { createHash } from 'node:crypto';
import { answeredWorkflow } from '@gp-connect/foundation/itk3';
import { recallAnswerWorkflow } from '../../recall/index.ts';
import type { ArrivalMeta, Mailbox } from '../ports.ts';
import type { InboxRooms } from './judge.ts';
import type { Arrival } from './keep.ts';
import { answerUndelivered, sendAnswers } from './outbox.ts';
import { receiveMessage } from './receive-message.ts';

/** Kept of a message at most: more than is ever accepted (20015), so that the answer is the same. */
const MOST_BYTES = 5 * 1024 * 1024 + 1;

export interface Collected {
  readonly received: number;
  readonly quarantined: number;
  readonly failed: number;
  readonly answered: number;
}

/** Reads a body; beyond the limit bytes are counted and hashed, and not kept. */
export async function readArrival(meta: ArrivalMeta, body: AsyncIterable<Uint8Array>): Promise<Arrival> {
  const pieces: Uint8Array[] = [];
  const digest = createHash('sha256');
  let size = 0;
  let kept = 0;
  for await (const piece of body) {
    digest.update(piece);
    size += piece.length;
    if (kept >= MOST_BYTES) continue;
    const part = piece.subarray(0, MOST_BYTES - kept);
    pieces.push(part);
    kept += part.length;
  }
  return { meta, body: Buffer.concat(pieces), complete: kept === size, size, sha256: digest.digest('hex') };
}

/** One round over a mailbox. A message that fails stays in the mailbox and holds up no other. */
export async function collect(rooms: InboxRooms, mailbox: Mailbox): Promise<Collected> {
  const counts = { received: 0, quarantined: 0, failed: 0 };
  for (const messageId of await mailbox.list()) {
    try {
      const { meta, body } = await mailbox.download(messageId);
      const outcome = await takeIn(rooms, await readArrival(meta, body));
      await mailbox.acknowledge(messageId);
      counts[outcome] += 1;
    } catch (error) {
      counts.failed += 1;
      // The words of a fault may quote the message: its kind is enough.
      const kind =
        (error as { code?: string }).code ?? (error instanceof Error ? error.name : 'unknown fault');
      rooms.ports.onAlert({ kind: 'message-not-received', detail: `MESH message ${messageId}: ${kind}` });
    }
  }
  return { ...counts, answered: await sendAnswers(rooms.db, rooms.ports, mailbox) };
}

async function takeIn(rooms: InboxRooms, arrival: Arrival): Promise<'received' | 'quarantined'> {
  const { meta, body } = arrival;
  if (meta.messageType === 'REPORT') {
    await answerUndelivered(rooms.db, rooms.ports, meta);
    return 'received';
  }
  if (answeredWorkflow(meta.workflowId) !== undefined || meta.workflowId === recallAnswerWorkflow) {
    // A response is never answered, known or not.
    const isOurs = (await rooms.ports.onResponse?.(meta, body)) ?? false;
    if (!isOurs) {
      const detail = `MESH message ${meta.meshMessageId} answers nothing that was sent from here`;
      rooms.ports.onAlert({ kind: 'response-to-nothing', detail });
    }
    return 'received';
  }
  const received = await receiveMessage(rooms, arrival);
  return received.kind === 'quarantined' ? 'quarantined' : 'received';
}
