// How the answer leaves: JSON and XML, untouched texts as stored, at the reader's pace, failing loudly.
// spec: access-record-structured §5, §10; stack §5
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { decimalFrom } from '@gp-connect/foundation/fhir';
import { structuredRecord, structuredRequest } from './index.ts';
import { allergy, drug, type Made, note, observation, ods, problem } from './made-up-record.ts';
import {
  type Asked,
  Collector,
  openSurgery,
  parameters,
  practiceContext,
  type Surgery,
  storeNames,
  today,
  trace,
} from './surgery.ts';

for (const store of storeNames) {
  describe(`on ${store}`, () => {
    let surgery: Surgery;
    before(async () => {
      surgery = await openSurgery(store);
    });
    after(() => surgery.close());

    const answerTo = (...asked: Asked[]) =>
      structuredRecord(
        surgery.records,
        practiceContext(),
        structuredRequest(parameters(...asked), { today, filterSignificance: true }),
        trace,
      );

    const many = (count: number): Made[] =>
      Array.from({ length: count }, (_, at) =>
        observation(`u${at}`, { date: '2024-01-01', text: `Entry ${at} ${'x'.repeat(300)}` }),
      );

    test('JSON and XML carry the same answer', async () => {
      await surgery.hold([
        ...drug('m1', { issues: ['2024-01-01'] }),
        allergy('a1', { text: 'Nüsse & "Samen" <alle> 🥜' }),
        allergy('a9', { ended: '2020' }),
        problem('c1', { content: ['MedicationRequest/m1-plan'] }),
        note('n1', 'two\nlines'),
      ]);
      const asked: Asked[] = [
        'includeMedication',
        ['includeAllergies', ['includeResolvedAllergies', 'valueBoolean', true]],
        'includeTelepathy',
      ];
      const json = await surgery.ask(asked);
      const xml = await surgery.ask(asked, { format: 'xml' });
      assert.ok(
        xml.text.startsWith('<?xml version="1.0" encoding="UTF-8"?><Bundle xmlns="http://hl7.org/fhir">'),
      );
      assert.deepEqual(xml.bundle, json.bundle);
    });

    test('Numbers keep the digits they were recorded with, in untouched and in changed resources', async () => {
      const value = { value: decimalFrom('1.10'), unit: 'mmol/L' };
      await surgery.hold([
        observation('u1', { value }),
        observation('u2', { value, related: [['has-member', 'Observation/gone']] }),
      ] as Made[]);
      for (const format of ['json', 'xml'] as const) {
        const got = await surgery.ask(['includeUncategorisedData'], { format });
        assert.equal(got.text.match(/1\.10/g)?.length, 2, format);
      }
    });

    test('Untouched resources leave as the very text that was stored', async () => {
      await surgery.hold(many(3));
      const got = await surgery.ask(['includeUncategorisedData']);
      for (const id of ['u0', 'u1', 'u2']) {
        const stored = await surgery.records.resource(ods, 'Observation', id);
        assert.ok(got.text.includes(`{"resource":${stored!.json}}`));
      }
    });

    test('A long answer leaves in chunks and waits for a slow reader', async () => {
      await surgery.hold(many(2_100));
      const answer = await answerTo('includeUncategorisedData');
      const chunks: string[] = [];
      let pending = 0;
      let most = 0;
      const slow = new Writable({
        decodeStrings: false,
        highWaterMark: 1,
        write(chunk: string, _encoding, done) {
          pending += 1;
          most = Math.max(most, pending);
          chunks.push(chunk);
          setImmediate(() => {
            pending -= 1;
            done();
          });
        },
      });
      await answer.write(slow, 'json');
      assert.ok(chunks.length > 10);
      assert.equal(most, 1, 'a chunk is written only after the one before was taken');
      assert.equal(slow.writableLength, 0);
      assert.ok(chunks.every((chunk) => chunk.length < 128 * 1024));
      assert.equal(JSON.parse(chunks.join('')).entry.length, 2_100 + 5);
    });

    test('An answer whose reader goes away, or that is aborted, rejects', async () => {
      await surgery.hold(many(2_100));
      const gone = new Writable({
        highWaterMark: 1,
        write() {
          setImmediate(() => this.destroy());
        },
      });
      await assert.rejects(
        async () => (await answerTo('includeUncategorisedData')).write(gone, 'json'),
        /closed/,
      );

      const stopping = new AbortController();
      const stuck = new Writable({
        highWaterMark: 1,
        write() {
          setImmediate(() => stopping.abort(new Error('enough')));
        },
      });
      await assert.rejects(
        async () => (await answerTo('includeUncategorisedData')).write(stuck, 'json', stopping.signal),
        /enough/,
      );
      await assert.rejects(
        async () => (await answerTo('includeProblems')).write(new Collector(), 'json', AbortSignal.abort()),
        { name: 'AbortError' },
      );
    });

    test('A record that changes between the checks and the writing is answered as it is then', async () => {
      await surgery.hold([observation('u1')]);
      const answer = await answerTo('includeUncategorisedData');
      await surgery.hold([observation('u1', { confidential: true }), observation('u2')]);
      const sink = new Collector();
      await answer.write(sink, 'json');
      assert.ok(!sink.text().includes('Observation/u1'));
      assert.ok(sink.text().includes('Observation/u2'));
    });

    test('A person who dissents between the checks and the writing gets nothing sent', async () => {
      await surgery.hold([observation('u1')], { sharing: 'share' });
      const answer = await answerTo('includeUncategorisedData');
      await surgery.hold([observation('u1')], { sharing: 'dissent' });
      const sink = new Collector();
      await assert.rejects(answer.write(sink, 'json'), { code: 'NO_PATIENT_CONSENT' });
      assert.equal(sink.text(), '');
      await surgery.hold([], { sharing: 'share' });
    });

    test('A resource the XML cannot carry rejects instead of being dropped', async () => {
      await surgery.hold([observation('u1', { elements: { unheardOf: 'x' } })]);
      const answer = await answerTo('includeUncategorisedData');
      await assert.rejects(answer.write(new Collector(), 'xml'));
    });

    test('The answer names the areas asked for that are on', async () => {
      await surgery.hold([]);
      const request = structuredRequest(parameters('includeProblems', 'includeReferrals'), {
        today,
        filterSignificance: true,
      });
      const answer = await structuredRecord(
        surgery.records,
        practiceContext({ off: ['referrals'] }),
        request,
        trace,
      );
      assert.deepEqual(answer.areas, ['problems']);
    });
  });
}
