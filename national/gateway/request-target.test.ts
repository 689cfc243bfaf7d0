// The three ways in, and where a registered endpoint ends. foundations §6.1
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathUnder, readRequestTarget } from './request-target.ts';

test('RTE-02 RTE-03 RTE-04 the raw target tells the mode', () => {
  assert.deepEqual(readRequestTarget('/https://h/A1/x?a=%7C'), {
    mode: 'proxy',
    url: 'https://h/A1/x?a=%7C',
  });
  assert.deepEqual(readRequestTarget('/a83999/STU3/1/gpconnect/documents/fhir/Binary/1?x'), {
    mode: 'practice',
    ods: 'A83999',
    server: 'documents',
    rest: '/Binary/1?x',
  });
  assert.equal(
    (readRequestTarget('/A83999/STU3/1/gpconnect/fhir/Patient') as { server: string }).server,
    'foundations',
  );
  assert.deepEqual(readRequestTarget('/Patient/$gpc.getcarerecord'), {
    mode: 'patient',
    operation: '$gpc.getcarerecord',
  });
  assert.equal(readRequestTarget('/health').mode, 'health');
  for (const nowhere of [
    '/',
    '',
    '*',
    '/http://h/',
    '/health/',
    '/PATIENT/x',
    '//https://h',
    '/A83999/STU3/2/gpconnect/fhir/x',
  ]) {
    assert.equal(readRequestTarget(nowhere).mode, 'unknown', nowhere);
  }
});

test('foundations §6.1 the endpoint is a prefix followed by /, ? or the end, its own trailing slash dropped', () => {
  const endpoint = 'https://h/A1/STU3/1/gpconnect/';
  assert.equal(pathUnder(endpoint, 'https://h/A1/STU3/1/gpconnect/Patient?x'), '/Patient?x');
  assert.equal(pathUnder(endpoint, 'https://h/A1/STU3/1/gpconnect?x'), '?x');
  assert.equal(pathUnder(endpoint, 'https://h/A1/STU3/1/gpconnect'), '');
  for (const other of [
    'https://h/A1/STU3/1/gpconnectx',
    'https://H/A1/STU3/1/gpconnect/',
    'https://h:443/A1/STU3/1/gpconnect/',
  ]) {
    assert.equal(pathUnder(endpoint, other), null);
  }
  assert.equal(pathUnder('', 'https://h/'), null);
});
