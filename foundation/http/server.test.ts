// The shared server: what it logs, what it refuses, what its operations page says.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { test } from 'node:test';
import {
  createLogger,
  createMetrics,
  createServer,
  PortInUseError,
  startListening,
  startOperations,
} from './index.ts';

const lines: string[] = [];
const logger = createLogger({ name: 'test', destination: { write: (line) => lines.push(line) } });

async function service() {
  const metrics = createMetrics('test');
  const server = createServer({
    logger,
    metrics,
    answerError: (_error, _request, reply) => void reply.code(500).send({ failed: true }),
    answerUnknown: (_request, reply) => void reply.code(404).send({ unknown: true }),
  });
  server.get('/patients/:number', async () => ({ ok: true }));
  server.get('/fails', async () => {
    throw new Error('lookup of 9434765919 failed');
  });
  const address = await startListening(server, 'test', { host: '127.0.0.1', port: 0 });
  return { server, metrics, base: `http://127.0.0.1:${address.port}`, port: address.port };
}

test('RTE-17 no log line holds an NHS number, a query value or a token', async () => {
  const { server, base } = await service();
  await fetch(`${base}/patients/9434765919?name=Fenwick`, { headers: { authorization: 'Bearer hunter2' } });
  await fetch(`${base}/fails`);
  logger.error(
    { err: new Error('x'), authorization: 'hunter2', deep: { body: 'hunter2' } },
    'about 943 476 5919',
  );
  await server.close();
  const text = lines.join('');
  assert.match(text, /\/patients\/:number/);
  assert.match(text, /request failed/);
  for (const secret of ['9434765919', '943 476 5919', 'Fenwick', 'hunter2'])
    assert.ok(!text.includes(secret), secret);
});

test('every answer says no-store, unknown paths included', async () => {
  const { server, base } = await service();
  for (const path of ['/patients/1', '/nowhere', '/fails']) {
    const answer = await fetch(base + path);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
  }
  await server.close();
});

test('operations answers health and metrics and nothing else', async () => {
  const { server, metrics, base } = await service();
  await fetch(`${base}/patients/1`);
  let status: 'healthy' | 'unhealthy' = 'healthy';
  const operations = await startOperations({
    service: 'test',
    address: { host: '127.0.0.1', port: 0 },
    metrics,
    health: () => ({ status }),
  });
  const at = `http://127.0.0.1:${operations.address.port}`;
  assert.equal((await fetch(`${at}/health`)).status, 200);
  assert.match(
    await (await fetch(`${at}/metrics`)).text(),
    /gpc_request_seconds_count\{.*route="\/patients\/:number"/,
  );
  assert.equal((await fetch(`${at}/other`)).status, 404);
  status = 'unhealthy';
  assert.equal((await fetch(`${at}/health`)).status, 503);
  await operations.close();
  await server.close();
});

test('a port already taken is one clear error', async () => {
  const taken = createPlainServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as { port: number };
  const other = createPlainServer();
  await assert.rejects(startListening(other, 'gateway', { host: '127.0.0.1', port }), PortInUseError);
  taken.close();
});
