// Terms made comparable: letter case, punctuation, abbreviations, spelling, semantic tags. spec: terminology §4.2.1

/** Semantic tags that a display may carry in brackets at its end. */
export const semanticTags: ReadonlySet<string> = new Set([
  'finding',
  'disorder',
  'procedure',
  'regime/therapy',
  'observable entity',
  'situation',
  'event',
  'record artifact',
  'substance',
  'product',
  'medicinal product',
  'clinical drug',
  'qualifier value',
  'body structure',
  'organism',
  'specimen',
  'physical object',
  'staging scale',
  'attribute',
  'linkage concept',
  'metadata',
  'person',
  'occupation',
  'environment',
  'assessment scale',
  'tumor staging',
  'morphologic abnormality',
  'cell structure',
  'physical force',
]);

const written: readonly (readonly [RegExp, string])[] = [
  [/\bo\/e\b/g, 'on examination'],
  [/\bh\/o\b/g, 'history of'],
  [/\bc\/o\b/g, 'complaining of'],
];
const expansions = new Map([
  ['fh', 'family history'],
  ['bp', 'blood pressure'],
  ['uti', 'urinary tract infection'],
  ['copd', 'chronic obstructive pulmonary disease'],
  ['fbc', 'full blood count'],
  ['hb', 'haemoglobin'],
  ['abpm', 'ambulatory blood pressure monitoring'],
]);

/** The text in the last brackets of a term, brackets inside it counted; undefined if it does not end in a bracket. */
function lastBracket(term: string): { before: string; inside: string } | undefined {
  if (!term.endsWith(')')) return undefined;
  let depth = 0;
  for (let at = term.length - 1; at > 0; at -= 1) {
    if (term[at] === ')') depth += 1;
    if (term[at] === '(' && --depth === 0) {
      return { before: term.slice(0, at).trimEnd(), inside: term.slice(at + 1, -1).trim() };
    }
  }
  return undefined;
}

/** A term without its semantic tag, if it ends in one. */
export function withoutTag(term: string): string {
  const bracket = lastBracket(term.trim());
  return bracket !== undefined && semanticTags.has(bracket.inside.toLowerCase())
    ? bracket.before
    : term.trim();
}

/** A dm+d name without the supplier in brackets at its end. */
export function withoutSupplier(term: string): string {
  return lastBracket(term.trim())?.before ?? term.trim();
}

function spelling(word: string): string {
  return word
    .replace(/[ao]e/g, 'e')
    .replace(/is(e|ed|es|ing|ation|ations)$/, 'iz$1')
    .replace(/^haem/, 'hem');
}

/** Terms are compared again and again: their words are kept, up to a bound. */
const kept = new Map<string, readonly string[]>();
const mostKept = 50_000;
const longestKept = 300;

/**
 * The words of a term in one spelling. Punctuation goes, but a decimal point between digits and `%` stay.
 * @example words('O/E - BP reading (finding)') // ['on', 'examination', 'blood', 'pressure', 'reading']
 */
export function words(term: string): readonly string[] {
  const known = kept.get(term);
  if (known !== undefined) return known;
  const found = wordsOf(term);
  if (kept.size >= mostKept) kept.clear();
  if (term.length <= longestKept) kept.set(term, found);
  return found;
}

function wordsOf(term: string): string[] {
  let text = withoutTag(term.normalize('NFKC')).toLowerCase();
  for (const [pattern, words] of written) text = text.replace(pattern, words);
  const plain = text
    .replace(/['’]/g, '')
    .replace(/(?<=\d),(?=\d{3})/g, '')
    .replace(/(?<!\d)\.|\.(?!\d)/g, ' ')
    .replace(/[^\p{L}\p{N}.%]+/gu, ' ')
    .trim();
  if (plain === '') return [];
  const all = plain
    .split(' ')
    .flatMap((word) => (expansions.get(word) ?? word).split(' '))
    .map(spelling);
  const last = all.at(-1)!;
  if (last.length > 3 && last.endsWith('s') && !last.endsWith('ss')) all[all.length - 1] = last.slice(0, -1);
  return all;
}
