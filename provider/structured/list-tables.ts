// The lists of an answer: codes, displays, titles. spec: access-record-structured §6.2, §6.3
import {
  type ClinicalArea,
  clinicalAreaNames,
  clinicalAreas,
  endedAllergiesList,
  system,
} from '@gp-connect/foundation/nhs';
import type { Role } from '../record/index.ts';
import type { SwitchableArea } from './areas.ts';

/** What secondary lists sort items by. */
export type ItemKind = SwitchableArea | 'ended-allergies';
export type Origin = 'consultations' | 'problems';

export const linkedProblems = 'linked-problems';
export const endedAllergies = 'ended-allergies';
export type PrimaryKey = ClinicalArea | typeof endedAllergies;
export type SecondaryKey = `${Origin}:${ItemKind}` | typeof linkedProblems;
export type ListKey = PrimaryKey | SecondaryKey;

export interface ListRow {
  key: ListKey;
  /** The switch that governs the list's items. */
  area: SwitchableArea;
  system: string;
  code: string;
  display: string;
  title: string;
}

const primaryRows: ListRow[] = clinicalAreaNames.flatMap((area): ListRow[] => {
  const { listCode, title, display } = clinicalAreas[area];
  const row: ListRow = { key: area, area, system: system.snomed, code: listCode, display, title };
  return area === 'allergies'
    ? [row, { key: endedAllergies, area, system: system.snomed, ...endedAllergiesList }]
    : [row];
});

/** Lower case, spaces and ` - ` as hyphens. */
const codeOfTitle = (title: string): string => title.toLowerCase().replace(/ - | /g, '-');

const secondary = (key: SecondaryKey, area: SwitchableArea, title: string): ListRow => ({
  key,
  area,
  system: system.secondaryList,
  code: codeOfTitle(title),
  display: title,
  title,
});

const contained = (kind: ItemKind, area: SwitchableArea, text: string): ListRow =>
  secondary(`consultations:${kind}`, area, `Consultations - ${text} in consultations`);
const related = (kind: ItemKind, area: SwitchableArea, text: string): ListRow =>
  secondary(`problems:${kind}`, area, `Problems - ${text} related to problems`);

const secondaryRows: ListRow[] = [
  contained('allergies', 'allergies', 'allergies contained'),
  contained('ended-allergies', 'allergies', 'allergies that have been ended contained'),
  contained('diary', 'diary', 'diary entries contained'),
  contained('documents', 'documents', 'documents contained'),
  contained('immunisations', 'immunisations', 'immunisations contained'),
  contained('investigations', 'investigations', 'investigations contained'),
  contained('medications', 'medications', 'medications contained'),
  contained('referrals', 'referrals', 'outbound referrals'),
  contained('problems', 'problems', 'problems contained'),
  contained('uncategorised', 'uncategorised', 'uncategorised data contained'),
  related('allergies', 'allergies', 'allergies'),
  related('ended-allergies', 'allergies', 'allergies that have been ended'),
  related('consultations', 'consultations', 'consultations'),
  related('diary', 'diary', 'diary entries'),
  related('documents', 'documents', 'documents'),
  related('immunisations', 'immunisations', 'immunisations'),
  related('investigations', 'investigations', 'investigations'),
  related('medications', 'medications', 'medications'),
  related('referrals', 'referrals', 'outbound referrals'),
  secondary(linkedProblems, 'problems', 'Problems - linked problems not relating to the primary query'),
  related('uncategorised', 'uncategorised', 'uncategorised data'),
];

export const listRows: readonly ListRow[] = [...primaryRows, ...secondaryRows];

export const isPrimary = (row: ListRow): boolean => row.system === system.snomed;

/** Which kind of secondary list an item of each role is indexed by. */
export const kindOfRole: Readonly<Partial<Record<Role, ItemKind>>> = {
  'allergy-active': 'allergies',
  'allergy-ended': 'ended-allergies',
  statement: 'medications',
  plan: 'medications',
  order: 'medications',
  encounter: 'consultations',
  problem: 'problems',
  immunisation: 'immunisations',
  'immunisation-status': 'immunisations',
  uncategorised: 'uncategorised',
  narrative: 'uncategorised',
  'questionnaire-response': 'uncategorised',
  report: 'investigations',
  'report-part': 'investigations',
  specimen: 'investigations',
  'test-request': 'investigations',
  referral: 'referrals',
  diary: 'diary',
  document: 'documents',
};
