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
  text: 'Sitting blood pressure reading, systolic 186 mmHg, diastolic 112 mmHg, 2026-11-20',
  severity: 'ACTION',
  findings: [
    found('ACTION', 'BP-07', 'The blood pressure is very high: same day', { urgent: true }),
    found('WARN', 'BP-17', 'It is 62 mmHg above the last one recorded'),
  ],
  choices: ['accept', 'text-only', 'refuse'],
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
  choices: ['text-only', 'refuse'],
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

export const stories = {
  clean: { entries: [summaryText, pulse], severity: 'NONE', urgent: false },
  high: { entries: [summaryText, highPressure], severity: 'ACTION', urgent: true },
  miscoded: { entries: [summaryText, miscodedPregnancy], severity: 'BLOCK', urgent: false },
  override: { entries: [overridableBlock, report], severity: 'BLOCK', urgent: false },
} as const;
export type Story = keyof typeof stories;

export const receivedAt = '2026-11-20T15:12:00.000Z';

/** An open message of the given story. */
export function madeUpItem(item: number, story: Story, more: Partial<OpenItem> = {}): OpenItem {
  const { entries, severity, urgent } = stories[story];
  const clean = story === 'clean';
  return {
    item,
    title: 'Test Pharmacy - Pharmacy First',
    product: 'update-record',
    service: story === 'high' ? 'blood-pressure' : 'minor-illness',
    sender: { ods: 'FZZ01', name: 'Test Pharmacy' },
    author: { name: 'FINCH, Ada', role: 'Pharmacist' },
    encounterAt: '2026-11-20',
    receivedAt,
    state: 'open',
    severity,
    urgent,
    sensitive: false,
    standing: 'current',
    replaces: null,
    version: 1,
    acceptAll: clean,
    actionsRequested: story === 'high' ? ['GP to see the patient today, please.'] : [],
    message: { ref: 'message', severity: 'NONE', findings: [], choices: [], decision: null },
    entries: [...entries],
    hiddenFromPatient: false,
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
          display: null,
          effective: '2026-02-11',
          components: [
            { code: '407554009', display: null, value: 124 },
            { code: '407555005', display: null, value: 78 },
          ],
          unit: 'mmHg',
        },
        { code: '78564009', display: null, effective: '2025-09-01', value: 70, unit: 'per minute' },
      ],
      problems: [{ code: '195967001', display: 'Asthma', date: '2004-03-02' }],
      allergies: [{ display: 'Penicillin' }],
      medicines: [{ display: 'Salbutamol 100micrograms/dose inhaler' }],
      pregnancy: 'unknown',
    },
    replacedVersion: null,
    ...more,
  };
}
