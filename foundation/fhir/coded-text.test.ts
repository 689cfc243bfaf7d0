import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  descriptionExtension,
  descriptionOf,
  findCoding,
  isSameUrl,
  isUserSelected,
  originalTermText,
} from './coded-text.ts';
import type { CodeableConcept, Coding } from './types.ts';

const snomed: Coding = { system: 'http://snomed.info/sct', code: '195967001', display: 'Asthma' };
const read: Coding = { system: 'http://read.info/readv2', code: 'H33..', display: 'Asthma NOS' };

function described(coding: Coding, url: string, names: [string, string]): Coding {
  const parts = [
    { url: names[0], valueId: '301485011' },
    { url: names[1], valueString: 'Asthmatic' },
  ];
  return { ...coding, extension: [{ url, extension: parts }] };
}

test('the description extension is read on both hosts and in any letter case (access-record-structured §10.1)', () => {
  for (const host of ['https://fhir.nhs.uk', 'https://fhir.hl7.org.uk', 'http://fhir.nhs.uk']) {
    for (const names of [
      ['descriptionId', 'descriptionDisplay'],
      ['DescriptionID', 'DescriptionDisplay'],
    ] as const) {
      const coding = described(snomed, `${host}/STU3/StructureDefinition/Extension-coding-sctdescid`, [
        ...names,
      ]);
      assert.deepEqual(descriptionOf(coding), { id: '301485011', display: 'Asthmatic' });
    }
  }
  assert.deepEqual(descriptionOf(snomed), {});
  assert.deepEqual(descriptionOf({ ...snomed, extension: [{ url: 'https://example.org/other' }] }), {});
});

test('the description extension is written for fhir.nhs.uk, or not at all', () => {
  const written = descriptionExtension({ id: '1', display: 'x' })!;
  assert.equal(written.url, 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-coding-sctdescid');
  assert.deepEqual(descriptionOf({ extension: [written] }), { id: '1', display: 'x' });
  assert.equal(descriptionExtension({}), undefined);
});

const extension = 'https://fhir.nhs.uk/STU3/StructureDefinition/Extension-coding-sctdescid';
const asthmatic = described(snomed, extension, ['descriptionId', 'descriptionDisplay']);
const terms: [name: string, concept: CodeableConcept | undefined, text: string | undefined][] = [
  ['text first', { text: 'Wheezy', coding: [asthmatic] }, 'Wheezy'],
  [
    'then the description of the chosen coding',
    { coding: [read, { ...asthmatic, userSelected: true }] },
    'Asthmatic',
  ],
  [
    'then the display of the chosen coding',
    { coding: [asthmatic, { ...read, userSelected: true }] },
    'Asthma NOS',
  ],
  ['then the description of the only coding', { coding: [asthmatic] }, 'Asthmatic'],
  ['then the display of the only coding', { coding: [read] }, 'Asthma NOS'],
  ['SNOMED where nothing was chosen', { coding: [read, snomed] }, 'Asthma'],
  [
    'another coding where SNOMED has no words',
    { coding: [{ system: snomed.system!, code: '1' }, read] },
    'Asthma NOS',
  ],
  ['blank text counts as none', { text: ' ', coding: [read] }, 'Asthma NOS'],
  ['nothing where there are no words', { coding: [{ code: '1' }] }, undefined],
  ['nothing for an empty concept', {}, undefined],
  ['nothing for no concept', undefined, undefined],
];
for (const [name, concept, text] of terms) {
  test(`the original term is ${name} (access-record-structured §10.3)`, () =>
    assert.equal(originalTermText(concept), text));
}

test('a coding is found by system whatever its place, host, scheme or trailing space', () => {
  assert.equal(findCoding({ coding: [read, snomed] }, 'http://snomed.info/sct'), snomed);
  assert.equal(findCoding({ coding: [read] }, 'http://snomed.info/sct'), undefined);
  assert.equal(findCoding(undefined, 'http://snomed.info/sct'), undefined);
  const unknown = { system: 'http://hl7.org/fhir/v3/NullFlavor ', code: 'UNK' };
  assert.equal(findCoding({ coding: [unknown] }, 'http://hl7.org/fhir/v3/NullFlavor'), unknown);
  assert.equal(
    isSameUrl('http://terminology.hl7.org/CodeSystem/v3-NullFlavor', 'http://hl7.org/fhir/v3/NullFlavor'),
    true,
  );
  assert.equal(isSameUrl('https://fhir.nhs.uk/Id/x', 'https://fhir.hl7.org.uk/Id/x'), true);
  assert.equal(isSameUrl('https://fhir.nhs.uk/Id/x', 'https://fhir.nhs.uk/Id/y'), false);
  assert.equal(isSameUrl('https://example.org/Id/x', 'https://fhir.nhs.uk/Id/x'), false);
});

test('the text "true" counts as chosen by the user, as old payloads have it', () => {
  assert.equal(isUserSelected({ userSelected: true }), true);
  assert.equal(isUserSelected({ userSelected: 'true' } as unknown as Coding), true);
  assert.equal(isUserSelected({ userSelected: false }), false);
  assert.equal(isUserSelected({}), false);
});
