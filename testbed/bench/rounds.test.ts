// The statistics every printed figure rests on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { interleaved, percentile, ratioOf, spreadOf } from './rounds.ts';

test('a percentile lies between the two values nearest to it', () => {
  assert.equal(percentile([1, 2, 3, 4], 50), 2.5);
  assert.equal(percentile([1, 2, 3, 4], 0), 1);
  assert.equal(percentile([1, 2, 3, 4], 100), 4);
  assert.throws(() => percentile([], 50), RangeError);
});

test('a spread does not depend on the order of its values', () => {
  assert.deepEqual(spreadOf([10, 2, 9]), { median: 9, min: 2, max: 10 });
});

test('a ratio is that of the medians, its limits those of the pairs of one round', () => {
  assert.deepEqual(ratioOf([2, 4, 9], [1, 4, 3]), { median: 4 / 3, min: 1, max: 3 });
});

test('every round runs every way once and begins with another', async () => {
  const order: string[] = [];
  const way = (name: string) => async (round: number) => {
    order.push(`${name}${round}`);
    return round;
  };
  const samples = await interleaved(2, { a: way('a'), b: way('b'), c: way('c') });
  assert.deepEqual(order, ['a0', 'b0', 'c0', 'b1', 'c1', 'a1']);
  assert.deepEqual(samples, { a: [0, 1], b: [0, 1], c: [0, 1] });
});
