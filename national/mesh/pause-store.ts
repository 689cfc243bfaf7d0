// Pauses and the messages they hold, in the database. spec: national-service UPD-07, INC-06
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import { HELD } from './message-rows.ts';
import { type MessageFacts, type Pause, type PauseMode, type PauseScope, pauseCovers } from './pauses.ts';
import type { MeshDatabase, MeshStore, NewMessage } from './types.ts';

export interface ActivePause {
  readonly id: string;
  readonly scope: PauseScope;
  readonly mode: PauseMode;
  readonly reason: string;
}

export interface NewPause extends ActivePause {
  readonly until: string | undefined;
  readonly createdBy: string;
}

export interface Lift {
  readonly by: string;
  readonly reason: string;
  readonly messages: 'release' | 'return';
}

const PAGE = 1000;
/** Not ended: what a pause can still stop. */
const OPEN = sql`status in ('accepted', 'uploading')`;

export type PauseStore = ReturnType<typeof openPauseStore>;

export function openPauseStore(store: MeshStore, clock: () => number) {
  const { db } = store;
  const inTransaction = <Result>(work: (transaction: MeshDatabase) => Promise<Result>) =>
    db.transaction().execute(work);

  return {
    active: () => activePauses(db, new Date(clock())),

    /**
     * Writes a pause. The lock lets the sends that did not see it end first: each of their messages is there when
     * `hold` looks for it, every later one holds itself.
     */
    insert: ({ id, scope, mode, reason, until, createdBy }: NewPause): Promise<void> =>
      inTransaction(async (transaction) => {
        await sql`lock table mesh_message in share row exclusive mode`.execute(transaction);
        await sql`insert into mesh_pause (id, scope, mode, reason, until, created_at, created_by)
          values (${id}, ${JSON.stringify(scope)}, ${mode}, ${reason}, ${until ?? null},
            ${new Date(clock()).toISOString()}, ${createdBy})`.execute(transaction);
      }),

    /** Pauses written whose look for messages in transit was interrupted. */
    async unapplied(): Promise<ActivePause[]> {
      const { rows } = await sql<Row>`select * from mesh_pause
        where not applied and lifted_at is null`.execute(db);
      return rows.map(toActive);
    },

    /** Holds every open message in scope that nobody has acknowledged. Page by page, in any state of interruption. */
    async hold(pause: ActivePause): Promise<void> {
      for (let after = -1; ; ) {
        const messages = await openMessages(db, pause.scope, after);
        await insertHolds(
          db,
          messages
            .filter((message) => pauseCovers(pause.scope, message))
            .map(({ id }) => ({ message: id, pause: pause.id })),
        );
        if (messages.length < PAGE) break;
        after = messages.at(-1)!.position;
      }
      await sql`update mesh_pause set applied = true where id = ${pause.id}`.execute(db);
    },

    async list(state: 'active' | 'all'): Promise<Pause[]> {
      return pauses(db, state === 'active' ? sql`where p.lifted_at is null` : sql``);
    },

    async find(id: string): Promise<Pause | undefined> {
      return (await pauses(db, sql`where p.id = ${id}`))[0];
    },

    /** Pauses whose time has come. */
    async outlived(): Promise<string[]> {
      const { rows } = await sql<{ id: string }>`select id from mesh_pause
        where lifted_at is null and until <= ${new Date(clock()).toISOString()}`.execute(db);
      return rows.map(({ id }) => id);
    },

    /**
     * Lifts a pause; false where that was done before. Messages to release go on as if new, in their order, unless
     * another pause holds them too; those to return stay held until each has ended.
     */
    lift: (id: string, { by, reason, messages }: Lift): Promise<boolean> =>
      inTransaction(async (transaction) => {
        const { rows } = await sql`update mesh_pause set lifted_at = ${new Date(clock()).toISOString()},
          lifted_by = ${by}, lift_reason = ${reason}, lift_messages = ${messages}
          where id = ${id} and lifted_at is null returning id`.execute(transaction);
        if (rows.length === 0) return false;
        if (messages === 'release') await release(transaction, sql`pause = ${id}`);
        return true;
      }),

    /** Releases one message from every pause; false where none held it. */
    releaseMessage: (message: string): Promise<boolean> =>
      inTransaction(async (transaction) => (await release(transaction, sql`message = ${message}`)) > 0),

    /** Complete messages held by a pause that was lifted to return them, with what to tell their senders. */
    async toReturn(most: number): Promise<{ message: string; reason: string }[]> {
      const { rows } = await sql<{ message: string; reason: string }>`
        select h.message, min(p.reason) as reason from mesh_hold h join mesh_pause p on p.id = h.pause
        join mesh_message m on m.id = h.message
        where p.lift_messages = 'return' and m.status = 'accepted' group by h.message limit ${most}`.execute(
        db,
      );
      return rows;
    },
  };
}

/** Holds new messages in scope of a pause, with the commit that writes them. */
export async function holdNew(
  transaction: MeshDatabase,
  messages: readonly NewMessage[],
  now: Date,
): Promise<void> {
  const active = await activePauses(transaction, now, sql`for share`);
  if (active.length === 0) return;
  const senders = [...new Set(messages.flatMap(({ sender }) => sender ?? []))];
  const { rows } = await sql<{ id: string; ods: string }>`select id, ods from mesh_mailbox
    where id = any(${senders}::text[])`.execute(transaction);
  const odsOf = new Map(rows.map(({ id, ods }) => [id, ods]));
  const held = messages.flatMap((message) => {
    const facts = { ...message, senderOds: odsOf.get(message.sender ?? '') ?? null };
    return active
      .filter(({ scope }) => pauseCovers(scope, facts))
      .map(({ id }) => ({ message: message.id, pause: id }));
  });
  await insertHolds(transaction, held);
}

async function insertHolds(db: MeshDatabase, holds: readonly { message: string; pause: string }[]) {
  if (holds.length === 0) return;
  await unnestInsert(
    'mesh_hold',
    [
      ['message', 'text', holds.map(({ message }) => message)],
      ['pause', 'text', holds.map(({ pause }) => pause)],
    ],
    sql`on conflict do nothing`,
  ).execute(db);
}

/** Takes holds away; what none holds any more gets new places at the end of its inbox, so that every poller sees it. */
async function release(db: MeshDatabase, which: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{
    message: string;
  }>`delete from mesh_hold where ${which} returning message`.execute(db);
  const ids = rows.map(({ message }) => message);
  await sql`update mesh_message set position = placed.position from (
      select waiting.id, nextval('mesh_position') as position from (
        select id from mesh_message where id = any(${ids}::text[]) and ${OPEN} and not ${HELD} order by position
      ) waiting) placed where mesh_message.id = placed.id`.execute(db);
  return ids.length;
}

interface Row extends Omit<Pause, 'scope' | 'until' | 'createdAt' | 'liftedAt'> {
  readonly scope: string;
}

const toActive = ({ id, scope, mode, reason }: Row): ActivePause => ({
  id,
  scope: JSON.parse(scope) as PauseScope,
  mode,
  reason,
});

async function activePauses(db: MeshDatabase, now: Date, locking = sql``): Promise<ActivePause[]> {
  const { rows } = await sql<Row>`select * from mesh_pause
    where lifted_at is null and (until is null or until > ${now.toISOString()}) ${locking}`.execute(db);
  return rows.map(toActive);
}

async function pauses(db: MeshDatabase, which: ReturnType<typeof sql>): Promise<Pause[]> {
  const { rows } = await sql<Omit<Pause, 'scope' | 'until' | 'createdAt' | 'liftedAt'> & Times>`
    select p.id, p.scope, p.mode, p.reason, p.until, p.created_at as "createdAt", p.created_by as "createdBy",
      p.lifted_at as "liftedAt", p.lifted_by as "liftedBy", p.lift_reason as "liftReason",
      (select count(*)::int from mesh_hold h join mesh_message m on m.id = h.message
        where h.pause = p.id and m.status in ('accepted', 'uploading')) as held
    from mesh_pause p ${which} order by p.created_at desc, p.id limit 1000`.execute(db);
  const iso = (time: Date | null) => (time === null ? null : new Date(time).toISOString());
  return rows.map((row) => ({
    ...row,
    scope: JSON.parse(row.scope) as PauseScope,
    until: iso(row.until),
    createdAt: iso(row.createdAt)!,
    liftedAt: iso(row.liftedAt),
  }));
}

interface Times {
  readonly scope: string;
  readonly until: Date | null;
  readonly createdAt: Date;
  readonly liftedAt: Date | null;
}

/** A page of open messages that may be in scope: what the database can tell is told by it. */
async function openMessages(
  db: MeshDatabase,
  { messageIds, senderMailboxes, senderOds, workflows }: PauseScope,
  after: number,
): Promise<(MessageFacts & { position: number })[]> {
  const among = (column: string, values: readonly string[]) =>
    values.length === 0 ? sql`` : sql`and ${sql.ref(column)} = any(${[...values]}::text[])`;
  const { rows } = await sql<MessageFacts & { position: number }>`
    select m.id, m.sender, s.ods as "senderOds", m.workflow, m.product, m.product_version as "productVersion",
      m.created_at as "createdAt", m.position::float8 as position
    from mesh_message m join mesh_mailbox s on s.id = m.sender
    where m.ended_at is null and m.status in ('accepted', 'uploading') and m.position > ${after}
      ${among('m.id', messageIds)} ${among('m.sender', senderMailboxes)} ${among('s.ods', senderOds)}
      ${among('m.workflow', workflows)} order by m.position limit ${PAGE}`.execute(db);
  return rows;
}
