// What the routes of the clinician portal work with, and its words for what goes wrong.
import { type Connections, ServiceUnavailableError } from '@gp-connect/consumer';
import { SignInError } from '@gp-connect/foundation/trust';
import { type FailureWords, type FindDesk, signInFailure, unexpectedFailure } from '../kit/index.ts';
import type { RecordShelf } from './record-shelf.ts';
import { failureWords } from './refusal-words.ts';
import type { ClinicianSettings } from './settings.ts';
import type { StaffState } from './staff-session.ts';

export interface Desk extends FindDesk<StaffState> {
  readonly settings: ClinicianSettings;
  readonly connections: Connections;
  readonly shelf: RecordShelf;
}

/** Words for whatever a route threw. */
export const wordsFor = (error: unknown): FailureWords =>
  signInFailure(error) ?? failureWords(error) ?? unexpectedFailure;

/** True for errors that come from outside and are explained to the user, not looked into by us. */
export const isExplained = (error: unknown): boolean =>
  error instanceof SignInError ||
  error instanceof ServiceUnavailableError ||
  failureWords(error) !== undefined;
