// Loads organisations, AS and MHS records in bulk; what is there already is replaced. spec: foundations §14, §15
import { sql, type Transaction, unnestInsert } from '@gp-connect/foundation/store';
import type { AccreditedSystem, MessageHandlingService, Organisation } from './types.ts';

// biome-ignore lint/suspicious/noExplicitAny: raw SQL throughout
type AnyTransaction = Transaction<any>;

export async function insertOrganisations(transaction: AnyTransaction, rows: readonly Organisation[]) {
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

export async function insertSystems(transaction: AnyTransaction, rows: readonly AccreditedSystem[]) {
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

export async function insertServices(transaction: AnyTransaction, rows: readonly MessageHandlingService[]) {
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
