// What an answer holds, while it is being put together: entries, list members, warnings, switched-off areas.
// spec: access-record-structured §5 (order), §6, §9
import type { IndexEntry } from '../record/index.ts';
import type { SwitchableArea } from './areas.ts';
import type { ListKey } from './list-tables.ts';
import type { SharingFilter, Verdict } from './sharing-filter.ts';

/** Blocks of the Bundle in their suggested order. */
export const blocks = [
  'key-actors',
  'consultations',
  'problems',
  'immunisations',
  'uncategorised',
  'allergies',
  'medications',
  'supplementary-actors',
  'warnings',
  'investigations',
  'referrals',
  'diary',
] as const;
export type Block = (typeof blocks)[number];

export interface GatheredList {
  readonly items: Set<IndexEntry>;
  /** Something that would have been listed was withheld. */
  withheld: boolean;
}

export interface Gathering {
  /** Entries of the Bundle with the block that first wanted them. */
  readonly included: Map<IndexEntry, Block>;
  readonly lists: Map<ListKey, GatheredList>;
  /** Switched-off areas that would have contributed. */
  readonly disabled: Set<SwitchableArea>;
  /** Problems that answer the problems query; every other Condition is there as a header only. */
  readonly matchedProblems: Set<IndexEntry>;
}

export const emptyGathering = (): Gathering => ({
  included: new Map(),
  lists: new Map(),
  disabled: new Set(),
  matchedProblems: new Set(),
});

export function listOf(gathering: Gathering, key: ListKey): GatheredList {
  let list = gathering.lists.get(key);
  if (list === undefined) {
    list = { items: new Set(), withheld: false };
    gathering.lists.set(key, list);
  }
  return list;
}

/**
 * Asks the sharing filter and acts on its answer: a shown entry joins the Bundle, a withheld one leaves its warning on
 * `lists`, one of a switched-off area is noted.
 */
export function admit(
  gathering: Gathering,
  filter: SharingFilter,
  block: Block,
  entry: IndexEntry,
  lists: readonly ListKey[],
): Verdict {
  const verdict = filter.verdict(entry);
  if (verdict === 'withheld') for (const key of lists) listOf(gathering, key).withheld = true;
  if (verdict === 'off') gathering.disabled.add(filter.area(entry)!);
  if (verdict === 'shown' && !gathering.included.has(entry)) gathering.included.set(entry, block);
  return verdict;
}
