// The lists of an answer: they index it and warn, and are made anew for every answer, so what they know is kept
// and they are not. spec: access-record-structured §6, §9.1, §18 (old titles)
import {
  type ClinicalArea,
  clinicalAreaNames,
  clinicalAreas,
  endedAllergiesList,
  system,
} from '@gp-connect/foundation/nhs';
import { codeIn, isObject, objects, type ResourceJson, text, urlTail } from '../json.ts';
import type { RecordFacts } from '../patient-facts.ts';
import { structureListRoles } from '../role-of.ts';

export interface ListKnowledge {
  facts: RecordFacts;
  /** Whether it is a primary list: then the absence of a warning is knowledge too. */
  primary: boolean;
  area: ClinicalArea | null;
  /** The source left items out of this list. */
  withheld: { list: string; area: ClinicalArea | null } | null;
}

const byCode = new Map<string, ClinicalArea>([
  ...clinicalAreaNames.map((area): [string, ClinicalArea] => [clinicalAreas[area].listCode, area]),
  [endedAllergiesList.code, 'allergies'],
]);

/** Current and older titles, for lists whose code is missing. */
const byTitle = new Map<string, ClinicalArea>([
  ...clinicalAreaNames.map((area): [string, ClinicalArea] => [clinicalAreas[area].title.toLowerCase(), area]),
  [endedAllergiesList.title.toLowerCase(), 'allergies'],
  ['active allergies', 'allergies'],
  ['resolved allergies', 'allergies'],
  ['allergies and adverse reaction', 'allergies'],
  ['medication list', 'medications'],
]);

/** Words of secondary list codes, in the order they are looked for. */
const byWord: readonly (readonly [string, ClinicalArea])[] = [
  ['allergies', 'allergies'],
  ['diary', 'diary'],
  ['immunisations', 'immunisations'],
  ['investigations', 'investigations'],
  ['medications', 'medications'],
  ['referrals', 'referrals'],
  ['uncategorised', 'uncategorised'],
  ['linked-problems', 'problems'],
  ['problems-contained', 'problems'],
  ['consultations-related', 'consultations'],
];

type Kind = { primary: boolean; area: ClinicalArea | null };

/** Which list of an answer it is; undefined for consultation structure and for lists that are a record's own. */
export function answerList(list: ResourceJson): Kind | undefined {
  const snomed = codeIn(list.code, system.snomed);
  if (snomed !== null && structureListRoles[snomed]) return undefined;
  const primary = byCode.get(snomed ?? '') ?? byTitle.get((text(list.title) ?? '').toLowerCase());
  if (primary) return { primary: true, area: primary };
  const secondary = codeIn(list.code, system.secondaryList);
  if (secondary === null) return undefined;
  return { primary: false, area: byWord.find(([word]) => secondary.includes(word))?.[1] ?? null };
}

/** What an answer's list knows. `today` stands in where a warning names no day. */
export function knowledgeOf(list: ResourceJson, kind: Kind, today: string): ListKnowledge {
  const warnings = objects(list.extension)
    .filter((extension) => urlTail(extension.url) === 'Extension-CareConnect-GPC-ListWarningCode-1')
    .map((extension) => extension.valueCode);
  const notes = objects(list.note)
    .map((note) => text(note.text) ?? '')
    .join(' ');
  const facts: RecordFacts = {};
  if (warnings.includes('data-in-transit')) facts.inTransitSince = dayIn(notes, 0) ?? today;
  if (warnings.includes('data-awaiting-filing')) {
    const sentence = notes.slice(Math.max(0, notes.indexOf('workflow')));
    const areas = kind.area === null ? clinicalAreaNames : [kind.area];
    facts.awaitingFiling = { since: dayIn(sentence, 0) ?? today, areas };
  }
  if (kind.area === 'immunisations') facts.immunisationStatus = observationsOf(list);
  const title = text(list.title) ?? kind.area ?? 'list';
  return {
    facts,
    primary: kind.primary,
    area: kind.area,
    withheld: warnings.includes('confidential-items') ? { list: title, area: kind.area } : null,
  };
}

function observationsOf(list: ResourceJson): Set<string> {
  const references = objects(list.entry).map((entry) =>
    isObject(entry.item) ? entry.item.reference : undefined,
  );
  return new Set(
    references.filter((reference): reference is string => String(reference).startsWith('Observation/')),
  );
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** `recorded before 23-Jun-2010` as `2010-06-23`. */
function dayIn(notes: string, from: number): string | null {
  const match = /before\s+(\d{1,2})[- ]([A-Za-z]{3})[a-z]*[- ](\d{4})/.exec(notes.slice(from));
  const month = months.indexOf(match?.[2]?.toLowerCase() ?? '') + 1;
  return match && month > 0
    ? `${match[3]}-${String(month).padStart(2, '0')}-${match[1]!.padStart(2, '0')}`
    : null;
}
