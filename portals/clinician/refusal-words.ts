// Every way a request for a record can fail, in plain words and with what the user can do.
// spec: foundations §6.4, §10.2; access-record-structured §13
import { RequestRefusedError, ServiceUnavailableError, UnusableAnswerError } from '@gp-connect/consumer';
import type { FailureWords } from '../kit/index.ts';

type Words = Pick<FailureWords, 'title' | 'paragraphs' | 'again'>;

const askPractice = 'If you need the information now, contact the practice by phone.';
const supportDesk = 'This is not something you can put right. Tell your support desk.';
const laterAgain = 'Wait a few minutes, then try again.';

const ourMistake: Words = {
  title: 'The record could not be asked for',
  paragraphs: ['The practice’s system did not accept how this service asked for the record.', supportDesk],
  again: false,
};

const byCode: Readonly<Record<string, Words>> = {
  NO_PATIENT_CONSENT: {
    title: 'The patient has not agreed to share their record',
    paragraphs: [
      'The practice holds a record for this patient, but the patient has said that it must not be shared outside the practice.',
      'Respect their choice. You can talk with the patient about it: only the patient, through their practice, can change it.',
    ],
    again: false,
  },
  'ACCESS DENIED': {
    title: 'The practice does not share records this way',
    paragraphs: [
      'The patient’s practice has switched off sharing of records through GP Connect.',
      askPractice,
    ],
    again: false,
  },
  NO_ORGANISATIONAL_CONSENT: {
    title: 'The practice has not agreed to share records',
    paragraphs: [
      'The patient’s practice has no agreement to share records with your organisation.',
      askPractice,
    ],
    again: false,
  },
  NO_RELATIONSHIP: {
    title: 'Your organisation has no relationship with this patient',
    paragraphs: [
      'The practice’s system did not accept that your organisation is caring for this patient.',
      askPractice,
    ],
    again: false,
  },
  PATIENT_NOT_FOUND: {
    title: 'No record can be made available for this patient',
    paragraphs: [
      'The practice’s system did not give a record for this NHS number. For the patient’s protection it does not say why.',
      'Check the NHS number, and find the patient again: they may have moved to another practice. If they have just registered, the practice may not have set up their record yet.',
    ],
    again: false,
  },
  NO_RECORD_FOUND: {
    title: 'No record was found',
    paragraphs: ['The practice’s system has no record that fits the request.', askPractice],
    again: false,
  },
  INVALID_NHS_NUMBER: {
    title: 'The practice’s system did not accept the NHS number',
    paragraphs: ['Find the patient again to make sure that the number is current.', supportDesk],
    again: false,
  },
  INVALID_RESOURCE: ourMistake,
  INVALID_PARAMETER: ourMistake,
  INVALID_IDENTIFIER_SYSTEM: ourMistake,
  INVALID_IDENTIFIER_VALUE: ourMistake,
  BAD_REQUEST: ourMistake,
  CONFLICTING_VALUES: ourMistake,
  UNSUPPORTED_MEDIA_TYPE: ourMistake,
  REFERENCE_NOT_FOUND: ourMistake,
  NOT_IMPLEMENTED: {
    title: 'The practice’s system cannot send this record',
    paragraphs: ['The system this practice uses does not offer structured records.', askPractice],
    again: false,
  },
  INTERNAL_SERVER_ERROR: {
    title: 'The practice’s system had a problem',
    paragraphs: [
      'Something went wrong while the practice’s system prepared the record.',
      laterAgain,
      askPractice,
    ],
    again: true,
  },
};

/** Other spellings in the field for codes of the catalogue. */
const spellings: Readonly<Record<string, string>> = {
  ACCESS_DENIED: 'ACCESS DENIED',
  NO_ORGANISATION_CONSENT: 'NO_ORGANISATIONAL_CONSENT',
};

const byStatus: Readonly<Record<number, Words>> = {
  401: {
    title: 'You need to sign in again',
    paragraphs: ['The national service did not accept your sign-in. It may have ended.'],
    again: false,
  },
  403: {
    title: 'Your organisation may not ask for this record',
    paragraphs: [
      'The national service has no permission for your organisation to ask this practice.',
      supportDesk,
    ],
    again: false,
  },
  429: {
    title: 'Too many requests at the moment',
    paragraphs: [
      'Your organisation has asked for more records than the national service allows in this time.',
      laterAgain,
    ],
    again: true,
  },
  502: {
    title: 'The practice’s system cannot be reached',
    paragraphs: [
      'The national service could not connect to the system that holds the record.',
      laterAgain,
      askPractice,
    ],
    again: true,
  },
  503: {
    title: 'The national service is busy',
    paragraphs: ['The national service cannot take more requests just now.', laterAgain],
    again: true,
  },
  504: {
    title: 'The practice’s system took too long to answer',
    paragraphs: ['The record may be large, or the practice’s system slow.', laterAgain, askPractice],
    again: true,
  },
};

const unusable: Readonly<Record<UnusableAnswerError['reason'], Words>> = {
  incomplete: {
    title: 'The record did not arrive in full',
    paragraphs: [
      'The connection broke while the record was on its way. Nothing of it is shown, because part of a record can mislead.',
      'Try again. If it keeps happening, contact the practice.',
    ],
    again: true,
  },
  'too-large': {
    title: 'The record is too large to show here',
    paragraphs: [
      'Nothing of it is shown, because part of a record can mislead.',
      'Ask for medicines and allergies only, or contact the practice.',
    ],
    again: true,
  },
  unreadable: {
    title: 'The answer could not be read',
    paragraphs: [
      'The practice’s system sent something that is not a GP record. Nothing of it is shown.',
      supportDesk,
    ],
    again: true,
  },
  'other-patient': {
    title: 'The practice’s system answered about another patient',
    paragraphs: [
      'The record that arrived has a different NHS number from the one you asked for. Nothing of it is shown.',
      'Tell your support desk at once: this is a safety incident.',
    ],
    again: false,
  },
};

const national: Words = {
  title: 'A national service cannot be reached',
  paragraphs: ['A national service that this page needs did not answer.', laterAgain],
  again: true,
};

const unknownRefusal: Words = {
  title: 'The record could not be asked for',
  paragraphs: ['The request was refused for a reason this service does not know.', supportDesk],
  again: false,
};

/** Words for an error of a request; undefined for an error that is none of these. */
export function failureWords(error: unknown): FailureWords | undefined {
  if (error instanceof RequestRefusedError) {
    const code = spellings[error.code] ?? error.code;
    // 401 is about the user's token, whatever code it carries.
    const words =
      error.status === 401 ? byStatus[401]! : (byCode[code] ?? byStatus[error.status] ?? unknownRefusal);
    return { ...words, trace: error.trace, status: pageStatus(error.status), signIn: error.status === 401 };
  }
  if (error instanceof UnusableAnswerError) {
    return { ...unusable[error.reason], trace: error.trace, status: 502 };
  }
  if (error instanceof ServiceUnavailableError) {
    const words = error.status === undefined ? national : (nationalByStatus[error.status] ?? national);
    return { ...words, status: pageStatus(error.status ?? 502), signIn: error.status === 401 };
  }
  return undefined;
}

const nationalByStatus: Readonly<Record<number, Words>> = {
  401: byStatus[401]!,
  403: {
    title: 'You may not search for patients',
    paragraphs: ['The national demographics service does not allow your role to do this.', supportDesk],
    again: false,
  },
  429: byStatus[429]!,
};

/** A refusal from behind is no fault of the browser's request: only what means the same here is passed on. */
function pageStatus(status: number): number {
  return [401, 403, 404, 429, 503, 504].includes(status) ? status : 502;
}
