// Whether the words sent with a code mean the code: the test behind rules T-05 to T-07. spec: terminology §4.2.1
import { withoutSupplier, words } from './normalise.ts';

export type DisplayResult =
  | 'preferred'
  | 'synonym'
  | 'retiredSynonym'
  | 'close'
  | 'otherConcept'
  | 'contradiction'
  | 'mismatch'
  | 'noDisplay'
  /** The terms of the code are not known here, so nothing can be said. */
  | 'unknown';

export interface DisplayMatch {
  readonly result: DisplayResult;
  /** block: the words deny the code; warn and info as in the contract's table. Absent where nothing is wrong. */
  readonly severity?: 'block' | 'warn' | 'info';
  /** What stands on one side only, where that decided. */
  readonly difference?: Difference;
  /** Another concept of the same value set that has exactly these words. */
  readonly otherConcept?: string;
}

export type Difference = 'negation' | 'modality' | 'laterality' | 'sex' | 'ordinal' | 'strength';

const negations = new Set(
  'not no non nil without negative denies denied declined refused absent never excluded unlikely'.split(' '),
);
const modalities = new Set(
  'suspected possible query family history risk ex stopped previous partner mother father'.split(' '),
);
const marks: readonly (readonly [Difference, ReadonlySet<string>])[] = [
  ['laterality', new Set(['left', 'right', 'bilateral'])],
  ['sex', new Set(['male', 'female'])],
  ['ordinal', new Set(['first', 'second', 'third', 'booster'])],
];
const stopWords = new Set(
  'a an and the of in on to for with by or reading level measure measurement structure route entity nos'.split(
    ' ',
  ),
);
const strength = /^\d+(?:\.\d+)?(?:mg|g|kg|ml|l|microgram|micrograms|mcg|units?|%)/;

/** The words that stand on one side only. */
function apart(a: readonly string[], b: readonly string[]): { left: string[]; right: string[] } {
  const inA = new Set(a);
  const inB = new Set(b);
  return { left: a.filter((word) => !inB.has(word)), right: b.filter((word) => !inA.has(word)) };
}

const some = (list: readonly string[], set: ReadonlySet<string>): boolean =>
  list.some((word) => set.has(word));

function ruledOut(list: readonly string[]): boolean {
  return list.some((word, at) => word === 'ruled' && list[at + 1] === 'out');
}

/**
 * Whether two texts differ by a negation or by a modality (suspected, history of, family …) that only one of them has.
 * @example meaningDiffers('Pregnant', 'Not pregnant') // 'negation'
 */
export function meaningDiffers(a: string, b: string): 'negation' | 'modality' | undefined {
  const wordsA = words(a);
  const wordsB = words(b);
  const { left, right } = apart(wordsA, wordsB);
  if (
    some(left, negations) !== some(right, negations) ||
    (ruledOut(wordsA) !== ruledOut(wordsB) && (left.includes('ruled') || right.includes('ruled')))
  )
    return 'negation';
  return some(left, modalities) !== some(right, modalities) ? 'modality' : undefined;
}

function markedDifference(a: readonly string[], b: readonly string[]): Difference | undefined {
  const { left, right } = apart(a, b);
  const differing = marks.find(([, set]) => some(left, set) || some(right, set))?.[0];
  if (differing !== undefined) return differing;
  return left.some((word) => strength.test(word)) && right.some((word) => strength.test(word))
    ? 'strength'
    : undefined;
}

/** One term of a concept, as the comparison needs it. */
export interface KnownTerm {
  readonly term: string;
  readonly preferred: boolean;
  readonly active: boolean;
}

export interface MatchInput {
  readonly display: string | undefined;
  readonly terms: readonly KnownTerm[];
  /** A dm+d product: the supplier in brackets is left out of the comparison. */
  readonly isProduct: boolean;
  /** The concept of the same value set that has exactly these words, if any. */
  readonly otherConceptWith: (joinedWords: string) => string | undefined;
}

const joined = (term: string): string => words(term).join(' ');

function closeTo(display: readonly string[], term: readonly string[]): boolean {
  const { left, right } = apart(display, term);
  return [...left, ...right].every((word) => stopWords.has(word));
}

/** Compares a display with what a concept is called. */
export function matchDisplay({ display, terms, isProduct, otherConceptWith }: MatchInput): DisplayMatch {
  if (display === undefined || display.trim() === '') return { result: 'noDisplay', severity: 'info' };
  if (terms.length === 0) return { result: 'unknown' };
  const text = joined(display);
  const equal = terms.filter(({ term }) => joined(term) === text);
  if (equal.some(({ preferred, active }) => preferred && active)) return { result: 'preferred' };
  if (equal.some(({ active }) => active)) return { result: 'synonym' };
  if (equal.length > 0) return { result: 'retiredSynonym', severity: 'info' };

  const plain = (term: string): readonly string[] => words(isProduct ? withoutSupplier(term) : term);
  const sent = plain(display);
  const own = terms.map(({ term }) => ({
    term: isProduct ? withoutSupplier(term) : term,
    words: plain(term),
  }));
  const shown = isProduct ? withoutSupplier(display) : display;
  const other = otherConceptWith(text);
  const differences = own.map(({ term }) => meaningDiffers(shown, term));
  if (differences.every((difference) => difference === 'negation')) {
    return {
      result: 'contradiction',
      severity: 'block',
      difference: 'negation',
      ...(other === undefined ? {} : { otherConcept: other }),
    };
  }
  if (other !== undefined) return { result: 'otherConcept', severity: 'block', otherConcept: other };
  if (own.some((term) => closeTo(sent, term.words))) return { result: 'close', severity: 'info' };
  if (differences.every((difference) => difference !== undefined)) {
    return { result: 'contradiction', severity: 'warn', difference: 'modality' };
  }
  const marked = own.map((term) => markedDifference(sent, term.words));
  const first = marked[0];
  return first !== undefined && marked.every((mark) => mark !== undefined)
    ? { result: 'mismatch', severity: 'block', difference: first }
    : { result: 'mismatch', severity: 'warn' };
}
