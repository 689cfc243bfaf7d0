// England in the terms of the Spine Directory: AS and MHS records, and who may talk to whom.
// spec: foundations §3, §4, §6.5, §15
import { type CapabilityServer, interactions } from '@gp-connect/foundation/nhs';
import type { England } from './england.ts';
import { cpaIdOf } from './numbers.ts';
import type { Practice } from './practices.ts';
import { supplierOf } from './suppliers.ts';

/** `objectClass=nhsAs`, one per ASID. */
export interface AccreditedSystem {
  readonly uniqueIdentifier: string;
  readonly nhsIDCode: string;
  readonly nhsAsClient: string;
  readonly nhsMhsPartyKey: string;
  readonly nhsAsSvcIA: readonly string[];
  readonly nhsMhsManufacturerOrg: string;
}

/** `objectClass=nhsMhs`, one per party key and interaction. */
export interface MessageHandlingService {
  readonly uniqueIdentifier: string;
  readonly nhsIDCode: string;
  readonly nhsMhsPartyKey: string;
  readonly nhsMhsSvcIA: string;
  readonly nhsMhsSN: string;
  readonly nhsMhsIN: string;
  readonly nhsMhsEndPoint: string;
  readonly nhsMhsFQDN: string;
  readonly nhsMhsCPAId: string;
  readonly nhsProductKey: string;
  readonly nhsMHSIsAuthenticated: string;
}

export interface DataSharingPair {
  readonly consumerAsid: string;
  readonly providerAsid: string;
}

const ROWS = new Set([
  '1',
  '2',
  '3',
  '4',
  '5',
  '6',
  '7',
  '8',
  '9',
  '18',
  '19',
  '20',
  '21',
  '22',
  '23',
  '24',
  '25',
  '0.x',
]);

/** What every practice registers: Foundations, Structured, Documents, migration and HTML. */
export const offeredInteractions = interactions.filter((interaction) => ROWS.has(interaction.row));

/** The AS records of every practice and consumer. */
export function accreditedSystems(england: England): AccreditedSystem[] {
  const providers = england.practices.map((practice) => ({
    uniqueIdentifier: practice.asid,
    nhsIDCode: practice.ods,
    nhsAsClient: practice.ods,
    nhsMhsPartyKey: practice.partyKey,
    nhsAsSvcIA: offeredInteractions.map((interaction) => interaction.id),
    nhsMhsManufacturerOrg: supplierOf(practice.supplier).odsCode,
  }));
  const consumers = england.consumers.map((consumer) => ({
    uniqueIdentifier: consumer.asid,
    nhsIDCode: consumer.ods,
    nhsAsClient: consumer.ods,
    nhsMhsPartyKey: consumer.partyKey,
    nhsAsSvcIA: consumer.interactions,
    nhsMhsManufacturerOrg: consumer.supplierOds,
  }));
  return [...providers, ...consumers];
}

/**
 * The MHS records of every practice. Consumers have none.
 * `endpointFor` gives the service root of one capability, e.g. from `serviceRoot`.
 */
export function messageHandlingServices(
  england: England,
  endpointFor: (practice: Practice, capability: CapabilityServer) => string,
): MessageHandlingService[] {
  return england.practices.flatMap((practice) =>
    offeredInteractions.map((interaction) => {
      const endpoint = endpointFor(practice, interaction.server);
      const split = interaction.id.lastIndexOf(':fhir:') + ':fhir'.length;
      const cpaId = cpaIdOf(practice.partyKey, interaction.id);
      return {
        uniqueIdentifier: cpaId,
        nhsIDCode: practice.ods,
        nhsMhsPartyKey: practice.partyKey,
        nhsMhsSvcIA: interaction.id,
        nhsMhsSN: interaction.id.slice(0, split),
        nhsMhsIN: interaction.id.slice(split + 1),
        nhsMhsEndPoint: endpoint,
        nhsMhsFQDN: new URL(endpoint).hostname,
        nhsMhsCPAId: cpaId,
        nhsProductKey: supplierOf(practice.supplier).product,
        nhsMHSIsAuthenticated: 'none',
      };
    }),
  );
}

/** `{origin}/{ODS}/STU3/1/{segment}`, for HTML `{origin}/{ODS}/DSTU2/0/{segment}`, with the supplier's own routing segments. */
export function serviceRoot(origin: string, practice: Practice, capability: CapabilityServer): string {
  const segment = supplierOf(practice.supplier).routing[capability];
  return `${origin}/${practice.ods}/${capability === 'html' ? 'DSTU2/0' : 'STU3/1'}/${segment}`;
}

/** Every consumer that has signed may talk to every practice but itself. */
export function dataSharingPairs(england: England): DataSharingPair[] {
  return england.consumers
    .filter((consumer) => consumer.dataSharing)
    .flatMap((consumer) =>
      england.practices
        .filter((practice) => practice.ods !== consumer.ods)
        .map((practice) => ({ consumerAsid: consumer.asid, providerAsid: practice.asid })),
    );
}
