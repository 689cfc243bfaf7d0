// Codes of a recall: whether they exist, and what lies below them. A small part of ECL: `<< code`, `< code`, `code`, OR.
// spec: national-service INC-03; terminology §4.4
import { system } from '@gp-connect/foundation/nhs';
import type { TerminologySource } from '@gp-connect/foundation/terminology';

export interface CodeSets {
  isKnown(code: string): Promise<boolean>;
  /** Every code below; undefined where the edition at hand cannot tell. */
  descendants(code: string): Promise<readonly string[] | undefined>;
}

/** An edition that is not complete can still say that a code is well formed, but not what lies below it. */
export function codeSetsOver(source: TerminologySource): CodeSets {
  const statusOf = async (code: string) => {
    const terminology = await source.load({ codes: [code] });
    return { terminology, status: terminology.validateCode({ system: system.snomed, code }).status };
  };
  return {
    async isKnown(code) {
      const { status } = await statusOf(code);
      return status !== 'unknown' && status !== 'invalidFormat';
    },
    async descendants(code) {
      const { terminology, status } = await statusOf(code);
      return status === 'active' || status === 'inactive' ? terminology.descendants(code) : undefined;
    },
  };
}

const operand = /^(<<|<)?\s*(\d{6,18})\s*(?:\|[^|]*\|)?$/;
const MOST_OPERANDS = 100;

/** The codes an expression stands for, or what is wrong with it. */
export async function expandEcl(
  ecl: string,
  codeSets: CodeSets,
): Promise<{ codes: ReadonlySet<string> } | { error: string }> {
  const operands = ecl.split(/\s+OR\s+/i);
  if (operands.length > MOST_OPERANDS) return { error: `has more than ${MOST_OPERANDS} parts` };
  const codes = new Set<string>();
  for (const text of operands) {
    const [, operator, code] = operand.exec(text.trim()) ?? [];
    if (code === undefined) return { error: 'must be codes, each alone or after < or <<, with OR between' };
    if (!(await codeSets.isKnown(code))) return { error: `${code} is not known` };
    if (operator !== '<') codes.add(code);
    if (operator === undefined) continue;
    const below = await codeSets.descendants(code);
    if (below === undefined)
      return { error: `what lies below ${code} cannot be told from the edition at hand` };
    for (const each of below) codes.add(each);
  }
  return { codes };
}
