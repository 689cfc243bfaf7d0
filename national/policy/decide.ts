// May this request go on? Pure, on a snapshot, driven by one table. spec: national-service §6–§8, §21 rows 13–17, 23–32
import { callerChecks } from './decide-caller.ts';
import { enablementChecks, enablementOf } from './decide-enablement.ts';
import type { Check, DecisionRequest, DecisionSnapshot, Facts, Refused } from './decision.ts';
import { foundationsProduct } from './products.ts';
import type { UseCase } from './types.ts';

export interface Allowed {
  readonly allowed: true;
  /** Derived from the registered use case, never from the wire (PUR-04). */
  readonly purpose: UseCase['purpose'];
  readonly useCase: string | null;
  /** ODS code of the organisation that asks. */
  readonly organisation: string;
}
export type Decision = Allowed | Refused;

/**
 * All checks in the contract's order: the caller's, then the practice's. A gateway that learns the practice
 * only from PDS (mode C) runs `decideCaller` before it and `decideEnablement` after.
 */
export function decide(snapshot: DecisionSnapshot, request: DecisionRequest): Decision {
  return walk([...callerChecks, ...enablementChecks], snapshot, request);
}

/** Who asks, with what agreement, type and use case; `practice` may still be unknown (null). */
export function decideCaller(snapshot: DecisionSnapshot, request: DecisionRequest): Decision {
  return walk(callerChecks, snapshot, request);
}

/** What the practice, its supplier and the operator have switched on. */
export function decideEnablement(snapshot: DecisionSnapshot, request: DecisionRequest): Decision {
  return walk(enablementChecks, snapshot, request);
}

function walk(checks: readonly Check[], snapshot: DecisionSnapshot, request: DecisionRequest): Decision {
  const sender = snapshot.system(request.from);
  const applicable = snapshot
    .useCases(request.from)
    .filter(
      (useCase) =>
        request.interaction.product === foundationsProduct ||
        useCase.products.includes(request.interaction.product),
    );
  const enablement = enablementOf(snapshot, request);
  const facts: Facts = { snapshot, request, sender, useCases: applicable, enablement };
  for (const check of checks) {
    const diagnostics = check.refuses(facts);
    if (diagnostics === null) continue;
    const { row, status, dialect, issueType } = check;
    const code = check.code(request.interaction);
    return { allowed: false, row, status, dialect, issueType, code, diagnostics };
  }
  const useCase = applicable[0];
  return {
    allowed: true,
    purpose: useCase?.purpose ?? 'direct-care',
    useCase: useCase?.id ?? null,
    organisation: sender?.client ?? '',
  };
}
