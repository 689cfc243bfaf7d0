// For tests: a structured record about nobody, with one of everything the pages must tell apart.
// spec: access-record-structured §6, §8, §9, §11

const nhs = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-CareConnect-';
const snomed = 'http://snomed.info/sct';
const patient = { reference: 'Patient/p1' };
const doctor = { reference: 'Practitioner/d1' };

type Resource = { resourceType: string; id?: string; [element: string]: unknown };

export interface MadeUpPatient {
  readonly nhsNumber: string;
  readonly family: string;
  readonly given: readonly string[];
  readonly gender: string;
  readonly birthDate: string;
  readonly practice: string;
}

export const hartley: MadeUpPatient = {
  nhsNumber: '9990000018',
  family: 'Hartley',
  given: ['Maya', 'Rose'],
  gender: 'female',
  birthDate: '1984-05-09',
  practice: 'Z90001',
};

const concept = (code: string, display: string, text?: string) => ({
  coding: [{ system: snomed, code, display }],
  ...(text ? { text } : {}),
});

export function list(
  code: string,
  title: string,
  references: readonly string[],
  note?: string,
  extra: object = {},
): Resource {
  return {
    resourceType: 'List',
    status: 'current',
    mode: 'snapshot',
    title,
    code: { coding: [{ system: snomed, code, display: title }] },
    subject: patient,
    ...(references.length ? { entry: references.map((reference) => ({ item: { reference } })) } : {}),
    ...(note ? { note: [{ text: note }] } : {}),
    ...extra,
  };
}

export function administrative(person: MadeUpPatient): Resource[] {
  return [
    {
      resourceType: 'Patient',
      id: 'p1',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: person.nhsNumber }],
      name: [{ use: 'official', family: person.family, given: [...person.given], prefix: ['Ms'] }],
      gender: person.gender,
      birthDate: person.birthDate,
      address: [{ use: 'home', line: ['4 Fell View'], city: 'Northmoor', postalCode: 'NM1 4ZZ' }],
      generalPractitioner: [doctor],
      managingOrganization: { reference: 'Organization/o1' },
    },
    {
      resourceType: 'Organization',
      id: 'o1',
      identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: person.practice }],
      name: 'Fellside Surgery',
    },
    {
      resourceType: 'Practitioner',
      id: 'd1',
      name: [{ prefix: ['Dr'], given: ['Ines'], family: 'Larkspur' }],
    },
  ];
}

const allergies: Resource[] = [
  {
    resourceType: 'AllergyIntolerance',
    id: 'a1',
    clinicalStatus: 'active',
    verificationStatus: 'unconfirmed',
    category: ['medication'],
    code: concept('91936005', 'Allergy to penicillin'),
    assertedDate: '2011-03-02T10:00:00+00:00',
    asserter: doctor,
    criticality: 'high',
    reaction: [{ manifestation: [concept('247472004', 'Weal')], severity: 'moderate' }],
    note: [{ text: 'Widespread rash within an hour of first dose.' }],
  },
  {
    resourceType: 'AllergyIntolerance',
    id: 'a2',
    clinicalStatus: 'active',
    verificationStatus: 'unconfirmed',
    category: ['medication'],
    code: concept('196461000000101', 'Transfer-degraded drug allergy', 'Sulfa tablets (old system)'),
    assertedDate: '1998',
    asserter: doctor,
  },
];

const endedAllergy: Resource = {
  resourceType: 'AllergyIntolerance',
  id: 'a9',
  clinicalStatus: 'resolved',
  verificationStatus: 'unconfirmed',
  code: concept('91935009', 'Allergy to peanut'),
  assertedDate: '1990-06',
  extension: [
    {
      url: `${nhs}GPC-AllergyIntoleranceEnd-1`,
      extension: [
        { url: 'endDate', valueDateTime: '2004-09-12' },
        { url: 'reasonEnded', valueString: 'Tolerated in supervised challenge' },
      ],
    },
  ],
};

function medication(
  id: string,
  drug: string,
  dose: string,
  status: 'active' | 'completed',
  type: 'repeat' | 'acute',
  issues: readonly string[],
): Resource[] {
  const quantity = { value: 28, unit: 'tablet' };
  return [
    { resourceType: 'Medication', id: `m-${id}`, code: concept(`39${id.length}7211000001108`, drug) },
    {
      resourceType: 'MedicationStatement',
      id: `s-${id}`,
      status,
      basedOn: [{ reference: `MedicationRequest/plan-${id}` }],
      medicationReference: { reference: `Medication/m-${id}` },
      effectivePeriod: { start: issues.at(-1) ?? '2024-01-01' },
      subject: patient,
      taken: 'unk',
      dosage: [{ text: dose }],
      extension: issues[0]
        ? [{ url: `${nhs}GPC-MedicationStatementLastIssueDate-1`, valueDateTime: issues[0] }]
        : [],
    },
    {
      resourceType: 'MedicationRequest',
      id: `plan-${id}`,
      intent: 'plan',
      status,
      subject: patient,
      recorder: doctor,
      requester: { agent: doctor },
      medicationReference: { reference: `Medication/m-${id}` },
      dispenseRequest: { quantity, expectedSupplyDuration: { value: 28, unit: 'day' } },
      extension: [
        {
          url: `${nhs}GPC-PrescriptionType-1`,
          valueCodeableConcept: { coding: [{ code: type, display: type }] },
        },
        {
          url: `${nhs}GPC-MedicationRepeatInformation-1`,
          extension: [
            { url: 'numberOfRepeatPrescriptionsAllowed', valueUnsignedInt: 12 },
            { url: 'numberOfRepeatPrescriptionsIssued', valueUnsignedInt: issues.length },
          ],
        },
      ],
    },
    ...issues.map((start, at) => ({
      resourceType: 'MedicationRequest',
      id: `order-${id}-${at}`,
      intent: 'order',
      status: 'completed',
      basedOn: [{ reference: `MedicationRequest/plan-${id}` }],
      medicationReference: { reference: `Medication/m-${id}` },
      dispenseRequest: { quantity, validityPeriod: { start } },
      dosageInstruction: [{ text: dose }],
      recorder: doctor,
    })),
  ];
}

const problems: Resource[] = [
  {
    resourceType: 'Condition',
    id: 'c1',
    clinicalStatus: 'active',
    code: concept('73211009', 'Diabetes mellitus type 2'),
    onsetDateTime: '2016-11-03',
    asserter: doctor,
    extension: [
      { url: `${nhs}GPC-ProblemSignificance-1`, valueCode: 'major' },
      {
        url: `${nhs}GPC-RelatedClinicalContent-1`,
        valueReference: { reference: 'MedicationRequest/plan-metformin' },
      },
      { url: `${nhs}GPC-RelatedClinicalContent-1`, valueReference: { reference: 'DiagnosticReport/r1' } },
      {
        url: `${nhs}GPC-RelatedClinicalContent-1`,
        valueReference: { display: 'Referral items have been disabled' },
      },
    ],
  },
  {
    resourceType: 'Condition',
    id: 'c2',
    clinicalStatus: 'inactive',
    code: concept('195967001', 'Asthma in childhood'),
    onsetDateTime: '1990',
    abatementDateTime: '2002',
    extension: [{ url: `${nhs}GPC-ProblemSignificance-1`, valueCode: 'minor' }],
  },
];

export function bloodPressure(id: string, date: string, systolic: number, diastolic: number): Resource {
  const part = (code: string, display: string, value: number) => ({
    code: concept(code, display),
    valueQuantity: { value, unit: 'mmHg' },
  });
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: concept('75367002', 'Blood pressure'),
    subject: patient,
    effectiveDateTime: date,
    performer: [doctor],
    component: [
      part('72313002', 'Systolic arterial pressure', systolic),
      part('1091811000000102', 'Diastolic arterial pressure', diastolic),
    ],
  };
}

export function weight(id: string, date: string, value: number): Resource {
  return {
    resourceType: 'Observation',
    id,
    status: 'final',
    code: concept('27113001', 'Body weight'),
    subject: patient,
    effectiveDateTime: date,
    performer: [doctor],
    valueQuantity: { value, unit: 'kg' },
  };
}

const pressures = [
  ['2019-02-11', 148, 92],
  ['2020-03-18', 144, 90],
  ['2021-06-02', 139, 86],
  ['2022-05-21', 136, 84],
  ['2023-07-09', 131, 82],
  ['2024-08-14', 133, 80],
  ['2025-09-30', 128, 79],
] as const;
const observations = [
  ...pressures.map(([date, systolic, diastolic], at) =>
    bloodPressure(`bp${at}`, `${date}T09:30:00+00:00`, systolic, diastolic),
  ),
  ...[82.5, 81, 79.4, 78.2].map((value, at) => weight(`w${at}`, `202${at + 1}-04-0${at + 1}`, value)),
  {
    resourceType: 'Observation',
    id: 'smoke',
    status: 'final',
    code: concept('8517006', 'Ex-smoker'),
    subject: patient,
    effectiveDateTime: '2023-07-09',
    comment: 'Stopped 2015, 10 a day for 12 years',
    performer: [doctor],
  },
];

function report(id: string, date: string, hba1c: number): Resource[] {
  const result = (key: string, code: string, name: string, value: number, unit: string, range: object) => ({
    resourceType: 'Observation',
    id: `${id}-${key}`,
    status: 'final',
    code: concept(code, name),
    subject: patient,
    effectiveDateTime: date,
    valueQuantity: { value, unit },
    referenceRange: [range],
  });
  return [
    {
      resourceType: 'DiagnosticReport',
      id,
      status: 'final',
      code: concept('721981007', 'Diagnostic studies report'),
      subject: patient,
      issued: `${date}T16:20:00+00:00`,
      performer: [{ actor: { display: 'Northmoor Pathology' } }],
      specimen: [{ reference: `Specimen/${id}-s` }],
      result: [
        { reference: `Observation/${id}-group` },
        { reference: `Observation/${id}-hba1c` },
        { reference: `Observation/${id}-filing` },
      ],
    },
    {
      resourceType: 'Specimen',
      id: `${id}-s`,
      type: { text: 'Venous blood' },
      collection: { collectedDateTime: `${date}T08:40:00+00:00` },
    },
    {
      resourceType: 'Observation',
      id: `${id}-group`,
      status: 'final',
      code: concept('26958001', 'Renal function tests'),
      subject: patient,
      effectiveDateTime: date,
      related: ['sodium', 'egfr'].map((key) => ({
        type: 'has-member',
        target: { reference: `Observation/${id}-${key}` },
      })),
    },
    result('sodium', '1000661000000107', 'Serum sodium', 139, 'mmol/L', {
      low: { value: 133 },
      high: { value: 146 },
    }),
    result('egfr', '1011481000000105', 'Estimated glomerular filtration rate', 82, 'mL/min', {
      low: { value: 90 },
    }),
    result('hba1c', '999791000000106', 'Haemoglobin A1c', hba1c, 'mmol/mol', {
      low: { value: 20 },
      high: { value: 42 },
    }),
    {
      resourceType: 'Observation',
      id: `${id}-filing`,
      status: 'final',
      code: concept('37331000000100', 'Comment note'),
      subject: patient,
      effectiveDateTime: date,
      comment: 'Seen by Dr Larkspur: discuss at annual review.',
    },
  ];
}

const immunisations: Resource[] = [
  {
    resourceType: 'Immunization',
    id: 'i1',
    status: 'completed',
    notGiven: false,
    vaccineCode: concept('39114911000001105', 'Influenza vaccine suspension for injection'),
    patient,
    date: '2025-10-04T11:05:00+01:00',
    primarySource: true,
    lotNumber: 'AX4471',
    site: { text: 'Left upper arm' },
    extension: [
      {
        url: `${nhs}VaccinationProcedure-1`,
        valueCodeableConcept: concept('884861000000100', 'Seasonal influenza vaccination given'),
      },
    ],
  },
  {
    resourceType: 'Immunization',
    id: 'i2',
    status: 'completed',
    notGiven: true,
    vaccineCode: { coding: [{ system: 'http://hl7.org/fhir/v3/NullFlavor', code: 'UNK' }] },
    patient,
    date: '2024-10-10',
    primarySource: true,
    explanation: { reasonNotGiven: [{ text: 'Patient declined' }] },
    extension: [
      {
        url: `${nhs}VaccinationProcedure-1`,
        valueCodeableConcept: concept('415113006', 'Pneumococcal vaccination'),
      },
    ],
  },
];

const structure = (id: string, code: string, title: string | null, items: object[], extra: object = {}) => ({
  resourceType: 'List',
  id,
  status: 'current',
  mode: 'snapshot',
  ...(title ? { title } : {}),
  code: { coding: [{ system: snomed, code }] },
  encounter: { reference: 'Encounter/e1' },
  entry: items.map((item) => ({ item })),
  ...extra,
});

const consultation: Resource[] = [
  {
    resourceType: 'Encounter',
    id: 'e1',
    status: 'finished',
    type: [{ text: 'GP surgery' }],
    period: { start: '2025-09-30T09:20:00+01:00', end: '2025-09-30T09:35:00+01:00' },
    participant: [{ type: [{ coding: [{ code: 'PPRF' }] }], individual: doctor }],
    serviceProvider: { reference: 'Organization/o1' },
  },
  structure('l1', '325851000000107', 'GP surgery', [{ reference: 'List/l2' }]),
  structure(
    'l2',
    '25851000000105',
    'Diabetes annual review',
    [{ reference: 'List/l3' }, { reference: 'List/l4' }],
    {
      extension: [
        {
          url: `${nhs}GPC-RelatedProblemHeader-1`,
          extension: [{ url: 'target', valueReference: { reference: 'Condition/c1' } }],
        },
      ],
    },
  ),
  structure('l3', '24781000000107', 'History', [{ reference: 'Observation/text1' }]),
  structure('l4', '24781000000107', 'Examination', [
    { reference: 'Observation/bp6' },
    { display: 'Referral items have been disabled' },
  ]),
  {
    resourceType: 'Observation',
    id: 'text1',
    status: 'final',
    code: concept('37331000000100', 'Comment note'),
    subject: patient,
    effectiveDateTime: '2025-09-30',
    comment: 'Feels well. Walking 30 minutes a day.\nNo hypos. Taking tablets every day.',
  },
];

const diary: Resource = {
  resourceType: 'ProcedureRequest',
  id: 'diary1',
  status: 'active',
  intent: 'plan',
  code: concept('170777000', 'Diabetic annual review'),
  subject: patient,
  occurrenceDateTime: '2026-09-30',
  authoredOn: '2025-09-30',
};

const document: Resource = {
  resourceType: 'DocumentReference',
  id: 'doc1',
  status: 'current',
  type: concept('823681000000100', 'Outpatient letter'),
  created: '2025-06-11',
  indexed: '2025-06-12T10:00:00+00:00',
  description: 'Diabetic eye screening result',
  content: [
    { attachment: { contentType: 'application/pdf', size: 84_220, url: 'https://gp.example/Binary/1' } },
  ],
};

export const withheld = 'Items excluded due to confidentiality and/or patient preferences.';
const warningExtension = (code: string) => ({
  extension: [{ url: `${nhs}GPC-ListWarningCode-1`, valueCode: code }],
});

/** One of everything. Nothing about anybody real. */
export function madeUpRecord(person: MadeUpPatient = hartley): object {
  const sections = [
    ...administrative(person),
    list('886921000000105', 'Allergies and adverse reactions', [
      'AllergyIntolerance/a1',
      'AllergyIntolerance/a2',
    ]),
    list('1103671000000101', 'Ended allergies', ['#a9'], undefined, { contained: [endedAllergy] }),
    ...allergies,
    list(
      '933361000000108',
      'Medications and medical devices',
      ['metformin', 'ramipril', 'clarithromycin'].map((id) => `MedicationStatement/s-${id}`),
    ),
    ...medication('metformin', 'Metformin 500mg tablets', 'One to be taken twice a day', 'active', 'repeat', [
      '2025-10-20',
      '2025-09-22',
      '2025-08-25',
    ]),
    ...medication('ramipril', 'Ramipril 5mg capsules', 'One to be taken each day', 'active', 'repeat', [
      '2025-10-20',
    ]),
    ...medication(
      'clarithromycin',
      'Clarithromycin 500mg tablets',
      'One twice a day for 7 days',
      'completed',
      'acute',
      ['2024-01-12'],
    ),
    list('1149501000000101', 'List of consultations', ['Encounter/e1']),
    ...consultation,
    list(
      '717711000000103',
      'Problems',
      ['Condition/c1', 'Condition/c2'],
      withheld,
      warningExtension('confidential-items'),
    ),
    ...problems,
    list('1102181000000102', 'Immunisations', ['Immunization/i1', 'Immunization/i2']),
    ...immunisations,
    list(
      '826501000000100',
      'Uncategorised data',
      observations.map(({ id }) => `Observation/${id}`),
    ),
    ...observations,
    list('887191000000108', 'Investigations and results', ['DiagnosticReport/r1', 'DiagnosticReport/r2']),
    ...report('r1', '2025-09-18', 52),
    ...report('r2', '2024-09-11', 58),
    list('714311000000108', 'Patient recall administration', ['ProcedureRequest/diary1']),
    diary,
    document,
    {
      resourceType: 'OperationOutcome',
      issue: [
        {
          severity: 'warning',
          code: 'not-supported',
          details: { text: 'includeReferrals has been disabled' },
          diagnostics: 'includeReferrals',
        },
      ],
    },
    { resourceType: 'FamilyMemberHistory', id: 'f1' },
  ];
  return bundleOf(sections);
}

/** What a practice answers to a question for medications and allergies alone. */
export function medicinesRecord(person: MadeUpPatient = hartley): object {
  return bundleOf([
    ...administrative(person),
    list('886921000000105', 'Allergies and adverse reactions', ['AllergyIntolerance/a1']),
    list('1103671000000101', 'Ended allergies', [], 'Information not available'),
    allergies[0]!,
    list('933361000000108', 'Medications and medical devices', ['MedicationStatement/s-ramipril']),
    ...medication('ramipril', 'Ramipril 5mg capsules', 'One to be taken each day', 'active', 'repeat', [
      '2025-10-20',
    ]),
  ]);
}

export function bundleOf(resources: readonly Resource[]): object {
  return { resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) };
}

/** A record of about so many entries: observations over forty years. */
export function largeRecord(entries: number, person: MadeUpPatient = hartley): object {
  const many = Array.from({ length: entries - 4 }, (_, at) => {
    const date = new Date(Date.UTC(1985, 0, 1) + at * 36 * 3_600_000).toISOString().slice(0, 10);
    return at % 3 === 0
      ? bloodPressure(`o${at}`, date, 110 + (at % 50), 70 + (at % 25))
      : weight(`o${at}`, date, 60 + (at % 40));
  });
  return bundleOf([
    ...administrative(person),
    list(
      '826501000000100',
      'Uncategorised data',
      many.map(({ id }) => `Observation/${id}`),
    ),
    ...many,
  ]);
}
