// Following the links of a record from the areas asked for to everything their answer needs.
// spec: access-record-structured §7 (what gets pulled in), §8 (consultations), §4 (consequences)
import { clinicalAreaNames } from '@gp-connect/foundation/nhs';
import type { IndexEntry, RecordReader } from '../record/index.ts';
import { gatherActors } from './actors.ts';
import { companionsOf, hierarchyOf, listedFor, ordersOf, wholeOf } from './companions.ts';
import { consultationStructures, type StructureMoves } from './consultation-structure.ts';
import { admit, type Block, emptyGathering, type Gathering, listOf } from './gathering.ts';
import {
  contentPaths,
  encounterPaths,
  type RecordGraph,
  relatedProblemPath,
  sources,
  targets,
} from './graph.ts';
import { endedAllergies, kindOfRole, type ListKey, linkedProblems, type Origin } from './list-tables.ts';
import type { RequestedAreas } from './request.ts';
import { selectConsultations } from './select/consultations.ts';
import { selectMedications } from './select/medications.ts';
import {
  selectDiary,
  selectImmunisations,
  selectInvestigations,
  selectProblems,
  selectReferrals,
  selectUncategorised,
} from './select/others.ts';
import type { SharingFilter, Verdict } from './sharing-filter.ts';

export interface Source {
  graph: RecordGraph;
  reader: Pick<RecordReader, 'resources'>;
  filter: SharingFilter;
}

/** Everything the areas asked for bring into the Bundle, and onto which lists. */
export async function gather(source: Source, areas: RequestedAreas, keyActors: readonly IndexEntry[]) {
  const gathering = emptyGathering();
  const walk = walker(source, gathering);
  for (const area of clinicalAreaNames) {
    if (areas[area] === undefined) continue;
    listOf(gathering, area);
    if (!source.filter.isOpen(area)) gathering.disabled.add(area);
  }
  if (areas.allergies?.resolved) listOf(gathering, endedAllergies);

  if (areas.consultations) {
    await gatherConsultations(source, walk, areas.consultations);
    gatherQuestionnaires(source, walk);
  }
  if (areas.problems) gatherProblems(source, walk, areas.problems);
  if (areas.immunisations)
    walk.answer('immunisations', selectImmunisations(source.graph, areas.immunisations));
  if (areas.uncategorised)
    walk.answer('uncategorised', selectUncategorised(source.graph, areas.uncategorised));
  if (areas.allergies) gatherAllergies(source, walk, areas.allergies);
  const issued = areas.medications ? await gatherMedications(source, walk, areas.medications) : [];
  if (areas.investigations) {
    walk.answer('investigations', selectInvestigations(source.graph, areas.investigations));
  }
  if (areas.referrals) walk.answer('referrals', selectReferrals(source.graph, areas.referrals));
  if (areas.diary) walk.answer('diary', selectDiary(source.graph, areas.diary));

  gatherLinkedProblems(source, walk, issued);
  if (areas.problems) gatherEncountersOfProblems(source, walk);
  for (const entry of gathering.included.keys()) {
    if (entry.role === 'allergy-ended') listOf(gathering, endedAllergies).items.add(entry);
  }
  const suppressedRoles = gatherActors(source.graph, gathering, keyActors);
  return { gathering, suppressedRoles };
}

export type Gathered = Awaited<ReturnType<typeof gather>>;

/** The moves every area makes, bound to one answer. */
function walker({ graph, filter }: Source, gathering: Gathering) {
  const admitTo = (block: Block, entry: IndexEntry, lists: readonly ListKey[]): Verdict =>
    admit(gathering, filter, block, entry, lists);

  /** Admits an entry and what travels with it; returns all that was admitted, the entry first. */
  const carry = (
    block: Block,
    entry: IndexEntry,
    lists: readonly ListKey[],
    next = companionsOf,
  ): { verdict: Verdict; admitted: readonly IndexEntry[] } => {
    const verdict = admitTo(block, entry, lists);
    if (verdict !== 'shown') return { verdict, admitted: [] };
    const admitted = [entry];
    let seen: Set<IndexEntry> | undefined;
    for (let at = 0; at < admitted.length; at += 1) {
      const companions = next(graph, admitted[at]!);
      if (companions.length === 0) continue;
      seen ??= new Set(admitted);
      for (const companion of companions) {
        if (seen.has(companion)) continue;
        seen.add(companion);
        if (admitTo(block, companion, lists) === 'shown') admitted.push(companion);
      }
    }
    return { verdict, admitted };
  };

  /** An area's own answers: its primary list and what travels with them. */
  const answer = (area: Block & ListKey, anchors: readonly IndexEntry[], key: ListKey = area) => {
    for (const anchor of anchors) {
      if (carry(area, anchor, [key]).verdict === 'shown') listOf(gathering, key).items.add(anchor);
    }
  };

  /** An item inside a consultation or linked to a problem, indexed by the secondary lists. */
  const drag = (origin: Origin, item: IndexEntry): Verdict => {
    const kind = kindOfRole[item.role];
    const key: ListKey | undefined = kind === undefined || kind === origin ? undefined : `${origin}:${kind}`;
    const lists = key === undefined ? [] : [key];
    const { verdict, admitted } = carry(origin, item, lists, withHierarchy);
    if (verdict !== 'shown') return verdict;
    for (const report of wholeOf(graph, item)) carry(origin, report, lists);
    if (key !== undefined) {
      for (const listed of listedFor(graph, item)) {
        if (gathering.included.has(listed)) listOf(gathering, key).items.add(listed);
      }
    }
    // Problems' lists name what the problem names; consultations' lists also what came along.
    if (origin === 'consultations') {
      for (const other of admitted) {
        const otherKind = kindOfRole[other.role];
        const isAnchor = other.role === 'document' || other.role === 'uncategorised';
        if (isAnchor && otherKind !== undefined)
          listOf(gathering, `consultations:${otherKind}`).items.add(other);
      }
    }
    return verdict;
  };

  return { gathering, admitTo, answer, carry, drag };
}

const withHierarchy: typeof companionsOf = (graph, entry) =>
  entry.role === 'uncategorised' ? hierarchyOf(graph, entry) : companionsOf(graph, entry);

type Walker = ReturnType<typeof walker>;

async function gatherConsultations(
  source: Source,
  walk: Walker,
  asked: NonNullable<RequestedAreas['consultations']>,
): Promise<void> {
  const list = listOf(walk.gathering, 'consultations');
  const moves: StructureMoves = {
    drag: (item) => walk.drag('consultations', item),
    keep: (structure) => walk.admitTo('consultations', structure, ['consultations']),
  };
  const selected = await selectConsultations(source.graph, source.reader, asked);
  const open = selected.filter((encounter) => {
    const isShown = source.filter.verdict(encounter) === 'shown';
    if (!isShown) walk.admitTo('consultations', encounter, ['consultations']);
    return isShown;
  });
  for (const [encounter, outcome] of await consultationStructures(source, open, moves)) {
    if (outcome === 'withheld') list.withheld = true;
    if (outcome !== 'shown') continue;
    walk.admitTo('consultations', encounter, ['consultations']);
    list.items.add(encounter);
  }
}

/** Imported hierarchies come with the consultations whose items they hold. spec: §11.14 */
function gatherQuestionnaires({ graph }: Source, walk: Walker): void {
  const inConsultation = (entry: IndexEntry | undefined) =>
    entry !== undefined &&
    walk.gathering.included.get(entry) === 'consultations' &&
    entry.role !== 'encounter';
  for (const response of graph.ofRole('questionnaire-response')) {
    const held = graph.out(response).some(({ to }) => inConsultation(to));
    if (held || graph.in(response).some(({ from }) => inConsultation(from))) {
      walk.carry('consultations', response, ['consultations:uncategorised']);
    }
  }
}

function gatherProblems(
  { graph }: Source,
  walk: Walker,
  asked: NonNullable<RequestedAreas['problems']>,
): void {
  const { gathering } = walk;
  for (const problem of selectProblems(graph, asked)) {
    if (walk.admitTo('problems', problem, ['problems']) !== 'shown') continue;
    gathering.matchedProblems.add(problem);
    listOf(gathering, 'problems').items.add(problem);
  }
  for (const problem of gathering.matchedProblems) {
    const related = [
      ...targets(graph, problem, relatedProblemPath),
      ...sources(graph, problem, 'problem', relatedProblemPath),
    ];
    for (const other of related) {
      if (other.role === 'problem') walk.admitTo('problems', other, [linkedProblems]);
    }
    for (const item of targets(graph, problem, ...contentPaths)) {
      if (item.role === 'problem') walk.admitTo('problems', item, [linkedProblems]);
      else if (item.type !== 'List') walk.drag('problems', item);
    }
  }
}

function gatherAllergies(
  { graph }: Source,
  walk: Walker,
  asked: NonNullable<RequestedAreas['allergies']>,
): void {
  walk.answer('allergies', graph.ofRole('allergy-active'));
  if (asked.resolved) walk.answer('allergies', graph.ofRole('allergy-ended'), endedAllergies);
}

/** Returns the issues under the statements, whether or not they are in the answer: problems may hang on them. */
async function gatherMedications(
  { graph, reader, filter }: Source,
  walk: Walker,
  asked: NonNullable<RequestedAreas['medications']>,
): Promise<IndexEntry[]> {
  const statements = await selectMedications(graph, reader, asked);
  walk.answer('medications', statements);
  const orders = statements
    .filter((statement) => walk.gathering.included.has(statement))
    .flatMap((statement) => ordersOf(graph, statement));
  if (asked.issues) for (const order of orders) walk.carry('medications', order, ['medications']);
  return orders.filter((order) => filter.verdict(order) === 'shown');
}

/** Headers of the problems that any returned item is linked to: one hop, nothing of their content. */
function gatherLinkedProblems({ graph }: Source, walk: Walker, issued: readonly IndexEntry[]): void {
  const { gathering } = walk;
  const consultations = gathering.lists.get('consultations')?.items;
  for (const item of new Set([...gathering.included.keys(), ...issued])) {
    if (item.role === 'problem' || (item.role === 'encounter' && !consultations?.has(item))) continue;
    for (const problem of sources(graph, item, 'problem', ...contentPaths)) {
      walk.admitTo('problems', problem, [linkedProblems]);
    }
  }
  const linked = listOf(gathering, linkedProblems);
  for (const entry of gathering.included.keys()) {
    if (entry.role === 'problem' && !gathering.matchedProblems.has(entry)) linked.items.add(entry);
  }
}

/** With problems asked for, the consultation that created any returned problem is there. */
function gatherEncountersOfProblems({ graph }: Source, walk: Walker): void {
  for (const entry of [...walk.gathering.included.keys()]) {
    if (entry.role !== 'problem') continue;
    for (const encounter of targets(graph, entry, ...encounterPaths)) {
      walk.admitTo('problems', encounter, ['problems:consultations']);
    }
  }
}
