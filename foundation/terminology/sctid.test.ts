// Identifiers: the contract's own examples, and what the check digit promises. spec: terminology §2.1, §4.1
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { demonstrationConcepts, parseSctid, sctidCheckDigit } from './index.ts';

const valid: readonly (readonly [string, readonly string[]])[] = [
  ['concept', ['100005', '11000001102', '10989121108', '1290989121103', '999999990989121104', '195967001']],
  ['description', ['100014', '1290023401015', '1290000001117', '301485011']],
  ['relationship', ['100022', '9940000001029', '9940000001126']],
];

for (const [kind, ids] of valid) {
  test(`the contract's ${kind} identifiers are read as such (T-01)`, () => {
    for (const id of ids) {
      const parsed = parseSctid(id);
      assert.ok(parsed.ok, id);
      assert.equal(parsed.kind, kind);
    }
  });
}

for (const [text, reason] of [
  ['195967002', 'badCheckDigit'],
  ['195976001', 'badCheckDigit'],
  ['773860006', 'badCheckDigit'],
  ['19596700', 'badCheckDigit'],
  ['1091811000000100', 'badCheckDigit'],
  ['0195967001', 'leadingZero'],
  ['12345', 'tooShort'],
  ['1234567890123456789', 'tooLong'],
  ['', 'empty'],
  ['1.9641142e+17', 'notDigits'],
  [195967001, 'notString'],
] as const) {
  test(`${JSON.stringify(text)} is refused: ${reason} (T-01)`, () => {
    assert.deepEqual(parseSctid(text), { ok: false, reason });
  });
}

test('white space around an identifier is dropped and said so', () => {
  assert.deepEqual(parseSctid(' 195967001 '), { ok: true, id: '195967001', kind: 'concept', trimmed: true });
});

test('the namespace of a long identifier is told', () => {
  const parsed = parseSctid('1030121000006109');
  assert.ok(parsed.ok);
  assert.equal(parsed.namespace, '1000006');
});

test('the check digit finds every single wrong digit and every swap of neighbours', () => {
  const digits = fc.stringMatching(/^[1-9]\d{5,16}$/);
  fc.assert(
    fc.property(digits, fc.nat(), fc.integer({ min: 1, max: 9 }), (body, where, by) => {
      const id = `${body}${sctidCheckDigit(body)}`;
      const at = where % id.length;
      const wrong = id.slice(0, at) + ((Number(id[at]) + by) % 10) + id.slice(at + 1);
      const fault = parseSctid(wrong);
      assert.ok(!fault.ok && fault.reason !== 'badPartition', wrong);
      const swapped = id.slice(0, at) + (id[at + 1] ?? '') + id[at] + id.slice(at + 2);
      if (swapped !== id && at + 1 < id.length) assert.ok(!parseSctid(swapped).ok, swapped);
    }),
  );
});

test('every id and description id of the demonstration table has a right check digit', () => {
  for (const concept of demonstrationConcepts()) {
    const id = parseSctid(concept.conceptId);
    assert.ok(id.ok && id.kind === 'concept', concept.conceptId);
    for (const descriptionId of [
      concept.descriptionId,
      ...(concept.otherDescriptions ?? []).map((other) => other.descriptionId),
    ]) {
      if (descriptionId === undefined) continue;
      const parsed = parseSctid(descriptionId);
      assert.ok(parsed.ok && parsed.kind === 'description', descriptionId);
    }
  }
});
