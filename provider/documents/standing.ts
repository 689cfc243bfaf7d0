// Whose documents may be shown. spec: access-document §3, §8
import { londonMidnight, londonToday, parseFhirDate, parseJson } from '@gp-connect/foundation/fhir';
import { nhsProfile, refusal } from '@gp-connect/foundation/nhs';
import type { PatientEntry } from '../record/index.ts';
import type { DocumentsDependencies } from './dependencies.ts';

/**
 * `unknown`: nothing may tell that the person is or was here. `after-period`: died too long ago. `dissents`: known,
 * and their documents are not shared.
 */
export type Standing = 'shared' | 'dissents' | 'unknown' | 'after-period';

/** How a person known to the practice stands with this capability. */
export async function standingOf(
  { records, clock, deceasedAccessDays }: DocumentsDependencies,
  practice: string,
  patient: PatientEntry | undefined,
): Promise<Standing> {
  if (!patient || patient.sensitive || patient.verification !== '01' || patient.registration !== 'regular')
    return 'unknown';
  const consent = patient.sharing === 'dissent' ? 'dissents' : 'shared';
  if (patient.deceased === null) return patient.active ? consent : 'unknown';
  if (deceasedAccessDays === 0) return 'unknown';
  const stored = await records.resource(practice, 'Patient', patient.id);
  if (!stored || hadLeft(stored.json, patient.deceased)) return 'unknown';
  return clock() < endOfAccess(patient.deceased, deceasedAccessDays) ? consent : 'after-period';
}

/**
 * The person, where their documents may be shown.
 * @throws Refusal PATIENT_NOT_FOUND (404, one text for all reasons) or NO_PATIENT_CONSENT (403)
 */
export async function checkStanding(
  dependencies: DocumentsDependencies,
  practice: string,
  patient: PatientEntry | undefined,
): Promise<PatientEntry> {
  const standing = await standingOf(dependencies, practice, patient);
  if (patient && standing === 'shared') return patient;
  if (standing === 'dissents')
    throw refusal('NO_PATIENT_CONSENT', 'The patient has dissented from sharing their record');
  throw refusal('PATIENT_NOT_FOUND', 'No patient with documents to share is found here');
}

/** The midnight after the last day; a date of death that is no full date counts from its first day. */
function endOfAccess(deceased: string, days: number): number {
  const died = parseFhirDate(deceased);
  if (died === undefined) return Number.NEGATIVE_INFINITY;
  const [year, month, day] = londonToday(new Date(died.start)).split('-').map(Number) as [
    number,
    number,
    number,
  ];
  return londonMidnight(year, month, day + days + 1);
}

const registration = nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1');

/** Whether the registration had ended on a day before the death: then the practice was no longer theirs. */
function hadLeft(patient: string, deceased: string): boolean {
  const { extension = [] } = parseJson(patient) as {
    extension?: { url?: string; extension?: { url?: string; valuePeriod?: { end?: string } }[] }[];
  };
  const details = extension.find(({ url }) => url === registration)?.extension ?? [];
  const ended = parseFhirDate(
    details.find(({ url }) => url === 'registrationPeriod')?.valuePeriod?.end ?? '',
  );
  const died = parseFhirDate(deceased);
  return ended !== undefined && died !== undefined && ended.end <= died.start;
}
