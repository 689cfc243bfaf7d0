// Above and below in the hierarchy, with an honest answer where an edition does not know. spec: terminology §4.4
import type { Edition } from './edition.ts';
import type { Answer, Subsumption } from './types.ts';

export interface Hierarchy {
  ancestors(id: string): readonly string[];
  descendants(id: string): readonly string[];
  childCount(id: string): number;
  isA(concept: string, ancestor: string): Answer;
  subsumes(a: string, b: string): Subsumption;
}

const byOrdinal = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/** Hierarchy over an edition; closures are worked out once for each concept asked about. */
export function hierarchyOf(edition: Edition): Hierarchy {
  const closures = new Map<string, { above: ReadonlySet<string>; certain: boolean }>();
  let children: Map<string, string[]> | undefined;

  function closure(id: string): { above: ReadonlySet<string>; certain: boolean } {
    const known = closures.get(id);
    if (known !== undefined) return known;
    const above = new Set<string>();
    let certain = true;
    const open = [id];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      const held = edition.concept(next);
      // A concept without a known place: "no" cannot be said. One that is not held came with all that is above it.
      if (held !== undefined && held.parents === undefined) certain = false;
      for (const parent of held?.parents ?? []) {
        if (parent === id || above.has(parent)) continue;
        above.add(parent);
        open.push(parent);
      }
    }
    const found = { above, certain };
    closures.set(id, found);
    return found;
  }

  function childrenOf(id: string): readonly string[] {
    if (children === undefined) {
      children = new Map();
      for (const concept of edition.concepts()) {
        for (const parent of concept.parents ?? []) {
          const list = children.get(parent);
          if (list === undefined) children.set(parent, [concept.id]);
          else list.push(concept.id);
        }
      }
    }
    return children.get(id) ?? [];
  }

  function isA(concept: string, ancestor: string): Answer {
    if (concept === ancestor) return 'yes';
    const found = edition.concept(concept);
    if (found === undefined) return edition.absence(concept) === 'unknown' ? 'no' : 'unknown';
    if (!found.active) return 'no';
    const { above, certain } = closure(concept);
    if (above.has(ancestor)) return 'yes';
    return certain ? 'no' : 'unknown';
  }

  return {
    isA,
    ancestors: (id) => [...closure(id).above].sort(byOrdinal),
    childCount: (id) => childrenOf(id).length,
    descendants(id) {
      const below = new Set<string>();
      const open = [...childrenOf(id)];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (next === id || below.has(next)) continue;
        below.add(next);
        open.push(...childrenOf(next));
      }
      return [...below].sort(byOrdinal);
    },
    subsumes(a, b) {
      if (edition.concept(a) === undefined || edition.concept(b) === undefined) return 'unknown';
      if (a === b) return 'equivalent';
      const below = isA(b, a);
      if (below === 'yes') return 'subsumes';
      const above = isA(a, b);
      if (above === 'yes') return 'subsumed-by';
      return below === 'unknown' || above === 'unknown' ? 'unknown' : 'not-subsumed';
    },
  };
}
