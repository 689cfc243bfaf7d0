// The tables of policy, and every way to change them: each writes history and a numbered change. spec: ENB-03, ENB-05
import {
  type Kysely,
  type Migration,
  type Store,
  sql,
  type Transaction,
  unnestInsert,
} from '@gp-connect/foundation/store';
import { appendChange, appendHistory, changeMigrations, lockVersion, type Reason } from './changes.ts';
import { moveSwitch, type SwitchRequest } from './switch.ts';
import type { Agreement, PolicyData, PracticeBlock, PracticeProduct, ProductArea } from './types.ts';

// biome-ignore lint/suspicious/noExplicitAny: opened together with the directory's tables; statements name their own
type Database = any;

export const policyMigrations: readonly Migration[] = [
  ...changeMigrations,
  {
    name: 'policy-002-tables',
    statements: [
      `create table agreement (ods text primary key, products text not null, status text not null)`,
      `create table refused_pair (sender text not null, receiver text not null, primary key (sender, receiver))`,
      `create table practice_product (
        ods text not null, product text not null, area text not null, state text not null,
        own_choice text, reason_code text, incident text,
        since timestamptz not null, version int not null,
        primary key (ods, product, area))`,
      `create table use_case (asid text not null, id text not null, body text not null, primary key (asid, id))`,
      `create table supplier_capability (
        supplier text not null, product text not null, area text not null, body text not null,
        primary key (supplier, product, area))`,
      `create table practice_block (
        practice text not null, organisation text not null, organisation_type text not null,
        primary key (practice, organisation, organisation_type))`,
      `create table private_opt_in (practice text not null, organisation text not null, primary key (practice, organisation))`,
    ],
  },
];

/** A switch that was never moved: version 0, ETag `"0"`. */
export function unmovedSwitch(ods: string, product: string, area: ProductArea | null): PracticeProduct {
  return { ods, product, area, state: 'undecided', reasonCode: null, incident: null, version: 0 };
}

export async function readPolicy(db: Kysely<Database> | Transaction<Database>): Promise<PolicyData> {
  const rows = async <Row>(statement: ReturnType<typeof sql<Row>>) => (await statement.execute(db)).rows;
  const bodies = async <T>(table: string, order: string) =>
    (await rows(sql<{ body: string }>`select body from ${sql.table(table)} order by ${sql.raw(order)}`)).map(
      (row) => JSON.parse(row.body) as T,
    );
  return {
    agreements: (
      await rows(sql<{ ods: string; products: string; status: Agreement['status'] }>`
        select ods, products, status from agreement order by ods`)
    ).map((row) => ({ ...row, products: JSON.parse(row.products) as string[] })),
    refusedPairs: await rows(sql<{ from: string; to: string }>`
      select sender as "from", receiver as "to" from refused_pair order by sender, receiver`),
    practiceProducts: (await rows(sql<SwitchRow>`${selectSwitches} order by ods, product, area`)).map(
      toSwitch,
    ),
    useCases: await bodies('use_case', 'asid, id'),
    supplierCapabilities: await bodies('supplier_capability', 'supplier, product, area'),
    practiceBlocks: (
      await rows(sql<{ practice: string; organisation: string; type: string }>`
        select practice, organisation, organisation_type as type from practice_block order by 1, 2, 3`)
    ).map((row) => ({
      practice: row.practice,
      organisation: row.organisation || null,
      organisationType: row.type || null,
    })),
    privateOptIns: await rows(sql<{ practice: string; organisation: string }>`
      select practice, organisation from private_opt_in order by 1, 2`),
  };
}

interface SwitchRow {
  ods: string;
  product: string;
  area: string;
  state: PracticeProduct['state'];
  own_choice: PracticeProduct['state'] | null;
  reason_code: string | null;
  incident: string | null;
  since: Date;
  version: number;
}

const selectSwitches = sql`select ods, product, area, state, own_choice, reason_code, incident, since, version
  from practice_product`;

const toSwitch = (row: SwitchRow): PracticeProduct => ({
  ods: row.ods,
  product: row.product,
  area: (row.area || null) as ProductArea | null,
  state: row.state,
  ownChoice: row.own_choice,
  reasonCode: row.reason_code,
  incident: row.incident,
  since: new Date(row.since).toISOString(),
  version: row.version,
});

/** Somebody else moved the switch since the caller looked: the ETag is stale. */
export class StaleSwitch extends Error {
  constructor() {
    super('the switch was changed meanwhile');
    this.name = 'StaleSwitch';
  }
}

/**
 * Moves one practice's switch. @throws StaleSwitch where its version is not the expected one.
 * @throws SwitchRefusal as `moveSwitch` does.
 */
export function changeSwitch(
  store: Store<Database>,
  key: Pick<PracticeProduct, 'ods' | 'product' | 'area'>,
  request: SwitchRequest,
  by: { actor: string; role: string; expectedVersion: number; now: Date },
): Promise<PracticeProduct> {
  return store.db.transaction().execute(async (transaction) => {
    await lockVersion(transaction);
    const found = await sql<SwitchRow>`${selectSwitches}
      where ods = ${key.ods} and product = ${key.product} and area = ${key.area ?? ''}`.execute(transaction);
    const current = found.rows[0] ? toSwitch(found.rows[0]) : unmovedSwitch(key.ods, key.product, key.area);
    if (current.version !== by.expectedVersion) throw new StaleSwitch();
    const next = moveSwitch(current, request, by.now);
    await writeSwitches(transaction, [next], 'replace');
    await appendHistory(transaction, {
      at: by.now,
      kind: 'practice-product',
      subject: [next.ods, next.product, ...(next.area ? [next.area] : [])].join(' '),
      actor: by.actor,
      role: by.role,
      reasonCode: request.reasonCode,
      reasonText: request.reasonText,
      previous: current,
      next,
    });
    await appendChange(transaction, { kind: 'practice-product', item: next });
    return next;
  });
}

/** Inserts switches in bulk; `keep` leaves those that are there alone. */
export async function writeSwitches(
  transaction: Transaction<Database>,
  switches: readonly PracticeProduct[],
  existing: 'keep' | 'replace',
): Promise<void> {
  const column = (value: (entry: PracticeProduct) => unknown) => switches.map(value);
  await unnestInsert(
    'practice_product',
    [
      ['ods', 'text', column((entry) => entry.ods)],
      ['product', 'text', column((entry) => entry.product)],
      ['area', 'text', column((entry) => entry.area ?? '')],
      ['state', 'text', column((entry) => entry.state)],
      ['own_choice', 'text', column((entry) => entry.ownChoice ?? null)],
      ['reason_code', 'text', column((entry) => entry.reasonCode)],
      ['incident', 'text', column((entry) => entry.incident)],
      ['since', 'timestamptz', column((entry) => entry.since ?? '1970-01-01T00:00:00Z')],
      ['version', 'int', column((entry) => entry.version ?? 1)],
    ],
    existing === 'keep'
      ? sql`on conflict do nothing`
      : sql`on conflict (ods, product, area) do update set state = excluded.state,
          own_choice = excluded.own_choice, reason_code = excluded.reason_code, incident = excluded.incident,
          since = excluded.since, version = excluded.version`,
  ).execute(transaction);
}

/** Records an arrangement, or its withdrawal. NDS-12 */
export function changeAgreement(
  store: Store<Database>,
  agreement: Agreement,
  reason: Reason & { now: Date },
): Promise<void> {
  return store.db.transaction().execute(async (transaction) => {
    await lockVersion(transaction);
    const found = await sql<{ products: string; status: string }>`
      select products, status from agreement where ods = ${agreement.ods}`.execute(transaction);
    const previous = found.rows[0]
      ? { ods: agreement.ods, products: JSON.parse(found.rows[0].products), status: found.rows[0].status }
      : null;
    await sql`insert into agreement (ods, products, status)
      values (${agreement.ods}, ${JSON.stringify(agreement.products)}, ${agreement.status})
      on conflict (ods) do update set products = excluded.products, status = excluded.status`.execute(
      transaction,
    );
    await remember(transaction, 'agreement', agreement.ods, reason, previous, agreement);
    await appendChange(transaction, { kind: 'agreement', item: agreement });
  });
}

/** Refuses a sender→receiver pair, or lets it pass again. foundations §6.5 */
export function changePair(
  store: Store<Database>,
  pair: { from: string; to: string; refused: boolean },
  reason: Reason & { now: Date },
): Promise<void> {
  return store.db.transaction().execute(async (transaction) => {
    await lockVersion(transaction);
    const statement = pair.refused
      ? sql`insert into refused_pair (sender, receiver) values (${pair.from}, ${pair.to}) on conflict do nothing`
      : sql`delete from refused_pair where sender = ${pair.from} and receiver = ${pair.to}`;
    const done = await statement.execute(transaction);
    const refusedBefore = pair.refused !== Number(done.numAffectedRows ?? 0) > 0;
    const previous = { ...pair, refused: refusedBefore };
    await remember(transaction, 'refused-pair', `${pair.from} ${pair.to}`, reason, previous, pair);
    await appendChange(transaction, { kind: 'refused-pair', item: pair });
  });
}

/** A practice blocks one organisation or one type, or ends that. DCC-04 */
export function changeBlock(
  store: Store<Database>,
  block: PracticeBlock & { blocked: boolean },
  reason: Reason & { now: Date },
): Promise<void> {
  return store.db.transaction().execute(async (transaction) => {
    await lockVersion(transaction);
    const [organisation, type] = [block.organisation ?? '', block.organisationType ?? ''];
    const statement = block.blocked
      ? sql`insert into practice_block values (${block.practice}, ${organisation}, ${type}) on conflict do nothing`
      : sql`delete from practice_block
          where practice = ${block.practice} and organisation = ${organisation} and organisation_type = ${type}`;
    const done = await statement.execute(transaction);
    const previous = { ...block, blocked: block.blocked !== Number(done.numAffectedRows ?? 0) > 0 };
    const subject = [block.practice, organisation, type].filter(Boolean).join(' ');
    await remember(transaction, 'practice-block', subject, reason, previous, block);
    await appendChange(transaction, { kind: 'practice-block', item: block });
  });
}

function remember(
  transaction: Transaction<Database>,
  kind: string,
  subject: string,
  { now, actor, role, reasonCode, reasonText }: Reason & { now: Date },
  previous: unknown,
  next: unknown,
): Promise<void> {
  return appendHistory(transaction, {
    at: now,
    kind,
    subject,
    actor,
    role,
    reasonCode,
    reasonText,
    previous,
    next,
  });
}
