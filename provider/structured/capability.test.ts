// What the structured server says it can do. spec: access-record-structured §2, §20; foundations §12
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { structuredCapability } from './index.ts';

test('The CapabilityStatement names version, formats, profiles with versions, and the operations offered', () => {
  const settings = {
    version: '1.6.2',
    software: { name: 'gp-connect', version: '0.1.0', releaseDate: '2026-01-01', publisher: 'gp-connect' },
    migrate: false,
  };
  const statement = structuredCapability(settings);
  assert.equal(statement.name, 'GP Connect API - Access Record Structured');
  assert.equal(statement.version, '1.6.2');
  assert.equal(statement.fhirVersion, '3.0.1');
  assert.equal(statement.acceptUnknown, 'both');
  assert.deepEqual(statement.format, ['application/fhir+json', 'application/fhir+xml']);
  assert.equal(statement.profile?.length, 21);
  assert.ok(statement.profile?.every(({ reference }) => /\/_history\/\d+\.\d+$/.test(reference!)));
  assert.deepEqual(
    statement.rest?.[0]?.operation?.map(({ name }) => name),
    ['gpc.getstructuredrecord'],
  );
  assert.match(
    statement.rest![0]!.operation![0]!.definition.reference!,
    /GPConnect-GetStructuredRecord-Operation-1\/_history\/1\.16$/,
  );
  assert.equal(structuredCapability({ ...settings, migrate: true }).rest?.[0]?.operation?.length, 2);
});
