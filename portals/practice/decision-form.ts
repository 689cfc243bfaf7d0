// What was chosen for each entry of a message, read into decisions or into faults a person can put right. The practice's
// system checks the same again: this only says it beside the field. spec: messaging §10.1, SG-02, SG-14
import type { Fields, FormFault } from '../kit/index.ts';
import { type CheckedAmendments, parseAmendment, seenMark } from './amendment-form.ts';
import { entryTitle } from './entry-words.ts';
import {
  type Amendment,
  choices,
  type Decision,
  type Entry,
  type Finding,
  type OpenItem,
} from './inbox-api.ts';
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
      label: entryTitle(entry),
      entry,
    })),
  ];
}

export const asks = (findings: readonly Finding[], severity: Finding['severity']): boolean =>
  findings.some((finding) => finding.severity === severity);

/** What findings ask of whoever files the entry. */
export const needs = (findings: readonly Finding[]) => ({
  tick: asks(findings, 'WARN'),
  action: asks(findings, 'ACTION'),
});

/** The names of an entry that may be amended, where that may be chosen. */
export const amendableOf = ({ choices: some, entry }: Decidable) =>
  some.includes('amend') ? (entry?.amendable ?? []) : [];

/** The amendments that were typed and can be read, by the key of their entry: to be checked before anything is filed. */
export function typedAmendments(
  item: OpenItem,
  fields: Fields,
): readonly (readonly [Decidable, Amendment])[] {
  return decidablesOf(item).flatMap((decidable) => {
    const names = amendableOf(decidable);
    if (fields[`choice-${decidable.key}`] !== 'amend' || names.length === 0) return [];
    const amendment = parseAmendment({ key: decidable.key, names }, fields);
    return 'field' in amendment ? [] : [[decidable, amendment] as const];
  });
}

export type Decisions =
  | { readonly decisions: readonly Decision[] }
  | { readonly faults: readonly FormFault[] };

/** An entry decided earlier needs no new choice; a new one takes its place. */
export function parseDecisions(
  item: OpenItem,
  fields: Fields,
  checked: CheckedAmendments = new Map(),
): Decisions {
  const faults: FormFault[] = [];
  const decisions: Decision[] = [];
  for (const decidable of decidablesOf(item)) {
    const parsed = parseOne(decidable, fields, checked);
    if (parsed === undefined) continue;
    if ('ref' in parsed) decisions.push(parsed);
    else faults.push({ ...parsed, text: `${shorter(decidable.label)}: ${parsed.text}` });
  }
  return faults.length > 0 ? { faults } : { decisions };
}

type Given = (name: string) => string;

function parseOne(
  decidable: Decidable,
  fields: Fields,
  checked: CheckedAmendments,
): Decision | FormFault | undefined {
  const { key, ref, findings } = decidable;
  const given: Given = (name) => (fields[`${name}-${key}`] ?? '').trim();
  const fault = (name: string, text: string): FormFault => ({ field: `${name}-${key}`, text });
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
  if (decision === 'amend') return parseAmended(decidable, fields, given, checked);
  const override = given('override');
  if (decision === 'override' && override === '') return fault('override', 'say why you override the block');
  const answers = parseAnswers(key, findings, given);
  if ('field' in answers) return answers;
  return { ref, decision, ...(decision === 'override' ? { reason: override } : {}), ...answers };
}

/** The tick and the action taken that findings ask for. */
function parseAnswers(
  key: string,
  findings: readonly Finding[],
  given: Given,
): Pick<Decision, 'actionTaken' | 'actionNote' | 'confirmed'> | FormFault {
  const fault = (name: string, text: string): FormFault => ({ field: `${name}-${key}`, text });
  const { tick, action } = needs(findings);
  const [actionTaken, actionNote] = [given('action'), given('note')];
  if (action && !actionsTaken.some(([value]) => value === actionTaken))
    return fault('action', 'say what was done');
  if (action && actionTaken === 'no-action' && actionNote === '')
    return fault('note', 'say why no action is needed');
  if (tick && given('read') !== 'yes') return fault('read', 'tick that you have read the warning');
  return {
    ...(action ? { actionTaken, ...(actionNote ? { actionNote } : {}) } : {}),
    ...(tick ? { confirmed: true } : {}),
  };
}

/** An amended entry is filed only as it was shown, after the rules have judged it as it will be. */
function parseAmended(
  decidable: Decidable,
  fields: Fields,
  given: Given,
  checked: CheckedAmendments,
): Decision | FormFault {
  const { key, ref } = decidable;
  const amendment = parseAmendment({ key, names: amendableOf(decidable) }, fields);
  if ('field' in amendment) return amendment;
  const reason = given('why');
  if (reason === '') return { field: `why-${key}`, text: 'say why you change it' };
  const check = checked.get(key)?.check;
  if (check === undefined) return { field: `choice-${key}`, text: 'the change could not be checked' };
  if ('field' in check) return check;
  const block = check.findings.find(({ severity }) => severity === 'BLOCK');
  if (block !== undefined)
    return { field: `choice-${key}`, text: `the changed entry is still blocked. ${block.message}` };
  const answers = parseAnswers(key, check.findings, given);
  if ('field' in answers) return answers;
  if (given('seen') !== seenMark(amendment))
    return { field: `checked-${key}`, text: 'read what the changed entry says, then file it' };
  return { ref, decision: 'amend', reason, amendment, ...answers };
}

const shorter = (label: string): string => (label.length > 70 ? `${label.slice(0, 67).trimEnd()}…` : label);
