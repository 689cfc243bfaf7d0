// Mailboxes: loading them, finding them by id or by organisation and workflow, who may send and receive what.
// spec: mesh §2, §3.8, §7
import { sql, unnestInsert } from '@gp-connect/foundation/store';
import type { KeyRing } from './keys.ts';
import type { Mailbox, MailboxLoad, MeshDatabase, MeshStore } from './types.ts';

/** How long another replica's change may stay unseen here (spec: ENB-04 allows five minutes). */
const FRESH_MS = 5000;

export interface Mailboxes {
  /** Writes mailboxes with their workflows, replacing those of the same id; the rest stay as they are. */
  put(mailboxes: readonly MailboxLoad[]): Promise<void>;
  find(id: string): Promise<Mailbox | undefined>;
  /** The password, for the check of a token. */
  passwordOf(id: string): Promise<string | undefined>;
  /** Active mailboxes of an organisation (any case) that receive the workflow. */
  byOrganisation(ods: string, workflow: string): Promise<Mailbox[]>;
  /** Active mailboxes that receive the workflow. */
  byWorkflow(workflow: string): Promise<Mailbox[]>;
  /** `Mex-ClientVersion` of the last handshake; null: none yet. */
  clientVersion(id: string): Promise<string | null>;
  recordHandshake(id: string, clientVersion: string): Promise<void>;
  /** When the mailbox last shook hands; null: never. */
  lastHandshake(id: string): Promise<Date | null>;
}

interface Known {
  readonly mailbox: Mailbox | undefined;
  readonly password: string | undefined;
  readonly clientVersion: string | null;
  readonly readAt: number;
}

export function openMailboxes(store: MeshStore, ring: KeyRing, clock: () => number): Mailboxes {
  const cache = new Map<string, Known>();
  const read = async (id: string): Promise<Known> => {
    const cached = cache.get(id);
    const age = cached ? clock() - cached.readAt : Number.NaN;
    if (cached && age >= 0 && age < FRESH_MS) return cached;
    const [row] = await select(store.db, sql`where m.id = ${id}`);
    const known = {
      mailbox: row && toMailbox(row),
      password: row && ring.open(`mailbox/${id}`, row.sealedPassword).toString(),
      clientVersion: row?.clientVersion ?? null,
      readAt: clock(),
    };
    // Only ids that exist are kept, so that guessing at ids fills nothing.
    if (row) cache.set(id, known);
    else cache.delete(id);
    return known;
  };

  return {
    async put(mailboxes) {
      for (const { id } of mailboxes)
        if (!/^[A-Z0-9]{1,100}$/.test(id)) throw new RangeError(`not a mailbox id: ${id}`);
      await store.db.transaction().execute(async (transaction) => {
        await putMailboxes(transaction, ring, mailboxes);
      });
      for (const { id } of mailboxes) cache.delete(id);
    },
    find: async (id) => (await read(id)).mailbox,
    passwordOf: async (id) => (await read(id)).password,
    clientVersion: async (id) => (await read(id)).clientVersion,
    async byOrganisation(ods, workflow) {
      const rows = await select(
        store.db,
        sql`where m.active and m.ods = ${ods.toUpperCase()} and exists (select 1 from mesh_workflow r
          where r.mailbox = m.id and r.workflow = ${workflow} and r.may_receive)`,
      );
      return rows.map(toMailbox);
    },
    async byWorkflow(workflow) {
      const rows = await select(
        store.db,
        sql`where m.active and m.id in (select r.mailbox from mesh_workflow r
          where r.workflow = ${workflow} and r.may_receive)`,
      );
      return rows.map(toMailbox);
    },
    async recordHandshake(id, clientVersion) {
      await sql`update mesh_mailbox set handshake_at = ${new Date(clock()).toISOString()},
        client_version = ${clientVersion} where id = ${id}`.execute(store.db);
      cache.delete(id);
    },
    async lastHandshake(id) {
      const { rows } = await sql<{ at: Date | null }>`
        select handshake_at as at from mesh_mailbox where id = ${id}`.execute(store.db);
      return rows[0]?.at ?? null;
    },
  };
}

async function putMailboxes(db: MeshDatabase, ring: KeyRing, mailboxes: readonly MailboxLoad[]) {
  const column = (of: (mailbox: MailboxLoad) => unknown) => mailboxes.map(of);
  await unnestInsert(
    'mesh_mailbox',
    [
      ['id', 'text', column(({ id }) => id)],
      ['name', 'text', column(({ name }) => name)],
      ['ods', 'text', column(({ ods }) => ods.toUpperCase())],
      ['org_code', 'text', column(({ ods, orgCode }) => orgCode ?? ods.toUpperCase())],
      ['org_name', 'text', column(({ name, orgName }) => orgName ?? name)],
      ['smtp', 'text', column(({ smtp }) => smtp ?? '')],
      [
        'sealed_password',
        'text',
        column(({ id, password }) => ring.seal(`mailbox/${id}`, Buffer.from(password))),
      ],
      ['active', 'boolean', column(({ active }) => active ?? true)],
    ],
    sql`on conflict (id) do update set name = excluded.name, ods = excluded.ods, org_code = excluded.org_code,
      org_name = excluded.org_name, smtp = excluded.smtp, sealed_password = excluded.sealed_password,
      active = excluded.active`,
  ).execute(db);
  const ids = mailboxes.map(({ id }) => id);
  await sql`delete from mesh_workflow where mailbox = any(${ids}::text[])`.execute(db);
  const rights = mailboxes.flatMap(({ id, workflows }) => workflows.map((right) => ({ id, ...right })));
  await unnestInsert('mesh_workflow', [
    ['mailbox', 'text', rights.map(({ id }) => id)],
    ['workflow', 'text', rights.map(({ workflow }) => workflow)],
    ['may_send', 'boolean', rights.map(({ send }) => send)],
    ['may_receive', 'boolean', rights.map(({ receive }) => receive)],
  ]).execute(db);
}

interface Row extends Omit<Mailbox, 'workflows'> {
  readonly sealedPassword: string;
  readonly clientVersion: string | null;
  readonly rights: string;
}

async function select(db: MeshDatabase, where: ReturnType<typeof sql>): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select m.id, m.name, m.ods, m.org_code as "orgCode", m.org_name as "orgName", m.smtp, m.active,
      m.sealed_password as "sealedPassword", m.client_version as "clientVersion",
      coalesce((select json_agg(json_build_object('workflow', w.workflow, 'send', w.may_send,
        'receive', w.may_receive))::text from mesh_workflow w where w.mailbox = m.id), '[]') as rights
    from mesh_mailbox m ${where} order by m.id`.execute(db);
  return rows;
}

function toMailbox({ rights, sealedPassword: _, clientVersion: __, ...row }: Row): Mailbox {
  const workflows = JSON.parse(rights) as { workflow: string; send: boolean; receive: boolean }[];
  return { ...row, workflows: new Map(workflows.map((right) => [right.workflow, right])) };
}
