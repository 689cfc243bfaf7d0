// Rules as data, findings as values. spec: messaging §10.1, §10.9, SG-10
import type { Facts } from './facts.ts';
import type { RecordContext } from './record-context.ts';

export type Severity = 'INFO' | 'WARN' | 'ACTION' | 'BLOCK' | 'REJECT';

/** From least to most. */
export const severities: readonly Severity[] = ['INFO', 'WARN', 'ACTION', 'BLOCK', 'REJECT'];

/** Negative, 0 or positive as `a` is less, as or more severe than `b`. */
export function compareSeverity(a: Severity, b: Severity): number {
  return severities.indexOf(a) - severities.indexOf(b);
}

/** A rule as a pack holds it: everything that may change without a release. */
export interface RuleData {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly severity: Severity;
  /** Same-day matter. */
  readonly urgent?: boolean;
  /** Other severities of the same rule, by the case its check names. */
  readonly cases?: Readonly<Record<string, { readonly severity: Severity; readonly urgent?: boolean }>>;
  /** Whether a clinician may override a BLOCK with a reason; false for the marks ✱ of the contract. */
  readonly overridable: boolean;
  readonly scope: 'national' | 'practice';
  readonly validFrom: string;
  /** The first day it no longer holds. */
  readonly validTo?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Which way a practice may move a parameter: a smaller or larger number, or a longer list. */
  readonly stricter?: Readonly<Record<string, 'lower' | 'higher' | 'longer'>>;
}

/** What a check found about one item. */
export interface Hit {
  readonly itemRef: string;
  readonly message: string;
  /** The figures that decided; numbers, codes and limits, no names. */
  readonly parameters?: Readonly<Record<string, unknown>>;
  /** Names one of the rule's `cases`. */
  readonly as?: string;
}

/** The code of a rule: a row of the table its family exports. */
export interface RuleCheck {
  readonly id: string;
  /** Parts of the record without which the rule cannot be evaluated. */
  readonly needs?: readonly (keyof RecordContext)[];
  /** Parts that add to a rule which otherwise works on the message alone. */
  readonly uses?: readonly (keyof RecordContext)[];
  /** Whether the message holds anything the rule is about; true where left out. */
  readonly applies?: (facts: Facts) => boolean;
  readonly check: (facts: Facts, parameters: RuleParameters) => Iterable<Hit | Undecided>;
}

/** A check that could not be decided for an item: said, never passed. */
export interface Undecided {
  readonly itemRef: string;
  readonly undecided: string;
}

export interface Finding {
  readonly ruleId: string;
  readonly ruleVersion: string;
  readonly ruleSetVersion: string;
  readonly severity: Severity;
  readonly urgent: boolean;
  readonly overridable: boolean;
  readonly itemRef: string;
  readonly message: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly evaluatedAt: string;
}

export interface NotEvaluated {
  readonly ruleId: string;
  /** `all`: the rule was not asked; `part`: it was, on the message alone; `item`: it could not be decided for one item. */
  readonly extent: 'all' | 'part' | 'item';
  readonly reason: string;
  readonly itemRef?: string;
}

export interface Evaluation {
  readonly findings: readonly Finding[];
  readonly notEvaluated: readonly NotEvaluated[];
  readonly ruleSetVersion: string;
  readonly ruleSetSha256: string;
  readonly evaluatedAt: string;
}

const patterns = new Map<string, RegExp>();

/** Typed reading of a rule's parameters. Throws where a pack leaves one out: the engine then says "not evaluated". */
export class RuleParameters {
  readonly #rule: RuleData;

  constructor(rule: RuleData) {
    this.#rule = rule;
  }

  number(name: string): number {
    const value = this.#rule.parameters[name];
    if (typeof value !== 'number') throw new Error(`${this.#rule.id}: parameter ${name} is no number`);
    return value;
  }

  texts(name: string): readonly string[] {
    const value = this.#rule.parameters[name];
    if (!Array.isArray(value)) throw new Error(`${this.#rule.id}: parameter ${name} is no list`);
    return value as string[];
  }

  /** A table: rows of named values. */
  rows<T>(name: string): readonly T[] {
    return this.texts(name) as unknown as readonly T[];
  }

  /** Patterns as one case-insensitive expression that matches where any of them does. */
  pattern(name: string): RegExp {
    const source = this.texts(name).join('|');
    let compiled = patterns.get(source);
    if (compiled === undefined) {
      compiled = new RegExp(source, 'iu');
      patterns.set(source, compiled);
    }
    return compiled;
  }
}
