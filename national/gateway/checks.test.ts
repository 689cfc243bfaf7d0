// Every refusal of the proxy path: exact answer, nothing forwarded, a refused entry in the audit.
import assert from 'node:assert/strict';
import { request } from 'node:https';
import { after, before, describe, test } from 'node:test';
import { interactionId } from '@gp-connect/foundation/nhs';
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { indexSnapshot } from '../directory/index.ts';
import {
  type Ask,
  ask,
  consumer,
  nationalData,
  practice,
  root,
  search,
  spineHeaders,
  startTestRouter,
  structured,
  structuredBody,
  type TestRouter,
  tokenFor,
} from './gateway-for-tests.ts';

let router: TestRouter;
before(async () => {
  router = await startTestRouter({
    change(data) {
      data.refusedPairs.push({ from: consumer.asid, to: '200000009998' });
      data.useCases.push({
        asid: consumer.asid,
        id: 'uc-1',
        purpose: 'direct-care',
        products: ['ar-structured', 'access-document', 'appointment-management'],
        areas: ['medications', 'consultations'],
        lookbackMonths: null,
      });
    },
  });
  router.provider.answer = (request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  };
});
after(() => router.close());

const now = (): number => Math.floor(Date.now() / 1000);
const withToken = (change: Record<string, unknown>): Ask =>
  search({ headers: { Authorization: `Bearer ${tokenFor(change)}` } });

const READ = 'urn:nhs:names:services:gpconnect:fhir:rest:read:patient-1';

interface Row {
  name: string;
  request: Ask;
  status: number;
  code: string;
  issueCode?: string;
  diagnostics: string | RegExp;
}

const header = (name: string, value: string | undefined): Ask => search({ headers: { [name]: value } });

const rows: Row[] = [
  ...['DELETE', 'PATCH', 'OPTIONS'].map((method) => ({
    name: `18 ${method} is not allowed`,
    request: search({ method }),
    status: 405,
    code: '405',
    issueCode: 'forbidden',
    diagnostics: '',
  })),
  ...['Ssp-TraceID', 'Ssp-From', 'Ssp-To', 'Ssp-InteractionID'].flatMap((name) => [
    {
      name: `7a ${name} is missing`,
      request: header(name, undefined),
      status: 400,
      code: '400',
      issueCode: 'invalid',
      diagnostics: `MISSING_OR_INVALID_HEADER_${name}`,
    },
    {
      name: `7a ${name} is blank`,
      request: header(name, ' '),
      status: 400,
      code: '400',
      issueCode: 'invalid',
      diagnostics: `MISSING_OR_INVALID_HEADER_${name}`,
    },
  ]),
  {
    name: '7a Ssp-From is not an ASID, Ssp-To is repeated: both are named',
    request: search({ headers: { 'Ssp-From': '12', 'Ssp-To': [practice.asid, practice.asid] } }),
    status: 400,
    code: '400',
    diagnostics: 'MISSING_OR_INVALID_HEADER_Ssp-From; MISSING_OR_INVALID_HEADER_Ssp-To',
  },
  {
    name: '11 no token',
    request: header('Authorization', undefined),
    status: 400,
    code: 'BAD_REQUEST',
    issueCode: 'invalid',
    diagnostics: 'The Authorization header is missing',
  },
  {
    name: '11 a token with a signature',
    request: header('Authorization', `Bearer ${tokenFor()}abc`),
    status: 400,
    code: 'BAD_REQUEST',
    diagnostics: /empty signature/,
  },
  {
    name: '11 a padded token',
    request: header('Authorization', `Bearer ${tokenFor().replace('.', '=.')}`),
    status: 400,
    code: 'BAD_REQUEST',
    diagnostics: /without padding/,
  },
  {
    name: '11 12 every fault of the token is listed',
    request: withToken({ iss: undefined, exp: now() + 299, iat: now(), reason_for_request: 'research' }),
    status: 400,
    code: 'BAD_REQUEST',
    diagnostics: /iss.*; .*; .*reason_for_request/s,
  },
  {
    name: '11 an expired token',
    request: withToken({ iat: now() - 301, exp: now() - 1 }),
    status: 400,
    code: 'BAD_REQUEST',
    diagnostics: /expired/,
  },
  {
    name: '15 a sender nobody registered',
    request: header('Ssp-From', '200000000000'),
    status: 403,
    code: '403',
    issueCode: 'forbidden',
    diagnostics: 'ASID_CHECK_FAILED_MESSAGESENDER_200000000000',
  },
  {
    name: '15 a sender not registered for the interaction',
    request: header('Ssp-From', '200000001237'),
    status: 403,
    code: '403',
    diagnostics: 'ASID_CHECK_FAILED_MESSAGESENDER_200000001237',
  },
  {
    name: '15 a sender whose certificate is another',
    request: header('Ssp-From', '200000001235'),
    status: 403,
    code: '403',
    diagnostics: 'ASID_CHECK_FAILED_MESSAGESENDER_200000001235',
  },
  {
    name: '33 an interaction nobody knows fails as row 15 first',
    request: header('Ssp-InteractionID', 'urn:nhs:names:services:gpconnect:fhir:rest:read:nothing-1'),
    status: 403,
    code: '403',
    diagnostics: `ASID_CHECK_FAILED_MESSAGESENDER_${consumer.asid}`,
  },
  {
    name: '16 a receiver nobody registered',
    request: header('Ssp-To', '200000000001'),
    status: 403,
    code: '403',
    issueCode: 'forbidden',
    diagnostics: 'PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_200000000001',
  },
  {
    name: '16 a receiver without the interaction',
    request: header('Ssp-To', '200000009990'),
    status: 403,
    code: '403',
    diagnostics: 'PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_200000009990',
  },
  {
    name: '13 the organisation of the token is not the sender’s',
    request: withToken({
      requesting_organization: {
        resourceType: 'Organization',
        name: 'Elsewhere',
        identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'RZ999' }],
      },
    }),
    status: 403,
    code: 'ACCESS DENIED',
    issueCode: 'forbidden',
    diagnostics: /requesting organisation/,
  },
  {
    name: '17 a refused pair',
    request: header('Ssp-To', '200000009998'),
    status: 403,
    code: '403',
    issueCode: 'forbidden',
    diagnostics: `FOT_CHECK_FAILED_MESSAGESENDER_${consumer.asid}_MESSAGERECEIVER_200000009998`,
  },
  {
    name: '17 an organisation without an arrangement',
    request: search({
      headers: {
        'Ssp-From': '200000001236',
        Authorization: `Bearer ${tokenFor({
          requesting_organization: {
            resourceType: 'Organization',
            name: 'Unsigned Trust',
            identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'RZM51' }],
          },
        })}`,
      },
    }),
    status: 403,
    code: '403',
    diagnostics: `FOT_CHECK_FAILED_MESSAGESENDER_200000001236_MESSAGERECEIVER_${practice.asid}`,
  },
  ...[
    ['a port added', `/https://${practice.fqdn}:443/${practice.ods}/STU3/1/gpconnect/fhir/Patient`],
    ['an IP address', `/https://127.0.0.1/${practice.ods}/STU3/1/gpconnect/fhir/Patient`],
    [
      'another letter case',
      `/https://${practice.fqdn.toUpperCase()}/${practice.ods}/STU3/1/gpconnect/fhir/Patient`,
    ],
    ['another practice', `/https://${practice.fqdn}/A83998/STU3/1/gpconnect/fhir/Patient`],
    ['a longer last segment', `/${root}/fhirx/Patient`],
    ['another capability', `/${root}/structured/fhir/Patient`],
  ].map(([what, path]) => ({
    name: `14 the target has ${what}`,
    request: search({ path: path! }),
    status: 400,
    code: '400',
    issueCode: 'invalid',
    diagnostics: `ENDPOINT_${root}/fhir_CPAID_S0001_VARIES_FROM_TARGETURL_${path!.slice(1)}`,
  })),
  ...[
    ['another path', search({ path: `/${root}/fhir/Practitioner` })],
    ['another letter case', search({ path: `/${root}/fhir/patient` })],
    ['another method', search({ method: 'POST' })],
    ['dots for an id', search({ path: `/${root}/fhir/Patient/..`, headers: { 'Ssp-InteractionID': READ } })],
    ['no path', search({ path: `/${root}/fhir` })],
    ['a slash at the end', search({ path: `/${root}/fhir/Patient/` })],
  ].map(([what, request]) => ({
    name: `33 RTE-15 the interaction has ${what as string}`,
    request: request as Ask,
    status: 400,
    code: 'BAD_REQUEST',
    issueCode: 'invalid',
    diagnostics: /do not belong together/,
  })),
  ...['text/xml', 'application/json', 'application/json+fhir', 'application/fhir+json;charset=latin1'].map(
    (type) => ({
      name: `19 Content-Type ${type}`,
      request: structured({ headers: { 'Content-Type': type } }),
      status: 415,
      code: '415',
      issueCode: 'not-supported',
      diagnostics: 'Unsupported_Media_Type',
    }),
  ),
  {
    name: '19 no Content-Type',
    request: structured({ headers: { 'Content-Type': undefined } }),
    status: 415,
    code: '415',
    issueCode: 'not-supported',
    diagnostics: 'Unsupported_Media_Type',
  },
  {
    name: '31 an area outside the use case',
    request: structured({ body: structuredBody([{ name: 'includeAllergies' }]) }),
    status: 403,
    code: 'ACCESS DENIED',
    issueCode: 'forbidden',
    diagnostics: /medications, consultations/,
  },
  {
    name: '31 a body that cannot be read counts as asking for everything',
    request: structured({ body: '{"resourceType":"Parameters","parameter":[],"parameter":[]}' }),
    status: 403,
    code: 'ACCESS DENIED',
    diagnostics: /medications, consultations/,
  },
  {
    name: 'a path that leads nowhere',
    request: { path: '/nothing/here' },
    status: 404,
    code: 'NO_RECORD_FOUND',
    issueCode: 'not-found',
    diagnostics: /nothing at this path/,
  },
];

describe('national-service §21, mode A', () => {
  for (const row of rows) {
    test(`row ${row.name}`, async () => {
      const seen = router.provider.requests.length;
      const size = router.audit.size;
      const answer = await ask(router, row.request);
      assert.equal(answer.status, row.status, answer.body);
      assert.equal(answer.code, row.code);
      const { issue, meta, id } = JSON.parse(answer.body);
      if (row.issueCode) assert.equal(issue[0].code, row.issueCode);
      if (typeof row.diagnostics === 'string') assert.equal(answer.diagnostics ?? '', row.diagnostics);
      else assert.match(answer.diagnostics ?? '', row.diagnostics);
      const proxyMade = /^\d{3}$/.test(row.code);
      assert.equal(meta === undefined, proxyMade);
      if (proxyMade && row.status !== 405) {
        assert.match(id, /^[0-9a-f-]{36}$/);
        assert.equal(issue[0].details.coding[0].display, answer.diagnostics);
        assert.equal(
          issue[0].details.coding[0].system,
          'http://fhir.nhs.net/ValueSet/gpconnect-schedule-response-code-1-0',
        );
      }
      assert.equal(answer.headers['cache-control'], 'no-store');
      assert.equal(router.provider.requests.length, seen);
      assert.equal(router.audit.size, size + 1);
    });
  }

  test('AUD-01 every refusal above is in the audit with its rule and status', async () => {
    const refused = await router.entries('refused');
    assert.ok(refused.length >= rows.length);
    const [pair] = refused.filter(({ technical }) => technical.rule === '17');
    assert.equal(pair!.patient.decision, 'refuse');
    assert.equal(pair!.patient.status, 403);
    assert.equal(pair!.patient.code, 'FOT_CHECK_FAILED_MESSAGESENDER');
    assert.equal(pair!.technical.from, consumer.asid);
    assert.equal(refused.filter(({ technical }) => technical.rule === '14').length, 6);
    assert.ok(!router.lines.join('').includes('9434765919'));
  });

  test('row 11 a repeated Authorization header is no way past the check', async () => {
    const ask2 = search();
    const raw = [
      ...Object.entries(ask2.headers!),
      ['Authorization', `Bearer ${tokenFor()}`],
    ].flat() as string[];
    const status = await new Promise<number>((resolve, reject) => {
      const sent = request({
        ...(clientTls(router.identity) as object),
        host: '127.0.0.1',
        servername: 'localhost',
        port: router.gateway.address.port,
        path: ask2.path,
        headers: ['Host', 'localhost', ...raw] as never,
        agent: false,
      });
      sent.on('response', (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject);
      sent.end();
    });
    assert.equal(status, 400);
  });

  test('foundations §7.3 row 10 a token whose iat lies in the future is accepted', async () => {
    const answer = await ask(router, withToken({ iat: now() + 900, exp: now() + 1200 }));
    assert.equal(answer.status, 200);
  });

  test('SLA-05 without a trusted directory nothing is routed', async () => {
    router.setDirectory(null);
    const answer = await ask(router, search());
    router.setDirectory(indexSnapshot(nationalData()));
    assert.equal(answer.status, 502);
    assert.equal(answer.code, 'BAD_GATEWAY');
    assert.equal((await ask(router, search())).status, 200);
  });
});

describe('row 1: the client certificate', () => {
  const refusedWith = async (identity: TlsIdentity | null, status: number, text: RegExp): Promise<void> => {
    const size = router.audit.size;
    const answer = await ask(router, search(), identity);
    assert.equal(answer.status, status);
    assert.equal(answer.code, 'BAD_REQUEST');
    assert.match(answer.diagnostics ?? '', text);
    assert.equal(router.audit.size, size + 1);
  };

  test('none is answered 496', () => refusedWith(null, 496, /No client certificate/));

  test('an expired one is answered 495', async () => {
    const day = 86_400_000;
    const validity = { notBefore: new Date(Date.now() - 3 * day), notAfter: new Date(Date.now() - day) };
    await refusedWith(await router.client({ validity }), 495, /expired/);
  });

  test('one of another authority is answered 495', async () => {
    const other = await startTestRouter();
    const foreign = { ...(await other.client()), ca: router.authority.ca };
    await other.close();
    await refusedWith(foreign, 495, /trusted authority/);
  });

  test('a revoked one is answered 495, also on a connection opened before', async () => {
    const identity = await router.client();
    assert.equal((await ask(router, search(), identity)).status, 200);
    router.authority.revocations.revoke(identity.serialNumber);
    await refusedWith(identity, 495, /revoked/);
  });

  test('one under another name is not the sender: row 15', async () => {
    const answer = await ask(router, search(), await router.client({ commonName: 'other.example.nhs.uk' }));
    assert.equal(answer.diagnostics, `ASID_CHECK_FAILED_MESSAGESENDER_${consumer.asid}`);
  });
});

test('row 8 with the strict setting a trace id that is not a UUID is refused', async () => {
  const strict = await startTestRouter({ settings: { strictTraceIds: true } });
  const answer = await ask(strict, search({ headers: { 'Ssp-TraceID': 'abc' } }));
  await strict.close();
  assert.equal(answer.status, 400);
  assert.equal(answer.code, 'BAD_REQUEST');
});

test('row 23 a practice that switched the product off: named, with the code of the dialect', async () => {
  const path = `/https://${practice.fqdn}/A83998/STU3/1/gpconnect/structured/fhir/Patient/$gpc.getstructuredrecord`;
  const other = await startTestRouter();
  const answer = await ask(other, structured({ path, headers: { 'Ssp-To': '200000009998' } }));
  await other.close();
  assert.equal(answer.status, 403);
  assert.equal(answer.code, 'ACCESS DENIED');
  assert.equal(answer.diagnostics, 'Practice A83998 does not currently share through ar-structured');
});

test('row 34 RTE-20 over the limit of a user: 429 with Retry-After and the rate headers', async () => {
  const slow = await startTestRouter({ settings: { limits: { user: { perSecond: 0.01, burst: 2 } } } });
  slow.provider.answer = (_request, response) => void response.end('{}');
  const first = await ask(slow, search());
  assert.equal(first.headers['x-rate-limit-limit'], '2');
  assert.equal(first.headers['x-rate-limit-remaining'], '1');
  assert.equal((await ask(slow, search())).status, 200);
  const third = await ask(slow, search());
  await slow.close();
  assert.equal(third.status, 429);
  assert.equal(third.code, 'TOO_MANY_REQUESTS');
  assert.equal(JSON.parse(third.body).issue[0].code, 'throttled');
  assert.ok(Number(third.headers['retry-after']) >= 1);
  assert.equal(third.headers['x-rate-limit-remaining'], '0');
  assert.match(String(third.headers['x-rate-limit-reset']), /^\d+$/);
});

test('row 17 NDS-01 the metadata interaction needs an arrangement like any other', async () => {
  const answer = await ask(router, {
    path: `/${root}/fhir/metadata`,
    headers: { ...spineHeaders(interactionId.foundationsMetadata), 'Ssp-From': '200000001236' },
  });
  assert.equal(answer.status, 403);
});
