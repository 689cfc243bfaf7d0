// The people of England, one record at a time. Every record depends on its own key alone.
import { type England, practiceByOds } from './england.ts';
import { identitiesAt } from './identity.ts';
import { practiceActors } from './record/actors.ts';
import { type PersonRecord, writeRecord } from './record/record.ts';

/**
 * The records one practice holds, generated as they are asked for: the same ones in the same order each time,
 * whatever was generated before. Throws RangeError for an unknown practice.
 */
export function* people(england: England, practiceOds: string): Generator<PersonRecord> {
  const practice = practiceByOds(england, practiceOds);
  const actors = practiceActors(practice);
  for (const identity of identitiesAt(england, practice))
    yield writeRecord(identity, actors, england.todayDay);
}

/** Every record of every practice. Somebody who moved has one at each practice. */
export function* everyPerson(england: England): Generator<PersonRecord> {
  for (const practice of england.practices) yield* people(england, practice.ods);
}
