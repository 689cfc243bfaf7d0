// For tests: one invented practice with people of every standing and documents of every kind.
import { makeNhsNumber, nhsProfile, system } from '@gp-connect/foundation/nhs';
import type { HostedPractice } from '../controls/index.ts';
import type { RecordFacts, Records } from '../record/index.ts';

export const practice: HostedPractice = {
  ods: 'Z90001',
  name: 'Sample Lane Surgery',
  organizationId: 'o1',
  asid: '200000009902',
};
/** The hospital that writes letters. */
export const hospitalOds = 'Z90055';

/** A valid number of the 999 range. */
export function nhsNumber(serial: number): string {
  for (let nine = 999_100_000 + serial * 11; ; nine++) {
    const made = makeNhsNumber(String(nine));
    if (made) return made;
  }
}

const DAY = 86_400_000;
export const daysAgo = (days: number): string => new Date(Date.now() - days * DAY).toISOString().slice(0, 10);

interface Person {
  readonly id: string;
  readonly number: string;
  readonly patient?: object;
  readonly registration?: string;
  readonly registrationEnd?: string;
  readonly verification?: string;
  readonly facts?: RecordFacts;
}

const person = (serial: number, id: string, more: Omit<Person, 'id' | 'number'> = {}): Person => ({
  id,
  number: nhsNumber(serial),
  ...more,
});

export const people = {
  shared: person(1, 'pt-shared'),
  withoutDocuments: person(2, 'pt-none'),
  temporary: person(3, 'pt-temporary', { registration: 'T' }),
  left: person(4, 'pt-left', { patient: { active: false } }),
  unverified: person(5, 'pt-unverified', { verification: '02' }),
  sensitive: person(6, 'pt-sensitive', { facts: { sensitive: true } }),
  dissenting: person(7, 'pt-dissenting', { facts: { sharing: 'dissent' } }),
  diedRecently: person(8, 'pt-died', { patient: { active: false, deceasedDateTime: daysAgo(28) } }),
  diedLongAgo: person(9, 'pt-died-long-ago', { patient: { active: false, deceasedDateTime: daysAgo(40) } }),
  leftThenDied: person(10, 'pt-left-died', {
    patient: { active: false, deceasedDateTime: daysAgo(5) },
    registrationEnd: daysAgo(400),
  }),
} as const satisfies Record<string, Person>;
export type PersonName = keyof typeof people;

function patientOf({ id, number, patient, registration, registrationEnd, verification }: Person) {
  const period = { start: '2010-04-01', ...(registrationEnd ? { end: registrationEnd } : {}) };
  return {
    resourceType: 'Patient',
    id,
    meta: { versionId: '12' },
    extension: [
      {
        url: nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1'),
        extension: [
          { url: 'registrationPeriod', valuePeriod: period },
          {
            url: 'registrationType',
            valueCodeableConcept: {
              coding: [{ system: system.registrationType, code: registration ?? 'R' }],
            },
          },
          { url: 'preferredBranchSurgery', valueReference: { reference: 'Location/loc-1' } },
        ],
      },
      {
        url: nhsProfile('Extension-CareConnect-EthnicCategory-1'),
        valueCodeableConcept: { text: 'never sent' },
      },
    ],
    identifier: [
      {
        extension: [
          {
            url: nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1'),
            valueCodeableConcept: {
              coding: [{ system: system.nhsNumberVerification, code: verification ?? '01' }],
            },
          },
        ],
        system: system.nhsNumber,
        value: number,
      },
      { system: 'https://example.org/Id/hospital-number', value: 'H-1' },
    ],
    active: true,
    name: [
      { use: 'usual', family: 'Pargeter', given: ['Tam'] },
      { use: 'official', family: 'Pargeter', given: ['Tamsin'] },
    ],
    gender: 'female',
    birthDate: '1974-09-30',
    maritalStatus: { text: 'never sent' },
    generalPractitioner: [{ reference: 'Practitioner/d1' }],
    managingOrganization: { reference: 'Organization/o1' },
    ...patient,
  };
}

const actors = [
  {
    resourceType: 'Organization',
    id: 'o1',
    meta: { versionId: '1' },
    identifier: [{ system: system.odsOrganisation, value: practice.ods }],
    name: practice.name,
    contact: [{ telecom: [{ system: 'phone', value: '01632960001' }] }],
  },
  {
    resourceType: 'Organization',
    id: 'o-hospital',
    meta: { versionId: '1' },
    identifier: [{ system: system.odsOrganisation, value: hospitalOds }],
    name: 'Example General Hospital',
  },
  {
    resourceType: 'Organization',
    id: 'o-unit',
    meta: { versionId: '1' },
    identifier: [{ system: system.odsOrganisation, value: 'Z90077' }],
    name: 'Confidential Unit',
  },
  {
    resourceType: 'Practitioner',
    id: 'd1',
    meta: { versionId: '4' },
    identifier: [
      { system: system.sdsUser, value: '555011110001' },
      { system: system.sdsRoleProfile, value: '555011110002' },
      { system: 'https://example.org/Id/payroll', value: '7' },
    ],
    name: [{ family: 'Example', given: ['Una'] }],
    telecom: [{ system: 'phone', value: '01632960002' }],
  },
  {
    resourceType: 'PractitionerRole',
    id: 'r1',
    meta: { versionId: '1' },
    practitioner: { reference: 'Practitioner/d1' },
    organization: { reference: 'Organization/o1' },
    location: [{ reference: 'Location/loc-1' }],
    code: [{ coding: [{ system: system.jobRole, code: 'R0260', display: 'General Medical Practitioner' }] }],
  },
  {
    resourceType: 'Location',
    id: 'loc-1',
    meta: { versionId: '2' },
    name: 'Sample Lane',
    address: { line: ['1 Sample Lane'], postalCode: 'ZZ99 3CZ' },
    managingOrganization: { reference: 'Organization/o1' },
  },
];

export const notForPatient = {
  system: system.actCode,
  code: 'NOPAT',
  display: "no disclosure to patient, family or caregivers without attending provider's authorization",
};
const restricted = { system: system.confidentiality, code: 'R' };

interface MadeDocument {
  readonly id: string;
  readonly more?: object;
  readonly attachment?: object;
  /** Content of the Binary `bin-{id}`; absent: none is stored. */
  readonly content?: Buffer;
  readonly contentType?: string;
}

const pdf = (text: string): Buffer => Buffer.from(`%PDF-1.4\n${text}\n`);
const SIZE_LIMIT = 5 * 1024 * 1024;

/** The documents of `people.shared`. */
export const documents: readonly MadeDocument[] = [
  {
    id: 'letter',
    content: pdf('discharge'),
    more: {
      created: '2025-03-14T11:20:00+00:00',
      indexed: '2025-03-17T08:02:11+00:00',
      author: [{ reference: 'Organization/o-hospital' }],
      description: 'Discharge letter, Example General Hospital',
      docStatus: 'final',
      context: { encounter: { reference: 'Encounter/e1' }, practiceSetting: { text: 'Medicine' } },
    },
  },
  {
    id: 'internal',
    content: pdf('internal'),
    more: {
      created: '2025-05-01T09:00:00+01:00',
      author: [{ reference: 'Organization/o1' }],
      description: 'Annual review summary',
    },
  },
  {
    id: 'by-doctor',
    content: pdf('referral'),
    more: { created: '2024-02-02T10:00:00+00:00', author: [{ reference: 'Practitioner/d1' }] },
  },
  { id: 'dated-by-day', content: pdf('old'), more: { created: '2010-01-19', description: 'Old letter' } },
  { id: 'undated', content: pdf('undated'), more: { indexed: '2025-04-10T10:00:00+01:00' } },
  { id: 'not-for-patient', content: pdf('care'), more: { securityLabel: [{ coding: [notForPatient] }] } },
  {
    id: 'hidden-from-patient',
    content: pdf('care'),
    more: { meta: { versionId: '3', security: [notForPatient] } },
  },
  {
    id: 'confidential',
    content: pdf('secret'),
    more: {
      meta: { security: [restricted] },
      author: [{ reference: 'Organization/o-unit' }],
      description: 'Secret letter',
    },
  },
  {
    id: 'confidential-by-label',
    content: pdf('secret'),
    more: { securityLabel: [{ coding: [restricted] }] },
  },
  { id: 'superseded', content: pdf('v1'), more: { status: 'superseded' } },
  { id: 'first-version', content: pdf('v1') },
  {
    id: 'second-version',
    content: pdf('v2'),
    more: {
      relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/first-version' } }],
    },
  },
  {
    id: 'placeholder',
    attachment: { contentType: 'image/tiff', size: 1234, title: 'File held on paper' },
  },
  { id: 'lost', attachment: { contentType: 'image/png', size: 77, url: 'Binary/bin-lost' } },
  { id: 'lost-and-unknown', attachment: { url: 'Binary/bin-lost-and-unknown' } },
  { id: 'elsewhere', attachment: { contentType: 'image/png', url: 'https://elsewhere.example/file/9' } },
  { id: 'at-limit', content: Buffer.alloc(SIZE_LIMIT, 'a'), contentType: 'text/plain' },
  { id: 'over-limit', content: Buffer.alloc(SIZE_LIMIT + 1, 'b'), contentType: 'image/tiff' },
  { id: 'own-format', content: pdf('own'), contentType: 'x-supplier/thing' },
];

function resourcesOf(
  made: MadeDocument,
  patientId: string,
): { resourceType: string; [element: string]: unknown }[] {
  const contentType = made.contentType ?? 'application/pdf';
  const binary = `bin-${made.id}`;
  const attachment = made.attachment ?? {
    contentType,
    url: `Binary/${binary}`,
    size: made.content?.length ?? 0,
  };
  const document = {
    resourceType: 'DocumentReference',
    id: made.id,
    meta: { versionId: '1' },
    identifier: [{ system: 'https://gp.example.nhs.uk/Id/document', value: `doc-${made.id}` }],
    status: 'current',
    type: {
      coding: [
        {
          system: system.snomed,
          version: '2020',
          code: '824331000000106',
          display: 'Inpatient final letter',
        },
        { system: system.readV2, code: '9N36.' },
      ],
    },
    subject: { reference: `Patient/${patientId}` },
    indexed: '2025-01-01T10:00:00+00:00',
    custodian: { reference: 'Organization/o1' },
    content: [{ attachment }],
    ...made.more,
  };
  if (!made.content) return [document];
  return [
    document,
    { resourceType: 'Binary', id: binary, contentType, content: made.content.toString('base64') },
  ];
}

/** Fills the practice: `people`, each with a document of their own, and the documents above. */
export async function fillPractice(records: Records): Promise<void> {
  await records.putPractice(practice.ods, practice.name);
  await records.putActors(practice.ods, actors);
  for (const [name, one] of Object.entries(people) as [PersonName, Person][]) {
    const own: MadeDocument = { id: `of-${one.id}`, content: pdf(one.id) };
    const held = name === 'shared' ? documents : name === 'withoutDocuments' ? [] : [own];
    const encounter = {
      resourceType: 'Encounter',
      id: 'e1',
      status: 'finished',
      subject: { reference: `Patient/${one.id}` },
      period: { start: '2025-03-14' },
    };
    await records.replacePatient(
      practice.ods,
      [
        patientOf(one),
        ...(name === 'shared' ? [encounter] : []),
        ...held.flatMap((made) => resourcesOf(made, one.id)),
      ],
      one.facts,
    );
  }
}
