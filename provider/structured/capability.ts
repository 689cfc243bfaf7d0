// The CapabilityStatement of the structured server. spec: access-record-structured §2, §20; foundations §12
import type { CapabilityStatement } from '@gp-connect/foundation/fhir';
import { hl7UkProfile, nhsProfile } from '@gp-connect/foundation/nhs';
import { capabilityStatement, type SoftwareIdentity } from '../foundations/index.ts';

export interface StructuredCapabilitySettings {
  /** Version of the GP Connect specification; "1.6.2". */
  version: string;
  software: SoftwareIdentity;
  /** Whether `$gpc.migratestructuredrecord` is offered. */
  migrate: boolean;
}

const careConnect = (name: string, history: string): string =>
  `${nhsProfile(`CareConnect-GPC-${name}-1`)}/_history/${history}`;

/** Profiles with the versions that 1.6.2 names. */
const profiles: readonly string[] = [
  careConnect('Patient', '1.8'),
  careConnect('Organization', '1.4'),
  careConnect('Practitioner', '1.3'),
  careConnect('PractitionerRole', '1.2'),
  careConnect('AllergyIntolerance', '1.7'),
  careConnect('Medication', '1.2'),
  careConnect('MedicationStatement', '1.7'),
  careConnect('MedicationRequest', '1.6'),
  careConnect('List', '1.7'),
  `${nhsProfile('GPConnect-StructuredRecord-Bundle-1')}/_history/1.3`,
  `${nhsProfile('GPConnect-OperationOutcome-1')}/_history/1.2`,
  careConnect('Immunization', '1.5'),
  careConnect('ProblemHeader-Condition', '1.7'),
  careConnect('Encounter', '1.5'),
  careConnect('Observation', '1.7'),
  careConnect('DiagnosticReport', '1.3'),
  careConnect('Specimen', '1.3'),
  careConnect('ProcedureRequest', '1.4'),
  careConnect('ReferralRequest', '1.2'),
  careConnect('DocumentReference', '1.3'),
  `${hl7UkProfile('CareConnect-HealthcareService-1')}/_history/1.0`,
];

const definition = (name: string, history: string): string =>
  `https://fhir.nhs.uk/STU3/OperationDefinition/GPConnect-${name}-Operation-1/_history/${history}`;

const retrieve = {
  name: 'gpc.getstructuredrecord',
  definition: { reference: definition('GetStructuredRecord', '1.16') },
};
const migrate = {
  name: 'gpc.migratestructuredrecord',
  definition: { reference: definition('MigrateStructuredRecord', '1.1') },
};

export function structuredCapability({
  version,
  software,
  migrate: offered,
}: StructuredCapabilitySettings): CapabilityStatement {
  return capabilityStatement(software, {
    name: 'GP Connect API - Access Record Structured',
    specVersion: version,
    description: 'Access Record Structured capability of GP Connect',
    profiles,
    operation: offered ? [retrieve, migrate] : [retrieve],
  });
}
