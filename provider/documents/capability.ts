// The CapabilityStatement of the documents server. spec: access-document §7, foundations §12
import type { CapabilityStatement } from '@gp-connect/foundation/fhir';
import { nhsProfile } from '@gp-connect/foundation/nhs';
import { capabilityStatement, type SoftwareIdentity } from '../foundations/index.ts';
import { includes, revInclude } from './search-parameters.ts';

/** Up to 1.6.1 the older Practitioner profile counts. */
const practitionerVersion = (specVersion: string): string =>
  specVersion.localeCompare('1.6.2', 'en', { numeric: true }) < 0 ? '1.2' : '1.3';

const profiles = (specVersion: string): string[] =>
  [
    ['CareConnect-GPC-Patient-1', '1.8'],
    ['CareConnect-GPC-Organization-1', '1.4'],
    ['CareConnect-GPC-Practitioner-1', practitionerVersion(specVersion)],
    ['CareConnect-GPC-PractitionerRole-1', '1.2'],
    ['GPConnect-OperationOutcome-1', '1.2'],
    ['CareConnect-GPC-DocumentReference-1', '1.3'],
    ['GPConnect-Searchset-Bundle-1', '1.3'],
  ].map(([name, history]) => `${nhsProfile(name!)}/_history/${history}`);

/** `GET [base]/metadata` of the documents server. */
export function documentsCapability(software: SoftwareIdentity, specVersion: string): CapabilityStatement {
  return capabilityStatement(software, {
    name: 'GP Connect API - Access Document',
    specVersion,
    description: 'GP Connect Access Document',
    profiles: profiles(specVersion),
    resource: [
      {
        type: 'Patient',
        interaction: [{ code: 'read' }, { code: 'search-type' }],
        searchParam: [{ name: 'identifier', type: 'token' }],
      },
      { type: 'Binary', interaction: [{ code: 'read' }] },
      {
        type: 'DocumentReference',
        interaction: [{ code: 'search-type' }],
        searchInclude: [...includes],
        searchRevInclude: [revInclude],
        searchParam: [
          { name: 'created', type: 'date' },
          { name: 'author', type: 'token' },
          { name: 'description', type: 'string' },
        ],
      },
    ],
  });
}
