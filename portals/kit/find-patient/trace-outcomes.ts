// What each answer of PDS means to the person who asked, in words. spec: foundations §17.7, access-record-structured §15
import type { TracedPatient, TraceProblem } from '@gp-connect/consumer';
import { spacedNhsNumber } from '@gp-connect/foundation/nhs';

export interface TraceExplanation {
  readonly title: string;
  readonly paragraphs: readonly string[];
}

/** Which problem counts where PDS tells of several: the one that forbids most. */
const order: readonly TraceProblem[] = [
  'restricted',
  'deceased',
  'superseded',
  'no-practice',
  'invalidated',
  'not-found',
];

export function leadingProblem(traced: TracedPatient | undefined): TraceProblem | undefined {
  if (!traced) return 'not-found';
  return order.find((problem) => traced.problems.includes(problem));
}

export type Explain = (asked: string, traced: TracedPatient | undefined) => TraceExplanation;

export type TraceExplanations = Readonly<Record<TraceProblem, Explain>>;

export const traceExplanations: TraceExplanations = {
  'not-found': (asked) => ({
    title: 'No patient found with this NHS number',
    paragraphs: [
      `The national demographics service has no patient with NHS number ${spacedNhsNumber(asked)}, or the number has been withdrawn.`,
      'Check the number with the patient, or search by name and date of birth.',
    ],
  }),
  invalidated: (asked) => ({
    title: 'This NHS number has been withdrawn',
    paragraphs: [
      `NHS number ${spacedNhsNumber(asked)} is no longer used and was not replaced by another.`,
      'Do not use it. Search by name and date of birth to find the patient’s valid number.',
    ],
  }),
  superseded: (asked, traced) => ({
    title: 'This patient has a new NHS number',
    paragraphs: [
      `NHS number ${spacedNhsNumber(asked)} has been replaced by ${spacedNhsNumber(traced?.supersededBy ?? '')}.`,
      'Use the new number from now on, and correct it in your own records.',
    ],
  }),
  restricted: () => ({
    title: 'You cannot see this patient’s GP record here',
    paragraphs: [
      'Access to this patient’s information is restricted nationally to protect them. Their record cannot be asked for through GP Connect.',
      'If you are treating the patient, ask them which practice they are registered with and contact it directly. Do not record where they live or are registered.',
    ],
  }),
  deceased: () => ({
    title: 'This patient has died',
    paragraphs: [
      'The national demographics service records that the patient has died, so their GP record cannot be asked for here.',
      'If you believe this is wrong, contact the national service desk. Medical examiners have a separate way to see records.',
    ],
  }),
  'no-practice': () => ({
    title: 'This patient is not registered with a GP practice',
    paragraphs: [
      'The national demographics service shows no current GP practice for this patient, so there is no record to ask for.',
      'Ask the patient where they were last registered; that practice may still be able to help by phone.',
    ],
  }),
};
