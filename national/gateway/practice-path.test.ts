// Mode B: the practice in the path, look-ups by the router, URLs of answers turned to the router's. RTE-03, RTE-14
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { interactionId } from '@gp-connect/foundation/nhs';
import {
  type Ask,
  ask,
  consumer,
  patient,
  practice,
  root,
  spineHeaders,
  startTestRouter,
  structured,
  structuredBody,
  type TestRouter,
} from './gateway-for-tests.ts';

let router: TestRouter;
before(async () => {
  router = await startTestRouter();
  router.provider.answer = (request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  };
});
after(() => router.close());

const path = `/${practice.ods}/STU3/1/gpconnect`;
const binary = (change: Partial<Ask> = {}): Ask => ({
  path: `${path}/documents/fhir/Binary/b-1`,
  ...change,
  headers: {
    ...spineHeaders(interactionId.documentsRead),
    'Ssp-From': undefined,
    'Ssp-To': undefined,
    ...change.headers,
  },
});

test('RTE-03 a document by practice: both ASIDs found, its URLs lead back through the router', async () => {
  const url = `${root}/documents/fhir/Binary/2`;
  router.provider.answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/fhir+json' });
    // The URL falls apart over three chunks.
    response.write(`{"url":"${url.slice(0, 12)}`);
    setTimeout(() => response.write(url.slice(12, 40)), 20);
    setTimeout(
      () => response.end(`${url.slice(40)}","upper":"${url.replace('https://pcs', 'HTTPS://PCS')}"}`),
      40,
    );
  };
  const answer = await ask(router, binary({ headers: { 'Accept-Encoding': 'gzip' } }));
  assert.equal(answer.status, 200, answer.body);
  const through = `https://gpc.example.nhs.uk${path}/documents/fhir/Binary/2`;
  assert.deepEqual(JSON.parse(answer.body), { url: through, upper: through });
  const { headers, url: asked } = router.provider.requests.at(-1)!;
  assert.equal(asked, `${path}/documents/fhir/Binary/b-1`);
  assert.equal(headers['ssp-from'], consumer.asid);
  assert.equal(headers['ssp-to'], practice.asid);
  assert.equal(headers['accept-encoding'], undefined);
});

test('RTE-14 X-Forwarded-Proto decides the scheme; a compressed body goes by untouched', async () => {
  router.provider.answer = (_request, response) => {
    response.writeHead(200, {
      'Content-Type': 'application/fhir+xml',
      'Content-Length': String(root.length + 15),
    });
    response.end(`${root}/documents/fhir`);
  };
  const plain = await ask(router, binary({ headers: { 'X-Forwarded-Proto': 'http' } }));
  assert.equal(plain.body, `http://gpc.example.nhs.uk${path}/documents/fhir`);
  router.provider.answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/fhir+json', 'Content-Encoding': 'br' });
    response.end(root);
  };
  assert.equal((await ask(router, binary())).body, root);
});

test('RTE-03 given ASIDs win only where they belong to the caller and the practice', async () => {
  const given = await ask(
    router,
    binary({ headers: { 'Ssp-From': consumer.asid, 'Ssp-To': practice.asid } }),
  );
  assert.equal(given.status, 200);
  const wrongFrom = await ask(router, binary({ headers: { 'Ssp-From': '200000001235' } }));
  assert.equal(wrongFrom.diagnostics, 'ASID_CHECK_FAILED_MESSAGESENDER_200000001235');
  const wrongTo = await ask(router, binary({ headers: { 'Ssp-To': '200000009998' } }));
  assert.equal(wrongTo.diagnostics, 'PARTYKEY_INTERACTION_CHECK_FAILED_MESSAGERECEIVER_200000009998');
});

test('row 22 an unknown or closed practice: 404', async () => {
  for (const ods of ['A00000', 'A83997']) {
    const answer = await ask(router, binary({ path: `/${ods}/STU3/1/gpconnect/documents/fhir/Binary/b-1` }));
    assert.deepEqual([answer.status, answer.code], [404, 'ORGANISATION_NOT_FOUND']);
  }
});

test('row 15 a certificate that belongs to no system of the organisation in the token', async () => {
  const identity = await router.client({ commonName: 'other.example.nhs.uk' });
  const answer = await ask(router, binary(), identity);
  assert.equal(answer.diagnostics, `ASID_CHECK_FAILED_MESSAGESENDER_${consumer.ods}`);
});

test('rows 7a, 23 and 33 hold as in mode A', async () => {
  const blank = await ask(router, binary({ headers: { 'Ssp-TraceID': undefined } }));
  assert.equal(blank.diagnostics, 'MISSING_OR_INVALID_HEADER_Ssp-TraceID');
  const off = await ask(router, binary({ path: '/A83998/STU3/1/gpconnect/documents/fhir/Binary/b-1' }));
  assert.equal(off.diagnostics, 'Practice A83998 does not currently share through access-document');
  const unfit = await ask(router, binary({ path: `${path}/documents/fhir/Patient/b-1` }));
  assert.deepEqual([unfit.status, unfit.code], [400, 'BAD_REQUEST']);
});

test('RTE-03 a record by practice: the NHS number is in the audit', async () => {
  router.provider.answer = (request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  };
  const size = router.audit.size;
  const answer = await ask(
    router,
    structured({ path: `${path}/structured/fhir/Patient/$gpc.getstructuredrecord`, body: structuredBody() }),
  );
  assert.equal(answer.status, 200, answer.body);
  await router.published(size + 2);
  const [opened] = (await router.entries('open')).slice(-1);
  assert.equal(opened!.patient.nhsNumber, patient);
  assert.equal(opened!.technical.mode, 'B');
});
