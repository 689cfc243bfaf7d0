// The people, organisations and places that an answer refers to, and theirs in turn.
// spec: access-record-structured §5 (always present), §7, §12 (at most one role per practitioner)
import type { IndexEntry } from '../record/index.ts';
import type { Gathering } from './gathering.ts';
import { type RecordGraph, targets } from './graph.ts';

/**
 * Adds every actor reachable from the answer and from `keyActors`, which come first.
 * @returns roles that must not be sent, because their practitioner would have more than one, with the practitioner
 * that references are to name instead.
 */
export function gatherActors(
  graph: RecordGraph,
  gathering: Gathering,
  keyActors: readonly IndexEntry[],
): ReadonlyMap<IndexEntry, IndexEntry> {
  const actors = new Map<IndexEntry, 'key-actors' | 'supplementary-actors'>();
  const reach = (from: readonly IndexEntry[], block: 'key-actors' | 'supplementary-actors') => {
    const waiting = [...from];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      for (const { to } of graph.out(next)) {
        if (to === undefined || to.role !== 'actor' || actors.has(to)) continue;
        actors.set(to, block);
        waiting.push(to);
      }
    }
  };
  for (const actor of keyActors) {
    if (actor.role === 'actor') actors.set(actor, 'key-actors');
  }
  reach(keyActors, 'key-actors');
  addOnlyRoles(graph, actors, 'key-actors', reach);
  reach([...gathering.included.keys()], 'supplementary-actors');
  addOnlyRoles(graph, actors, 'supplementary-actors', reach);
  const suppressed = crowdedRoles(graph, actors);
  for (const [actor, block] of actors) {
    if (!suppressed.has(actor) && !gathering.included.has(actor)) gathering.included.set(actor, block);
  }
  return suppressed;
}

type Actors = Map<IndexEntry, 'key-actors' | 'supplementary-actors'>;

const rolesOf = (graph: RecordGraph, practitioner: IndexEntry): IndexEntry[] => [
  ...new Set(
    graph
      .in(practitioner)
      .flatMap(({ path, from }) =>
        path === 'practitioner' && from.type === 'PractitionerRole' ? [from] : [],
      ),
  ),
];

/** A practitioner with one role in the record is sent with it. */
function addOnlyRoles(
  graph: RecordGraph,
  actors: Actors,
  block: 'key-actors' | 'supplementary-actors',
  reach: (from: readonly IndexEntry[], block: 'key-actors' | 'supplementary-actors') => void,
): void {
  for (const actor of actors.keys()) {
    if (actor.type !== 'Practitioner') continue;
    const roles = rolesOf(graph, actor);
    const role = roles.length === 1 ? roles[0]! : undefined;
    if (role === undefined || actors.has(role)) continue;
    actors.set(role, block);
    // Practitioners reached through the role are walked too: the loop sees what is added to the map.
    reach([role], block);
  }
}

function crowdedRoles(graph: RecordGraph, actors: Actors): Map<IndexEntry, IndexEntry> {
  const crowded = new Map<IndexEntry, IndexEntry>();
  for (const actor of actors.keys()) {
    if (actor.type !== 'Practitioner') continue;
    const present = rolesOf(graph, actor).filter((role) => actors.has(role));
    if (present.length > 1) for (const role of present) crowded.set(role, actor);
  }
  return crowded;
}

/** The patient's own practitioners and organisations, and the practice addressed. */
export function keyActorsOf(
  graph: RecordGraph,
  patient: IndexEntry | undefined,
  practice: IndexEntry | undefined,
): IndexEntry[] {
  const own =
    patient === undefined ? [] : targets(graph, patient, 'generalPractitioner', 'managingOrganization');
  return [...(patient === undefined ? [] : [patient]), ...(practice === undefined ? [] : [practice]), ...own];
}
