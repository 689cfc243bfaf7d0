// Which decision an entry allows, from its findings, the user's role and the practice's stops.
// spec: messaging §10.1, SG-02, SG-03, SG-14, SG-18, SG-21
import type { FilingStop } from '../../controls/index.ts';
import { entryKinds } from '../entries.ts';
import { isAbove, type KeptFinding, weightOf } from '../severity.ts';
import type { AmendmentChanges, AmendmentMember } from './amendment.ts';
import type { DecisionKind, EntryRow, ItemRow } from './rows.ts';

export const refusalReasons = [
  'wrong-patient',
  'wrong-code',
  'duplicate',
  'not-clinically-relevant',
  'contradictory',
  'other',
] as const;
export type RefusalReason = (typeof refusalReasons)[number];

/** spec: messaging §10.1; national-service UPD-10 */
export const actionsTaken = ['task-made', 'patient-contacted', 'recall-set', 'no-action'] as const;
export type ActionTaken = (typeof actionsTaken)[number];

/** What reaches out to the patient. */
const outreach: ReadonlySet<string | undefined> = new Set<ActionTaken>(['patient-contacted', 'recall-set']);

export interface Decision {
  /** An entry, or `message` for what was found about the message as a whole. */
  readonly ref: string;
  readonly decision: DecisionKind;
  /** Refusal: one of the list; override: in the clinician's words. */
  readonly reason?: string | undefined;
  readonly actionTaken?: ActionTaken | undefined;
  readonly actionNote?: string | undefined;
  /** The explicit tick that WARN asks for. */
  readonly confirmed?: boolean | undefined;
  /** What `amend` changes. */
  readonly amendment?: AmendmentChanges | undefined;
}

/** The name under which findings about the whole message are decided. */
export const wholeMessage = 'message';

export interface DecisionContext {
  readonly item: Pick<ItemRow, 'standing' | 'sender_ods'>;
  /** Undefined for the message as a whole. */
  readonly entry: Pick<EntryRow, 'kind' | 'code'> | undefined;
  /** What may be changed in the entry; nothing where it is not to be amended. */
  readonly amendable?: readonly AmendmentMember[];
  /** Of an amended entry: those of what it was made, not of what was sent. */
  readonly findings: readonly KeptFinding[];
  readonly isClinician: boolean;
  readonly starredOverride: boolean;
  readonly stops: readonly FilingStop[];
}

interface Fault {
  readonly requirement: string;
  readonly reason: string;
}

type DecisionRule = (decision: Decision, context: DecisionContext) => Fault | undefined;

const files = ({ decision }: Decision): boolean => decision !== 'refuse';
const coding: ReadonlySet<DecisionKind> = new Set(['accept', 'amend', 'override']);
const filesCoded = ({ decision }: Decision, { entry }: DecisionContext): boolean =>
  coding.has(decision) && entry !== undefined && entryKinds[entry.kind].coded;
const of = (severity: KeptFinding['severity'], findings: readonly KeptFinding[]) =>
  findings.filter((finding) => finding.severity === severity);
const filled = (text: string | undefined): boolean => (text ?? '').trim() !== '';

/** Walked in order; the first fault answers. */
export const decisionRules: readonly DecisionRule[] = [
  function refusalNeedsReason({ decision, reason }) {
    const listed = refusalReasons.includes(reason as RefusalReason);
    return decision === 'refuse' && !listed
      ? { requirement: 'SG-14', reason: `a refusal needs a reason: ${refusalReasons.join(', ')}` }
      : undefined;
  },
  function amendmentIsOfCodedEntries({ decision, amendment }, { entry }) {
    const mayBe = entry !== undefined && entryKinds[entry.kind].coded && amendment !== undefined;
    return decision === 'amend' && !mayBe
      ? { requirement: 'UPD-09', reason: 'an amendment changes values of a coded entry' }
      : undefined;
  },
  function amendmentNeedsClinician({ decision }, { isClinician }) {
    return decision === 'amend' && !isClinician
      ? { requirement: 'UPD-09', reason: 'an amendment needs a clinician' }
      : undefined;
  },
  function amendmentNeedsReason({ decision, reason }) {
    return decision === 'amend' && !filled(reason)
      ? { requirement: 'UPD-09', reason: 'an amendment needs a reason' }
      : undefined;
  },
  function blockIsNotAccepted({ decision }, { entry, findings }) {
    const blocks = of('BLOCK', findings);
    const opens =
      (decision === 'accept' || decision === 'amend') &&
      (entry === undefined || entryKinds[entry.kind].coded);
    return opens && blocks.length > 0
      ? { requirement: blocks[0]!.ruleId, reason: 'a blocked entry is refused, filed as text, or overridden' }
      : undefined;
  },
  function overrideIsForBlocks({ decision }, { findings }) {
    return decision === 'override' && of('BLOCK', findings).length === 0
      ? { requirement: 'SG-03', reason: 'there is nothing to override' }
      : undefined;
  },
  function overrideNeedsClinician({ decision }, { isClinician }) {
    return decision === 'override' && !isClinician
      ? { requirement: 'SG-03', reason: 'an override needs a clinician' }
      : undefined;
  },
  function overrideNeedsReason({ decision, reason }) {
    return decision === 'override' && !filled(reason)
      ? { requirement: 'SG-03', reason: 'an override needs a reason' }
      : undefined;
  },
  function starsAreNotOverridden({ decision }, { findings, starredOverride }) {
    const starred = of('BLOCK', findings).find(({ overridable }) => !overridable);
    return decision === 'override' && starred !== undefined && !starredOverride
      ? { requirement: starred.ruleId, reason: 'this rule cannot be overridden' }
      : undefined;
  },
  function actionNeedsClinician(decision, { findings, isClinician }) {
    return files(decision) && of('ACTION', findings).length > 0 && !isClinician
      ? { requirement: 'SG-03', reason: 'a finding that asks for action needs a clinician' }
      : undefined;
  },
  function actionNeedsAnswer(decision, { findings }) {
    const asks = files(decision) && of('ACTION', findings).length > 0;
    const answered =
      actionsTaken.includes(decision.actionTaken as ActionTaken) &&
      (decision.actionTaken !== 'no-action' || filled(decision.actionNote));
    return asks && !answered
      ? {
          requirement: of('ACTION', findings)[0]!.ruleId,
          reason: 'say what was done: a task made, the patient contacted, a recall set, or no action and why',
        }
      : undefined;
  },
  function nobodyReachesOutToTheDead(decision, { item }) {
    return item.standing === 'died' && outreach.has(decision.actionTaken)
      ? { requirement: 'SG-21', reason: 'the patient has died' }
      : undefined;
  },
  function warningNeedsTick(decision, { findings }) {
    return files(decision) && of('WARN', findings).length > 0 && decision.confirmed !== true
      ? { requirement: of('WARN', findings)[0]!.ruleId, reason: 'tick that the warning was read' }
      : undefined;
  },
  function stoppedCodesAreNotFiled(decision, context) {
    const { entry, item, stops } = context;
    if (!filesCoded(decision, context)) return undefined;
    const stop = stops.find(({ kind, value }) => value === (kind === 'code' ? entry?.code : item.sender_ods));
    return (
      stop && {
        requirement: 'SG-18',
        reason: `filing is stopped for ${stop.kind} ${stop.value}: ${stop.reason}`,
      }
    );
  },
];

/** The first reason why a decision cannot stand; undefined where it can. */
export function decisionFault(decision: Decision, context: DecisionContext): Fault | undefined {
  for (const rule of decisionRules) {
    const fault = rule(decision, context);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

/** What a reviewer may choose for an entry as it stands. Nothing is ever chosen beforehand (SG-02). */
export function choicesFor(context: DecisionContext): DecisionKind[] {
  const weight = weightOf(context.findings);
  const coded = context.entry === undefined || entryKinds[context.entry.kind].coded;
  const stopped = context.stops.some(
    ({ kind, value }) => value === (kind === 'code' ? context.entry?.code : context.item.sender_ods),
  );
  const choices: DecisionKind[] = [];
  const isBlocked = weight === 'BLOCK' && coded;
  if (!isBlocked && !(coded && context.entry !== undefined && stopped)) choices.push('accept');
  const starred = of('BLOCK', context.findings).some(({ overridable }) => !overridable);
  const mayOverride = isBlocked && context.isClinician && (!starred || context.starredOverride) && !stopped;
  if (mayOverride) choices.push('override');
  const senderStopped = context.stops.some(
    ({ kind, value }) => kind === 'sender' && value === context.item.sender_ods,
  );
  const mayAmend = context.isClinician && (context.amendable ?? []).length > 0 && !senderStopped;
  if (coded && mayAmend) choices.push('amend');
  if (coded && (context.entry !== undefined || isBlocked)) choices.push('text-only');
  choices.push('refuse');
  return choices;
}

/** "Accept all" is there only if nothing is above INFO. spec: SG-02 */
export const mayAcceptAll = (findings: readonly KeptFinding[]): boolean =>
  !isAbove(weightOf(findings), 'INFO');
