// Two clinical edges: anaphylaxis with an anticoagulant, and a pregnancy.
import { weekday } from '../calendar.ts';
import { allergy, noKnownAllergies } from './allergies.ts';
import { codeableBySynonym, codeableWithText } from './codes.ts';
import { Consultation } from './consultation.ts';
import { immunise, vaccines } from './immunisations.ts';
import { report } from './investigations.ts';
import { prescribe } from './medications.ts';
import type { Medicine } from './medicines.ts';
import { bloodPressure, note, observe } from './observations.ts';
import type { Person } from './person.ts';
import { Problem } from './problems.ts';
import { issueDays } from './repeats.ts';

export function anaphylaxisAndWarfarin(person: Person): void {
  const { writer } = person;
  const when = writer.occasion(person.lastDay - 2400);
  allergy(writer, when, {
    conceptId: '91936005',
    type: 'allergy',
    criticality: 'high',
    reaction: { manifestation: '39579001', severity: 'severe' },
    onset: when.day - 10,
    note: 'Collapse and wheeze ten minutes after first dose, adrenaline given',
  });
  const start = writer.occasion(person.lastDay - 600);
  const problem = person.problems.find((candidate) => candidate.facts.conceptId === '49436004');
  const warfarin: Medicine = {
    conceptId: '196421000000109',
    directions: 'Take as directed by the anticoagulant clinic, once a day',
    quantity: 56,
    unit: 'tablet',
    days: 56,
  };
  prescribe(writer, {
    medicine: warfarin,
    kind: 'repeat',
    at: start,
    issues: issueDays(start.day, person.lastDay - 1, 56),
    allowed: 24,
    code: codeableWithText(writer.style, warfarin.conceptId, 'Warfarin 3mg tablets'),
    ...(problem === undefined ? {} : { problem }),
  });
  for (let day = start.day + 14; day < person.lastDay; day += 42) {
    report(writer, writer.occasion(weekday(day)), {
      panel: 'inr',
      traits: person.traits,
      reason: 'Anticoagulant monitoring',
    });
  }
}

export function pregnancy(person: Person): void {
  const { writer } = person;
  const begun = person.lastDay - 24 * 7;
  const visit = new Consultation(writer, 'faceToFace', writer.occasion(weekday(begun + 42)));
  const problem = new Problem(writer, visit, { conceptId: '77386006', significance: 'major', onset: begun });
  visit.topic('Pregnancy', problem);
  visit.file('History', note(writer, visit, 'Period two weeks late, test positive at home. Pleased.'));
  problem.promote(
    visit.file(
      'Problem',
      observe(writer, visit, '77386006', { code: codeableBySynonym(writer.style, '77386006') }),
    ),
  );
  visit.file('Examination', observe(writer, visit, '169560008'));
  visit.file('Examination', bloodPressure(writer, visit, 112, 68));
  visit.file('Plan', note(writer, visit, 'Folic acid advised, booked with midwife.'));
  visit.close();
  person.problems.push(problem);
  const later = writer.occasion(weekday(begun + 140), 'nurse');
  problem.link(observe(writer, later, '243787009'));
  problem.link(bloodPressure(writer, later, 116, 72));
  problem.link(
    report(writer, later, { panel: 'fullBloodCount', traits: person.traits, reason: 'Antenatal bloods' }),
  );
  noKnownAllergies(writer, visit);
  immunise(writer, later, { procedure: vaccines.influenza });
}
