// Confidential entries: a whole visit, and one item of every clinical area beside visible ones.
// spec: access-record-structured §9.2
import { weekday } from '../calendar.ts';
import { allergy } from './allergies.ts';
import { Consultation } from './consultation.ts';
import { fileDocument } from './documents.ts';
import { immunise } from './immunisations.ts';
import { report } from './investigations.ts';
import { prescribe } from './medications.ts';
import { note, observe } from './observations.ts';
import type { Person } from './person.ts';
import { Problem } from './problems.ts';
import { diaryEntry, referral } from './requests.ts';

export function confidentialVisit(person: Person, day: number): void {
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
export function confidentialOfEveryKind(person: Person): void {
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
