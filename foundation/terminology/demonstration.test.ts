// The demonstration table itself: what everything built on it relies on. spec: terminology §7
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demonstrationConcepts } from './index.ts';

test('every demonstration concept has its own id, a term and a category, and parents inside the table', () => {
  const concepts = demonstrationConcepts();
  const ids = new Set(concepts.map((concept) => concept.conceptId));
  assert.equal(ids.size, concepts.length);
  assert.ok(concepts.length > 500);
  for (const concept of concepts) {
    assert.match(concept.conceptId, /^\d{6,18}$/);
    assert.ok(concept.term && concept.category && concept.use);
    for (const parent of concept.parents ?? [])
      assert.ok(ids.has(parent), `${concept.conceptId} → ${parent}`);
  }
});
