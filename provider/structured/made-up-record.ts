// Test support: small made-up records, resource by resource, with every mandatory element in place.
// spec: access-record-structured §11, §12
import { hl7UkProfile, nhsProfile, resourceProfile, system } from '@gp-connect/foundation/nhs';

export type Made = { resourceType: string; id: string; [element: string]: unknown };

export const nhsNumber = '9000000009';
export const ods = 'Z90001';
const namespace = 'https://supplier.example/id';

const confidential = [{ system: system.confidentiality, code: 'R' }];

export interface Common {
  confidential?: boolean;
  encounter?: string;
}

const ref = (reference: string) => ({ reference });
const patient = ref('Patient/p1');
const recorder = ref('Practitioner/d1');

const snomed = (code: string, display: string) => ({ coding: [{ system: system.snomed, code, display }] });

function clinical(resourceType: string, id: string, common: Common, rest: Record<string, unknown>): Made {
  return {
    resourceType,
    id,
    meta: {
      profile: [resourceProfile[resourceType]],
      ...(common.confidential ? { security: confidential } : {}),
    },
    ...(resourceType === 'Medication' || resourceType === 'List'
      ? {}
      : { identifier: [{ system: namespace, value: `${resourceType}-${id}` }] }),
    ...rest,
  };
}

const context = ({ encounter }: Common) =>
  encounter === undefined ? {} : { context: ref(`Encounter/${encounter}`) };

const actor = (resourceType: string, id: string, rest: Record<string, unknown>): Made => ({
  resourceType,
  id,
  meta: { versionId: '1', profile: [resourceProfile[resourceType]] },
  ...rest,
});

export function person(overrides: Record<string, unknown> = {}): Made {
  return actor('Patient', 'p1', {
    extension: [
      {
        url: nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1'),
        extension: [
          {
            url: 'registrationType',
            valueCodeableConcept: { coding: [{ system: system.registrationType, code: 'R' }] },
          },
        ],
      },
      {
        url: nhsProfile('Extension-CareConnect-GPC-EthnicCategory-1'),
        valueCodeableConcept: { text: 'not to be sent' },
      },
    ],
    identifier: [
      { system: system.nhsNumber, value: nhsNumber },
      { system: namespace, value: 'local-1' },
    ],
    active: true,
    name: [{ use: 'official', family: 'Pattern', given: ['Testa'] }],
    gender: 'female',
    birthDate: '1970-02-03',
    maritalStatus: { text: 'not to be sent' },
    generalPractitioner: [recorder],
    managingOrganization: ref('Organization/o1'),
    ...overrides,
  });
}

export const actors = (): Made[] => [
  actor('Organization', 'o1', {
    identifier: [{ system: system.odsOrganisation, value: ods }],
    name: 'Sample Lane Surgery',
  }),
  actor('Practitioner', 'd1', { name: [{ family: 'Example', given: ['Exa'], prefix: ['Dr'] }] }),
  role('r1', 'd1'),
  actor('Practitioner', 'd2', { name: [{ family: 'Zweit', given: ['Zoe'] }] }),
];

export function role(id: string, practitioner: string): Made {
  return actor('PractitionerRole', id, {
    practitioner: ref(`Practitioner/${practitioner}`),
    organization: ref('Organization/o1'),
    code: [{ coding: [{ system: system.jobRole, code: 'R0260', display: 'General Medical Practitioner' }] }],
  });
}

export interface Allergy extends Common {
  ended?: string;
  text?: string;
}

export function allergy(id: string, { ended, text = 'Peanut', ...common }: Allergy = {}): Made {
  const extension = [
    ...(common.encounter === undefined
      ? []
      : [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter',
            valueReference: ref(`Encounter/${common.encounter}`),
          },
        ]),
    ...(ended === undefined
      ? []
      : [
          {
            url: nhsProfile('Extension-CareConnect-GPC-AllergyIntoleranceEnd-1'),
            extension: [
              { url: 'endDate', valueDateTime: ended },
              { url: 'reasonEnded', valueString: 'No information available' },
            ],
          },
        ]),
  ];
  return clinical('AllergyIntolerance', id, common, {
    ...(extension.length === 0 ? {} : { extension }),
    clinicalStatus: ended === undefined ? 'active' : 'resolved',
    verificationStatus: 'unconfirmed',
    category: ['medication'],
    code: { text },
    patient,
    assertedDate: '2001-05-04',
    recorder,
  });
}

export interface Drug extends Common {
  type?: string;
  start?: string;
  end?: string;
  /** Dates of issue; the first order is `<id>-issue-1`. */
  issues?: readonly string[];
  agency?: string;
  drug?: { code: string; display: string };
  prior?: string;
  confidentialIssue?: number;
}

/** `<id>` statement, `<id>-plan`, `<id>-issue-n`, `<id>-drug`. */
export function drug(id: string, given: Drug = {}): Made[] {
  const {
    type = 'repeat',
    start = '2024-01-10',
    end,
    issues = [],
    agency = 'prescribed-at-gp-practice',
  } = given;
  const about = given.drug ?? { code: '323509004', display: 'Amoxicillin 250mg capsules' };
  const medicationReference = ref(`Medication/${id}-drug`);
  const stopped = end !== undefined;
  const period = { start, ...(stopped ? { end } : {}) };
  const prescriptionType = {
    url: nhsProfile('Extension-CareConnect-GPC-PrescriptionType-1'),
    valueCodeableConcept: { coding: [{ system: system.prescriptionType, code: type, display: type }] },
  };
  const repeat = {
    url: nhsProfile('Extension-CareConnect-GPC-MedicationRepeatInformation-1'),
    extension: [{ url: 'numberOfRepeatPrescriptionsIssued', valueUnsignedInt: issues.length }],
  };
  const requested = {
    medicationReference,
    subject: patient,
    recorder,
    dosageInstruction: [{ text: 'One daily' }],
  };
  return [
    clinical('Medication', `${id}-drug`, {}, { code: snomed(about.code, about.display) }),
    clinical('MedicationStatement', id, given, {
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-PrescribingAgency-1'),
          valueCodeableConcept: {
            coding: [{ system: system.prescribingAgency, code: agency, display: agency }],
          },
        },
      ],
      basedOn: [ref(`MedicationRequest/${id}-plan`)],
      ...context(given),
      status: stopped ? 'completed' : 'active',
      medicationReference,
      effectivePeriod: period,
      dateAsserted: start,
      subject: patient,
      taken: 'unk',
      dosage: [{ text: 'One daily' }],
    }),
    clinical(
      'MedicationRequest',
      `${id}-plan`,
      {},
      {
        extension: type === 'repeat' ? [repeat, prescriptionType] : [prescriptionType],
        status: stopped ? 'completed' : 'active',
        intent: 'plan',
        ...context(given),
        authoredOn: start,
        ...requested,
        dispenseRequest: { validityPeriod: period, quantity: { value: 28, unit: 'capsule' } },
        ...(given.prior === undefined
          ? {}
          : { priorPrescription: ref(`MedicationRequest/${given.prior}-plan`) }),
      },
    ),
    ...issues.map((date, at) =>
      clinical(
        'MedicationRequest',
        `${id}-issue-${at + 1}`,
        { confidential: given.confidentialIssue === at + 1 },
        {
          extension: [prescriptionType],
          basedOn: [ref(`MedicationRequest/${id}-plan`)],
          status: 'completed',
          intent: 'order',
          authoredOn: date,
          ...requested,
          dispenseRequest: { validityPeriod: { start: date, end: date } },
        },
      ),
    ),
  ];
}

export interface Problem extends Common {
  status?: 'active' | 'inactive';
  significance?: 'major' | 'minor';
  text?: string;
  actual?: string;
  content?: readonly string[];
  related?: readonly (readonly [type: string, problem: string])[];
}

export function problem(id: string, given: Problem = {}): Made {
  const { status = 'active', significance = 'major', text = 'Asthma' } = given;
  const link = (name: string, target: string) => ({
    url: hl7UkProfile(`Extension-CareConnect-${name}-1`),
    valueReference: ref(target),
  });
  return clinical('Condition', id, given, {
    extension: [
      { url: hl7UkProfile('Extension-CareConnect-ProblemSignificance-1'), valueCode: significance },
      ...(given.actual === undefined ? [] : [link('ActualProblem', given.actual)]),
      ...(given.content ?? []).map((target) => link('RelatedClinicalContent', target)),
      ...(given.related ?? []).map(([type, target]) => ({
        url: hl7UkProfile('Extension-CareConnect-RelatedProblemHeader-1'),
        extension: [
          { url: 'type', valueCode: type },
          { url: 'target', valueReference: ref(`Condition/${target}`) },
        ],
      })),
    ],
    clinicalStatus: status,
    category: [
      {
        coding: [
          { system: system.conditionCategory, code: 'problem-list-item', display: 'Problem List Item' },
        ],
      },
    ],
    code: { text },
    subject: patient,
    ...context(given),
    assertedDate: '2020-01-01',
    asserter: recorder,
  });
}

export interface Entry extends Common {
  date?: string;
  code?: string;
  text?: string;
  related?: readonly (readonly [type: string, target: string])[];
  value?: unknown;
  elements?: Record<string, unknown>;
}

export function observation(id: string, given: Entry = {}): Made {
  const { date, code = '365981007', text = 'Smoking habit' } = given;
  return clinical('Observation', id, given, {
    status: 'final',
    code: snomed(code, text),
    subject: patient,
    ...context(given),
    ...(date === undefined ? {} : { effectiveDateTime: date }),
    issued: '2024-03-02T09:41:00.000+00:00',
    performer: [recorder],
    ...(given.value === undefined ? {} : { valueQuantity: given.value }),
    ...(given.related === undefined
      ? {}
      : { related: given.related.map(([type, target]) => ({ type, target: ref(target) })) }),
    ...given.elements,
  });
}

export const note = (id: string, text: string, common: Common = {}): Made =>
  observation(id, { ...common, code: '37331000000100', text: 'Comment note', elements: { comment: text } });

export function immunisation(id: string, given: Common & { notGiven?: boolean; date?: string } = {}): Made {
  return clinical('Immunization', id, given, {
    extension: [
      { url: hl7UkProfile('Extension-CareConnect-DateRecorded-1'), valueDateTime: '2019-10-01' },
      {
        url: hl7UkProfile('Extension-CareConnect-VaccinationProcedure-1'),
        valueCodeableConcept: snomed('822851000000102', 'Seasonal influenza vaccination'),
      },
    ],
    status: 'completed',
    notGiven: given.notGiven ?? false,
    vaccineCode: {
      coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK', display: 'Unknown' }],
    },
    patient,
    ...(given.encounter === undefined ? {} : { encounter: ref(`Encounter/${given.encounter}`) }),
    date: given.date ?? '2019-10-01',
    primarySource: true,
    practitioner: [{ actor: recorder }],
  });
}

export function referral(
  id: string,
  given: Common & { date?: string; letters?: readonly string[] } = {},
): Made {
  return clinical('ReferralRequest', id, given, {
    status: 'unknown',
    intent: 'order',
    subject: patient,
    ...context(given),
    ...(given.date === undefined ? {} : { authoredOn: given.date }),
    requester: { agent: recorder },
    reasonCode: [snomed('183545006', 'Referral to orthopaedic service')],
    ...(given.letters === undefined ? {} : { supportingInfo: given.letters.map(ref) }),
  });
}

export function diary(
  id: string,
  given: Common & { due?: string; dueBetween?: readonly [string, string]; status?: string } = {},
): Made {
  return clinical('ProcedureRequest', id, given, {
    status: given.status ?? 'active',
    intent: 'plan',
    code: snomed('314529007', 'Medication review due'),
    subject: patient,
    ...context(given),
    ...(given.due === undefined ? {} : { occurrenceDateTime: given.due }),
    ...(given.dueBetween === undefined
      ? {}
      : { occurrencePeriod: { start: given.dueBetween[0], end: given.dueBetween[1] } }),
    authoredOn: '2024-01-01',
    requester: { agent: recorder },
  });
}

export function document(id: string, common: Common = {}): Made {
  return clinical('DocumentReference', id, common, {
    status: 'current',
    type: { text: 'Letter' },
    subject: patient,
    created: '2024-01-01',
    indexed: '2024-01-02T09:00:00+00:00',
    author: [recorder],
    content: [{ attachment: { contentType: 'text/plain', url: `Binary/${id}-content`, size: 5 } }],
    ...(common.encounter === undefined
      ? {}
      : { context: { encounter: ref(`Encounter/${common.encounter}`) } }),
  });
}

export interface Report extends Common {
  issued?: string;
  confidentialResult?: boolean;
}

/** `<id>` report, `<id>-header`, `<id>-result`, `<id>-alone`, `<id>-filing`, `<id>-specimen`, `<id>-request`. */
export function report(id: string, given: Report = {}): Made[] {
  const { issued = '2024-02-01T10:00:00+00:00' } = given;
  const part = (name: string) => `Observation/${id}-${name}`;
  const specimen = ref(`Specimen/${id}-specimen`);
  return [
    clinical('DiagnosticReport', id, given, {
      basedOn: [ref(`ProcedureRequest/${id}-request`)],
      status: 'final',
      code: snomed('721981007', 'Diagnostic studies report'),
      subject: patient,
      ...context(given),
      issued,
      performer: [{ actor: ref('Organization/o1') }],
      specimen: [specimen],
      result: [ref(part('header')), ref(part('alone')), ref(part('filing'))],
    }),
    observation(`${id}-header`, {
      code: '26604007',
      text: 'Full blood count',
      related: [['has-member', part('result')]],
      elements: { specimen },
    }),
    observation(`${id}-result`, {
      code: '1022431000000105',
      text: 'Haemoglobin estimation',
      confidential: given.confidentialResult ?? false,
      value: { value: 138, unit: 'g/L' },
      related: [['derived-from', part('header')]],
    }),
    observation(`${id}-alone`, { code: '1000731000000107', text: 'Serum creatinine', value: { value: 80 } }),
    observation(`${id}-filing`, {
      code: '37331000000100',
      text: 'Comment note',
      elements: { status: 'unknown', comment: 'Normal, no action' },
    }),
    clinical('Specimen', `${id}-specimen`, {}, { subject: patient, type: { text: 'Blood' } }),
    clinical(
      'ProcedureRequest',
      `${id}-request`,
      {},
      {
        status: 'active',
        intent: 'order',
        code: { text: 'No code available' },
        subject: patient,
      },
    ),
  ];
}

export function encounter(id: string, given: Common & { start?: string; end?: string } = {}): Made {
  const period = {
    ...(given.start === undefined ? {} : { start: given.start }),
    ...(given.end === undefined ? {} : { end: given.end }),
  };
  return clinical('Encounter', id, given, {
    status: 'finished',
    type: [{ text: 'GP Surgery' }],
    subject: patient,
    participant: [
      {
        type: [
          {
            coding: [
              {
                system: 'https://fhir.nhs.uk/STU3/CodeSystem/GPConnect-ParticipantType-1',
                code: 'REC',
                display: 'recorder',
              },
            ],
          },
        ],
        individual: recorder,
      },
    ],
    ...(given.start === undefined && given.end === undefined ? {} : { period }),
    serviceProvider: ref('Organization/o1'),
  });
}

export interface Topic {
  title?: string;
  problem?: string;
  items?: readonly (string | { display: string })[];
  headings?: readonly { title: string; items: readonly string[] }[];
}

/** Lists `<encounter>-list`, `<encounter>-topic-n`, `<encounter>-topic-n-heading-m`. */
export function consultation(encounterId: string, topics: readonly Topic[]): Made[] {
  const list = (id: string, code: string, display: string, rest: Record<string, unknown>) =>
    clinical(
      'List',
      id,
      {},
      {
        status: 'current',
        mode: 'snapshot',
        code: snomed(code, display),
        subject: patient,
        encounter: ref(`Encounter/${encounterId}`),
        date: '2024-03-02T09:41:00+00:00',
        orderedBy: {
          coding: [{ system: 'http://hl7.org/fhir/list-order', code: 'system', display: 'Sorted by System' }],
        },
        ...rest,
      },
    );
  const entry = (items: readonly (string | { display: string })[]) =>
    items.map((item) => ({ item: typeof item === 'string' ? ref(item) : item }));
  const made: Made[] = [
    list(`${encounterId}-list`, '325851000000107', 'Consultation', {
      title: 'GP Surgery',
      entry: entry(topics.map((_, at) => `List/${encounterId}-topic-${at + 1}`)),
    }),
  ];
  for (const [at, topic] of topics.entries()) {
    const id = `${encounterId}-topic-${at + 1}`;
    const headings = topic.headings ?? [];
    made.push(
      list(id, '25851000000105', 'Topic (EHR)', {
        ...(topic.title === undefined ? {} : { title: topic.title }),
        ...(topic.problem === undefined
          ? {}
          : {
              extension: [
                {
                  url: hl7UkProfile('Extension-CareConnect-RelatedProblemHeader-1'),
                  extension: [{ url: 'target', valueReference: ref(`Condition/${topic.problem}`) }],
                },
              ],
            }),
        entry: entry(topic.items ?? headings.map((_, n) => `List/${id}-heading-${n + 1}`)),
      }),
      ...headings.map((heading, n) =>
        list(`${id}-heading-${n + 1}`, '24781000000107', 'Category (EHR)', {
          title: heading.title,
          entry: entry(heading.items),
        }),
      ),
    );
  }
  return made;
}
