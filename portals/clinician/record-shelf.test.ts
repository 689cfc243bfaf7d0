// How long, how many and whose: the bounds of the records held in memory.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRecordShelf, type OpenRecord } from './record-shelf.ts';

const record = (handle: string, bytes = 10) => ({ handle, bytes }) as OpenRecord;

function shelfAt(largestTotalBytes = 100) {
  let now = 0;
  const shelf = createRecordShelf({ idleSeconds: 600, largestTotalBytes, clock: () => now });
  return { shelf, wait: (seconds: number) => (now += seconds * 1000) };
}

test('a session holds one record: the last', () => {
  const { shelf } = shelfAt();
  shelf.put('s', record('a'));
  shelf.put('s', record('b', 30));
  assert.equal(shelf.find('s', 'a'), undefined);
  assert.equal(shelf.find('s', 'b')?.handle, 'b');
  assert.deepEqual([shelf.size, shelf.bytes], [1, 30]);
});

test('a look keeps a record; ten minutes without one drop it', () => {
  const { shelf, wait } = shelfAt();
  shelf.put('s', record('a'));
  wait(599);
  assert.ok(shelf.find('s', 'a'));
  wait(599);
  assert.ok(shelf.find('s', 'a'));
  wait(600);
  assert.equal(shelf.find('s', 'a'), undefined);
  assert.deepEqual([shelf.size, shelf.bytes], [0, 0]);
});

test('sweeping drops what nobody looks at, without waiting for a look', () => {
  const { shelf, wait } = shelfAt();
  shelf.put('old', record('a'));
  wait(400);
  shelf.put('new', record('b'));
  wait(200);
  shelf.sweep();
  assert.deepEqual([shelf.size, shelf.bytes], [1, 10]);
});

test('when room is needed the record looked at longest ago goes first', () => {
  const { shelf } = shelfAt(100);
  shelf.put('one', record('a', 40));
  shelf.put('two', record('b', 40));
  shelf.find('one', 'a');
  shelf.put('three', record('c', 50));
  assert.equal(shelf.find('two', 'b'), undefined);
  assert.ok(shelf.find('one', 'a'));
  assert.deepEqual([shelf.size, shelf.bytes], [2, 90]);
});

test('a record of another session is not found, even by its handle', () => {
  const { shelf } = shelfAt();
  shelf.put('s', record('a'));
  assert.equal(shelf.find('t', 'a'), undefined);
});
