// PDS over real HTTPS on both databases: access modes, headers, reading, redaction, every error row.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { sql, testStores } from '@gp-connect/foundation/store';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  type Answer,
  type DirectoryUnderTest,
  england,
  person,
  startTestDirectory,
  tokenRequest,
} from './directory-under-test.ts';
import type { PdsRecord } from './types.ts';

const base = '/personal-demographics/FHIR/R4';
const refusal = ({ status, body }: Answer) => {
  const issue = body.issue[0];
  return [
    status,
    issue.code,
    issue.details.coding[0].code,
    issue.details.coding[0].display,
    issue.diagnostics,
  ];
};

const locating = {
  url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NominatedPharmacy',
  valueReference: { identifier: { value: 'FZZ01' } },
};
const deathNotice = {
  url: 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-DeathNotificationStatus',
  extension: [{ url: 'deathNotificationStatus', valueCodeableConcept: { coding: [{ code: '2' }] } }],
};
const contact = [{ relationship: [{ text: 'Next of kin' }], name: { family: 'Vale' } }];
const related: PdsRecord = {
  ...person('9990000026', { extension: [locating], contact }),
  relatedPersons: [
    {
      resourceType: 'RelatedPerson',
      id: 'C123',
      patient: { identifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: '9990000026' } },
    },
  ],
};
const patients: PdsRecord[] = [
  person('9990000034'),
  related,
  person('9990000018', { confidentiality: 'R', extension: [locating, deathNotice], contact }),
  { ...person('9990000042', { confidentiality: 'V', contact }), relatedPersons: related.relatedPersons! },
  person('9990000050', { invalidated: true }),
  person('9990000069', { deceasedDateTime: '2026-01-02T03:04:00+00:00', extension: [deathNotice] }),
  person('9990000077', { practice: null }),
];
const load = {
  ...england,
  patients,
  supersessions: [
    { from: '9990000085', to: '9990000093' },
    { from: '9990000093', to: '9990000034' },
    { from: '9990000107', to: '9990000050' },
  ],
};

for (const { name, fresh } of testStores()) {
  describe(`PDS on ${name}`, () => {
    let directory: DirectoryUnderTest;
    let application: string;
    let staff: string;
    before(async () => {
      directory = await startTestDirectory(await fresh(), {
        load,
        dependencies: {
          patient: async (authorization) => {
            if (authorization !== 'Bearer patient-9990000034') throw new Error('not a token');
            return { application: 'nhs-app', nhsNumber: '9990000034' };
          },
        },
      });
      application = await directory.applicationToken();
      staff = await directory.staffToken();
    });
    after(() => directory.close());
    const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      directory.ask(base + path, {
        method,
        headers: { authorization: `Bearer ${application}`, 'x-request-id': randomUUID(), ...headers },
      });
    const asStaff = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
      get(path, { authorization: `Bearer ${staff}`, ...headers }, method);

    test('§17.3 reads an entry in both worker modes, with its ETag, security label and mirrored ids', async () => {
      for (const read of [get, asStaff]) {
        const requestId = randomUUID();
        const answer = await read('/Patient/9990000034', {
          'x-request-id': requestId,
          'x-correlation-id': 'any value',
        });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['content-type'], 'application/fhir+json');
        assert.equal(answer.headers.etag, 'W/"2"');
        assert.equal(answer.headers['x-request-id'], requestId);
        assert.equal(answer.headers['x-correlation-id'], 'any value');
        assert.deepEqual(answer.body.meta.security, [
          {
            system: 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality',
            code: 'U',
            display: 'unrestricted',
          },
        ]);
        assert.equal(answer.body.generalPractitioner[0].identifier.value, 'T99999');
        assert.deepEqual(answer.body.address[0].line, ['3 Orchard Row'], 'blank lines are dropped');
      }
    });

    test('§17.3 restricted: no address, telecom, contact, practice or pharmacy, but name and birth date', async () => {
      const { body } = await asStaff('/Patient/9990000018');
      for (const gone of ['address', 'telecom', 'contact', 'generalPractitioner'])
        assert.equal(gone in body, false);
      assert.deepEqual(body.extension, [deathNotice]);
      assert.deepEqual([body.meta.security[0].code, body.meta.security[0].display], ['R', 'restricted']);
      assert.deepEqual([body.name[0].family, body.birthDate], ['Vale', '1990-06-15']);
    });

    test('§17.3 very restricted: neither name nor birth date besides', async () => {
      const { body, text } = await asStaff('/Patient/9990000042');
      assert.deepEqual(Object.keys(body).sort(), ['gender', 'id', 'identifier', 'meta', 'resourceType']);
      assert.equal(body.meta.security[0].display, 'very restricted');
      assert.doesNotMatch(text, /Vale|1990|ZZ99|T99999/);
    });

    test('§23.6 a superseded number answers with the other id, through any number of merges', async () => {
      for (const old of ['9990000085', '9990000093']) {
        const { status, body } = await get(`/Patient/${old}`);
        assert.deepEqual([status, body.id], [200, '9990000034']);
      }
    });

    test('§17.3 deceased and without practice are answered as they are', async () => {
      const dead = await get('/Patient/9990000069');
      assert.equal(dead.body.deceasedDateTime, '2026-01-02T03:04:00+00:00');
      assert.deepEqual(dead.body.extension, [deathNotice]);
      assert.equal('generalPractitioner' in (await get('/Patient/9990000077')).body, false);
    });

    test('§17.6 404: unknown is information, invalidated is not, nor what was merged into it', async () => {
      const unknown = await get('/Patient/9990000115');
      assert.deepEqual(refusal(unknown).slice(0, 4), [
        404,
        'not-found',
        'RESOURCE_NOT_FOUND',
        'Resource not found',
      ]);
      assert.equal(unknown.body.issue[0].severity, 'information');
      for (const number of ['9990000050', '9990000107']) {
        const answer = await get(`/Patient/${number}`);
        assert.deepEqual(refusal(answer).slice(0, 3), [404, 'processing', 'INVALIDATED_RESOURCE']);
        assert.equal(answer.body.issue[0].severity, 'error');
      }
    });

    test('§17.6 400 for a number that is none, with the R4 code system and its version', async () => {
      for (const number of ['9990000035', '123', 'abc', '99900000345']) {
        const answer = await get(`/Patient/${number}`);
        assert.deepEqual(refusal(answer).slice(0, 4), [
          400,
          'value',
          'INVALID_RESOURCE_ID',
          'Resource Id is invalid',
        ]);
        const [coding] = answer.body.issue[0].details.coding;
        assert.deepEqual(
          [coding.system, coding.version],
          ['https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode', '1'],
        );
      }
    });

    test('§17.6 400 UNSUPPORTED_SERVICE for no number, no parameters, unknown paths and methods', async () => {
      for (const [path, method] of [
        ['/Patient', 'GET'],
        ['/Patient/', 'GET'],
        ['/patient/9990000034', 'GET'],
        ['/Practitioner', 'GET'],
        ['/Patient/9990000034', 'DELETE'],
        ['/Patient/9990000034', 'PATCH'],
        ['/Patient', 'POST'],
        ['/Patient/9990000034/RelatedPerson/1', 'GET'],
      ] as const) {
        const answer = await asStaff(path, {}, method);
        const [status, issue, code, display] = refusal(answer);
        assert.deepEqual(
          [method, path, status, issue, code, display],
          [method, path, 400, 'processing', 'UNSUPPORTED_SERVICE', 'Unsupported Service'],
        );
      }
    });

    test('§17.6 403 INVALID_METHOD for a write in application-restricted mode, whatever the body', async () => {
      for (const [method, path, verb] of [
        ['PATCH', '/Patient/9990000034', 'update'],
        ['POST', '/Patient', 'create'],
      ] as const) {
        const answer = await directory.ask(base + path, {
          method,
          headers: {
            authorization: `Bearer ${application}`,
            'x-request-id': randomUUID(),
            'content-type': 'application/json-patch+json',
          },
          body: '{"patches":[]}',
        });
        assert.deepEqual(refusal(answer).slice(0, 4), [
          403,
          'forbidden',
          'INVALID_METHOD',
          `Cannot ${verb} resource with application-restricted access token`,
        ]);
      }
    });

    test('§17.2 X-Request-ID: missing and malformed, in the published words; the token is looked at first', async () => {
      const authorization = `Bearer ${application}`;
      const missing = await directory.ask(`${base}/Patient/9990000034`, { headers: { authorization } });
      assert.deepEqual(refusal(missing), [
        400,
        'required',
        'MISSING_VALUE',
        'Required value is missing',
        'Invalid request with error - X-Request-ID header must be supplied to access this resource',
      ]);
      const malformed = await get('/Patient/123', { 'x-request-id': '1234' });
      assert.deepEqual(refusal(malformed), [
        400,
        'value',
        'INVALID_VALUE',
        'Provided value is invalid',
        "Invalid value - '1234' in header 'X-Request-ID'",
      ]);
      assert.equal((await directory.ask(`${base}/Patient/123`)).status, 401);
    });

    test('§17.6 401: missing header, missing token, and every token that is not good here', async () => {
      const cases: [headers: Record<string, string>, diagnostics: string][] = [
        [{}, 'Missing Authorization header'],
        [{ authorization: 'Bearer ' }, 'Missing access token'],
        [{ authorization: 'Basic abc' }, 'Invalid Access Token'],
        [{ authorization: 'Bearer nonsense' }, 'Invalid Access Token'],
        [{ authorization: `Bearer ${application.slice(0, -4)}AAAA` }, 'Invalid Access Token'],
        [{ authorization: `Bearer ${await directory.assertion()}` }, 'Invalid Access Token'],
      ];
      for (const [headers, diagnostics] of cases) {
        const answer = await directory.ask(`${base}/Patient/9990000034`, { headers });
        assert.deepEqual(refusal(answer), [
          401,
          'forbidden',
          'ACCESS_DENIED',
          'Access Denied - Unauthorised',
          diagnostics,
        ]);
      }
    });

    test('§17.2 NHSD-Session-URID must be the user’s; NHSD-End-User-Organisation-ODS an ODS code', async () => {
      assert.equal(
        (await asStaff('/Patient/9990000034', { 'nhsd-session-urid': '555033334444' })).status,
        200,
      );
      const foreign = await asStaff('/Patient/9990000034', { 'nhsd-session-urid': '1' });
      assert.equal(refusal(foreign)[4], "Invalid value - '1' in header 'NHSD-Session-URID'");
      assert.equal(
        (await get('/Patient/9990000034', { 'nhsd-end-user-organisation-ods': 'RZ901' })).status,
        200,
      );
      const odd = await get('/Patient/9990000034', { 'nhsd-end-user-organisation-ods': 'a b' });
      assert.equal(refusal(odd)[2], 'INVALID_VALUE');
    });

    test('§17.1 patient mode: the own entry only, and no search', async () => {
      const authorization = 'Bearer patient-9990000034';
      assert.equal((await get('/Patient/9990000034', { authorization })).status, 200);
      for (const path of ['/Patient/9990000026', '/Patient?family=Vale&birthdate=eq1990-06-15']) {
        assert.deepEqual(refusal(await get(path, { authorization })).slice(0, 4), [
          403,
          'forbidden',
          'ACCESS_DENIED',
          'Patient cannot perform this action',
        ]);
      }
    });

    test('§17.5 related persons: a Bundle, empty for restricted patients', async () => {
      const found = await asStaff('/Patient/9990000026/RelatedPerson');
      assert.deepEqual([found.status, found.body.type, found.body.total], [200, 'searchset', 1]);
      assert.equal(found.body.entry[0].resource.patient.identifier.value, '9990000026');
      for (const number of ['9990000034', '9990000042']) {
        const { body } = await asStaff(`/Patient/${number}/RelatedPerson`);
        assert.deepEqual([body.total, body.entry], [0, []]);
      }
      assert.equal((await asStaff('/Patient/9990000115/RelatedPerson')).status, 404);
    });

    test('§17.1 the token endpoint: short-lived, an assertion works once', async () => {
      const assertion = await directory.assertion();
      const answer = await directory.ask('/oauth2/token', tokenRequest(assertion));
      assert.equal(answer.status, 200);
      assert.deepEqual([answer.body.token_type, answer.body.expires_in], ['Bearer', '599']);
      assert.equal(answer.headers['cache-control'], 'no-store');
      const again = await directory.ask('/oauth2/token', tokenRequest(assertion));
      assert.deepEqual([again.status, again.body.error], [400, 'invalid_request']);
      assert.match(again.body.error_description, /jti/);
    });

    test('§17.1 assertions that are refused', async () => {
      const now = Math.floor(Date.now() / 1000);
      const cases: [assertion: string, status: number, error: string][] = [
        [await directory.assertion({ iss: 'app-2', sub: 'app-2' }), 401, 'invalid_client'],
        [await directory.assertion({ sub: 'app-2' }), 400, 'invalid_request'],
        [await directory.assertion({ aud: 'https://elsewhere' }), 400, 'invalid_request'],
        [await directory.assertion({ exp: now - 10 }), 400, 'invalid_request'],
        [await directory.assertion({ exp: now + 3600 }), 400, 'invalid_request'],
        [await directory.assertion({ jti: undefined }), 400, 'invalid_request'],
        [await directory.assertion({}, { alg: 'RS256' }), 400, 'invalid_request'],
        [await directory.assertion({}, { kid: 'k2' }), 401, 'invalid_client'],
        [`${(await directory.assertion()).split('.').slice(0, 2).join('.')}.AAAA`, 401, 'invalid_client'],
        ['nonsense', 400, 'invalid_request'],
      ];
      for (const [at, [assertion, status, error]] of cases.entries()) {
        const answer = await directory.ask('/oauth2/token', tokenRequest(assertion));
        assert.deepEqual([at, answer.status, answer.body.error], [at, status, error]);
      }
      const noGrant = await directory.ask('/oauth2/token', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'grant_type=password',
      });
      assert.deepEqual([noGrant.status, noGrant.body.error], [400, 'unsupported_grant_type']);
      const json = await directory.ask('/oauth2/token', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      assert.equal(json.status, 415);
    });
  });
}

const embedded = testStores()[0]!.fresh;
const postgres = testStores()[1]!.fresh;
const read = (directory: DirectoryUnderTest, token: string, headers: Record<string, string> = {}) =>
  directory.ask(`${base}/Patient/9990000034`, {
    headers: { authorization: `Bearer ${token}`, 'x-request-id': randomUUID(), ...headers },
  });

test('§17.6 429 with Retry-After where a limit is set; a token ends after its ten minutes', async () => {
  let now = Date.now();
  const directory = await startTestDirectory(await embedded(), {
    load,
    settings: { pdsRequestsPerSecond: 1 },
    dependencies: { clock: () => now },
  });
  try {
    const token = await directory.applicationToken();
    assert.equal((await read(directory, token)).status, 200);
    const limited = await read(directory, token);
    assert.deepEqual(refusal(limited).slice(0, 4), [429, 'value', 'TOO_MANY_REQUESTS', 'Too many requests']);
    assert.equal(limited.headers['retry-after'], '1');
    now += 1000;
    assert.equal((await read(directory, token)).status, 200);
    now += 600_000;
    assert.equal((await read(directory, token)).status, 401);
  } finally {
    await directory.close();
  }
});

test('§17.6 408 where the store does not answer in time', async () => {
  const directory = await startTestDirectory(await postgres(), { load, settings: { storeTimeoutMs: 200 } });
  try {
    const token = await directory.applicationToken();
    await directory.store.db.transaction().execute(async (transaction) => {
      await sql`lock table pds_patient in access exclusive mode`.execute(transaction);
      assert.deepEqual(refusal(await read(directory, token)).slice(0, 3), [
        408,
        'timeout',
        'UNABLE_TO_CALL_SERVICE',
      ]);
    });
    assert.equal((await read(directory, token)).status, 200);
  } finally {
    await directory.close();
  }
});

test('§17.2 an application of several organisations must name the user’s', async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS512');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k9', alg: 'RS512', kty: 'RSA' };
  const directory = await startTestDirectory(await embedded(), {
    load,
    settings: { pdsClients: [{ id: 'regional', jwks: { keys: [jwk] }, severalOrganisations: true }] },
  });
  try {
    const assertion = await new SignJWT({ jti: randomUUID() })
      .setProtectedHeader({ alg: 'RS512', kid: 'k9' })
      .setIssuer('regional')
      .setSubject('regional')
      .setAudience(`${directory.origin}/oauth2/token`)
      .setExpirationTime('4m')
      .sign(privateKey);
    const { body } = await directory.ask('/oauth2/token', tokenRequest(assertion));
    const refused = await read(directory, body.access_token);
    assert.deepEqual(refusal(refused).slice(0, 3), [400, 'required', 'MISSING_VALUE']);
    const named = await read(directory, body.access_token, { 'nhsd-end-user-organisation-ods': 'RZ901' });
    assert.equal(named.status, 200);
  } finally {
    await directory.close();
  }
});
