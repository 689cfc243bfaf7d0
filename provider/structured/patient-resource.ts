// The Patient as this capability sends it. spec: access-record-structured §12, foundations §11.5
import type { JsonResource } from '@gp-connect/foundation/fhir';
import { nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';
import type { PatientEntry } from '../record/types.ts';

type Members = Record<string, unknown>;

const notSent = [
  'maritalStatus',
  'multipleBirthBoolean',
  'multipleBirthInteger',
  'photo',
  'animal',
  'communication',
  'link',
];

const extensionsNotSent =
  /EthnicCategory|ReligiousAffiliation|cadavericDonor|CadavericDonor|ResidentialStatus|TreatmentCategory|birthPlace|BirthPlace/;

const verificationDisplays: Readonly<Record<string, string>> = { '01': 'Number present and verified' };

const objects = (value: unknown): Members[] => (Array.isArray(value) ? (value as Members[]) : []);

/** Shapes the stored Patient in place: one NHS number, the practice addressed, nothing that is not to be sent. */
export function shapePatient(resource: JsonResource, patient: PatientEntry, organizationId: string): void {
  const meta = (resource.meta ?? {}) as Members;
  resource.meta = {
    versionId: meta.versionId ?? String(patient.version),
    profile: [resourceProfile.Patient],
    ...(meta.security === undefined ? {} : { security: meta.security }),
  };
  for (const name of notSent) delete resource[name];
  const extensions = objects(resource.extension).filter(({ url }) => !extensionsNotSent.test(String(url)));
  if (extensions.length === 0) delete resource.extension;
  else resource.extension = extensions;
  resource.identifier = [
    { extension: [verification(patient)], system: system.nhsNumber, value: patient.nhsNumber },
  ];
  shapeNames(resource);
  const practitioners = objects(resource.generalPractitioner);
  if (practitioners.length > 1) resource.generalPractitioner = practitioners.slice(0, 1);
  resource.managingOrganization = { reference: `Organization/${organizationId}` };
}

function verification(patient: PatientEntry) {
  const code = patient.verification;
  const display = verificationDisplays[code];
  return {
    url: nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1'),
    valueCodeableConcept: {
      coding: [{ system: system.nhsNumberVerification, code, ...(display === undefined ? {} : { display }) }],
    },
  };
}

/** One official name: the first that says so, or else the first there is. */
function shapeNames(resource: JsonResource): void {
  const names = objects(resource.name);
  const official = names.find(({ use }) => use === 'official') ?? names[0];
  if (official === undefined) return;
  resource.name = [
    { ...official, use: 'official' },
    ...names.filter((name) => name !== official && name.use !== 'official' && name.use !== undefined),
  ];
}
