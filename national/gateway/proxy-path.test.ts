// Mode A over real TLS: what passes, byte for byte, and what is in the audit by then.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { interactionId } from '@gp-connect/foundation/nhs';
import {
  ask,
  consumer,
  patient,
  practice,
  root,
  search,
  spineHeaders,
  startTestRouter,
  structured,
  structuredBody,
  type TestRouter,
} from './gateway-for-tests.ts';

let router: TestRouter;
before(async () => {
  router = await startTestRouter();
});
after(() => router.close());

test('RTE-02 AUD-01 a record request is relayed, its open entry durable before the provider sees it', async () => {
  const { provider } = router;
  let sizeAtProvider = 0;
  const sizeBefore = router.audit.size;
  provider.answer = (request, response) => {
    sizeAtProvider = router.audit.size;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(200, {
        'Content-Type': 'application/fhir+json',
        'X-Practice': 'yes',
        ETag: 'W/"1"',
      });
      response.end(Buffer.concat(chunks));
    });
  };
  const body = structuredBody([{ name: 'includeAllergies', part: [] }, { name: 'includeMedication' }]);
  const answer = await ask(
    router,
    structured({ body, headers: { 'X-Custom': 'kept', Connection: 'close, X-Hop', 'X-Hop': '1' } }),
  );
  assert.equal(answer.status, 200);
  assert.equal(answer.body, body);
  assert.equal(answer.headers['x-practice'], 'yes');
  assert.equal(answer.headers.etag, 'W/"1"');
  assert.equal(answer.headers['cache-control'], 'no-store');
  assert.match(String(answer.headers['strict-transport-security']), /max-age/);
  assert.equal(sizeAtProvider, sizeBefore + 1);

  const seen = provider.requests.at(-1)!;
  assert.equal(
    seen.url,
    `/${practice.ods}/STU3/1/gpconnect/structured/fhir/Patient/$gpc.getstructuredrecord`,
  );
  assert.equal(seen.headers.host, practice.fqdn);
  assert.equal(seen.headers['x-custom'], 'kept');
  assert.equal(seen.headers['x-hop'], undefined);
  assert.match(String(seen.headers.forwarded), /^for=127\.0\.0\.1;host="127\.0\.0\.1:\d+";proto=https$/);
  assert.equal(seen.headers['ssp-from'], consumer.asid);

  await router.published(sizeBefore + 2);
  const [opened] = (await router.entries('open')).slice(-1);
  assert.equal(opened!.patient.nhsNumber, patient);
  assert.equal(opened!.patient.practice, practice.ods);
  assert.deepEqual(opened!.patient.organisation, {
    ods: 'RZ901',
    name: 'Northmoor Hospital',
    type: 'acute-emergency',
  });
  assert.deepEqual(opened!.patient.areas, ['allergies', 'medications']);
  assert.equal(opened!.patient.purpose, 'directcare');
  assert.equal(opened!.patient.product, 'ar-structured');
  assert.equal(opened!.staff.userId, '555011112222');
  assert.equal(opened!.staff.name, 'Dr Amara Okafor');
  assert.equal(opened!.technical.method, 'POST');
  assert.equal(opened!.technical.tls, 'TLSv1.3');
  const [closed] = (await router.entries('close')).slice(-1);
  assert.equal(closed!.patient.open, opened!.index);
  assert.equal(closed!.patient.outcome, 'success');
  assert.equal(closed!.patient.status, 200);
  assert.equal(closed!.technical.size, body.length);
});

test('foundations §6.1 the target goes on byte for byte, encoded or not', async () => {
  router.provider.answer = (_request, response) => void response.end('{}');
  for (const query of ['?identifier=a%7Cb&x=%24', '?identifier=a|b&_format=application/fhir%2Bjson', '']) {
    const answer = await ask(router, search({ path: `/${root}/fhir/Patient${query}` }));
    assert.equal(answer.status, 200, query);
    assert.equal(
      router.provider.requests.at(-1)!.url,
      `/${practice.ods}/STU3/1/gpconnect/fhir/Patient${query}`,
    );
  }
});

test('AUD-05 the NHS number of a search is in the audit and in no log line', async () => {
  router.provider.answer = (_request, response) => void response.end('{}');
  await ask(router, search());
  const [opened] = (await router.entries('open')).slice(-1);
  assert.equal(opened!.patient.nhsNumber, patient);
  assert.match(String(opened!.technical.url), new RegExp(patient));
  const text = router.lines.join('');
  assert.match(text, /"request"/);
  assert.ok(!text.includes(patient));
  assert.ok(!text.includes('eyJ'));
});

test('foundations §6.3 provider statuses pass unchanged with their bodies', async () => {
  for (const status of [400, 403, 404, 405, 409, 422, 429, 500, 501, 503]) {
    router.provider.answer = (_request, response) => {
      response.writeHead(status, {
        'Content-Type': 'application/fhir+json',
        'Cache-Control': 'no-store, private',
      });
      response.end(`{"own":${status}}`);
    };
    const answer = await ask(router, search());
    assert.equal(answer.status, status);
    assert.equal(answer.body, `{"own":${status}}`);
    assert.equal(answer.headers['cache-control'], 'no-store, private');
  }
});

test('foundations §6.3 a compressed answer and a compressed request pass as they are', async () => {
  const packed = gzipSync('{"big":1}');
  let received = Buffer.alloc(0);
  router.provider.answer = async (request, response) => {
    received = Buffer.concat((await request.toArray()) as Buffer[]);
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'Content-Type': 'application/fhir+json' });
    response.end(packed);
  };
  const body = gzipSync(structuredBody());
  const answer = await ask(router, structured({ body, headers: { 'Content-Encoding': 'gzip' } }));
  assert.equal(answer.headers['content-encoding'], 'gzip');
  assert.ok(received.equals(body));
  const [opened] = (await router.entries('open')).slice(-1);
  assert.equal(opened!.patient.nhsNumber, patient);
});

test('foundations §6.3 chunked bodies pass both ways, 100-continue is answered once the checks have passed', async () => {
  router.provider.answer = async (request, response) => {
    const received = Buffer.concat((await request.toArray()) as Buffer[]);
    response.write(received.subarray(0, 10));
    response.write(received.subarray(10));
    response.end();
  };
  const answer = await ask(
    router,
    structured({ headers: { 'Transfer-Encoding': 'chunked', Expect: '100-continue' } }),
  );
  assert.equal(answer.body, structuredBody());
  assert.equal(answer.headers['transfer-encoding'], 'chunked');
  assert.equal(router.provider.requests.at(-1)!.headers.expect, undefined);
});

test('foundations §6.2 row 8 an odd trace id is accepted, audited and passed on', async () => {
  router.provider.answer = (_request, response) => void response.end('{}');
  const answer = await ask(router, search({ headers: { 'Ssp-TraceID': 'not-a-uuid' } }));
  assert.equal(answer.status, 200);
  assert.equal(router.provider.requests.at(-1)!.headers['ssp-traceid'], 'not-a-uuid');
});

test('RTE-16 the health page of the front door needs no headers and tells the version', async () => {
  const answer = await ask(router, { path: '/health' });
  assert.equal(answer.status, 200);
  assert.deepEqual(JSON.parse(answer.body), { status: 'healthy', version: 'unknown' });
  assert.equal((await ask(router, { path: '/health' }, null)).status, 200);
});

test('LOG-12 the public log and the policy file are served to anyone', async () => {
  await router.audit.checkpoint();
  const at = `http://127.0.0.1:${router.gateway.publicLog.port}`;
  const checkpoint = await fetch(`${at}/log/gw-01/checkpoint`);
  assert.equal(checkpoint.status, 200);
  assert.match(await checkpoint.text(), /^audit\.gpc\.example\.nhs\.uk\/log\/gw-01\n\d+\n/);
  assert.equal(await (await fetch(`${at}/policy`)).text(), 'quorum none\n');
  assert.equal((await fetch(`${at}/log/gw-01/tile/0/x1`)).status, 404);
  assert.equal((await fetch(`${at}/log/gw-01/checkpoint`, { method: 'POST' })).status, 405);
});

test('foundations §4.1 every interaction of the catalogue with path and method of its own is routable', async () => {
  router.provider.answer = (request, response) => {
    request.resume();
    request.on('end', () => response.end('{}'));
  };
  const paths = [
    ['GET', '/fhir/metadata', interactionId.foundationsMetadata],
    ['GET', '/structured/fhir/metadata', interactionId.structuredMetadata],
    ['GET', '/documents/fhir/Binary/abc-1.2', interactionId.documentsRead],
    ['GET', '/documents/fhir/Patient/p1/DocumentReference?created=ge2020', interactionId.documentsSearch],
  ] as const;
  for (const [method, path, interaction] of paths) {
    const answer = await ask(router, { method, path: `/${root}${path}`, headers: spineHeaders(interaction) });
    assert.equal(answer.status, 200, `${path} ${answer.body}`);
  }
});

test('RTE-16 RTE-17 what went through is in no file and no log line, nor is the NHS number in clear', async () => {
  const marker = 'marker-7f3a';
  router.provider.answer = async (request, response) => {
    await request.toArray();
    response.end(`{"content":"${marker}"}`);
  };
  const body = structuredBody([{ name: 'includeProblems', part: [{ name: 'note', valueString: marker }] }]);
  const size = router.audit.size;
  assert.match((await ask(router, structured({ body }))).body, new RegExp(marker));
  await ask(router, search({ path: `/${root}/fhir/Patient/${marker}?identifier=${patient}` }));
  await router.published(size + 3);
  const files = readdirSync(router.folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  assert.ok(files.length > 5);
  const written = files.map((file) => readFileSync(join(file.parentPath, file.name)));
  const all = Buffer.concat([...written, Buffer.from(router.lines.join(''))]);
  for (const secret of [marker, patient, 'Okafor', '555011112222'])
    assert.equal(all.indexOf(secret), -1, secret);
});
