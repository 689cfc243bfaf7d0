import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, serializeJson } from './json.ts';
import { forEachReference, parseReference, rewriteReferences } from './references.ts';

const uuid = '4f66eb1c-2f5b-4c1b-9c69-8b4c9f6f9d01';

test('the kinds of reference are told apart (foundations §9.2)', () => {
  const cases: [string, object][] = [
    ['Patient/1', { kind: 'relative', type: 'Patient', id: '1' }],
    ['Patient/1/_history/2', { kind: 'relative', type: 'Patient', id: '1', version: '2' }],
    ['#org', { kind: 'contained', id: 'org' }],
    ['#', { kind: 'contained', id: '' }],
    [`urn:uuid:${uuid.toUpperCase()}`, { kind: 'uuid', uuid }],
    [uuid, { kind: 'uuid', uuid, bare: true }],
    [
      'https://a.example/fhir/Patient/1',
      {
        kind: 'absolute',
        url: 'https://a.example/fhir/Patient/1',
        base: 'https://a.example/fhir',
        type: 'Patient',
        id: '1',
      },
    ],
    ['https://a.example/doc.pdf', { kind: 'absolute', url: 'https://a.example/doc.pdf' }],
    ['Wizard/1', { kind: 'other' }],
    ['Patient', { kind: 'other' }],
    ['Patient/', { kind: 'other' }],
    ['Patient/a b', { kind: 'other' }],
    ['urn:oid:1.2.3', { kind: 'other' }],
    ['', { kind: 'other' }],
  ];
  for (const [reference, expected] of cases) assert.deepEqual(parseReference(reference), expected, reference);
});

const bundle = {
  resourceType: 'Bundle',
  entry: [
    {
      fullUrl: 'urn:x',
      resource: {
        resourceType: 'List',
        subject: { reference: 'Patient/1' },
        contained: [{ resourceType: 'Patient', managingOrganization: { reference: 'Organization/2' } }],
        extension: [
          { url: 'u', extension: [{ url: 'v', valueReference: { reference: '#a', display: 'd' } }] },
        ],
        _date: { extension: [{ url: 'w', valueReference: { reference: 'Practitioner/3' } }] },
        entry: [
          { item: { reference: 'Condition/4', identifier: { assigner: { reference: 'Organization/5' } } } },
        ],
      },
    },
  ],
};

test('references are found in elements, extensions, twins, contained resources and inside references', () => {
  const found: [string | undefined, string][] = [];
  forEachReference(bundle, ({ reference }, path) => found.push([reference, path]));
  const list = 'Bundle.entry[0].resource';
  assert.deepEqual(found, [
    ['Patient/1', `${list}.subject`],
    ['Organization/2', `${list}.contained[0].managingOrganization`],
    ['#a', `${list}.extension[0].extension[0].valueReference`],
    ['Practitioner/3', `${list}._date.extension[0].valueReference`],
    ['Condition/4', `${list}.entry[0].item`],
    ['Organization/5', `${list}.entry[0].item.identifier.assigner`],
  ]);
});

test('a text called reference that is no Reference is not taken for one', () => {
  const provenance = {
    resourceType: 'Provenance',
    entity: [{ role: 'source', reference: 'https://a.example/Patient/1' }],
  };
  forEachReference(provenance, () => assert.fail('found a reference'), 'DSTU2');
});

test('rewriting copies the resource, changes only what it is told to, and keeps decimals', () => {
  const before = JSON.stringify(bundle);
  const rewritten = rewriteReferences(bundle, (reference) =>
    reference === 'Patient/1' ? `urn:uuid:${uuid}` : undefined,
  );
  assert.equal(JSON.stringify(bundle), before);
  assert.equal(JSON.stringify(rewritten), before.replace('Patient/1', `urn:uuid:${uuid}`));
  const text =
    '{"resourceType":"Observation","subject":{"reference":"Patient/1"},"valueQuantity":{"value":1.10}}';
  assert.equal(
    serializeJson(rewriteReferences(parseJson(text), () => 'Patient/2')),
    text.replace('Patient/1', 'Patient/2'),
  );
});
