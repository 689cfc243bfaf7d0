// One consultation: its lists from the top down, keeping those that still hold something.
// spec: access-record-structured §8, §9.2 (nothing left in structure lists)
import { parseJson } from '@gp-connect/foundation/fhir';
import type { IndexEntry } from '../record/types.ts';
import { relatedProblemPath, sources, targets } from './graph.ts';
import type { Source } from './linkage.ts';
import type { Verdict } from './sharing-filter.ts';

export interface StructureMoves {
  drag(item: IndexEntry): Verdict;
  keep(list: IndexEntry): Verdict;
}

/** `withheld`: nothing is left of what there was. `empty`: there was nothing. */
export type StructureOutcome = 'shown' | 'withheld' | 'empty';

export async function consultationStructure(
  source: Source,
  encounter: IndexEntry,
  moves: StructureMoves,
): Promise<StructureOutcome> {
  const seen = new Set<IndexEntry>();
  const found: StructureOutcome[] = [];
  for (const list of sources(source.graph, encounter, 'consultation-list', 'encounter')) {
    found.push(await visit(source, list, moves, seen));
  }
  return strongest(found);
}

const strongest = (found: readonly StructureOutcome[]): StructureOutcome =>
  found.includes('shown') ? 'shown' : found.includes('withheld') ? 'withheld' : 'empty';

async function visit(
  source: Source,
  list: IndexEntry,
  moves: StructureMoves,
  seen: Set<IndexEntry>,
): Promise<StructureOutcome> {
  if (seen.has(list)) return 'empty';
  seen.add(list);
  if (source.filter.verdict(list) === 'withheld') return 'withheld';
  const found: StructureOutcome[] = [];
  for (const item of targets(source.graph, list, 'entry.item')) {
    found.push(item.type === 'List' ? await visit(source, item, moves, seen) : outcomes[moves.drag(item)]);
  }
  let outcome = strongest(found);
  if (outcome !== 'shown' && (await hasPlaceholder(source, list))) outcome = 'shown';
  if (outcome !== 'shown') return outcome;
  for (const problem of targets(source.graph, list, relatedProblemPath)) moves.drag(problem);
  moves.keep(list);
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

/** Entries the source could not export were stored as text only, without a link. spec: §9.4 */
async function hasPlaceholder(source: Source, list: IndexEntry): Promise<boolean> {
  for await (const { json } of source.reader.resources([list.seq])) {
    const { entry } = parseJson(json) as { entry?: { item?: { reference?: string; display?: string } }[] };
    return entry?.some(({ item }) => item?.reference === undefined && item?.display !== undefined) ?? false;
  }
  return false;
}
