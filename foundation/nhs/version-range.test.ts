import assert from 'node:assert/strict';
import { test } from 'node:test';
import { versionInRange, versionRangePattern } from './version-range.ts';

test('INC-03: what may be typed as a range of versions', () => {
  for (const range of ['>=3.1.0 <3.1.4 || =4', '>= 3.1.0', '3', ' <4.0 '])
    assert.match(range, versionRangePattern, range);
  for (const text of ['latest', '', '>=', '3.1.x', '>=3 ||', '1.2.3.4.5'])
    assert.doesNotMatch(text, versionRangePattern, text);
});

test('INC-03: a range means the same however its blanks stand; nothing lies in what is no range', () => {
  for (const range of ['>=3.1.0 <3.1.4 || =4', '>= 3.1.0 < 3.1.4 || 4.0']) {
    for (const inside of ['3.1.0', '3.1.3.9', '4.0.0']) assert.ok(versionInRange(inside, range), inside);
    for (const outside of ['3.1.4', '3.0.9', '4.0.1', '3.10']) assert.ok(!versionInRange(outside, range));
  }
  for (const text of ['latest', '', '>=', '>=3 and more', '||'])
    assert.ok(!versionInRange('3.1', text), text);
});
