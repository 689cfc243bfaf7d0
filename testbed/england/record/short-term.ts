// Visits for short illnesses, with what was found, given and planned.
import { codeable, term } from './codes.ts';
import { Consultation, type ConsultationKind } from './consultation.ts';
import { type Illness, illnessesFor } from './illnesses.ts';
import { report } from './investigations.ts';
import { prescribe } from './medications.ts';
import { bloodPressure, note, observe } from './observations.ts';
import type { Person } from './person.ts';
import { Problem } from './problems.ts';

const kinds: ConsultationKind[] = [
  'surgery',
  'faceToFace',
  'faceToFace',
  'telephone',
  'telephone',
  'video',
  'online',
];

/** A number of visits that fits the age, spread over the last years. */
export function shortIllnesses(person: Person): void {
  const { chance } = person.writer;
  const usual = person.age < 5 ? 1.2 : person.age < 16 ? 1.3 : person.sex === 'female' ? 2.1 : 1.5;
  const count = Math.max(person.age < 1 ? 0 : 1, Math.round(chance.around(usual, 1)));
  const days: number[] = [];
  for (let i = 0; i < count; i++) days.push(person.ago(6, Math.min(2600, (person.age + 0.5) * 360)));
  for (const day of days.sort((a, b) => a - b)) illnessVisit(person, day);
}

function drawIllness(person: Person, day: number): Illness | undefined {
  const possible = illnessesFor(person.ageOn(day), person.sex);
  let left = person.writer.chance.fraction() * possible.reduce((sum, illness) => sum + illness.weight, 0);
  for (const illness of possible) {
    left -= illness.weight;
    if (left <= 0) return illness;
  }
  return possible[0];
}

export function illnessVisit(person: Person, day: number, draft = false): void {
  const { writer } = person;
  const { chance } = writer;
  const illness = drawIllness(person, day);
  if (!illness) return;
  const kind = person.age > 82 && chance.happens(0.4) ? 'home' : chance.pick(kinds);
  const visit = new Consultation(
    writer,
    kind,
    writer.occasion(day, chance.happens(0.75) ? 'gp' : 'nurse', person.usual()),
    draft,
  );
  const problem = chance.happens(0.45)
    ? new Problem(writer, visit, {
        conceptId: illness.conceptId,
        significance: 'minor',
        onset: Math.max(person.birthDay, day - chance.integer(1, 7)),
        ...(person.lastDay - day > 28 ? { ended: day + 28 } : {}),
      })
    : undefined;
  visit.topic(problem && term(illness.conceptId), problem);
  visit.file('History', note(writer, visit, chance.pick(illness.history)));
  const code = codeable(writer.style, illness.conceptId);
  const entry = visit.file('History', observe(writer, visit, illness.conceptId, { code }));
  problem?.promote(entry);
  const seen = kind !== 'telephone' && kind !== 'online' && kind !== 'video';
  if (seen) examine(person, visit, illness);
  treat(person, visit, illness, problem);
  visit.file('Plan', note(writer, visit, chance.pick(illness.plan)));
  visit.close();
  if (problem) person.problems.push(problem);
}

function examine(person: Person, visit: Consultation, illness: Illness): void {
  const { writer } = person;
  const { chance } = writer;
  if (illness.fever) {
    visit.file(
      'Examination',
      observe(writer, visit, '703421000', { value: chance.integer(365, 392) / 10, unit: 'Cel' }),
    );
  }
  if (person.ageOn(visit.day) < 12) {
    visit.file(
      'Examination',
      observe(writer, visit, '27113001', { value: person.weightOn(visit.day), unit: 'kg' }),
    );
  } else if (chance.happens(0.35) && person.ageOn(visit.day) >= 18) {
    const systolic = person.systolicOn(visit.day);
    visit.file('Examination', bloodPressure(writer, visit, systolic, person.diastolicOn(systolic)));
  }
}

function treat(person: Person, visit: Consultation, illness: Illness, problem: Problem | undefined): void {
  const { writer } = person;
  const { chance } = writer;
  if (illness.medicine && chance.happens(illness.medicineChance ?? 1)) {
    const medicine = person.avoids.has(illness.medicine) ? illness.alternative : illness.medicine;
    const delayed = illness.fever === true && chance.happens(0.2);
    if (medicine && !person.avoids.has(medicine)) {
      const days = 10;
      const over = visit.day + days < person.lastDay;
      const made = prescribe(writer, {
        medicine,
        kind: delayed ? 'delayed-prescribing' : 'acute',
        at: visit,
        issues: [delayed ? Math.min(visit.day + 2, person.lastDay) : visit.day],
        ...(over ? { ended: { day: visit.day + days } } : {}),
        ...(problem === undefined ? {} : { problem }),
      });
      visit.file('Medication', made.plan);
      for (const order of made.orders) if (!delayed) visit.file('Medication', order);
    }
  }
  if (illness.investigate && chance.happens(0.6)) {
    const done = report(writer, visit, {
      panel: illness.investigate,
      traits: person.traits,
      reason: 'Symptoms',
    });
    visit.file('Investigations', done);
  }
}
