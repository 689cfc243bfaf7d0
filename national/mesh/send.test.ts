// Sending: every refusal in its order, limits. spec: mesh §3.6, §6, §7, example F
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENT, UPDATE, V2 } from './mesh-under-test.ts';
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
      [
        'checksum',
        { ...ok, 'mex-content-checksum': 'abc$' },
        'x',
        400,
        'SEND',
        'Invalid checksum',
        'Invalid checksum',
      ],
      ['no to', { 'mex-workflowid': UPDATE }, 'x', 400, 'SEND', '08', 'TO_DTS missing'],
      [
        'other from',
        { ...ok, 'mex-from': 'A82999OT1' },
        'x',
        400,
        'SEND',
        '07',
        'Invalid From Address in the control file',
      ],
      [
        'version',
        { ...ok, 'mex-version': '2.0' },
        'x',
        400,
        'SEND',
        '09',
        'Invalid version of the control file',
      ],
      [
        'type',
        { ...ok, 'mex-messagetype': 'REPORT' },
        'x',
        400,
        'SEND',
        '11',
        'Invalid Message Type for the transfer',
      ],
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
        'Workflow ID not registered for mailbox',
      ],
      [
        'not received',
        { ...ok, 'mex-workflowid': 'NOT_AT_PRACTICE' },
        'x',
        417,
        'SEND',
        '17',
        'Workflow ID not registered for mailbox',
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
      const [id, id2] = [first.body.messageID, second.body.message_id];
      if (status === 417) for (const one of [id, id2]) assert.match(one, /^\d{20}_[0-9A-Z]{6}$/, what);
      else assert.deepEqual([id, id2], [undefined, undefined], what);
    }
    assert.equal(wire.mesh.storedFiles().length, before, 'nothing stays of a refused send');
  });

  test('mesh §3.6 the first failure answers: everything wrong at once, put right one by one', async () => {
    const all: Record<string, string> = {
      'mex-subject': 'a\tb',
      'mex-localid': 'A'.repeat(301),
      'mex-content-checksum': 'abc$',
      'mex-from': 'A82999OT1',
      'mex-version': '2.0',
      'mex-messagetype': 'REPORT',
      'content-encoding': 'br',
      'mex-chunk-range': '2:3',
    };
    const right: [Record<string, string | undefined>, number, string][] = [
      [{}, 400, '06'],
      [{ 'mex-subject': undefined }, 400, 'mex-localid'],
      [{ 'mex-localid': undefined }, 400, 'Invalid checksum'],
      [{ 'mex-content-checksum': undefined }, 400, '08'],
      [{ 'mex-to': 'NOBODY1' }, 400, 'mex-workflowid'],
      [{ 'mex-workflowid': 'ONLY_RECEIVED' }, 400, '07'],
      [{ 'mex-from': 'X26OT900' }, 400, '09'],
      [{ 'mex-version': '1.0' }, 400, '11'],
      [{ 'mex-messagetype': 'DATA' }, 422, 'UnsupportedContentEncoding'],
      [{ 'content-encoding': undefined }, 417, 'InvalidHeaderChunks'],
      [{ 'mex-chunk-range': '1:1' }, 417, '12'],
      [{ 'mex-to': 'A82999OT1' }, 417, '16'],
      [{ 'mex-workflowid': UPDATE }, 417, '02'],
    ];
    const headers: Record<string, string | undefined> = { ...all };
    for (const [change, status, code] of right) {
      Object.assign(headers, change);
      const given = Object.fromEntries(
        Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
      );
      const { status: got, body } = await v2(`${MINE}/outbox`, { method: 'POST', headers: given, body: '' });
      const { code: found, loc } = body.detail[0];
      assert.deepEqual([got, found ?? loc[1]], [status, code], JSON.stringify(change));
    }
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

  test('mesh §3.6 a control character or line break in a header is answered 400 with 06, in both versions', async () => {
    for (const subject of ['a\u0001b', 'a\r\n b', 'a\nb', 'a\rb', 'a\u0000b'])
      for (const accept of ['*/*', V2]) {
        const { head, body } = await wire.raw(
          `POST /messageexchange${MINE}/outbox HTTP/1.1\r\nhost: x\r\naccept: ${accept}\r\nmex-subject: ${subject}\r\ncontent-length: 1\r\n\r\nx`,
        );
        assert.match(head, /^HTTP\/1\.1 400 /);
        const found = accept === V2 ? { ...body, ...body.detail[0] } : { ...body, code: body.errorCode };
        assert.deepEqual([found.code, found.fields], ['06', ['mex-subject']], JSON.stringify(subject));
      }
  });

  test('mesh §3.6 headers too long for HTTP itself are a schema fault', async () => {
    const { head, body } = await wire.raw(
      `POST /messageexchange${MINE}/outbox HTTP/1.1\r\nhost: x\r\nmex-subject: ${'a'.repeat(40_000)}\r\n\r\n`,
    );
    assert.match(head, /^HTTP\/1\.1 400 /);
    assert.equal(body.detail[0].loc[0], 'header');
  });

  test('mesh §1 header names are written in lower case', async () => {
    for (const [path, owner] of [
      [`${MINE}/inbox`, 'X26OT900'],
      ['/_ping', 'X26OT900'],
      ['/NOBODY/inbox', 'X26OT900'],
    ] as const)
      for (const connection of ['close', 'keep-alive, close']) {
        const { head } = await wire.raw(
          `GET /messageexchange${path} HTTP/1.1\r\nhost: x\r\nconnection: ${connection}\r\nauthorization: ${wire.mesh.authorization(owner)}\r\n\r\n`,
        );
        const names = head
          .split('\r\n')
          .slice(1)
          .map((line) => line.split(':')[0]!);
        assert.deepEqual(
          names,
          names.map((name) => name.toLowerCase()),
        );
        assert.ok(['date', 'connection', 'content-length'].every((name) => names.includes(name)));
      }
  });
});
