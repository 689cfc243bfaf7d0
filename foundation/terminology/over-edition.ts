// The functions of the engine over any edition: embedded table, imported release or fetched answers. spec: terminology §4
import { matchDisplay } from './display-match.ts';
import type { Edition, EditionConcept } from './edition.ts';
import { hierarchyOf } from './hierarchy.ts';
import { words } from './normalise.ts';
import { matchAllergen, productOf } from './products.ts';
import { parseSctid } from './sctid.ts';
import { searchEdition } from './search.ts';
import type { Description, Terminology } from './types.ts';
import { validateCodeIn } from './validate-code.ts';
import {
  forbiddenMember,
  membership,
  shippedValueSets,
  type ValueSet,
  type ValueSets,
} from './value-sets.ts';

const notPrepared: ValueSet = { id: 'unnamed', title: 'unnamed', version: '0', include: [], complete: false };

/** For a value set: which concept has exactly these words. Built once for each set asked about. */
function termIndex(edition: Edition, set: ValueSet, isMember: (id: string) => boolean): Map<string, string> {
  const index = new Map<string, string>();
  const listed = set.include.every((entry) => !entry.startsWith('<<'));
  const concepts = listed
    ? set.include.map((id) => edition.concept(id)).filter((concept) => concept !== undefined)
    : edition.concepts();
  for (const concept of concepts) {
    if (!concept.active || !isMember(concept.id)) continue;
    for (const { term, active } of concept.terms) if (active) index.set(words(term).join(' '), concept.id);
  }
  return index;
}

/**
 * A terminology over an edition; `sets` are the named code sets rules ask about. Throws an Error if the edition makes
 * a member of what a set must not contain: rules would then read it as its opposite.
 */
export function terminologyOver(edition: Edition, sets: ValueSets = shippedValueSets()): Terminology {
  const hierarchy = hierarchyOf(edition);
  const siblings = new Map<string, Map<string, string>>();
  for (const set of sets.values()) {
    const forbidden = forbiddenMember(set, hierarchy);
    if (forbidden !== undefined) throw new Error(`value set ${set.id}: ${forbidden} must not be a member`);
  }

  const inValueSet = (name: string, code: string) =>
    membership(sets.get(name) ?? notPrepared, code, hierarchy);

  function siblingWith(name: string | undefined, conceptId: string, text: string): string | undefined {
    const set = name === undefined ? undefined : sets.get(name);
    if (set === undefined) return undefined;
    let index = siblings.get(set.id);
    if (index === undefined) {
      index = termIndex(edition, set, (id) => inValueSet(set.id, id) === 'yes');
      siblings.set(set.id, index);
    }
    const found = index.get(text);
    return found === conceptId ? undefined : found;
  }

  const descriptionOf = (concept: EditionConcept, at: number): Description => {
    const term = concept.terms[at]!;
    return {
      ...(term.descriptionId === undefined ? {} : { descriptionId: term.descriptionId }),
      conceptId: concept.id,
      term: term.term,
      type: term.type,
      active: term.active,
    };
  };

  const preferredTerm = (conceptId: string): string | undefined => {
    const terms = edition.concept(conceptId)?.terms ?? [];
    return (
      terms.find(({ active, type }) => active && type === 'synonym') ?? terms.find(({ active }) => active)
    )?.term;
  };

  const terminology: Terminology = {
    edition: edition.ref,
    complete: edition.complete,
    validateCode: (query) => validateCodeIn(edition, terminology, query),
    displayMatch(conceptId, display, valueSet) {
      const concept = edition.concept(conceptId);
      const preferred = preferredTerm(conceptId);
      return matchDisplay({
        display,
        terms: (concept?.terms ?? []).map(({ term, active }) => ({
          term,
          active,
          preferred: term === preferred,
        })),
        isProduct: concept?.product !== undefined,
        otherConceptWith: (text) => siblingWith(valueSet, conceptId, text),
      });
    },
    lookup(conceptId) {
      const concept = edition.concept(conceptId);
      if (concept === undefined) return undefined;
      const term = preferredTerm(conceptId);
      const fsn = concept.terms.find(({ type }) => type === 'fsn')?.term;
      const product = productOf(edition, conceptId);
      return {
        conceptId,
        status: concept.active ? 'active' : 'inactive',
        ...(term === undefined ? {} : { preferredTerm: term }),
        ...(fsn === undefined ? {} : { fsn }),
        ...(concept.semanticTag === undefined ? {} : { semanticTag: concept.semanticTag }),
        descriptions: concept.terms.map((_, at) => descriptionOf(concept, at)),
        parents: concept.parents ?? [],
        childCount: hierarchy.childCount(conceptId),
        ...(product === undefined ? {} : { product }),
      };
    },
    description(descriptionId) {
      const parsed = parseSctid(descriptionId);
      if (!parsed.ok || parsed.kind !== 'description') return undefined;
      const concept = edition.conceptOfDescription(parsed.id);
      const at = concept?.terms.findIndex((term) => term.descriptionId === parsed.id) ?? -1;
      return concept === undefined || at < 0 ? undefined : descriptionOf(concept, at);
    },
    preferredTerm,
    isActive(conceptId) {
      const concept = edition.concept(conceptId);
      if (concept !== undefined) return concept.active ? 'yes' : 'no';
      return edition.absence(conceptId) === 'unknown' ? 'no' : 'unknown';
    },
    subsumes: hierarchy.subsumes,
    isA: hierarchy.isA,
    ancestors: hierarchy.ancestors,
    descendants: hierarchy.descendants,
    inValueSet,
    replacementsOf: (conceptId) => edition.concept(conceptId)?.replacements ?? [],
    product: (code) => productOf(edition, code),
    allergenMatch: (allergy, product) => matchAllergen(edition, hierarchy, sets, allergy, product),
    search: (query) => searchEdition(edition, hierarchy, query),
  };
  return terminology;
}
