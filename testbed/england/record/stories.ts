// What the named patients' records hold beyond an ordinary life; a sprinkling for everybody else.
// spec: access-record-structured §9
import type { Identity } from '../identity.ts';
import type { NamedKey } from '../named.ts';
import { allergy } from './allergies.ts';
import { anaphylaxisAndWarfarin, pregnancy } from './clinical-stories.ts';
import { confidentialOfEveryKind, confidentialVisit } from './confidential-story.ts';
import { Consultation } from './consultation.ts';
import { fileDocument } from './documents.ts';
import { everyDocument, fillToLargest } from './large-stories.ts';
import { degradedEntries, legacyEntries } from './legacy-story.ts';
import { prescribe } from './medications.ts';
import { bloodPressure, note, observe } from './observations.ts';
import { warningFlag } from './patient.ts';
import type { Person } from './person.ts';
import { diaryEntry, referral } from './requests.ts';
import { illnessVisit } from './short-term.ts';

const withoutOrdinaryLife = new Set<string>(['empty', 'in-transit', 'temporary', 'newborn']);

/** False for people who have just come: their record holds only what their story tells. */
export function hasOrdinaryLife(identity: Identity): boolean {
  if (identity.named === undefined) return identity.registration.type === 'R';
  return (
    !withoutOrdinaryLife.has(identity.named.key) &&
    (identity.named.leftPractice === undefined || identity.registration.end !== undefined)
  );
}

export function tellStory(person: Person): void {
  if (person.special !== undefined) stories[person.special]?.(person);
  else if (person.writer.identity.registration.type === 'T') shortStay(person);
  else sprinkle(person);
}

/** A few people of every practice have confidential, degraded, legacy, draft or incomplete entries. */
function sprinkle(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  const roll = chance.fraction();
  if (person.age >= 16 && roll < 0.02) confidentialVisit(person, person.ago(20, 900));
  else if (person.age > 50 && roll < 0.05) legacyEntries(person);
  else if (person.age > 50 && roll < 0.07) degradedEntries(person);
  else if (roll < 0.08) illnessVisit(person, person.ago(0, 2), true);
  else if (roll < 0.1 && person.age > 16) {
    bloodPressure(writer, writer.occasion(person.ago(5, 500), 'nurse'), null, 82, 'plain');
  } else if (roll < 0.16 && person.age > 30) prescribedElsewhere(person);
}

const stories: Partial<Record<NamedKey, (person: Person) => void>> = {
  rich: richStory,
  'rich-cedar': richStory,
  newborn: (person) => {
    const { writer } = person;
    const visit = new Consultation(writer, 'home', writer.occasion(person.lastDay - 2, 'gp'));
    visit.topic();
    visit.file('History', note(writer, visit, 'New baby visit. Feeding well, wet nappies, settled.'));
    visit.file('Examination', observe(writer, visit, '27113001', { value: 3.6, unit: 'kg' }));
    visit.close();
    diaryEntry(writer, visit, { conceptId: '171279008', due: person.birthDay + 56, window: 14 });
  },
  temporary: shortStay,
  'moved-yesterday': (person) => {
    const { writer } = person;
    if (writer.identity.registration.end !== undefined) return;
    observe(writer, writer.occasion(person.lastDay - 1, 'administrator'), '416409005', {
      comment: 'Asked at registration, will consider',
    });
    writer.clinical.push(warningFlag(writer, 'data-in-transit', writer.identity.registration.start));
  },
  'in-transit': (person) => {
    shortStay(person);
    person.writer.clinical.push(
      warningFlag(person.writer, 'data-in-transit', person.writer.identity.registration.start),
    );
  },
  unfiled: (person) => {
    const { writer } = person;
    writer.clinical.push(warningFlag(writer, 'data-awaiting-filing', person.lastDay - 3, 'investigations'));
  },
  confidential: (person) => {
    confidentialVisit(person, person.lastDay - 90);
    confidentialOfEveryKind(person);
  },
  'ten-thousand': fillToLargest,
  pregnant: pregnancy,
  'anaphylaxis-warfarin': anaphylaxisAndWarfarin,
  documents: everyDocument,
  degraded: (person) => {
    legacyEntries(person);
    degradedEntries(person);
  },
  'penicillin-child': (person) => {
    const at = person.writer.occasion(person.ago(300, 700));
    allergy(person.writer, at, {
      conceptId: '91936005',
      type: 'allergy',
      criticality: 'low',
      reaction: { manifestation: '247472004', severity: 'moderate' },
      note: 'Widespread rash on day three of treatment for otitis media',
    });
  },
};

function richStory(person: Person): void {
  const { writer } = person;
  const at = writer.occasion(person.ago(900, 1500));
  allergy(writer, at, {
    conceptId: '293586001',
    type: 'allergy',
    criticality: 'low',
    reaction: { manifestation: 'NI', severity: 'moderate' },
    note: 'Wheeze after aspirin',
    onset: at.day - 3000,
  });
  allergy(writer, at, {
    conceptId: '91935009',
    category: 'environment',
    ended: { day: at.day + 300, reason: 'Tolerated on challenge' },
  });
  prescribedElsewhere(person);
  const visit = new Consultation(writer, 'surgery', writer.occasion(person.ago(60, 120)));
  visit.topic(
    'Referral',
    person.problems.find(({ facts }) => facts.conceptId === '396275006'),
  );
  visit.file('History', note(writer, visit, 'Hip pain worse, walking limited to 200 metres.'));
  const letter = fileDocument(writer, visit, {
    type: '25611000000107',
    description: 'Referral letter',
    lines: ['Please assess for hip replacement.'],
  });
  visit.file(
    'Plan',
    referral(writer, visit, {
      conceptId: '183545006',
      to: 'hospital',
      priority: 'urgent',
      description: 'Hip pain limiting walking, please assess.',
      letter,
    }),
  );
  visit.file('Plan', letter);
  visit.file(
    'Plan',
    diaryEntry(writer, visit, { conceptId: '314529007', due: person.lastDay + 60, window: 28 }),
  );
  visit.file(
    'Medication',
    prescribe(writer, { medicine: 'cocodamol', kind: 'acute', at: visit, issues: [visit.day] }).plan,
  );
  visit.close();
}

/** A visitor: one visit and what was given in it. */
function shortStay(person: Person): void {
  const { writer } = person;
  const visit = new Consultation(
    writer,
    'faceToFace',
    writer.occasion(Math.max(writer.identity.registration.start, person.lastDay - 2)),
  );
  visit.topic();
  visit.file('History', note(writer, visit, 'Staying nearby, cough for a week.'));
  visit.file('Problem', observe(writer, visit, '49727002'));
  visit.file('Plan', note(writer, visit, 'Chest clear. Self-care advice.'));
  visit.close();
}

function prescribedElsewhere(person: Person): void {
  const { writer } = person;
  prescribe(writer, {
    medicine: person.has('reflux') ? 'paracetamol' : 'omeprazole',
    kind: 'repeat',
    at: writer.occasion(person.ago(100, 800), 'pharmacist'),
    issues: [],
    agency: 'elsewhere',
    agencyText: 'Hospital',
    note: 'Additional Information: supplied by the hospital clinic.',
  });
}
