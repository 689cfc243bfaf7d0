// What a signed-in member of staff has in hand: who they are, and the patients they found, each under a handle.
// No NHS number is ever part of an address: handles mean nothing outside the session. spec: foundations §19
import { randomBytes } from 'node:crypto';
import type { TracedPatient } from '@gp-connect/consumer';
import type { StaffIdentity } from '@gp-connect/foundation/trust';
import type { Session } from '../kit/index.ts';

const MOST_HANDLES = 200;
const MOST_PATIENTS = 20;

export interface StaffState {
  readonly identity: StaffIdentity;
  readonly accessToken: string;
  readonly idToken: string;
  /** NHS numbers a page offered for choice. */
  readonly candidates: Map<string, string>;
  /** Patients traced and found fit to be asked for. */
  readonly patients: Map<string, TracedPatient>;
}

export type StaffSession = Session<StaffState>;

export function newStaffState(signedIn: {
  identity: StaffIdentity;
  accessToken: string;
  idToken: string;
}): StaffState {
  const { identity, accessToken, idToken } = signedIn;
  return { identity, accessToken, idToken, candidates: new Map(), patients: new Map() };
}

/** A handle for an NHS number that a page is about to offer. */
export function offer(state: StaffState, nhsNumber: string): string {
  return keep(state.candidates, nhsNumber, MOST_HANDLES);
}

/** A handle for a patient whose record may be asked for. */
export function keepPatient(state: StaffState, patient: TracedPatient): string {
  return keep(state.patients, patient, MOST_PATIENTS);
}

function keep<Value>(map: Map<string, Value>, value: Value, most: number): string {
  for (const oldest of map.keys()) {
    if (map.size < most) break;
    map.delete(oldest);
  }
  const handle = randomBytes(9).toString('base64url');
  map.set(handle, value);
  return handle;
}
