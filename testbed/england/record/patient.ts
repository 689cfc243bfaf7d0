// The Patient resource of a practice's record, and the facts about sharing that stand beside it.
// spec: foundations §11.5, access-record-structured §12; stored form: docs/england.md

import type { Consent, Extension, Flag, Patient, Reference } from '@gp-connect/foundation/fhir';
import { nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';
import { isoDay, isoInstant } from '../calendar.ts';
import type { Identity } from '../identity.ts';
import { coded } from './codes.ts';
import { type RecordWriter, restricted } from './writer.ts';

const verificationDisplay: Readonly<Record<string, string>> = {
  '01': 'Number present and verified',
  '02': 'Number present but not traced',
};
const registrationDisplay = { R: 'Regular', T: 'Temporary' } as const;

export function patientOf(writer: RecordWriter, usualGp: Reference): Patient {
  const who = writer.identity;
  const branch = writer.actors.locations[who.birthDay % 3 === 0 ? writer.actors.locations.length - 1 : 0]!;
  return {
    resourceType: 'Patient',
    id: writer.patientId,
    meta: {
      versionId: '1',
      ...(who.sensitive ? { security: [restricted] } : {}),
      profile: [resourceProfile.Patient!],
    },
    extension: [
      {
        url: nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1'),
        extension: [
          {
            url: 'registrationPeriod',
            valuePeriod: {
              start: isoDay(who.registration.start),
              ...(who.registration.end === undefined ? {} : { end: isoDay(who.registration.end) }),
            },
          },
          {
            url: 'registrationType',
            valueCodeableConcept: coded(
              system.registrationType,
              who.registration.type,
              registrationDisplay[who.registration.type],
            ),
          },
          { url: 'preferredBranchSurgery', valueReference: { reference: `Location/${branch.id}` } },
        ],
      },
      ...communicationOf(who),
    ],
    identifier: [
      {
        extension: [
          {
            url: nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1'),
            valueCodeableConcept: coded(
              system.nhsNumberVerification,
              who.verification,
              verificationDisplay[who.verification]!,
            ),
          },
        ],
        system: system.nhsNumber,
        value: who.nhsNumber,
      },
    ],
    active: who.registration.end === undefined,
    name: [
      {
        use: 'official',
        text: `${who.family.toUpperCase()} ${who.given.join(' ')} (${who.prefix})`,
        family: who.family,
        given: [...who.given],
        prefix: [who.prefix],
      },
    ],
    telecom: [
      { system: 'phone', value: who.phone, use: 'home' },
      { system: 'phone', value: who.mobile, use: 'mobile' },
      ...(who.email === undefined
        ? []
        : [{ system: 'email' as const, value: who.email, use: 'home' as const }]),
    ],
    gender: who.sex,
    birthDate: isoDay(who.birthDay),
    ...(who.deathDay === undefined ? {} : { deceasedDateTime: isoInstant(who.deathDay, 365) }),
    address: [
      {
        use: 'home',
        type: 'physical',
        line: [who.address.line],
        city: who.address.city,
        district: who.address.district,
        postalCode: who.address.postcode,
      },
    ],
    contact: [
      {
        relationship: [{ text: 'Next of kin' }],
        name: { use: 'official', family: who.nextOfKin.family, given: [who.nextOfKin.given] },
        telecom: [{ system: 'phone', value: who.nextOfKin.phone, use: 'mobile' }],
      },
    ],
    generalPractitioner: [usualGp],
    managingOrganization: writer.actors.organizationReference,
  };
}

const languages = [
  ['pl', 'Polish'],
  ['bn', 'Bengali'],
  ['ur', 'Urdu'],
] as const;

/** A few people prefer another language, some of them with an interpreter. */
function communicationOf(who: Identity): Extension[] {
  const draw = Math.abs(who.birthDay) % 61;
  const language = languages[draw];
  if (language === undefined || who.named !== undefined) return [];
  return [
    {
      url: nhsProfile('Extension-CareConnect-GPC-NHSCommunication-1'),
      extension: [
        {
          url: 'language',
          valueCodeableConcept: coded(
            'https://fhir.nhs.uk/STU3/CodeSystem/CareConnect-HumanLanguage-1',
            language[0],
            language[1],
          ),
        },
        { url: 'preferred', valueBoolean: true },
        { url: 'interpreterRequired', valueBoolean: draw === 1 },
      ],
    },
  ];
}

export const dissentPolicy = 'https://fhir.nhs.uk/Id/dissent-to-share';

/** Dissent to share the record. spec: national-service CON-04, CON-07 */
export function dissentOf(writer: RecordWriter): Consent {
  return {
    resourceType: 'Consent',
    id: writer.newId(),
    status: 'active',
    patient: writer.patient,
    dateTime: isoInstant(writer.today - 200, 600),
    consentingParty: [writer.identity.dissent === 'parent' ? { display: 'Parent' } : writer.patient],
    organization: [writer.actors.organizationReference],
    policyRule: dissentPolicy,
  };
}

export type RecordWarning = 'data-in-transit' | 'data-awaiting-filing';

/**
 * A standing fact about the record that lists must warn of. The store keeps it as a fact and sends the
 * warning, never the Flag. `area` names the clinical area affected; absent for all.
 * spec: access-record-structured §9.1
 */
export function warningFlag(writer: RecordWriter, code: RecordWarning, since: number, area?: string): Flag {
  return {
    resourceType: 'Flag',
    id: writer.newId(),
    status: 'active',
    ...(area === undefined ? {} : { category: { text: area } }),
    code: coded(
      system.listWarning,
      code,
      code === 'data-in-transit' ? 'Data in Transit' : 'Data Awaiting Filing',
    ),
    subject: writer.patient,
    period: { start: isoDay(since) },
  };
}
