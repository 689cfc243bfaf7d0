// The immunisations of a life: childhood schedule, yearly influenza, pneumococcal, COVID-19.
import { civil, dayFrom, weekday } from '../calendar.ts';
import { childhoodSchedule, immunise, vaccines } from './immunisations.ts';
import { observe } from './observations.ts';
import type { Person } from './person.ts';
import { diaryEntry } from './requests.ts';

/** Born before 1996 most childhood entries never reached the computer. */
export function childhoodImmunisations(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  const born = civil(person.birthDay)[0];
  const kept = person.age < 18 ? 0.96 : born > 1995 ? 0.6 : 0;
  const declines = chance.happens(0.03);
  for (const { age, procedure, dose } of childhoodSchedule) {
    const lateness = chance.integer(0, 12);
    const day = weekday(person.birthDay + age + lateness);
    if (day > person.lastDay || !chance.happens(kept)) continue;
    const at = writer.occasion(day, 'nurse');
    const mmr = dose.disease.startsWith('Measles');
    if (declines && mmr) {
      immunise(writer, at, { procedure: vaccines.mmrDeclined, notGiven: 'Parent declined after discussion' });
      if (dose.sequence === 1)
        observe(writer, at, '268559007', { comment: 'Discussed with parent, leaflet given' });
    } else immunise(writer, at, { procedure, dose, child: true });
  }
  if (person.age >= 1 && person.age < 4 && !declines) {
    diaryEntry(writer, writer.occasion(person.ago(3, 200), 'nurse'), {
      conceptId: '171279008',
      due: Math.max(person.lastDay + 10, person.birthDay + 1240),
      window: 60,
    });
  }
}

const riskGroups = [
  'asthma',
  'copd',
  'diabetes2',
  'diabetes1',
  'ihd',
  'heartFailure',
  'ckd3',
  'stroke',
] as const;

export function adultImmunisations(person: Person): void {
  const { writer } = person;
  const { chance } = writer;
  const thisYear = civil(person.lastDay)[0];
  const atRisk = riskGroups.some((key) => person.has(key));
  for (let year = thisYear - 4; year < thisYear; year++) {
    const day = weekday(dayFrom(year, 10, 3) + chance.integer(0, 50));
    const age = person.ageOn(day);
    if (age < 18 || !(age >= 65 || atRisk) || !chance.happens(0.8)) continue;
    const at = writer.occasion(day, 'nurse');
    const roll = chance.fraction();
    if (roll < 0.07) {
      immunise(writer, at, { procedure: vaccines.influenzaNoConsent, notGiven: 'Patient declined' });
    } else if (roll < 0.25) {
      immunise(writer, at, { procedure: vaccines.influenzaByPharmacist, reportedBy: 'Community pharmacy' });
    } else immunise(writer, at, { procedure: vaccines.influenza });
  }
  const pneumococcal = person.birthDay + Math.floor(65.3 * 365.25);
  if (pneumococcal < person.lastDay && chance.happens(0.7)) {
    immunise(writer, writer.occasion(weekday(pneumococcal), 'nurse'), { procedure: vaccines.pneumococcal });
  }
  const covid = weekday(dayFrom(2021, 2, 1) + chance.integer(0, 120));
  if (covid < person.lastDay && person.ageOn(covid) >= 40 && chance.happens(0.85)) {
    const dose = (sequence: number) => ({ sequence, series: 2, disease: 'COVID-19' });
    immunise(writer, writer.occasion(covid, 'nurse'), {
      procedure: vaccines.covidFirst,
      product: vaccines.covidProduct,
      dose: dose(1),
    });
    const second = weekday(covid + 77);
    if (second < person.lastDay) {
      immunise(writer, writer.occasion(second, 'nurse'), {
        procedure: vaccines.covidSecond,
        product: vaccines.covidProduct,
        dose: dose(2),
      });
    }
  }
}
