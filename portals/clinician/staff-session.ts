// What a signed-in member of staff has in hand: who they are, and the patients they found.
import { type FoundPatients, noPatientsYet, type Session, type SignedInStaff } from '../kit/index.ts';

export type StaffState = SignedInStaff & FoundPatients;

export type StaffSession = Session<StaffState>;

export function newStaffState({ identity, accessToken, idToken }: SignedInStaff): StaffState {
  return { identity, accessToken, idToken, ...noPatientsYet() };
}
