// Why nothing can be asked or sent for a patient, as PDS says. spec: foundations §17.7
import type { TracedPatient, TraceProblem } from '@gp-connect/consumer';

export const traceWords: Readonly<Record<TraceProblem, (found: TracedPatient) => string>> = {
  'not-found': () => 'PDS does not know this NHS number',
  invalidated: () => 'this NHS number has been invalidated',
  superseded: ({ supersededBy }) => `this NHS number has been replaced: use ${supersededBy}`,
  restricted: () => 'this patient is restricted on PDS: no GP Connect request may be sent',
  deceased: () => 'this patient has died: the record is not available for direct care',
  'no-practice': () => 'this patient is registered with no practice, so there is no record to ask for',
};
