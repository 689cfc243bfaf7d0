import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decimalFrom } from './decimals.ts';
import {
  type FhirElement,
  type FhirType,
  type FhirVersion,
  resourceDefinition,
  typeDefinition,
} from './elements.ts';
import { type JsonResource, parseJson, serializeJson } from './json.ts';
import { isPlainText } from './primitives.ts';
import { validate } from './validate.ts';
import { fromXml } from './xml-read.ts';
import { toXml } from './xml-write.ts';

// Resources made up from the element tables themselves: every element and choice has its turn.

const digits = (maxLength: number): fc.Arbitrary<string> =>
  fc.stringMatching(/^\d+$/, { maxLength }).filter((text) => text.length <= maxLength);
const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter(isPlainText);
const primitives: Record<string, fc.Arbitrary<unknown>> = {
  boolean: fc.boolean(),
  integer: fc.integer(),
  unsignedInt: fc.nat(),
  positiveInt: fc.integer({ min: 1 }),
  decimal: fc.tuple(fc.nat(), digits(4)).map(([whole, part]) => decimalFrom(`${whole}.${part}`)),
  date: fc.constantFrom('1980', '1980-02', '1980-02-29'),
  dateTime: fc.constantFrom('1980', '2020-01-01T00:00:00Z', '2020-06-30T23:59:60.123+01:00'),
  instant: fc.constantFrom('2020-01-01T00:00:00Z', '2020-01-01T00:00:00.5-05:00'),
  time: fc.constantFrom('00:00:00', '23:59:59.9'),
  id: fc.stringMatching(/^[A-Za-z0-9\-.]{1,64}$/),
  code: fc.stringMatching(/^[a-z]{1,8}( [a-z]{1,8})?$/),
  uri: fc.webUrl(),
  url: fc.webUrl(),
  canonical: fc.webUrl(),
  oid: fc.constant('urn:oid:1.2.3'),
  uuid: fc.uuid().map((uuid) => `urn:uuid:${uuid}`),
  base64Binary: fc.base64String({ minLength: 4, maxLength: 16 }),
  string: text,
  markdown: text,
};
const narrative = fc.constantFrom('<div xmlns="http://www.w3.org/1999/xhtml">a<br/>&amp;</div>');

function valueFor(version: FhirVersion, element: FhirElement, depth: number): fc.Arbitrary<unknown> {
  if (element.form === 'xhtml') return narrative;
  if (element.form === 'primitive') return primitives[element.type]!;
  if (element.form === 'resource') return fc.constant({ resourceType: 'Basic', id: 'b' });
  return objectOf(version, typeDefinition(version, element.type)!, depth + 1);
}

const leanest = 2;

/**
 * An object with a few of a type's elements besides `id`, never more than one of a choice. Deep down only primitives
 * are used, or the extension where a type has none.
 */
function objectOf(
  version: FhirVersion,
  type: FhirType,
  depth: number,
): fc.Arbitrary<Record<string, unknown>> {
  const all = [...type.elements.values()].filter(({ name }) => name !== 'id');
  const lean = all.filter(({ form }) => form === 'primitive');
  const candidates = depth < leanest ? all : lean.length > 0 ? lean : [type.elements.get('extension')!];
  return fc
    .subarray(candidates, { minLength: 1, maxLength: Math.min(4, candidates.length) })
    .map((picked) => picked.filter((one, at) => picked.findIndex(({ order }) => order === one.order) === at))
    .chain((picked) =>
      fc.record(
        Object.fromEntries(
          picked.map((element) => [element.name, manyOf(element, valueFor(version, element, depth))]),
        ),
        { noNullPrototype: true },
      ),
    );
}

function manyOf(element: FhirElement, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return element.many ? fc.array(value, { minLength: 1, maxLength: 3 }) : value;
}

function resourceOf(version: FhirVersion, name: string): fc.Arbitrary<JsonResource> {
  return objectOf(version, resourceDefinition(version, name)!, 0).map((members) => ({
    resourceType: name,
    ...members,
  }));
}

const covered: [FhirVersion, string][] = [
  ...[
    'Patient',
    'Observation',
    'MedicationRequest',
    'List',
    'Bundle',
    'Parameters',
    'Composition',
    'Appointment',
  ].map((name): [FhirVersion, string] => ['STU3', name]),
  ['R4', 'PractitionerRole'],
  ['R4', 'MedicationRequest'],
  ['DSTU2', 'Composition'],
];
for (const [version, name] of covered) {
  test(`any ${version} ${name} goes to XML and back, and through JSON text, unchanged and valid`, () => {
    fc.assert(
      fc.property(resourceOf(version, name), (resource) => {
        assert.deepEqual(fromXml(toXml(resource, version), version), resource);
        assert.deepEqual(parseJson(serializeJson(resource)), resource);
        assert.deepEqual(validate(resource, name, version), []);
      }),
      { numRuns: 60 },
    );
  });
}
