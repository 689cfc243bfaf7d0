// Fills the directory in bulk, for a demonstration or from a national extract; repeatable.
// What practices and signatories decided since is kept: switches, arrangements and pairs are only added.
import { sql, type Transaction, unnestInsert } from '@gp-connect/foundation/store';
import {
  type Agreement,
  appendChange,
  lockVersion,
  type PracticeBlock,
  type PracticeProduct,
  type PrivateOptIn,
  type RefusedPair,
  type SupplierCapability,
  type UseCase,
  writeSwitches,
} from '../policy/index.ts';
import { batches } from './batches.ts';
import { derivedCapabilities } from './derived-capabilities.ts';
import { loadPatients, supersede } from './load-patients.ts';
import { insertOrganisations, insertServices, insertSystems } from './load-sds.ts';
import type { DirectoryStore } from './store.ts';
import type {
  AccreditedSystem,
  MessageHandlingService,
  Organisation,
  PdsRecord,
  Supersession,
} from './types.ts';

export interface DirectoryLoad {
  organisations?: readonly Organisation[];
  accreditedSystems?: readonly AccreditedSystem[];
  messageHandlingServices?: readonly MessageHandlingService[];
  /** Any number: taken in batches. */
  patients?: Iterable<PdsRecord> | AsyncIterable<PdsRecord>;
  supersessions?: readonly Supersession[];
  agreements?: readonly Agreement[];
  refusedPairs?: readonly RefusedPair[];
  practiceProducts?: readonly PracticeProduct[];
  useCases?: readonly UseCase[];
  /**
   * Absent: what each practice's AS record is accredited for, and what its practices have a switch for, counts
   * as live with its supplier.
   */
  supplierCapabilities?: readonly SupplierCapability[];
  practiceBlocks?: readonly PracticeBlock[];
  privateOptIns?: readonly PrivateOptIn[];
}

/** Loads everything given and tells followers to take a new snapshot. Loading the same again changes nothing. */
export async function loadDirectory(store: DirectoryStore, load: DirectoryLoad): Promise<void> {
  const capabilities = load.supplierCapabilities ?? derivedCapabilities(load);
  await store.db.transaction().execute(async (transaction) => {
    await lockVersion(transaction);
    for (const batch of batches(load.organisations)) await insertOrganisations(transaction, batch);
    for (const batch of batches(load.accreditedSystems)) await insertSystems(transaction, batch);
    for (const batch of batches(load.messageHandlingServices)) await insertServices(transaction, batch);
    for (const batch of batches(load.practiceProducts)) await writeSwitches(transaction, batch, 'keep');
    for (const batch of batches(load.agreements)) await insertAgreements(transaction, batch);
    for (const { table, columns } of pairTables(load)) {
      await unnestInsert(table, columns, sql`on conflict do nothing`).execute(transaction);
    }
    await insertBodies(transaction, 'use_case', ['asid', 'id'], load.useCases ?? [], ({ asid, id }) => [
      asid,
      id,
    ]);
    await insertBodies(
      transaction,
      'supplier_capability',
      ['supplier', 'product', 'area'],
      capabilities,
      ({ supplier, product, area }) => [supplier, product, area ?? ''],
    );
    await appendChange(transaction, { kind: 'reload', item: null });
  });
  await loadPatients(store, load.patients ?? []);
  if (load.supersessions?.length) await supersede(store, load.supersessions);
}

// biome-ignore lint/suspicious/noExplicitAny: raw SQL throughout
type AnyTransaction = Transaction<any>;

async function insertAgreements(transaction: AnyTransaction, rows: readonly Agreement[]) {
  await unnestInsert(
    'agreement',
    [
      ['ods', 'text', rows.map((row) => row.ods)],
      ['products', 'text', rows.map((row) => JSON.stringify(row.products))],
      ['status', 'text', rows.map((row) => row.status)],
    ],
    sql`on conflict do nothing`,
  ).execute(transaction);
}

type Columns = Parameters<typeof unnestInsert>[1];

function pairTables(load: DirectoryLoad): { table: string; columns: Columns }[] {
  const { refusedPairs = [], practiceBlocks = [], privateOptIns = [] } = load;
  return [
    {
      table: 'refused_pair',
      columns: [
        ['sender', 'text', refusedPairs.map((pair) => pair.from)],
        ['receiver', 'text', refusedPairs.map((pair) => pair.to)],
      ],
    },
    {
      table: 'practice_block',
      columns: [
        ['practice', 'text', practiceBlocks.map((block) => block.practice)],
        ['organisation', 'text', practiceBlocks.map((block) => block.organisation ?? '')],
        ['organisation_type', 'text', practiceBlocks.map((block) => block.organisationType ?? '')],
      ],
    },
    {
      table: 'private_opt_in',
      columns: [
        ['practice', 'text', privateOptIns.map((entry) => entry.practice)],
        ['organisation', 'text', privateOptIns.map((entry) => entry.organisation)],
      ],
    },
  ];
}

/** Rows that are a key and a JSON body. */
async function insertBodies<T>(
  transaction: AnyTransaction,
  table: string,
  key: readonly string[],
  items: readonly T[],
  keyOf: (item: T) => readonly string[],
) {
  for (const batch of batches(items)) {
    await unnestInsert(
      table,
      [
        ...key.map((name, at) => [name, 'text', batch.map((item) => keyOf(item)[at])] as const),
        ['body', 'text', batch.map((item) => JSON.stringify(item))],
      ],
      sql`on conflict (${sql.join(key.map((name) => sql.ref(name)))}) do update set body = excluded.body`,
    ).execute(transaction);
  }
}
