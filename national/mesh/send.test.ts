// Sending: every refusal in its order, limits. spec: mesh §3.6, §6, §7, example F
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { connect } from 'node:tls';
import { clientTls } from '@gp-connect/foundation/trust';
import { CLIENT_NAME, DOCUMENT, UPDATE, V2 } from './mesh-under-test.ts';
import { MINE, onTheWire } from './wire-for-tests.ts';

onTheWire('MESH send', (wire) => {
  const { ask, v2, send } = wire;

  test('mesh §3.6 refusals of a send, in both versions', async () => {
    const ok = { 'mex-to': 'A82999OT1', 'mex-workflowid': UPDATE };
    type Row = [string, Record<string, string>, string, number, string | null, string | null, string];
    const rows: Row[] = [
      [
        'tab in the subject',
        { ...ok, 'mex-subject': 'a\tb' },
        'x',
        400,
        'TRANSFER',
        '06',
        'MalformedControlFile',
      ],
      [
        'address in workflow',
        { ...ok, 'mex-workflowid': 'https://x' },
        'x',
        400,
        'TRANSFER',
        '06',
        'MalformedControlFile',
      ],
      ['address in to', { ...ok, 'mex-to': 'http://x' }, 'x', 400, 'TRANSFER', '06', 'MalformedControlFile'],
      ['checksum', { ...ok, 'mex-content-checksum': 'abc$' }, 'x', 400, null, null, 'Invalid checksum'],
      ['no to', { 'mex-workflowid': UPDATE }, 'x', 400, 'SEND', '08', 'TO_DTS missing'],
      ['other from', { ...ok, 'mex-from': 'A82999OT1' }, 'x', 400, 'SEND', '07', 'Invalid from address'],
      ['version', { ...ok, 'mex-version': '2.0' }, 'x', 400, 'SEND', '09', 'Invalid version'],
      ['type', { ...ok, 'mex-messagetype': 'REPORT' }, 'x', 400, 'SEND', '11', 'Invalid message type'],
      [
        'br',
        { ...ok, 'content-encoding': 'br' },
        'x',
        422,
        'SEND',
        'UnsupportedContentEncoding',
        'Unsupported content encoding',
      ],
      ...['2:3', '0:1', 'a:b', '1', '1:0'].map(
        (range): Row => [
          `range ${range}`,
          { ...ok, 'mex-chunk-range': range },
          'x',
          417,
          'SEND',
          'InvalidHeaderChunks',
          'Invalid chunk values sent in mex-Chunk-Range header',
        ],
      ),
      ['unknown mailbox', { ...ok, 'mex-to': 'NOBODY1' }, 'x', 417, 'SEND', '12', 'Unregistered to address'],
      [
        'closed mailbox',
        { ...ok, 'mex-to': 'A82997OT1', 'mex-workflowid': DOCUMENT },
        'x',
        417,
        'SEND',
        '12',
        'Unregistered to address',
      ],
      [
        'unknown workflow',
        { ...ok, 'mex-workflowid': 'OTHER' },
        'x',
        417,
        'SEND',
        '17',
        'Workflow id is not registered for the mailbox',
      ],
      [
        'not received',
        { ...ok, 'mex-workflowid': 'NOT_AT_PRACTICE' },
        'x',
        417,
        'SEND',
        '17',
        'Workflow id is not registered for the mailbox',
      ],
      [
        'not sent',
        { ...ok, 'mex-workflowid': 'ONLY_RECEIVED' },
        'x',
        417,
        'SEND',
        '16',
        'Sender is not allowed to send this message type',
      ],
      ['empty', ok, '', 417, 'COLLECT', '02', 'Data file is missing or inaccessible.'],
      ['too large', ok, 'x'.repeat(200_001), 413, null, null, 'Body is larger than one chunk may be'],
    ];
    const before = wire.mesh.storedFiles().length;
    for (const [what, headers, body, status, event, code, text] of rows) {
      const first = await ask(`${MINE}/outbox`, { method: 'POST', headers, body });
      assert.equal(first.status, status, what);
      assert.equal(first.body.errorDescription, text, what);
      if (event !== null) assert.equal(first.body.errorEvent, event, what);
      if (code !== null) assert.equal(first.body.errorCode, code, what);
      const second = await v2(`${MINE}/outbox`, { method: 'POST', headers, body });
      assert.equal(second.status, status, what);
      assert.equal(second.headers['content-type'], V2);
      assert.equal(second.body.detail[0].msg, text, what);
      if (code !== null) assert.equal(second.body.detail[0].code, code, what);
      if (what.startsWith('tab')) assert.deepEqual(second.body.fields, ['mex-subject']);
    }
    assert.equal(wire.mesh.storedFiles().length, before, 'nothing stays of a refused send');
  });

  test('mesh §3.6 header schema faults: too long, workflow missing', async () => {
    const lengths: [string, number][] = [
      ['mex-to', 100],
      ['mex-workflowid', 300],
      ['mex-from', 100],
      ['mex-chunk-range', 20],
      ['mex-subject', 500],
      ['mex-localid', 300],
      ['mex-partnerid', 500],
      ['mex-filename', 300],
      ['mex-content-compressed', 20],
      ['mex-content-encrypted', 20],
      ['mex-content-checksum', 100],
      ['mex-content-type', 100],
    ];
    for (const [header, most] of lengths) {
      const answer = await send({ [header]: 'A'.repeat(most + 1) });
      assert.equal(answer.status, 400, header);
      assert.deepEqual(answer.body.detail[0].loc, ['header', header]);
      assert.ok('body' in answer.body);
    }
    assert.equal((await send({ 'mex-subject': 'A'.repeat(500) })).status, 202);
    const missing = await v2(`${MINE}/outbox`, {
      method: 'POST',
      headers: { 'mex-to': 'A82999OT1' },
      body: 'x',
    });
    assert.equal(missing.status, 400);
    assert.deepEqual(missing.body.detail[0].loc, ['header', 'mex-workflowid']);
  });

  test('mesh §3.6 a body too large by chunked transfer is refused and leaves nothing', async () => {
    const before = wire.mesh.storedFiles().length;
    async function* endless() {
      for (let i = 0; i < 30; i++) yield Buffer.alloc(10_000, 65);
    }
    assert.equal((await send({}, '', { body: endless() })).status, 413);
    async function* nothing() {}
    assert.equal((await send({}, '', { body: nothing() })).status, 417);
    assert.equal(wire.mesh.storedFiles().length, before);
  });

  test('mesh §3.6 a newline hidden in a header is answered 400 with 06', async () => {
    const client = await wire.mesh.authority.issue({ commonName: CLIENT_NAME, usages: 'client' });
    const socket = connect({ ...clientTls(client), host: '127.0.0.1', port: wire.mesh.running.address.port });
    await once(socket, 'secureConnect');
    socket.write(
      `POST /messageexchange${MINE}/outbox HTTP/1.1\r\nhost: x\r\nmex-subject: a\u0001b\r\ncontent-length: 1\r\n\r\nx`,
    );
    let text = '';
    for await (const part of socket) text += String(part);
    assert.match(text, /^HTTP\/1\.1 400 /);
    assert.match(text, /"errorCode":"06"/);
    assert.match(text, /"fields":\["mex-subject"\]/);
  });
});
