// One consultation: its lists from the top down, keeping those that still hold something.
// spec: access-record-structured §8, §9.2 (nothing left in structure lists)
import { parseJson } from '@gp-connect/foundation/fhir';
import type { IndexEntry } from '../record/index.ts';
import { flatItems } from './flat-consultation.ts';
import { relatedProblemPath, sources, targets } from './graph.ts';
import type { Source } from './linkage.ts';
import type { Verdict } from './sharing-filter.ts';

export interface StructureMoves {
  drag(item: IndexEntry): Verdict;
  keep(list: IndexEntry): Verdict;
}

/** `withheld`: nothing is left of what there was. `empty`: there was nothing. */
export type StructureOutcome = 'shown' | 'withheld' | 'empty';

/**
 * What is left of each consultation, after dragging its items and keeping its lists. Lists that seem emptied are
 * looked into, all at once, since what a source could not export stands in them as text without a link.
 */
export async function consultationStructures(
  source: Source,
  encounters: readonly IndexEntry[],
  moves: StructureMoves,
): Promise<ReadonlyMap<IndexEntry, StructureOutcome>> {
  const walk: Walk = { source, moves, emptied: new Set(), placeholders: new Set() };
  const outcomes = new Map(encounters.map((encounter) => [encounter, outcomeOf(walk, encounter)]));
  const placeholders = await withPlaceholders(source, [...walk.emptied]);
  if (placeholders.size === 0) return outcomes;
  for (const [encounter, outcome] of outcomes) {
    // Walking a second time adds nothing twice: what was dragged is there already.
    const again: Walk = { source, moves, emptied: new Set(), placeholders };
    outcomes.set(encounter, strongest([outcome, outcomeOf(again, encounter)]));
  }
  return outcomes;
}

interface Walk {
  source: Source;
  moves: StructureMoves;
  /** Lists without an entry that stays, as far as the links tell. */
  emptied: Set<IndexEntry>;
  /** Lists known to hold a placeholder. */
  placeholders: ReadonlySet<IndexEntry>;
}

function outcomeOf(walk: Walk, encounter: IndexEntry): StructureOutcome {
  const seen = new Set<IndexEntry>();
  const lists = sources(walk.source.graph, encounter, 'consultation-list', 'encounter');
  if (lists.length > 0) return strongest(lists.map((list) => visit(walk, list, seen)));
  const items = flatItems(walk.source.graph, encounter);
  return strongest(items.map((item) => outcomes[walk.moves.drag(item)]));
}

const strongest = (found: readonly StructureOutcome[]): StructureOutcome =>
  found.includes('shown') ? 'shown' : found.includes('withheld') ? 'withheld' : 'empty';

function visit(walk: Walk, list: IndexEntry, seen: Set<IndexEntry>): StructureOutcome {
  const { graph, filter } = walk.source;
  if (seen.has(list)) return 'empty';
  seen.add(list);
  if (filter.verdict(list) === 'withheld') return 'withheld';
  let outcome: StructureOutcome = walk.placeholders.has(list) ? 'shown' : 'empty';
  for (const item of targets(graph, list, 'entry.item')) {
    const found = item.type === 'List' ? visit(walk, item, seen) : outcomes[walk.moves.drag(item)];
    outcome = strongest([outcome, found]);
  }
  if (outcome !== 'shown') {
    walk.emptied.add(list);
    return outcome;
  }
  for (const problem of targets(graph, list, relatedProblemPath)) walk.moves.drag(problem);
  walk.moves.keep(list);
  return 'shown';
}

/** Items of a switched-off area, and those without a resource, stay as placeholders. */
const outcomes: Readonly<Record<Verdict, StructureOutcome>> = {
  shown: 'shown',
  off: 'shown',
  unsupported: 'shown',
  withheld: 'withheld',
  never: 'empty',
};

/** Those of the lists that hold an entry the source could not export: text only, without a link. spec: §9.4 */
async function withPlaceholders(
  { reader }: Source,
  lists: readonly IndexEntry[],
): Promise<ReadonlySet<IndexEntry>> {
  const found = new Set<IndexEntry>();
  if (lists.length === 0) return found;
  const bySeq = new Map(lists.map((list) => [list.seq, list]));
  for await (const { seq, json } of reader.resources([...bySeq.keys()])) {
    const { entry } = parseJson(json) as { entry?: { item?: { reference?: string; display?: string } }[] };
    const holds = entry?.some(({ item }) => item?.reference === undefined && item?.display !== undefined);
    if (holds) found.add(bySeq.get(seq)!);
  }
  return found;
}
