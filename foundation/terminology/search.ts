// Finding concepts by words. spec: terminology §4.7
import type { Edition, EditionConcept, EditionTerm } from './edition.ts';
import type { Hierarchy } from './hierarchy.ts';
import { parseSctid } from './sctid.ts';
import type { SearchHit, SearchQuery } from './types.ts';

const longestText = 200;
const mostHits = 200;

function tokens(text: string): string[] {
  return text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .split(/[^\p{L}\p{N}%]+/u)
    .filter((token) => token !== '');
}

/** `oedema` and `edema` are one word; the word as written counts too, so that `gastro` finds `gastroenterology`. */
const folded = (word: string): string => word.replace(/[ao]e/g, 'e');
const begins = (word: string, token: string): boolean =>
  word.startsWith(token) || folded(word).startsWith(folded(token));

/** Higher is better; undefined where a word of the query begins no word of the term. */
function scoreOf(query: readonly string[], term: EditionTerm, preferred: boolean): number | undefined {
  const own = tokens(term.term);
  if (!query.every((token) => own.some((word) => begins(word, token)))) return undefined;
  const whole = query.filter((token) => own.some((word) => folded(word) === folded(token))).length;
  const exact = own.length === query.length && whole === query.length ? 1000 : 0;
  const first = begins(own[0]!, query[0]!) ? 40 : 0;
  return (
    exact + whole * 60 + first - (own.length - query.length) * 5 - term.term.length / 50 + (preferred ? 2 : 0)
  );
}

function hitOf(concept: EditionConcept, term: string, score: number): SearchHit {
  const preferredTerm = concept.terms.find(({ active }) => active)?.term;
  return {
    conceptId: concept.id,
    term,
    ...(preferredTerm === undefined ? {} : { preferredTerm }),
    ...(concept.semanticTag === undefined ? {} : { semanticTag: concept.semanticTag }),
    score,
  };
}

function byIdentifier(edition: Edition, text: string): SearchHit[] {
  const parsed = parseSctid(text);
  if (!parsed.ok) return [];
  const concept =
    parsed.kind === 'concept' ? edition.concept(parsed.id) : edition.conceptOfDescription(parsed.id);
  return concept === undefined ? [] : [hitOf(concept, concept.terms[0]?.term ?? concept.id, 2000)];
}

/** Concepts that match, best first, one row for each; empty for less than two letters. */
export function searchEdition(
  edition: Edition,
  hierarchy: Hierarchy,
  query: SearchQuery,
): readonly SearchHit[] {
  const text = query.text.slice(0, longestText).trim();
  const found = byIdentifier(edition, text);
  const wanted = tokens(text);
  if (found.length > 0 || wanted.length === 0 || (text.length < 2 && !/\d/.test(text))) return found;
  for (const concept of edition.concepts()) {
    if (!concept.active && query.includeInactive !== true) continue;
    if (query.semanticTags !== undefined && !query.semanticTags.includes(concept.semanticTag ?? '')) continue;
    if (query.under !== undefined && hierarchy.isA(concept.id, query.under) !== 'yes') continue;
    let best: { term: string; score: number } | undefined;
    for (const [at, term] of concept.terms.entries()) {
      const score = scoreOf(wanted, term, at === 0);
      if (score !== undefined && (best === undefined || score > best.score))
        best = { term: term.term, score };
    }
    if (best !== undefined) found.push(hitOf(concept, best.term, best.score));
  }
  found.sort(
    (a, b) =>
      b.score - a.score || a.conceptId.length - b.conceptId.length || (a.conceptId < b.conceptId ? -1 : 1),
  );
  return found.slice(0, Math.min(query.limit ?? 20, mostHits));
}
