// Who read what, and the record as others are shown it, over the practice's API and real TLS.
// spec: national-service DCC-06, DCC-08, AUD-08
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { system } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import { people } from '../../service/made-up-practice-for-tests.ts';
import { pressure, updateRecord } from '../messages-for-tests.ts';
import { type PracticeApiUnderTest, pargeter, startPracticeApi } from './practice-api-for-tests.ts';

const { number } = people.shared;
const everyArea = [
  'includeMedication',
  'includeProblems',
  'includeConsultations',
  'includeImmunisations',
  'includeUncategorisedData',
  'includeInvestigations',
  'includeReferrals',
  'includeDiaryEntries',
];

for (const { name, fresh } of testStores()) {
  describe(`who read what, on ${name}`, () => {
    let it: PracticeApiUnderTest;
    before(async () => {
      it = await startPracticeApi(await fresh());
    });
    after(() => it?.provider.close());

    const read = () =>
      it.provider.ask({
        row: '19',
        path: '/Patient/$gpc.getstructuredrecord',
        body: JSON.stringify({
          resourceType: 'Parameters',
          parameter: [
            { name: 'patientNHSNumber', valueIdentifier: { system: system.nhsNumber, value: number } },
            { name: 'includeAllergies', part: [{ name: 'includeResolvedAllergies', valueBoolean: true }] },
            ...everyArea.map((area) => ({ name: area })),
          ],
        }),
      });
    const reads = (body: object = {}) =>
      it.call('POST', '/record/reads', { body: { nhsNumber: number, ...body }, as: 'lead' });
    const preview = (view = 'structured', as: 'lead' | 'reader' = 'lead') =>
      it.call('POST', '/record/preview', { body: { nhsNumber: number, view }, as });
    const shapeOf = (bundle: { entry: { resource: Record<string, unknown> }[] }) =>
      bundle.entry
        .map(({ resource: { id, ...resource } }) =>
          resource.resourceType === 'List' ? { ...resource, date: '' } : { id, ...resource },
        )
        .map((resource) => JSON.stringify(resource));

    test('DCC-06: organisation, user, purpose and areas of every read, newest first and by the page', async () => {
      assert.deepEqual((await reads()).body, { reads: [], next: null });
      for (let times = 0; times < 3; times += 1) assert.equal((await read()).status, 200);
      const first = (await reads({ limit: 2 })).body;
      assert.equal(first.reads.length, 2);
      const { read: index, at, areas, ...rest } = first.reads[0];
      assert.ok(Number.isInteger(index) && !Number.isNaN(Date.parse(at)));
      assert.ok(areas.includes('allergies') && areas.includes('diary'));
      assert.deepEqual(rest, {
        organisation: { ods: 'X99998', name: 'Example Urgent Care' },
        user: 'Dr Ada Quill',
        role: rest.role,
        product: 'ar-structured',
        purpose: 'directcare',
        outcome: 'shared',
      });
      const second = (await reads({ limit: 2, cursor: first.next })).body;
      assert.deepEqual([second.reads.length, second.next], [1, null]);
      assert.ok(second.reads[0].read < first.reads[1].read);
      assert.deepEqual((await reads({ to: '2020-01-01' })).body.reads, []);
      assert.equal((await reads({ from: '2020-01-01', limit: 200 })).body.reads.length, 3);
    });

    test('who read what is for leads, of the practice’s own patients, and refuses what it cannot read', async () => {
      const asReader = await it.call('POST', '/record/reads', { body: { nhsNumber: number }, as: 'reader' });
      assert.deepEqual([asReader.status, asReader.body.requirement], [403, 'SG-03']);
      assert.equal((await reads({ nhsNumber: '9999999999' })).status, 404);
      assert.equal((await reads({ cursor: 'first' })).status, 400);
      assert.equal((await reads({ limit: 1000 })).status, 400);
      assert.equal((await reads({ from: 'yesterday' })).status, 400);
    });

    test('DCC-06: the privacy officer sees who read what, and nothing else of the inbox', async () => {
      const as = 'privacy';
      const seen = await it.call('POST', '/record/reads', { body: { nhsNumber: number }, as });
      assert.deepEqual([seen.status, seen.body.reads.length], [200, 3]);
      assert.equal((await it.call('GET', '/inbox/filed/99999/reads', { as })).status, 404);
      const elsewhere = await Promise.all([
        it.call('GET', '/inbox', { as }),
        it.call('GET', '/inbox/controls', { as }),
        it.call('POST', '/inbox/look-back', { body: {}, as }),
        it.call('POST', '/record/preview', { body: { nhsNumber: number, view: 'structured' }, as }),
        it.call('GET', '/inbox/counters?since=2026-01-01', { as }),
      ]);
      assert.deepEqual(
        elsewhere.map(({ status }) => status),
        elsewhere.map(() => 403),
      );
    });

    test('DCC-06: reads of a filed entry are those since it was filed', async () => {
      const item = await it.deliver(
        updateRecord({ patient: pargeter, at: new Date(), extras: [pressure(128, 76)] }),
      );
      await it.file(item);
      const found = await it.call('POST', '/inbox/look-back', { body: {}, as: 'lead' });
      const { filed } = found.body[0];
      const since = () => it.call('GET', `/inbox/filed/${filed}/reads`, { as: 'lead' });
      assert.deepEqual((await since()).body, { reads: [], next: null });
      await read();
      const { reads: seen } = (await since()).body;
      assert.deepEqual(
        seen.map((one: { user: string }) => one.user),
        ['Dr Ada Quill'],
      );
      const missing = await it.call('GET', '/inbox/filed/99999/reads', { as: 'lead' });
      assert.equal(missing.status, 404);
    });

    test('DCC-08: the preview is what a consumer gets, with its withheld signals, and no read from outside', async () => {
      const views = (await it.call('GET', '/record/views', { as: 'lead' })).body;
      assert.deepEqual(
        views.map(({ view }: { view: string }) => view),
        ['structured', 'documents'],
      );
      const [{ filed }] = (await it.call('POST', '/inbox/look-back', { body: {}, as: 'lead' })).body;
      await it.call('POST', `/inbox/filed/${filed}/quarantine`, { body: { reason: 'misfiled' } });
      const before = (await reads()).body.reads.length;
      const shown = await preview();
      assert.equal(shown.status, 200, shown.text);
      assert.equal((await reads()).body.reads.length, before, 'a preview is no read');
      const outside = await read();
      assert.deepEqual(shapeOf(JSON.parse(shown.body.body)), shapeOf(outside.body));
      const withheld = shown.body.signals.filter(
        ({ code }: { code: string }) => code === 'confidential-items',
      );
      assert.ok(withheld.length > 0, JSON.stringify(shown.body.signals));
      assert.ok(withheld.every(({ where, text }: { where: string; text: string }) => where && text));
      const documents = await preview('documents');
      assert.equal(JSON.parse(documents.body.body).type, 'searchset');
    });

    test('DCC-08: a product the practice switched off is previewed as consumers see it: refused', async () => {
      const by = { actor: 'test', reason: 'test' };
      const { controls } = it.provider.opened;
      const [{ practice }] = (await controls.all()) as [Awaited<ReturnType<typeof controls.all>>[number]];
      await controls.set(practice.ods, ['structured'], false, by);
      const shown = (await preview()).body;
      assert.equal(shown.status, 403);
      assert.match(shown.signals[0].text, /switched off/);
      await controls.set(practice.ods, ['structured'], true, by);
    });

    test('DCC-08: previews are for leads, of views and patients there are', async () => {
      assert.equal((await preview('structured', 'reader')).status, 403);
      assert.equal((await preview('everything')).status, 404);
      const unknown = { nhsNumber: '9999999999', view: 'structured' };
      assert.equal((await it.call('POST', '/record/preview', { body: unknown, as: 'lead' })).status, 404);
    });

    test('refusals are logged as answers, without a stack, and without the patient', async () => {
      const { lines } = it.provider;
      const failures = lines.filter((line) => /"level":(50|"error")/.test(line));
      assert.deepEqual(failures, []);
      assert.ok(lines.some((line) => line.includes('"refused":"NOT_ALLOWED"')));
      assert.ok(!lines.some((line) => line.includes(number)));
    });

    test('the audit names previews and questions of who read what as what they are', async () => {
      const audit = await it.provider.stopAndReadAudit();
      const previews = audit.filter(({ patient }) => patient.action === 'record-preview');
      assert.ok(previews.length >= 3);
      assert.ok(previews.every(({ patient }) => patient.kind === 'admin' && patient.nhsNumber === number));
      assert.match(String(previews[0]?.staff.name), /Practice Manager/);
      assert.ok(audit.some(({ patient }) => patient.kind === 'audit-read'));
    });
  });
}
