// The patients a signed-in member of staff found, each under a handle that means nothing outside the session: no NHS
// number is ever part of an address. spec: foundations §19
import { randomBytes } from 'node:crypto';
import type { Directory, TracedPatient } from '@gp-connect/consumer';
import type { FailureWords } from '../failure-words.ts';
import type { SignedInStaff, StaffDesk } from '../staff-desk.ts';
import type { TraceExplanations } from './trace-outcomes.ts';

const MOST_HANDLES = 200;
const MOST_PATIENTS = 20;

export interface FoundPatients {
  /** NHS numbers a page offered for choice. */
  readonly candidates: Map<string, string>;
  /** Patients traced and found fit to be worked with. */
  readonly patients: Map<string, TracedPatient>;
}

export const noPatientsYet = (): FoundPatients => ({ candidates: new Map(), patients: new Map() });

export interface FindDesk<State extends SignedInStaff & FoundPatients> extends StaffDesk<State> {
  readonly directory: Directory;
  /** What is said above the form, e.g. what is recorded of a search. */
  readonly findNote: string;
  readonly traceExplanations: TraceExplanations;
  readonly wordsFor: (error: unknown) => FailureWords;
}

/** A handle for an NHS number that a page is about to offer. */
export function offer(state: FoundPatients, nhsNumber: string): string {
  return keep(state.candidates, nhsNumber, MOST_HANDLES);
}

/** A handle for a patient who was traced. */
export function keepPatient(state: FoundPatients, patient: TracedPatient): string {
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
