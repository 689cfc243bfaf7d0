// Service roots. spec: foundations §3
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf } from './service-root.ts';

const segments = {
  foundations: 'gpconnect',
  structured: 'gpconnect/structured',
  documents: 'gpconnect/documents',
};
const at = (target: string) => {
  const address = addressOf(target, segments);
  return address && [address.ods, address.server, address.root, address.path];
};

test('the longest routing segment decides the capability server', () => {
  assert.deepEqual(at('/A83001/STU3/1/gpconnect/structured/Patient/$gpc.getstructuredrecord'), [
    'A83001',
    'structured',
    '/A83001/STU3/1/gpconnect/structured',
    '/Patient/$gpc.getstructuredrecord',
  ]);
  assert.deepEqual(at('/A83001/STU3/1/gpconnect/Patient?identifier=x'), [
    'A83001',
    'foundations',
    '/A83001/STU3/1/gpconnect',
    '/Patient',
  ]);
});

test('an encoded dollar is a dollar, an encoded slash is no address', () => {
  assert.equal(
    at('/A83001/STU3/1/gpconnect/structured/Patient/%24gpc.getstructuredrecord')?.[3],
    '/Patient/$gpc.getstructuredrecord',
  );
  assert.equal(at('/A83001/STU3/1/gpconnect/Patient%2F1'), null);
  assert.equal(at('/A83001/STU3/1/gpconnect/Patient/%zz'), null);
});

test('another FHIR version, another major, a site code with a dash or a bare host is no service root', () => {
  for (const target of [
    '/',
    '/A83001',
    '/A83001/DSTU2/1/gpconnect/metadata',
    '/A83001/STU3/2/gpconnect/metadata',
    '/A-1/STU3/1/gpconnect',
    '/A83001/STU3/1/gpconnectx/metadata',
    '/A83001/stu3/1/gpconnect/metadata',
  ]) {
    assert.equal(at(target), null, target);
  }
});
