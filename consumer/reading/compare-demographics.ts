// Who the record is about, compared with who PDS says the patient is; the user decides on every difference.
// spec: access-record-structured §15 rule 1, foundations §20 rule 5
import type { R4 } from '@gp-connect/foundation/fhir';
import type { RecordView } from './record-view.ts';
import { recordedDate } from './words.ts';

export interface DemographicDifference {
  readonly label: 'Family name' | 'Given name' | 'Gender' | 'Date of birth' | 'Registered practice';
  /** As PDS has it; null where it has nothing. */
  readonly national: string | null;
  /** As the GP record has it. */
  readonly record: string | null;
}

/** What PDS knows of a patient, in the words a record is compared with. */
export function nationalDemographics(patient: R4.Patient) {
  const name = patient.name?.find((each) => each.use === 'usual') ?? patient.name?.[0];
  return {
    family: name?.family ?? null,
    given: name?.given?.join(' ') || null,
    gender: patient.gender ?? null,
    birthDate: patient.birthDate ?? null,
  };
}

/** Every difference, in the order of the contract. Letter case and spaces are no difference; a gap on one side is. */
export function demographicDifferences(
  view: RecordView,
  patient: R4.Patient,
  practice: string | null,
): DemographicDifference[] {
  const national = nationalDemographics(patient);
  const rows: DemographicDifference[] = [
    { label: 'Family name', national: national.family, record: view.patient.family || null },
    { label: 'Given name', national: national.given, record: view.patient.given || null },
    { label: 'Gender', national: national.gender, record: view.patient.gender },
    {
      label: 'Date of birth',
      national: dateWords(national.birthDate),
      record: dateWords(view.patient.birthDate),
    },
    { label: 'Registered practice', national: practice, record: view.practice.ods },
  ];
  return rows.filter((row) => plain(row.national) !== plain(row.record));
}

const dateWords = (date: string | null) => (date ? recordedDate(date).text : null);

function plain(text: string | null): string {
  return (text ?? '').normalize('NFC').replace(/\s+/g, ' ').trim().toUpperCase();
}
