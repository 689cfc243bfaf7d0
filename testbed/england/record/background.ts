// Everything outside consultations: registration health check, habits, family history, allergies,
// immunisations, letters, contraception and childbirth.

import { weekday } from '../calendar.ts';
import { allergy, commonAllergies, noKnownAllergies } from './allergies.ts';
import { codeable } from './codes.ts';
import { fileDocument } from './documents.ts';
import { adultImmunisations, childhoodImmunisations } from './immunisation-history.ts';
import { report } from './investigations.ts';
import { bloodPressure, inboundReferral, observe } from './observations.ts';
import type { Person } from './person.ts';
import { Problem } from './problems.ts';
import { repeatCourse } from './repeats.ts';
import { diaryEntry } from './requests.ts';
import { indexOn } from './reviews.ts';

export function background(person: Person): void {
  allergies(person);
  if (person.age >= 16) healthChecks(person);
  familyHistory(person);
  childhoodImmunisations(person);
  adultImmunisations(person);
  if (person.sex === 'female') womensHealth(person);
  letters(person);
}

function allergies(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  for (const { share, facts, children } of commonAllergies) {
    if (!chance.happens(share * 1.2) || (person.age < 12 && !children) || person.age < 1) continue;
    if (person.special !== undefined && person.special !== 'ten-thousand') continue;
    const at = writer.occasion(person.ago(100, 6000), 'gp', person.usual());
    const over = chance.happens(0.12) && person.lastDay - at.day > 300;
    allergy(writer, at, {
      ...facts,
      ...(chance.happens(0.4) && at.day - person.birthDay > 4000 ? { onset: at.day - 900 } : {}),
      ...(over
        ? {
            ended: {
              day: at.day + 200,
              reason: chance.pick([
                'Tolerated on challenge',
                'Entered in error by previous practice',
                'No information available',
              ]),
            },
          }
        : {}),
    });
    person.avoid(facts.conceptId);
  }
}

/** "No known allergy", for some of those who have none: asked last, when all allergies are known. */
export function askedAboutAllergies(person: Person): void {
  const { writer } = person;
  const any = writer.clinical.some((entry) => entry.resourceType === 'AllergyIntolerance');
  if (any || person.age < 1 || writer.identity.registration.type !== 'R') return;
  if (writer.chance.happens(0.35)) noKnownAllergies(writer, writer.occasion(person.ago(60, 4000), 'nurse'));
}

const smokingCodes = { never: '266919005', ex: '8517006', light: '160603005', heavy: '160605003' } as const;

/** Entries of new patient and over-40 checks: each stands alone, as nurses enter them. */
function healthChecks(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  const checks = person.age > 64 || (person.age > 39 && chance.happens(0.4)) ? 2 : 1;
  for (let i = checks; i >= 1; i--) {
    const day = person.ago(i * 420 - 200, Math.min(i * 420 + 300, Math.max(1, (person.age - 16) * 365)));
    if (person.ageOn(day) < 16) continue;
    const at = writer.occasion(day, 'nurse');
    const smoking = person.smoking === 'ex' && i === checks && chance.happens(0.5) ? 'light' : person.smoking;
    observe(writer, at, smokingCodes[smoking]);
    if (smoking === 'light' || smoking === 'heavy') observe(writer, at, '225323000');
    if (person.age >= 18)
      observe(writer, at, '1082641000000106', { value: person.unitsOfAlcohol, unit: '1' });
    observe(writer, at, '50373000', { value: person.heightOn(day), unit: 'cm' });
    observe(writer, at, '27113001', { value: person.weightOn(day), unit: 'kg' });
    observe(writer, at, '60621009', { value: indexOn(person, day), unit: 'kg/m2' });
    const systolic = person.systolicOn(day);
    const posture = chance.pick(['usual', 'usual', 'plain', 'standing', 'lying'] as const);
    bloodPressure(writer, at, systolic, chance.happens(0.03) ? null : person.diastolicOn(systolic), posture);
    observe(writer, at, '78564009', { value: chance.integer(58, 92), unit: '/min' });
    if (person.age > 39 && i === 1 && chance.happens(0.6)) {
      observe(writer, at, '1085871000000105', { value: Math.round(person.age * 0.22 * 10) / 10, unit: '%' });
      report(writer, writer.occasion(weekday(day)), {
        panel: chance.pick(['lipids', 'fullBloodCount', 'renal', 'liver']),
        traits: person.traits,
        reason: 'Health check',
      });
    }
    if (i === checks && person.age > 50 && chance.happens(0.5)) {
      observe(writer, at, '1003671000000109', {
        value: Math.round(person.traits.hba1c ?? 37),
        unit: 'mmol/mol',
        dateOnly: true,
      });
    }
  }
}

function familyHistory(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  if (person.age < 16) return;
  for (const code of ['160303001', '160377001', '160357008', '266894000']) {
    if (!chance.happens(0.14)) continue;
    observe(writer, writer.occasion(person.ago(400, 5000), 'nurse'), code, {
      comment: chance.pick(['Mother', 'Father', 'Sister', 'Brother, aged 55']),
    });
  }
  if (person.age > 78 && chance.happens(0.3))
    observe(writer, writer.occasion(person.ago(30, 900)), '160725005');
  if (person.age > 84 && chance.happens(0.35))
    observe(writer, writer.occasion(person.ago(30, 600)), '160689007');
}

function womensHealth(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  if (person.age >= 17 && person.age <= 46 && chance.happens(0.3) && person.special !== 'pregnant') {
    const smoker = person.smoking === 'light' || person.smoking === 'heavy';
    const medicine =
      smoker || person.has('migraine') || person.age > 40
        ? 'desogestrel'
        : chance.pick(['microgynon', 'rigevidon'] as const);
    const start = writer.occasion(person.ago(90, Math.min(1200, (person.age - 16) * 365)), 'nurse');
    repeatCourse(writer, { medicine, start, reviewed: person.ago(60, 330) });
    diaryEntry(writer, start, {
      conceptId: '714891000000106',
      due: person.lastDay + chance.integer(10, 300),
      window: 28,
    });
  }
  if (person.age >= 25 && person.age <= 64 && chance.happens(0.6)) {
    diaryEntry(writer, writer.occasion(person.ago(30, 900), 'nurse'), {
      conceptId: '714971000000104',
      due: person.lastDay + chance.integer(5, 900),
      window: 60,
    });
  }
  const births = person.age < 20 ? 0 : chance.pick([0, 0, 1, 2, 2, 3]);
  let age = 19 + chance.integer(0, 9);
  for (let i = 0; i < births && age < Math.min(person.age - 1, 44); i++) {
    const day = weekday(person.birthDay + Math.floor(age * 365.25) + 40);
    age += 2 + chance.integer(0, 3);
    const at = writer.occasion(day, 'gp');
    const born = observe(writer, at, '169826009', { dateOnly: true });
    if (i > 0) continue;
    const problem = new Problem(writer, at, {
      conceptId: '72892002',
      significance: 'minor',
      onset: day - 270,
      ended: day,
    });
    problem.promote(
      observe(writer, writer.occasion(weekday(day - 200), 'gp'), '72892002', {
        code: codeable(writer.style, '72892002'),
      }),
    );
    problem.link(born);
    person.problems.push(problem);
  }
  if (person.age >= 55 && chance.happens(0.6)) {
    observe(writer, writer.occasion(weekday(person.birthDay + Math.floor(52 * 365.25)), 'gp'), '289903006', {
      dateOnly: true,
    });
  }
}

function letters(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  const count =
    person.age < 16
      ? chance.happens(0.3)
        ? 1
        : 0
      : Math.min(4, Math.round(chance.around(person.age / 36, 0.8)));
  for (let i = 0; i < count; i++) {
    const at = writer.occasion(person.ago(8, 2200), 'administrator');
    if (person.age >= 16 && chance.happens(0.08)) {
      const referred = inboundReferral(
        writer,
        at,
        writer.outside('outOfHours').reference,
        'Seen out of hours, please follow up',
      );
      fileDocument(writer, at, {
        type: { text: 'Referral to GP' },
        description: 'Letter from out of hours',
        from: 'outOfHours',
        related: referred,
        file: 'text',
      });
      continue;
    }
    const [type, description] = chance.pick([
      ['823681000000100', 'Outpatient letter'],
      ['823681000000100', 'Outpatient letter'],
      ['373942005', 'Discharge summary'],
      ['24561000000109', 'Emergency department report'],
    ] as const);
    fileDocument(writer, at, {
      type,
      description: `${description}, Northmoor Hospital`,
      from: 'hospital',
      file: chance.pick(['pdf', 'pdf', 'pdf', 'rtf', 'tiff', 'text'] as const),
      setting: chance.pick(['Cardiology', 'Orthopaedics', 'General medicine', 'Ophthalmology']),
      lines: [
        description,
        `Patient: ${writer.identity.family}, ${writer.identity.given[0]}`,
        'Seen and examined, findings as discussed.',
        'Plan: continue present treatment, no follow-up needed.',
      ],
    });
  }
}
