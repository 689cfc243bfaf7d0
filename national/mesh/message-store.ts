// Messages in the database: writing them in groups, their life cycle, and every list of them. spec: mesh §3, §7
import { sql } from '@gp-connect/foundation/store';
import { inBatches } from './batch.ts';
import { HELD, insertChunks, insertMessages, select } from './message-rows.ts';
import { holdNew } from './pause-store.ts';
import type { Chunk, MeshDatabase, MeshStore, Message, MessageStatus, NewMessage } from './types.ts';

/** How a message ends or fails. */
export interface StatusChange {
  readonly status: MessageStatus;
  readonly event: string;
  readonly code: string;
  readonly description: string;
}

/** A message's place in the order of sending. */
export type Sent = Pick<Message, 'createdAt' | 'id'>;

export type MessageStore = ReturnType<typeof openMessageStore>;

export function openMessageStore(store: MeshStore, clock: () => number) {
  const { db } = store;
  const now = () => new Date(clock()).toISOString();
  const inTransaction = <Result>(work: (transaction: MeshDatabase) => Promise<Result>) =>
    db.transaction().execute(work);

  return {
    /** Writes a message with the chunk it came with (a report has none), durably; many at once share one commit. */
    insert: inBatches<{ message: NewMessage; chunk?: Chunk }, void>(async (items) => {
      await inTransaction(async (transaction) => {
        await insertMessages(
          transaction,
          items.map(({ message }) => message),
        );
        const chunks = items.flatMap(({ message, chunk }) =>
          chunk ? [{ ...chunk, message: message.id }] : [],
        );
        if (chunks.length > 0) await insertChunks(transaction, chunks);
        const sent = items.flatMap(({ message }) => (message.kind === 'DATA' ? [message] : []));
        if (sent.length > 0) await holdNew(transaction, sent, new Date(clock()));
      });
      return items.map(() => undefined);
    }),

    async find(id: string): Promise<Message | undefined> {
      return (await select(db, sql`where id = ${id}`))[0];
    },

    async chunk(message: string, number: number): Promise<Chunk | undefined> {
      const { rows } = await sql<Chunk>`select number, object, size::float8 as size from mesh_chunk
        where message = ${message} and number = ${number}`.execute(db);
      return rows[0];
    },

    /**
     * Adds or replaces a chunk of an upload. Answers whether all chunks are held now, and the bytes of all
     * together; undefined where the message is no longer being uploaded. @throws MessageOverLimit
     */
    addChunk(
      message: Message,
      chunk: Chunk,
      largest: number,
    ): Promise<{ complete: boolean; size: number } | undefined> {
      return inTransaction(async (transaction) => {
        const locked = await sql`select 1 from mesh_message
          where id = ${message.id} and status = 'uploading' for update`.execute(transaction);
        if (locked.rows.length === 0) return undefined;
        await sql`insert into mesh_discard (object) select object from mesh_chunk
          where message = ${message.id} and number = ${chunk.number}`.execute(transaction);
        await sql`delete from mesh_chunk
          where message = ${message.id} and number = ${chunk.number}`.execute(transaction);
        await insertChunks(transaction, [{ ...chunk, message: message.id }]);
        const { rows } = await sql<{ held: number; size: number }>`
          select count(*)::int as held, coalesce(sum(size), 0)::float8 as size from mesh_chunk
          where message = ${message.id}`.execute(transaction);
        const { held, size } = rows[0]!;
        if (size > largest) throw new MessageOverLimit();
        await sql`update mesh_message set size = ${size} where id = ${message.id}`.execute(transaction);
        return { complete: held === message.totalChunks, size };
      });
    },

    /** Turns a complete upload into an accepted message; nothing where another request was quicker. */
    async acceptUpload(id: string): Promise<void> {
      await sql`update mesh_message set status = 'accepted', accepted_at = ${now()}, status_at = ${now()},
        position = nextval('mesh_position') where id = ${id} and status = 'uploading'`.execute(db);
    },

    /** Gives an accepted GPPROVIDER message to its practice; false where that was done already. */
    async deliver(id: string, recipient: string, sealed: string | null): Promise<boolean> {
      const { rows } = await sql`update mesh_message set recipient = ${recipient}, sealed = ${sealed},
        position = nextval('mesh_position'), status_at = ${now()}
        where id = ${id} and status = 'accepted' and recipient is null and not ${HELD} returning id`.execute(
        db,
      );
      return rows.length > 0;
    },

    /** Accepted messages, none of them held, whose GPPROVIDER address is not resolved yet, oldest first. */
    async unrouted(most: number): Promise<Message[]> {
      return select(
        db,
        sql`where status = 'accepted' and recipient is null and not ${HELD} order by accepted_at limit ${most}`,
      );
    },

    /**
     * Ends an accepted message: its key, envelope and chunks are gone with the same commit, the objects that held
     * the chunks are noted for removal, and a report to the sender, where there is one, appears.
     * False where the message had ended already.
     */
    end(
      id: string,
      change: StatusChange,
      { report, keepPayload = false }: { report?: NewMessage; keepPayload?: boolean } = {},
    ): Promise<boolean> {
      return inTransaction(async (transaction) => {
        const { rows } = await sql`update mesh_message set status = ${change.status},
          status_event = ${change.event}, status_code = ${change.code},
          status_description = ${change.description}, status_at = ${now()}, ended_at = ${now()}
          where id = ${id} and status = 'accepted' returning id`.execute(transaction);
        if (rows.length === 0) return false;
        if (!keepPayload) await destroyPayload(transaction, id);
        if (report) await insertMessages(transaction, [report]);
        return true;
      });
    },

    async markCollected(id: string): Promise<void> {
      await sql`update mesh_message set collected_at = ${now()} where id = ${id}`.execute(db);
    },

    /** Sets the status by hand, for the test-only administration. */
    async setStatus(id: string, change: StatusChange & { linkedId?: string | undefined }): Promise<boolean> {
      const { rows } = await sql`update mesh_message set status = ${change.status},
        status_event = ${change.event}, status_code = ${change.code},
        status_description = ${change.description}, status_at = ${now()},
        linked_id = coalesce(${change.linkedId ?? null}, linked_id)
        where id = ${id} returning id`.execute(db);
      return rows.length > 0;
    },

    /** A page of waiting messages after a position, oldest first; the filter comes later (mesh §3.2). */
    async inboxPage(recipient: string, after: number, most: number) {
      const { rows } = await sql<{ id: string; workflow: string; position: number }>`
        select id, workflow, position::float8 as position from mesh_message
        where recipient = ${recipient} and status = 'accepted' and position > ${after} and not ${HELD}
        order by position limit ${most}`.execute(db);
      return rows;
    },

    async inboxCount(recipient: string): Promise<number> {
      const { rows } = await sql<{ count: number }>`select count(*)::int as count from mesh_message
        where recipient = ${recipient} and status = 'accepted' and not ${HELD}`.execute(db);
      return rows[0]!.count;
    },

    async sentWithLocalId(sender: string, localId: string, most: number): Promise<Message[]> {
      return select(
        db,
        sql`where sender = ${sender} and local_id = ${localId} order by created_at desc limit ${most}`,
      );
    },

    /**
     * Newest first, for the rich lists; `before` is the last of the page before. In the order of sending, which nothing
     * changes: a message delivered between two pages is on one of them.
     */
    async richPage(
      side: 'inbox' | 'outbox',
      mailbox: string,
      { since, before, most }: { since: Date; before: Sent | undefined; most: number },
    ): Promise<Message[]> {
      const party =
        side === 'inbox'
          ? sql`recipient = ${mailbox} and status <> 'uploading' and not ${HELD}`
          : sql`sender = ${mailbox}`;
      return select(
        db,
        sql`where ${party} and created_at >= ${since.toISOString()}
          ${before === undefined ? sql`` : sql`and (created_at, id) < (${before.createdAt.toISOString()}::timestamptz, ${before.id})`}
          order by created_at desc, id desc limit ${most}`,
      );
    },

    /** Accepted messages nobody collected since `before`. */
    async uncollected(before: Date, most: number): Promise<Message[]> {
      return select(
        db,
        sql`where ended_at is null and status = 'accepted' and created_at < ${before.toISOString()}
          and accepted_at < ${before.toISOString()} order by created_at limit ${most}`,
      );
    },

    /** Forgets uploads begun before `uploadsBefore` and messages that ended before `endedBefore`. */
    removeOld({ uploadsBefore, endedBefore }: { uploadsBefore: Date; endedBefore: Date }): Promise<void> {
      return inTransaction(async (transaction) => {
        const old = sql`select id from mesh_message
          where (ended_at is null and status = 'uploading' and created_at < ${uploadsBefore.toISOString()})
            or (ended_at is not null and ended_at < ${endedBefore.toISOString()})`;
        await sql`insert into mesh_discard (object) select object from mesh_chunk where message in (${old})
          on conflict do nothing`.execute(transaction);
        await sql`delete from mesh_message where id in (${old})`.execute(transaction);
      });
    },

    /** Empties one mailbox, or all (test-only administration). */
    reset(mailbox?: string): Promise<void> {
      return inTransaction(async (transaction) => {
        const which = mailbox === undefined ? sql`true` : sql`recipient = ${mailbox} or sender = ${mailbox}`;
        await sql`insert into mesh_discard (object) select object from mesh_chunk
          where message in (select id from mesh_message where ${which}) on conflict do nothing`.execute(
          transaction,
        );
        await sql`delete from mesh_message where ${which}`.execute(transaction);
      });
    },

    /** Objects no message needs any more. */
    async discarded(most: number): Promise<string[]> {
      const { rows } = await sql<{ object: string }>`select object from mesh_discard limit ${most}`.execute(
        db,
      );
      return rows.map(({ object }) => object);
    },

    async forgetDiscarded(objects: readonly string[]): Promise<void> {
      await sql`delete from mesh_discard where object = any(${[...objects]}::text[])`.execute(db);
    },

    /** Those of the given objects that belong to no message. */
    async withoutMessage(objects: readonly string[]): Promise<string[]> {
      const { rows } = await sql<{ object: string }>`select given.object from unnest(${[...objects]}::text[])
        as given(object) where not exists (select 1 from mesh_chunk c where c.object = given.object)`.execute(
        db,
      );
      return rows.map(({ object }) => object);
    },
  };
}

/** The chunks of one message add up to more than a message may hold. */
export class MessageOverLimit extends Error {}

async function destroyPayload(db: MeshDatabase, id: string): Promise<void> {
  await sql`update mesh_message set wrapped_key = null, sealed = null where id = ${id}`.execute(db);
  await sql`insert into mesh_discard (object) select object from mesh_chunk where message = ${id}`.execute(
    db,
  );
  await sql`delete from mesh_chunk where message = ${id}`.execute(db);
}
