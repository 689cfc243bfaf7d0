// Long-term conditions: who has them, how they are treated, monitored and written about.

import type { OutsideKey } from './actors.ts';
import type { MedicineKey } from './medicines.ts';
import type { PanelKey } from './panels.ts';

export interface LongTermCondition {
  readonly conceptId: string;
  readonly sex?: 'female' | 'male';
  /** Share of people who have it at 10, 30, 50, 70 and 90 years. */
  readonly share: readonly [number, number, number, number, number];
  /** Youngest age at onset. */
  readonly from: number;
  /** Oldest age at onset, where it has one. */
  readonly until?: number;
  readonly significance: 'major' | 'minor';
  readonly medicines: readonly { readonly key: MedicineKey; readonly chance: number }[];
  readonly panels: readonly PanelKey[];
  /** Values that differ from the usual while it lasts. */
  readonly traits?: Readonly<Record<string, number>>;
  readonly history: readonly string[];
  readonly plan: readonly string[];
  readonly referral?: { readonly conceptId: string; readonly to: OutsideKey; readonly description: string };
  readonly recall?: string;
  /** Another condition this one belongs under. */
  readonly parent?: string;
  /** It always stays within the practice. */
  readonly confidential?: true;
}

const takes = (...list: [MedicineKey, number][]) => list.map(([key, chance]) => ({ key, chance }));

export const conditions = {
  hypertension: {
    conceptId: '59621000',
    share: [0, 0.02, 0.17, 0.42, 0.58],
    from: 28,
    significance: 'major',
    medicines: takes(['ramipril5', 0.65], ['amlodipine', 0.55], ['atorvastatin20', 0.35]),
    panels: ['renal', 'lipids'],
    traits: { cholesterol: 5.2 },
    history: [
      'Raised readings on three occasions, no symptoms.',
      'Home readings averaging above target over seven days.',
    ],
    plan: [
      'Start treatment. Bloods and ECG arranged. Review in four weeks.',
      'Lifestyle advice given, medication discussed and agreed.',
    ],
  },
  diabetes2: {
    conceptId: '44054006',
    share: [0, 0.01, 0.07, 0.16, 0.18],
    from: 32,
    significance: 'major',
    medicines: takes(['metformin', 0.8], ['gliclazide', 0.3], ['atorvastatin20', 0.6]),
    panels: ['hba1c', 'renal', 'lipids', 'albuminCreatinine'],
    traits: { hba1c: 58, acr: 2.9 },
    history: [
      'Thirst and tiredness for two months. HbA1c raised twice.',
      'Found at health check, no symptoms.',
    ],
    plan: [
      'Referred to structured education. Foot check and retinal screening arranged.',
      'Diet and weight discussed; recheck in three months.',
    ],
    recall: '170777000',
  },
  diabetes1: {
    conceptId: '46635009',
    share: [0.002, 0.005, 0.006, 0.004, 0.001],
    from: 5,
    until: 40,
    significance: 'major',
    medicines: takes(['insulin', 1]),
    panels: ['hba1c', 'renal'],
    traits: { hba1c: 64 },
    history: ['Weight loss, thirst and passing a lot of urine over three weeks.'],
    plan: ['Admitted the same day, insulin started. Under specialist team.'],
    recall: '170777000',
  },
  asthma: {
    conceptId: '195967001',
    share: [0.08, 0.09, 0.08, 0.08, 0.06],
    from: 4,
    until: 60,
    significance: 'major',
    medicines: takes(['salbutamol', 0.95]),
    panels: [],
    history: ['Wheeze at night and on exercise, worse with colds.', 'Cough for months, better with inhaler.'],
    plan: [
      'Inhaler technique checked, written action plan given.',
      'Peak flow diary for two weeks, then review.',
    ],
    recall: '394700004',
  },
  copd: {
    conceptId: '13645005',
    share: [0, 0, 0.02, 0.09, 0.1],
    from: 45,
    significance: 'major',
    medicines: takes(['salbutamol', 0.95]),
    panels: ['fullBloodCount'],
    history: [
      'Breathless on hills, winter bronchitis for years.',
      'Productive cough most mornings, smoker until recently.',
    ],
    plan: [
      'Spirometry confirms. Pulmonary rehabilitation offered.',
      'Stop smoking support arranged, vaccinations offered.',
    ],
    recall: '394703002',
  },
  af: {
    conceptId: '49436004',
    share: [0, 0, 0.01, 0.07, 0.16],
    from: 50,
    significance: 'major',
    medicines: takes(['bisoprolol', 0.85]),
    panels: ['renal', 'fullBloodCount'],
    history: ['Irregular pulse found at blood pressure check.', 'Palpitations on and off for a month.'],
    plan: ['ECG confirms. Stroke and bleeding risk scored, anticoagulation discussed.'],
  },
  heartFailure: {
    conceptId: '84114007',
    share: [0, 0, 0.005, 0.03, 0.1],
    from: 55,
    significance: 'major',
    medicines: takes(['furosemide', 0.9], ['bisoprolol', 0.6], ['ramipril5', 0.6]),
    panels: ['renal'],
    history: ['Swollen ankles and breathless lying flat for three weeks.'],
    plan: ['Echocardiogram arranged, water tablet started, daily weights.'],
    parent: 'ihd',
  },
  ihd: {
    conceptId: '414545008',
    share: [0, 0, 0.03, 0.11, 0.17],
    from: 42,
    significance: 'major',
    medicines: takes(['aspirin', 0.85], ['atorvastatin80', 0.8], ['bisoprolol', 0.5]),
    panels: ['lipids', 'renal'],
    traits: { cholesterol: 4.1 },
    history: [
      'Tight chest on walking uphill, eases with rest.',
      'Seen in rapid access chest pain clinic, angiogram done.',
    ],
    plan: ['Secondary prevention started. Cardiac rehabilitation offered.'],
    referral: {
      conceptId: '183444007',
      to: 'hospital',
      description: 'Exertional chest pain, please assess in rapid access clinic.',
    },
  },
  stroke: {
    conceptId: '230690007',
    share: [0, 0, 0.01, 0.04, 0.08],
    from: 50,
    significance: 'major',
    medicines: takes(['clopidogrel', 0.85], ['atorvastatin80', 0.7]),
    panels: ['lipids'],
    history: ['Sudden weakness of the left arm and slurred speech, admitted by ambulance.'],
    plan: ['Discharged on treatment, community rehabilitation in place.'],
  },
  ckd3: {
    conceptId: '433144002',
    share: [0, 0, 0.02, 0.12, 0.3],
    from: 50,
    significance: 'major',
    medicines: [],
    panels: ['renal', 'albuminCreatinine'],
    traits: { egfr: 48, creatinine: 122, acr: 4.5 },
    history: ['eGFR below 60 on two samples three months apart.'],
    plan: ['Coded and explained. Avoid anti-inflammatories, yearly bloods.'],
  },
  osteoarthritis: {
    conceptId: '396275006',
    share: [0, 0.01, 0.09, 0.25, 0.35],
    from: 42,
    significance: 'minor',
    medicines: takes(['paracetamol', 0.7], ['cocodamol', 0.25]),
    panels: [],
    history: [
      'Aching knees and hands, stiff for minutes in the morning.',
      'Right hip pain on walking, wakes at night.',
    ],
    plan: ['Exercises and weight loss advised, simple pain relief.'],
    referral: {
      conceptId: '308447003',
      to: 'physiotherapy',
      description: 'Joint pain limiting walking, please assess and treat.',
    },
  },
  gout: {
    conceptId: '90560007',
    share: [0, 0.005, 0.02, 0.05, 0.05],
    from: 30,
    significance: 'minor',
    medicines: takes(['allopurinol', 0.7]),
    panels: ['renal'],
    history: ['Sudden red hot painful big toe overnight.'],
    plan: ['Settled; preventive treatment started after the attack.'],
  },
  osteoporosis: {
    conceptId: '64859006',
    sex: 'female',
    share: [0, 0, 0.02, 0.12, 0.25],
    from: 52,
    significance: 'major',
    medicines: [],
    panels: [],
    history: ['Wrist fracture after a small fall, scan shows low bone density.'],
    plan: ['Falls assessment, calcium intake discussed, treatment by clinic.'],
  },
  hypothyroidism: {
    conceptId: '40930008',
    share: [0.001, 0.015, 0.04, 0.06, 0.08],
    from: 16,
    significance: 'major',
    medicines: takes(['levothyroxine', 1]),
    panels: ['thyroid'],
    traits: { tsh: 3.1 },
    history: ['Tired, cold and gaining weight for six months.'],
    plan: ['Replacement started, repeat bloods in eight weeks.'],
  },
  reflux: {
    conceptId: '235595009',
    share: [0, 0.03, 0.1, 0.14, 0.14],
    from: 20,
    significance: 'minor',
    medicines: takes(['omeprazole', 0.85]),
    panels: [],
    history: ['Burning behind the breastbone after meals, no warning signs.'],
    plan: ['Trial of treatment for four weeks, lifestyle advice.'],
  },
  depression: {
    conceptId: '35489007',
    share: [0, 0.11, 0.12, 0.08, 0.08],
    from: 16,
    significance: 'major',
    medicines: takes(['sertraline', 0.65]),
    panels: [],
    history: [
      'Low mood and poor sleep for three months, no thoughts of self-harm.',
      'Tearful, off work, support at home.',
    ],
    plan: [
      'Talking therapy self-referral details given, treatment discussed.',
      'Review in two weeks, safety netting done.',
    ],
    referral: {
      conceptId: '308448008',
      to: 'physiotherapy',
      description: 'Low mood, please consider for talking therapy.',
    },
  },
  anxiety: {
    conceptId: '197480006',
    share: [0.01, 0.08, 0.07, 0.05, 0.04],
    from: 14,
    significance: 'minor',
    medicines: [],
    panels: [],
    history: ['Worry most days with palpitations, worse at work.'],
    plan: ['Breathing exercises, online course, review in six weeks.'],
  },
  dementia: {
    conceptId: '52448006',
    share: [0, 0, 0, 0.03, 0.2],
    from: 68,
    significance: 'major',
    medicines: [],
    panels: ['fullBloodCount', 'thyroid'],
    history: ['Family report memory loss over a year, getting lost in familiar places.'],
    plan: ['Memory clinic confirms. Carer support and care plan agreed.'],
  },
  migraine: {
    conceptId: '37796009',
    share: [0.02, 0.08, 0.07, 0.03, 0.01],
    from: 8,
    until: 50,
    significance: 'minor',
    medicines: takes(['ibuprofen', 0.3]),
    panels: [],
    history: ['One-sided throbbing headache with nausea, twice a month.'],
    plan: ['Headache diary, avoid triggers, treatment early in the attack.'],
  },
  breastCancer: {
    conceptId: '254837009',
    sex: 'female',
    share: [0, 0.002, 0.015, 0.04, 0.06],
    from: 30,
    significance: 'major',
    medicines: [],
    panels: [],
    history: ['Lump found in the left breast, referred under two-week wait.'],
    plan: ['Surgery and radiotherapy completed, yearly mammograms.'],
  },
  prostateCancer: {
    conceptId: '399068003',
    sex: 'male',
    share: [0, 0, 0.004, 0.05, 0.1],
    from: 52,
    significance: 'major',
    medicines: [],
    panels: [],
    history: ['Poor stream and raised blood test, biopsy done.'],
    plan: ['Active surveillance by urology.'],
  },
  glaucoma: {
    conceptId: '23986001',
    share: [0, 0, 0.01, 0.04, 0.08],
    from: 48,
    significance: 'minor',
    medicines: [],
    panels: [],
    history: ['Raised pressures found by optician.'],
    plan: ['Drops started by eye clinic, yearly check there.'],
  },
  polycysticOvaries: {
    conceptId: '69878008',
    sex: 'female',
    share: [0, 0.05, 0.03, 0, 0],
    from: 17,
    until: 40,
    significance: 'minor',
    medicines: [],
    panels: [],
    history: ['Irregular periods and acne since teens, scan typical.'],
    plan: ['Explained, weight and contraception discussed.'],
  },
  endometriosis: {
    conceptId: '76376003',
    sex: 'female',
    share: [0, 0.03, 0.02, 0, 0],
    from: 18,
    until: 45,
    significance: 'major',
    medicines: takes(['ibuprofen', 0.5]),
    panels: [],
    history: ['Painful heavy periods for years, pain between periods too.'],
    plan: ['Gynaecology confirmed at laparoscopy, hormonal treatment offered.'],
  },
  ironDeficiency: {
    conceptId: '87522002',
    sex: 'female',
    share: [0.01, 0.05, 0.04, 0.03, 0.03],
    from: 14,
    significance: 'minor',
    medicines: takes(['ferrousSulfate', 0.85]),
    panels: ['fullBloodCount', 'ferritin'],
    traits: { haemoglobin: 109, mcv: 77, ferritin: 9 },
    history: ['Tired and pale, heavy periods.'],
    plan: ['Iron for three months after levels return to normal.'],
  },
  rhinitis: {
    conceptId: '61582004',
    share: [0.06, 0.07, 0.05, 0.03, 0.01],
    from: 5,
    until: 50,
    significance: 'minor',
    medicines: [],
    panels: [],
    history: ['Sneezing and itchy eyes every summer.'],
    plan: ['Nasal spray and tablets from the pharmacy.'],
  },
  obesity: {
    conceptId: '414916001',
    share: [0.03, 0.1, 0.16, 0.14, 0.05],
    from: 8,
    significance: 'minor',
    medicines: [],
    panels: ['hba1c', 'lipids'],
    traits: { hba1c: 40 },
    history: ['Asks for help with weight.'],
    plan: ['Referred to the weight management programme.'],
  },
  hiv: {
    conceptId: '86406008',
    share: [0, 0.002, 0.002, 0.001, 0],
    from: 20,
    significance: 'major',
    medicines: [],
    panels: [],
    history: ['Letter from clinic, well on treatment from there.'],
    plan: ['Treatment by specialist clinic. Not to be shared, at the patient\u2019s wish.'],
    confidential: true,
  },
} as const satisfies Record<string, LongTermCondition>;

export type ConditionKey = keyof typeof conditions;
export const conditionKeys = Object.keys(conditions) as ConditionKey[];
export const conditionOf = (key: ConditionKey): LongTermCondition => conditions[key];

/** The share of people of an age who have it, between the points of the table. */
export function shareAt(condition: LongTermCondition, age: number): number {
  const position = Math.min(3.999, Math.max(0, (age - 10) / 20));
  const below = Math.floor(position);
  const part = position - below;
  return condition.share[below]! * (1 - part) + condition.share[below + 1]! * part;
}
