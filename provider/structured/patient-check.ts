// Whose record may be answered at all. Every reason for "not found" looks the same from outside.
// spec: access-record-structured §13
import { refusal } from '@gp-connect/foundation/nhs';
import type { PatientEntry, RecordStore } from '../record/index.ts';

/** Each is true for a person this operation does not know. */
const unknownHere: readonly ((patient: PatientEntry) => boolean)[] = [
  (patient) => !patient.active,
  (patient) => patient.deceased !== null,
  (patient) => patient.registration !== 'regular',
  (patient) => patient.verification !== '01',
  (patient) => patient.sensitive,
];

/** @throws Refusal PATIENT_NOT_FOUND (404, one text for all reasons) or NO_PATIENT_CONSENT (403) */
export function checkPatient(patient: PatientEntry | undefined): PatientEntry {
  const known = patient !== undefined && !unknownHere.map((applies) => applies(patient)).includes(true);
  if (!known)
    throw refusal('PATIENT_NOT_FOUND', 'No patient with this NHS number has a record to share here');
  if (patient.sharing === 'dissent') {
    throw refusal('NO_PATIENT_CONSENT', 'The patient has dissented from sharing their record');
  }
  return patient;
}

export async function findPatient(
  records: RecordStore,
  practice: string,
  nhsNumber: string,
): Promise<PatientEntry> {
  return checkPatient(await records.findPatient(practice, nhsNumber));
}
