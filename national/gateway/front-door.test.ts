// The front door itself: slow clients, garbage, heads too long, a log that fails, and the end of service.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request as plainRequest } from 'node:http';
import { connect as tcpConnect } from 'node:net';
import { after, before, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import type { AuditLog } from '@gp-connect/foundation/audit';
import { clientTls } from '@gp-connect/foundation/trust';
import {
  ask,
  open,
  root,
  search,
  startTestRouter,
  structured,
  structuredBody,
  type TestRouter,
  until,
} from './gateway-for-tests.ts';

let router: TestRouter;
before(async () => {
  router = await startTestRouter({ settings: { stallSeconds: 1, headSeconds: 1 } });
});
after(() => router.close());

const raw = async (to: TestRouter): Promise<TLSSocket> => {
  const socket = connect({
    ...clientTls(to.identity),
    host: '127.0.0.1',
    servername: 'localhost',
    port: to.gateway.address.port,
  });
  socket.on('error', () => {});
  await once(socket, 'secureConnect');
  return socket;
};

async function all(socket: TLSSocket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(socket, 'close');
  return text;
}

test('a client that never finishes its head is ended', async () => {
  const socket = await raw(router);
  socket.write('GET /health HTTP/1.1\r\nHost: x\r\n');
  assert.match(await all(socket), /^(HTTP\/1\.1 408 .*)?$/s);
});

test('a client that never sends the body it announced is ended', async () => {
  const size = router.audit.size;
  const request = open(router, structured({ headers: { 'Content-Length': '5000' } }));
  request.write('{');
  await assert.rejects(once(request, 'response'), /socket hang up|ECONNRESET/);
  await until(() => router.audit.size > size);
});

test('a client that waits for a slow provider is not taken for a slow client', async () => {
  router.provider.answer = (_request, response) => void setTimeout(() => response.end('{"late":1}'), 2500);
  assert.equal((await ask(router, structured())).body, '{"late":1}');
});

test('a client that does not read its answer is ended, and the provider let go', async () => {
  let gone = false;
  router.provider.answer = (_request, response) => {
    response.on('close', () => {
      gone = true;
    });
    const block = Buffer.alloc(1024 * 1024, 'x');
    const more = (): void => {
      while (response.write(block));
      response.once('drain', more);
    };
    more();
  };
  const request = open(router, search());
  request.on('error', () => {});
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  response.on('error', () => {});
  response.pause();
  await until(() => gone);
  await router.published(router.audit.size);
  request.destroy();
});

test('a head over the limit is 431, garbage 400, both closed', async () => {
  const long = await raw(router);
  long.write(`GET /health HTTP/1.1\r\nHost: x\r\nX-Long: ${'a'.repeat(30_000)}\r\n\r\n`);
  assert.match(await all(long), /^HTTP\/1\.1 431 .*Strict-Transport-Security.*Connection: close/s);
  const garbage = await raw(router);
  garbage.write('not http at all\r\n\r\n');
  assert.match(await all(garbage), /^HTTP\/1\.1 400 /);
});

test('two lengths in one request are refused before anything is read into them', async () => {
  const socket = await raw(router);
  socket.write(
    `POST /${root}/fhir/Patient HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  );
  assert.match(await all(socket), /^HTTP\/1\.1 400 /);
});

test('foundations §6.6 plain HTTP to the port is closed without an answer', async () => {
  const request = plainRequest({ host: '127.0.0.1', port: router.gateway.address.port, path: '/health' });
  request.end();
  await assert.rejects(once(request, 'response'), /socket hang up|ECONNRESET/);
});

test('operations tell the state, and count what was turned away', async () => {
  const at = `http://127.0.0.1:${router.gateway.operations.port}`;
  const health = (await (await fetch(`${at}/health`)).json()) as Record<string, unknown>;
  assert.equal(health.status, 'healthy');
  assert.equal(health.audit, 'ok');
  const metrics = await (await fetch(`${at}/metrics`)).text();
  assert.match(metrics, /gpc_gateway_turned_away\{reason="tls"[^}]*\} [1-9]/);
  assert.match(metrics, /gpc_gateway_turned_away\{reason="http"[^}]*\} [1-9]/);
});

/** The real log, of which one method fails from a moment on, as a full disk would make it. */
const failing =
  (method: 'append' | 'close', when: () => boolean) =>
  (audit: AuditLog): AuditLog =>
    new Proxy(audit, {
      get(target, name) {
        if (name === method && when()) return () => Promise.reject(new Error('no space left on device'));
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });

test('row 37 AUD-01 where the entry cannot be written nothing is forwarded, and no refusal answered as such', async () => {
  let full = false;
  const other = await startTestRouter({ wrapAudit: failing('append', () => full) });
  other.provider.answer = (_request, response) => void response.end('{}');
  full = true;
  const answer = await ask(other, search());
  assert.equal(answer.status, 500);
  assert.equal(answer.code, 'INTERNAL_SERVER_ERROR');
  assert.equal(JSON.parse(answer.body).issue[0].code, 'processing');
  assert.ok(!answer.body.includes('space'));
  assert.equal(other.provider.requests.length, 0);
  assert.equal((await ask(other, search({ method: 'DELETE' }))).status, 500);
  await other.close();
});

test('LOG-13 where the outcome cannot be written the replica goes out of service', async () => {
  const other = await startTestRouter({ wrapAudit: failing('close', () => true) });
  other.provider.answer = (_request, response) => void response.end('{}');
  assert.equal((await ask(other, search())).status, 200);
  await until(async () => (await ask(other, { path: '/health' })).status === 503);
  assert.equal((await ask(other, search())).status, 500);
  assert.equal(other.provider.requests.length, 1);
  const at = `http://127.0.0.1:${other.gateway.operations.port}/health`;
  assert.equal((await fetch(at)).status, 503);
  await other.close();
});

test('SLA-12 at shutdown requests under way finish, their outcome is written, then the door is shut', async () => {
  const other = await startTestRouter();
  let finish: () => void = () => {};
  other.provider.answer = (_request, response) => {
    response.write('{"first":');
    finish = () => response.end('1}');
  };
  const request = open(other, search());
  request.end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const closing = other.gateway.close();
  finish();
  assert.equal(Buffer.concat((await response.toArray()) as Buffer[]).toString(), '{"first":1}');
  await closing;
  const closed = other.audit.published.checkpoint.size;
  assert.equal(closed, other.audit.size);
  assert.equal(other.audit.health().pendingOpens, 0);
  const late = tcpConnect(other.gateway.address.port, '127.0.0.1');
  await assert.rejects(once(late, 'connect'), /ECONNREFUSED/);
  await other.close();
});

test('keep-alive: two requests on one connection, a refusal between them', async () => {
  router.provider.answer = (request, reply) => {
    request.resume();
    request.on('end', () => reply.end('{}'));
  };
  const socket = await raw(router);
  const { headers = {}, path } = structured();
  const head = (changed: Record<string, string>): string =>
    Object.entries({ ...headers, ...changed })
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('');
  const body = structuredBody();
  const post = (changed: Record<string, string> = {}): string =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\n${head(changed)}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
  socket.write(post() + post({ 'Ssp-To': '200000000000' }) + post({ Connection: 'close' }));
  const text = await all(socket);
  assert.deepEqual(text.match(/HTTP\/1\.1 \d{3}/g), ['HTTP/1.1 200', 'HTTP/1.1 403', 'HTTP/1.1 200']);
});
