// AS and MHS records as R4 Device and Endpoint, and the Bundle around them. spec: foundations §16
import { system } from '@gp-connect/foundation/nhs';
import type { Bundle, Device, Endpoint, Extension } from 'fhir/r4.js';
import type { SdsQuery } from './sds-query.ts';
import type { NationalSnapshot } from './snapshot.ts';
import type { AccreditedSystem, MessageHandlingService } from './types.ts';

const extension = (tail: string): string => `https://fhir.nhs.uk/StructureDefinition/Extension-SDS-${tail}`;

/** AS records that fit. */
export function findDevices(snapshot: NationalSnapshot, query: SdsQuery): AccreditedSystem[] {
  return snapshot
    .systemsOf(query.organisation!)
    .filter(
      (record) =>
        record.interactions.includes(query.interaction!) &&
        fits(query.partyKey, record.partyKey) &&
        fits(query.manufacturer, record.manufacturer),
    );
}

/** MHS records that fit. */
export function findEndpoints(snapshot: NationalSnapshot, query: SdsQuery): MessageHandlingService[] {
  const candidates =
    query.organisation === null
      ? snapshot.servicesOfParty(query.partyKey!)
      : snapshot.servicesOf(query.organisation);
  return candidates.filter(
    (record) => fits(query.partyKey, record.partyKey) && fits(query.interaction, record.interaction),
  );
}

const fits = (asked: string | null, held: string): boolean => asked === null || asked === held;

export function toDevice(record: AccreditedSystem, id: string): Device {
  return {
    resourceType: 'Device',
    id,
    identifier: [
      { system: system.asid, value: record.asid },
      { system: system.partyKey, value: record.partyKey },
    ],
    owner: { identifier: { system: system.odsOrganisation, value: record.client } },
    extension: [
      {
        url: extension('ManufacturingOrganisation'),
        valueReference: { identifier: { system: system.odsOrganisation, value: record.manufacturer } },
      },
      ...record.interactions.map(interactionExtension),
    ],
  };
}

export function toEndpoint(record: MessageHandlingService, id: string): Endpoint {
  const endpoint: Omit<Endpoint, 'address'> = {
    resourceType: 'Endpoint',
    id,
    status: 'active',
    connectionType: {
      system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
      code: 'hl7-fhir-msg',
      display: 'HL7 FHIR Messaging',
    },
    payloadType: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/endpoint-payload-type',
            code: 'any',
            display: 'Any',
          },
        ],
      },
    ],
    managingOrganization: { identifier: { system: system.odsOrganisation, value: record.ods } },
    identifier: [
      { system: system.mhsFqdn, value: record.fqdn },
      { system: system.partyKey, value: record.partyKey },
      { system: system.cpaId, value: record.cpaId },
      { system: system.mhsId, value: record.id },
    ],
    extension: [...reliabilityExtension(record), interactionExtension(record.interaction)],
  };
  // The published service leaves the address out where it holds none.
  return (record.endpoint ? { ...endpoint, address: record.endpoint } : endpoint) as Endpoint;
}

function interactionExtension(id: string): Extension {
  return {
    url: extension('NhsServiceInteractionId'),
    valueReference: { identifier: { system: system.interaction, value: id } },
  };
}

function reliabilityExtension({ reliability }: MessageHandlingService): Extension[] {
  const settings = Object.entries(reliability ?? {}).map(
    ([url, value]): Extension =>
      typeof value === 'number' ? { url, valueInteger: value } : { url, valueString: value },
  );
  return settings.length ? [{ url: extension('ReliabilityConfiguration'), extension: settings }] : [];
}

/**
 * A searchset; ids are new for every answer. `base` is the address of the API, `self` the request's, decoded.
 */
export function sdsBundle(
  resources: readonly ((id: string) => Device | Endpoint)[],
  { base, self, newId }: { base: string; self: string; newId: () => string },
): Bundle {
  return {
    resourceType: 'Bundle',
    id: newId(),
    type: 'searchset',
    total: resources.length,
    link: [{ relation: 'self', url: self }],
    entry: resources.map((make) => {
      const resource = make(newId());
      return {
        fullUrl: `${base}/${resource.resourceType}/${resource.id}`,
        resource,
        search: { mode: 'match' },
      };
    }),
  };
}
