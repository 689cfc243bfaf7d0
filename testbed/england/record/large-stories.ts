// The largest things a record may hold: 10,000 entries, files at and above the limit.
// spec: access-document §4.6, national-service §18
import { weekday } from '../calendar.ts';
import { allergy } from './allergies.ts';
import { fileDocument } from './documents.ts';
import { report } from './investigations.ts';
import { bloodPressure, observe } from './observations.ts';
import type { Person } from './person.ts';
import { illnessVisit } from './short-term.ts';

/** The size of the largest record, counted without actors and Binaries. */
export const LARGEST_RECORD = 10_000;
/** The largest file a document read may return, and one above it. spec: access-document §4.6 */
export const LARGEST_FILE = 5_242_880;

/** Every kind of file, the largest allowed, one above it, and placeholders. */
export function everyDocument(person: Person): void {
  const { writer } = person;
  const at = (days: number) => writer.occasion(person.lastDay - days, 'administrator');
  fileDocument(writer, at(400), {
    type: '823681000000100',
    description: 'Outpatient letter as PDF',
    from: 'hospital',
    file: 'pdf',
    lines: ['Outpatient letter', 'Seen in cardiology clinic.'],
  });
  fileDocument(writer, at(350), {
    type: '824331000000106',
    description: 'Discharge letter as scanned TIFF',
    from: 'hospital',
    file: 'tiff',
  });
  fileDocument(writer, at(300), {
    type: '25611000000107',
    description: 'Referral letter as RTF',
    file: 'rtf',
  });
  fileDocument(writer, at(250), {
    type: { text: 'Clinic note' },
    description: 'Plain text note',
    file: 'text',
    setting: 'Cardiology',
  });
  fileDocument(writer, at(200), {
    type: '373942005',
    description: 'The largest file that may be fetched',
    from: 'hospital',
    bytes: LARGEST_FILE,
  });
  fileDocument(writer, at(150), {
    type: '373942005',
    description: 'A file above the limit',
    from: 'hospital',
    bytes: LARGEST_FILE + 57_120,
  });
  fileDocument(writer, at(100), {
    type: { text: 'Imaging report' },
    description: 'File not available',
    placeholder: { reason: 'File not available', size: 0, contentType: 'application/octet-stream' },
  });
  fileDocument(writer, at(50), {
    type: '823681000000100',
    description: 'Not for the patient',
    from: 'hospital',
    notForPatient: true,
  });
  writer.confidentially(() =>
    fileDocument(writer, at(40), { type: '823681000000100', description: 'CONFIDENTIAL-TEXT', file: 'text' }),
  );
}

/** Home readings, weekly weights, monitoring bloods and visits until the record has its size. */
export function fillToLargest(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  allergy(writer, writer.occasion(person.ago(4000, 5000)), {
    conceptId: '293586001',
    reaction: { manifestation: 'NI', severity: 'moderate' },
    note: 'Wheeze after aspirin',
  });
  const reserved = (): number => LARGEST_RECORD - writer.clinical.length - person.problems.length;
  let day = person.lastDay - 9000;
  while (reserved() > 60) {
    day = day + 2 > person.lastDay - 1 ? person.lastDay - chance.integer(30, 9000) : day + 2;
    const at = writer.occasion(day, 'nurse');
    const systolic = person.systolicOn(day);
    bloodPressure(writer, at, systolic, person.diastolicOn(systolic), 'sitting');
    observe(writer, at, '27113001', { value: person.weightOn(day), unit: 'kg' });
    if (day % 5 === 0)
      report(writer, writer.occasion(weekday(day)), {
        panel: chance.pick(['renal', 'fullBloodCount', 'hba1c', 'lipids']),
        traits: person.traits,
      });
    if (day % 9 === 0) illnessVisit(person, weekday(day));
    if (day % 11 === 0)
      observe(writer, at, '18491006', { value: chance.integer(18, 34) * 10, unit: 'L/min' });
  }
  while (reserved() > 0) {
    observe(writer, writer.occasion(person.ago(1, 8000), 'nurse'), '413153004', {
      value: person.systolicOn(day),
      unit: 'mm[Hg]',
      comment: `Reading ${reserved()}`,
    });
  }
}
