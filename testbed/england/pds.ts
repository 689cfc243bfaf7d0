// The Personal Demographics Service's view of the same people, as its FHIR R4 API answers.
// spec: foundations §17.3

import type { R4 } from '@gp-connect/foundation/fhir';
import { system } from '@gp-connect/foundation/nhs';
import { isoDay, isoInstant } from './calendar.ts';
import type { England } from './england.ts';
import { type Identity, identitiesAt, identitiesWithoutRecord } from './identity.ts';
import { namedPatient, namedPatients } from './named.ts';

const confidentialityDisplay = { U: 'unrestricted', R: 'restricted', V: 'very restricted' } as const;

/**
 * One Patient per person, each with its current NHS number. Restricted ones come without the elements
 * PDS removes; superseded and invalidated numbers have none (see `supersededNumbers`, `invalidatedNumbers`).
 */
export function* pdsPatients(england: England): Generator<R4.Patient> {
  for (const practice of england.practices) {
    for (const identity of identitiesAt(england, practice)) {
      const leftForAnother =
        identity.named?.leftPractice !== undefined && identity.registration.end !== undefined;
      if (!leftForAnother) yield pdsPatient(identity);
    }
  }
  for (const identity of identitiesWithoutRecord(england)) yield pdsPatient(identity);
}

/** Old number → the number PDS answers with. */
export function supersededNumbers(): ReadonlyMap<string, string> {
  return new Map(
    namedPatients
      .filter((patient) => patient.pds === 'superseded')
      .map((patient) => [
        patient.nhsNumber,
        namedPatient(patient.supersededBy as typeof patient.key).nhsNumber,
      ]),
  );
}

/** Numbers that answer 404 INVALIDATED_RESOURCE. */
export function invalidatedNumbers(): ReadonlySet<string> {
  return new Set(
    namedPatients.filter((patient) => patient.pds === 'invalidated').map((patient) => patient.nhsNumber),
  );
}

function pdsPatient(who: Identity): R4.Patient {
  const level = who.pds.confidentiality;
  const made: R4.Patient = {
    resourceType: 'Patient',
    id: who.nhsNumber,
    meta: {
      versionId: '2',
      security: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
          code: level,
          display: confidentialityDisplay[level],
        },
      ],
    },
    identifier: [
      {
        extension: [
          {
            url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus',
            valueCodeableConcept: {
              coding: [
                {
                  system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatus',
                  code: '01',
                  display: 'Number present and verified',
                },
              ],
            },
          },
        ],
        system: system.nhsNumber,
        value: who.nhsNumber,
      },
    ],
  };
  if (who.pds.minimal) return made;
  made.gender = who.sex;
  if (level !== 'V') addNameAndBirth(made, who);
  addDeathAndRemoval(made, who);
  if (level === 'U') addWhereabouts(made, who);
  return made;
}

function addNameAndBirth(made: R4.Patient, who: Identity): void {
  const current = who.pds.family ?? who.family;
  made.name = [
    {
      id: 'usual',
      use: 'usual',
      period: { start: isoDay(who.birthDay) },
      given: [...who.given],
      family: current,
      prefix: [who.prefix],
    },
    ...(current === who.family
      ? []
      : [{ id: 'maiden', use: 'maiden' as const, given: [...who.given], family: who.family }]),
  ];
  made.birthDate = isoDay(who.birthDay);
}

function addDeathAndRemoval(made: R4.Patient, who: Identity): void {
  if (who.deathDay !== undefined) {
    made.deceasedDateTime = isoInstant(who.deathDay, 365);
    made.extension = [
      {
        url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus',
        extension: [
          {
            url: 'deathNotificationStatus',
            valueCodeableConcept: {
              coding: [
                {
                  system: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-DeathNotificationStatus',
                  code: '2',
                  display: 'Formal - death notice received from Registrar of Deaths',
                },
              ],
            },
          },
          { url: 'systemEffectiveDate', valueDateTime: isoInstant(who.deathDay + 1, 540) },
        ],
      },
    ];
  }
  if (who.pds.removed) {
    made.extension = [
      ...(made.extension ?? []),
      {
        url: 'https://fhir.nhs.uk/StructureDefinition/Extension-PDS-RemovalFromRegistration',
        extension: [
          {
            url: 'removalFromRegistrationCode',
            valueCodeableConcept: {
              coding: [
                {
                  system: 'https://fhir.nhs.uk/CodeSystem/PDS-RemovalReasonExitCode',
                  code: 'SCT',
                  display: 'Transferred to Scotland',
                },
              ],
            },
          },
          { url: 'effectiveTime', valuePeriod: { start: isoDay(who.registration.start + 100) } },
        ],
      },
    ];
  }
}

function addWhereabouts(made: R4.Patient, who: Identity): void {
  made.telecom = [
    { id: 'mobile', system: 'phone', value: who.mobile, use: 'mobile', period: { start: '2018-01-01' } },
    ...(who.email === undefined
      ? []
      : [
          {
            id: 'email',
            system: 'email' as const,
            value: who.email,
            use: 'home' as const,
            period: { start: '2018-01-01' },
          },
        ]),
  ];
  made.address = [
    {
      id: 'home',
      use: 'home',
      period: { start: isoDay(who.birthDay) },
      line: [who.address.line, who.address.city, who.address.district],
      postalCode: who.address.postcode,
    },
  ];
  if (who.pds.practice !== null) {
    made.generalPractitioner = [
      {
        id: 'registered-practice',
        type: 'Organization',
        identifier: {
          system: system.odsOrganisation,
          value: who.pds.practice,
          period: { start: isoDay(who.pds.practiceSince) },
        },
      },
    ];
  }
}
