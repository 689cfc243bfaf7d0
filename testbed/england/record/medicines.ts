// The medicines people of England take: product, directions, usual supply.
// spec: access-record-structured §11.2–11.4

export interface Medicine {
  readonly conceptId: string;
  readonly directions: string;
  readonly patientInstruction?: string;
  readonly quantity: number;
  readonly unit: string;
  /** How long one supply lasts, in days. */
  readonly days: number;
}

const row = (
  conceptId: string,
  directions: string,
  quantity: number,
  unit: string,
  days: number,
  patientInstruction?: string,
): Medicine => ({
  conceptId,
  directions,
  quantity,
  unit,
  days,
  ...(patientInstruction === undefined ? {} : { patientInstruction }),
});

const ONCE = 'Take one tablet once a day';

export const medicines = {
  amlodipine: row('39731911000001109', ONCE, 56, 'tablet', 56),
  ramipril5: row('42381611000001104', 'Take one capsule once a day', 56, 'capsule', 56),
  ramipril10: row('42381211000001101', 'Take one capsule once a day', 56, 'capsule', 56),
  atorvastatin10: row('39695411000001103', 'Take one tablet at night', 56, 'tablet', 56),
  atorvastatin20: row('39733011000001106', 'Take one tablet at night', 56, 'tablet', 56),
  atorvastatin80: row('39733211000001101', 'Take one tablet at night', 56, 'tablet', 56),
  bisoprolol: row('42371211000001106', ONCE, 56, 'tablet', 56),
  aspirin: row('42291811000001106', 'Disperse one tablet in water and take once a day', 56, 'tablet', 56),
  clopidogrel: row('39689111000001106', ONCE, 56, 'tablet', 56),
  omeprazole: row('42356411000001102', 'Take one capsule once a day before food', 56, 'capsule', 56),
  metformin: row(
    '325278007',
    'Take one tablet twice a day with meals',
    112,
    'tablet',
    56,
    'Take with or just after food',
  ),
  metforminMr: row(
    '39113511000001101',
    'Take two tablets once a day with the evening meal',
    112,
    'tablet',
    56,
  ),
  gliclazide: row('38896211000001104', 'Take one tablet once a day with breakfast', 56, 'tablet', 56),
  insulin: row(
    '38897011000001107',
    'Inject 18 units once a day, as advised',
    5,
    'pre-filled disposable injection',
    84,
  ),
  levothyroxine: row('39697911000001101', 'Take one tablet once a day before breakfast', 56, 'tablet', 56),
  salbutamol: row(
    '39113611000001102',
    'Inhale two doses when needed',
    1,
    'inhaler',
    60,
    'See a nurse if needed more than three times a week',
  ),
  sertraline: row('9751511000001104', ONCE, 28, 'tablet', 28),
  furosemide: row('317972000', 'Take one tablet in the morning', 56, 'tablet', 56),
  ferrousSulfate: row('327438003', 'Take one tablet once a day', 84, 'tablet', 84),
  allopurinol: row('330062008', ONCE, 56, 'tablet', 56),
  paracetamol: row(
    '322236009',
    'Take two tablets up to four times a day when needed',
    100,
    'tablet',
    25,
    'No more than 8 tablets in 24 hours',
  ),
  cocodamol: row(
    '322341003',
    'Take one or two tablets up to four times a day when needed',
    100,
    'tablet',
    25,
  ),
  ibuprofen: row('329653008', 'Take one tablet three times a day with food', 42, 'tablet', 14),
  microgynon: row(
    '42111000001107',
    'Take one tablet daily for 21 days, then a 7 day break',
    63,
    'tablet',
    84,
  ),
  rigevidon: row(
    '17346711000001106',
    'Take one tablet daily for 21 days, then a 7 day break',
    63,
    'tablet',
    84,
  ),
  desogestrel: row('22263411000001107', 'Take one tablet at the same time every day', 84, 'tablet', 84),
  amoxicillin: row('39732411000001106', 'Take one capsule three times a day', 15, 'capsule', 5),
  flucloxacillin: row(
    '39692211000001107',
    'Take one capsule four times a day on an empty stomach',
    28,
    'capsule',
    7,
  ),
  penicillinV: row('41953711000001109', 'Give 10ml twice a day', 200, 'ml', 10),
  nitrofurantoin: row('39108511000001108', 'Take one capsule twice a day with food', 6, 'capsule', 3),
  clarithromycin: row('41946511000001109', 'Take one tablet twice a day', 10, 'tablet', 5),
  doxycycline: row('41948311000001104', 'Take two capsules on day one, then one a day', 6, 'capsule', 5),
  aciclovir: row('41485911000001101', 'Take one tablet five times a day', 35, 'tablet', 7),
  fusidicAcid: row('41898711000001103', 'Apply thinly three times a day', 15, 'gram', 5),
} as const satisfies Record<string, Medicine>;

export type MedicineKey = keyof typeof medicines;

/** Products known by an earlier code of the same preparation; records from before the change carry it. */
export const earlierCode: Partial<Record<MedicineKey, string>> = {
  amlodipine: '319284000',
  ramipril5: '318475005',
  ramipril10: '318906001',
  aspirin: '319773006',
  omeprazole: '317291008',
};
