// Walks the rule table over a message. Nothing is changed, dropped or filed here. spec: messaging §10.1, §10.9
import type { Terminology } from '../terminology/index.ts';
import type { UpdateRecordContent } from './content.ts';
import { type Facts, factsOf } from './facts.ts';
import type { RulePack } from './pack.ts';
import type { RecordContext } from './record-context.ts';
import {
  compareSeverity,
  type Evaluation,
  type Finding,
  type Hit,
  type NotEvaluated,
  type RuleCheck,
  type RuleData,
  RuleParameters,
} from './rule.ts';
import { ruleChecks } from './rules/index.ts';

const checks: ReadonlyMap<string, RuleCheck> = new Map(ruleChecks.map((check) => [check.id, check]));

const isCurrent = (rule: RuleData, today: string): boolean =>
  rule.validFrom <= today && (rule.validTo === undefined || today < rule.validTo);

function findingOf(rule: RuleData, hit: Hit, pack: RulePack, evaluatedAt: string): Finding {
  const { severity, urgent } = (hit.as === undefined ? undefined : rule.cases?.[hit.as]) ?? rule;
  return {
    ruleId: rule.id,
    ruleVersion: rule.version,
    ruleSetVersion: pack.version,
    severity,
    urgent: urgent ?? false,
    overridable: rule.overridable,
    itemRef: hit.itemRef,
    message: hit.message,
    parameters: hit.parameters ?? {},
    evaluatedAt,
  };
}

interface Outcome {
  readonly findings: Finding[];
  readonly notEvaluated: NotEvaluated[];
}

function evaluateRule(
  rule: RuleData,
  facts: Facts,
  pack: RulePack,
  evaluatedAt: string,
  into: Outcome,
): void {
  const check = checks.get(rule.id);
  const skip = (extent: NotEvaluated['extent'], reason: string, itemRef?: string): void => {
    into.notEvaluated.push({
      ruleId: rule.id,
      extent,
      reason,
      ...(itemRef === undefined ? {} : { itemRef }),
    });
  };
  if (check === undefined) {
    skip('all', 'this program does not know the rule');
    return;
  }
  const missing = (parts: readonly (keyof RecordContext)[] | undefined): string =>
    (parts ?? []).filter((part) => facts.record[part] === undefined).join(', ');
  try {
    if (check.applies !== undefined && !check.applies(facts)) return;
    const needed = missing(check.needs);
    if (needed !== '') {
      skip('all', `not known here: ${needed}`);
      return;
    }
    const used = missing(check.uses);
    if (used !== '') skip('part', `not known here: ${used}`);
    for (const hit of check.check(facts, new RuleParameters(rule))) {
      if ('undecided' in hit) skip('item', hit.undecided, hit.itemRef);
      else into.findings.push(findingOf(rule, hit, pack, evaluatedAt));
    }
  } catch (error) {
    skip('all', `the rule failed: ${error instanceof Error ? error.message : 'unknown error'}`);
  }
}

/**
 * Evaluates every rule of a pack that is valid today. Findings come most severe first; what could not be checked, for
 * want of the record or of the terminology, is listed in `notEvaluated` and must not be read as passed.
 *
 * @example
 * const terminology = await source.load({ codes: codesIn(content) });
 * const { findings } = evaluate(content, record, terminology, nationalRulePack(), new Date());
 */
export function evaluate(
  content: UpdateRecordContent,
  record: RecordContext,
  terminology: Terminology,
  pack: RulePack,
  now: Date,
): Evaluation {
  const evaluatedAt = now.toISOString();
  const facts = factsOf(content, record, terminology, pack.medicineGroups, now);
  const outcome: Outcome = { findings: [], notEvaluated: [] };
  for (const rule of pack.rules) {
    if (isCurrent(rule, evaluatedAt.slice(0, 10))) evaluateRule(rule, facts, pack, evaluatedAt, outcome);
  }
  const rank = (finding: Finding): number => (finding.urgent ? 0 : 1);
  outcome.findings.sort((a, b) => compareSeverity(b.severity, a.severity) || rank(a) - rank(b));
  return { ...outcome, ruleSetVersion: pack.version, ruleSetSha256: pack.sha256, evaluatedAt };
}

/** The codes a message and its record will ask the terminology about: for sources that fetch. */
export function codesIn(content: UpdateRecordContent, record: RecordContext = {}): Set<string> {
  const codes = new Set<string>();
  const add = (code: string | undefined): void => {
    if (code !== undefined) codes.add(code);
  };
  const walk = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) walk(item);
    else if (typeof value === 'object' && value !== null) {
      const { system, code } = value as { system?: unknown; code?: unknown };
      if (typeof system === 'string' && /snomed|dmd\.nhs\.uk/.test(system) && typeof code === 'string')
        add(code);
      for (const item of Object.values(value)) walk(item);
    }
  };
  for (const part of Object.values(content)) walk(part);
  for (const { code } of [...(record.problems ?? []), ...(record.observations ?? [])]) add(code);
  for (const { code } of [...(record.allergies ?? []), ...(record.medicines ?? [])]) add(code);
  return codes;
}
