// Messages and chunks as rows. spec: mesh §7
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import type { Chunk, MeshDatabase, Message, NewMessage } from './types.ts';

/** Writes chunks of messages. */
export async function insertChunks(db: MeshDatabase, chunks: readonly (Chunk & { message: string })[]) {
  await unnestInsert('mesh_chunk', [
    ['message', 'text', chunks.map(({ message }) => message)],
    ['number', 'int', chunks.map(({ number }) => number)],
    ['object', 'text', chunks.map(({ object }) => object)],
    ['size', 'bigint', chunks.map(({ size }) => size)],
  ]).execute(db);
}

/** Whether a message is held by a pause. */
export const HELD = sql<boolean>`exists (select 1 from mesh_hold h where h.message = mesh_message.id)`;

/** Column, SQL type and member of each message column that is written. */
const COLUMNS = [
  ['id', 'text', 'id'],
  ['kind', 'text', 'kind'],
  ['sender', 'text', 'sender'],
  ['recipient', 'text', 'recipient'],
  ['workflow', 'text', 'workflow'],
  ['local_id', 'text', 'localId'],
  ['status', 'text', 'status'],
  ['status_event', 'text', 'statusEvent'],
  ['status_code', 'text', 'statusCode'],
  ['status_description', 'text', 'statusDescription'],
  ['status_at', 'timestamptz', 'statusAt'],
  ['total_chunks', 'int', 'totalChunks'],
  ['content_encoding', 'text', 'contentEncoding'],
  ['compressed', 'boolean', 'compressed'],
  ['encrypted', 'boolean', 'encrypted'],
  ['size', 'bigint', 'size'],
  ['wrapped_key', 'text', 'wrappedKey'],
  ['sealed', 'text', 'sealed'],
  ['linked_id', 'text', 'linkedId'],
  ['product', 'text', 'product'],
  ['product_version', 'text', 'productVersion'],
  ['created_at', 'timestamptz', 'createdAt'],
  ['accepted_at', 'timestamptz', 'acceptedAt'],
  ['collected_at', 'timestamptz', 'collectedAt'],
  ['ended_at', 'timestamptz', 'endedAt'],
] as const satisfies readonly (readonly [string, string, keyof NewMessage])[];

export async function insertMessages(db: MeshDatabase, messages: readonly NewMessage[]): Promise<void> {
  const written = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
  await unnestInsert(
    'mesh_message',
    COLUMNS.map(([column, type, member]) => [
      column,
      type,
      messages.map((message) => written(message[member])),
    ]),
  ).execute(db);
}

export async function select(db: MeshDatabase, rest: ReturnType<typeof sql>): Promise<Message[]> {
  const members = COLUMNS.map(([column, type, member]) =>
    type === 'bigint'
      ? sql`${sql.ref(column)}::float8 as ${sql.ref(member)}`
      : sql`${sql.ref(column)} as ${sql.ref(member)}`,
  );
  const { rows } =
    await sql<Message>`select ${sql.join(members)}, position::float8 as position, ${HELD} as held
    from mesh_message ${rest}`.execute(db);
  return rows;
}
