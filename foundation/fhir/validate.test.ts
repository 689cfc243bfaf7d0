import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson } from './json.ts';
import { validate } from './validate.ts';

const device = {
  resourceType: 'Device',
  identifier: [{ system: 'https://example.org/id', value: '1' }],
  model: 'm',
  version: '1.0',
};

test('a sound resource has no problems, of the expected type too (foundations §7.3 row 14)', () => {
  assert.deepEqual(validate(device), []);
  assert.deepEqual(validate(device, 'Device'), []);
});

test('a resource of another type than expected is reported (foundations §7.3 row 15)', () => {
  assert.deepEqual(validate(device, 'Patient'), [{ path: 'resourceType', reason: 'must be Patient' }]);
});

const faults: [name: string, resource: unknown, path: string, reason: string][] = [
  ['an unknown resource type', { resourceType: 'Wizard' }, '', 'unknown resource type'],
  ['no resource type', { id: 'a' }, '', 'unknown resource type'],
  ['a text instead of a resource', 'Device', '', 'must be one object'],
  ['nothing', null, '', 'must be one object'],
  ['an unknown element', { ...device, colour: 'x' }, 'Device.colour', 'unknown element'],
  [
    'an unknown element deep inside',
    { ...device, owner: { secret: 1 } },
    'Device.owner.secret',
    'unknown element',
  ],
  ['a twin of a complex element', { ...device, _type: {} }, 'Device._type', 'unknown element'],
  ['one value where a list belongs', { ...device, identifier: {} }, 'Device.identifier', 'must be an array'],
  ['a list where one value belongs', { ...device, model: ['m'] }, 'Device.model', 'must not be an array'],
  ['an empty list', { ...device, identifier: [] }, 'Device.identifier', 'empty array'],
  ['an empty object', { ...device, identifier: [{}] }, 'Device.identifier[0]', 'empty element'],
  ['an empty text', { ...device, model: '' }, 'Device.model', 'must not be empty'],
  ['null', { ...device, model: null }, 'Device.model', 'must not be null'],
  ['null in a list', { ...device, identifier: [null] }, 'Device.identifier[0]', 'must not be null'],
  ['a number where a text belongs', { ...device, model: 1 }, 'Device.model', 'must be a string'],
  ['a list in a list', { ...device, identifier: [[]] }, 'Device.identifier[0]', 'must be one object'],
  ['a text boolean', { resourceType: 'Patient', active: 'true' }, 'Patient.active', 'must be a boolean'],
  [
    'two values of a choice',
    { resourceType: 'Patient', deceasedBoolean: true, deceasedDateTime: '2020' },
    'Patient.deceasedDateTime',
    'a choice has more than one value',
  ],
  [
    'an impossible date',
    { resourceType: 'Patient', birthDate: '2023-02-29' },
    'Patient.birthDate',
    'is not a valid date',
  ],
  [
    'a date with a time',
    { resourceType: 'Patient', birthDate: '2023-02-28T00:00:00Z' },
    'Patient.birthDate',
    'is not a valid date',
  ],
  [
    'a dateTime without a zone',
    { resourceType: 'Patient', deceasedDateTime: '2023-02-28T00:00:00' },
    'Patient.deceasedDateTime',
    'is not a valid dateTime',
  ],
  [
    'an instant without a time',
    { resourceType: 'Patient', meta: { lastUpdated: '2023-02-28' } },
    'Patient.meta.lastUpdated',
    'is not a valid instant',
  ],
  ['an id with an underscore', { resourceType: 'Patient', id: 'a_b' }, 'Patient.id', 'is not a valid id'],
  [
    'a uri with a space',
    { resourceType: 'Patient', meta: { profile: ['a b'] } },
    'Patient.meta.profile[0]',
    'is not a valid uri',
  ],
  [
    'a code with an outer space',
    { resourceType: 'Patient', gender: ' male' },
    'Patient.gender',
    'is not a valid code',
  ],
  ['broken base64', { resourceType: 'Binary', content: 'a=b' }, 'Binary.content', 'is not base64'],
  [
    'a control character',
    { ...device, model: 'a\u0001' },
    'Device.model',
    'holds characters that FHIR does not allow',
  ],
  [
    'a fraction for an integer',
    { resourceType: 'Patient', multipleBirthInteger: 1.5 },
    'Patient.multipleBirthInteger',
    'must be a whole number',
  ],
  [
    'zero for a positive integer',
    { resourceType: 'Patient', telecom: [{ rank: 0 }] },
    'Patient.telecom[0].rank',
    'is outside the range of positiveInt',
  ],
  [
    'an unknown contained resource',
    { ...device, contained: [{ resourceType: 'X' }] },
    'Device.contained[0]',
    'unknown resource type',
  ],
  [
    'narrative that is not XHTML',
    { ...device, text: { status: 'empty', div: 'a' } },
    'Device.text.div',
    'is not well-formed XHTML',
  ],
  ['a twin that is no object', { ...device, _model: 'x' }, 'Device._model', 'must be one object'],
];
for (const [name, resource, path, reason] of faults) {
  test(`a resource with ${name} is reported`, () => assert.deepEqual(validate(resource), [{ path, reason }]));
}

test('numbers kept as written are numbers, and 1.0 is no integer', () => {
  const quantity = (value: string): unknown =>
    parseJson(`{"resourceType":"Observation","valueQuantity":{"value":${value}},"meta":{"versionId":"1"}}`);
  assert.deepEqual(validate(quantity('1.10')), []);
  const patient = parseJson('{"resourceType":"Patient","multipleBirthInteger":1.0}');
  assert.equal(validate(patient)[0]?.reason, 'must be a whole number');
});

test('values with extensions, alone and in lists, are sound', () => {
  const extension = [{ url: 'https://example.org', valueString: 'x' }];
  const patient = {
    resourceType: 'Patient',
    _birthDate: { extension },
    name: [{ given: ['A', null], _given: [null, { extension }] }],
  };
  assert.deepEqual(validate(patient), []);
});

test('every problem is listed, up to a hundred, without any value', () => {
  const many = {
    resourceType: 'Patient',
    contained: Array.from({ length: 500 }, () => ({ resourceType: '9434765919' })),
  };
  const problems = validate(many);
  assert.equal(problems.length, 100);
  assert.doesNotMatch(JSON.stringify(problems), /9434765919/);
  const named = validate({ resourceType: 'Patient', 9434765919: 'x' });
  assert.deepEqual(named, [{ path: 'Patient.?', reason: 'unknown element' }]);
});

test('an object that contains itself is reported, not followed for ever', () => {
  const extension: { url: string; extension: unknown[] } = { url: 'u', extension: [] };
  extension.extension.push(extension);
  assert.match(validate({ resourceType: 'Patient', extension: [extension] })[0]!.reason, /too deeply/);
});

test('R4 and DSTU2 resources are checked against their own tables', () => {
  const order = { resourceType: 'MedicationOrder', dateWritten: '2016-01-01' };
  assert.deepEqual(validate(order, undefined, 'DSTU2'), []);
  assert.equal(validate(order)[0]?.reason, 'unknown resource type');
  assert.deepEqual(validate({ resourceType: 'Patient', birthDate: '1980-01-01' }, 'Patient', 'R4'), []);
});
