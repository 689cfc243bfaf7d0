// Rule packs: loading, hashing, and what a practice may change. spec: messaging SG-10
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { compareSeverity, type RuleData, type Severity, severities } from './rule.ts';

/** Medicines that rules speak of together: by code where it is known, else by a word their names begin with. */
export interface MedicineGroup {
  readonly codes: readonly string[];
  readonly words: readonly string[];
}

export interface RulePack {
  readonly id: string;
  readonly version: string;
  /** Of the pack as given: of its text for a file, of both texts where a practice's own is laid over it. */
  readonly sha256: string;
  readonly rules: readonly RuleData[];
  readonly medicineGroups: Readonly<Record<string, MedicineGroup>>;
}

/** What a practice writes: only differences, each one stricter. */
export interface PracticePack {
  readonly id: string;
  readonly version: string;
  readonly rules: readonly {
    readonly id: string;
    readonly severity?: Severity | undefined;
    readonly overridable?: boolean | undefined;
    readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  }[];
}

/** A pack that is not well formed; the message names rule and member. */
export class RulePackError extends Error {
  readonly code = 'RULE_PACK_INVALID';
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const day = /^\d{4}-\d{2}-\d{2}$/;

function faultOfRule(rule: RuleData): string | undefined {
  if (typeof rule.id !== 'string' || !/^[A-Z]{1,4}-\d{2}$/.test(rule.id)) return 'id';
  if (typeof rule.version !== 'string' || rule.version === '') return 'version';
  const used = [rule.severity, ...Object.values(rule.cases ?? {}).map(({ severity }) => severity)];
  if (used.some((severity) => !severities.includes(severity))) return 'severity';
  if (typeof rule.overridable !== 'boolean') return 'overridable';
  if (rule.scope !== 'national' && rule.scope !== 'practice') return 'scope';
  if (!day.test(rule.validFrom) || (rule.validTo !== undefined && !day.test(rule.validTo)))
    return 'validFrom/validTo';
  if (typeof rule.parameters !== 'object' || rule.parameters === null) return 'parameters';
  return undefined;
}

/** Reads a rule pack from JSON text. Throws RulePackError. */
export function loadRulePack(text: string): RulePack {
  let given: Omit<RulePack, 'sha256'>;
  try {
    given = JSON.parse(text) as Omit<RulePack, 'sha256'>;
  } catch {
    throw new RulePackError('the pack is no JSON');
  }
  if (typeof given?.id !== 'string' || typeof given.version !== 'string' || !Array.isArray(given.rules)) {
    throw new RulePackError('a pack has id, version and rules');
  }
  const seen = new Set<string>();
  for (const rule of given.rules) {
    const fault = faultOfRule(rule);
    if (fault !== undefined) throw new RulePackError(`rule ${rule?.id}: ${fault} is wrong`);
    if (seen.has(rule.id)) throw new RulePackError(`rule ${rule.id} is given twice`);
    seen.add(rule.id);
  }
  return {
    id: given.id,
    version: given.version,
    rules: given.rules,
    medicineGroups: given.medicineGroups ?? {},
    sha256: sha256(text),
  };
}

let national: RulePack | undefined;

/** The default national pack of this product as JSON: what a publisher begins a changed one from. */
export const nationalRulePackText = (): string =>
  readFileSync(new URL('./rules/national.json', import.meta.url), 'utf8');

/** The default national pack of this product. */
export function nationalRulePack(): RulePack {
  national ??= loadRulePack(nationalRulePackText());
  return national;
}

function isStricter(direction: string | undefined, from: unknown, to: unknown): boolean {
  if (direction === 'longer') return Array.isArray(from) && Array.isArray(to) && isLonger(from, to);
  if (typeof from !== 'number' || typeof to !== 'number' || !Number.isFinite(to)) return false;
  return direction === 'lower' ? to <= from : direction === 'higher' && to >= from;
}

/** Words, never patterns: an expression that does not compile, or takes for ever, would put the rule out of force. */
const plainWords = /^[\p{L}\p{N}][\p{L}\p{N} '’/&-]{0,99}$/u;
const MOST_ADDED = 200;

function isLonger(from: readonly unknown[], to: readonly unknown[]): boolean {
  const known = new Set(from.map((item) => JSON.stringify(item)));
  const given = new Set(to.map((item) => JSON.stringify(item)));
  const added = to.filter((item) => !known.has(JSON.stringify(item)));
  const areWords = from.every((item) => typeof item === 'string');
  return (
    [...known].every((item) => given.has(item)) &&
    added.length <= MOST_ADDED &&
    added.every((item) => areWords && typeof item === 'string' && plainWords.test(item))
  );
}

function refusalOf(base: RuleData | undefined, change: PracticePack['rules'][number]): string | undefined {
  if (base === undefined) return 'no such rule';
  if (change.severity !== undefined) {
    if (!severities.includes(change.severity)) return 'no such severity';
    if (compareSeverity(change.severity, base.severity) < 0) return 'a practice may not lower the severity';
    // REJECT decides what goes back on the wire: that is the contract's, not a practice's.
    if (change.severity === 'REJECT' && base.severity !== 'REJECT')
      return 'a practice may not refuse messages by a rule';
  }
  if (change.overridable === true && !base.overridable) return 'a practice may not allow the override';
  const loosened = Object.entries(change.parameters ?? {}).find(
    ([name, value]) => !isStricter(base.stricter?.[name], base.parameters[name], value),
  );
  return loosened === undefined ? undefined : `parameter ${loosened[0]} may not be changed to this`;
}

/** Cases follow: none may stay milder than what the practice asks of the whole rule. */
function raised(rule: RuleData, severity: Severity): RuleData {
  const cases = Object.entries(rule.cases ?? {}).map(
    ([name, given]) =>
      [name, compareSeverity(given.severity, severity) < 0 ? { ...given, severity } : given] as const,
  );
  return { ...rule, severity, ...(rule.cases === undefined ? {} : { cases: Object.fromEntries(cases) }) };
}

/**
 * Lays a practice's pack over the national one (SG-10). Changes that would loosen a rule are refused one by one and the
 * national rule stands; the rest take effect.
 */
export function withPracticePack(
  base: RulePack,
  practice: PracticePack,
): {
  readonly pack: RulePack;
  readonly refused: readonly { readonly id: string; readonly reason: string }[];
} {
  const refused: { id: string; reason: string }[] = [];
  const rules = new Map(base.rules.map((rule) => [rule.id, rule]));
  for (const change of practice.rules) {
    const rule = rules.get(change.id);
    const reason = refusalOf(rule, change);
    if (rule === undefined || reason !== undefined) {
      refused.push({ id: change.id, reason: reason ?? 'no such rule' });
      continue;
    }
    const changed: RuleData = {
      ...rule,
      scope: 'practice',
      version: `${rule.version}+${practice.id}.${practice.version}`,
      overridable: rule.overridable && change.overridable !== false,
      parameters: { ...rule.parameters, ...change.parameters },
    };
    rules.set(rule.id, change.severity === undefined ? changed : raised(changed, change.severity));
  }
  const pack: RulePack = {
    ...base,
    version: `${base.version}+${practice.id}.${practice.version}`,
    sha256: sha256(base.sha256 + JSON.stringify(practice)),
    rules: [...rules.values()],
  };
  return { pack, refused };
}
