// How findings weigh on an entry, on its message and on its task. spec: messaging §10.1, SG-15, SG-21, SG-22
import { compareSeverity, type Severity } from '@gp-connect/foundation/plausibility';

/** A finding as the inbox keeps it. `ref` is empty where it is about the message as a whole. */
export interface KeptFinding {
  readonly ref: string;
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly ruleSetVersion: string;
  readonly severity: Severity;
  readonly urgent: boolean;
  readonly overridable: boolean;
  readonly message: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly evaluatedAt: string;
}

export type Weight = Severity | 'NONE';

/** The highest severity of some findings. */
export function weightOf(findings: readonly Pick<KeptFinding, 'severity'>[]): Weight {
  let highest: Weight = 'NONE';
  for (const { severity } of findings) {
    if (highest === 'NONE' || compareSeverity(severity, highest) > 0) highest = severity;
  }
  return highest;
}

const order: readonly Weight[] = ['NONE', 'INFO', 'WARN', 'ACTION', 'BLOCK', 'REJECT'];
export const isAbove = (weight: Weight, limit: Weight): boolean =>
  order.indexOf(weight) > order.indexOf(limit);

/** 1 is the top of the list: urgent ACTION and BLOCK, then ACTION, then what is doubtful, then the rest. */
export function priorityOf(weight: Weight, urgent: boolean): number {
  if (urgent || weight === 'BLOCK' || weight === 'REJECT') return 1;
  if (weight === 'ACTION') return 2;
  return weight === 'WARN' ? 3 : 4;
}
