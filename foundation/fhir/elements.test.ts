import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isResourceType, resourceDefinition, typeDefinition, typeNames } from './elements.ts';
import { sharedFiles, skipWithout } from './shared-files-for-tests.ts';
import type { StructureDefinition } from './types.ts';
import { fromXml } from './xml-read.ts';

const versions = ['STU3', 'R4', 'DSTU2'] as const;

test('every line of every table reads into a type whose element types exist', () => {
  const faults: string[] = [];
  for (const version of versions) {
    for (const name of typeNames(version)) {
      for (const element of typeDefinition(version, name)!.elements.values()) {
        const known = element.form !== 'complex' || typeDefinition(version, element.type) !== undefined;
        if (!known) faults.push(`${version} ${name}.${element.name}: ${element.type}`);
      }
    }
  }
  assert.deepEqual(faults, []);
});

test('a resource has its inherited elements first, in definition order', () => {
  const names = [...resourceDefinition('STU3', 'Patient')!.elements.keys()];
  assert.deepEqual(names.slice(0, 10), [
    'id',
    'meta',
    'implicitRules',
    'language',
    'text',
    'contained',
    'extension',
    'modifierExtension',
    'identifier',
    'active',
  ]);
});

test('an element knows its cardinality, exact type and choice', () => {
  const elements = resourceDefinition('STU3', 'Patient')!.elements;
  assert.equal(elements.get('name')!.many, true);
  assert.equal(elements.get('birthDate')!.many, false);
  assert.equal(elements.get('birthDate')!.type, 'date');
  assert.equal(elements.get('gender')!.type, 'code');
  assert.equal(elements.get('deceasedBoolean')!.choice, 'deceased');
  assert.equal(elements.get('deceasedDateTime')!.order, elements.get('deceasedBoolean')!.order);
  assert.equal(typeDefinition('STU3', 'Attachment')!.elements.get('size')!.type, 'unsignedInt');
  assert.equal(typeDefinition('STU3', 'BundleEntry')!.elements.get('resource')!.form, 'resource');
});

test('each FHIR version has its own resources', () => {
  assert.equal(isResourceType('ReferralRequest', 'STU3'), true);
  assert.equal(isResourceType('ReferralRequest', 'R4'), false);
  assert.equal(isResourceType('MedicationOrder', 'DSTU2'), true);
  assert.equal(isResourceType('MedicationOrder', 'STU3'), false);
  for (const name of ['Resource', 'DomainResource', 'HumanName', 'constructor', '__proto__']) {
    assert.equal(isResourceType(name), false, name);
  }
});

test('R4 elements that share a comment but may stand together are no choice', () => {
  const elements = resourceDefinition('R4', 'Encounter')!.elements;
  assert.equal(elements.get('reasonCode')!.choice, undefined);
  assert.equal(elements.get('reasonReference')!.many, true);
});

const definitions = 'fhir/stu3/StructureDefinitions';
test('primitive types and cardinalities agree with the published profiles of STU3', {
  skip: skipWithout(definitions),
}, () => {
  const faults: string[] = [];
  let compared = 0;
  for (const { name: file, content } of sharedFiles(`${definitions}/*.xml`)) {
    const definition = fromXml(content) as unknown as StructureDefinition;
    for (const { path, base, type } of definition.snapshot?.element ?? []) {
      const [typeName = '', elementName = '', ...deeper] = path.split('.');
      const element = typeDefinition('STU3', typeName)?.elements.get(elementName);
      if (deeper.length > 0 || element === undefined || element.form === 'complex') continue;
      const published = type?.[0]?.code;
      if (element.form !== 'primitive' || published === undefined || !/^[a-z]/.test(published)) continue;
      compared += 1;
      if (published !== element.type) faults.push(`${file}: ${path} is ${published}, here ${element.type}`);
      if (base?.max !== undefined && (base.max !== '1') !== element.many) faults.push(`${path} ${base.max}`);
    }
  }
  assert.ok(compared > 100, `only ${compared} elements were compared`);
  assert.deepEqual([...new Set(faults)], []);
});
