import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decimalNumber, decimalText, isDecimal } from './decimals.ts';
import { parseJson, serializeJson } from './json.ts';
import { FhirSyntaxError } from './syntax-error.ts';

function refusal(document: string | Uint8Array, limits = {}): FhirSyntaxError {
  try {
    parseJson(document, limits);
  } catch (error) {
    assert.ok(error instanceof FhirSyntaxError, String(error));
    return error;
  }
  return assert.fail('the document was accepted');
}

const observation = (value: string): string =>
  `{"resourceType":"Observation","valueQuantity":{"value":${value}}}`;

test('decimals are written back as they were read', () => {
  for (const value of [
    '1.10',
    '0.0',
    '-0',
    '100.00',
    '1e3',
    '1.0E-5',
    '12345678901234567890',
    '0.12345678901234567890',
    '-7.50',
    '7',
  ]) {
    assert.equal(serializeJson(parseJson(observation(value))), observation(value));
  }
});

test('a decimal kept as written can be read as a number', () => {
  const { valueQuantity } = parseJson(observation('1.10')) as unknown as {
    valueQuantity: { value: unknown };
  };
  assert.equal(isDecimal(valueQuantity.value), true);
  assert.equal(decimalText(valueQuantity.value), '1.10');
  assert.equal(decimalNumber(valueQuantity.value), 1.1);
});

test('decimals survive beside escapes that need care, and beside texts that look like numbers', () => {
  const text = '{"resourceType":"Observation","comment":"\\ud83d\\ude00 1.10","a":[1.10,"1.10",{"b":2.50}]}';
  assert.deepEqual(JSON.parse(serializeJson(parseJson(text))), JSON.parse(text));
  assert.match(serializeJson(parseJson(text)), /\[1\.10,"1\.10",\{"b":2\.50\}\]/);
});

test('any JSON object with a resource type is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.boolean(), (json, exact) => {
      const text = `{"resourceType":"Basic",${exact ? '"n":1.50,' : ''}"x":${json}}`;
      const expected = JSON.parse(text);
      let actual: unknown;
      try {
        actual = parseJson(text);
      } catch (error) {
        // Only texts that FHIR forbids may be refused.
        assert.match((error as Error).message, /characters that FHIR does not allow|unknown element/);
        return;
      }
      assert.deepEqual(JSON.parse(serializeJson(actual as object)), expected);
    }),
  );
});

test('any finite number keeps its value', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
      const text = observation(JSON.stringify(number));
      assert.equal(serializeJson(parseJson(text)), text);
    }),
  );
});

test('a name that stands twice is refused, with its path', () => {
  assert.equal(refusal('{"resourceType":"Patient","id":"a","id":"b"}').path, 'id');
  const nested = refusal(
    '{"resourceType":"Patient","name":[{"text":"{\\"text\\""},{"text":"x","use":"y","text":"z"}]}',
  );
  assert.equal(nested.path, 'name[1].text');
  assert.equal(refusal('{"resourceType":"Patient","a":{"b":1},"\\u0061":2}').path, 'a');
});

test('what JSON.parse would let through but FHIR does not is refused', () => {
  const cases: [string | Uint8Array, RegExp][] = [
    ['{"resourceType":"Patient","__proto__":{"a":1}}', /unknown element/],
    ['{"resourceType":"Patient","id":"a\\u0000b"}', /characters/],
    ['{"resourceType":"Patient","id":"\\b"}', /characters/],
    ['{"resourceType":"Patient","id":"\\ud800"}', /characters/],
    ['{"resourceType":"Patient","id":"\\u0001" ,"a":1.10}', /characters/],
    ['[]', /one JSON object/],
    ['null', /one JSON object/],
    ['"x"', /one JSON object/],
    ['{}', /name of a resource/],
    ['{"resourceType":5}', /name of a resource/],
    ['{"resourceType":""}', /name of a resource/],
    [Uint8Array.from([0x7b, 0xff, 0x7d]), /UTF-8/],
    [`{"resourceType":"Patient","id":"${'\ud800'}"}`, /characters/],
  ];
  for (const [document, reason] of cases) assert.match(refusal(document).reason, reason);
});

test('text that is not JSON is refused without repeating it', () => {
  const broken = [
    '',
    '{',
    '{"resourceType":"Patient",}',
    "{'a':1}",
    '{"a":01}',
    '{"a":1.}',
    '{"a":-}',
    '{"a":1.10.5}',
    '{1.10:2}',
    '{"resourceType":"Patient","a":{1.10:2}}',
    '{"a":1.10"b"}',
    '{"a" 1.10}',
    '{"a":NaN}',
    '{"secret-9434765919"',
  ];
  for (const document of broken) {
    const { message } = refusal(document);
    assert.equal(message, 'not well-formed JSON', document);
  }
});

test('documents over the limits are refused', () => {
  const deep = (levels: number): string =>
    `{"resourceType":"Basic","x":${'['.repeat(levels)}${']'.repeat(levels)}}`;
  assert.doesNotThrow(() => parseJson(deep(63)));
  assert.match(refusal(deep(64)).reason, /too deeply/);
  assert.match(refusal(deep(1_000_000)).reason, /too deeply/);
  assert.match(refusal('{"resourceType":"Basic"}', { maxBytes: 10 }).reason, /too large/);
  assert.match(refusal('{"resourceType":"Basic","a":1}', { maxElements: 1 }).reason, /too many/);
});

test('a byte order mark is dropped', () => {
  const text = '\ufeff{"resourceType":"Basic"}';
  assert.deepEqual(parseJson(text), { resourceType: 'Basic' });
  assert.deepEqual(parseJson(Buffer.from(text)), { resourceType: 'Basic' });
});
