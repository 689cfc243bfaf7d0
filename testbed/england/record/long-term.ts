// The course of long-term conditions: diagnosis, treatment, links between problems.
import type { Reference } from '@gp-connect/foundation/fhir';
import { weekday } from '../calendar.ts';
import { codeable, codeableBySynonym, term } from './codes.ts';
import { conditionOf, type LongTermCondition } from './conditions.ts';
import { Consultation } from './consultation.ts';
import { fileDocument } from './documents.ts';
import { prescribe } from './medications.ts';
import type { MedicineKey } from './medicines.ts';
import { bloodPressure, note, observe } from './observations.ts';
import type { Having, Person } from './person.ts';
import { Problem } from './problems.ts';
import { repeatCourse } from './repeats.ts';
import { referral } from './requests.ts';

/** Medicines that go on for good; the rest of the table is taken as needed for a while. */
const asNeeded = new Set<MedicineKey>(['paracetamol', 'cocodamol', 'ibuprofen', 'ferrousSulfate']);

/** Writes every long-term condition: its diagnosis, its medicines and the links between problems. */
export function longTermConditions(person: Person): void {
  const onMedicine = new Set<MedicineKey>();
  for (const having of person.having) {
    const condition = conditionOf(having.key);
    const write = () => diagnose(person, having, condition, onMedicine);
    if (condition.confidential) person.writer.confidentially(write);
    else write();
  }
  for (const having of person.having) relateToParent(person, having);
}

function relateToParent(person: Person, having: Having): void {
  const parentKey = conditionOf(having.key).parent;
  const parent = person.having.find((other) => other.key === parentKey);
  if (parent?.problem && having.problem) having.problem.relate('parent', parent.problem);
  if (having.key === 'ckd3') {
    const sibling = person.having.find((other) => other.key === 'diabetes2' || other.key === 'hypertension');
    if (sibling?.problem && having.problem) having.problem.relate('sibling', sibling.problem);
  }
}

function diagnose(
  person: Person,
  having: Having,
  condition: LongTermCondition,
  onMedicine: Set<MedicineKey>,
): void {
  const { writer } = person;
  const { chance } = writer;
  const clinician = writer.occasion(having.onset, 'gp', person.usual());
  const visit = new Consultation(writer, 'surgery', clinician);
  const ended =
    having.key === 'ironDeficiency' ? Math.min(having.onset + 240, person.lastDay - 1) : undefined;
  const synonym = chance.happens(0.15);
  const code = synonym
    ? codeableBySynonym(writer.style, condition.conceptId)
    : codeable(writer.style, condition.conceptId);
  const problem = new Problem(writer, visit, {
    conceptId: condition.conceptId,
    code,
    significance: condition.significance,
    onset: having.onset,
    vagueOnset: chance.happens(0.2),
    ...(ended === undefined ? {} : { ended }),
  });
  having.problem = problem;
  visit.topic(term(condition.conceptId), problem);
  visit.file('History', note(writer, visit, chance.pick(condition.history)));
  const entry = visit.file('Problem', observe(writer, visit, condition.conceptId, { code }));
  problem.promote(entry);
  if (person.ageOn(having.onset) >= 18 && condition.medicines.length > 0) {
    const systolic = person.systolicOn(having.onset) + (having.key === 'hypertension' ? 14 : 0);
    visit.file('Examination', bloodPressure(writer, visit, systolic, person.diastolicOn(systolic)));
  }
  if (condition.referral && chance.happens(0.4)) {
    visit.file('Plan', refer(person, visit, condition.referral));
  }
  visit.file('Plan', note(writer, visit, chance.pick(condition.plan)));
  for (const { key, chance: likely } of condition.medicines) {
    if (!chance.happens(likely) || onMedicine.has(key) || person.avoids.has(key)) continue;
    onMedicine.add(key);
    visit.file('Medication', medicate(person, key, visit, problem, ended));
  }
  visit.close();
  person.problems.push(problem);
}

function refer(person: Person, visit: Consultation, to: NonNullable<LongTermCondition['referral']>) {
  const { writer } = person;
  const letter = fileDocument(writer, visit, {
    type: '25611000000107',
    description: 'Referral letter',
    lines: ['Dear colleague,', to.description, 'With thanks'],
    file: 'rtf',
  });
  return referral(writer, visit, {
    ...to,
    priority: writer.chance.happens(0.2) ? 'urgent' : 'routine',
    letter,
  });
}

/** Starts a medicine in the consultation; answers the first plan where it was authorised in it. */
function medicate(
  person: Person,
  key: MedicineKey,
  visit: Consultation,
  problem: Problem,
  ended: number | undefined,
): Reference {
  const { writer } = person;
  const { chance } = writer;
  if (asNeeded.has(key)) {
    const issues = [visit.day];
    const again = visit.day + 30;
    if (again < person.lastDay && chance.happens(0.4) && key !== 'ibuprofen') {
      prescribe(writer, {
        medicine: key,
        kind: 'acute',
        at: writer.occasion(weekday(again)),
        issues: [weekday(again)],
        ended: { day: again + 25 },
        problem,
      });
    }
    return prescribe(writer, {
      medicine: key,
      kind: 'acute',
      at: visit,
      issues,
      ended: { day: Math.min(visit.day + 28, person.lastDay) },
      problem,
    }).plan;
  }
  if (key === 'sertraline' && chance.happens(0.45)) {
    const stop = Math.min(visit.day + 250, person.lastDay - 1);
    const course = { medicine: key, start: visit, reviewed: visit.day, problem };
    return repeatCourse(writer, {
      ...course,
      ended: { day: stop, reason: ended === undefined ? 'No longer required' : 'Course complete' },
    }).first;
  }
  if (key === 'ramipril5' && chance.happens(0.35) && person.lastDay - visit.day > 400) {
    const change = weekday(visit.day + chance.integer(60, 200));
    const first = repeatCourse(writer, {
      medicine: key,
      start: visit,
      reviewed: visit.day,
      ended: { day: change, reason: 'Dose increased' },
      problem,
    });
    repeatCourse(writer, {
      medicine: 'ramipril10',
      start: writer.occasion(change),
      reviewed: person.ago(60, 380),
      problem,
      prior: first.newest,
    });
    return first.first;
  }
  const kind = chance.happens(0.07) ? 'repeat-dispensing' : 'repeat';
  return repeatCourse(writer, { medicine: key, start: visit, reviewed: person.ago(60, 380), problem, kind })
    .first;
}
