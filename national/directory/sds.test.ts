// SDS over real HTTPS on both databases: worked example, parameters, order of checks, every error row.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { interactionId } from '@gp-connect/foundation/nhs';
import { sql, testStores } from '@gp-connect/foundation/store';
import { type Answer, apiKey, type DirectoryUnderTest, startTestDirectory } from './directory-under-test.ts';

const base = '/spine-directory/FHIR/R4';
const ods = (code: string) => `https://fhir.nhs.uk/Id/ods-organization-code%7C${code}`;
const interaction = (id: string) => `https://fhir.nhs.uk/Id/nhsServiceInteractionId%7C${id}`;
const party = (key: string) => `https://fhir.nhs.uk/Id/nhsMhsPartyKey%7C${key}`;
const find = interactionId.findPatient;
const UPPER_UUID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;
const endpointQuery = `organization=${ods('T99999')}&identifier=${interaction(find)}`;

/** Status, issue code, Spine code and diagnostics of a refusal, in one line. */
const refusal = ({ status, body }: Answer) => {
  const issue = body.issue[0];
  return [status, issue.code, issue.details.coding[0].code, issue.diagnostics];
};

for (const { name, fresh } of testStores()) {
  describe(`SDS on ${name}`, () => {
    let directory: DirectoryUnderTest;
    before(async () => {
      directory = await startTestDirectory(await fresh());
    });
    after(() => directory.close());
    const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      directory.ask(base + path, { method, headers: { apikey: apiKey, ...headers } });

    test('§23.1 the worked example: one Endpoint with its address, party key and interaction', async () => {
      const correlation = '0f5d2f3e-6d3a-4c5e-9a43-1f2a5f0b7c11';
      const answer = await get(`/Endpoint?${endpointQuery}`, { 'x-correlation-id': correlation });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers['x-correlation-id'], correlation);
      assert.equal(answer.headers['content-type'], 'application/fhir+json');
      const { body } = answer;
      assert.match(body.id, UPPER_UUID);
      assert.equal(body.total, 1);
      assert.deepEqual(body.link, [
        {
          relation: 'self',
          url: `${directory.origin}${base}/Endpoint?organization=https://fhir.nhs.uk/Id/ods-organization-code|T99999&identifier=https://fhir.nhs.uk/Id/nhsServiceInteractionId|${find}`,
        },
      ]);
      const [entry] = body.entry;
      const { id, ...endpoint } = entry.resource;
      assert.match(id, UPPER_UUID);
      assert.equal(entry.fullUrl, `${directory.origin}${base}/Endpoint/${id}`);
      assert.deepEqual(entry.search, { mode: 'match' });
      assert.deepEqual(endpoint, {
        resourceType: 'Endpoint',
        status: 'active',
        connectionType: {
          system: 'http://terminology.hl7.org/CodeSystem/endpoint-connection-type',
          code: 'hl7-fhir-msg',
          display: 'HL7 FHIR Messaging',
        },
        payloadType: [
          {
            coding: [
              {
                system: 'http://terminology.hl7.org/CodeSystem/endpoint-payload-type',
                code: 'any',
                display: 'Any',
              },
            ],
          },
        ],
        address: 'https://gp.example.nhs.uk/T99999/STU3/1/gpconnect',
        managingOrganization: {
          identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'T99999' },
        },
        identifier: [
          { system: 'https://fhir.nhs.uk/Id/nhsMhsFQDN', value: 'gp.example.nhs.uk' },
          { system: 'https://fhir.nhs.uk/Id/nhsMhsPartyKey', value: 'T99999-0000001' },
          { system: 'https://fhir.nhs.uk/Id/nhsMhsCPAId', value: 't99999c0d4e5f60718293' },
          { system: 'https://fhir.nhs.uk/Id/nhsMHSId', value: 't99999c0d4e5f60718293' },
        ],
        extension: [
          {
            url: 'https://fhir.nhs.uk/StructureDefinition/Extension-SDS-NhsServiceInteractionId',
            valueReference: {
              identifier: { system: 'https://fhir.nhs.uk/Id/nhsServiceInteractionId', value: find },
            },
          },
        ],
      });
    });

    test('§16 the consumer recipe: party key, then the ASID by it, though the practice has two', async () => {
      const answer = await get(
        `/Device?organization=${ods('T99998')}&identifier=${interaction(find)}&identifier=${party('T99998-0000001')}`,
      );
      assert.equal(answer.body.total, 1);
      const device = answer.body.entry[0].resource;
      assert.deepEqual(device.identifier, [
        { system: 'https://fhir.nhs.uk/Id/nhsSpineASID', value: '200000000117' },
        { system: 'https://fhir.nhs.uk/Id/nhsMhsPartyKey', value: 'T99998-0000001' },
      ]);
      assert.equal(device.owner.identifier.value, 'T99998');
      assert.deepEqual(device.extension[0], {
        url: 'https://fhir.nhs.uk/StructureDefinition/Extension-SDS-ManufacturingOrganisation',
        valueReference: {
          identifier: { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'YGB01' },
        },
      });
      assert.equal(device.extension.length, 4);
    });

    test('RTE-08 the own ASID is told apart by the manufacturer', async () => {
      const query = `/Device?organization=${ods('RZ901')}&identifier=${interaction(find)}`;
      assert.equal((await get(query)).body.total, 2);
      const answer = await get(`${query}&manufacturing-organization=${ods('YGD01')}`);
      assert.equal(answer.body.entry[0].resource.identifier[0].value, '200000000119');
      assert.equal(answer.body.total, 1);
    });

    test('§16 reliability settings, only those present; an empty address is left out', async () => {
      const structured = interaction(interactionId.structuredRecord);
      const full = await get(`/Endpoint?organization=${ods('T99999')}&identifier=${structured}`);
      assert.deepEqual(full.body.entry[0].resource.extension[0], {
        url: 'https://fhir.nhs.uk/StructureDefinition/Extension-SDS-ReliabilityConfiguration',
        extension: [
          { url: 'nhsMHSSyncReplyMode', valueString: 'None' },
          { url: 'nhsMHSDuplicateElimination', valueString: 'never' },
          { url: 'nhsMHSRetries', valueInteger: 2 },
        ],
      });
      const bare = await get(`/Endpoint?organization=${ods('T99998')}&identifier=${structured}`);
      assert.equal('address' in bare.body.entry[0].resource, false);
    });

    test('§16 the four allowed combinations of Endpoint, and no match is an empty searchset', async () => {
      const totals: Record<string, number> = {
        [`${endpointQuery}&identifier=${party('T99999-0000001')}`]: 1,
        [`organization=${ods('T99999')}&identifier=${party('T99999-0000001')}`]: 3,
        [endpointQuery]: 1,
        [`identifier=${interaction(find)}&identifier=${party('T99998-0000001')}`]: 1,
        [`organization=${ods('RZ901')}&identifier=${interaction(find)}`]: 0,
        [`organization=${ods('NOWHERE')}&identifier=${interaction(find)}`]: 0,
      };
      for (const [query, total] of Object.entries(totals)) {
        const { status, body } = await get(`/Endpoint?${query}`);
        assert.deepEqual([query, status, body.total, body.entry.length], [query, 200, total, total]);
      }
    });

    test('§16 where a system occurs twice the last wins', async () => {
      const twice = `/Endpoint?organization=${ods('T99998')}&${endpointQuery}`;
      assert.equal((await get(twice)).body.entry[0].resource.managingOrganization.identifier.value, 'T99999');
    });

    test('§16 every 400 says which parameter and what it should be', async () => {
      const organisation =
        "HTTP 400: Bad Request (Missing or invalid 'organization' query parameter. Should be 'organization=https://fhir.nhs.uk/Id/ods-organization-code|value')";
      const device = `identifier=${interaction(find)}`;
      const cases: [path: string, diagnostics: string | RegExp][] = [
        ['/Device?x=1', "HTTP 400: Bad Request (Illegal query parameter 'x')"],
        [
          `/Endpoint?${endpointQuery}&manufacturing-organization=${ods('YGA01')}`,
          "HTTP 400: Bad Request (Illegal query parameter 'manufacturing-organization')",
        ],
        [`/Device?${device}`, organisation],
        [`/Device?organization=T99999&${device}`, organisation],
        [`/Device?organization=${ods('')}&${device}`, organisation],
        [`/Device?organization=${ods('%20')}&${device}`, organisation],
        [
          `/Device?organization=${ods('T99999')}`,
          /Missing or invalid 'identifier' query parameter.*nhsServiceInteractionId\|value'/,
        ],
        [
          `/Device?organization=${ods('T99999')}&identifier=${party('T99999-0000001')}`,
          /Missing or invalid 'identifier'/,
        ],
        [`/Endpoint?organization=${ods('T99999')}`, /Missing or invalid 'identifier'/],
        [`/Endpoint?identifier=${interaction(find)}`, organisation],
        ['/Endpoint', organisation],
      ];
      for (const [path, expected] of cases) {
        const answer = await get(path);
        const [status, issue, code, diagnostics] = refusal(answer);
        assert.deepEqual([path, status, issue, code], [path, 400, 'required', 'BAD_REQUEST']);
        if (typeof expected === 'string') assert.equal(diagnostics, expected);
        else assert.match(diagnostics, expected);
        assert.equal(answer.headers['content-type'], 'application/fhir+json');
        assert.equal(answer.body.id, answer.headers['x-correlation-id']);
        assert.equal(
          answer.body.issue[0].details.coding[0].system,
          'https://fhir.nhs.uk/STU3/ValueSet/Spine-ErrorOrWarningCode-1',
        );
      }
    });

    test('§16 404 for an unknown path and wrong case, 405 with Allow for another method', async () => {
      for (const path of ['/device', '/Nothing', '/metadata', '/Device/1', '/Device/']) {
        assert.deepEqual(refusal(await get(path)), [
          404,
          'not-found',
          'NO_RECORD_FOUND',
          'HTTP endpoint not found',
        ]);
      }
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        const answer = await get('/Device', {}, method);
        assert.deepEqual(refusal(answer), [
          405,
          'not-supported',
          'NOT_IMPLEMENTED',
          'HTTP operation not supported',
        ]);
        assert.equal(answer.headers.allow, 'GET');
      }
      const withBody = await directory.ask(`${base}/Endpoint`, {
        method: 'POST',
        headers: { apikey: apiKey, 'content-type': 'text/strange' },
        body: 'x',
      });
      assert.equal(withBody.status, 405);
    });

    test('§16 Accept: a list in any case, then application/json, else 406', async () => {
      const types: Record<string, string> = {
        'text/html, APPLICATION/FHIR+JSON': 'application/fhir+json',
        '*/*': 'application/fhir+json',
        'application/json': 'application/json',
      };
      for (const [accept, type] of Object.entries(types)) {
        const answer = await get(`/Endpoint?${endpointQuery}`, { accept });
        assert.deepEqual([accept, answer.status, answer.headers['content-type']], [accept, 200, type]);
      }
      const answer = await get(`/Endpoint?${endpointQuery}`, { accept: 'text/html' });
      assert.deepEqual(refusal(answer), [
        406,
        'not-supported',
        'MISSING_OR_INVALID_HEADER',
        'Accept type not supported',
      ]);
    });

    test('§16 order of checks: key, method, correlation id, parameters, Accept', async () => {
      const bad = { accept: 'text/html', 'x-correlation-id': 'nonsense' };
      const noKey = await directory.ask(`${base}/Device?x=1`, { method: 'POST', headers: bad });
      assert.equal(noKey.status, 401);
      assert.equal((await get('/Device?x=1', bad, 'POST')).status, 405);
      const correlation = await get('/Device?x=1', bad);
      assert.match(refusal(correlation)[3], /X-Correlation-Id/);
      assert.match(String(correlation.headers['x-correlation-id']), UPPER_UUID);
      assert.match(refusal(await get('/Device?x=1', { accept: 'text/html' }))[3], /Illegal query parameter/);
    });

    test('§16 a missing or wrong key is the gateway’s own 401, in the R4 code system', async () => {
      for (const headers of [{}, { apikey: 'wrong' }] as Record<string, string>[]) {
        const answer = await directory.ask(`${base}/Endpoint?${endpointQuery}`, { headers });
        assert.deepEqual(refusal(answer).slice(0, 3), [401, 'forbidden', 'ACCESS_DENIED']);
        assert.equal(answer.headers['content-type'], 'application/json');
        const [coding] = answer.body.issue[0].details.coding;
        assert.deepEqual(
          [coding.system, coding.version],
          ['https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode', '1'],
        );
      }
    });

    test('§16 an absent correlation id is made, upper case; X-Request-ID is passed on; nothing is cached', async () => {
      const answer = await get(`/Endpoint?${endpointQuery}`, { 'x-request-id': 'r-1' });
      assert.match(String(answer.headers['x-correlation-id']), UPPER_UUID);
      assert.equal(answer.headers['x-request-id'], 'r-1');
      assert.equal(answer.headers['cache-control'], 'no-store');
    });
  });

  test(`§16 502 on ${name} where the store gives no usable answer`, async () => {
    const directory = await startTestDirectory(await fresh(), {
      settings: { trustMs: 1000, refreshMs: 5000 },
    });
    try {
      await sql`alter table national_version rename to elsewhere`.execute(directory.store.db);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const answer = await directory.ask(`${base}/Endpoint?${endpointQuery}`, {
        headers: { apikey: apiKey },
      });
      assert.deepEqual(refusal(answer), [
        502,
        'exception',
        'INTERNAL_SERVER_ERROR',
        'Invalid LDAP response received',
      ]);
      await sql`alter table elsewhere rename to national_version`.execute(directory.store.db);
    } finally {
      await directory.close();
    }
  });
}

test('§16 504, never an empty 200, where the store does not answer in time', async () => {
  const fresh = testStores().find((store) => store.name === 'PostgreSQL')!.fresh;
  const directory = await startTestDirectory(await fresh(), {
    settings: { trustMs: 1000, refreshMs: 5000, storeTimeoutMs: 200 },
  });
  try {
    await directory.store.db.transaction().execute(async (transaction) => {
      await sql`lock table national_version in access exclusive mode`.execute(transaction);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      const answer = await directory.ask(`${base}/Endpoint?${endpointQuery}`, {
        headers: { apikey: apiKey },
      });
      assert.deepEqual(refusal(answer), [504, 'timeout', 'INTERNAL_SERVER_ERROR', 'LDAP request timed out']);
    });
    const answer = await directory.ask(`${base}/Endpoint?${endpointQuery}`, { headers: { apikey: apiKey } });
    assert.equal(answer.status, 200);
  } finally {
    await directory.close();
  }
});

test('§16 429 at the gateway with Retry-After where a limit is set', async () => {
  const directory = await startTestDirectory(await testStores()[0]!.fresh(), {
    settings: { sdsRequestsPerMinute: 2 },
    dependencies: { clock: () => 1_790_000_000_000 },
  });
  try {
    const get = () => directory.ask(`${base}/Endpoint?${endpointQuery}`, { headers: { apikey: apiKey } });
    assert.deepEqual([(await get()).status, (await get()).status], [200, 200]);
    const limited = await get();
    assert.deepEqual([limited.status, limited.headers['retry-after']], [429, '30']);
    assert.equal(limited.headers['content-type'], 'application/json');
  } finally {
    await directory.close();
  }
});
