// How a journey in small steps ends early: with the answer it owes.
import type { Answer } from './answers.ts';

/** Ends a journey with its answer; thrown and caught within the journeys of mode C. */
export class Refused extends Error {
  readonly answer: Answer;
  constructor(answer: Answer) {
    super(answer.code);
    this.answer = answer;
  }
}

export const refused = (answer: Answer): never => {
  throw new Refused(answer);
};
export const passes = (answer: Answer | null): void => {
  if (answer) refused(answer);
};
