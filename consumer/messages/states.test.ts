// The state machine as a table, and that the order of answers does not matter. spec: messaging §3.5
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type MessageEvent, type MessageState, nextState, transitions } from './states.ts';

const published: readonly (readonly [MessageState, MessageEvent, MessageState])[] = [
  ['built', 'claimed', 'sending'],
  ['built', 'replaced-unsent', 'superseded'],
  ['sending', 'accepted', 'sent'],
  ['sending', 'refused', 'failed'],
  ['sending', 'not-sent', 'built'],
  ['sending', 'outcome-unknown', 'unconfirmed'],
  ['sent', 'report', 'failed'],
  ['sent', 'inf-positive', 'inf-ok'],
  ['sent', 'inf-negative', 'failed'],
  ['sent', 'bus-positive', 'delivered'],
  ['sent', 'timed-out', 'unconfirmed'],
  ['inf-ok', 'bus-positive', 'delivered'],
  ['inf-ok', 'bus-negative', 'failed'],
  ['inf-ok', 'timed-out', 'unconfirmed'],
  ['unconfirmed', 'inf-positive', 'inf-ok'],
  ['unconfirmed', 'bus-positive', 'delivered'],
  ['unconfirmed', 'bus-negative', 'failed'],
  ['delivered', 'bus-negative', 'failed'],
  ['delivered', 'inf-positive', 'delivered'],
  ['delivered', 'timed-out', 'delivered'],
  ['failed', 'bus-positive', 'failed'],
  ['superseded', 'claimed', 'superseded'],
];

for (const [from, event, to] of published) {
  test(`${from}, ${event}: ${to}`, () => assert.equal(nextState(from, event), to));
}

test('every state of the table is reached from built, and the ends have no way out but to failed', () => {
  const reached = new Set<MessageState>(['built']);
  for (const state of reached) for (const next of Object.values(transitions[state])) reached.add(next);
  assert.deepEqual([...reached].sort(), Object.keys(transitions).sort());
  assert.deepEqual(transitions.failed, {});
  assert.deepEqual(new Set(Object.values(transitions.delivered)), new Set(['failed']));
});

test('answers in any order lead to the same state, and one negative answer is enough', () => {
  const answer = fc.constantFrom<MessageEvent>(
    ...(['report', 'inf-positive', 'inf-negative', 'bus-positive', 'bus-negative'] as const),
  );
  fc.assert(
    fc.property(fc.uniqueArray(answer), fc.infiniteStream(fc.nat()), (events, order) => {
      const shuffled = events.map((event) => ({ event, at: order.next().value as number }));
      shuffled.sort((a, b) => a.at - b.at);
      const end = (list: readonly MessageEvent[]) => list.reduce<MessageState>(nextState, 'sent');
      const state = end(events);
      assert.equal(end(shuffled.map(({ event }) => event)), state);
      const negative = events.some((event) => event === 'report' || event.endsWith('negative'));
      assert.equal(state === 'failed', negative);
    }),
  );
});
