// The parameter table: names, parts, value keys and cardinalities. spec: access-record-structured §3.1
import type { ClinicalArea } from '@gp-connect/foundation/nhs';

/** What a value must be, beyond its type; the checks are in values.ts. */
export type ValueKind =
  | 'nhs-number'
  | 'boolean'
  | 'past-date'
  | 'future-date'
  | 'past-period'
  | 'positive-integer'
  | 'problem-status'
  | 'problem-significance';

/** The JSON key that carries a value of each kind. */
export const valueKeys: Readonly<Record<ValueKind, string>> = {
  'nhs-number': 'valueIdentifier',
  boolean: 'valueBoolean',
  'past-date': 'valueDate',
  'future-date': 'valueDate',
  'past-period': 'valuePeriod',
  'positive-integer': 'valuePositiveInt',
  'problem-status': 'valueCode',
  'problem-significance': 'valueCode',
};

export interface PartRow {
  name: string;
  kind: ValueKind;
  required?: true;
  /** Known only while the 1.5 compatibility switch is on. spec: §17 */
  until162?: true;
}

export interface ParameterRow {
  name: string;
  area: ClinicalArea;
  parts: readonly PartRow[];
  /** May be sent more than once while the 1.5 compatibility switch is on. */
  repeatsUntil162?: true;
}

export const patientParameter = 'patientNHSNumber';

const period = (name: string): PartRow => ({ name, kind: 'past-period' });

export const parameterTable: readonly ParameterRow[] = [
  {
    name: 'includeAllergies',
    area: 'allergies',
    parts: [{ name: 'includeResolvedAllergies', kind: 'boolean', required: true }],
  },
  {
    name: 'includeMedication',
    area: 'medications',
    parts: [
      { name: 'includePrescriptionIssues', kind: 'boolean' },
      { name: 'medicationSearchFromDate', kind: 'past-date' },
    ],
  },
  {
    name: 'includeConsultations',
    area: 'consultations',
    parts: [
      period('consultationSearchPeriod'),
      { name: 'includeNumberOfMostRecent', kind: 'positive-integer' },
    ],
  },
  {
    name: 'includeProblems',
    area: 'problems',
    repeatsUntil162: true,
    parts: [
      { name: 'filterStatus', kind: 'problem-status' },
      { name: 'filterSignificance', kind: 'problem-significance', until162: true },
    ],
  },
  {
    name: 'includeImmunisations',
    area: 'immunisations',
    parts: [
      { name: 'includeNotGiven', kind: 'boolean' },
      { name: 'includeStatus', kind: 'boolean' },
    ],
  },
  {
    name: 'includeUncategorisedData',
    area: 'uncategorised',
    parts: [period('uncategorisedDataSearchPeriod')],
  },
  { name: 'includeInvestigations', area: 'investigations', parts: [period('investigationSearchPeriod')] },
  { name: 'includeReferrals', area: 'referrals', parts: [period('referralSearchPeriod')] },
  {
    name: 'includeDiaryEntries',
    area: 'diary',
    parts: [{ name: 'diaryEntriesSearchDate', kind: 'future-date' }],
  },
];

const contentFilters = [
  'includeMedication.medicationSearchFromDate',
  'includeUncategorisedData.uncategorisedDataSearchPeriod',
  'includeReferrals.referralSearchPeriod',
  'includeDiaryEntries.diaryEntriesSearchDate',
  'includeImmunisations.includeNotGiven',
  'includeImmunisations.includeStatus',
];

/** Parts that may not appear beside a parameter, whatever their value. spec: §3.4 */
export const forbiddenWith: Readonly<Record<string, readonly string[]>> = {
  includeConsultations: [
    ...contentFilters,
    'includeProblems.filterStatus',
    'includeProblems.filterSignificance',
  ],
  includeProblems: contentFilters,
};

/** Predefined searches, exempt from `forbiddenWith`: exactly these parameters and parts. spec: §3.4 */
export const predefinedSearches: readonly (readonly string[])[] = [
  [
    'includeConsultations',
    'includeConsultations.includeNumberOfMostRecent',
    'includeProblems',
    'includeAllergies',
    'includeAllergies.includeResolvedAllergies',
    'includeMedication',
    'includeMedication.medicationSearchFromDate',
  ],
].flatMap((first) => [first, [...first, 'includeImmunisations', 'includeUncategorisedData']]);

export const predefinedConsultations = 3;
/** How far back the medication date of a predefined search may lie. */
export const predefinedDays = 366;
