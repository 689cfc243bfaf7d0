// The one OperationOutcome of an answer: what was not understood, and what is switched off.
// spec: access-record-structured §3.3, §9.3
import { notImplementedWarning, operationOutcomeProfile } from '@gp-connect/foundation/nhs';
import { disabledName, type SwitchableArea } from './areas.ts';

/** Undefined when there is nothing to warn about: then no OperationOutcome may be sent. */
export function warningOutcome(
  id: string,
  unrecognised: readonly string[],
  disabled: Iterable<SwitchableArea>,
): Record<string, unknown> | undefined {
  const issue = [
    ...unrecognised.map((name) => notImplementedWarning(`${name} is an unrecognised parameter`, name)),
    ...[...disabled]
      .map(disabledName)
      .map((name) => notImplementedWarning(`${name} has been disabled`, name)),
  ];
  if (issue.length === 0) return undefined;
  return { resourceType: 'OperationOutcome', id, meta: { profile: [operationOutcomeProfile] }, issue };
}
