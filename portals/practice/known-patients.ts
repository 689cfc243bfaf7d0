// Patients named in a session, each under a handle that means nothing outside it: no NHS number is part of an address.
// spec: foundations §19
import { randomBytes } from 'node:crypto';

const MOST_PATIENTS = 50;

export interface KnownPatient {
  readonly nhsNumber: string;
  /** As the practice's own record has it, where a message of theirs was opened. */
  readonly name: string | undefined;
}

export type KnownPatients = Map<string, KnownPatient>;

/** The handle of a patient, the same again within a session; the oldest makes room. */
export function handleOf(known: KnownPatients, patient: KnownPatient): string {
  for (const [handle, one] of known) {
    if (one.nhsNumber !== patient.nhsNumber) continue;
    known.set(handle, { ...patient, name: patient.name ?? one.name });
    return handle;
  }
  const [oldest] = known.keys();
  if (known.size >= MOST_PATIENTS && oldest !== undefined) known.delete(oldest);
  const handle = randomBytes(9).toString('base64url');
  known.set(handle, patient);
  return handle;
}
