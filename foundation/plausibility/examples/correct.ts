// Messages as careful pharmacies send them: nothing in them deserves more than a look. For tests and benchmarks.
import {
  addCondition,
  addDispense,
  addMeasurement,
  addPressure,
  addStatement,
  addText,
  between,
  type Draft,
  daysFrom,
  type Medicine,
  newDraft,
  pick,
  pressureCodes,
  type Random,
  type ServiceName,
} from './draft.ts';

const capsule = ['Capsule', '428641000'] as const;
const tablet = ['tablet', '428673006'] as const;

export const medicines = {
  flucloxacillin: {
    code: '289411000001107',
    display: 'Flucloxacillin 500mg capsules (A A H Pharmaceuticals Ltd)',
    quantity: 20,
    unit: capsule,
    days: 5,
    perDay: 4,
    text: 'One capsule four times a day for 5 days',
  },
  amoxicillin: {
    code: '930411000001106',
    display: 'Amoxicillin 500mg capsules (A A H Pharmaceuticals Ltd)',
    quantity: 15,
    unit: capsule,
    days: 5,
    perDay: 3,
    text: 'One capsule three times a day for 5 days',
  },
  nitrofurantoin: {
    code: '24549911000001107',
    display: 'Nitrofurantoin 50mg capsules (A A H Pharmaceuticals Ltd)',
    quantity: 12,
    unit: capsule,
    days: 3,
    perDay: 4,
    text: 'One capsule four times a day for 3 days',
  },
  atorvastatin: {
    code: '643911000001108',
    display: 'Lipitor 10mg tablets (Upjohn UK Ltd)',
    quantity: 28,
    unit: tablet,
    days: 28,
    perDay: 1,
    text: 'Take one tablet daily',
  },
  combined: {
    code: '17346711000001106',
    display: 'Rigevidon tablets (Gedeon Richter (UK) Ltd)',
    quantity: 63,
    unit: tablet,
    days: 84,
    perDay: 1,
    text: 'Take one tablet daily for 21 days followed by a 7 day break',
  },
  progestogen: {
    code: '22263411000001107',
    display: 'Cerelle 75microgram tablets (Gedeon Richter (UK) Ltd)',
    quantity: 84,
    unit: tablet,
    days: 84,
    perDay: 1,
    text: 'Take one tablet daily at the same time',
  },
} as const satisfies Record<string, Medicine>;

const summaries = [
  'Seen in the consultation room. Red, warm patch on the forearm after a bite, no spread, well in himself.',
  'Attended for a routine check. Feels well, no complaints today.',
  'Sore skin since yesterday. Examined, localised, no fever reported.',
  'Discussed the options, understood the advice, happy with the outcome.',
];
const histories = [
  'No relevant past history. Takes no other medicines.',
  'Eczema as a child. No known drug reactions.',
];
const advices = [
  'Keep the area clean and dry. Paracetamol for pain.',
  'Healthy eating and exercise discussed. Leaflet given.',
];

function addTexts(draft: Draft): void {
  const { random } = draft;
  addText(draft, 'clinical-summary', pick(random, summaries));
  if (random() < 0.4) addText(draft, 'history', pick(random, histories));
  if (random() < 0.5) addText(draft, 'information-and-advice-given', pick(random, advices));
  if (random() < 0.2) addText(draft, 'red-flags', pick(random, ['None', 'No red flags identified.']));
}

/** A normal blood pressure for any kind and age. */
export function addNormalPressure(draft: Draft): void {
  const { random } = draft;
  addPressure(draft, pick(random, pressureCodes), between(random, 105, 133), between(random, 64, 83));
}

function addBody(draft: Draft): void {
  const { random } = draft;
  const height = between(random, 155, 188);
  const weight = between(random, 55, 82);
  addMeasurement(draft, '50373000', 'Body height measure', height, 'cm');
  addMeasurement(draft, '27113001', 'Body weight', weight, 'kg');
  const index = Math.round((weight / (height / 100) ** 2) * 10) / 10;
  addMeasurement(draft, '60621009', 'Body mass index', index, 'kg/m2');
  if (random() < 0.5) {
    draft.record.observations = [
      ...draft.record.observations,
      {
        code: '50373000',
        effective: daysFrom(draft.day, -700),
        value: height + between(random, -2, 2),
        unit: 'cm',
      },
      {
        code: '27113001',
        effective: daysFrom(draft.day, -90),
        value: weight + between(random, -5, 5),
        unit: 'kg',
      },
    ];
  }
}

/** What most records hold: old readings, common problems, an allergy that does not matter here. */
function addBackground(draft: Draft): void {
  const { random, record, day } = draft;
  const earlier = daysFrom(day, -between(random, 30, 900));
  record.observations = [
    {
      code: '163020007',
      effective: earlier,
      components: [
        { code: '72313002', value: between(random, 110, 138) },
        { code: '1091811000000102', value: between(random, 66, 86) },
      ],
    },
    { code: '266919005', effective: earlier },
  ];
  record.problems = pick(random, [
    [],
    [{ code: '195967001', display: 'Asthma', date: earlier, status: 'active' as const }],
    [{ code: '35489007', display: 'Depressive disorder', date: earlier, status: 'resolved' as const }],
  ]);
  record.allergies = pick(random, [
    [],
    [{ code: '91935009', display: 'Allergy to peanuts', status: 'active' as const }],
    [{ code: '716186003', display: 'No known allergy', status: 'active' as const }],
    [{ code: '91936005', display: 'Allergy to penicillin', status: 'resolved' as const }],
  ]);
  record.medicines = pick(random, [
    [],
    [
      {
        code: '39113611000001102',
        display: 'Salbutamol 100micrograms/dose inhaler CFC free',
        status: 'active' as const,
      },
    ],
    [
      {
        code: '42356411000001102',
        display: 'Omeprazole 20mg gastro-resistant capsules',
        status: 'active' as const,
      },
    ],
  ]);
  record.recentMessages = pick(random, [
    [],
    [
      {
        documentId: draft.next(),
        service: '1659111000000107',
        senderOds: 'FZZ02',
        encounterDate: earlier,
        receivedAt: `${earlier}T12:00:00Z`,
      },
    ],
  ]);
}

/** A pregnancy the practice knows of, for a woman of an age for it. */
function addPregnancy(draft: Draft): void {
  const birthDate = `${Number(draft.day.slice(0, 4)) - between(draft.random, 19, 43) - 1}-12-15`;
  draft.patient.resource.birthDate = birthDate;
  draft.record.demographics = { ...draft.record.demographics, birthDate };
  draft.record.pregnancy = {
    state: 'pregnant',
    expectedDelivery: daysFrom(draft.day, between(draft.random, 20, 200)),
  };
  const words = pick(draft.random, [
    'Pregnant',
    'Pregnancy',
    'Currently pregnant',
    'Patient currently pregnant',
  ]);
  addStatement(draft, '77386006', words, 'pregnancy-status');
}

const bodies: Readonly<Record<ServiceName, (draft: Draft) => void>> = {
  bloodPressure(draft) {
    addNormalPressure(draft);
    if (draft.random() < 0.6)
      addMeasurement(draft, '78564009', 'Pulse rate', between(draft.random, 52, 104), '{beats}/min');
    if (draft.random() < 0.4) addBody(draft);
  },
  contraception(draft) {
    addPressure(
      draft,
      pick(draft.random, pressureCodes),
      between(draft.random, 105, 130),
      between(draft.random, 64, 82),
    );
    addBody(draft);
    if (draft.random() < 0.4) addStatement(draft, '60001007', 'Not pregnant', 'pregnancy-status');
    addDispense(draft, draft.random() < 0.5 ? medicines.combined : medicines.progestogen);
  },
  minorIllness(draft) {
    const { random } = draft;
    if (draft.patient.resource.gender === 'female' && random() < 0.3) addPregnancy(draft);
    addMeasurement(draft, '703421000', 'Temperature', between(random, 361, 379) / 10, 'Cel');
    const [code, display, supplied] = pick(random, [
      ['262550002', 'Infected insect bite', true],
      ['15805002', 'Acute sinusitis', false],
      ['49727002', 'Cough', false],
      ['3110003', 'Acute otitis media', false],
    ] as const);
    addCondition(draft, code, display);
    if (supplied) addDispense(draft, medicines.flucloxacillin);
  },
  urgentSupply(draft) {
    addDispense(draft, medicines.atorvastatin, 'prescription-dispensing');
  },
};

const names: readonly ServiceName[] = ['bloodPressure', 'contraception', 'minorIllness', 'urgentSupply'];

/** A correct message of a service (of any where left out) with a record that has nothing against it. */
export function correctExample(random: Random, now: Date, service: ServiceName = pick(random, names)): Draft {
  const isContraception = service === 'contraception';
  const sex = isContraception || random() < 0.5 ? 'female' : 'male';
  const draft = newDraft(
    service,
    { sex, age: isContraception ? between(random, 18, 44) : between(random, 19, 78) },
    random,
    now,
  );
  addBackground(draft);
  addTexts(draft);
  bodies[service](draft);
  return draft;
}
