// Yearly reviews of long-term conditions: readings, bloods, recall.
import type { Reference } from '@gp-connect/foundation/fhir';
import { civil } from '../calendar.ts';
import { term } from './codes.ts';
import { type ConditionKey, conditionOf } from './conditions.ts';
import { Consultation } from './consultation.ts';
import { report } from './investigations.ts';
import { bloodPressure, hierarchy, note, observe } from './observations.ts';
import type { PanelKey } from './panels.ts';
import type { Having, Person } from './person.ts';
import { diaryEntry } from './requests.ts';

/** The yearly review of everything together, for the last few years. */
export function yearlyReviews(person: Person): void {
  const active = person.having.filter(
    (having) => having.problem?.facts.ended === undefined && !conditionOf(having.key).confidential,
  );
  const monitored = active.filter((having) => {
    const condition = conditionOf(having.key);
    return condition.panels.length > 0 || condition.recall !== undefined || condition.medicines.length > 0;
  });
  if (monitored.length === 0) return;
  const years = Math.min(person.age > 60 ? 3 : 2, 1 + Math.floor(monitored.length * 0.8));
  for (let year = years; year >= 1; year--) {
    const day = person.ago(year * 365 - 300, year * 365 - 80);
    const known = monitored.filter((having) => having.onset < day - 60);
    if (known.length > 0) reviewVisit(person, known, day, year === 1);
  }
}

function reviewVisit(person: Person, known: readonly Having[], day: number, latest: boolean): void {
  const { writer } = person;
  const { chance } = writer;
  const visit = new Consultation(
    writer,
    chance.happens(0.75) ? 'faceToFace' : 'telephone',
    writer.occasion(day, chance.happens(0.7) ? 'nurse' : 'pharmacist'),
  );
  const [main, ...others] = known as [Having, ...Having[]];
  visit.topic('Annual review', main.problem);
  visit.file('History', note(writer, visit, chance.pick(reported)));
  examine(person, visit, new Set(known.map((having) => having.key)));
  visit.file(
    'Plan',
    observe(writer, visit, '88551000000109', { comment: 'Medication reviewed, no change.' }),
  );
  for (const panel of panelsFor(known, latest, chance.happens(0.2))) {
    visit.file('Investigations', bloods(person, visit, panel));
  }
  if (latest) visit.file('Plan', recall(person, visit, main));
  const other = others.find((having) => having.problem !== undefined);
  if (latest && other && chance.happens(0.6)) {
    visit.topic(term(conditionOf(other.key).conceptId), other.problem);
    visit.file('History', note(writer, visit, chance.pick(reportedOfAnother)));
  }
  visit.close();
}

const reported = [
  'Feeling well, no new symptoms.',
  'Managing well, one missed dose a week.',
  'Some tiredness, otherwise well.',
];
const reportedOfAnother = ['Stable, no flare since last review.', 'Settled on present treatment.'];
const filed = ['Satisfactory', 'Stable, no action', 'Discuss at review'];
const concluded = [
  'Results consistent with previous.',
  'Suggest repeat in three months.\nSample slightly lipaemic.',
];

function bloods(person: Person, visit: Consultation, panel: PanelKey): Reference {
  const { writer } = person;
  const { chance } = writer;
  return report(writer, visit, {
    panel,
    traits: person.traits,
    reason: 'Annual review',
    ...(chance.happens(0.35) ? { filingComment: chance.pick(filed) } : {}),
    ...(chance.happens(0.2) ? { conclusion: chance.pick(concluded) } : {}),
    ...(panel === 'lipids' && chance.happens(0.4) ? { fasting: true as const } : {}),
  });
}

/** What is measured depends on what is being reviewed. */
function examine(person: Person, visit: Consultation, known: ReadonlySet<ConditionKey>): void {
  const { writer } = person;
  const { chance } = writer;
  const measure = (conceptId: string, value: number, unit: string): void => {
    visit.file('Examination', observe(writer, visit, conceptId, { value, unit }));
  };
  const systolic = person.systolicOn(visit.day);
  const diastolic = chance.happens(0.04) ? null : person.diastolicOn(systolic);
  const posture = chance.pick(['usual', 'plain', 'sitting'] as const);
  visit.file('Examination', bloodPressure(writer, visit, systolic, diastolic, posture));
  if (known.has('diabetes2') || known.has('diabetes1')) {
    const parts = hierarchy(
      writer,
      visit,
      ['170777000'],
      [
        ['27113001', { value: person.weightOn(visit.day), unit: 'kg' }],
        ['60621009', { value: indexOn(person, visit.day), unit: 'kg/m2' }],
      ],
    );
    for (const part of parts) visit.file('Examination', part);
  } else measure('27113001', person.weightOn(visit.day), 'kg');
  if (known.has('af')) {
    visit.file('Examination', observe(writer, visit, '271637005'));
    measure('78564009', chance.integer(62, 96), '/min');
  }
  if (known.has('asthma') || known.has('copd')) measure('18491006', chance.integer(24, 46) * 10, 'L/min');
  if (known.has('copd')) measure('442476006', chance.integer(91, 97), '%');
}

/** Not every panel every year: all in the latest, the first one before. */
function panelsFor(known: readonly Having[], latest: boolean, everything: boolean) {
  const all = [...new Set(known.flatMap((having) => conditionOf(having.key).panels))];
  return latest || everything ? all : all.slice(0, 1);
}

function recall(person: Person, visit: Consultation, main: Having) {
  const code = conditionOf(main.key).recall ?? '314529007';
  const due = Math.max(visit.day + 365, person.lastDay + 3);
  return diaryEntry(person.writer, visit, { conceptId: code, due, window: 28, note: `Due ${civil(due)[0]}` });
}

export function indexOn(person: Person, day: number): number {
  const metres = person.heightOn(day) / 100;
  return Math.round((person.weightOn(day) / (metres * metres)) * 10) / 10;
}
