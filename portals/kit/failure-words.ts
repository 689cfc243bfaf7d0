// What went wrong, in plain words and with what the user can do; the failures every staff portal shares.
import { SignInError } from '@gp-connect/foundation/trust';

export interface FailureWords {
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** Trying again may help. */
  readonly again: boolean;
  readonly trace?: string | undefined;
  /** HTTP status of the page. */
  readonly status: number;
  /** The session at the services behind is over: only a new sign-in helps. */
  readonly signIn?: boolean;
}

export const foreignForm: FailureWords = {
  title: 'This form is out of date',
  paragraphs: ['It was opened in another session, or not by this service. Nothing was done.', 'Start again.'],
  again: false,
  status: 403,
};

export const unexpectedFailure: FailureWords = {
  title: 'Sorry, there is a problem with this service',
  paragraphs: ['Nothing was shown or changed. Try again in a few minutes.'],
  again: false,
  status: 500,
};

const signInFailures: Readonly<Record<SignInError['fault'], FailureWords>> = {
  expired: {
    title: 'The sign-in took too long',
    paragraphs: ['It was not finished in time, or was begun in another browser or tab. Sign in again.'],
    again: false,
    signIn: true,
    status: 400,
  },
  cancelled: {
    title: 'You did not sign in',
    paragraphs: ['The sign-in was cancelled.'],
    again: false,
    signIn: true,
    status: 400,
  },
  refused: {
    title: 'You cannot use this service with this identity',
    paragraphs: [
      'Your care identity does not say which role and organisation you are working for, or its answer could not be trusted.',
      'Sign in again and choose a role. If that does not help, tell your registration authority.',
    ],
    again: false,
    signIn: true,
    status: 403,
  },
  unavailable: {
    title: 'Sign-in is not available',
    paragraphs: ['The service that checks care identities did not answer. Try again in a few minutes.'],
    again: false,
    signIn: true,
    status: 503,
  },
};

/** Words for a sign-in that failed; undefined for any other error. */
export const signInFailure = (error: unknown): FailureWords | undefined =>
  error instanceof SignInError ? signInFailures[error.fault] : undefined;
