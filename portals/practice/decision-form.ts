// What was chosen for each entry of a message, read into decisions or into faults a person can put right. The practice's
// system checks the same again: this only says it beside the field. spec: messaging §10.1, SG-02, SG-14
import type { Fields, FormFault } from '../kit/index.ts';
import { choices, type Decision, type Entry, type OpenItem } from './inbox-api.ts';
import { actionsTaken, refusalReasons } from './words.ts';

/** Something of the item that is to be decided: an entry, or what was found about the message as a whole. */
export interface Decidable extends Pick<Entry, 'ref' | 'severity' | 'findings' | 'choices' | 'decision'> {
  /** Ends the names of its fields. */
  readonly key: string;
  readonly label: string;
  readonly entry: Entry | undefined;
}

/** The message's own findings first, then its entries in their order. */
export function decidablesOf(item: OpenItem): readonly Decidable[] {
  const { message } = item;
  return [
    ...(message.choices.length === 0
      ? []
      : [{ ...message, key: 'message', label: 'The message as a whole', entry: undefined }]),
    ...item.entries.map((entry, at) => ({
      ...entry,
      key: String(at),
      label: `${entry.label}: ${entry.term ?? entry.sentTerm ?? entry.text}`,
      entry,
    })),
  ];
}

const asks = ({ findings }: Decidable, severity: string): boolean =>
  findings.some((finding) => finding.severity === severity);

/** The fields an entry shows besides the choice itself. */
export const needs = (decidable: Decidable) => ({
  tick: asks(decidable, 'WARN'),
  action: asks(decidable, 'ACTION'),
  override: decidable.choices.includes('override'),
});

export type Decisions =
  | { readonly decisions: readonly Decision[] }
  | { readonly faults: readonly FormFault[] };

/** An entry decided earlier needs no new choice; a new one takes its place. */
export function parseDecisions(item: OpenItem, fields: Fields): Decisions {
  const faults: FormFault[] = [];
  const decisions: Decision[] = [];
  for (const decidable of decidablesOf(item)) {
    const parsed = parseOne(decidable, fields);
    if (parsed === undefined) continue;
    if ('ref' in parsed) decisions.push(parsed);
    else faults.push(parsed);
  }
  return faults.length > 0 ? { faults } : { decisions };
}

function parseOne(decidable: Decidable, fields: Fields): Decision | FormFault | undefined {
  const { key, ref, label } = decidable;
  const given = (name: string) => (fields[`${name}-${key}`] ?? '').trim();
  const fault = (name: string, text: string): FormFault => ({
    field: `${name}-${key}`,
    text: `${shorter(label)}: ${text}`,
  });
  const decision = choices.find((choice) => choice === given('choice'));
  if (decision === undefined) {
    return decidable.decision === null ? fault('choice', 'choose what to do') : undefined;
  }
  if (decision === 'refuse') {
    const reason = given('refusal');
    return refusalReasons.some(([value]) => value === reason)
      ? { ref, decision, reason }
      : fault('refusal', 'choose why you refuse it');
  }
  const { tick, action } = needs(decidable);
  const [actionTaken, actionNote, override] = [given('action'), given('note'), given('override')];
  if (decision === 'override' && override === '') return fault('override', 'say why you override the block');
  if (action && !actionsTaken.some(([value]) => value === actionTaken))
    return fault('action', 'say what was done');
  if (action && actionTaken === 'no-action' && actionNote === '')
    return fault('note', 'say why no action is needed');
  if (tick && given('read') !== 'yes') return fault('read', 'tick that you have read the warning');
  return {
    ref,
    decision,
    ...(decision === 'override' ? { reason: override } : {}),
    ...(action ? { actionTaken, ...(actionNote ? { actionNote } : {}) } : {}),
    ...(tick ? { confirmed: true } : {}),
  };
}

const shorter = (label: string): string => (label.length > 70 ? `${label.slice(0, 67).trimEnd()}…` : label);
