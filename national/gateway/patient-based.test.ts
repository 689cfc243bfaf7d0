// Mode C end to end: real PDS and SDS, real access tokens, real audit. national-service §3.2–§3.6, §21
import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { listenAddress } from '@gp-connect/foundation/http';
import { serverTls } from '@gp-connect/foundation/trust';
import { changeSwitch } from '../policy/index.ts';
import { type Ask, ask, consumer, practice, root, structuredBody, until } from './gateway-for-tests.ts';
import {
  byPatient,
  type PatientBasedRouter,
  people,
  startPatientBasedRouter,
  structuredId,
} from './patient-based-for-tests.ts';

let router: PatientBasedRouter;
before(async () => {
  router = await startPatientBasedRouter();
  router.provider.answer = (request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  };
});
after(() => router.close());

const notFound = {
  resourceType: 'OperationOutcome',
  meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-OperationOutcome-1'] },
  issue: [
    {
      severity: 'error',
      code: 'not-found',
      details: {
        coding: [
          {
            system: 'https://fhir.nhs.uk/STU3/CodeSystem/Spine-ErrorOrWarningCode-1',
            code: 'PATIENT_NOT_FOUND',
            display: 'Patient not found',
          },
        ],
      },
      diagnostics:
        'No record can be made available for this patient. Check the NHS number and trace the patient again.',
    },
  ],
};

test('RTE-04 §22.1 a record by NHS number: found, forwarded byte for byte under a token of the router', async () => {
  let received = '';
  router.provider.answer = async (request, response) => {
    received = Buffer.concat((await request.toArray()) as Buffer[]).toString();
    response.writeHead(200, { 'Content-Type': 'application/fhir+json' });
    response.end(
      `{"fullUrl":"${root}/structured/fhir/Patient/1","other":"${root}/documents/fhir/Binary/2","far":"https://elsewhere.example/x"}`,
    );
  };
  const size = router.audit.size;
  const body = ` ${structuredBody([{ name: 'includeMedication' }])}\n`;
  const answer = await ask(
    router,
    await byPatient(router, people.usual, {
      body,
      headers: { 'X-Request-ID': 'r-1', 'X-Correlation-ID': 'c-1' },
    }),
  );
  assert.equal(answer.status, 200, answer.body);
  assert.equal(received, body);
  assert.equal(answer.headers['ssp-traceid'], '6c1f1f0e-1b5e-4d2c-9b1d-0d5a9f0e7a11');
  assert.equal(answer.headers['x-request-id'], 'r-1');
  assert.equal(answer.headers['x-correlation-id'], 'c-1');
  const router1 = 'https://gpc.example.nhs.uk';
  assert.deepEqual(JSON.parse(answer.body), {
    fullUrl: `${router1}/${practice.ods}/STU3/1/gpconnect/structured/fhir/Patient/1`,
    other: `${router1}/${practice.ods}/STU3/1/gpconnect/documents/fhir/Binary/2`,
    far: 'https://elsewhere.example/x',
  });

  const { url, headers } = router.provider.requests.at(-1)!;
  assert.equal(url, `/${practice.ods}/STU3/1/gpconnect/structured/fhir/Patient/$gpc.getstructuredrecord`);
  assert.equal(headers['ssp-from'], consumer.asid);
  assert.equal(headers['ssp-to'], practice.asid);
  assert.equal(headers['ssp-interactionid'], structuredId);
  assert.equal(headers['ssp-traceid'], '6c1f1f0e-1b5e-4d2c-9b1d-0d5a9f0e7a11');
  assert.equal(headers['content-type'], 'application/fhir+json; charset=utf-8');
  assert.equal(headers['ods-from'], undefined);
  const [head, payload, signature] = headers.authorization!.replace('Bearer ', '').split('.');
  assert.equal(signature, '');
  assert.deepEqual(JSON.parse(Buffer.from(head!, 'base64url').toString()), { alg: 'none', typ: 'JWT' });
  const claims = JSON.parse(Buffer.from(payload!, 'base64url').toString());
  assert.equal(claims.iss, 'https://emr.rz901.example.nhs.uk/');
  assert.equal(claims.aud, `${root}/structured/fhir`);
  assert.equal(claims.exp, claims.iat + 300);
  assert.ok(claims.iat <= Date.now() / 1000);
  assert.equal(claims.sub, claims.requesting_practitioner.id);
  assert.equal(claims.requested_scope, 'patient/*.read');
  assert.equal(claims.requesting_organization.name, 'Northmoor Hospital');
  assert.deepEqual(
    claims.requesting_practitioner.identifier.map((identifier: { value: string }) => identifier.value),
    ['555011112222', '555033334444', '555011112222'],
  );

  await router.published(size + 2);
  const [opened] = (await router.entries('open')).slice(-1);
  assert.equal(opened!.patient.nhsNumber, people.usual);
  assert.equal(opened!.patient.practice, practice.ods);
  assert.deepEqual(opened!.patient.role, { code: 'R8000', display: 'Clinical Practitioner Access Role' });
  assert.deepEqual(opened!.patient.areas, ['medications']);
  assert.equal(opened!.staff.roleProfileId, '555033334444');
  assert.equal(opened!.technical.odsFrom, consumer.ods);
});

test('RTE-12m a provider’s refusal stays what it is', async () => {
  router.provider.answer = (request, response) => {
    request.resume();
    response.writeHead(403, { 'Content-Type': 'application/fhir+json' });
    response.end('{"resourceType":"OperationOutcome","own":1}');
  };
  const answer = await ask(router, await byPatient(router));
  assert.equal(answer.status, 403);
  assert.equal(answer.body, '{"resourceType":"OperationOutcome","own":1}');
});

describe('RTE-12a–d, f row 21: one and the same answer', () => {
  for (const who of ['unknown', 'superseded', 'restricted', 'without', 'moved', 'died'] as const) {
    test(who, async () => {
      const seen = router.provider.requests.length;
      const answer = await ask(router, await byPatient(router, people[who]));
      assert.equal(answer.status, 404);
      assert.deepEqual(JSON.parse(answer.body), notFound);
      assert.equal(router.provider.requests.length, seen);
    });
  }
});

interface Row {
  name: string;
  change?: Partial<Ask>;
  patient?: string;
  status: number;
  code: string;
  issue?: string;
  diagnostics: RegExp;
}

const parameters = (...list: unknown[]): string =>
  JSON.stringify({ resourceType: 'Parameters', parameter: list });
const identified = (system: string | undefined, value: unknown) => ({
  name: 'patientNHSNumber',
  valueIdentifier: { system, value },
});
const nhs = 'https://fhir.nhs.uk/Id/nhs-number';

const rows: Row[] = [
  { name: '18 GET', change: { method: 'GET', body: '' }, status: 405, code: '405', diagnostics: /^$/ },
  {
    name: '19 Content-Type',
    change: { headers: { 'Content-Type': 'text/plain' } },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    issue: 'invalid',
    diagnostics: /Content-Type/,
  },
  {
    name: '19 Accept',
    change: { headers: { Accept: 'text/html' } },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    issue: 'invalid',
    diagnostics: /Accept/,
  },
  {
    name: '35 a body over 1 MB',
    change: { body: `${structuredBody()}${' '.repeat(1_100_000)}` },
    status: 413,
    code: 'BAD_REQUEST',
    issue: 'too-long',
    diagnostics: /too long/,
  },
  {
    name: '35 a body over 1 MB that does not say so',
    change: {
      body: `${structuredBody()}${' '.repeat(1_100_000)}`,
      headers: { 'Transfer-Encoding': 'chunked' },
    },
    status: 413,
    code: 'BAD_REQUEST',
    issue: 'too-long',
    diagnostics: /too long/,
  },
  {
    name: '6 Ods-from missing',
    change: { headers: { 'Ods-from': undefined } },
    status: 400,
    code: 'BAD_REQUEST',
    issue: 'invalid',
    diagnostics: /^Missing or empty required header "ODS-from"$/,
  },
  {
    name: '7 Ssp-TraceID blank',
    change: { headers: { 'Ssp-TraceID': ' ' } },
    status: 400,
    code: 'BAD_REQUEST',
    issue: 'invalid',
    diagnostics: /^Missing or empty required header "Ssp-TraceID"$/,
  },
  {
    name: '6 7 both',
    change: { headers: { 'Ssp-TraceID': undefined, 'Ods-from': undefined } },
    status: 400,
    code: 'BAD_REQUEST',
    diagnostics: /Ssp-TraceID"; .*ODS-from"$/,
  },
  {
    name: '9 no access token',
    change: { headers: { Authorization: undefined } },
    status: 401,
    code: 'ACCESS DENIED',
    issue: 'login',
    diagnostics: /needed/,
  },
  {
    name: '9 a token of our own making',
    change: { headers: { Authorization: 'Bearer a.b.c' } },
    status: 401,
    code: 'ACCESS DENIED',
    issue: 'login',
    diagnostics: /not valid/,
  },
  {
    name: '1 an empty body',
    change: { body: '' },
    status: 400,
    code: 'BAD_REQUEST',
    issue: 'invalid',
    diagnostics: /^Invalid JSON body sent in request$/,
  },
  {
    name: '1 a body that is not JSON',
    change: { body: '{' },
    status: 400,
    code: 'BAD_REQUEST',
    issue: 'invalid',
    diagnostics: /^Invalid JSON body/,
  },
  {
    name: '1 not Parameters',
    change: { body: '{"resourceType":"Patient"}' },
    status: 400,
    code: 'BAD_REQUEST',
    issue: 'invalid',
    diagnostics: /^Invalid JSON body/,
  },
  {
    name: '2 no NHS number',
    change: { body: parameters() },
    status: 422,
    code: 'INVALID_PARAMETER',
    issue: 'invalid',
    diagnostics: /patientNHSNumber/,
  },
  {
    name: '3 nine digits',
    change: { body: parameters(identified(nhs, '943476591')) },
    status: 400,
    code: 'INVALID_NHS_NUMBER',
    issue: 'value',
    diagnostics: /^[^\d]*$/,
  },
  {
    name: '3 a wrong check digit',
    change: { body: parameters(identified(nhs, '9434765918')) },
    status: 400,
    code: 'INVALID_NHS_NUMBER',
    issue: 'value',
    diagnostics: /^[^\d]*$/,
  },
  {
    name: '4 a foreign system',
    change: { body: parameters(identified('https://other', people.usual)) },
    status: 422,
    code: 'INVALID_PARAMETER',
    issue: 'invalid',
    diagnostics: /https:\/\/fhir\.nhs\.uk\/Id\/nhs-number/,
  },
  {
    name: '4 no system',
    change: { body: parameters(identified(undefined, people.usual)) },
    status: 422,
    code: 'INVALID_PARAMETER',
    diagnostics: /must be/,
  },
  {
    name: '5 twice',
    change: { body: parameters(identified(nhs, people.usual), identified(nhs, people.usual)) },
    status: 422,
    code: 'INVALID_PARAMETER',
    issue: 'invalid',
    diagnostics: /more than once/,
  },
  {
    name: '12j an organisation that is not in SDS',
    change: { headers: { 'Ods-from': 'RZ000' } },
    status: 403,
    code: '403',
    issue: 'forbidden',
    diagnostics: /^ASID_CHECK_FAILED_MESSAGESENDER_RZ000$/,
  },
  {
    name: '25 an organisation without an arrangement',
    change: { headers: { 'Ods-from': 'RZM51' } },
    status: 403,
    code: 'ACCESS DENIED',
    diagnostics: /no live data sharing arrangement for ar-structured/,
  },
  {
    name: '22 RTE-12e a closed practice',
    patient: people.closedPractice,
    status: 404,
    code: 'ORGANISATION_NOT_FOUND',
    issue: 'not-found',
    diagnostics: /practice/,
  },
  {
    name: '22 RTE-12h a practice without an endpoint',
    patient: people.noEndpoint,
    status: 404,
    code: 'ORGANISATION_NOT_FOUND',
    issue: 'not-found',
    diagnostics: /practice/,
  },
  {
    name: '23 a practice that switched the product off',
    patient: people.switchedOff,
    status: 403,
    code: 'ACCESS DENIED',
    diagnostics: /A83998 does not currently share through ar-structured/,
  },
  {
    name: '29 a medical examiner, the patient alive',
    change: { headers: { 'Ods-from': 'RZE81' } },
    status: 403,
    code: 'NO_RELATIONSHIP',
    issue: 'forbidden',
    diagnostics: /death/,
  },
  {
    name: '30 a medical examiner, more than 28 days after the death',
    patient: people.diedLongAgo,
    change: { headers: { 'Ods-from': 'RZE81' } },
    status: 404,
    code: 'PATIENT_NOT_FOUND',
    diagnostics: /No record/,
  },
  {
    name: 'migration is not offered by patient',
    change: { path: '/patient/$gpc.migratestructuredrecord' },
    status: 404,
    code: 'NO_RECORD_FOUND',
    diagnostics: /no such operation/,
  },
  {
    name: '2 the HTML operation speaks DSTU2',
    change: {
      path: '/Patient/$gpc.getcarerecord',
      body: parameters(),
      headers: { 'Content-Type': 'application/json+fhir', Accept: '*/*' },
    },
    status: 400,
    code: 'BAD_REQUEST',
    diagnostics: /patientNHSNumber/,
  },
];

describe('national-service §21, mode C', () => {
  for (const row of rows) {
    test(`row ${row.name}`, async () => {
      const seen = router.provider.requests.length;
      const size = router.audit.size;
      const answer = await ask(router, await byPatient(router, row.patient, row.change));
      assert.equal(answer.status, row.status, answer.body);
      assert.equal(answer.code, row.code);
      assert.match(answer.diagnostics ?? '', row.diagnostics);
      if (row.issue) assert.equal(JSON.parse(answer.body).issue[0].code, row.issue);
      if (row.status === 401) assert.match(String(answer.headers['www-authenticate']), /^Bearer/);
      assert.equal(router.provider.requests.length, seen);
      assert.equal(router.audit.size, size + 1);
    });
  }

  test('row 9 an expired token, row 10 one below AAL3, a client nobody registered', async () => {
    const withToken = async (change: Record<string, unknown>) =>
      ask(
        router,
        await byPatient(router, people.usual, {
          headers: { Authorization: `Bearer ${await router.accessToken(change)}` },
        }),
      );
    const expired = await withToken({ exp: Math.floor(Date.now() / 1000) - 60 });
    assert.deepEqual([expired.status, expired.code], [401, 'ACCESS DENIED']);
    const weak = await withToken({ authentication_assurance_level: '2' });
    assert.deepEqual([weak.status, weak.code], [403, 'ACCESS DENIED']);
    const stranger = await withToken({ client_id: 'nobody' });
    assert.deepEqual([stranger.status, stranger.code], [401, 'ACCESS DENIED']);
  });

  test('row 1 mode C needs the client certificate besides the token, unless set otherwise', async () => {
    const answer = await ask(router, await byPatient(router), null);
    assert.equal(answer.status, 496);
  });

  test('PUR-03 RTE-12g a medical examiner reads the record of one who died, under a purpose header', async () => {
    router.provider.answer = (request, response) => {
      request.resume();
      request.on('end', () => response.end('{}'));
    };
    const answer = await ask(
      router,
      await byPatient(router, people.died, { headers: { 'Ods-from': 'RZE81', 'GPC-Purpose': 'forged' } }),
    );
    assert.equal(answer.status, 200, answer.body);
    const { headers } = router.provider.requests.at(-1)!;
    assert.equal(headers['gpc-purpose'], 'medical-examiner');
    assert.equal(headers['ssp-from'], '200000001240');
  });

  test('§3.2 the HTML record by NHS number goes out under a 0.x token', async () => {
    const body = JSON.stringify({
      resourceType: 'Parameters',
      parameter: [
        {
          name: 'patientNHSNumber',
          valueIdentifier: { system: 'http://fhir.nhs.net/Id/nhs-number', value: people.usual },
        },
      ],
    });
    const answer = await ask(
      router,
      await byPatient(router, people.usual, {
        path: '/patient/$gpc.getcarerecord',
        body,
        headers: { 'Content-Type': 'application/json+fhir', Accept: undefined },
      }),
    );
    assert.equal(answer.status, 200, answer.body);
    const { headers } = router.provider.requests.at(-1)!;
    assert.equal(headers['content-type'], 'application/json+fhir; charset=utf-8');
    const claims = JSON.parse(Buffer.from(headers.authorization!.split('.')[1]!, 'base64url').toString());
    assert.equal(claims.aud, 'https://authorize.fhir.nhs.net/token');
    assert.equal(claims.requested_record.identifier[0].value, people.usual);
  });
});

test('§3.6 a client of profile cdg-0 gets the texts it knows, unknown and restricted still alike', async () => {
  const old = await startPatientBasedRouter({ profile: 'cdg-0' });
  const told = async (who: string, change: Partial<Ask> = {}) => {
    const { status, body } = await ask(old, await byPatient(old, who, change));
    const { issue, meta } = JSON.parse(body);
    assert.equal(meta, undefined);
    assert.equal(issue[0].details, undefined);
    return [status, issue[0].code, issue[0].diagnostics];
  };
  for (const who of [people.unknown, people.restricted, people.without]) {
    const text = `PDS patient ${who} did not contain a current provider ODS code`;
    assert.deepEqual(await told(who), [404, 'exception', text]);
  }
  assert.deepEqual(await told(people.noEndpoint), [
    404,
    'exception',
    'No SDS org found for provider ODS code A83990',
  ]);
  assert.deepEqual(await told(people.usual, { headers: { 'Ods-from': 'RZ000' } }), [
    404,
    'exception',
    'No SDS org found for consumer ODS code RZ000',
  ]);
  assert.deepEqual(await told(people.usual, { body: '{' }), [
    400,
    'invalid',
    'Invalid JSON body sent in request',
  ]);
  old.provider.answer = (request) => void request.socket.destroy();
  assert.deepEqual(await told(people.usual), [502, 'exception', 'Provider request failed: no answer']);
  await old.close();
});

test('ENB-04 a switch changed at the directory is in force at the router within seconds', async () => {
  assert.equal((await ask(router, await byPatient(router))).status, 200);
  const { store, directory } = router.directory;
  const current = directory.snapshot().practiceProduct(practice.ods, 'ar-structured', null);
  await changeSwitch(
    store,
    { ods: practice.ods, product: 'ar-structured', area: null },
    { state: 'disabled', reasonCode: 'technical', reasonText: null, incident: null },
    { actor: 'test', role: 'practice.admin', expectedVersion: current?.version ?? 0, now: new Date() },
  );
  await until(async () => (await ask(router, await byPatient(router))).status === 403);
});

test('RTE-12k row 36 a PDS that refuses us, is busy or silent: 502, names which, Retry-After passed on', async () => {
  let behaviour: number | 'silent' = 429;
  const pds = createServer((_request, response) => {
    if (behaviour !== 'silent')
      response.writeHead(behaviour, { 'Retry-After': '7' }).end('{"secret":"upstream"}');
  });
  const other = await startPatientBasedRouter({
    async pds(authority) {
      const identity = await authority.issue({
        commonName: 'pds',
        dnsNames: ['localhost'],
        usages: 'server',
      });
      pds.setSecureContext(serverTls(identity, { clients: 'answer' }));
      await new Promise<void>((resolve) => pds.listen(0, '127.0.0.1', resolve));
      return `https://localhost:${listenAddress(pds).port}`;
    },
  });
  for (const next of [429, 500, 403, 408, 'silent'] as const) {
    behaviour = next;
    const answer = await ask(other, await byPatient(other));
    assert.deepEqual(
      [answer.status, answer.code, answer.diagnostics],
      [502, 'BAD_GATEWAY', 'PDS cannot be reached'],
    );
    assert.equal(answer.headers['retry-after'], next === 'silent' ? undefined : '7');
    assert.ok(!answer.body.includes('upstream'));
  }
  assert.ok(other.lines.some((line) => line.includes('alert: our own credentials were refused')));
  behaviour = 404;
  assert.equal((await ask(other, await byPatient(other))).code, 'PATIENT_NOT_FOUND');
  await other.close();
  pds.closeAllConnections();
  pds.close();
});
