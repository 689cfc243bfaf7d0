// What happened to each message and item: append-only, each event sealed with the one before it, then carried over to
// the practice's tamper-evident audit. No clinical text. spec: messaging §9 A1, A2, A4, A7
import { createHash } from 'node:crypto';
import { sql } from '@gp-connect/foundation/store';
import type { InboxDb, InboxTransaction } from './inbox-database.ts';
import type { InboxPorts, StaffUser } from './ports.ts';

export type Step =
  | 'received'
  | 'validated'
  | 'refused'
  | 'held'
  | 'matched'
  | 'not-matched'
  | 'possible-wrong-patient'
  | 'tasked'
  | 'answered'
  | 'answer-undeliverable'
  | 'opened'
  | 'decided'
  | 'filed'
  | 'rejected'
  | 'replaced'
  | 'void'
  | 'escalated'
  | 're-evaluated'
  | 'task-done'
  | 'entered-in-error'
  | 'quarantined'
  | 'released'
  | 'settings'
  | 'rules'
  | 'expired'
  | 'searched';

export interface InboxEvent {
  readonly step: Step;
  /** Ids and rule-set versions; never a name, a value or a text of the patient's. */
  readonly detail: Readonly<Record<string, string | number | boolean | null | undefined>>;
  readonly messageKey?: number | undefined;
  readonly itemKey?: number | undefined;
  readonly by?: StaffUser | undefined;
}

/** Within `inPractice`. */
export async function addEvents(
  step: InboxTransaction,
  practice: string,
  now: Date,
  events: readonly InboxEvent[],
): Promise<void> {
  const last = await sql<{ last_event_hash: string }>`select last_event_hash from inbox_practice
    where practice = ${practice}`.execute(step);
  let hash = last.rows[0]?.last_event_hash ?? '';
  for (const event of events) {
    const { by, messageKey = null, itemKey = null } = event;
    const actor = by === undefined ? 'system' : `${by.name} (${by.id})`;
    const role = by?.role ?? 'system';
    const detail = JSON.stringify(event.detail);
    hash = seal(hash, [practice, now.toISOString(), event.step, actor, role, messageKey, itemKey, detail]);
    await sql`insert into inbox_event (practice, at, step, actor, role, message_key, item_key, detail, hash)
      values (${practice}, ${now}, ${event.step}, ${actor}, ${role}, ${messageKey}, ${itemKey}, ${detail}, ${hash})`.execute(
      step,
    );
  }
  await sql`update inbox_practice set last_event_hash = ${hash} where practice = ${practice}`.execute(step);
}

function seal(previous: string, parts: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([previous, ...parts]))
    .digest('hex');
}

interface EventRow {
  event_key: number;
  at: Date;
  step: string;
  actor: string;
  role: string;
  message_key: number | null;
  item_key: number | null;
  detail: string;
  hash: string;
}

/** Whether the chain of a practice's events is whole: the key of the first event that does not fit, else undefined. */
export async function firstBrokenEvent(db: InboxDb, practice: string): Promise<number | undefined> {
  const rows =
    await sql<EventRow>`select * from inbox_event where practice = ${practice} order by event_key`.execute(
      db,
    );
  let hash = '';
  for (const row of rows.rows) {
    hash = seal(hash, [
      practice,
      row.at.toISOString(),
      row.step,
      row.actor,
      row.role,
      row.message_key,
      row.item_key,
      row.detail,
    ]);
    if (hash !== row.hash) return row.event_key;
  }
  const end = await sql<{ last_event_hash: string }>`select last_event_hash from inbox_practice
    where practice = ${practice}`.execute(db);
  return hash === (end.rows[0]?.last_event_hash ?? '') ? undefined : -1;
}

/** Carries events over to the practice's audit; one that was interrupted may be carried over twice, never lost. */
export async function carryOverEvents(db: InboxDb, { audit }: InboxPorts): Promise<number> {
  if (audit === undefined) return 0;
  const waiting = await sql<EventRow & { practice: string }>`select * from inbox_event where not audited
    order by practice, event_key limit 500`.execute(db);
  for (const row of waiting.rows) {
    await audit({
      practice: row.practice,
      action: `inbox:${row.step}`,
      subject: `inbox event ${row.event_key}`,
      from: row.item_key === null ? null : `item ${row.item_key}`,
      to: row.hash,
      reason: row.detail,
      actor: `${row.actor}, ${row.role}`,
    });
    await sql`update inbox_event set audited = true
      where practice = ${row.practice} and event_key = ${row.event_key}`.execute(db);
  }
  return waiting.rows.length;
}
