// What stands beside a message, and in the lists: names, terms, values with their units, and what the user may do.
// spec: messaging §5.5, SG-03, SG-12, SG-19, SG-23
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { system } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import { type Extra, observation, pressure, snomedConcept, updateRecord } from '../messages-for-tests.ts';
import { type PracticeApiUnderTest, pargeter, startPracticeApi } from './practice-api-for-tests.ts';

const now = new Date();
const message = (systolic: number, diastolic: number) =>
  updateRecord({ patient: pargeter, at: now, extras: [pressure(systolic, diastolic)] });

for (const { name, fresh } of testStores()) {
  describe(`what stands beside a message, on ${name}`, () => {
    let it: PracticeApiUnderTest;
    before(async () => {
      it = await startPracticeApi(await fresh());
      await it.file(await it.deliver(message(127, 78)));
    });
    after(() => it?.provider.close());

    test('SG-23: a last value has the record’s own term and unit, the systolic value first', async () => {
      const { record } = await it.deliver(message(131, 79));
      const [last] = record.sameKind;
      assert.ok(last.display.length > 0 && !/^\d+$/.test(last.display), last.display);
      assert.equal(last.unit, 'mm[Hg]');
      assert.deepEqual(
        last.components.map(({ value }: { value: number }) => value),
        [127, 78],
      );
    });

    test('SG-23: every blood pressure is of the same kind, however it was taken; a weight is not', async () => {
      const deliver = (extra: Extra) =>
        it.deliver(updateRecord({ patient: pargeter, at: now, extras: [extra] }));
      const older = await deliver((scene) => ({
        ...pressure(133, 81)(scene),
        code: snomedConcept('75367002', 'Blood pressure'),
      }));
      assert.ok(older.record.sameKind.length > 0);
      const kilograms = { value: 71, unit: 'kilogram', system: system.ucum, code: 'kg' };
      const weight = await deliver(observation('27113001', 'Body weight', { valueQuantity: kilograms }));
      assert.ok(weight.entries.some(({ code }: { code: string | null }) => code === '27113001'));
      assert.deepEqual(
        weight.record.sameKind.filter(({ components }: { components?: unknown }) => components !== undefined),
        [],
      );
    });

    test('§5.5: the list says whom each message is about', async () => {
      const { body } = await it.call('GET', '/inbox');
      assert.deepEqual(body[0].patient, { family: 'Pargeter', given: ['Tamsin'], birthDate: '1974-09-30' });
    });

    test('SG-03: an item says what this user may do with it', async () => {
      const [{ item }] = (await it.call('GET', '/inbox')).body;
      const mayAs = async (as: 'doctor' | 'reviewer' | 'reader') =>
        (await it.call('GET', `/inbox/items/${item}`, { as })).body.may;
      assert.deepEqual(await mayAs('doctor'), { review: true, act: true });
      assert.deepEqual(await mayAs('reviewer'), { review: true, act: false });
      assert.deepEqual(await mayAs('reader'), { review: false, act: false });
    });

    test('SG-12: what was filed is told by its term, not by its code alone', async () => {
      const { body } = await it.call('POST', '/inbox/look-back', { body: {}, as: 'lead' });
      const coded = body.filter(
        ({ as, code }: { as: string; code: string | null }) => as === 'coded' && code,
      );
      assert.ok(coded.length > 0);
      assert.ok(coded.every(({ term }: { term: string | null }) => term !== null && term.length > 0));
    });
  });
}
