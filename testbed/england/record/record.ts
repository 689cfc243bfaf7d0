// One person's whole record, composed in the order the stored form asks for.
// spec: access-record-structured §5; stored form: docs/england.md
import type { Identity } from '../identity.ts';
import type { PracticeActors } from './actors.ts';
import { askedAboutAllergies, background } from './background.ts';
import { longTermConditions } from './long-term.ts';
import { dissentOf, patientOf } from './patient.ts';
import { Person } from './person.ts';
import { yearlyReviews } from './reviews.ts';
import { shortIllnesses } from './short-term.ts';
import { hasOrdinaryLife, tellStory } from './stories.ts';
import { RecordWriter, type Stu3Resource } from './writer.ts';

export interface PersonRecord {
  readonly nhsNumber: string;
  /** ODS code of the practice that holds the record. */
  readonly practice: string;
  /** Patient, actors, clinical resources, Binaries; see docs/england.md. */
  readonly resources: Stu3Resource[];
}

/** The last day anything was written: today, or the day the person died or left. */
function lastDay(identity: Identity, today: number): number {
  return Math.min(today, identity.deathDay ?? today, identity.registration.end ?? today);
}

export function writeRecord(identity: Identity, actors: PracticeActors, today: number): PersonRecord {
  const writer = new RecordWriter(identity, actors, lastDay(identity, today));
  const usualGp = writer.clinician('gp', identity.birthDay);
  const person = new Person(writer);
  if (hasOrdinaryLife(identity)) {
    background(person);
    longTermConditions(person);
    shortIllnesses(person);
    yearlyReviews(person);
  }
  tellStory(person);
  if (hasOrdinaryLife(identity)) askedAboutAllergies(person);
  for (const problem of person.problems) problem.close();
  if (identity.dissent !== undefined) writer.clinical.push(dissentOf(writer));
  return {
    nhsNumber: identity.nhsNumber,
    practice: actors.practice.ods,
    resources: [
      patientOf(writer, usualGp.reference),
      ...writer.usedActors(),
      ...writer.clinical,
      ...writer.binaries,
    ],
  };
}
