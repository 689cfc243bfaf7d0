// The client against a server of somebody else's making, which answers as published servers do. spec: mesh §3.7, §8 C1–C5
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { test } from 'node:test';
import {
  type MailboxSettings,
  MeshIntegrityError,
  MeshUnavailableError,
  memoryJournal,
  openMailbox,
  SendOutcomeUnknownError,
} from './index.ts';

interface Other {
  readonly url: string;
  /** `METHOD path` of each request, and its headers. */
  readonly asked: { line: string; headers: IncomingMessage['headers'] }[];
  close(): Promise<void>;
}

/** Plain HTTP on loopback: what it answers is all that counts here. */
async function startOther(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<Other> {
  const asked: Other['asked'] = [];
  const server = createServer((request, response) => {
    asked.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    request.resume().on('end', () => answer(request, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    asked,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

const mailboxAt = ({ url }: Other, more: Partial<MailboxSettings> = {}, pauses: number[] = []) =>
  openMailbox(
    {
      mailboxId: 'X26OT900',
      password: 'p',
      sharedKey: 'k',
      connection: { url, product: { name: 'Pharma; Soft', version: '3.1.2' } },
      journal: memoryJournal(),
      ...more,
    },
    { pause: async (ms) => void pauses.push(ms) },
  );

const message = {
  to: 'A82999OT1',
  workflowId: 'GPCONNECT_UPDATE_RECORD',
  payload: Buffer.from('x'),
  sendId: 'itk-1',
};
const json = (response: ServerResponse, status: number, body: object) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

test('C4 an answer lost, and tracking by local id in version 1 whatever was asked for: found, never sent twice', async (t) => {
  const other = await startOther((request, response) => {
    if (request.method === 'POST') return void request.socket.destroy();
    json(response, 200, { messageId: '20251001140512123456_A1B2C3', localId: 'itk-1', status: 'Accepted' });
  });
  t.after(() => other.close());
  const mailbox = mailboxAt(other);
  t.after(() => mailbox.close());
  const sent = await mailbox.send(message);
  assert.equal(sent.messageId, '20251001140512123456_A1B2C3');
  assert.deepEqual(
    other.asked.map(({ line }) => line),
    ['POST /messageexchange/X26OT900/outbox', 'GET /messageexchange/X26OT900/outbox/tracking/itk-1'],
  );
  const tracked = await mailbox.trackByLocalId('itk-1');
  assert.ok(typeof tracked === 'object' && tracked.status === 'accepted');
});

test('C4 a look-up that says nothing of the message leaves the outcome unknown; nothing is sent again', async (t) => {
  const other = await startOther((request, response) => {
    if (request.method === 'POST') return void request.socket.destroy();
    json(response, 200, { somethingElse: true });
  });
  t.after(() => other.close());
  const mailbox = mailboxAt(other);
  t.after(() => mailbox.close());
  await assert.rejects(mailbox.send(message), SendOutcomeUnknownError);
  await assert.rejects(mailbox.track('20251001140512123456_A1B2C3'), MeshIntegrityError);
  assert.equal(other.asked.filter(({ line }) => line.startsWith('POST')).length, 1);
});

test('C1 C2 each request names version 2, gzip, and the system that asks; the handshake the same system', async (t) => {
  const other = await startOther((_request, response) => void response.writeHead(200).end());
  t.after(() => other.close());
  const mailbox = mailboxAt(other);
  t.after(() => mailbox.close());
  await mailbox.handshake();
  const [{ headers }] = other.asked as [Other['asked'][number]];
  assert.equal(headers.accept, 'application/vnd.mesh.v2+json');
  assert.equal(headers['accept-encoding'], 'gzip');
  assert.match(String(headers['user-agent']), /^Pharma- Soft;mesh_client;3\.1\.2;N\/A;[^;]+;[^;]+;[^;]+$/);
  assert.equal(headers['mex-clientversion'], 'Pharma- Soft==3.1.2');
  assert.ok(headers['mex-osname'] && headers['mex-osversion']);
});

test('C3 each status that asks to come back is tried four times at 0.5, 1 and 2 s, each with a token of its own; 500 once', async (t) => {
  let status = 0;
  const other = await startOther((_request, response) => void response.writeHead(status).end('<html>'));
  t.after(() => other.close());
  for (status of [425, 429, 502, 503, 504]) {
    const pauses: number[] = [];
    const mailbox = mailboxAt(other, {}, pauses);
    await assert.rejects(mailbox.acknowledge('20251001140512123456_A1B2C3'), MeshUnavailableError);
    await mailbox.close();
    assert.deepEqual(pauses, [500, 1000, 2000]);
    const tokens = other.asked.splice(0).map(({ headers }) => headers.authorization);
    assert.equal(new Set(tokens).size, 4, String(status));
  }
  status = 500;
  const mailbox = mailboxAt(other);
  t.after(() => mailbox.close());
  await assert.rejects(mailbox.lookUp('A82999', 'W'), { code: 'MESH_REFUSED', status: 500 });
  assert.equal(other.asked.length, 1);
});

test('C4 a POST answered 429 or 425 was not taken and is tried again; one answered 503 is looked up first', async (t) => {
  const answers: number[] = [];
  const other = await startOther((request, response) => {
    if (request.method === 'GET') return void response.writeHead(404).end();
    const status = answers.shift() ?? 202;
    json(response, status, status === 202 ? { message_id: '20251001140512123456_A1B2C3' } : {});
  });
  t.after(() => other.close());
  for (const [given, expected] of [
    [[429, 425], 'POST POST POST'],
    [[503], 'POST GET POST'],
    [[502, 429, 504], 'POST GET POST POST GET POST'],
  ] as const) {
    answers.push(...given);
    const mailbox = mailboxAt(other);
    await mailbox.send(message);
    await mailbox.close();
    const lines = other.asked.splice(0).map(({ line }) => line.split(' ')[0]);
    assert.equal(lines.join(' '), expected);
  }
});

test('C5 a list goes on while there is a next, over empty pages, and never leaves its inbox', async (t) => {
  let next: string | undefined = '/messageexchange/X26OT900/inbox?continue_from=one';
  const pages: Record<string, object> = {
    '/messageexchange/X26OT900/inbox': { messages: ['A'] },
    '/messageexchange/X26OT900/inbox?continue_from=one': { messages: [] },
    '/messageexchange/X26OT900/inbox?continue_from=two': { messages: ['B'] },
  };
  const other = await startOther((request, response) => {
    const links = { self: request.url, ...(next === undefined ? {} : { next }) };
    next = next?.endsWith('one') ? '/messageexchange/X26OT900/inbox?continue_from=two' : undefined;
    json(response, 200, { ...pages[request.url!], links, approx_inbox_count: 2 });
  });
  t.after(() => other.close());
  const mailbox = mailboxAt(other);
  t.after(() => mailbox.close());
  const found: string[] = [];
  for await (const id of mailbox.list()) found.push(id);
  assert.deepEqual(found, ['A', 'B']);
  next = 'https://elsewhere.example/messageexchange/OTHER/inbox?x=1';
  await assert.rejects(async () => {
    for await (const _ of mailbox.list());
  }, MeshIntegrityError);
});
