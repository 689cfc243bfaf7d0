// Where a patient is registered, asked by MESH at delivery: number, birth date and surname against PDS. spec: mesh §4
import { system } from '@gp-connect/foundation/nhs';
import type { Patient } from 'fhir/r4.js';
import { foldName } from './fold.ts';
import { confidentialityOf, isPresentName } from './pds-record.ts';
import { findPatient } from './pds-store.ts';
import type { DirectoryStore } from './store.ts';

export interface TracedPatient {
  readonly nhsNumber: string;
  /** `yyyy-MM-dd` */
  readonly birthDate: string;
  /** Any case. */
  readonly surname: string;
}

/**
 * The ODS code of the practice registered with on `today` (`yyyy-MM-dd`), or why it cannot be told. Of people whose
 * entry is restricted PDS tells no practice.
 */
export async function practiceOfPatient(
  store: DirectoryStore,
  { nhsNumber, birthDate, surname }: TracedPatient,
  today: string,
): Promise<{ practice: string } | { problem: 'not-found' | 'no-match' | 'no-practice' }> {
  const found = await findPatient(store, nhsNumber);
  if (!found || found.invalidated) return { problem: 'not-found' };
  const { patient } = found;
  const confidentiality = confidentialityOf(patient);
  if (confidentiality === 'V') return { problem: 'not-found' };
  const named = (patient.name ?? []).some(
    (name) => isPresentName(name) && foldName(name.family ?? '') === foldName(surname),
  );
  if (!named || patient.birthDate !== birthDate) return { problem: 'no-match' };
  const practice = confidentiality === 'R' ? undefined : currentPractice(patient, today);
  return practice === undefined ? { problem: 'no-practice' } : { practice };
}

/** Where several cover the day, the latest begun. */
function currentPractice({ generalPractitioner = [] }: Patient, today: string): string | undefined {
  const covering = generalPractitioner.flatMap(({ identifier }) => {
    const { start = '', end = '9999' } = identifier?.period ?? {};
    const isCurrent = start.slice(0, 10) <= today && today <= end.slice(0, 10);
    const ods = identifier?.system === system.odsOrganisation ? identifier.value?.trim().toUpperCase() : '';
    return ods && isCurrent ? [{ ods, start }] : [];
  });
  return covering.toSorted((a, b) => b.start.localeCompare(a.start))[0]?.ods;
}
