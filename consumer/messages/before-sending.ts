// The checks between composing and sending: PDS, practice, plausibility. spec: messaging §2.5, §5.1 S1–S2, SG-20
import type { Bundle } from '@gp-connect/foundation/fhir';
import { readMessage, sameSurname } from '@gp-connect/foundation/itk3';
import type { TraceProblem } from '../client/index.ts';
import type { ComposedMessage } from './composed.ts';
import type { PatientDirectory, PlausibilityCheck, PlausibilityFinding, TracedForSending } from './ports.ts';
import type { InputProblem } from './problems.ts';

export interface Confirmation {
  /** Given back in `confirmed` once a person has read it. */
  readonly ref: string;
  readonly finding: PlausibilityFinding;
}

export type Prepared =
  | {
      readonly state: 'ready';
      readonly practice: string;
      /** ACTION and WARN findings: a person must confirm each. */
      readonly confirmations: readonly Confirmation[];
      readonly notes: readonly string[];
    }
  | {
      readonly state: 'stopped';
      readonly problems: readonly InputProblem[];
      readonly findings: readonly PlausibilityFinding[];
    };

const stops: Partial<Record<TraceProblem, string>> = {
  'not-found': 'PDS does not know this NHS number',
  invalidated: 'PDS has invalidated this NHS number',
  superseded: 'This NHS number was replaced: trace the patient again and use the new number',
  restricted: 'The record is sensitive: it cannot be routed, reach the practice another way',
  'no-practice': 'The patient is registered with no GP practice',
};

function traceProblems(message: ComposedMessage, found: TracedForSending | undefined): InputProblem[] {
  const field = 'patient.nhsNumber';
  if (found === undefined) return [{ field, message: stops['not-found']! }];
  const problems: InputProblem[] = found.problems.flatMap((problem) => {
    const text = stops[problem];
    return text === undefined ? [] : [{ field, message: text }];
  });
  const { patient, organisation, product } = message;
  if (found.birthDate !== undefined && found.birthDate !== patient.birthDate) {
    problems.push({ field: 'patient.birthDate', message: 'The date of birth is not the one PDS holds' });
  }
  if (found.families.length > 0 && !found.families.some((family) => sameSurname(family, patient.family))) {
    problems.push({ field: 'patient.family', message: 'The surname is not the one PDS holds' });
  }
  if (found.practice === null && problems.length === 0) {
    problems.push({ field, message: stops['no-practice']! });
  }
  if (found.practice === organisation.ods && product.startsWith('send-document')) {
    problems.push({ field: 'patient', message: 'The patient is registered here: nothing needs to be sent' });
  }
  return problems;
}

const stopping = ({ severity }: PlausibilityFinding): boolean =>
  severity === 'BLOCK' || severity === 'REJECT';
const toConfirm = ({ severity }: PlausibilityFinding): boolean =>
  severity === 'ACTION' || severity === 'WARN';

/** Runs every check on a composed message; nothing is stored or sent. */
export async function prepare(
  message: ComposedMessage,
  directory: PatientDirectory,
  plausibility: PlausibilityCheck | undefined,
  now: Date,
): Promise<Prepared> {
  const found = await directory.trace(message.patient.nhsNumber);
  const problems = traceProblems(message, found);
  if (
    message.product === 'update-record' &&
    (await directory.isActivePharmacy?.(message.organisation.ods)) === false
  ) {
    problems.push({ field: 'organisation.ods', message: 'Update Record is sent by active pharmacies only' });
  }
  const document = readMessage(message.bundle)?.document?.bundle as Bundle;
  const findings =
    plausibility !== undefined && message.product === 'update-record'
      ? await plausibility(document, now)
      : [];
  if (problems.length > 0 || findings.some(stopping)) {
    return { state: 'stopped', problems, findings: findings.filter(stopping) };
  }
  const practice = found!.practice!;
  const mailboxes = (await directory.mailboxes?.(practice, message.mesh.workflowId)) ?? 1;
  return {
    state: 'ready',
    practice,
    confirmations: findings.filter(toConfirm).map((finding) => ({ ref: confirmationRef(finding), finding })),
    notes: [
      ...(mailboxes === 1
        ? []
        : [`Practice ${practice} has ${mailboxes} mailboxes for this kind of message`]),
      ...(found!.problems.includes('deceased') ? ['PDS says that the patient has died'] : []),
      ...findings.filter(({ severity }) => severity === 'INFO').map(({ message: text }) => text),
    ],
  };
}

export const confirmationRef = ({ ruleId, itemRef }: PlausibilityFinding): string => `${ruleId}|${itemRef}`;
