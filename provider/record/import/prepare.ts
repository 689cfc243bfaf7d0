// One source entry made ready: normalised, contained resources lifted, lists and facts taken in, structure checked.
import { isObject, objects, type ResourceJson, text } from '../json.ts';
import { answerList, knowledgeOf, type ListKnowledge } from '../normalise/lists.ts';
import type { FullUrls } from '../normalise/references.ts';
import { liftContained, normaliseResource } from '../normalise/resources.ts';
import { type Noted, normaliseTree } from '../normalise/tree.ts';
import { factOf, type RecordFacts } from '../patient-facts.ts';
import { faultOf, typeFault } from './check.ts';
import type { ReportKeeper } from './report.ts';
import type { SourceEntry } from './source.ts';

/** A resource ready to be stored, with where it came from. */
export interface Ready {
  file: string;
  entry: number;
  resource: ResourceJson;
  /** Patient id its subject names, null where it names none. */
  subject: string | null;
  /** `meta.lastUpdated` of the source. */
  lastUpdated: string | null;
  /** Lifted out of another entry: not a source resource of its own. */
  lifted: boolean;
}

export interface Prepared {
  ready: Ready[];
  /** What the entry knew, where it was a list of the answer or a fact; it is then absorbed. */
  knowledge: { subject: string | null; facts: RecordFacts; list: ListKnowledge | null } | null;
}

/** The Patient id that a resource says it is about. */
function subjectOf(resource: ResourceJson): string | null {
  for (const element of [resource.subject, resource.patient]) {
    const reference = isObject(element) ? text(element.reference) : null;
    if (reference?.startsWith('Patient/')) return reference.slice('Patient/'.length);
  }
  return null;
}

/** Prepares one entry; refusals and normalisations go to the keeper. */
export function prepare(
  source: SourceEntry,
  fullUrls: FullUrls,
  today: string,
  keeper: ReportKeeper,
): Prepared {
  const { file, entry, resource } = source;
  const noted: Noted = (rule, path) => keeper.normalised(rule, file, entry, path);
  const lastUpdated = isObject(resource.meta) ? text(resource.meta.lastUpdated) : null;
  normaliseTree(resource, fullUrls, noted);
  const list = resource.resourceType === 'List' ? answerList(resource) : undefined;
  if (list) {
    const lifted = liftContained(resource, true, noted);
    const knowledge = knowledgeOf(resource, list, today);
    if (knowledge.withheld) keeper.withheld({ file, ...knowledge.withheld });
    noted('answer-list-absorbed', 'List');
    keeper.report.absorbed++;
    return {
      ready: lifted.flatMap((inner) => readyOf(source, inner, null, true, noted, keeper)),
      knowledge: { subject: subjectOf(resource), facts: knowledge.facts, list: knowledge },
    };
  }
  const fact = factOf(resource);
  if (fact) {
    noted('fact-absorbed', resource.resourceType);
    keeper.report.absorbed++;
    return { ready: [], knowledge: { subject: subjectOf(resource), facts: fact, list: null } };
  }
  normaliseIdsFirst(resource, noted);
  const lifted = liftContained(resource, false, noted);
  return {
    ready: [
      ...readyOf(source, resource, lastUpdated, false, noted, keeper),
      ...lifted.flatMap((inner) => readyOf(source, inner, lastUpdated, true, noted, keeper)),
    ],
    knowledge: null,
  };
}

/** Contained resources are named after the one that holds them, so that one must have its id. */
function normaliseIdsFirst(resource: ResourceJson, noted: Noted): void {
  if (objects(resource.contained).length > 0) normaliseResource(resource, noted);
}

function readyOf(
  source: SourceEntry,
  resource: ResourceJson,
  lastUpdated: string | null,
  lifted: boolean,
  noted: Noted,
  keeper: ReportKeeper,
): Ready[] {
  const { file, entry } = source;
  let fault = typeFault(resource.resourceType);
  if (!fault) {
    normaliseResource(resource, noted);
    fault = faultOf(resource);
  }
  if (fault) {
    keeper.refuse({ file, entry, resource: nameOf(resource), ...fault }, !lifted);
    return [];
  }
  return [{ file, entry, resource, subject: subjectOf(resource), lastUpdated, lifted }];
}

/** `Type/id`, where they are plain enough to be repeated. */
export function nameOf(resource: ResourceJson): string | null {
  const { resourceType: type, id } = resource;
  if (!/^[A-Za-z]{1,64}$/.test(type)) return null;
  return typeof id === 'string' && /^[A-Za-z0-9\-._=+~]{1,128}$/.test(id) ? `${type}/${id}` : type;
}
