// What a practice lets in: each inbound product and Update Record service, senders it takes nothing from, and codes or
// senders of which nothing may be filed as coded. All products ship off. spec: messaging SG-04, SG-18; DCC-02, DCC-03
import { type Generated, type Kysely, type Migration, sql } from '@gp-connect/foundation/store';

export const inboundSwitchNames = [
  'send-document',
  'vaccination',
  'emergency-supply',
  'online-consultation',
  'update-record',
  'update-record:blood-pressure',
  'update-record:contraception',
  'update-record:minor-illness',
  'update-record:urgent-supply',
] as const;
export type InboundSwitch = (typeof inboundSwitchNames)[number];

export interface ChangedBy {
  readonly actor: string;
  readonly reason: string;
}

export interface SenderBlock extends ChangedBy {
  readonly sender: string;
  readonly since: Date;
}

/** `value` is a SNOMED CT or dm+d code, or an ODS code. */
export interface FilingStop extends ChangedBy {
  readonly kind: 'code' | 'sender';
  readonly value: string;
  readonly since: Date;
}

/** Care settings a sender may be of. spec: national-service ORG-01 */
export const careSettings = [
  'acute-emergency',
  'ahp-community',
  'ambulance',
  'care-home',
  'dentistry',
  'gp-hub-pcn-ics',
  'hospice',
  'medical-examiner',
  'mental-health',
  'nhs111',
  'optometry',
  'pharmacy',
  'secondary-elective',
  'social-care',
  'gp-practice',
  'private-provider',
] as const;
export type CareSetting = (typeof careSettings)[number];

/** What can be taken from chosen settings only: the products, not their services. */
export type InboundProduct = Exclude<InboundSwitch, `update-record:${string}`>;
export const inboundProducts = inboundSwitchNames.filter(
  (name): name is InboundProduct => !name.startsWith('update-record:'),
);

export interface InboundControls {
  readonly switches: Readonly<Record<InboundSwitch, boolean>>;
  /** By product: the settings it is taken from; a product that is not there is taken from all. spec: DCC-03 */
  readonly takenFrom: ReadonlyMap<InboundProduct, ReadonlySet<CareSetting>>;
  readonly blockedSenders: ReadonlyMap<string, SenderBlock>;
  readonly stops: readonly FilingStop[];
}

export interface InboundTables {
  inbound_switch: { ods: string; switch: string; enabled: boolean };
  inbound_sender_block: { ods: string; sender: string; actor: string; reason: string; since: Date };
  inbound_setting: { ods: string; product: string; settings: string };
  filing_stop: { ods: string; kind: string; value: string; actor: string; reason: string; since: Date };
  inbound_change: {
    id: Generated<number>;
    ods: string;
    control: string;
    from_state: string;
    to_state: string;
    actor: string;
    reason: string;
    at: Date;
  };
}

export const inboundMigrations: readonly Migration[] = [
  {
    name: 'controls-inbound-001',
    statements: [
      `create table inbound_switch (
         ods text not null, switch text not null, enabled boolean not null, primary key (ods, switch))`,
      `create table inbound_sender_block (
         ods text not null, sender text not null, actor text not null, reason text not null,
         since timestamptz not null, primary key (ods, sender))`,
      `create table filing_stop (
         ods text not null, kind text not null, value text not null, actor text not null, reason text not null,
         since timestamptz not null, primary key (ods, kind, value))`,
      `create table inbound_change (
         id int generated always as identity primary key, ods text not null, control text not null,
         from_state text not null, to_state text not null, actor text not null, reason text not null,
         at timestamptz not null)`,
    ],
  },
  {
    name: 'controls-inbound-002-settings',
    statements: [
      `create table inbound_setting (
         ods text not null, product text not null, settings text not null, primary key (ods, product))`,
    ],
  },
];

// biome-ignore lint/suspicious/noExplicitAny: any database that holds these tables beside others
type Db = Kysely<any>;

export interface InboundChange extends ChangedBy {
  readonly control: string;
  readonly from: string;
  readonly to: string;
  readonly at: Date;
}

export interface Inbound {
  /** Read anew on every call: a change takes effect on the next message and the next filing. */
  of(ods: string, transaction?: Db): Promise<InboundControls>;
  set(ods: string, names: readonly InboundSwitch[], enabled: boolean, by: ChangedBy): Promise<void>;
  block(ods: string, sender: string, blocked: boolean, by: ChangedBy): Promise<void>;
  /** Takes a product from these settings only; undefined: from all. */
  takeFrom(
    ods: string,
    product: InboundProduct,
    settings: readonly CareSetting[] | undefined,
    by: ChangedBy,
  ): Promise<void>;
  stop(ods: string, what: Pick<FilingStop, 'kind' | 'value'>, stopped: boolean, by: ChangedBy): Promise<void>;
  /** Every change with who and why, oldest first. */
  changes(ods: string): Promise<InboundChange[]>;
}

/** @throws RangeError for a switch of no such name. */
export function openInbound(db: Db, now: () => Date): Inbound {
  const changed = (
    step: Db,
    ods: string,
    control: string,
    from: string,
    to: string,
    { actor, reason }: ChangedBy,
  ) =>
    sql`insert into inbound_change (ods, control, from_state, to_state, actor, reason, at)
      values (${ods}, ${control}, ${from}, ${to}, ${actor}, ${reason}, ${now()})`.execute(step);
  const onOff = (on: boolean): string => (on ? 'on' : 'off');

  return {
    async of(ods, transaction = db) {
      const on = await sql<{ switch: string }>`select switch from inbound_switch
        where ods = ${ods} and enabled`.execute(transaction);
      const blocks = await sql<SenderBlock>`select sender, actor, reason, since from inbound_sender_block
        where ods = ${ods} order by sender`.execute(transaction);
      const stops = await sql<FilingStop>`select kind, value, actor, reason, since from filing_stop
        where ods = ${ods} order by kind, value`.execute(transaction);
      const from = await sql<{ product: InboundProduct; settings: string }>`select product, settings
        from inbound_setting where ods = ${ods} order by product`.execute(transaction);
      const names = new Set(on.rows.map((row) => row.switch));
      return {
        takenFrom: new Map(
          from.rows.map(({ product, settings }) => [product, new Set(JSON.parse(settings) as CareSetting[])]),
        ),
        switches: Object.fromEntries(inboundSwitchNames.map((name) => [name, names.has(name)])) as Record<
          InboundSwitch,
          boolean
        >,
        blockedSenders: new Map(blocks.rows.map((block) => [block.sender, block])),
        stops: stops.rows,
      };
    },
    async set(ods, names, enabled, by) {
      const unknown = names.filter((name) => !inboundSwitchNames.includes(name));
      if (unknown.length > 0) throw new RangeError(`no such switch: ${unknown.join(', ')}`);
      await db.transaction().execute(async (step) => {
        for (const name of names) {
          const before = await sql<{ enabled: boolean }>`select enabled from inbound_switch
            where ods = ${ods} and switch = ${name}`.execute(step);
          await sql`insert into inbound_switch (ods, switch, enabled) values (${ods}, ${name}, ${enabled})
            on conflict (ods, switch) do update set enabled = excluded.enabled`.execute(step);
          await changed(step, ods, name, onOff(before.rows[0]?.enabled ?? false), onOff(enabled), by);
        }
      });
    },
    async block(ods, sender, blocked, by) {
      await db.transaction().execute(async (step) => {
        await sql`delete from inbound_sender_block where ods = ${ods} and sender = ${sender}`.execute(step);
        if (blocked) {
          await sql`insert into inbound_sender_block (ods, sender, actor, reason, since)
            values (${ods}, ${sender}, ${by.actor}, ${by.reason}, ${now()})`.execute(step);
        }
        await changed(
          step,
          ods,
          `sender:${sender}`,
          blocked ? 'taken' : 'blocked',
          blocked ? 'blocked' : 'taken',
          by,
        );
      });
    },
    async takeFrom(ods, product, settings, by) {
      const wrong = (settings ?? []).filter((setting) => !careSettings.includes(setting));
      if (wrong.length > 0) throw new RangeError(`no such care setting: ${wrong.join(', ')}`);
      await db.transaction().execute(async (step) => {
        const before = await sql<{ settings: string }>`delete from inbound_setting
          where ods = ${ods} and product = ${product} returning settings`.execute(step);
        const after = settings === undefined ? undefined : JSON.stringify([...new Set(settings)].sort());
        if (after !== undefined) {
          await sql`insert into inbound_setting (ods, product, settings)
            values (${ods}, ${product}, ${after})`.execute(step);
        }
        const words = (kept: string | undefined): string => kept ?? 'all';
        await changed(step, ods, `from:${product}`, words(before.rows[0]?.settings), words(after), by);
      });
    },
    async stop(ods, { kind, value }, stopped, by) {
      await db.transaction().execute(async (step) => {
        await sql`delete from filing_stop where ods = ${ods} and kind = ${kind} and value = ${value}`.execute(
          step,
        );
        if (stopped) {
          await sql`insert into filing_stop (ods, kind, value, actor, reason, since)
            values (${ods}, ${kind}, ${value}, ${by.actor}, ${by.reason}, ${now()})`.execute(step);
        }
        await changed(
          step,
          ods,
          `filing:${kind}:${value}`,
          stopped ? 'open' : 'stopped',
          stopped ? 'stopped' : 'open',
          by,
        );
      });
    },
    async changes(ods) {
      const found =
        await sql<InboundChange>`select control, from_state as "from", to_state as "to", actor, reason, at
        from inbound_change where ods = ${ods} order by id`.execute(db);
      return found.rows;
    },
  };
}
