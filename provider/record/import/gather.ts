// Sorts prepared entries into people: by the bundle they came in, by the Patient line they follow, or by reference.

import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import { keyOf, type ResourceJson } from '../json.ts';
import { linksOf } from '../links-of.ts';
import { mergeFacts, type RecordFacts } from '../patient-facts.ts';
import { actorTypes } from '../role-of.ts';
import type { Prepared, Ready } from './prepare.ts';

/** What came about one person together. `patient` is null where only references say who it is. */
export interface Group {
  patientId: string;
  patient: Ready | null;
  resources: Ready[];
  facts: RecordFacts;
  /** Areas whose primary list came: what they do not warn of is no longer so. */
  primaryAreas: Set<ClinicalArea>;
}

export interface Gathered {
  groups: Group[];
  actors: Ready[];
  /** Entries whose person is elsewhere: by subject, or of nobody yet. */
  loose: Ready[];
  refused: { ready: Ready; reason: string }[];
}

export const newGroup = (patientId: string, patient: Ready | null): Group => ({
  patientId,
  patient,
  resources: [],
  facts: {},
  primaryAreas: new Set(),
});

/** Adds what a list or fact knew. */
export function learn(group: Group, knowledge: NonNullable<Prepared['knowledge']>): void {
  group.facts = mergeFacts(group.facts, knowledge.facts);
  const { list } = knowledge;
  if (list?.primary && list.area !== null) group.primaryAreas.add(list.area);
}

/** Types whose entries belong to the practice and not to a person. */
export const isActor = ({ resource }: Ready): boolean => actorTypes.has(resource.resourceType);

/**
 * Sorts the entries of one bundle. With one Patient in it, all of it is about that person: a subject that names
 * another Patient is looked into later. With several, subjects decide, and what has none follows what refers to it.
 */
export function gatherBundle(entries: readonly Prepared[]): Gathered {
  const gathered: Gathered = { groups: [], actors: [], loose: [], refused: [] };
  const ready = entries.flatMap((entry) => entry.ready);
  const groups = new Map<string, Group>();
  for (const one of ready) {
    if (one.resource.resourceType === 'Patient')
      groups.set(String(one.resource.id), newGroup(String(one.resource.id), one));
  }
  gathered.groups = [...groups.values()];
  const sole = gathered.groups.length === 1 ? gathered.groups[0]! : undefined;
  const ownerless: Ready[] = [];
  for (const one of ready) {
    if (one.resource.resourceType === 'Patient') continue;
    const group = sole ?? groups.get(one.subject ?? '');
    if (isActor(one)) gathered.actors.push(one);
    else if (group) group.resources.push(one);
    else if (one.subject !== null) gathered.loose.push(one);
    else ownerless.push(one);
  }
  shareOwnerless(ownerless, gathered);
  for (const { knowledge } of entries) {
    const group = knowledge && (sole ?? groups.get(knowledge.subject ?? ''));
    if (group) learn(group, knowledge);
  }
  return gathered;
}

/** Gives Medications and the like to every group that refers to them. */
function shareOwnerless(ownerless: readonly Ready[], gathered: Gathered): void {
  if (ownerless.length === 0) return;
  const byKey = new Map(ownerless.map((one) => [keyOf(one.resource), one]));
  const taken = new Set<Ready>();
  for (const group of gathered.groups) {
    const wanted = referredTo(
      group.resources.map((one) => one.resource),
      byKey,
    );
    group.resources.push(...wanted);
    for (const one of wanted) taken.add(one);
  }
  gathered.loose.push(...ownerless.filter((one) => !taken.has(one)));
}

/** Those of `candidates` that resources refer to, directly or through one another. */
export function referredTo(
  resources: readonly ResourceJson[],
  candidates: ReadonlyMap<string, Ready>,
): Ready[] {
  const found = new Map<string, Ready>();
  const waiting = [...resources];
  for (let resource = waiting.pop(); resource; resource = waiting.pop()) {
    for (const link of linksOf(resource)) {
      const key = `${link.toType}/${link.toId}`;
      const candidate = candidates.get(key);
      if (!candidate || found.has(key)) continue;
      found.set(key, candidate);
      waiting.push(candidate.resource);
    }
  }
  return [...found.values()];
}

const MOST_LOOSE = 250_000;

/** Entries of NDJSON whose person has gone by or is still to come, kept until they can be placed. */
export class LooseEntries {
  #bySubject = new Map<string, Ready[]>();
  readonly #ownerless = new Map<string, Ready>();
  readonly #shared = new Set<Ready>();
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** False where there is no room: the entry is then to be refused. */
  add(one: Ready): boolean {
    if (this.#count >= MOST_LOOSE) return false;
    this.#count++;
    if (one.subject === null) {
      this.#ownerless.set(keyOf(one.resource), one);
      return true;
    }
    const known = this.#bySubject.get(one.subject);
    if (known) known.push(one);
    else this.#bySubject.set(one.subject, [one]);
    return true;
  }

  /** Takes out, as groups, what belongs to people that `isKnown`. */
  async take(isKnown: (patientId: string) => Promise<boolean>): Promise<Group[]> {
    const taken: Group[] = [];
    for (const [patientId, entries] of [...this.#bySubject]) {
      if (!(await isKnown(patientId))) continue;
      const group = newGroup(patientId, null);
      const shared = referredTo(
        entries.map((one) => one.resource),
        this.#ownerless,
      );
      // Several people may refer to one Medication: each record gets its own copy.
      group.resources.push(...entries, ...shared.map((one) => ({ ...one, resource: { ...one.resource } })));
      for (const one of shared) this.#shared.add(one);
      taken.push(group);
      this.#bySubject.delete(patientId);
      this.#count -= entries.length;
    }
    return taken;
  }

  /** Everything that was never taken. */
  *rest(): Generator<Ready> {
    for (const entries of this.#bySubject.values()) yield* entries;
    for (const one of this.#ownerless.values()) if (!this.#shared.has(one)) yield one;
  }
}
