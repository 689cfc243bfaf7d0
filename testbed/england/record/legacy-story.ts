// What old systems and transfers leave behind: Read and CTV3 entries, earlier product codes, degraded items.
// spec: access-record-structured §10.2, §10.4
import { allergy } from './allergies.ts';
import { codeable, codeableWithText, legacyCodeable } from './codes.ts';
import { prescribe } from './medications.ts';
import type { Medicine } from './medicines.ts';
import { earlierCode } from './medicines.ts';
import { observe } from './observations.ts';
import type { Person } from './person.ts';
import { Problem } from './problems.ts';
import { issueDays } from './repeats.ts';
import { diaryEntry } from './requests.ts';

/** Entries coded in Read v2 or CTV3 only, and products by the codes of their day. */
export function legacyEntries(person: Person): void {
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
export function degradedEntries(person: Person): void {
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
