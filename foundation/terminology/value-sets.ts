// Named code sets as versioned data, and membership answered honestly. spec: terminology §1.3 rules 4–5, §4.11
import { readFileSync } from 'node:fs';
import type { Hierarchy } from './hierarchy.ts';
import { parseSctid } from './sctid.ts';
import type { Answer } from './types.ts';

/** A set: plain ids are members; `<<id` stands for the concept and everything below it. */
export interface ValueSet {
  readonly id: string;
  readonly title: string;
  readonly version: string;
  readonly include: readonly string[];
  readonly exclude?: readonly string[];
  /** Loading or switching editions fails where one of these is a member. */
  readonly mustNotContain?: readonly string[];
  /** False where the national set is larger than what may be shipped: a code not listed is then 'unknown'. */
  readonly complete?: boolean;
  /** With `complete: false`: what certainly is no member. */
  readonly never?: readonly string[];
}

/** Sets by name; the entry point for a practice's or an operator's own. */
export type ValueSets = ReadonlyMap<string, ValueSet>;

let shipped: ValueSets | undefined;

/** The sets of this product, read once from the file beside this module. */
export function shippedValueSets(): ValueSets {
  shipped ??= valueSetsFrom(
    JSON.parse(readFileSync(new URL('./data/value-sets.json', import.meta.url), 'utf8')) as ValueSet[],
  );
  return shipped;
}

/** Checks the shape of sets and puts them in order. Throws an Error naming the set that is wrong. */
export function valueSetsFrom(sets: readonly ValueSet[]): ValueSets {
  const byName = new Map<string, ValueSet>();
  for (const set of sets) {
    if (byName.has(set.id)) throw new Error(`value set ${set.id}: given twice`);
    const lists = [set.include, set.exclude ?? [], set.never ?? [], set.mustNotContain ?? []];
    for (const entry of lists.flat()) {
      const parsed = parseSctid(entry.replace(/^<</, ''));
      if (!parsed.ok || parsed.kind !== 'concept')
        throw new Error(`value set ${set.id}: ${entry} is no concept id`);
    }
    byName.set(set.id, set);
  }
  return byName;
}

function covers(list: readonly string[], code: string, hierarchy: Hierarchy): Answer {
  let answer: Answer = 'no';
  for (const entry of list) {
    if (!entry.startsWith('<<')) {
      if (entry === code) return 'yes';
      continue;
    }
    const below = hierarchy.isA(code, entry.slice(2));
    if (below === 'yes') return 'yes';
    if (below === 'unknown') answer = 'unknown';
  }
  return answer;
}

/** Whether a code is in a set, as far as the hierarchy at hand can tell. */
export function membership(set: ValueSet, code: string, hierarchy: Hierarchy): Answer {
  const excluded = covers(set.exclude ?? [], code, hierarchy);
  if (excluded === 'yes') return 'no';
  const included = covers(set.include, code, hierarchy);
  if (included === 'yes') return excluded === 'unknown' ? 'unknown' : 'yes';
  if (covers(set.never ?? [], code, hierarchy) === 'yes') return 'no';
  return set.complete === false ? 'unknown' : included;
}

/** The first forbidden member of a set, if there is one: an edition that makes one must not be activated. */
export function forbiddenMember(set: ValueSet, hierarchy: Hierarchy): string | undefined {
  return set.mustNotContain?.find((code) => membership(set, code, hierarchy) === 'yes');
}
