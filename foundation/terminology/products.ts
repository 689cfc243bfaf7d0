// Medicines and the allergies against them. spec: terminology §4.8
import type { Edition, EditionConcept } from './edition.ts';
import type { Hierarchy } from './hierarchy.ts';
import type { AllergenMatch, Product } from './types.ts';
import { membership, type ValueSets } from './value-sets.ts';

/** A product of the edition, a previous dm+d id resolved to the current one; undefined if the code is no product. */
export function productOf(edition: Edition, code: string): Product | undefined {
  const concept = edition.concept(code);
  const data = concept?.product;
  if (concept === undefined || data === undefined) return undefined;
  const current = concept.replacements?.length === 1 ? concept.replacements[0]! : undefined;
  const level = data.level;
  const vmp = data.vmp ?? (level === 'VMP' ? (current?.conceptId ?? code) : undefined);
  const vtm = data.vtm ?? (vmp === undefined ? undefined : edition.concept(vmp)?.product?.vtm);
  const ingredients =
    data.ingredients ?? (vmp === undefined ? undefined : edition.concept(vmp)?.product?.ingredients);
  return {
    id: code,
    ...(level === undefined ? {} : { level }),
    currentId: current?.conceptId ?? code,
    name: concept.terms.find(({ active }) => active)?.term ?? concept.terms[0]?.term ?? code,
    ...(vmp === undefined ? {} : { vmp }),
    ...(vtm === undefined ? {} : { vtm }),
    ...(ingredients === undefined ? {} : { ingredients }),
    discontinued: data.discontinued ?? false,
    invalid: data.invalid ?? current !== undefined,
  };
}

const unknown = (reason: string): AllergenMatch => ({ outcome: 'unknown', reasons: [reason] });

/** The substances an allergy is to: its causative agent, or the substance or product it was recorded as. */
function allergensOf(
  edition: Edition,
  hierarchy: Hierarchy,
  allergy: EditionConcept,
): readonly string[] | undefined {
  if (allergy.allergen !== undefined) return [allergy.allergen];
  if (hierarchy.isA(allergy.id, '105590001') === 'yes') return [allergy.id];
  return productOf(edition, allergy.id)?.ingredients;
}

/**
 * Whether a product holds what a patient is allergic to. `match`: an ingredient is the allergen or a kind of it;
 * `classMatch`: both belong to one allergen class; `none` only where both sides are known.
 */
export function matchAllergen(
  edition: Edition,
  hierarchy: Hierarchy,
  sets: ValueSets,
  allergyCode: string,
  productCode: string,
): AllergenMatch {
  const inSet = (name: string, code: string): boolean =>
    membership(sets.get(name)!, code, hierarchy) === 'yes';
  if (inSet('no-known-allergy', allergyCode)) return { outcome: 'none', reasons: ['noKnownAllergy'] };
  if (inSet('degraded-allergy', allergyCode)) return unknown('degradedAllergy');
  const allergy = edition.concept(allergyCode);
  if (allergy === undefined) return unknown('allergyNotKnown');
  if (hierarchy.isA(allergyCode, '243796009') === 'yes') return unknown('situationCode');
  const allergens = allergensOf(edition, hierarchy, allergy);
  const ingredients = productOf(edition, productCode)?.ingredients;
  if (allergens === undefined || allergens.length === 0) return unknown('allergenNotKnown');
  if (ingredients === undefined || ingredients.length === 0) return unknown('ingredientsNotKnown');
  const pairs = allergens.flatMap((allergen) => ingredients.map((ingredient) => ({ allergen, ingredient })));
  const match = pairs.find(({ allergen, ingredient }) => hierarchy.isA(ingredient, allergen) === 'yes');
  if (match !== undefined) return { outcome: 'match', reasons: [`${match.ingredient} is ${match.allergen}`] };
  for (const { allergen, ingredient } of pairs) {
    const shared = hierarchy
      .ancestors(allergen)
      .filter((above) => inSet('allergen-class', above) && hierarchy.isA(ingredient, above) === 'yes');
    if (shared.length > 0)
      return { outcome: 'classMatch', reasons: shared.map((above) => `both are ${above}`) };
  }
  const certain = pairs.every(({ allergen, ingredient }) => hierarchy.isA(ingredient, allergen) === 'no');
  return certain ? { outcome: 'none', reasons: [] } : unknown('hierarchyNotKnown');
}
