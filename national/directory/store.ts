// Reads SDS and policy out of the store, as one consistent copy with its version. spec: foundations §15
import { type Store, sql } from '@gp-connect/foundation/store';
import { type PolicyData, readPolicy, readVersion } from '../policy/index.ts';
import type {
  AccreditedSystem,
  DirectoryData,
  MessageHandlingService,
  Organisation,
  Reliability,
} from './types.ts';

/** The directory's store; its statements name their tables themselves. */
// biome-ignore lint/suspicious/noExplicitAny: raw SQL throughout
export type DirectoryStore = Store<any>;

/** Everything a gateway needs to route and decide, at one version. No patient's data is in it. */
export interface NationalData extends DirectoryData, PolicyData {
  version: number;
}

export function readNationalData(store: DirectoryStore): Promise<NationalData> {
  return store.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (transaction) => {
      const version = await readVersion(transaction);
      const organisations = await sql<Organisation>`
        select ods, name, status, country, type, postcode, private from organisation order by ods`.execute(
        transaction,
      );
      const systems = await sql<SystemRow>`
        select asid, ods, client, party_key as "partyKey", interactions, manufacturer,
          product_name as "productName", product_version as "productVersion",
          client_fqdn as "clientFqdn", issuer
        from accredited_system order by asid`.execute(transaction);
      const services = await sql<ServiceRow>`
        select id, ods, party_key as "partyKey", interaction, endpoint, fqdn, cpa_id as "cpaId", reliability
        from message_handling_service order by ods, interaction, id`.execute(transaction);
      return {
        version,
        organisations: organisations.rows,
        accreditedSystems: systems.rows.map(toSystem),
        messageHandlingServices: services.rows.map(toService),
        ...(await readPolicy(transaction)),
      };
    });
}

type SystemRow = Omit<AccreditedSystem, 'interactions' | 'product'> & {
  interactions: string;
  productName: string;
  productVersion: string;
};
type ServiceRow = Omit<MessageHandlingService, 'reliability'> & { reliability: string | null };

function toSystem({ interactions, productName, productVersion, ...row }: SystemRow): AccreditedSystem {
  return {
    ...row,
    interactions: JSON.parse(interactions) as string[],
    product: { name: productName, version: productVersion },
  };
}

function toService({ reliability, ...row }: ServiceRow): MessageHandlingService {
  return reliability === null ? row : { ...row, reliability: JSON.parse(reliability) as Reliability };
}
