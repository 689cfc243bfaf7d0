// What the routes of the pharmacy portal work with, and its words for what goes wrong.
import {
  type CodeInput,
  type ComposedMessage,
  type Confirmation,
  ServiceUnavailableError,
  type UpdateRecordInput,
} from '@gp-connect/consumer';
import {
  type FailureWords,
  type Fields,
  type FindDesk,
  type FoundPatients,
  noPatientsYet,
  type Session,
  type SignedInStaff,
  signInFailure,
  unexpectedFailure,
} from '../kit/index.ts';
import type { Replacing } from './replacement.ts';
import type { Messages } from './sender.ts';
import type { PharmacySettings } from './settings.ts';

/** A consultation that was checked and waits to be sent. */
export interface Draft {
  readonly fields: Fields;
  readonly input: UpdateRecordInput;
  readonly message: ComposedMessage;
  readonly confirmations: readonly Confirmation[];
  readonly notes: readonly string[];
  readonly practice: string;
  readonly replacing: Replacing | undefined;
  /** The pregnancy status in words, to be confirmed once more. */
  readonly pregnancy: string | undefined;
}

export interface PharmacyState extends SignedInStaff, FoundPatients {
  /** By the handle of the patient. */
  readonly drafts: Map<string, Draft>;
  /** What the next message about a patient replaces, by the handle of the patient. */
  readonly replacing: Map<string, Replacing>;
  /** What was typed about the user, for the next form. */
  self: Fields;
}
export type PharmacySession = Session<PharmacyState>;

export const newPharmacyState = ({ identity, accessToken, idToken }: SignedInStaff): PharmacyState => ({
  identity,
  accessToken,
  idToken,
  ...noPatientsYet(),
  drafts: new Map(),
  replacing: new Map(),
  self: {},
});

export interface Desk extends FindDesk<PharmacyState> {
  readonly settings: PharmacySettings;
  readonly messages: Messages;
  readonly medicines: readonly CodeInput[];
}

const national: FailureWords = {
  title: 'A national service cannot be reached',
  paragraphs: [
    'A national service that this page needs did not answer. Nothing was sent.',
    'Try again in a few minutes.',
  ],
  again: true,
  status: 503,
};

export const wordsFor = (error: unknown): FailureWords => {
  if (error instanceof ServiceUnavailableError)
    return error.status === 401
      ? { ...national, title: 'You need to sign in again', signIn: true, status: 401, again: false }
      : national;
  return signInFailure(error) ?? unexpectedFailure;
};
