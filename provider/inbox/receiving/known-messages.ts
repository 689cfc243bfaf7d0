// What was received before: by MESH id, by message id, by document identifier. spec: messaging §4 R9, R12, R16; UPD-12
import { bareId, type DocumentIdentifier, type MessageIds } from '@gp-connect/foundation/itk3';
import { sql } from '@gp-connect/foundation/store';
import type { InboxDb } from '../inbox-database.ts';

export type DocumentState = 'current' | 'superseded' | 'void' | 'not-filed';

export interface KnownDocument {
  readonly state: DocumentState;
  readonly itemKey: number | null;
}

/** How many messages of a practice were judged so far: a judgement made on another count is made again. */
export async function arrivalsOf(db: InboxDb, practice: string): Promise<number> {
  const found = await sql<{ arrivals: number }>`select arrivals from inbox_practice
    where practice = ${practice}`.execute(db);
  return found.rows[0]?.arrivals ?? 0;
}

export async function isKnownMeshId(db: InboxDb, practice: string, meshId: string): Promise<boolean> {
  const found = await sql`select 1 from inbox_message
    where practice = ${practice} and mesh_id = ${meshId}`.execute(db);
  return found.rows.length > 0;
}

/** The same ITK message under another MESH id. `except`: the message that is judged again after it was held. */
export async function isKnownMessage(
  db: InboxDb,
  practice: string,
  ids: MessageIds,
  except: number | undefined,
): Promise<boolean> {
  const messageId = ids.messageId === undefined ? null : bareId(ids.messageId);
  const identifier = ids.bundleIdentifier === undefined ? null : bareId(ids.bundleIdentifier);
  const found = await sql`select 1 from inbox_message where practice = ${practice}
    and (message_id = ${messageId} or message_identifier = ${identifier})
    and message_key <> ${except ?? -1} limit 1`.execute(db);
  return found.rows.length > 0;
}

/** Documents are compared by value: deployed senders write the same uuid under several systems. */
export async function knownDocument(
  db: InboxDb,
  practice: string,
  { value }: DocumentIdentifier,
): Promise<KnownDocument | undefined> {
  const found = await sql<{ state: DocumentState; item_key: number | null }>`
    select state, item_key from inbox_document where practice = ${practice} and value = ${bareId(value)}
    limit 1`.execute(db);
  const row = found.rows[0];
  return row && { state: row.state, itemKey: row.item_key };
}

export async function putDocument(
  db: InboxDb,
  practice: string,
  { system, value }: DocumentIdentifier,
  state: DocumentState,
  itemKey: number | null = null,
): Promise<void> {
  await sql`insert into inbox_document (practice, system, value, state, item_key)
    values (${practice}, ${system}, ${bareId(value)}, ${state}, ${itemKey})
    on conflict (practice, value, system) do update
      set state = excluded.state, item_key = coalesce(excluded.item_key, inbox_document.item_key)`.execute(
    db,
  );
}

/** Sets the state of a document wherever it is known, whatever its system. */
export async function setDocumentState(
  db: InboxDb,
  practice: string,
  { value }: DocumentIdentifier,
  state: DocumentState,
): Promise<void> {
  await sql`update inbox_document set state = ${state}
    where practice = ${practice} and value = ${bareId(value)}`.execute(db);
}
