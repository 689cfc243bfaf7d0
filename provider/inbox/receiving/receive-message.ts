// The receiver's journey: whose is it, seen before, judged, kept with its answers; and what waits is judged again.
// spec: messaging §4
import { sql } from '@gp-connect/foundation/store';
import type { ArrivalMeta, ReceivingPractice } from '../ports.ts';
import { type HeldBefore, type InboxRooms, judge } from './judge.ts';
import { type Arrival, type Kept, keep } from './keep.ts';
import { rawBytes, sealedBytes } from './kept-raw.ts';
import { arrivalsOf, isKnownMeshId } from './known-messages.ts';

export type Received =
  | { readonly kind: 'quarantined'; readonly reason: string }
  /** The same MESH message again: it was answered then. */
  | { readonly kind: 'already' }
  | Extract<Kept, { kind: 'kept' }>;

const MOST_ATTEMPTS = 20;

/** Receives one message. Once it resolves, the message and its answers are durable and MESH may forget it. */
export async function receiveMessage(rooms: InboxRooms, arrival: Arrival): Promise<Received> {
  const practice = await rooms.ports.practiceOf(arrival.meta);
  if (practice === undefined) return quarantine(rooms, arrival, 'no practice is reached under this mailbox');
  if (await isKnownMeshId(rooms.db, practice.ods, arrival.meta.meshMessageId)) return { kind: 'already' };
  const received = await judgeAndKeep(rooms, practice, arrival);
  if (received.kind === 'kept' && received.state === 'accepted') await releaseHeld(rooms, practice);
  return received;
}

async function judgeAndKeep(
  rooms: InboxRooms,
  practice: ReceivingPractice,
  arrival: Arrival,
  held?: HeldBefore,
): Promise<Received> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const judgedAt = await arrivalsOf(rooms.db, practice.ods);
    const judgement = await judge(rooms, practice, arrival, held);
    if (judgement.kind === 'quarantined') return quarantine(rooms, arrival, judgement.reason);
    if (judgement.kind === 'held' && held !== undefined) {
      return { kind: 'kept', state: 'held', messageKey: held.messageKey };
    }
    const kept = await keep(rooms, practice, arrival, judgement, judgedAt, held);
    if (kept.kind !== 'stale') return kept;
  }
  throw new Error('too many messages arrive at this practice at once; the message stays in its mailbox');
}

/** Not for any practice, or of no workflow that is known: kept, told, never answered. spec: messaging §3.4 */
export async function quarantine(
  { db, ports }: InboxRooms,
  { meta, body, sha256: digest }: Arrival,
  reason: string,
): Promise<Received> {
  const added = await sql`insert into inbox_quarantine
    (mesh_id, mailbox, sender_mailbox, workflow_id, reason, received_at, sha256, content)
    values (${meta.meshMessageId}, ${meta.mailbox}, ${meta.from}, ${meta.workflowId}, ${reason}, ${ports.now()},
      ${digest}, ${sealedBytes(ports.vault, { mailbox: meta.mailbox, meshId: meta.meshMessageId }, body)})
    on conflict (mailbox, mesh_id) do nothing returning quarantine_key`.execute(db);
  if (added.rows.length > 0) {
    ports.onAlert({ kind: 'quarantined', detail: `MESH message ${meta.meshMessageId}: ${reason}` });
  }
  return { kind: 'quarantined', reason };
}

interface HeldRow {
  message_key: number;
  mesh_id: string;
  mailbox: string;
  sender_mailbox: string;
  addressed_to: string | null;
  workflow_id: string;
  subject: string | null;
  compressed: boolean;
  size: number;
  sha256: string;
  complete: boolean;
  hold_until: Date;
  content: string;
}

/**
 * Judges again the replacements that wait for their predecessor: those whose predecessor has come, and those that have
 * waited long enough (20014). One that is let go may let the next one go. Answers how many left the wait.
 */
export async function releaseHeld(rooms: InboxRooms, practice: ReceivingPractice): Promise<number> {
  const { db, ports } = rooms;
  let released = 0;
  for (;;) {
    const found = await sql<HeldRow>`select m.*, r.content from inbox_message m
      join inbox_raw r on r.practice = m.practice and r.message_key = m.message_key
      where m.practice = ${practice.ods} and m.state = 'held' and m.mailbox = ${practice.mailbox}
        and (m.hold_until <= ${ports.now()} or exists (select 1 from inbox_document d
          where d.practice = m.practice and d.value = m.replaces_value))
      order by m.message_key limit 1`.execute(db);
    const row = found.rows[0];
    if (row === undefined) return released;
    const waitedEnough = row.hold_until <= ports.now();
    await judgeAndKeep(rooms, practice, arrivalOf(rooms, practice, row), {
      messageKey: row.message_key,
      waitedEnough,
    });
    released += 1;
  }
}

function arrivalOf({ ports }: InboxRooms, { ods }: ReceivingPractice, row: HeldRow): Arrival {
  const meta: ArrivalMeta = {
    meshMessageId: row.mesh_id,
    mailbox: row.mailbox,
    from: row.sender_mailbox,
    ...(row.addressed_to === null ? {} : { to: row.addressed_to }),
    workflowId: row.workflow_id,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.compressed ? { compressed: true } : {}),
    messageType: 'DATA',
  };
  return {
    meta,
    body: rawBytes(ports.vault, { practice: ods, messageKey: row.message_key }, row.content),
    complete: row.complete,
    size: row.size,
    sha256: row.sha256,
  };
}
