import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Asked, contentTypeFor, type MediaTypeFamily, negotiate, requestFormat } from './media-types.ts';

const json = { ok: true, format: 'json' };
const xml = { ok: true, format: 'xml' };
const noFormat = { ok: false, unsupported: '_format' };
const noAccept = { ok: false, unsupported: 'Accept' };

const cases: [name: string, asked: Asked, expected: object, family?: MediaTypeFamily][] = [
  ['nothing asked', {}, json],
  ['_format before Accept', { format: 'application/fhir+xml', accept: 'application/fhir+json' }, xml],
  ['_format with its plus sign lost', { format: 'application/fhir xml' }, xml],
  ['_format in short', { format: 'xml' }, xml],
  ['_format unsupported', { format: 'text/xml', accept: 'application/fhir+json' }, noFormat],
  ['_format of another FHIR version', { format: 'application/xml+fhir' }, noFormat],
  ['_format inherited from Object', { format: 'constructor' }, noFormat],
  ['an empty _format', { format: '', accept: 'application/fhir+xml' }, xml],
  [
    'Accept before Content-Type',
    { accept: 'application/fhir+xml', contentType: 'application/fhir+json' },
    xml,
  ],
  ['Accept with a charset, in capitals', { accept: 'Application/FHIR+XML; charset="UTF-8"' }, xml],
  ['Accept unsupported', { accept: 'text/xml' }, noAccept],
  [
    'Accept unsupported beside a Content-Type',
    { accept: 'text/html', contentType: 'application/fhir+xml' },
    noAccept,
  ],
  ['Accept of another FHIR version', { accept: 'application/json+fhir' }, noAccept],
  ['Accept by quality', { accept: 'application/fhir+json;q=0.5, application/fhir+xml;q=0.9' }, xml],
  [
    'Accept in order where qualities are equal',
    { accept: 'application/fhir+json, application/fhir+xml' },
    json,
  ],
  ['Accept with a type refused by quality', { accept: 'application/fhir+xml;q=0' }, noAccept],
  ['Accept naming one of ours among others', { accept: 'text/html, application/fhir+xml, */*;q=0.1' }, xml],
  ['Accept anything', { accept: '*/*' }, json],
  ['Accept anything, body in XML', { accept: '*/*', contentType: 'application/fhir+xml' }, xml],
  [
    'Accept anything beside text/html',
    { accept: 'text/html, */*;q=0.8', contentType: 'application/fhir+xml' },
    xml,
  ],
  ['Content-Type alone', { contentType: 'application/fhir+xml;charset=utf-8' }, xml],
  ['an odd Content-Type', { contentType: 'text/plain' }, json],
  ['DSTU2 Accept', { accept: 'application/xml+fhir' }, xml, 'DSTU2'],
  ['STU3 Accept to a DSTU2 server', { accept: 'application/fhir+json' }, noAccept, 'DSTU2'],
  ['R4 Accept', { accept: 'application/fhir+xml' }, xml, 'R4'],
];
for (const [name, asked, expected, family] of cases) {
  test(`negotiation, ${name} (foundations §8.2)`, () => assert.deepEqual(negotiate(asked, family), expected));
}

const bodies: [contentType: string | undefined, expected: string | undefined, family?: MediaTypeFamily][] = [
  [undefined, undefined],
  ['', undefined],
  ['application/fhir+json', 'json'],
  ['application/fhir+json;charset=utf-8', 'json'],
  ['application/fhir+json ; charset=UTF-8', 'json'],
  ['APPLICATION/FHIR+XML;CHARSET="utf-8"', 'xml'],
  ['"application/fhir+json"', 'json'],
  ['application/fhir+json;charset=utf-16', undefined],
  ['application/json', undefined],
  ['application/json+fhir', undefined],
  ['application/json+fhir', 'json', 'DSTU2'],
  ['application/fhir+json', undefined, 'DSTU2'],
];
for (const [contentType, expected, family] of bodies) {
  test(`a body of ${contentType} to ${family ?? 'STU3'} is ${expected ?? 'refused'} (foundations §8.2)`, () => {
    assert.equal(requestFormat(contentType, family), expected);
  });
}

test('answers name their charset', () => {
  assert.equal(contentTypeFor('json'), 'application/fhir+json;charset=utf-8');
  assert.equal(contentTypeFor('xml', 'DSTU2'), 'application/xml+fhir;charset=utf-8');
});
