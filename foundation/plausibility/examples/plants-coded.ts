// Planted errors of codes, pregnancy status, blood pressure and measurements. spec: messaging §10.3–§10.5
import type { CodeableConcept, Observation } from '../../fhir/index.ts';
import { medicines } from './correct.ts';
import {
  addCondition,
  addDispense,
  addMeasurement,
  addPressure,
  addStatement,
  addText,
  ambulatory,
  type Draft,
  daysFrom,
  pressureCodes,
  type ServiceName,
  sitting,
} from './draft.ts';
import type { Plant } from './plants.ts';

const row = (
  ruleId: string,
  name: string,
  service: ServiceName,
  plant: (draft: Draft) => void,
  severity?: Plant['severity'],
): Plant => ({ ruleId, name, service, plant, ...(severity === undefined ? {} : { severity }) });

const codingOf = (concept: CodeableConcept | undefined) => concept!.coding![0]!;
const medicine = (draft: Draft) => draft.medicationDispenses[0]!.resource.medicationCodeableConcept!;

/** Makes the patient a woman of an age, in message and record, with nothing said about pregnancy. */
function woman(draft: Draft, age = 29, gender: 'female' | 'male' = 'female'): void {
  const birthDate = `${Number(draft.day.slice(0, 4)) - age - 1}-12-15`;
  draft.patient.resource.gender = gender;
  draft.patient.resource.birthDate = birthDate;
  draft.record.demographics = { ...draft.record.demographics, gender, birthDate };
  draft.observations = draft.observations.filter(
    ({ resource }) => codingOf(resource.code).code !== '60001007',
  );
}

function pregnant(draft: Draft, age = 29, display = 'Pregnant'): void {
  woman(draft, age);
  draft.record.pregnancy = { state: 'pregnant', expectedDelivery: daysFrom(draft.day, 120) };
  addStatement(draft, '77386006', display, 'pregnancy-status');
}

function notPregnant(draft: Draft, age = 29): void {
  woman(draft, age);
  addStatement(draft, '60001007', 'Not pregnant', 'pregnancy-status');
}

function withoutPressure(draft: Draft): void {
  draft.observations = draft.observations.filter(({ resource }) => resource.component === undefined);
}

function pressure(draft: Draft, systolic: number, diastolic: number, codes = sitting): Observation {
  withoutPressure(draft);
  return addPressure(draft, codes, systolic, diastolic).resource;
}

function supplied(draft: Draft, name: keyof typeof medicines): void {
  draft.medicationDispenses = [];
  addDispense(draft, medicines[name]);
}

function history(draft: Draft, code: string, display: string, daysAgo: number): void {
  draft.record.problems = [{ code, display, date: daysFrom(draft.day, -daysAgo), status: 'active' }];
}

function measured(draft: Draft, code: string, display: string, value: number, unit: string): Observation {
  draft.observations = draft.observations.filter(({ resource }) => codingOf(resource.code).code !== code);
  return addMeasurement(draft, code, display, value, unit).resource;
}

const ageOf = (draft: Draft, age: number): void =>
  woman(draft, age, draft.patient.resource.gender as 'female' | 'male');

const terminology: readonly Plant[] = [
  row('T-01', 'a wrong check digit', 'bloodPressure', (draft) => {
    codingOf(pressure(draft, 120, 75, pressureCodes[0]).component![1]!.code).code = '1091811000000100';
  }),
  row('T-01', 'a description id', 'minorIllness', (draft) => {
    codingOf(addCondition(draft, '195967001', 'Asthma').resource.code).code = '301485011';
  }),
  row(
    'T-02',
    'a code of a supplier',
    'minorIllness',
    (draft) => void addCondition(draft, '1030121000006109', 'Adverse reaction to Prednisolone'),
    'BLOCK',
  ),
  row(
    'T-02',
    'a code outside the demonstration table',
    'minorIllness',
    (draft) => void addCondition(draft, '9826008', 'Conjunctivitis'),
    'WARN',
  ),
  row(
    'T-03',
    'a retired code',
    'minorIllness',
    (draft) => void addCondition(draft, '599341000000105', 'Hypertensive disease NOS'),
  ),
  row(
    'T-04',
    'oxygen saturation',
    'minorIllness',
    (draft) => void addMeasurement(draft, '103228002', 'Hemoglobin saturation with oxygen', 98, '%'),
  ),
  row(
    'T-04',
    'a procedure as complaint',
    'minorIllness',
    (draft) => void addCondition(draft, '182836005', 'Review of medication'),
  ),
  row('T-05', 'words of nothing known', 'minorIllness', (draft) => {
    const { code } = addCondition(draft, '195967001', 'Wheezy chest').resource;
    code!.text = 'Asthma';
  }),
  row(
    'T-06',
    'words of the opposite',
    'minorIllness',
    (draft) => void addCondition(draft, '386661006', 'No fever'),
    'BLOCK',
  ),
  row(
    'T-06',
    'words of a sibling',
    'bloodPressure',
    (draft) => {
      codingOf(pressure(draft, 120, 75).component![0]!.code).display = 'Sitting diastolic blood pressure';
    },
    'BLOCK',
  ),
  row(
    'T-06',
    'history of',
    'minorIllness',
    (draft) => void addCondition(draft, '195967001', 'History of asthma'),
    'WARN',
  ),
  row(
    'T-06',
    'the other arm',
    'bloodPressure',
    (draft) => {
      pressure(draft, 120, 75).bodySite = {
        coding: [
          { system: 'http://snomed.info/sct', code: '368208006', display: 'Right upper arm structure' },
        ],
      };
    },
    'BLOCK',
  ),
  row('T-07', 'text against display', 'minorIllness', (draft) => {
    addCondition(draft, '386661006', 'Fever').resource.code!.text = 'No fever';
  }),
  row(
    'T-08',
    'two codes for one statement',
    'minorIllness',
    (draft) =>
      void addCondition(draft, '195967001', 'Asthma').resource.code!.coding!.push({
        system: 'http://snomed.info/sct',
        code: '49727002',
        display: 'Cough',
      }),
  ),
  row('T-09', 'a version', 'minorIllness', (draft) => {
    codingOf(addCondition(draft, '195967001', 'Asthma').resource.code).version =
      'http://snomed.info/sct/83821000000107';
  }),
  row(
    'T-10',
    'a previous id',
    'urgentSupply',
    (draft) => {
      medicine(draft).coding = [
        { system: 'https://dmd.nhs.uk', code: '319773006', display: 'Aspirin 75mg dispersible tablets' },
      ];
    },
    'WARN',
  ),
  row(
    'T-10',
    'not in dm+d',
    'urgentSupply',
    (draft) => {
      codingOf(medicine(draft)).code = '1030121000006109';
    },
    'BLOCK',
  ),
  row(
    'T-10',
    'coded in SNOMED',
    'urgentSupply',
    (draft) => {
      codingOf(medicine(draft)).system = 'http://snomed.info/sct';
    },
    'WARN',
  ),
  row(
    'T-11',
    'a VTM',
    'minorIllness',
    (draft) => {
      supplied(draft, 'amoxicillin');
      medicine(draft).coding = [{ system: 'https://dmd.nhs.uk', code: '27658006', display: 'Amoxicillin' }];
    },
    'BLOCK',
  ),
  row(
    'T-11',
    'a VMP',
    'urgentSupply',
    (draft) => {
      medicine(draft).coding = [
        { system: 'https://dmd.nhs.uk', code: '39695411000001103', display: 'Atorvastatin 10mg tablets' },
      ];
    },
    'WARN',
  ),
  row(
    'T-12',
    'weight in stones',
    'bloodPressure',
    (draft) => void measured(draft, '27113001', 'Body weight', 11, '[stone_av]'),
  ),
  row(
    'T-13',
    'a family history',
    'minorIllness',
    (draft) => void addCondition(draft, '160377001', 'Family history of asthma'),
  ),
  row('T-14', 'pregnancy with a value', 'contraception', (draft) => {
    notPregnant(draft);
    draft.observations.at(-1)!.resource.valueString = 'no';
  }),
  row(
    'T-15',
    'expected date of delivery',
    'minorIllness',
    (draft) => void addStatement(draft, '161714006', 'Estimated date of delivery'),
    'BLOCK',
  ),
  row(
    'T-15',
    'smoking status',
    'bloodPressure',
    (draft) => void addStatement(draft, '77176002', 'Smoker'),
    'BLOCK',
  ),
  row(
    'T-15',
    'the label NOPAT',
    'bloodPressure',
    (draft) => {
      draft.encounter.resource.meta = { security: [{ code: 'NOPAT' }] };
    },
    'WARN',
  ),
];

const pregnancy: readonly Plant[] = [
  row('PG-01', 'pregnant, worded not pregnant', 'minorIllness', (draft) =>
    pregnant(draft, 29, 'Not pregnant'),
  ),
  row('PG-01', 'not pregnant, worded pregnant', 'minorIllness', (draft) => {
    notPregnant(draft);
    const { code } = draft.observations.at(-1)!.resource;
    codingOf(code).display = 'Pregnant';
    code.text = 'Pregnant';
  }),
  row('PG-02', 'both', 'minorIllness', (draft) => {
    pregnant(draft);
    addStatement(draft, '60001007', 'Not pregnant');
  }),
  row('PG-03', 'recorded as male', 'minorIllness', (draft) => {
    pregnant(draft);
    draft.record.demographics = { ...draft.record.demographics, gender: 'male' };
  }),
  row('PG-04', 'aged 67', 'minorIllness', (draft) => pregnant(draft, 67)),
  row('PG-04', 'aged 8', 'minorIllness', (draft) => pregnant(draft, 8)),
  row('PG-05', 'aged 14', 'minorIllness', (draft) => pregnant(draft, 14)),
  row('PG-05', 'aged 53', 'minorIllness', (draft) => pregnant(draft, 53)),
  row(
    'PG-06',
    'hysterectomy',
    'minorIllness',
    (draft) => {
      pregnant(draft);
      history(draft, '236886002', 'Hysterectomy', 900);
    },
    'BLOCK',
  ),
  row(
    'PG-06',
    'an oophorectomy, side not said',
    'minorIllness',
    (draft) => {
      pregnant(draft);
      history(draft, '83152002', 'Oophorectomy', 900);
    },
    'WARN',
  ),
  row(
    'PG-06',
    'menopause four years ago',
    'minorIllness',
    (draft) => {
      pregnant(draft, 49);
      history(draft, '289903006', 'Menopause', 1500);
    },
    'BLOCK',
  ),
  row('PG-07', 'a miscarriage ten days ago', 'minorIllness', (draft) => {
    pregnant(draft);
    history(draft, '17369002', 'Miscarriage', 10);
  }),
  row('PG-08', 'no sign in the record', 'minorIllness', (draft) => {
    pregnant(draft);
    draft.record.pregnancy = { state: 'unknown' };
    draft.record.problems = [];
  }),
  row('PG-09', 'contraception supplied', 'contraception', (draft) => pregnant(draft)),
  row('PG-10', 'urinary infection pathway', 'minorIllness', (draft) => {
    pregnant(draft);
    draft.conditions = [];
    addCondition(draft, '1090711000000102', 'Uncomplicated urinary tract infection');
  }),
  row('PG-10', 'nitrofurantoin', 'minorIllness', (draft) => {
    pregnant(draft);
    supplied(draft, 'nitrofurantoin');
  }),
  row('PG-11', 'booked in the record', 'minorIllness', (draft) => {
    notPregnant(draft);
    draft.record.pregnancy = { state: 'pregnant', expectedDelivery: daysFrom(draft.day, 100) };
  }),
  row('PG-14', 'pregnant, text denies', 'minorIllness', (draft) => {
    pregnant(draft);
    addText(draft, 'history', 'LMP two weeks ago, normal. Patient is not pregnant.');
  }),
  row('PG-14', 'not pregnant, text affirms', 'minorIllness', (draft) => {
    notPregnant(draft);
    addText(draft, 'history', 'She is pregnant, 14 weeks gestation.');
  }),
  row('PG-15', 'pregnant a year ago too', 'minorIllness', (draft) => {
    pregnant(draft);
    draft.record.observations = [{ code: '77386006', effective: daysFrom(draft.day, -350) }];
  }),
  row('PG-16', 'not pregnant, male', 'minorIllness', (draft) => {
    notPregnant(draft);
    draft.record.demographics = { ...draft.record.demographics, gender: 'male' };
  }),
];

const figures: readonly Plant[] = [
  row(
    'BP-01',
    'sitting under standing',
    'bloodPressure',
    (draft) => void pressure(draft, 120, 75, [pressureCodes[2]![0], sitting[1], sitting[2]]),
  ),
  row(
    'BP-01',
    'systolic sitting, diastolic lying',
    'bloodPressure',
    (draft) => void pressure(draft, 120, 75, [sitting[0], sitting[1], pressureCodes[3]![2]]),
  ),
  row('BP-02', 'no diastolic', 'bloodPressure', (draft) => void pressure(draft, 120, 75).component!.pop()),
  row(
    'BP-02',
    'two systolic',
    'bloodPressure',
    (draft) => void pressure(draft, 120, 118, [sitting[0], sitting[1], sitting[1]]),
  ),
  row('BP-03', 'turned round', 'bloodPressure', (draft) => void pressure(draft, 75, 120)),
  row('BP-04', 'systolic 330', 'bloodPressure', (draft) => void pressure(draft, 330, 90)),
  row('BP-04', 'diastolic 12', 'bloodPressure', (draft) => void pressure(draft, 110, 12)),
  row('BP-05', 'pulse pressure 8', 'bloodPressure', (draft) => void pressure(draft, 88, 80)),
  row('BP-06', 'kPa', 'bloodPressure', (draft) => {
    pressure(draft, 120, 75).component![0]!.valueQuantity!.code = 'kPa';
  }),
  row('BP-07', '188/110', 'bloodPressure', (draft) => void pressure(draft, 188, 110)),
  row('BP-07', '150/122', 'bloodPressure', (draft) => void pressure(draft, 150, 122)),
  row('BP-08', '164/96 sitting', 'bloodPressure', (draft) => {
    ageOf(draft, 57);
    pressure(draft, 164, 96);
  }),
  row('BP-08', '152/80 at 84', 'bloodPressure', (draft) => {
    ageOf(draft, 84);
    pressure(draft, 152, 80);
  }),
  row('BP-09', '136/80 at home', 'bloodPressure', (draft) => {
    ageOf(draft, 57);
    pressure(draft, 136, 80, pressureCodes[4]!);
  }),
  row('BP-09', '138/80 ambulatory', 'bloodPressure', (draft) => {
    ageOf(draft, 57);
    pressure(draft, 138, 80, ambulatory);
  }),
  row('BP-10', 'above 120/75', 'bloodPressure', (draft) => {
    pressure(draft, 128, 72);
    draft.record.bloodPressureTarget = { systolic: 120, diastolic: 75 };
  }),
  row('BP-11', '86/62', 'bloodPressure', (draft) => void pressure(draft, 86, 62), 'WARN'),
  row(
    'BP-11',
    '86/62 and dizzy',
    'bloodPressure',
    (draft) => {
      pressure(draft, 86, 62);
      addText(draft, 'history', 'Dizzy on standing since Monday.');
    },
    'ACTION',
  ),
  row('BP-11', '76/50', 'bloodPressure', (draft) => void pressure(draft, 76, 50), 'ACTION'),
  row('BP-12', 'no reading', 'bloodPressure', withoutPressure),
  row('BP-13', 'declined', 'bloodPressure', (draft) => {
    ageOf(draft, 57);
    pressure(draft, 148, 94);
    addStatement(draft, '861231000000105', 'ABPM declined', 'procedures-and-therapies');
  }),
  row('BP-14', 'two readings', 'bloodPressure', (draft) => {
    pressure(draft, 128, 80);
    addPressure(draft, sitting, 124, 78);
  }),
  row(
    'BP-15',
    'an average without report',
    'bloodPressure',
    (draft) => void pressure(draft, 124, 76, ambulatory),
  ),
  row('BP-16', 'combined at 144/84', 'contraception', (draft) => {
    supplied(draft, 'combined');
    pressure(draft, 144, 84);
  }),
  row('BP-16', 'combined at 164/84', 'contraception', (draft) => {
    supplied(draft, 'combined');
    pressure(draft, 164, 84);
  }),
  row('BP-17', 'sixty-five above the last', 'bloodPressure', (draft) => {
    pressure(draft, 132, 80);
    draft.record.observations = [
      {
        code: '163035008',
        effective: daysFrom(draft.day, -60),
        components: [
          { code: '407554009', value: 198 },
          { code: '407555005', value: 100 },
        ],
      },
    ];
  }),
  row(
    'BP-18',
    'pulse 38',
    'bloodPressure',
    (draft) => void measured(draft, '78564009', 'Pulse rate', 38, '{beats}/min'),
  ),
  row(
    'BP-18',
    'irregular',
    'bloodPressure',
    (draft) =>
      void addStatement(draft, '61086009', 'Pulse irregular').resource.category!.splice(0, 1, {
        coding: [{ code: 'vital-signs' }],
      }),
  ),
  row(
    'BP-19',
    'pulse 720',
    'bloodPressure',
    (draft) => void measured(draft, '78564009', 'Pulse rate', 720, '{beats}/min'),
  ),
  row('BP-20', 'on the knee', 'bloodPressure', (draft) => {
    pressure(draft, 120, 75).bodySite = {
      coding: [{ system: 'http://snomed.info/sct', code: '30989003', display: 'Knee pain' }],
    };
  }),
  row(
    'MS-01',
    'height 17 cm',
    'bloodPressure',
    (draft) => void measured(draft, '50373000', 'Body height measure', 17, 'cm'),
  ),
  row(
    'MS-01',
    'temperature 3.71',
    'minorIllness',
    (draft) => void measured(draft, '703421000', 'Temperature', 3.71, 'Cel'),
  ),
  row('MS-02', 'shrunk by nine', 'bloodPressure', (draft) => {
    measured(draft, '50373000', 'Body height measure', 166, 'cm');
    draft.record.observations = [
      { code: '50373000', effective: daysFrom(draft.day, -400), value: 175, unit: 'cm' },
    ];
    draft.observations = draft.observations.filter(
      ({ resource }) => codingOf(resource.code).code !== '60621009',
    );
  }),
  row('MS-02', 'a third lighter', 'bloodPressure', (draft) => {
    measured(draft, '27113001', 'Body weight', 60, 'kg');
    draft.record.observations = [
      { code: '27113001', effective: daysFrom(draft.day, -100), value: 90, unit: 'kg' },
    ];
    draft.observations = draft.observations.filter(
      ({ resource }) => codingOf(resource.code).code !== '60621009',
    );
  }),
  row('MS-03', 'index off by four', 'bloodPressure', (draft) => {
    measured(draft, '50373000', 'Body height measure', 170, 'cm');
    measured(draft, '27113001', 'Body weight', 70, 'kg');
    measured(draft, '60621009', 'Body mass index', 28.2, 'kg/m2');
  }),
  row('MS-04', 'from the patient', 'bloodPressure', (draft) => {
    measured(draft, '50373000', 'Body height measure', 170, 'cm');
    draft.observations = draft.observations.filter(
      ({ resource }) => codingOf(resource.code).code !== '27113001',
    );
    measured(draft, '784399000', 'Self reported body weight', 70, 'kg');
    measured(draft, '60621009', 'Body mass index', 24.2, 'kg/m2');
  }),
  row(
    'MS-05',
    '39.8',
    'minorIllness',
    (draft) => void measured(draft, '703421000', 'Temperature', 39.8, 'Cel'),
  ),
  row(
    'MS-05',
    '34.2',
    'minorIllness',
    (draft) => void measured(draft, '703421000', 'Temperature', 34.2, 'Cel'),
  ),
  row(
    'MS-06',
    '98.6 Cel',
    'minorIllness',
    (draft) => void measured(draft, '703421000', 'Temperature', 98.6, 'Cel'),
  ),
  row(
    'MS-06',
    '37.1 degF',
    'minorIllness',
    (draft) => void measured(draft, '703421000', 'Temperature', 37.1, '[degF]'),
  ),
  row(
    'MS-06',
    '68 cm',
    'bloodPressure',
    (draft) => void measured(draft, '50373000', 'Body height measure', 68, 'cm'),
  ),
  row('MS-06', 'pounds as kg', 'bloodPressure', (draft) => {
    measured(draft, '27113001', 'Body weight', 154, 'kg');
    draft.record.observations = [
      { code: '27113001', effective: daysFrom(draft.day, -300), value: 70, unit: 'kg' },
    ];
  }),
  row('MS-07', 'index 36 and combined', 'contraception', (draft) => {
    supplied(draft, 'combined');
    measured(draft, '50373000', 'Body height measure', 165, 'cm');
    measured(draft, '27113001', 'Body weight', 98, 'kg');
    measured(draft, '60621009', 'Body mass index', 36, 'kg/m2');
  }),
];

export const codedPlants: readonly Plant[] = [...terminology, ...pregnancy, ...figures];
