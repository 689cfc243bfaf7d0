// For tests: messages as the practice inbox API answers them. Every person and organisation is made up.
import type { Entry, Finding, OpenItem } from '../inbox-api.ts';

const found = (
  severity: Finding['severity'],
  ruleId: string,
  message: string,
  more: Partial<Finding> = {},
): Finding => ({
  ruleId,
  severity,
  urgent: false,
  overridable: true,
  message,
  ...more,
});

const entryOf = (at: number, fields: Partial<Entry> & Pick<Entry, 'kind' | 'label' | 'text'>): Entry => ({
  ref: `urn:uuid:00000000-0000-4000-8000-00000000000${at}`,
  heading: null,
  code: null,
  term: null,
  sentTerm: null,
  alreadyInRecord: false,
  amendable: [],
  severity: 'NONE',
  findings: [],
  choices: ['accept', 'refuse'],
  decision: null,
  ...fields,
});

const summaryText = entryOf(0, {
  kind: 'text',
  label: 'Text',
  heading: 'clinical-summary',
  text: 'Sore throat for three days, no fever. Advice given.',
});

const pulse = entryOf(1, {
  kind: 'observation',
  label: 'Observation',
  code: '78564009',
  term: 'Pulse rate',
  sentTerm: 'Heart rate',
  text: 'Pulse rate 72 per minute, 2026-11-20',
  choices: ['accept', 'text-only', 'refuse'],
});

const highPressure = entryOf(2, {
  kind: 'observation',
  label: 'Observation',
  code: '163035008',
  term: 'Sitting blood pressure reading',
  sentTerm: 'Sitting blood pressure reading',
  text: 'Sitting blood pressure reading, Systolic 186 mm[Hg], Diastolic 112 mm[Hg], 2026-11-20',
  amendable: ['systolic', 'diastolic', 'effective', 'text'],
  severity: 'ACTION',
  findings: [
    found('ACTION', 'BP-07', 'The blood pressure is very high: same day', { urgent: true }),
    found('WARN', 'BP-17', 'It is 62 mmHg above the last one recorded'),
  ],
  choices: ['accept', 'amend', 'text-only', 'refuse'],
});

const miscodedPregnancy = entryOf(3, {
  kind: 'observation',
  label: 'Observation',
  heading: 'pregnancy-status',
  code: '77386006',
  term: 'Pregnant',
  sentTerm: 'Not pregnant',
  text: 'Not pregnant, 2026-11-20',
  severity: 'BLOCK',
  findings: [
    found('BLOCK', 'PG-01', 'The code says pregnant, the text beside it says "Not pregnant"', {
      overridable: false,
    }),
  ],
  amendable: ['code', 'effective', 'text'],
  choices: ['amend', 'text-only', 'refuse'],
});

const overridableBlock = entryOf(4, {
  kind: 'observation',
  label: 'Observation',
  code: '77386006',
  term: 'Pregnant',
  sentTerm: 'Patient currently pregnant',
  text: 'Patient currently pregnant, 2026-11-20',
  severity: 'BLOCK',
  findings: [found('BLOCK', 'PG-03', 'The recorded sex is male')],
  choices: ['override', 'text-only', 'refuse'],
});

const report = entryOf(5, { kind: 'report', label: 'Report', text: '24-hour report.pdf' });

const smoker = entryOf(6, {
  kind: 'observation',
  label: 'Observation',
  code: '77176002',
  term: 'Smoker',
  sentTerm: 'Smoker',
  text: 'Smoker, 2026-11-20',
  severity: 'WARN',
  findings: [found('WARN', 'DT-05', 'The date is not within a day of the consultation')],
  choices: ['accept', 'text-only', 'refuse'],
});

const antibiotic = entryOf(7, {
  kind: 'medicine',
  label: 'Medicine supplied',
  code: '39113711000001106',
  term: 'Phenoxymethylpenicillin 250mg tablets',
  sentTerm: 'Phenoxymethylpenicillin 250mg tablets',
  text: 'Phenoxymethylpenicillin 250mg tablets supplied, 40 tablet, Two to be taken four times a day, 2026-11-20',
  severity: 'ACTION',
  findings: [
    found('ACTION', 'MD-01', 'The record holds an allergy to penicillin', { urgent: true }),
    found('INFO', 'MD-15', 'Supplied elsewhere: not counted as prescribed here'),
  ],
  amendable: ['code', 'quantity', 'daysSupply', 'dosage', 'effective', 'text'],
  choices: ['accept', 'amend', 'text-only', 'refuse'],
});

const contraceptive = entryOf(8, {
  kind: 'medicine',
  label: 'Medicine supplied',
  code: '323921000001106',
  term: 'Desogestrel 75microgram tablets',
  sentTerm: 'Desogestrel 75microgram tablets',
  text: 'Desogestrel 75microgram tablets supplied, 84 tablet, One to be taken each day, 2026-11-20',
  severity: 'INFO',
  findings: [found('INFO', 'DU-04', 'The twelfth message for this patient in 30 days')],
  choices: ['accept', 'text-only', 'refuse'],
});

const letter = entryOf(9, { kind: 'document', label: 'Document', text: 'application/pdf' });
const photograph = entryOf(10, { kind: 'document', label: 'Document', text: 'image/jpeg' });

export const stories = {
  clean: { entries: [summaryText, pulse], severity: 'NONE', urgent: false },
  high: { entries: [summaryText, highPressure], severity: 'ACTION', urgent: true },
  miscoded: { entries: [summaryText, miscodedPregnancy], severity: 'BLOCK', urgent: false },
  override: { entries: [overridableBlock, report], severity: 'BLOCK', urgent: false },
  check: { entries: [summaryText, smoker], severity: 'WARN', urgent: false },
  clash: { entries: [summaryText, antibiotic], severity: 'ACTION', urgent: true },
  contraception: { entries: [summaryText, contraceptive], severity: 'INFO', urgent: false },
  document: { entries: [letter, photograph], severity: 'NONE', urgent: false },
} as const;
export type Story = keyof typeof stories;

export const receivedAt = '2026-11-20T15:12:00.000Z';

const services: Partial<Record<Story, string>> = {
  high: 'blood-pressure',
  check: 'blood-pressure',
  contraception: 'contraception',
};

/** An open message of the given story. */
export function madeUpItem(item: number, story: Story, more: Partial<OpenItem> = {}): OpenItem {
  const { entries, severity, urgent } = stories[story];
  const isDocument = story === 'document';
  return {
    item,
    title: isDocument ? 'Consultation report' : 'Test Pharmacy - Pharmacy First',
    product: isDocument ? 'send-document' : 'update-record',
    service: isDocument ? null : (services[story] ?? 'minor-illness'),
    sender: isDocument ? { ods: 'NZ999', name: 'Test NHS 111' } : { ods: 'FZZ01', name: 'Test Pharmacy' },
    author: isDocument
      ? { name: 'Ms Petra Sandling', role: 'Nurse' }
      : { name: 'Ms Ada Finch', role: 'Pharmacist' },
    recipientType: isDocument ? 'FI' : 'FA',
    encounterAt: '2026-11-20',
    receivedAt,
    state: 'open',
    severity,
    urgent,
    sensitive: story === 'contraception',
    standing: 'current',
    replaces: null,
    version: 1,
    acceptAll: severity === 'NONE' || severity === 'INFO',
    actionsRequested: story === 'high' ? ['GP to see the patient today, please.'] : [],
    message: { ref: 'message', severity: 'NONE', findings: [], choices: [], decision: null },
    entries: [...entries],
    hiddenFromPatient: story === 'contraception',
    patient: {
      nhsNumber: '9990000018',
      family: 'Hartley',
      given: ['Maya', 'Rose'],
      gender: 'female',
      birthDate: '1984-05-09',
      postcode: 'NM1 4ZZ',
    },
    record: {
      sameKind: [
        {
          code: '163035008',
          display: 'Sitting blood pressure reading',
          effective: '2026-02-11',
          components: [
            { code: '407554009', display: 'Sitting systolic blood pressure', value: 124 },
            { code: '407555005', display: 'Sitting diastolic blood pressure', value: 78 },
          ],
          unit: 'mm[Hg]',
        },
        {
          code: '78564009',
          display: 'Pulse rate',
          effective: '2022-09-01',
          value: 70,
          unit: '/min',
        },
      ],
      problems: [
        { code: '195967001', display: 'Asthma', date: '2004-03-02' },
        { code: '38341003', display: 'Hypertension', date: '2019-06' },
      ],
      allergies: [{ display: 'Penicillin' }],
      medicines: [
        { display: 'Salbutamol 100micrograms/dose inhaler', handedOver: '2026-10-02' },
        { display: 'Amlodipine 5mg tablets', handedOver: '2026-11-01' },
      ],
      pregnancy: 'unknown',
    },
    ruleSetVersion: 'national-2026.11',
    notEvaluated:
      story === 'clash' ? [{ ruleId: 'MD-02', reason: 'no interaction knowledge is loaded' }] : [],
    may: { review: true, act: true },
    replacedVersion: null,
    ...more,
  };
}
