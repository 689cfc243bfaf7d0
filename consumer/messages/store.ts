// SQL of the sender: rows in, rows out, one mailbox at a time. spec: messaging §3.5
import type { Kysely, Transaction } from '@gp-connect/foundation/store';
import { sql } from '@gp-connect/foundation/store';
import type { RestVault } from '@gp-connect/foundation/trust';
import type { ComposedMessage } from './composed.ts';
import { openedField, sealedFields } from './kept-copies.ts';
import { displayName } from './resources.ts';
import { awaitingAnswer, leftTheSender, type MessageEvent, type MessageState, nextState } from './states.ts';
import type { SenderDatabase, SenderEventRow, SenderMessageRow, TaskKind } from './tables.ts';

export type Db = Kysely<SenderDatabase> | Transaction<SenderDatabase>;
/** A message: its sealed fields are as stored until `opened`. */
export type StoredMessage = Omit<SenderMessageRow, 'is_void'> & { is_void: boolean };

/** Serialises work on one activity of a mailbox until the transaction ends. */
export async function lockActivity(db: Db, mailbox: string, activityKey: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${mailbox} ${activityKey}`}, 0))`.execute(db);
}

export async function insertMessage(
  db: Db,
  vault: RestVault,
  message: ComposedMessage,
  fields: { activityKey: string; practice: string | null; notBefore: Date; now: Date },
): Promise<void> {
  const { mesh, patient } = message;
  const key = { mailbox: mesh.from, message_id: message.messageId };
  await db
    .insertInto('sender_message')
    .values({
      ...key,
      ...sealedFields(vault, key, {
        mesh_to: mesh.to,
        subject: mesh.subject,
        patient_nhs_number: patient.nhsNumber,
        patient_name: displayName(patient),
        body: message.xml,
      }),
      message_identifier: message.messageIdentifier,
      document_id: message.documentId,
      sender_reference: message.senderReference,
      product: message.product,
      workflow_id: mesh.workflowId,
      activity_key: fields.activityKey,
      version: message.version,
      replaces_document: message.replaces?.documentId ?? null,
      sender_ods: mesh.localId,
      file_name: mesh.fileName,
      practice_ods: fields.practice,
      title: message.title,
      body_sha256: message.sha256,
      state: 'built',
      mesh_id: null,
      not_before: fields.notBefore,
      created_at: fields.now,
      claimed_at: null,
      sent_at: null,
      infrastructure_at: null,
      business_at: null,
      last_code: null,
      last_text: null,
    })
    .execute();
}

/** Every version of an activity, oldest first. `hold` locks them until the transaction ends. */
export function versionsOf(
  db: Db,
  mailbox: string,
  activityKey: string,
  hold = false,
): Promise<StoredMessage[]> {
  const versions = db
    .selectFrom('sender_message')
    .selectAll()
    .where('mailbox', '=', mailbox)
    .where('activity_key', '=', activityKey)
    .orderBy('created_at')
    .orderBy('version');
  return (hold ? versions.forUpdate() : versions).execute();
}

/** The version a new one has to replace: the newest that a practice may hold. */
export function previousOf(versions: readonly StoredMessage[]): StoredMessage | undefined {
  return versions.filter(({ state, is_void }) => !is_void && leftTheSender.includes(state)).at(-1);
}

export async function findMessage(
  db: Db,
  mailbox: string,
  messageId: string,
): Promise<StoredMessage | undefined> {
  return db
    .selectFrom('sender_message')
    .selectAll()
    .where('mailbox', '=', mailbox)
    .where('message_id', '=', messageId)
    .executeTakeFirst();
}

/** The newest messages, newest first. */
export function recentMessages(
  db: Db,
  mailbox: string,
  { most, since }: { most: number; since: Date },
): Promise<StoredMessage[]> {
  return db
    .selectFrom('sender_message')
    .selectAll()
    .where('mailbox', '=', mailbox)
    .where('created_at', '>=', since)
    .orderBy('created_at', 'desc')
    .orderBy('message_id')
    .limit(most)
    .execute();
}

/** Takes due messages for sending: the claim is committed before anything leaves. */
export async function claimDue(db: Db, mailbox: string, now: Date, most: number): Promise<StoredMessage[]> {
  const due = await sql<StoredMessage>`
    update sender_message set state = 'sending', claimed_at = ${now}
    where (mailbox, message_id) in (
      select mailbox, message_id from sender_message
      where mailbox = ${mailbox} and state = 'built' and not_before <= ${now}
      order by not_before, created_at limit ${most} for update skip locked)
    returning *`.execute(db);
  return due.rows;
}

/** The messages a response may belong to: by id, else those of its sender reference that still wait. */
export async function correlated(
  db: Db,
  mailbox: string,
  ids: { answers: string; senderReference: string },
): Promise<StoredMessage | undefined> {
  const mine = db.selectFrom('sender_message').selectAll().where('mailbox', '=', mailbox);
  const byId = await mine
    .where((where) =>
      where.or([where('message_id', '=', ids.answers), where('message_identifier', '=', ids.answers)]),
    )
    .execute();
  if (byId.length === 1) return byId[0];
  if (ids.senderReference === '') return undefined;
  const forms = [ids.senderReference, `urn:uuid:${ids.senderReference}`];
  const byReference = await mine
    .where(sql<string>`lower(sender_reference)`, 'in', forms)
    .where('state', 'in', [...awaitingAnswer])
    .execute();
  return byReference.length === 1 ? byReference[0] : undefined;
}

/**
 * The message a MESH report speaks of: by MESH id, else the only one of that subject and workflow whose MESH id was
 * never recorded.
 */
export async function reported(
  db: Db,
  vault: RestVault,
  mailbox: string,
  report: { meshId: string; workflowId: string; subject: string },
): Promise<StoredMessage | undefined> {
  const mine = db.selectFrom('sender_message').selectAll().where('mailbox', '=', mailbox);
  const known = await mine.where('mesh_id', '=', report.meshId).executeTakeFirst();
  if (known !== undefined) return known;
  const candidates = await mine
    .where('mesh_id', 'is', null)
    .where('workflow_id', '=', report.workflowId)
    .where('state', 'in', [...awaitingAnswer])
    .execute()
    .then((rows) => rows.filter((row) => openedField(vault, row, 'subject') === report.subject));
  return candidates.length === 1 ? candidates[0] : undefined;
}

export interface Step {
  readonly event: MessageEvent;
  readonly at: Date;
  readonly code?: string | undefined;
  readonly detail?: string;
  readonly sourceId?: string | undefined;
  readonly raw?: string | undefined;
  readonly meshId?: string | undefined;
}

/**
 * Records an event and moves the message on. Answers the states before and after; undefined if this very event
 * (same MESH id) was recorded before.
 */
export async function applyStep(
  db: Db,
  mailbox: string,
  messageId: string,
  step: Step,
): Promise<{ from: MessageState; to: MessageState; row: StoredMessage } | undefined> {
  const row = await db
    .selectFrom('sender_message')
    .selectAll()
    .where('mailbox', '=', mailbox)
    .where('message_id', '=', messageId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (!(await recordEvent(db, mailbox, messageId, step))) return undefined;
  const repeated =
    (step.event === 'inf-positive' && row.infrastructure_at !== null) ||
    (step.event === 'accepted' && row.sent_at !== null);
  const to = repeated ? row.state : nextState(row.state, step.event);
  const changed = {
    state: to,
    ...(step.event === 'accepted' ? { sent_at: row.sent_at ?? step.at } : {}),
    ...(step.event === 'inf-positive' ? { infrastructure_at: row.infrastructure_at ?? step.at } : {}),
    ...(step.event === 'bus-positive' ? { business_at: row.business_at ?? step.at } : {}),
    ...(step.event === 'not-sent' ? { claimed_at: null, not_before: step.at } : {}),
    ...(step.meshId === undefined ? {} : { mesh_id: step.meshId }),
    ...(step.code === undefined || saysLess(row.state, step.event)
      ? {}
      : { last_code: step.code, last_text: step.detail ?? null }),
  };
  await db
    .updateTable('sender_message')
    .set(changed)
    .where('mailbox', '=', mailbox)
    .where('message_id', '=', messageId)
    .execute();
  return { from: row.state, to, row: { ...row, ...changed } };
}

/** A late positive answer does not take the place of the one that decided. */
const saysLess = (state: MessageState, event: MessageEvent): boolean =>
  (event === 'inf-positive' && (state === 'delivered' || state === 'failed')) ||
  (event === 'bus-positive' && state === 'failed');

/** False if an event of the same source is there already. */
export async function recordEvent(
  db: Db,
  mailbox: string,
  messageId: string | null,
  step: Omit<Step, 'event'> & { event: SenderEventRow['event']; user?: string | undefined },
): Promise<boolean> {
  const { rows } = await sql`
    insert into sender_event (mailbox, message_id, source_id, at, event, code, detail, raw, by_user)
    values (${mailbox}, ${messageId}, ${step.sourceId ?? null}, ${step.at}, ${step.event}, ${step.code ?? null},
      ${step.detail ?? ''}, ${step.raw ?? null}, ${step.user ?? null})
    on conflict (mailbox, source_id) where source_id is not null do nothing returning id`.execute(db);
  return rows.length > 0;
}

/** Opens a task unless one of the kind is open for the message already. */
export async function openTask(
  db: Db,
  task: {
    id: string;
    mailbox: string;
    messageId: string | null;
    kind: TaskKind;
    code?: string | undefined;
    text: string;
    at: Date;
  },
): Promise<void> {
  if (task.messageId !== null) {
    const open = await db
      .selectFrom('sender_task')
      .select('id')
      .where('mailbox', '=', task.mailbox)
      .where('message_id', '=', task.messageId)
      .where('kind', '=', task.kind)
      .where('closed_at', 'is', null)
      .executeTakeFirst();
    if (open !== undefined) return;
  }
  await db
    .insertInto('sender_task')
    .values({
      id: task.id,
      mailbox: task.mailbox,
      message_id: task.messageId,
      kind: task.kind,
      code: task.code ?? null,
      text: task.text,
      opened_at: task.at,
      closed_at: null,
      closed_by: null,
      closing_note: null,
    })
    .execute();
}

export async function closeTasks(
  db: Db,
  mailbox: string,
  messageId: string,
  kind: TaskKind,
  at: Date,
  note: string,
): Promise<void> {
  await db
    .updateTable('sender_task')
    .set({ closed_at: at, closed_by: 'system', closing_note: note })
    .where('mailbox', '=', mailbox)
    .where('message_id', '=', messageId)
    .where('kind', '=', kind)
    .where('closed_at', 'is', null)
    .execute();
}
