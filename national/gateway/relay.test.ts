// Providers that stall, die, talk nonsense or are away; clients that leave; bodies of any size. RTE-24, RTE-25, RTE-26
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { interactionId } from '@gp-connect/foundation/nhs';
import { proxyAnswer } from './answers.ts';
import {
  type Answered,
  ask,
  open,
  patient,
  practice,
  root,
  search,
  spineHeaders,
  startTestRouter,
  structured,
  structuredBody,
  type TestRouter,
  until,
  wrongHost,
} from './gateway-for-tests.ts';

let router: TestRouter;
before(async () => {
  router = await startTestRouter({
    settings: {
      provider: { betweenBytesSeconds: 1, connections: 4, outstanding: 6 },
      firstByteSeconds: { [interactionId.findPatient]: 1 },
    },
  });
});
beforeEach(() => {
  router.provider.answer = (_request, response) => void response.end('{}');
});
after(() => router.close());

const target = `${root}/fhir/Patient?identifier=https://fhir.nhs.uk/Id/nhs-number%7C${patient}`;

async function lastClose(after: number): Promise<Record<string, unknown>> {
  await router.published(after + 2);
  return (await router.entries('close')).at(-1)!.patient;
}

function unreachable(answer: Answered): void {
  assert.equal(answer.status, 502);
  const text = `ERROR_COMMUNICATING_TO_ENDPOINT_URL_${target}`;
  const expected = proxyAnswer('20', 502, 'transient', text).body;
  assert.deepEqual({ ...JSON.parse(answer.body), id: '' }, { ...expected, id: '' });
}

test('row 20 a provider that is away: 502, closed as failed; it is found again once it is back', async () => {
  await router.provider.close();
  const size = router.audit.size;
  unreachable(await ask(router, search()));
  assert.deepEqual((({ outcome, status }) => ({ outcome, status }))(await lastClose(size)), {
    outcome: 'failed',
    status: 502,
  });
  await router.startProvider();
  assert.equal((await ask(router, search())).status, 200);
});

test('row 20 a POST to a provider that is away gets its 502 too, its body unread', async () => {
  await router.provider.close();
  const answer = await ask(router, structured());
  await router.startProvider();
  assert.equal(answer.status, 502);
});

test('row 20 a provider that is restarted between two requests is reached on a new connection', async () => {
  assert.equal((await ask(router, search())).status, 200);
  await router.provider.close();
  await router.startProvider();
  assert.equal((await ask(router, search())).status, 200);
});

test('row 20 a provider that speaks no HTTP: 502', async () => {
  router.provider.answer = (request) => void request.socket.end('this is not HTTP\r\n\r\n');
  unreachable(await ask(router, search()));
});

test('row 20 a provider that closes without an answer: 502, and is not asked twice', async () => {
  const seen = router.provider.requests.length;
  router.provider.answer = (request) => void request.socket.destroy();
  unreachable(await ask(router, search()));
  assert.equal(router.provider.requests.length, seen + 1);
});

test('foundations §6.6 a provider whose certificate is not for the endpoint: 502', async () => {
  const other = await startTestRouter({
    change(data) {
      for (const service of data.messageHandlingServices) {
        service.endpoint = service.endpoint.replace(practice.fqdn, wrongHost);
      }
    },
  });
  const at = `https://${wrongHost}/${practice.ods}/STU3/1/gpconnect/fhir/Patient`;
  const answer = await ask(other, search({ path: `/${at}` }));
  assert.equal(other.provider.requests.length, 0);
  await other.close();
  assert.equal(answer.status, 502);
});

test('RTE-25 a connection that fails before a byte was sent is tried once more for a read, never for a write', async () => {
  let attempts = 0;
  const closing = createTcpServer((socket) => {
    attempts += 1;
    socket.destroy();
  });
  closing.listen(0, '127.0.0.1');
  await once(closing, 'listening');
  const { port } = closing.address() as { port: number };
  const other = await startTestRouter({
    settings: { provider: { hosts: { [practice.fqdn]: `127.0.0.1:${port}` } } },
  });
  assert.equal((await ask(other, search())).status, 502);
  assert.equal(attempts, 2);
  assert.equal((await ask(other, structured())).status, 502);
  assert.equal(attempts, 4);
  const write = await ask(other, {
    method: 'POST',
    path: `/${root}/fhir/Appointment`,
    headers: { ...spineHeaders(BOOK), 'Content-Type': 'application/fhir+json' },
    body: '{}',
  });
  assert.equal(write.status, 502);
  assert.equal(attempts, 5);
  await other.close();
  closing.close();
});
const BOOK = 'urn:nhs:names:services:gpconnect:fhir:rest:create:appointment-1';

test('row 20a a provider that is silent past the limit: 504 and a closed connection', async () => {
  router.provider.answer = () => {};
  const size = router.audit.size;
  const answer = await ask(router, search());
  assert.equal(answer.status, 504);
  assert.equal(answer.code, '504');
  assert.equal(JSON.parse(answer.body).issue[0].code, 'timeout');
  assert.equal(answer.diagnostics, `TIMEOUT_COMMUNICATING_TO_ENDPOINT_URL_${target}`);
  assert.equal(answer.headers.connection, 'close');
  assert.equal((await lastClose(size)).status, 504);
});

for (const [what, length] of [
  ['chunked', undefined],
  ['of stated length', '1000000'],
] as const) {
  test(`a provider that dies in the middle of an answer ${what}: the client never sees a clean end`, async () => {
    router.provider.answer = (_request, response) => {
      response.writeHead(200, length ? { 'Content-Length': length } : {});
      response.write('{"half":');
      setTimeout(() => response.destroy(), 50);
    };
    const size = router.audit.size;
    await assert.rejects(ask(router, search()), /aborted|ECONNRESET|socket hang up/);
    const closed = await lastClose(size);
    assert.equal(closed.outcome, 'incomplete');
    assert.equal(closed.status, 200);
  });
}

test('a provider that stalls in the middle of an answer is given up', async () => {
  router.provider.answer = (_request, response) => void response.write('{"half":');
  const size = router.audit.size;
  await assert.rejects(ask(router, search()), /aborted|ECONNRESET|socket hang up/);
  assert.equal((await lastClose(size)).outcome, 'incomplete');
});

test('a client that leaves during the answer: the provider is let go, the audit says incomplete', async () => {
  let gone = false;
  router.provider.answer = (_request, response) => {
    response.on('close', () => {
      gone = true;
    });
    response.write('{"half":');
  };
  const size = router.audit.size;
  const request = open(router, search());
  request.on('error', () => {});
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  request.destroy();
  await until(() => gone);
  assert.equal((await lastClose(size)).outcome, 'incomplete');
});

test('a client that leaves before the answer: the provider is let go, no status is recorded', async () => {
  let arrived = false;
  let gone = false;
  router.provider.answer = (request) => {
    arrived = true;
    request.socket.on('close', () => {
      gone = true;
    });
  };
  const size = router.audit.size;
  const request = open(router, structured());
  request.on('error', () => {});
  request.end(structuredBody());
  await until(() => arrived);
  request.destroy();
  await until(() => gone);
  const closed = await lastClose(size);
  assert.equal(closed.outcome, 'incomplete');
  assert.equal(closed.status, null);
});

test('a client that leaves while its body is read: refused as 499 in the audit, nothing forwarded', async () => {
  const seen = router.provider.requests.length;
  const size = router.audit.size;
  const request = open(router, structured({ headers: { 'Content-Length': '5000' } }));
  request.on('error', () => {});
  request.write('{"resourceType":');
  setTimeout(() => request.destroy(), 100);
  await router.published(size + 1);
  const [refused] = (await router.entries('refused')).slice(-1);
  assert.equal(refused!.patient.status, 499);
  assert.equal(router.provider.requests.length, seen);
});

test('foundations §6.4 a provider with too many requests waiting: 503 for the next', async () => {
  const waiting: (() => void)[] = [];
  router.provider.answer = (_request, response) => void waiting.push(() => response.end('{}'));
  // The first-byte limit of a search is short here: another read is used.
  const read = { path: `/${root}/fhir/Patient/p1`, headers: spineHeaders(READ_PATIENT) };
  const six = Array.from({ length: 6 }, () => ask(router, read));
  await until(() => waiting.length === 4);
  await until(async () => (await ask(router, read)).status === 503);
  const refused = await ask(router, read);
  assert.equal(refused.headers['retry-after'], '5');
  const release = setInterval(() => {
    for (const end of waiting.splice(0)) end();
  }, 10);
  assert.deepEqual(
    (await Promise.all(six)).map(({ status }) => status),
    [200, 200, 200, 200, 200, 200],
  );
  clearInterval(release);
});
const READ_PATIENT = 'urn:nhs:names:services:gpconnect:fhir:rest:read:patient-1';

const MEGABYTE = 1024 * 1024;
const SIZE = 60 * MEGABYTE;
const block = Buffer.alloc(MEGABYTE, 'x');

test('RTE-26 a download of 60 MB to a slow reader: the provider is held back, nothing is lost', async () => {
  let sent = 0;
  let held = 0;
  router.provider.answer = (_request, response) => {
    response.writeHead(200, { 'Content-Type': 'application/fhir+json', 'Content-Length': String(SIZE) });
    const more = (): void => {
      while (sent < SIZE) {
        sent += MEGABYTE;
        if (!response.write(block)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  };
  const request = open(router, {
    path: `/${root}/documents/fhir/Binary/b1`,
    headers: spineHeaders(interactionId.documentsRead),
  });
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.pause();
  let before = -1;
  // Wait until the pipe is full: the provider has stopped sending.
  await until(async () => {
    before = sent;
    await new Promise((resolve) => setTimeout(resolve, 150));
    return before === sent && sent > 0;
  });
  held = sent;
  assert.ok(held <= 30 * MEGABYTE, `${held / MEGABYTE} MB of 60 were taken from the provider`);
  const hash = createHash('sha256');
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    hash.update(chunk);
  });
  response.resume();
  await once(response, 'end');
  assert.equal(size, SIZE);
  const whole = createHash('sha256');
  for (let at = 0; at < 60; at += 1) whole.update(block);
  assert.equal(hash.digest('hex'), whole.digest('hex'));
});

test('RTE-26 an upload of 60 MB to a slow provider: the client is held back, every byte arrives', async () => {
  let received = 0;
  let letGo: () => void = () => {};
  router.provider.answer = (request, response) => {
    request.pause();
    request.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    request.on('end', () => response.end(`{"received":${received}}`));
    request.pause();
    letGo = () => request.resume();
  };
  const request = open(router, {
    method: 'PUT',
    path: `/${root}/fhir/Appointment/a1`,
    headers: {
      ...spineHeaders(AMEND),
      'Content-Type': 'application/fhir+json',
      'Transfer-Encoding': 'chunked',
    },
  });
  let written = 0;
  const more = (): void => {
    while (written < SIZE) {
      written += MEGABYTE;
      if (!request.write(block)) {
        request.once('drain', more);
        return;
      }
    }
    request.end();
  };
  more();
  let before = -1;
  await until(async () => {
    before = written;
    await new Promise((resolve) => setTimeout(resolve, 150));
    return before === written;
  });
  assert.ok(written <= 30 * MEGABYTE, `${written / MEGABYTE} MB of 60 were taken from the client`);
  letGo();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const body = Buffer.concat((await response.toArray()) as Buffer[]).toString();
  assert.equal(body, `{"received":${SIZE}}`);
});
const AMEND = 'urn:nhs:names:services:gpconnect:fhir:rest:update:appointment-1';

test('a provider that answers before it has read the request: its answer is passed on', async () => {
  router.provider.answer = (_request, response) => {
    response.writeHead(413, { Connection: 'close' });
    response.end('{"too":"long"}');
  };
  const request = open(router, {
    method: 'PUT',
    path: `/${root}/fhir/Appointment/a1`,
    headers: {
      ...spineHeaders(AMEND),
      'Content-Type': 'application/fhir+json',
      'Transfer-Encoding': 'chunked',
    },
  });
  request.on('error', () => {});
  request.write(block.subarray(0, 1000));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  assert.equal(response.statusCode, 413);
  assert.equal(Buffer.concat((await response.toArray()) as Buffer[]).toString(), '{"too":"long"}');
  request.destroy();
});

test('a 304 and an empty 200 pass without a body', async () => {
  router.provider.answer = (_request, response) => {
    response.writeHead(304, { ETag: 'W/"2"' });
    response.end();
  };
  const answer = await ask(router, search());
  assert.equal(answer.status, 304);
  assert.equal(answer.headers.etag, 'W/"2"');
  router.provider.answer = (_request, response) => void response.end();
  assert.equal((await ask(router, search())).body, '');
});
