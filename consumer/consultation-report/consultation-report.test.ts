import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type ConsultationReport, consultationReport } from './index.ts';
import { pagesOf } from './pdf-text-for-tests.ts';

const report: ConsultationReport = {
  title: 'NHS 111: chest infection',
  version: 2,
  recipient: 'Millbeck Surgery (A83999)',
  startedAt: new Date('2026-07-05T17:05:00Z'),
  patient: {
    ...{ nhsNumber: '9010000036', family: 'Żółkiewska', given: ['Aoife', 'Mæve'], title: 'Ms' },
    ...{ birthDate: '1988-02-03', gender: 'female', addressLines: ['1 High Street'], postcode: 'ZZ1 1AA' },
  },
  sender: { ods: 'NZ999', name: 'Example NHS 111', phone: '01632 960001' },
  practitioners: [
    { family: 'Finch', given: ['Ada'], title: 'Ms', role: { code: 'R0620', display: 'Staff Nurse' } },
  ],
  sections: [
    { heading: 'History', entries: [{ text: 'Cough for 10 days.\r\nTemperature ≥ 38 °C\u0007.' }] },
    {
      heading: 'Findings',
      entries: [
        { terminology: 'SNOMED CT', code: '50417007', display: 'Lower respiratory tract infection' },
        {
          terminology: 'dm+d',
          code: '323509004',
          display: 'Amoxicillin 500mg capsules',
          detail: '15 capsules',
        },
      ],
    },
  ],
};

describe('messaging §5.3: the primary PDF of a consultation', () => {
  test('title, patient, sender, recipient, time and version stand before the content, as the layout writes them', async () => {
    const [page = []] = pagesOf(await consultationReport(report));
    assert.deepEqual(page.slice(0, 23), [
      'NHS 111: chest infection',
      ...['Patient', 'ŻÓŁKIEWSKA, Aoife Mæve (Ms)'],
      ...['NHS number', '901 000 0036'],
      ...['Date of birth', '03-Feb-1988'],
      ...['Gender', 'female'],
      ...['Address', '1 High Street, ZZ1 1AA'],
      ...['From', 'Example NHS 111 (NZ999)'],
      ...['Telephone', '01632 960001'],
      ...['Seen by', 'Ms Ada Finch, Staff Nurse'],
      ...['To', 'Millbeck Surgery (A83999)'],
      ...['Date and time', '05-Jul-2026 18:05'],
      ...['Version', '2'],
    ]);
  });

  test('every free text, SNOMED CT and dm+d entry stands under its heading, in the order of the screen', async () => {
    const [page = []] = pagesOf(await consultationReport(report));
    assert.deepEqual(page.slice(23, 29), [
      ...['History', 'Cough for 10 days.', 'Temperature ≥ 38 °C .'],
      ...['Findings', 'Lower respiratory tract infection (SNOMED CT 50417007)'],
      'Amoxicillin 500mg capsules: 15 capsules (dm+d 323509004)',
    ]);
  });

  test('what fills several pages loses nothing; each page says whose it is and which of how many', async () => {
    const sections = Array.from({ length: 60 }, (_, n) => ({
      heading: `Heading ${n}`,
      entries: [{ text: `Text ${n} ${'and more '.repeat(40)}` }],
    }));
    const pages = pagesOf(await consultationReport({ ...report, sections }));
    assert.ok(pages.length > 5);
    for (const [index, page] of pages.entries()) {
      assert.ok(page.includes('ŻÓŁKIEWSKA, Aoife Mæve (Ms)   NHS number 901 000 0036'));
      assert.equal(page.at(-1), `Page ${index + 1} of ${pages.length}`);
      assert.ok(!/^Heading/.test(page.at(-4)!), 'no heading alone at the foot');
    }
    const all = pages.flat().join(' ');
    for (let n = 0; n < 60; n++) assert.ok(all.includes(`Heading ${n} Text ${n} and more`), `${n}`);
  });

  test('readers aloud get a title, a language, headings and paragraphs', async () => {
    const pdf = (await consultationReport(report)).toString('latin1');
    for (const part of ['/MarkInfo', '/StructTreeRoot', '/S /H1', '/S /H2', '/S /P', '/Lang (en-GB)']) {
      assert.ok(pdf.includes(part), part);
    }
  });
});
