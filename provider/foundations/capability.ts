// Capability statements: the frame all servers share, and the Foundations statement. spec: foundations §12
import type { CapabilityStatement } from '@gp-connect/foundation/fhir';
import { nhsProfile } from '@gp-connect/foundation/nhs';

export interface SoftwareIdentity {
  readonly name: string;
  readonly version: string;
  /** `yyyy-mm-dd` */
  readonly releaseDate: string;
  readonly publisher: string;
}

type Rest = NonNullable<CapabilityStatement['rest']>[number];

/** What every statement says, whichever server it speaks for. */
export function capabilityStatement(
  software: SoftwareIdentity,
  own: {
    name: string;
    specVersion: string;
    description: string;
    profiles: readonly string[];
    resource?: Rest['resource'];
    operation?: Rest['operation'];
  },
): CapabilityStatement {
  return {
    resourceType: 'CapabilityStatement',
    version: own.specVersion,
    name: own.name,
    status: 'active',
    date: software.releaseDate,
    publisher: software.publisher,
    contact: [{ name: software.publisher }],
    description: own.description,
    copyright: `Copyright ${software.publisher}`,
    kind: 'capability',
    software: { name: software.name, version: software.version, releaseDate: software.releaseDate },
    fhirVersion: '3.0.1',
    acceptUnknown: 'both',
    format: ['application/fhir+json', 'application/fhir+xml'],
    profile: own.profiles.map((reference) => ({ reference })),
    rest: [
      {
        mode: 'server',
        security: { cors: true },
        ...(own.resource ? { resource: own.resource } : {}),
        ...(own.operation ? { operation: own.operation } : {}),
      },
    ],
  };
}

const definition = (tail: string): string => `https://fhir.nhs.uk/STU3/OperationDefinition/${tail}`;

const profiles = [
  'CareConnect-GPC-Patient-1',
  'CareConnect-GPC-Organization-1',
  'CareConnect-GPC-Practitioner-1',
  'CareConnect-GPC-PractitionerRole-1',
  'CareConnect-GPC-Location-1',
  'CareConnect-GPC-AllergyIntolerance-1',
  'CareConnect-GPC-Medication-1',
  'CareConnect-GPC-MedicationStatement-1',
  'CareConnect-GPC-MedicationRequest-1',
  'CareConnect-GPC-List-1',
  'CareConnect-GPC-Immunization-1',
  'CareConnect-GPC-ProblemHeader-Condition-1',
  'CareConnect-GPC-Encounter-1',
  'CareConnect-GPC-Observation-1',
  'CareConnect-GPC-DiagnosticReport-1',
  'CareConnect-GPC-Specimen-1',
  'CareConnect-GPC-ProcedureRequest-1',
  'CareConnect-GPC-ReferralRequest-1',
  'GPConnect-OperationOutcome-1',
  'GPConnect-StructuredRecord-Bundle-1',
];

const searchable = (type: string): NonNullable<Rest['resource']>[number] => ({
  type,
  interaction: [{ code: 'read' }, { code: 'search-type' }],
  searchParam: [{ name: 'identifier', type: 'token' }],
});

/** `GET [base]/metadata` of the Foundations server. It names what this server really answers. */
export function foundationsCapability(software: SoftwareIdentity, specVersion: string): CapabilityStatement {
  return capabilityStatement(software, {
    name: 'GP Connect',
    specVersion,
    description: 'GP Connect Foundations',
    profiles: profiles.map(nhsProfile),
    resource: [
      searchable('Patient'),
      searchable('Organization'),
      searchable('Practitioner'),
      { type: 'Location', interaction: [{ code: 'read' }] },
    ],
    operation: [
      {
        name: 'gpc.getstructuredrecord',
        definition: { reference: definition('GPConnect-GetStructuredRecord-Operation-1/_history/1.15') },
      },
    ],
  });
}
