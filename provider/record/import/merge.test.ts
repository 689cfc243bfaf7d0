// Two copies of one resource: the newer wins, nothing is lost, doing it again is idle.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeResource } from './merge.ts';

const base = { resourceType: 'Condition', id: 'c' };

test('a copy that adds nothing leaves the other as it is', () => {
  const known = { ...base, note: [{ text: 'x' }], onsetDateTime: '2020' };
  assert.equal(mergeResource(known, { ...base, onsetDateTime: '2020' }), known);
});

test('the later copy wins, and keeps what only the earlier said', () => {
  const merged = mergeResource(
    { ...base, clinicalStatus: 'active', note: [{ text: 'x' }] },
    { ...base, clinicalStatus: 'inactive' },
  );
  assert.deepEqual(merged, { ...base, clinicalStatus: 'inactive', note: [{ text: 'x' }] });
});

test('links of a problem add up, its significance does not', () => {
  const link = (id: string) => ({
    url: 'https://h/Extension-CareConnect-RelatedClinicalContent-1',
    valueReference: { reference: `Observation/${id}` },
  });
  const significance = (code: string) => ({
    url: 'https://h/Extension-CareConnect-ProblemSignificance-1',
    valueCode: code,
  });
  const merged = mergeResource(
    { ...base, extension: [significance('minor'), link('a'), link('b')] },
    { ...base, extension: [significance('major'), link('b'), link('c')] },
  );
  assert.deepEqual(merged.extension, [significance('major'), link('b'), link('c'), link('a')]);
});

test('two variants of one choice never stand together', () => {
  const merged = mergeResource(
    { ...base, onsetDateTime: '2020' },
    { ...base, onsetPeriod: { start: '2020-01-02' } },
  );
  assert.deepEqual(merged, { ...base, onsetPeriod: { start: '2020-01-02' } });
});

test('merging the same two copies again changes nothing', () => {
  const one = { ...base, clinicalStatus: 'active', note: [{ text: 'x' }] };
  const two = { ...base, clinicalStatus: 'inactive', identifier: [{ system: 's', value: '1' }] };
  const first = mergeResource(one, two);
  const again = mergeResource(mergeResource(first, one), two);
  assert.deepEqual(again, first);
});
