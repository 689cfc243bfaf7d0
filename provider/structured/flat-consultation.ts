// Consultations stored without structure lists, such as those made when a message was filed: the items that name the
// Encounter, in one untitled topic. spec: access-record-structured §8 (flat consultations)
import { hash } from 'node:crypto';
import { parseJson } from '@gp-connect/foundation/fhir';
import { resourceProfile, system } from '@gp-connect/foundation/nhs';
import type { IndexEntry } from '../record/index.ts';
import { disabledPlaceholder, unsupportedPlaceholder } from './areas.ts';
import { linkKind, type RecordGraph, sources, targets } from './graph.ts';
import type { Source } from './linkage.ts';

const itemRoles: ReadonlySet<IndexEntry['role']> = new Set([
  'allergy-active',
  'allergy-ended',
  'plan',
  'order',
  'immunisation',
  'immunisation-status',
  'uncategorised',
  'narrative',
  'report',
  'referral',
  'diary',
  'document',
]);

export const hasStructure = (graph: RecordGraph, encounter: IndexEntry): boolean =>
  sources(graph, encounter, 'consultation-list', 'encounter').length > 0;

/** The items recorded in a consultation, as the record has them. */
export function flatItems(graph: RecordGraph, encounter: IndexEntry): readonly IndexEntry[] {
  const items = new Set<IndexEntry>();
  for (const { path, from } of graph.in(encounter)) {
    if (linkKind(path) !== 'encounter') continue;
    if (itemRoles.has(from.role)) items.add(from);
    if (from.role === 'statement') for (const plan of targets(graph, from, 'basedOn')) items.add(plan);
  }
  return [...items].sort((a, b) => a.seq - b.seq);
}

interface Encounter {
  type?: { text?: string; coding?: { display?: string }[] }[];
  period?: { start?: string };
}

/** Consultation and topic lists for those of `encounters` that have none of their own. */
export async function flatConsultations(
  source: Source,
  encounters: Iterable<IndexEntry>,
  patientId: string,
  madeAt: string,
): Promise<Record<string, unknown>[]> {
  const flat = new Map<number, IndexEntry>();
  for (const encounter of encounters) {
    if (!hasStructure(source.graph, encounter)) flat.set(encounter.seq, encounter);
  }
  const lists: Record<string, unknown>[] = [];
  if (flat.size === 0) return lists;
  for await (const { seq, json } of source.reader.resources([...flat.keys()])) {
    const encounter = flat.get(seq)!;
    const { type, period } = parseJson(json) as Encounter;
    const title = type?.[0]?.text ?? type?.[0]?.coding?.[0]?.display;
    const common = {
      subject: { reference: `Patient/${patientId}` },
      encounter: { reference: `Encounter/${encounter.id}` },
      date: period?.start ?? madeAt,
      orderedBy,
    };
    const topicId = listId('topic', encounter);
    lists.push(
      list(listId('consultation', encounter), 'consultation', title, {
        ...common,
        entry: [{ item: { reference: `List/${topicId}` } }],
      }),
      list(topicId, 'topic', undefined, { ...common, entry: entriesOf(source, encounter) }),
    );
  }
  return lists;
}

const levels = {
  consultation: { code: '325851000000107', display: 'Consultation' },
  topic: { code: '25851000000105', display: 'Topic (EHR)' },
};

const orderedBy = {
  coding: [{ system: 'http://hl7.org/fhir/list-order', code: 'system', display: 'Sorted by System' }],
};

function list(
  id: string,
  level: keyof typeof levels,
  title: string | undefined,
  rest: Record<string, unknown>,
): Record<string, unknown> {
  return {
    resourceType: 'List',
    id,
    meta: { profile: [resourceProfile.List] },
    status: 'current',
    mode: 'snapshot',
    ...(title === undefined ? {} : { title }),
    code: { coding: [{ system: system.snomed, ...levels[level] }] },
    ...rest,
  };
}

/** The same for the same consultation in every answer. */
const listId = (level: string, { id }: IndexEntry): string =>
  `${level}-${hash('sha256', `${level} ${id}`).slice(0, 32)}`;

interface ListEntry {
  item: { reference: string } | { display: string };
}

function entriesOf({ graph, filter }: Source, encounter: IndexEntry): ListEntry[] {
  return flatItems(graph, encounter).flatMap((item): ListEntry[] => {
    switch (filter.verdict(item)) {
      case 'shown':
        return [{ item: { reference: `${item.type}/${item.id}` } }];
      case 'off':
        return [{ item: { display: disabledPlaceholder(filter.area(item)!) } }];
      case 'unsupported':
        return [{ item: { display: unsupportedPlaceholder(item.type) } }];
      default:
        return [];
    }
  });
}
