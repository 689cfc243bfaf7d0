import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dueText } from './times.ts';

test('what is due when a London day ends is due at the end of that day, in winter and summer', () => {
  assert.equal(dueText('2026-11-24T00:00:00Z'), 'end of 23 Nov 2026');
  assert.equal(dueText('2026-06-30T23:00:00Z'), 'end of 30 Jun 2026');
  assert.equal(dueText('2026-11-24T09:30:00Z'), '24 Nov 2026, 09:30');
});
