import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readParameters } from './parameters.ts';
import { FhirSyntaxError } from './syntax-error.ts';

test('parameters come in order with value, parts and resource, repeated and unknown names included', () => {
  const parameters = [
    ...readParameters({
      resourceType: 'Parameters',
      parameter: [
        { name: 'patientNHSNumber', valueIdentifier: { value: 'x' } },
        { name: 'includeMedication', part: [{ name: 'includePrescriptionIssues', valueBoolean: false }] },
        { name: 'includeMedication' },
        { name: 'somethingNew', resource: { resourceType: 'Patient' } },
      ],
    }),
  ];
  assert.deepEqual(
    parameters.map(({ name, path }) => [name, path]),
    [
      ['patientNHSNumber', 'Parameters.parameter[0]'],
      ['includeMedication', 'Parameters.parameter[1]'],
      ['includeMedication', 'Parameters.parameter[2]'],
      ['somethingNew', 'Parameters.parameter[3]'],
    ],
  );
  assert.deepEqual(parameters[0]?.value, {
    key: 'valueIdentifier',
    type: 'Identifier',
    value: { value: 'x' },
  });
  const part = parameters[1]?.parts[0];
  assert.equal(part?.path, 'Parameters.parameter[1].part[0]');
  assert.deepEqual(part?.value, { key: 'valueBoolean', type: 'Boolean', value: false });
  assert.deepEqual(parameters[2]?.parts, []);
  assert.equal(parameters[2]?.value, undefined);
  assert.equal(parameters[3]?.resource?.resourceType, 'Patient');
});

test('a Parameters without parameters yields nothing', () => {
  assert.deepEqual([...readParameters({ resourceType: 'Parameters' })], []);
});

const broken: [name: string, resource: unknown, path: string][] = [
  ['another resource', { resourceType: 'Patient' }, ''],
  ['no object', 'x', ''],
  ['a parameter list that is none', { resourceType: 'Parameters', parameter: {} }, 'Parameters.parameter'],
  [
    'a parameter that is no object',
    { resourceType: 'Parameters', parameter: ['x'] },
    'Parameters.parameter[0]',
  ],
  ['a nameless parameter', { resourceType: 'Parameters', parameter: [{}] }, 'Parameters.parameter[0].name'],
  [
    'two values',
    { resourceType: 'Parameters', parameter: [{ name: 'a', valueCode: 'a', valueId: 'b' }] },
    'Parameters.parameter[0]',
  ],
  [
    'parts that are no list',
    { resourceType: 'Parameters', parameter: [{ name: 'a', part: {} }] },
    'Parameters.parameter[0].part',
  ],
];
for (const [name, resource, path] of broken) {
  test(`Parameters with ${name} are refused`, () => {
    assert.throws(
      () => [...readParameters(resource)],
      (error) => error instanceof FhirSyntaxError && error.path === path,
    );
  });
}
