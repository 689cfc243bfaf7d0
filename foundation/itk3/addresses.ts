// Where a message goes and what its subject says. spec: messaging §2.5; mesh §4, §8 C13
import { isNhsNumber } from '../nhs/index.ts';

export interface AddressedPatient {
  readonly nhsNumber: string;
  /** `YYYY-MM-DD` */
  readonly birthDate: string;
  readonly family: string;
}

/** `GPPROVIDER_{nhs}_{DDMMYYYY}_{Surname}`; the surname as given, control characters and edge blanks taken out. */
export function patientAddress({ nhsNumber, birthDate, family }: AddressedPatient): string {
  const [year, month, day] = birthDate.split('-') as [string, string, string];
  return `GPPROVIDER_${nhsNumber}_${day}${month}${year}_${headerText(family, 69)}`;
}

const address = /^GPPROVIDER_(\d{10})_(\d{8})_(.+)$/i;

/**
 * The patient a GPPROVIDER address names; undefined if it is none. Eight digits that are no DDMMYYYY date but a
 * YYYYMMDD date are read as that: one page of the guides prints it.
 */
export function readPatientAddress(to: string): AddressedPatient | undefined {
  const parts = address.exec(to);
  if (parts === null || !isNhsNumber(parts[1])) return undefined;
  const digits = parts[2]!;
  const dayFirst = `${digits.slice(4)}-${digits.slice(2, 4)}-${digits.slice(0, 2)}`;
  const yearFirst = `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6)}`;
  const birthDate = [dayFirst, yearFirst].find(isDay);
  return birthDate === undefined ? undefined : { nhsNumber: parts[1], birthDate, family: parts[3]! };
}

function isDay(date: string): boolean {
  const parsed = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(date);
}

const folded = (name: string): string =>
  name.normalize('NFD').replace(/\p{M}/gu, '').replace(/[’‘`]/g, "'").trim().toUpperCase();

/** Whether two surnames are the same after upper-casing; accents and kinds of apostrophe are ignored. */
export function sameSurname(a: string, b: string): boolean {
  return folded(a) === folded(b);
}

/**
 * A text as a MESH header may carry it: ASCII, no control characters, cut to a length. Letters with accents lose
 * them; what has no ASCII form becomes `?`.
 */
export function headerText(text: string, longest: number): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[‘’`]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/[–—]/g, '-')
    .replace(/\p{Cc}+/gu, ' ')
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, longest);
}

export interface SubjectParts {
  readonly title: string;
  readonly patientName: string;
  readonly nhsNumber: string;
  readonly organisation: string;
  readonly ods: string;
  readonly version: number;
}

/** Subject of Send Document v2 and Update Record. */
export function messageSubject(parts: SubjectParts): string {
  const { title, patientName, nhsNumber, organisation, ods, version } = parts;
  return headerText(
    `${title} for ${patientName}, NHS Number: ${nhsNumber}, seen at ${organisation}, ODS code: ${ods}, version ${version}`,
    500,
  );
}

/** Subject of Send Document v1; a confidential one does not name the practice. spec: messaging §5.1 S9 */
export function consultationSubject(parts: SubjectParts & { confidential?: boolean }): string {
  const { patientName, nhsNumber, organisation, ods, version, confidential } = parts;
  const where = confidential === true ? '' : `, seen at ${organisation}, ODS Code ${ods}`;
  const which = version > 1 ? `, Version ${version}` : '';
  return headerText(`Consultation report for ${patientName}, NHS Number ${nhsNumber}${where}${which}`, 500);
}
