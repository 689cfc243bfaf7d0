import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJson, serializeJson } from './json.ts';
import { forEachReference } from './references.ts';
import { sharedFiles, skipWithout } from './shared-files-for-tests.ts';
import { validate } from './validate.ts';
import { fromXml } from './xml-read.ts';
import { toXml } from './xml-write.ts';

const compact = (text: string): string => JSON.stringify(JSON.parse(text));

test('public structured records come back from XML as they went in', {
  skip: skipWithout('samples/structured'),
}, () => {
  const files = sharedFiles('samples/structured/*.json');
  assert.ok(files.length > 0);
  for (const { name, content } of files) {
    const resource = parseJson(content);
    assert.deepEqual(fromXml(toXml(resource)), resource, name);
    assert.deepEqual(compact(serializeJson(resource)), compact(content.toString()), name);
  }
});

test('public messages come back from JSON and from XML as they went in, and are valid STU3', {
  skip: skipWithout('samples/messages'),
}, () => {
  const files = sharedFiles('samples/messages/*.xml');
  assert.ok(files.length > 0);
  for (const { name, content } of files) {
    const resource = fromXml(content);
    const again = parseJson(serializeJson(resource));
    assert.deepEqual(again, resource, name);
    assert.deepEqual(fromXml(toXml(again)), resource, name);
    assert.deepEqual(validate(resource), [], name);
  }
});

test('every published STU3 definition survives XML to JSON to XML', {
  skip: skipWithout('fhir/stu3'),
}, () => {
  const files = sharedFiles('fhir/stu3/**/*.xml');
  assert.ok(files.length > 100);
  for (const { name, content } of files) {
    const resource = fromXml(content);
    assert.deepEqual(fromXml(toXml(parseJson(serializeJson(resource)))), resource, name);
  }
});

test('every reference written in a public message is found', {
  skip: skipWithout('samples/messages'),
}, () => {
  for (const { name, content } of sharedFiles('samples/messages/*.xml')) {
    const written = [...content.toString().matchAll(/<reference value="([^"]*)"/g)].map(([, text]) => text);
    const found: string[] = [];
    forEachReference(fromXml(content), ({ reference }) => {
      if (reference !== undefined) found.push(reference);
    });
    assert.deepEqual(found.sort(), written.sort(), name);
  }
});
