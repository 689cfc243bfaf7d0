// The Patient as it leaves the practice: one NHS number, one official name, nothing the contract keeps back.
// spec: foundations §11.5, access-record-structured §12
import type { Extension, Patient } from '@gp-connect/foundation/fhir';
import { nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';

/** Extensions that may leave; ethnicity, religion, donor status and the like never do. */
const LEAVING = new Set(
  [
    'Extension-CareConnect-GPC-RegistrationDetails-1',
    'Extension-CareConnect-GPC-NHSCommunication-1',
    'Extension-CareConnect-GPC-DeathNotificationStatus-1',
    'Extension-CareConnect-GPC-NominatedPharmacy-1',
  ].map(nhsProfile),
);
const VERIFICATION = nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1');
const REGISTRATION = nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1');

/** The stored Patient in wire form; `organizationId` is the practice addressed by the URL. */
export function wirePatient(stored: Patient, organizationId: string): Patient {
  const {
    maritalStatus,
    multipleBirthBoolean,
    multipleBirthInteger,
    photo,
    animal,
    communication,
    link,
    ...kept
  } = stored;
  void [maritalStatus, multipleBirthBoolean, multipleBirthInteger, photo, animal, communication, link];
  const extension = (stored.extension ?? [])
    .filter(({ url }) => LEAVING.has(url))
    .map(withoutRegistrationStatus);
  const nhsNumber = stored.identifier?.find((identifier) => identifier.system === system.nhsNumber);
  const official = stored.name?.find((name) => name.use === 'official') ?? stored.name?.[0];
  return {
    ...kept,
    meta: {
      versionId: stored.meta?.versionId ?? '1',
      profile: [resourceProfile.Patient!],
      ...(stored.meta?.security ? { security: stored.meta.security } : {}),
    },
    ...(extension.length ? { extension } : {}),
    identifier: [
      {
        extension: [verificationOf(nhsNumber?.extension)],
        system: system.nhsNumber,
        value: nhsNumber?.value ?? '',
      },
    ],
    active: stored.active ?? true,
    name: official
      ? [
          { ...official, use: 'official' },
          ...(stored.name ?? []).filter((name) => name !== official && name.use !== 'official'),
        ]
      : [],
    managingOrganization: { reference: `Organization/${organizationId}` },
  };
}

function withoutRegistrationStatus(extension: Extension): Extension {
  if (extension.url !== REGISTRATION || !extension.extension) return extension;
  return { ...extension, extension: extension.extension.filter(({ url }) => url !== 'registrationStatus') };
}

function verificationOf(extensions: readonly Extension[] | undefined): Extension {
  const code =
    extensions?.find(({ url }) => url === VERIFICATION)?.valueCodeableConcept?.coding?.[0]?.code ?? '01';
  const display = VERIFICATION_DISPLAY[code] ?? '';
  return {
    url: VERIFICATION,
    valueCodeableConcept: { coding: [{ system: system.nhsNumberVerification, code, display }] },
  };
}

/** spec: foundations §11.2 */
const VERIFICATION_DISPLAY: Readonly<Record<string, string>> = {
  '01': 'Number present and verified',
  '02': 'Number present but not traced',
  '03': 'Trace required',
  '04': 'Trace attempted - No match or multiple match found',
  '05': 'Trace needs to be resolved - (NHS number or patient detail conflict)',
  '06': 'Trace in progress',
  '07': 'Number not present and trace not required',
  '08': 'Trace postponed (baby under six weeks old)',
};
