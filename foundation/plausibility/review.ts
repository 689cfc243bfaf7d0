// What the reviewer is first shown: nothing selected, duplicates said, terms from the receiver's own release.
// spec: messaging §10.1, SG-02, SG-09, SG-16, SG-19
import type { CodeableConcept } from '../fhir/index.ts';
import type { Terminology } from '../terminology/index.ts';
import { snomedCoding, wordsOf } from './facts.ts';
import { compareSeverity, type Evaluation, type Finding, type Severity } from './rule.ts';

export interface ItemStart {
  readonly itemRef: string;
  /** Always false: a person selects (SG-02). */
  readonly selected: false;
  readonly alreadyInRecord: boolean;
  readonly highest: Severity | undefined;
  readonly urgent: boolean;
  readonly findings: readonly Finding[];
  /** How the item may be filed as it stands. */
  readonly choices: readonly ('accept' | 'textOnly' | 'refuse' | 'override')[];
}

const duplicateRule = 'DU-01';

function choicesOf(findings: readonly Finding[], highest: Severity | undefined): ItemStart['choices'] {
  if (highest === 'REJECT') return [];
  if (highest !== 'BLOCK') return ['accept', 'textOnly', 'refuse'];
  const blocks = findings.filter(({ severity }) => severity === 'BLOCK');
  return blocks.every(({ overridable }) => overridable)
    ? ['textOnly', 'refuse', 'override']
    : ['textOnly', 'refuse'];
}

/** The highest severity among findings; undefined for none. */
export function highestSeverity(findings: readonly Finding[]): Severity | undefined {
  return findings
    .map(({ severity }) => severity)
    .toSorted(compareSeverity)
    .at(-1);
}

/** Where each item of a message starts in review (SG-02, SG-09). `itemRefs` are those that can be filed. */
export function startOfReview(
  itemRefs: readonly string[],
  evaluation: Pick<Evaluation, 'findings'>,
): ItemStart[] {
  return itemRefs.map((itemRef) => {
    const findings = evaluation.findings.filter((finding) => finding.itemRef === itemRef);
    const highest = highestSeverity(findings);
    return {
      itemRef,
      selected: false,
      alreadyInRecord: findings.some(({ ruleId }) => ruleId === duplicateRule),
      highest,
      urgent: findings.some(({ urgent }) => urgent),
      findings,
      choices: choicesOf(findings, highest),
    };
  });
}

/** Whether "accept all" may be offered: nothing in the whole message is above INFO (SG-02). */
export function mayAcceptAll(evaluation: Pick<Evaluation, 'findings'>): boolean {
  return evaluation.findings.every(({ severity }) => severity === 'INFO');
}

export type TaskPriority = 'top' | 'action' | 'normal';

/** BLOCK and urgent ACTION go to the top of the list. spec: messaging §10.1 */
export function taskPriority(evaluation: Pick<Evaluation, 'findings'>): TaskPriority {
  const { findings } = evaluation;
  if (findings.some(({ severity, urgent }) => severity === 'BLOCK' || (severity === 'ACTION' && urgent)))
    return 'top';
  return findings.some(({ severity }) => severity === 'ACTION') ? 'action' : 'normal';
}

/** The receiver's own term for a code, with what the sender wrote beside it (SG-19). */
export function displayedTerm(
  concept: CodeableConcept | undefined,
  terminology: Terminology,
): {
  readonly term: string | undefined;
  readonly sent: readonly string[];
  readonly code: string | undefined;
} {
  const code = snomedCoding(concept)?.code;
  return {
    code,
    // Never the sender's words in the place of a term: none is shown where the release has none.
    term: code === undefined ? undefined : terminology.preferredTerm(code),
    sent: [...new Set(wordsOf(concept))],
  };
}
