// A consultation as it stood in the source system: topics, headings, entries in their order.
// spec: access-record-structured §8, §9.3, §9.4
import type { Encounter, List, Reference } from '@gp-connect/foundation/fhir';
import { type BundleIndex, extensionOf, partOf } from './bundle-index.ts';
import { baseItem } from './items.ts';
import { listOf } from './list-of.ts';
import type { Consultation, ConsultationTopic, Item } from './record-view.ts';
import { actorText, factsOf, recordedPeriod, termText } from './words.ts';

const STRUCTURE = { consultation: '325851000000107', topic: '25851000000105', heading: '24781000000107' };

/** `itemOf` makes the item for a reference; null where the reference is not in the answer. */
export function consultationItem(
  index: BundleIndex,
  encounter: Encounter,
  itemOf: (reference: Reference) => Item | null,
): Consultation {
  const reference = `Encounter/${encounter.id}`;
  const root = index.structureOf(reference).find((list) => isLevel(list, 'consultation'));
  const performer = encounter.participant?.find((each) =>
    each.type?.some((type) => type.coding?.some(({ code }) => code === 'PPRF')),
  );
  const topics = listsIn(index, root).map((topic) => topicOf(index, topic, itemOf));
  return {
    ...baseItem(index, encounter, 'consultations'),
    kind: encounter.status === 'unknown' ? 'Draft consultation' : 'Consultation',
    date: recordedPeriod(encounter.period),
    title: root?.title ?? termText(encounter.type?.[0], 'Consultation'),
    standing: encounter.status === 'unknown' ? 'draft' : 'past',
    cautions: [],
    facts: factsOf({
      Location: actorText(index, encounter.location?.[0]?.location),
      Organisation: actorText(index, encounter.serviceProvider),
    }),
    notes: [],
    author: actorText(index, (performer ?? encounter.participant?.[0])?.individual),
    topics,
  };
}

function topicOf(
  index: BundleIndex,
  topic: List,
  itemOf: (reference: Reference) => Item | null,
): ConsultationTopic {
  const problem = index.find(partOf(extensionOf(topic, 'RelatedProblemHeader'), 'target')?.valueReference);
  const headings = listsIn(index, topic);
  const loose = (topic.entry ?? []).filter(
    (entry) => !headings.some((heading) => entry.item?.reference === `List/${heading.id}`),
  );
  const entriesOf = (list: { entry?: List['entry'] }) =>
    listOf(list.entry).flatMap((entry): (Item | string)[] => {
      const item = itemOf(entry.item);
      if (item) return [item];
      // A placeholder says in words what is not here: it must be seen where it stood.
      return [entry.item.display ?? 'An entry that could not be read from the answer'];
    });
  return {
    title: topic.title ?? null,
    problems: problem?.resourceType === 'Condition' ? [termText((problem as { code?: never }).code)] : [],
    headings: [
      ...(loose.length ? [{ title: null, items: entriesOf({ entry: loose }) }] : []),
      ...headings.map((heading) => ({ title: heading.title ?? null, items: entriesOf(heading) })),
    ],
  };
}

/** The items of a consultation's topics; none for any other item. */
export function itemsOfTopics(item: Item): Item[] {
  const topics = 'topics' in item ? (item as Consultation).topics : [];
  return topics.flatMap((topic) =>
    topic.headings.flatMap((heading) => heading.items.filter((each) => typeof each !== 'string')),
  );
}

function listsIn(index: BundleIndex, list: List | undefined): List[] {
  return (list?.entry ?? []).flatMap((entry) => {
    const found = index.find(entry.item);
    return found?.resourceType === 'List' ? [found as List] : [];
  });
}

function isLevel(list: List, level: keyof typeof STRUCTURE): boolean {
  return list.code?.coding?.some((coding) => coding.code === STRUCTURE[level]) ?? false;
}
