// Short illnesses and complaints people see their practice about.
import type { MedicineKey } from './medicines.ts';

export interface Illness {
  readonly conceptId: string;
  readonly from: number;
  readonly until: number;
  readonly sex?: 'female' | 'male';
  readonly weight: number;
  readonly history: readonly string[];
  readonly plan: readonly string[];
  readonly medicine?: MedicineKey;
  /** Instead, for people allergic to penicillin. */
  readonly alternative?: MedicineKey;
  readonly medicineChance?: number;
  readonly fever?: true;
  readonly investigate?: 'fullBloodCount' | 'crp' | 'thyroid';
}

const WORSE = 'Come back if worse or not better in a week.';

export const illnesses: readonly Illness[] = [
  {
    conceptId: '54150009',
    from: 0,
    until: 99,
    weight: 10,
    fever: true,
    history: [
      'Runny nose, sore throat and cough for four days.',
      'Cold symptoms for a week, eating and drinking.',
    ],
    plan: [`Explained viral, no antibiotics. ${WORSE}`],
  },
  {
    conceptId: '90176007',
    from: 3,
    until: 35,
    weight: 5,
    fever: true,
    medicine: 'amoxicillin',
    alternative: 'clarithromycin',
    medicineChance: 0.4,
    history: ['Sore throat three days, painful to swallow.'],
    plan: [`Fluids and pain relief. ${WORSE}`],
  },
  {
    conceptId: '3110003',
    from: 1,
    until: 14,
    weight: 6,
    fever: true,
    history: ['Ear pain since last night, off food.'],
    plan: [`Pain relief, drum red but intact. ${WORSE}`],
  },
  {
    conceptId: '50417007',
    from: 30,
    until: 99,
    weight: 5,
    fever: true,
    medicine: 'doxycycline',
    medicineChance: 0.7,
    investigate: 'crp',
    history: ['Chesty cough with green phlegm for ten days, short of breath on stairs.'],
    plan: [`Antibiotic, fluids, safety netting. ${WORSE}`],
  },
  {
    conceptId: '68566005',
    from: 16,
    until: 99,
    sex: 'female',
    weight: 7,
    medicine: 'nitrofurantoin',
    medicineChance: 0.85,
    history: ['Burning on passing urine and going often for two days.'],
    plan: [`Three days of treatment. ${WORSE}`],
  },
  {
    conceptId: '48277006',
    from: 2,
    until: 14,
    weight: 3,
    medicine: 'fusidicAcid',
    medicineChance: 0.9,
    history: ['Crusted sores around the mouth.'],
    plan: ['Cream three times a day, own towel, off school until healed.'],
  },
  {
    conceptId: '271807003',
    from: 0,
    until: 70,
    weight: 4,
    history: ['Itchy rash on arms for a week.'],
    plan: ['Emollient, soap substitute, review if spreading.'],
  },
  {
    conceptId: '249519007',
    from: 1,
    until: 80,
    weight: 4,
    history: ['Vomiting and loose stools for two days, others at home the same.'],
    plan: [`Fluids, hand washing. ${WORSE}`],
  },
  {
    conceptId: '279039007',
    from: 18,
    until: 85,
    weight: 9,
    medicine: 'ibuprofen',
    medicineChance: 0.4,
    history: [
      'Low back pain after lifting, no leg symptoms.',
      'Back pain for three weeks, stiff in the mornings.',
    ],
    plan: ['Keep moving, exercises sheet given.'],
  },
  {
    conceptId: '30989003',
    from: 16,
    until: 85,
    weight: 6,
    history: ['Knee pain on stairs, no injury, no swelling.'],
    plan: ['Exercises, weight and footwear advice.'],
  },
  {
    conceptId: '202882003',
    from: 28,
    until: 70,
    weight: 3,
    history: ['Heel pain on first steps in the morning.'],
    plan: ['Stretches, cushioned footwear.'],
  },
  {
    conceptId: '25064002',
    from: 10,
    until: 80,
    weight: 5,
    history: ['Headaches for a month, no warning signs.'],
    plan: ['Diary and review, eye test advised.'],
  },
  {
    conceptId: '267032009',
    from: 16,
    until: 90,
    weight: 6,
    investigate: 'fullBloodCount',
    history: ['Tired all the time for three months, sleeping poorly.'],
    plan: ['Bloods arranged, telephone review with results.'],
  },
  {
    conceptId: '404640003',
    from: 50,
    until: 99,
    weight: 4,
    history: ['Dizzy on standing up, no falls.'],
    plan: ['Lying and standing pressure checked, medication reviewed.'],
  },
  {
    conceptId: '4740000',
    from: 50,
    until: 95,
    weight: 2,
    medicine: 'aciclovir',
    medicineChance: 0.9,
    history: ['Painful blistering rash round one side of the chest.'],
    plan: ['Treatment within 72 hours, pain relief, keep covered.'],
  },
  {
    conceptId: '128045006',
    from: 40,
    until: 99,
    weight: 3,
    medicine: 'flucloxacillin',
    alternative: 'clarithromycin',
    medicineChance: 0.9,
    history: ['Red hot spreading skin on the lower leg, edge marked.'],
    plan: [`Antibiotic for seven days. ${WORSE}`],
  },
  {
    conceptId: '15805002',
    from: 16,
    until: 70,
    weight: 3,
    history: ['Facial pain and blocked nose for eight days.'],
    plan: [`Self-care, delayed prescription not needed. ${WORSE}`],
  },
  {
    conceptId: '262550002',
    from: 5,
    until: 80,
    weight: 2,
    medicine: 'flucloxacillin',
    alternative: 'clarithromycin',
    medicineChance: 0.4,
    history: ['Insect bite on the calf, red and tender.'],
    plan: ['Cool compress, mark the edge, return if spreading.'],
  },
  {
    conceptId: '21522001',
    from: 8,
    until: 80,
    weight: 4,
    history: ['Crampy abdominal pain on and off, bowels regular.'],
    plan: ['Examination reassuring. Diary, review in two weeks.'],
  },
  {
    conceptId: '445241004',
    from: 16,
    until: 85,
    weight: 4,
    history: ['Cough for five weeks after a cold, chest clear.'],
    plan: ['Explained, expected to settle within eight weeks.'],
  },
  {
    conceptId: '49727002',
    from: 0,
    until: 8,
    weight: 6,
    fever: true,
    history: ['Cough at night for five days, playing normally.'],
    plan: [`Chest clear. ${WORSE}`],
  },
];

/** Illnesses someone of this age and sex may have. */
export function illnessesFor(age: number, sex: 'female' | 'male'): readonly Illness[] {
  return illnesses.filter(
    (illness) =>
      age >= illness.from && age <= illness.until && (illness.sex === undefined || illness.sex === sex),
  );
}
