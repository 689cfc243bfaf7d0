// The services and record headings of Update Record. spec: messaging §6.1, §6.3
import type { ItkDocument } from './message.ts';
import { documentType } from './shared-element-tables.ts';
import { itkSystem } from './systems.ts';

/** The four pharmacy services: Composition.type and Encounter.reason. spec: messaging §6.1 */
export const pharmacyServices = {
  'blood-pressure': {
    code: '1659111000000107',
    display: 'Community Pharmacy Blood Pressure Check Service',
  },
  contraception: { code: '1659121000000101', display: 'Community Pharmacy Contraception Service' },
  'minor-illness': {
    code: '1577041000000109',
    display: 'Community Pharmacist Consultation Service for minor illness',
  },
  'urgent-supply': {
    code: '1577321000000100',
    display: 'Community Pharmacist Consultation Service for urgent medicine supply',
  },
} as const;
export type PharmacyService = keyof typeof pharmacyServices;

/** The service of an Update Record document; undefined for any other type. */
export function serviceOf(document: ItkDocument): PharmacyService | undefined {
  const type = documentType(document);
  return (Object.keys(pharmacyServices) as PharmacyService[]).find(
    (service) => pharmacyServices[service].code === type,
  );
}

/** Record headings: which resource carries them. spec: messaging §6.3 */
export const recordHeadings = {
  'clinical-summary': { display: 'Clinical summary', carrier: 'ClinicalImpression' },
  history: { display: 'History', carrier: 'ClinicalImpression' },
  'red-flags': { display: 'Red flags', carrier: 'ClinicalImpression' },
  'presenting-complaints-or-issues': { display: 'Presenting complaints or issues', carrier: 'Condition' },
  'information-and-advice-given': {
    display: 'Information and advice given',
    carrier: 'ClinicalImpression',
  },
  'plan-and-requested-actions': { display: 'Plan and requested actions', carrier: 'ClinicalImpression' },
  'signpost-details': { display: 'Signpost details', carrier: 'ClinicalImpression' },
  'pregnancy-status': { display: 'Pregnancy status', carrier: 'Observation' },
  'procedures-and-therapies': { display: 'Procedures and therapies', carrier: 'Observation' },
  /** Withdrawn: read, never sent. */
  'social-context': { display: 'Social context', carrier: 'Observation' },
} as const;
export type RecordHeading = keyof typeof recordHeadings;

/** The heading a resource is tagged with. */
export function headingOf(resource: Record<string, unknown>): string | undefined {
  const tags = (resource.meta as { tag?: { system?: string; code?: string }[] } | undefined)?.tag;
  return tags?.find((tag) => tag.system === itkSystem.heading)?.code;
}
