// What is wrong with the input, in words a person can act on. spec: messaging §5.1, §6
import { formatFault, parseFhirDate } from '@gp-connect/foundation/fhir';
import { checkAttachment } from '@gp-connect/foundation/itk3';
import { isNhsNumber } from '@gp-connect/foundation/nhs';
import type {
  AttachmentInput,
  CodeInput,
  OrganisationInput,
  PatientInput,
  PractitionerInput,
} from './input.ts';

/** One thing to put right: the field of the input, and what to do. */
export interface InputProblem {
  readonly field: string;
  readonly message: string;
}

/** Collects problems; a field path is built from its parts. */
export class Problems {
  readonly found: InputProblem[] = [];

  add(field: string, message: string): void {
    this.found.push({ field, message });
  }

  need(field: string, value: string | undefined, what: string): void {
    if (value === undefined || value.trim() === '') this.add(field, `Enter ${what}`);
  }

  /** A date or date and time that is a real one and not in the future (ten minutes of clock difference allowed). */
  past(field: string, value: string | undefined, what: string, now: Date): void {
    if (value === undefined) return;
    const date = parseFhirDate(value);
    if (date === undefined || value.length < 10) {
      this.add(field, `${what} must be a whole date, such as 2026-03-27`);
    } else if (date.start > now.getTime() + 600_000) {
      this.add(field, `${what} is in the future`);
    }
  }

  code(field: string, value: CodeInput | undefined, what: string): void {
    if (value === undefined) return;
    this.need(`${field}.code`, value.code, `the code of ${what}`);
    this.need(`${field}.display`, value.display, `the term of ${what}`);
  }
}

export function patientProblems(problems: Problems, patient: PatientInput, now: Date): void {
  if (!isNhsNumber(patient.nhsNumber)) {
    problems.add('patient.nhsNumber', 'Enter a valid NHS number: ten digits, no spaces');
  }
  problems.need('patient.family', patient.family, "the patient's surname");
  problems.need('patient.birthDate', patient.birthDate, 'the date of birth');
  if (patient.birthDate && formatFault('date', patient.birthDate) !== undefined) {
    problems.add('patient.birthDate', 'The date of birth must be a whole date, such as 1988-03-04');
  } else problems.past('patient.birthDate', patient.birthDate, 'The date of birth', now);
}

export function organisationProblems(
  problems: Problems,
  field: string,
  { ods, name }: OrganisationInput,
): void {
  if (!/^[A-Z0-9]{3,10}$/.test(ods)) {
    problems.add(`${field}.ods`, 'Enter the ODS code: letters and digits, such as FZZ01');
  }
  problems.need(`${field}.name`, name, 'the name of the organisation');
}

export function practitionerProblems(
  problems: Problems,
  practitioners: readonly PractitionerInput[],
  atLeast: number,
): void {
  if (practitioners.length < atLeast) problems.add('practitioners', 'Say who saw the patient');
  for (const [at, practitioner] of practitioners.entries()) {
    const field = `practitioners[${at}]`;
    problems.need(`${field}.family`, practitioner.family, "the practitioner's surname");
    if (practitioner.gphcNumber !== undefined && !/^\d{7}$/.test(practitioner.gphcNumber)) {
      problems.add(`${field}.gphcNumber`, 'A GPhC number has seven digits');
    }
    problems.code(`${field}.role`, practitioner.role, 'the job role');
  }
}

export function attachmentProblems(problems: Problems, field: string, attachment: AttachmentInput): void {
  const base64 = Buffer.from(attachment.bytes).toString('base64');
  const checked = checkAttachment(attachment.contentType, base64);
  if (!('fault' in checked)) return;
  const empty = attachment.bytes.length === 0;
  problems.add(field, empty ? 'The file is empty' : `This file cannot be sent: ${checked.fault.reason}`);
}

/** Versions count from 1; a replacement names the one right before. */
export function versionOf(replaces: { version: number } | undefined): number {
  return replaces === undefined ? 1 : replaces.version + 1;
}
