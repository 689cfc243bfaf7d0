// What the consultation form offers to choose from. Codes are SNOMED CT and dm+d, with the term a person reads.
import type { CodeInput } from '@gp-connect/consumer';
import { demonstrationConcepts } from '@gp-connect/foundation/terminology';

/** The conditions of the Pharmacy First clinical pathways, and two common minor illnesses. */
export const complaints: readonly CodeInput[] = [
  { code: '3110003', display: 'Acute otitis media' },
  { code: '363746003', display: 'Acute pharyngitis' },
  { code: '15805002', display: 'Acute sinusitis' },
  { code: '4740000', display: 'Herpes zoster' },
  { code: '48277006', display: 'Impetigo' },
  { code: '262550002', display: 'Infected insect bite' },
  { code: '1090711000000102', display: 'Uncomplicated urinary tract infection' },
];

/** Actual medicinal products; a live deployment gives its own dm+d list. */
export const demonstrationMedicines = (): readonly CodeInput[] =>
  demonstrationConcepts()
    .filter(({ dmdLevel, active }) => dmdLevel === 'AMP' && active !== false)
    .map(({ conceptId, term }) => ({ code: conceptId, display: term }));

export const units: readonly CodeInput[] = [
  { code: '428641000', display: 'capsule' },
  { code: '428673006', display: 'tablet' },
];

export const jobRoles: readonly CodeInput[] = [
  { code: 'R1290', display: 'Pharmacist' },
  { code: 'R5220', display: 'Pharmacy Technician' },
];

export const services = [
  { value: 'minor-illness', text: 'Minor illness or clinical pathway' },
  { value: 'urgent-supply', text: 'Urgent medicine supply' },
] as const;
