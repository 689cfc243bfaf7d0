// What may leave: the one filter every projection of a record passes. Confidential and excluded items are withheld
// with everything that would give them away; switched-off areas are left out; what is not exportable stays.
// spec: access-record-structured §9.2, §9.3
import type { IndexEntry, RecordReader } from '../record/index.ts';
import { areaOfRole, type SwitchableArea } from './areas.ts';
import { edgeKey, encounterPaths, linkKind, type RecordGraph, sources, targets } from './graph.ts';
import { relationsOf } from './relations.ts';

/**
 * `withheld`: no trace may remain. `off`: its area is switched off. `unsupported`: no resource of this capability can
 * carry it. `never`: not part of any answer.
 */
export type Verdict = 'shown' | 'withheld' | 'off' | 'unsupported' | 'never';

export interface SharingRules {
  /** SNOMED codes that never leave, whoever asks; may be empty. */
  exclusionCodes: ReadonlySet<string>;
  /** True where the practice lets the area out. */
  areas: Readonly<Record<SwitchableArea, boolean>>;
}

export interface SharingFilter {
  verdict(entry: IndexEntry): Verdict;
  /** The switchable area of an entry, where it has one. */
  area(entry: IndexEntry): SwitchableArea | undefined;
  isOpen(area: SwitchableArea): boolean;
}

/** Settles, once for a record, what is withheld; verdicts are then looked up. */
export async function sharingFilter(
  graph: RecordGraph,
  reader: Pick<RecordReader, 'resources'>,
  rules: SharingRules,
): Promise<SharingFilter> {
  const withheld = await withheldEntries(graph, reader, rules.exclusionCodes);
  return {
    area: (entry) => areaOfRole[entry.role],
    isOpen: (area) => rules.areas[area],
    verdict: (entry) => {
      if (withheld.has(entry.seq)) return 'withheld';
      if (isNeverSent(entry)) return 'never';
      if (isUnsupported(graph, entry)) return 'unsupported';
      const area = areaOfRole[entry.role];
      return area === undefined || rules.areas[area] ? 'shown' : 'off';
    },
  };
}

/** Entries entered in error, document contents, and diary entries that were done or dropped. spec: §7 */
function isNeverSent(entry: IndexEntry): boolean {
  if (entry.role === 'binary' || entry.status === 'entered-in-error') return true;
  if (entry.role === 'other' && entry.type === 'List') return true;
  return entry.role === 'diary' && entry.status !== null && entry.status !== 'active';
}

/** Kinds of resource this capability has no place for, and test requests outside reports. spec: §7, §9.4 */
function isUnsupported(graph: RecordGraph, entry: IndexEntry): boolean {
  if (entry.role === 'other') return true;
  return entry.role === 'test-request' && sources(graph, entry, 'report', 'basedOn').length === 0;
}

async function withheldEntries(
  graph: RecordGraph,
  reader: Pick<RecordReader, 'resources'>,
  exclusionCodes: ReadonlySet<string>,
): Promise<ReadonlySet<number>> {
  const withheld = new Set<number>();
  let fresh: IndexEntry[] = graph.entries.filter(
    (entry) => entry.confidential || (entry.code !== null && exclusionCodes.has(entry.code)),
  );
  while (fresh.length > 0) {
    for (const entry of fresh) withheld.add(entry.seq);
    const revealing = fresh.flatMap((entry) => givenAwayBy(graph, entry));
    const below = await membersOf(graph, reader, fresh);
    fresh = [...new Set([...revealing, ...below])].filter(({ seq }) => !withheld.has(seq));
  }
  return withheld;
}

/**
 * What must go with a withheld entry. A confidential consultation takes what was recorded in it, a drug its whole
 * triangle, a problem the item it was made from and the other way round, a referral its letters, a report its parts.
 */
function givenAwayBy(graph: RecordGraph, entry: IndexEntry): readonly IndexEntry[] {
  switch (entry.role) {
    case 'encounter':
      return graph.in(entry).flatMap(({ path, from }) => (linkKind(path) === 'encounter' ? [from] : []));
    case 'consultation-list':
    case 'topic-list':
    case 'heading-list':
      return targets(graph, entry, 'entry.item').filter(
        (item) => item.type === 'List' || targets(graph, item, ...encounterPaths).length === 0,
      );
    case 'medication':
      return (['statement', 'plan', 'order'] as const).flatMap((role) =>
        sources(graph, entry, role, 'medicationReference'),
      );
    case 'statement':
      return targets(graph, entry, 'basedOn');
    case 'problem':
      return targets(graph, entry, 'extension(actualProblem)');
    default:
      return [
        ...promotedFrom(graph, entry),
        ...belongings(graph, entry),
        ...sources(graph, entry, 'questionnaire-response', 'parent'),
      ];
  }
}

const promotedFrom = (graph: RecordGraph, entry: IndexEntry): readonly IndexEntry[] =>
  sources(graph, entry, 'problem', 'extension(actualProblem)');

function belongings(graph: RecordGraph, entry: IndexEntry): readonly IndexEntry[] {
  if (entry.role === 'plan') {
    return [...sources(graph, entry, 'statement', 'basedOn'), ...sources(graph, entry, 'order', 'basedOn')];
  }
  if (entry.role === 'report') return targets(graph, entry, 'result');
  if (entry.role === 'referral') {
    return targets(graph, entry, 'supportingInfo').filter(({ role }) => role === 'document');
  }
  return [];
}

/** Members of withheld Observations, and what was derived from them; the links do not tell which way they run. */
async function membersOf(
  graph: RecordGraph,
  reader: Pick<RecordReader, 'resources'>,
  fresh: readonly IndexEntry[],
): Promise<IndexEntry[]> {
  const parents = fresh.filter(({ type }) => type === 'Observation');
  const around = parents.flatMap((entry) =>
    graph.in(entry).flatMap(({ path, from }) => (path === 'related.target' ? [from] : [])),
  );
  const asked = [
    ...parents.filter((entry) => graph.out(entry).some(({ path }) => path === 'related.target')),
    ...around,
  ];
  if (asked.length === 0) return [];
  const keys = new Set(parents.map(({ type, id }) => `${type}/${id}`));
  const found: IndexEntry[] = [];
  for (const { entry, type, key } of await relationsOf(reader, asked)) {
    if (type === 'has-member' && keys.has(`${entry.type}/${entry.id}`)) {
      const member = graph.out(entry).find((edge) => edgeKey(edge) === key)?.to;
      if (member !== undefined) found.push(member);
    }
    if (type === 'derived-from' && keys.has(key)) found.push(entry);
  }
  return found;
}
