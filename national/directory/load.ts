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
import { derivedCapabilities } from './derived-capabilities.ts';
import { toNameRows, toPatientRow } from './pds-record.ts';
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

const BATCH = 2000;

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

/** Adds or replaces PDS entries, a transaction for every batch. */
async function loadPatients(
  store: DirectoryStore,
  patients: NonNullable<DirectoryLoad['patients']>,
): Promise<void> {
  let batch: PdsRecord[] = [];
  for await (const record of patients) {
    batch.push(record);
    if (batch.length === BATCH) {
      await insertPatients(store, batch);
      batch = [];
    }
  }
  if (batch.length) await insertPatients(store, batch);
}

async function insertPatients(store: DirectoryStore, records: readonly PdsRecord[]): Promise<void> {
  const latest = [...new Map(records.map((record) => [record.patient.id, record])).values()];
  const rows = latest.map(toPatientRow);
  const names = latest.flatMap(toNameRows);
  await store.db.transaction().execute(async (transaction) => {
    await unnestInsert(
      'pds_patient',
      [
        ['nhs_number', 'text', rows.map((row) => row.nhsNumber)],
        ['invalidated', 'boolean', rows.map((row) => row.invalidated)],
        ['confidentiality', 'text', rows.map((row) => row.confidentiality)],
        ['birth_date', 'text', rows.map((row) => row.birthDate)],
        ['death_date', 'text', rows.map((row) => row.deathDate)],
        ['gender', 'text', rows.map((row) => row.gender)],
        ['postcode', 'text', rows.map((row) => row.postcode)],
        ['practice', 'text', rows.map((row) => row.practice)],
        ['body', 'text', rows.map((row) => row.body)],
        ['related_persons', 'text', rows.map((row) => row.relatedPersons)],
      ],
      sql`on conflict (nhs_number) do update set invalidated = excluded.invalidated,
        confidentiality = excluded.confidentiality, birth_date = excluded.birth_date,
        death_date = excluded.death_date, gender = excluded.gender, postcode = excluded.postcode,
        practice = excluded.practice, body = excluded.body, related_persons = excluded.related_persons,
        superseded_by = null`,
    ).execute(transaction);
    await sql`delete from pds_name where nhs_number = any(${rows.map((row) => row.nhsNumber)}::text[])`.execute(
      transaction,
    );
    await unnestInsert('pds_name', [
      ['nhs_number', 'text', names.map((name) => name.nhsNumber)],
      ['ordinal', 'int', names.map((name) => name.ordinal)],
      ['history', 'boolean', names.map((name) => name.history)],
      ['family', 'text', names.map((name) => name.family)],
      ['given', 'text', names.map((name) => name.given)],
      ['family_sound', 'text', names.map((name) => name.familySound)],
      ['given_sound', 'text', names.map((name) => name.givenSound)],
    ]).execute(transaction);
  });
}

/** Numbers that point to another; the old number needs no entry of its own. */
async function supersede(store: DirectoryStore, supersessions: readonly Supersession[]): Promise<void> {
  for (const batch of batches(supersessions)) {
    await unnestInsert(
      'pds_patient',
      [
        ['nhs_number', 'text', batch.map((entry) => entry.from)],
        ['superseded_by', 'text', batch.map((entry) => entry.to)],
        ['invalidated', 'boolean', batch.map(() => false)],
        ['confidentiality', 'text', batch.map(() => 'U')],
        ['body', 'text', batch.map(() => '{}')],
        ['related_persons', 'text', batch.map(() => '[]')],
      ],
      sql`on conflict (nhs_number) do update set superseded_by = excluded.superseded_by`,
    ).execute(store.db);
  }
}

// biome-ignore lint/suspicious/noExplicitAny: raw SQL throughout
type AnyTransaction = Transaction<any>;

function* batches<T>(items: readonly T[] = []): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}

async function insertOrganisations(transaction: AnyTransaction, rows: readonly Organisation[]) {
  await unnestInsert(
    'organisation',
    [
      ['ods', 'text', rows.map((row) => row.ods)],
      ['name', 'text', rows.map((row) => row.name)],
      ['status', 'text', rows.map((row) => row.status)],
      ['country', 'text', rows.map((row) => row.country)],
      ['type', 'text', rows.map((row) => row.type)],
      ['postcode', 'text', rows.map((row) => row.postcode)],
      ['private', 'boolean', rows.map((row) => row.private)],
    ],
    sql`on conflict (ods) do update set name = excluded.name, status = excluded.status,
      country = excluded.country, type = excluded.type, postcode = excluded.postcode, private = excluded.private`,
  ).execute(transaction);
}

async function insertSystems(transaction: AnyTransaction, rows: readonly AccreditedSystem[]) {
  await unnestInsert(
    'accredited_system',
    [
      ['asid', 'text', rows.map((row) => row.asid)],
      ['ods', 'text', rows.map((row) => row.ods)],
      ['client', 'text', rows.map((row) => row.client)],
      ['party_key', 'text', rows.map((row) => row.partyKey)],
      ['interactions', 'text', rows.map((row) => JSON.stringify(row.interactions))],
      ['manufacturer', 'text', rows.map((row) => row.manufacturer)],
      ['product_name', 'text', rows.map((row) => row.product.name)],
      ['product_version', 'text', rows.map((row) => row.product.version)],
      ['client_fqdn', 'text', rows.map((row) => row.clientFqdn)],
      ['issuer', 'text', rows.map((row) => row.issuer)],
    ],
    sql`on conflict (asid) do update set ods = excluded.ods, client = excluded.client,
      party_key = excluded.party_key, interactions = excluded.interactions, manufacturer = excluded.manufacturer,
      product_name = excluded.product_name, product_version = excluded.product_version,
      client_fqdn = excluded.client_fqdn, issuer = excluded.issuer`,
  ).execute(transaction);
}

async function insertServices(transaction: AnyTransaction, rows: readonly MessageHandlingService[]) {
  await unnestInsert(
    'message_handling_service',
    [
      ['id', 'text', rows.map((row) => row.id)],
      ['ods', 'text', rows.map((row) => row.ods)],
      ['party_key', 'text', rows.map((row) => row.partyKey)],
      ['interaction', 'text', rows.map((row) => row.interaction)],
      ['endpoint', 'text', rows.map((row) => row.endpoint)],
      ['fqdn', 'text', rows.map((row) => row.fqdn)],
      ['cpa_id', 'text', rows.map((row) => row.cpaId)],
      ['reliability', 'text', rows.map((row) => (row.reliability ? JSON.stringify(row.reliability) : null))],
    ],
    sql`on conflict (id) do update set ods = excluded.ods, party_key = excluded.party_key,
      interaction = excluded.interaction, endpoint = excluded.endpoint, fqdn = excluded.fqdn,
      cpa_id = excluded.cpa_id, reliability = excluded.reliability`,
  ).execute(transaction);
}

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
