// Whether a Patient that comes under a stored NHS number can be the same person: wrong numbers happen.
// Hazard HZ-15; the two facts are those of the PDS verification rule (foundations §13.9).
import { objects, type ResourceJson } from '../json.ts';

/** True where birth date and family name both differ: one alone is a marriage, or a corrected date. */
export function isSomebodyElse(stored: ResourceJson | undefined, came: ResourceJson): boolean {
  if (!stored) return false;
  const [birth, otherBirth] = [stored.birthDate, came.birthDate];
  const [families, otherFamilies] = [familiesOf(stored), familiesOf(came)];
  if (!birth || !otherBirth || families.length === 0 || otherFamilies.length === 0) return false;
  return birth !== otherBirth && !families.some((family) => otherFamilies.includes(family));
}

function familiesOf(patient: ResourceJson): string[] {
  return objects(patient.name).flatMap(({ family }) => (typeof family === 'string' ? [folded(family)] : []));
}

const folded = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().trim();
