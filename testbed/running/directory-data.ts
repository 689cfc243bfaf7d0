// England as the national directory loads it: organisations, systems, services, agreements, switches, people.
// spec: foundations §15; national-service §4–§8
import type {
  AccreditedSystem,
  Agreement,
  DirectoryLoad,
  MessageHandlingService,
  Organisation,
  PdsRecord,
  PracticeProduct,
  UseCase,
} from '@gp-connect/national';
import {
  accreditedSystems,
  type ConsumerOrganisation,
  type England,
  invalidatedNumbers,
  messageHandlingServices,
  pdsPatients,
  serviceRoot,
  supersededNumbers,
  suppliers,
} from '../england/index.ts';
import { clinicianName } from './certificates.ts';

/** The clinician pages' own supplier and product: a second accredited system at each consumer (foundations §14). */
export const clinicianProduct = {
  supplierOds: 'YGX15',
  name: 'Open Consumer clinician pages',
  version: '0.1.0',
  issuer: `https://${clinicianName}/`,
  clientId: 'clinician-pages',
};

/** Practices whose switches show what a consumer meets, by their place in the list of practices. */
const switchedOff = { at: 9, reason: 'safety-concern' };
const undecided = { at: 16 };

export const clinicianAsid = (consumer: Pick<ConsumerOrganisation, 'asid'>): string =>
  `93${consumer.asid.slice(2)}`;

export function directoryData(england: England): DirectoryLoad {
  return {
    organisations: organisations(england),
    accreditedSystems: [...systems(england), ...clinicianSystems(england)],
    messageHandlingServices: services(england),
    agreements: agreements(england),
    practiceProducts: switches(england),
    useCases: useCases(england),
    supersessions: [...supersededNumbers()].map(([from, to]) => ({ from, to })),
    patients: people(england),
  };
}

function organisations(england: England): Organisation[] {
  const practices = england.practices.map((practice) => ({
    ods: practice.ods,
    name: practice.name,
    type: 'gp-practice',
    postcode: practice.sites[0]!.address.postcode,
    private: false,
  }));
  const own = new Set(england.practices.map(({ ods }) => ods));
  const consumers = england.consumers
    .filter(({ ods }) => !own.has(ods))
    .map((consumer) => ({
      ods: consumer.ods,
      name: consumer.name,
      type: consumer.orgType,
      postcode: 'ZZ99 3CZ',
      private: consumer.private,
    }));
  return [...practices, ...consumers].map((each) => ({ ...each, status: 'active', country: 'England' }));
}

function systems(england: England): AccreditedSystem[] {
  const consumers = new Map(england.consumers.map((consumer) => [consumer.asid, consumer]));
  return accreditedSystems(england).map((system) => {
    const consumer = consumers.get(system.uniqueIdentifier);
    const supplier = suppliers.find(({ odsCode }) => odsCode === system.nhsMhsManufacturerOrg);
    const fqdn = consumer?.fqdn ?? supplier?.fqdn ?? '';
    return {
      asid: system.uniqueIdentifier,
      ods: system.nhsIDCode,
      client: system.nhsAsClient,
      partyKey: system.nhsMhsPartyKey,
      interactions: system.nhsAsSvcIA,
      manufacturer: system.nhsMhsManufacturerOrg,
      product: {
        name: consumer?.product ?? supplier?.product ?? '',
        version: consumer?.productVersion ?? supplier?.version ?? '',
      },
      clientFqdn: fqdn,
      issuer: `https://${fqdn}/`,
    };
  });
}

function clinicianSystems(england: England): AccreditedSystem[] {
  return england.consumers.map((consumer) => ({
    asid: clinicianAsid(consumer),
    ods: consumer.ods,
    client: consumer.ods,
    partyKey: `${consumer.ods}-9${consumer.partyKey.slice(-6)}`,
    interactions: consumer.interactions,
    manufacturer: clinicianProduct.supplierOds,
    product: { name: clinicianProduct.name, version: clinicianProduct.version },
    clientFqdn: clinicianName,
    issuer: clinicianProduct.issuer,
  }));
}

function services(england: England): MessageHandlingService[] {
  const origins = new Map(suppliers.map((supplier) => [supplier.id, `https://${supplier.fqdn}`]));
  return messageHandlingServices(england, (practice, capability) =>
    serviceRoot(origins.get(practice.supplier)!, practice, capability),
  ).map((service) => ({
    id: service.uniqueIdentifier,
    ods: service.nhsIDCode,
    partyKey: service.nhsMhsPartyKey,
    interaction: service.nhsMhsSvcIA,
    endpoint: service.nhsMhsEndPoint,
    fqdn: service.nhsMhsFQDN,
    cpaId: service.nhsMhsCPAId,
  }));
}

function agreements(england: England): Agreement[] {
  return england.consumers
    .filter((consumer) => consumer.dataSharing)
    .map((consumer) => ({ ods: consumer.ods, products: consumer.products, status: 'live' }));
}

const PRODUCTS = [
  'ar-html',
  'ar-structured',
  'access-document',
  'send-document',
  'update-record',
  'appointment-management',
];

/** Every practice has decided and is on, but for the one that is off and the one that has not decided. */
function switches(england: England): PracticeProduct[] {
  return england.practices.flatMap((practice, at) => {
    if (at === undecided.at) return [];
    const off = at === switchedOff.at;
    return PRODUCTS.map((product) => ({
      ods: practice.ods,
      product,
      area: null,
      state: off ? 'disabled' : 'enabled',
      reasonCode: off ? switchedOff.reason : null,
      incident: null,
    }));
  });
}

function useCases(england: England): UseCase[] {
  return england.consumers.flatMap((consumer) =>
    [consumer.asid, clinicianAsid(consumer)].map((asid) => ({
      asid,
      id: consumer.orgType,
      purpose: consumer.orgType === 'medical-examiner' ? 'medical-examiner' : 'direct-care',
      products: [...consumer.products, 'foundations'],
      areas: consumer.orgType === 'pharmacy' ? ['medications', 'uncategorised', 'investigations'] : null,
      lookbackMonths: null,
    })),
  );
}

function* people(england: England): Generator<PdsRecord> {
  for (const patient of pdsPatients(england)) yield { patient };
  for (const id of invalidatedNumbers())
    yield { patient: { resourceType: 'Patient', id }, invalidated: true };
}
