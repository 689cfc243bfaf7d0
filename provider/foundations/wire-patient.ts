// The Patient as it leaves the practice: one NHS number, one official name, nothing the contract keeps back.
// spec: foundations §11.5, access-record-structured §12, access-document §3.1
import type { JsonResource, Patient } from '@gp-connect/foundation/fhir';
import { parseJson } from '@gp-connect/foundation/fhir';
import { nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';
import type { PatientEntry } from '../record/index.ts';

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

/** Extensions that may leave; ethnicity, religion, donor status and the like never do. */
const leaving = new Set(
  [
    'Extension-CareConnect-GPC-RegistrationDetails-1',
    'Extension-CareConnect-GPC-NHSCommunication-1',
    'Extension-CareConnect-GPC-DeathNotificationStatus-1',
    'Extension-CareConnect-GPC-NominatedPharmacy-1',
  ].map(nhsProfile),
);
const registration = nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1');

const objects = (value: unknown): Members[] => (Array.isArray(value) ? (value as Members[]) : []);

/** The Patient of stored JSON text as Foundations and Access Document send it. */
export function wirePatient(json: string, patient: PatientEntry, organizationId: string): Patient {
  const resource = parseJson(json);
  shapePatient(resource, patient, organizationId);
  // Whoever is answered for counts as active, those whose death is recent included. spec: access-document §3.1
  return { ...resource, active: true } as unknown as Patient;
}

/**
 * Shapes a stored Patient in place: one NHS number, one official name, the practice addressed by the URL as managing
 * organisation, nothing that is not to be sent.
 */
export function shapePatient(resource: JsonResource, patient: PatientEntry, organizationId: string): void {
  const meta = (resource.meta ?? {}) as Members;
  resource.meta = {
    versionId: meta.versionId ?? String(patient.version),
    profile: [resourceProfile.Patient],
    ...(meta.security === undefined ? {} : { security: meta.security }),
  };
  for (const name of notSent) delete resource[name];
  replace(
    resource,
    'extension',
    objects(resource.extension).filter(({ url }) => leaving.has(String(url))),
  );
  for (const extension of objects(resource.extension)) withoutRegistrationStatus(extension);
  resource.identifier = [
    { extension: [verification(patient)], system: system.nhsNumber, value: patient.nhsNumber },
  ];
  shapeNames(resource);
  for (const { relationship } of objects(resource.contact)) {
    for (const concept of objects(relationship)) if (concept.text !== undefined) delete concept.coding;
  }
  replace(resource, 'generalPractitioner', objects(resource.generalPractitioner).slice(0, 1));
  resource.managingOrganization = { reference: `Organization/${organizationId}` };
}

function replace(resource: JsonResource, name: string, items: Members[]): void {
  if (items.length === 0) delete resource[name];
  else resource[name] = items;
}

function withoutRegistrationStatus(extension: Members): void {
  if (extension.url !== registration) return;
  extension.extension = objects(extension.extension).filter(({ url }) => url !== 'registrationStatus');
}

/** One official name: the first that says so, or else the first there is. Other names need use and family. */
function shapeNames(resource: JsonResource): void {
  const names = objects(resource.name);
  const official = names.find(({ use }) => use === 'official') ?? names[0];
  if (official === undefined) return;
  resource.name = [
    { ...official, use: 'official' },
    ...names.filter(
      (name) =>
        name !== official && name.use !== 'official' && name.use !== undefined && name.family !== undefined,
    ),
  ];
}

function verification({ verification: code }: PatientEntry) {
  const display = verificationDisplay[code];
  return {
    url: nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1'),
    valueCodeableConcept: {
      coding: [{ system: system.nhsNumberVerification, code, ...(display === undefined ? {} : { display }) }],
    },
  };
}

/** spec: foundations §11.2 */
const verificationDisplay: Readonly<Record<string, string>> = {
  '01': 'Number present and verified',
  '02': 'Number present but not traced',
  '03': 'Trace required',
  '04': 'Trace attempted - No match or multiple match found',
  '05': 'Trace needs to be resolved - (NHS number or patient detail conflict)',
  '06': 'Trace in progress',
  '07': 'Number not present and trace not required',
  '08': 'Trace postponed (baby under six weeks old)',
};
