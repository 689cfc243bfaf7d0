// Which clinical area each role belongs to, and what the areas are called in warnings and placeholders.
// spec: access-record-structured §9.3
import { type ClinicalArea, clinicalAreas } from '@gp-connect/foundation/nhs';
import type { Role } from '../record/index.ts';

/** What a practice can switch: the nine areas, and DocumentReferences in structured answers. */
export type SwitchableArea = ClinicalArea | 'documents';

export const areaOfRole: Readonly<Partial<Record<Role, SwitchableArea>>> = {
  'allergy-active': 'allergies',
  'allergy-ended': 'allergies',
  medication: 'medications',
  statement: 'medications',
  plan: 'medications',
  order: 'medications',
  encounter: 'consultations',
  'consultation-list': 'consultations',
  'topic-list': 'consultations',
  'heading-list': 'consultations',
  narrative: 'consultations',
  problem: 'problems',
  immunisation: 'immunisations',
  'immunisation-status': 'immunisations',
  uncategorised: 'uncategorised',
  'questionnaire-response': 'uncategorised',
  report: 'investigations',
  'report-part': 'investigations',
  specimen: 'investigations',
  'test-request': 'investigations',
  referral: 'referrals',
  diary: 'diary',
  document: 'documents',
};

/** The word in `<word> has been disabled`. */
export const disabledName = (area: SwitchableArea): string =>
  area === 'documents' ? 'DocumentReferences' : clinicalAreas[area].parameter;

/** The display that stands in place of a reference into a switched-off area. */
export const disabledPlaceholder = (area: SwitchableArea): string =>
  `${area === 'documents' ? 'Document' : clinicalAreas[area].itemName} items have been disabled`;

/** The display in place of something no resource of this capability can carry. spec: §9.4 */
export const unsupportedPlaceholder = (type: string): string =>
  `${type === 'ProcedureRequest' ? 'Test Request' : type} items are not supported by the provider system`;
