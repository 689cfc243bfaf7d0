// What the named patients' records hold beyond an ordinary life; a sprinkling for everybody else.
// spec: access-record-structured §9, §10.4; access-document §4.6
import { weekday } from '../calendar.ts';
import type { Identity } from '../identity.ts';
import type { NamedKey } from '../named.ts';
import { allergy, noKnownAllergies } from './allergies.ts';
import { codeable, codeableBySynonym, codeableWithText, legacyCodeable } from './codes.ts';
import { Consultation } from './consultation.ts';
import { fileDocument } from './documents.ts';
import { immunise, vaccines } from './immunisations.ts';
import { report } from './investigations.ts';
import { issueDays, prescribe } from './medications.ts';
import { earlierCode, type Medicine } from './medicines.ts';
import { bloodPressure, note, observe } from './observations.ts';
import { warningFlag } from './patient.ts';
import type { Person } from './person.ts';
import { Problem } from './problems.ts';
import { diaryEntry, referral } from './requests.ts';
import { illnessVisit } from './short-term.ts';

/** The size of the largest record, counted without actors and Binaries. */
export const LARGEST_RECORD = 10_000;
/** The largest file a document read may return, and one above it. spec: access-document §4.6 */
export const LARGEST_FILE = 5_242_880;

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
  visit.topic('Referral', person.problems[0]);
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
    medicine: 'omeprazole',
    kind: 'repeat',
    at: writer.occasion(person.ago(100, 800), 'pharmacist'),
    issues: [],
    agency: 'elsewhere',
    agencyText: 'Hospital',
    note: 'Additional Information: supplied by the hospital clinic.',
  });
}

function confidentialVisit(person: Person, day: number): void {
  const { writer } = person;
  writer.confidentially(() => {
    const visit = new Consultation(
      writer,
      'faceToFace',
      writer.occasion(Math.max(person.birthDay, weekday(day))),
    );
    visit.topic();
    visit.file(
      'History',
      note(writer, visit, 'CONFIDENTIAL-TEXT discussed in confidence, must never leave the practice.'),
    );
    visit.file('Problem', observe(writer, visit, '197480006', { comment: 'CONFIDENTIAL-TEXT' }));
    visit.close();
  });
}

/** One confidential item of every clinical area, some of them inside a consultation everybody may see. */
function confidentialOfEveryKind(person: Person): void {
  const { writer } = person;
  const at = writer.occasion(person.lastDay - 60);
  allergy(writer, at, { conceptId: '232346004', category: 'environment' });
  const visit = new Consultation(writer, 'surgery', writer.occasion(person.lastDay - 45));
  visit.topic('Visible and hidden');
  visit.file('History', note(writer, visit, 'Visible text of a consultation with hidden items.'));
  writer.confidentially(() => {
    const problem = new Problem(writer, visit, {
      conceptId: '58214004',
      significance: 'major',
      onset: visit.day,
      note: 'CONFIDENTIAL-TEXT',
    });
    const entry = observe(writer, visit, '58214004', { comment: 'CONFIDENTIAL-TEXT' });
    problem.promote(entry);
    person.problems.push(problem);
    const made = prescribe(writer, {
      medicine: 'doxycycline',
      kind: 'acute',
      at: visit,
      issues: [visit.day],
      ended: { day: visit.day + 6 },
    });
    const hidden = [
      entry,
      made.plan,
      allergy(writer, visit, { conceptId: '705097000', note: 'CONFIDENTIAL-TEXT' }),
      immunise(writer, visit, { procedure: '170370000' }),
      report(writer, visit, { panel: 'crp', traits: person.traits, filingComment: 'CONFIDENTIAL-TEXT' }),
      referral(writer, visit, {
        conceptId: '308448008',
        to: 'hospital',
        priority: 'routine',
        description: 'CONFIDENTIAL-TEXT',
      }),
      diaryEntry(writer, visit, {
        conceptId: '134186004',
        due: person.lastDay + 90,
        note: 'CONFIDENTIAL-TEXT',
      }),
      fileDocument(writer, visit, {
        type: '823681000000100',
        description: 'CONFIDENTIAL-TEXT',
        file: 'text',
      }),
    ];
    for (const item of hidden) visit.file('Plan', item);
  });
  visit.file('Plan', note(writer, visit, 'Visible plan.'));
  visit.close();
}

/** Entries coded in Read v2 or CTV3 only, and products by the codes of their day. */
function legacyEntries(person: Person): void {
  const { writer } = person;
  const day = person.ago(5500, 6500);
  const at = writer.occasion(Math.max(day, person.birthDay), 'historic');
  observe(writer, at, '60621009', {
    code: legacyCodeable('60621009', 'readv2'),
    value: 27.4,
    unit: 'kg/m2',
    dateOnly: true,
  });
  observe(writer, at, '1019431000000105', {
    code: legacyCodeable('1019431000000105', 'ctv3'),
    value: 7.1,
    unit: '%',
    dateOnly: true,
  });
  const problem = new Problem(writer, at, {
    conceptId: '195967001',
    code: legacyCodeable('195967001', 'readv2'),
    significance: 'minor',
    onset: at.day,
    ended: at.day + 400,
  });
  problem.promote(
    observe(writer, at, '195967001', { code: legacyCodeable('195967001', 'readv2'), dateOnly: true }),
  );
  person.problems.push(problem);
  observe(writer, at, '599341000000105', { comment: 'Term from an earlier coding scheme' });
  prescribe(writer, {
    medicine: 'amlodipine',
    kind: 'repeat',
    at,
    issues: issueDays(at.day, at.day + 200, 56),
    ended: { day: at.day + 260, reason: 'No information available' },
    code: codeable(writer.style, earlierCode.amlodipine!),
    agency: 'previous',
  });
}

/** What an earlier transfer could not code. */
function degradedEntries(person: Person): void {
  const { writer } = person;
  const at = writer.occasion(Math.max(person.birthDay, person.ago(4000, 5200)), 'historic');
  allergy(writer, at, {
    conceptId: '196461000000101',
    code: codeableWithText(writer.style, '196461000000101', 'Penicillin rash (old system)'),
    note: 'Severity: not recorded',
  });
  allergy(writer, at, {
    conceptId: '196471000000108',
    code: codeableWithText(writer.style, '196471000000108', 'Sticking plaster'),
    category: 'environment',
  });
  person.penicillinAllergy = true;
  observe(writer, at, '196411000000103', {
    code: codeableWithText(writer.style, '196411000000103', 'Old injury left wrist'),
  });
  diaryEntry(writer, at, {
    conceptId: '196451000000104',
    due: person.lastDay + 30,
    note: 'Wording of the old system: recall for check',
  });
  const mixture: Medicine = {
    conceptId: '196421000000109',
    directions: 'Apply as directed',
    quantity: 100,
    unit: 'gram',
    days: 28,
  };
  prescribe(writer, {
    medicine: mixture,
    kind: 'acute',
    at,
    issues: [at.day],
    ended: { day: at.day + 28 },
    code: codeableWithText(writer.style, mixture.conceptId, 'Emollient and steroid mixture, equal parts'),
  });
}

function anaphylaxisAndWarfarin(person: Person): void {
  const { writer } = person;
  const when = writer.occasion(person.lastDay - 2400);
  person.penicillinAllergy = true;
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

function pregnancy(person: Person): void {
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

/** Every kind of file, the largest allowed, one above it, and placeholders. */
function everyDocument(person: Person): void {
  const { writer } = person;
  const at = (days: number) => writer.occasion(person.lastDay - days, 'administrator');
  fileDocument(writer, at(400), {
    type: '823681000000100',
    description: 'Outpatient letter as PDF',
    from: 'hospital',
    file: 'pdf',
    lines: ['Outpatient letter', 'Seen in cardiology clinic.'],
  });
  fileDocument(writer, at(350), {
    type: '824331000000106',
    description: 'Discharge letter as scanned TIFF',
    from: 'hospital',
    file: 'tiff',
  });
  fileDocument(writer, at(300), {
    type: '25611000000107',
    description: 'Referral letter as RTF',
    file: 'rtf',
  });
  fileDocument(writer, at(250), {
    type: { text: 'Clinic note' },
    description: 'Plain text note',
    file: 'text',
    setting: 'Cardiology',
  });
  fileDocument(writer, at(200), {
    type: '373942005',
    description: 'The largest file that may be fetched',
    from: 'hospital',
    bytes: LARGEST_FILE,
  });
  fileDocument(writer, at(150), {
    type: '373942005',
    description: 'A file above the limit',
    from: 'hospital',
    bytes: LARGEST_FILE + 57_120,
  });
  fileDocument(writer, at(100), {
    type: { text: 'Imaging report' },
    description: 'File not available',
    placeholder: { reason: 'File not available', size: 0, contentType: 'application/octet-stream' },
  });
  fileDocument(writer, at(50), {
    type: '823681000000100',
    description: 'Not for the patient',
    from: 'hospital',
    notForPatient: true,
  });
  writer.confidentially(() =>
    fileDocument(writer, at(40), { type: '823681000000100', description: 'CONFIDENTIAL-TEXT', file: 'text' }),
  );
}

/** Home readings, weekly weights, monitoring bloods and visits until the record has its size. */
function fillToLargest(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  const reserved = (): number => LARGEST_RECORD - writer.clinical.length - person.problems.length;
  let day = person.lastDay - 9000;
  while (reserved() > 60) {
    day = day + 2 > person.lastDay - 1 ? person.lastDay - chance.integer(30, 9000) : day + 2;
    const at = writer.occasion(day, 'nurse');
    const systolic = person.systolicOn(day);
    bloodPressure(writer, at, systolic, person.diastolicOn(systolic), 'sitting');
    observe(writer, at, '27113001', { value: person.weightOn(day), unit: 'kg' });
    if (day % 5 === 0)
      report(writer, writer.occasion(weekday(day)), {
        panel: chance.pick(['renal', 'fullBloodCount', 'hba1c', 'lipids']),
        traits: person.traits,
      });
    if (day % 9 === 0) illnessVisit(person, weekday(day));
    if (day % 11 === 0)
      observe(writer, at, '18491006', { value: chance.integer(18, 34) * 10, unit: 'L/min' });
  }
  while (reserved() > 0) {
    observe(writer, writer.occasion(person.ago(1, 8000), 'nurse'), '413153004', {
      value: person.systolicOn(day),
      unit: 'mm[Hg]',
      comment: `Reading ${reserved()}`,
    });
  }
}
