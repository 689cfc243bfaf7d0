// MESH over raw HTTP and mutual TLS, on both databases: end points, authentication, bad input, worked examples.
// spec: mesh §1–§3, §6, "What bad input gets", "Worked examples"
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import { connect } from 'node:tls';
import { gunzipSync, gzipSync } from 'node:zlib';
import { testStores } from '@gp-connect/foundation/store';
import { clientTls } from '@gp-connect/foundation/trust';
import {
  type Answer,
  type Ask,
  CLIENT_NAME,
  DOCUMENT,
  type MeshUnderTest,
  minuteStamp,
  startTestMesh,
  UPDATE,
  V2,
} from './mesh-under-test.ts';
import { readToken, tokenHash } from './token.ts';

const MINE = '/X26OT900';
const PRACTICE = '/A82999OT1';

test('mesh example A: the hashes of both nonce counts and the header, byte for byte', () => {
  const token = {
    mailboxId: 'X26OT900',
    nonce: '5f0a7c1e-3b7e-4c52-9a52-0d5a2f7d3c11',
    nonceCount: '0',
    timestamp: '202510011405',
  };
  const hash = tokenHash(token, 's3cret-pass', 'BackBone');
  assert.equal(hash, 'a3245dfdb4d86148497813c72b320df1725bc6cb2d9a7e7ad2fe85205a4393a9');
  assert.equal(
    tokenHash({ ...token, nonceCount: '1' }, 's3cret-pass', 'BackBone'),
    '88ee4cdf43f9389ade58ecda458a349bf5b2b3c34b12876c41df31b14ba22a9e',
  );
  const header =
    'NHSMESH X26OT900:5f0a7c1e-3b7e-4c52-9a52-0d5a2f7d3c11:0:202510011405:a3245dfdb4d86148497813c72b320df1725bc6cb2d9a7e7ad2fe85205a4393a9';
  assert.deepEqual(readToken(header), { ...token, hash });
});

for (const { name, fresh } of testStores()) {
  describe(`MESH on the wire, ${name}`, () => {
    let mesh: MeshUnderTest;
    const ask = (path: string, more?: Ask) => mesh.ask(path, more);
    const v2 = (path: string, more: Ask = {}) =>
      mesh.ask(path, { ...more, headers: { accept: V2, ...more.headers } });
    const send = (headers: Record<string, string> = {}, body: string | Buffer = 'payload', more: Ask = {}) =>
      v2(`${MINE}/outbox`, {
        method: 'POST',
        headers: { 'mex-to': 'A82999OT1', 'mex-workflowid': UPDATE, ...headers },
        body,
        ...more,
      });
    const acknowledge = (id: string, owner = PRACTICE) =>
      v2(`${owner}/inbox/${id}/status/acknowledged`, { method: 'PUT' });

    before(async () => {
      mesh = await startTestMesh(await fresh(), {
        settings: { administration: true, maxChunkBytes: 200_000, maxMessageBytes: 400_000 },
      });
    });
    after(() => mesh.close());

    test('mesh §3.1 _ping and health answer without a token', async () => {
      for (const path of ['/_ping', '/health']) {
        const answer = await ask(path, { as: null });
        assert.equal(answer.status, 200);
        assert.deepEqual(Object.keys(answer.body).sort(), ['build_label', 'env', 'outcome', 'status']);
        assert.equal(answer.body.status, 'running');
        assert.equal(answer.body.outcome, 'Yes');
      }
    });

    test('mesh §3.1 handshake by GET and POST, v1 with the mailbox id, v2 empty, 400 without a required header', async () => {
      const headers = {
        'mex-clientversion': 'ApiDocs==0.0.1',
        'mex-osname': 'Linux',
        'mex-osversion': '#1',
      };
      for (const method of ['GET', 'POST']) {
        const first = await ask(MINE, { method, headers });
        assert.equal(first.status, 200);
        assert.deepEqual(first.body, { mailboxId: 'X26OT900' });
        const second = await v2(MINE, { method, headers });
        assert.equal(second.status, 200);
        assert.equal(second.text, '');
      }
      for (const missing of Object.keys(headers)) {
        const some = Object.fromEntries(Object.entries(headers).filter(([key]) => key !== missing));
        const answer = await v2(MINE, { headers: some });
        assert.equal(answer.status, 400);
        assert.deepEqual(answer.body.detail[0].loc, ['header', missing]);
      }
      assert.equal((await ask(`${MINE}/update`, { method: 'POST' })).status, 200);
      const shown = await ask('/admin/mailbox/X26OT900', { as: null });
      assert.ok(shown.body.last_handshake);
      assert.ok(!shown.text.includes('s3cret-pass'));
    });

    test('mesh §1.1 Accept decides the version', async () => {
      const rows: [string | undefined, number, string][] = [
        [undefined, 200, 'application/json'],
        ['*/*', 200, 'application/json'],
        ['application/json', 200, 'application/json'],
        ['application/vnd.mesh.v1+json', 200, 'application/vnd.mesh.v1+json'],
        [V2, 200, V2],
        [`application/json;${V2}`, 200, V2],
        [`text/html, ${V2}`, 200, V2],
        ['application/vnd.mesh.vX+json', 400, 'application/json'],
        ['application/vnd.mesh.v2', 400, 'application/json'],
      ];
      for (const [accept, status, type] of rows) {
        const answer = await ask(`${MINE}/inbox`, accept === undefined ? {} : { headers: { accept } });
        assert.equal(answer.status, status, accept);
        assert.equal(answer.headers['content-type'], type, accept);
        if (status === 400) assert.match(answer.text, /Accept header api format incorrect/);
        else assert.equal('links' in answer.body, type === V2, accept);
      }
    });

    test('mesh §2 every rule of the token in its order', async () => {
      const now = mesh.time.now;
      const text = (answer: Answer) => answer.body.detail?.[0].msg as string;
      const with_ = (authorization: string | undefined, path = `${MINE}/inbox`, method = 'GET') =>
        v2(path, { as: null, method, headers: authorization === undefined ? {} : { authorization } });
      const good = () => mesh.authorization('X26OT900');
      const unreadable = [
        undefined,
        'Bearer x',
        'nhsmesh a:b:0:c:d',
        good().split(':').slice(0, 4).join(':'),
        `${good()}:more`,
        mesh.authorization('X26OT900', { count: 'one' }),
        good().replace('X26OT900', 'X26 OT900'),
        good().replace('NHSMESH ', 'NHSMESH  '),
      ];
      for (const header of unreadable) {
        const answer = await with_(header);
        assert.equal(answer.status, 403, header);
        assert.equal(text(answer), 'Error reading from Authorization header', header);
      }
      assert.equal(text(await with_(mesh.authorization('A82999OT1'))), 'Mailbox id does not match token');
      const unknown = await with_(mesh.authorization('NOBODY1'), '/NOBODY1/inbox');
      assert.deepEqual(unknown.body.detail, [
        { event: 'COLLECT', code: 'EPL-151', msg: 'No mailbox matched' },
      ]);
      const sending = await with_(mesh.authorization('NOBODY1'), '/NOBODY1/outbox', 'POST');
      assert.equal(sending.body.detail[0].event, 'SEND');
      assert.equal(
        text(await with_(mesh.authorization('A82997OT1'), '/A82997OT1/inbox')),
        'Request Received from Inactive Mailbox',
      );
      const invalid = [
        { password: 'wrong' },
        { key: 'wrong' },
        { timestamp: '202502301200' },
        { timestamp: '2025' },
        { timestamp: minuteStamp(now - 121 * 60_000) },
        { timestamp: minuteStamp(now + 121 * 60_000) },
      ];
      for (const change of invalid) {
        const answer = await with_(mesh.authorization('X26OT900', change));
        assert.equal(answer.status, 403);
        assert.equal(text(answer), 'Invalid Authentication Token', JSON.stringify(change));
      }
      assert.equal(text(await with_(good().slice(0, -2))), 'Invalid Authentication Token');
      for (const minutes of [-120, 120]) {
        const timestamp = minuteStamp(now + minutes * 60_000);
        assert.equal((await with_(mesh.authorization('X26OT900', { timestamp }))).status, 200);
      }
      const upper = good().replace(/[0-9a-f]{64}$/, (hash) => hash.toUpperCase());
      assert.equal((await with_(upper)).status, 200);
      assert.equal((await with_(good(), '/x26ot900/inbox')).status, 200);
    });

    test('mesh §2 the same token twice: first 200, then 403, also in another letter case and at once', async () => {
      const authorization = mesh.authorization('X26OT900');
      const once = () => ask(`${MINE}/inbox`, { as: null, headers: { authorization } });
      assert.equal((await once()).status, 200);
      const again = await once();
      assert.equal(again.status, 403);
      assert.equal(again.body.errorDescription, 'Error Duplicated Authentication Token');
      const upper = authorization.replace(/[0-9a-f]{64}$/, (hash) => hash.toUpperCase());
      assert.equal((await ask(`${MINE}/inbox`, { as: null, headers: { authorization: upper } })).status, 403);
      const nonce = 'same-nonce';
      const raced = mesh.authorization('X26OT900', { nonce });
      const answers = await Promise.all(
        [1, 2, 3, 4].map(() => ask(`${MINE}/inbox`, { as: null, headers: { authorization: raced } })),
      );
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403, 403]);
      const next = mesh.authorization('X26OT900', { nonce, count: '1' });
      assert.equal((await ask(`${MINE}/inbox`, { as: null, headers: { authorization: next } })).status, 200);
    });

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
        [
          'address in to',
          { ...ok, 'mex-to': 'http://x' },
          'x',
          400,
          'TRANSFER',
          '06',
          'MalformedControlFile',
        ],
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
        [
          'unknown mailbox',
          { ...ok, 'mex-to': 'NOBODY1' },
          'x',
          417,
          'SEND',
          '12',
          'Unregistered to address',
        ],
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
      const before = mesh.storedFiles().length;
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
      assert.equal(mesh.storedFiles().length, before, 'nothing stays of a refused send');
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
      const before = mesh.storedFiles().length;
      async function* endless() {
        for (let i = 0; i < 30; i++) yield Buffer.alloc(10_000, 65);
      }
      assert.equal((await send({}, '', { body: endless() })).status, 413);
      async function* nothing() {}
      assert.equal((await send({}, '', { body: nothing() })).status, 417);
      assert.equal(mesh.storedFiles().length, before);
    });

    test('mesh §3.6 a newline hidden in a header is answered 400 with 06', async () => {
      const client = await mesh.authority.issue({ commonName: CLIENT_NAME, usages: 'client' });
      const socket = connect({ ...clientTls(client), host: '127.0.0.1', port: mesh.running.address.port });
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

    test('mesh §3.3–§3.5 a message from send to acknowledgement, headers as sent, v1 and v2', async () => {
      const v1Sent = await ask(`${MINE}/outbox`, {
        method: 'POST',
        headers: { 'mex-to': 'a82999ot1', 'mex-workflowid': UPDATE },
        body: 'v1',
      });
      assert.equal(v1Sent.status, 202);
      assert.match(v1Sent.body.messageID, /^\d{20}_[0-9A-Z]{6}$/);
      await acknowledge(v1Sent.body.messageID);
      const sent = await send(
        {
          'content-type': 'application/fhir+xml',
          'mex-from': 'x26ot900',
          'mex-subject': 'A subject',
          'mex-localid': 'FZZ01',
          'mex-partnerid': 'partner',
          'mex-filename': 'ur-0001.xml',
          'mex-content-checksum': 'sha256: ab-12/3',
          'mex-content-encrypted': 'Yes',
          'mex-content-compressed': 'no',
        },
        '<Bundle/>',
      );
      assert.equal(sent.status, 202);
      assert.deepEqual(Object.keys(sent.body), ['message_id']);
      const id = sent.body.message_id as string;
      assert.ok((await mesh.inbox('A82999OT1')).includes(id));
      const expected = {
        'mex-messageid': id,
        'mex-from': 'X26OT900',
        'mex-to': 'A82999OT1',
        'mex-workflowid': UPDATE,
        'mex-subject': 'A subject',
        'mex-localid': 'FZZ01',
        'mex-partnerid': 'partner',
        'mex-filename': 'ur-0001.xml',
        'mex-messagetype': 'DATA',
        'mex-version': '1.0',
        'mex-addresstype': 'ALL',
        'mex-chunk-range': '1:1',
        'mex-total-chunks': '1',
        'mex-statuscode': '00',
        'mex-statusevent': 'TRANSFER',
        'mex-statusdescription': 'Transferred to recipient mailbox',
        'mex-statussuccess': 'SUCCESS',
        'mex-content-encrypted': 'Y',
        'mex-content-checksum': 'sha256: ab-12/3',
      };
      const head = await v2(`${PRACTICE}/inbox/${id}`, { method: 'HEAD' });
      const got = await v2(`${PRACTICE}/inbox/${id.toLowerCase()}`);
      for (const answer of [head, got]) {
        assert.equal(answer.status, 200);
        for (const [header, value] of Object.entries(expected))
          assert.equal(answer.headers[header], value, header);
        assert.match(String(answer.headers['mex-statustimestamp']), /^\d{14}$/);
        assert.ok(answer.headers.etag && answer.headers['last-modified']);
        for (const absent of [
          'mex-content-compressed',
          'mex-linkedmsgid',
          'content-encoding',
          'mex-content-type',
        ])
          assert.equal(answer.headers[absent], undefined, absent);
        assert.equal(answer.headers['content-type'], 'application/fhir+xml');
      }
      assert.equal(head.text, '');
      assert.equal(got.text, '<Bundle/>');
      assert.equal(
        (await ask(`${PRACTICE}/inbox/${id}`)).headers['content-type'],
        'application/octet-stream',
      );
      assert.equal((await v2(`${PRACTICE}/inbox/${id}/1`)).status, 200);
      assert.equal((await v2(`${PRACTICE}/inbox/${id}/2`)).status, 404);
      assert.equal((await v2(`${PRACTICE}/inbox/${id}/x`)).status, 404);
      const foreign = await v2(`/A82998OT1/inbox/${id}`);
      assert.equal(foreign.status, 403);
      assert.equal(foreign.text, '');
      assert.equal((await acknowledge(id, '/A82998OT1')).status, 403);
      const first = await acknowledge(id);
      assert.equal(first.status, 200);
      assert.equal(first.text, '');
      const again = await ask(`${PRACTICE}/inbox/${id}/status/acknowledged`, { method: 'PUT' });
      assert.equal(again.status, 200);
      assert.deepEqual(again.body, { messageId: id });
      const gone = await ask(`${PRACTICE}/inbox/${id}`);
      assert.equal(gone.status, 410);
      assert.equal(gone.body.errorDescription, 'Message no longer available for download');
      assert.equal(gone.body.errorCode, 'Message already accepted');
      assert.ok(!(await mesh.inbox('A82999OT1')).includes(id));
      const unknown = '20200101000000000000_AAAAAA';
      const missing = await v2(`${PRACTICE}/inbox/${unknown}`);
      assert.equal(missing.status, 404);
      assert.deepEqual(missing.body.detail, [
        { event: 'RECEIVE', code: '20', msg: 'Message does not exist' },
      ]);
      assert.equal((await acknowledge(unknown)).status, 404);
    });

    test('mesh example C: three chunks out of order, and every refusal of a chunk', async () => {
      const chunk = (
        id: string,
        n: number | string,
        range: string | undefined,
        body = `chunk-${n};`,
        more = {},
      ) =>
        v2(`${MINE}/outbox/${id}/${n}`, {
          method: 'POST',
          headers: { ...(range === undefined ? {} : { 'mex-chunk-range': range }), ...more },
          body,
        });
      const id = (await send({ 'mex-chunk-range': '1:3', 'mex-content-type': 'text/plain' }, 'chunk-1;')).body
        .message_id as string;
      assert.equal((await chunk('20200101000000000000_AAAAAA', 2, '2:3')).status, 404);
      const foreign = await v2(`/X26OT901/outbox/${id}/2`, {
        method: 'POST',
        headers: { 'mex-chunk-range': '2:3' },
        body: 'x',
      });
      assert.equal(foreign.status, 403);
      for (const range of [undefined, 'x', '3:3', '2:4']) {
        const answer = await chunk(id, 2, range);
        assert.equal(answer.status, 417, range);
        assert.equal(answer.body.detail[0].code, 'InvalidHeaderChunks');
      }
      assert.equal((await chunk(id, 4, '4:3')).status, 406);
      const coding = await chunk(id, 2, '2:3', 'x', { 'content-encoding': 'gzip' });
      assert.equal(coding.status, 417);
      assert.equal(coding.body.detail[0].msg, 'cannot change content encoding');
      const empty = await chunk(id, 2, '2:3', '');
      assert.equal(empty.status, 417);
      assert.equal(empty.body.detail[0].code, '02');
      assert.equal((await chunk(id, 3, '3:3', 'first try')).status, 202);
      assert.equal((await chunk(id, 3, '3:3')).status, 202, 'the same chunk again overwrites');
      const status = async () => (await v2(`${MINE}/outbox/tracking?messageID=${id}`)).body.status;
      assert.equal(await status(), 'uploading');
      assert.equal((await v2(`${PRACTICE}/inbox/${id}`)).status, 410);
      assert.ok(!(await mesh.inbox('A82999OT1')).includes(id));
      const last = await ask(`${MINE}/outbox/${id}/2`, {
        method: 'POST',
        headers: { 'mex-chunk-range': '2:3' },
        body: 'chunk-2;',
      });
      assert.equal(last.status, 202);
      assert.deepEqual(last.body, { messageID: id, blockID: 2 });
      assert.equal(await status(), 'accepted');
      assert.equal((await chunk(id, 2, '2:3')).status, 423);
      const parts = [`${PRACTICE}/inbox/${id}`, `${PRACTICE}/inbox/${id}/2`, `${PRACTICE}/inbox/${id}/3`];
      const answers = await Promise.all(parts.map((path) => v2(path)));
      assert.deepEqual(
        answers.map(({ status: code, text, headers }) => [code, text, headers['mex-chunk-range']]),
        [
          [206, 'chunk-1;', '1:3'],
          [206, 'chunk-2;', '2:3'],
          [200, 'chunk-3;', '3:3'],
        ],
      );
      assert.equal(answers[0]!.headers['content-type'], 'application/octet-stream');
      assert.equal(answers[0]!.headers['mex-content-type'], 'text/plain');
      assert.equal((await v2(`${PRACTICE}/inbox/${id}/4`)).status, 404);
      assert.equal((await acknowledge(id)).status, 200);
    });

    test('mesh §7 chunks together may not pass the limit of a message', async () => {
      const id = (await send({ 'mex-chunk-range': '1:3' }, 'x'.repeat(199_000))).body.message_id as string;
      const next = (n: number) =>
        v2(`${MINE}/outbox/${id}/${n}`, {
          method: 'POST',
          headers: { 'mex-chunk-range': `${n}:3` },
          body: 'x'.repeat(199_000),
        });
      assert.equal((await next(2)).status, 202);
      assert.equal((await next(3)).status, 413);
    });

    test('mesh §3.3 content coding: stored gzip is served as stored or inflated', async () => {
      const text = 'compress me '.repeat(2000);
      const id = await mesh.send(
        { 'content-encoding': 'gzip', 'content-type': 'text/plain' },
        gzipSync(text),
      );
      const coded = await v2(`${PRACTICE}/inbox/${id}`, { headers: { 'accept-encoding': 'gzip' } });
      assert.equal(coded.headers['content-encoding'], 'gzip');
      assert.equal(coded.headers['mex-content-compressed'], 'Y');
      assert.equal(gunzipSync(coded.bytes).toString(), text);
      for (const accept of ['', 'gzip;q=0', 'br']) {
        const plain = await v2(
          `${PRACTICE}/inbox/${id}`,
          accept ? { headers: { 'accept-encoding': accept } } : {},
        );
        assert.equal(plain.headers['content-encoding'], undefined, accept);
        assert.equal(plain.text, text);
      }
      await acknowledge(id);
      const application = await mesh.send({ 'mex-content-compressed': 'TRUE' }, gzipSync(text));
      const got = await v2(`${PRACTICE}/inbox/${application}`, { headers: { 'accept-encoding': 'gzip' } });
      assert.equal(got.headers['content-encoding'], undefined);
      assert.equal(got.headers['mex-content-compressed'], 'Y');
      assert.deepEqual(got.bytes, gzipSync(text));
      await acknowledge(application);
    });

    test('mesh §3.7 tracking by id and by local id, both versions', async () => {
      const id = await mesh.send({ 'mex-localid': 'only-one', 'mex-subject': 'S', 'mex-filename': 'f.xml' });
      const second = await v2(`${MINE}/outbox/tracking?messageID=${id}`);
      assert.deepEqual(Object.keys(second.body).sort(), [
        'expiry_time',
        'filename',
        'local_id',
        'message_id',
        'recipient',
        'recipient_name',
        'recipient_ods_code',
        'recipient_org_code',
        'recipient_org_name',
        'status',
        'status_code',
        'status_description',
        'status_event',
        'status_success',
        'status_timestamp',
        'upload_timestamp',
        'workflow_id',
      ]);
      assert.equal(second.body.status, 'accepted');
      assert.equal(second.body.status_success, true);
      assert.match(second.body.expiry_time, /^\d{4}-\d\d-\d\dT.*Z$/);
      assert.equal(
        Date.parse(second.body.expiry_time) - Date.parse(second.body.upload_timestamp),
        5 * 86_400_000,
      );
      const first = await ask(`${MINE}/outbox/tracking?messageID=${id}`);
      assert.equal(first.body.messageId, id);
      assert.equal(first.body.dtsId, id);
      assert.equal(first.body.status, 'Accepted');
      assert.equal(first.body.subject, 'S');
      assert.equal(first.body.meshRecipientOdsCode, 'A82999');
      assert.equal(first.body.senderOrgName, 'TEST PHARMACY LTD');
      assert.match(first.body.uploadTimestamp, /^\d{14}$/);
      assert.equal((await v2(`${MINE}/outbox/tracking/only-one`)).body.message_id, id);
      assert.equal((await v2(`${MINE}/outbox/tracking/none`)).status, 404);
      assert.equal((await v2(`${PRACTICE}/outbox/tracking?messageID=${id}`)).status, 404);
      assert.equal((await v2(`${MINE}/outbox/tracking`)).status, 400);
      const other = await mesh.send({ 'mex-localid': 'only-one' });
      assert.equal((await v2(`${MINE}/outbox/tracking/only-one`)).status, 300);
      for (const one of [id, other]) await acknowledge(one);
      const ended = await v2(`${MINE}/outbox/tracking?messageID=${id}`);
      assert.equal(ended.body.status, 'acknowledged');
    });

    test('mesh §3.2 the inbox: pages, limits, filters, order, both versions (example D)', async () => {
      await ask('/admin/reset', { method: 'DELETE', as: null });
      const ids: string[] = [];
      for (let i = 0; i < 23; i++)
        ids.push(await mesh.send({ 'mex-workflowid': i % 2 === 0 ? UPDATE : DOCUMENT }));
      const page = await v2(`${PRACTICE}/inbox?max_results=10`);
      assert.deepEqual(page.body.messages, ids.slice(0, 10));
      assert.equal(page.body.approx_inbox_count, 23);
      assert.equal(page.body.links.self, '/messageexchange/A82999OT1/inbox?max_results=10');
      assert.match(
        page.body.links.next,
        /^\/messageexchange\/A82999OT1\/inbox\?max_results=10&continue_from=[\w-]{24,1000}$/,
      );
      const found: string[] = [];
      let next: string | undefined = '/messageexchange/A82999OT1/inbox?max_results=10';
      while (next !== undefined) {
        const one: Answer = await v2(next.replace('/messageexchange', ''));
        found.push(...one.body.messages);
        next = one.body.links.next;
      }
      assert.deepEqual(found, ids);
      const v1Page = await ask(`${PRACTICE}/inbox?max_results=10&continue_from=${ids[9]}`);
      assert.deepEqual(v1Page.body, { messages: ids.slice(10, 20) });
      assert.deepEqual((await ask(`${PRACTICE}/count`)).body.count, 23);
      const counted = (await ask(`${PRACTICE}/count`)).body;
      assert.equal(counted.allResultsIncluded, true);
      assert.ok(counted.internalID);
      assert.deepEqual((await v2(`${PRACTICE}/count`)).body, { count: 23 });
      for (const bad of [
        'max_results=9',
        'max_results=5001',
        'max_results=x',
        'workflow_filter=A',
        `workflow_filter=${'A'.repeat(256)}`,
        'continue_from=short',
        `continue_from=${'A'.repeat(30)}`,
        `continue_from=${'A'.repeat(1001)}`,
      ]) {
        const answer = await v2(`${PRACTICE}/inbox?${bad}`);
        assert.equal(answer.status, 400, bad);
        assert.equal(answer.body.detail[0].loc[0], 'query');
      }
      const updates = ids.filter((_, i) => i % 2 === 0);
      const documents = ids.filter((_, i) => i % 2 === 1);
      const filters: [string, string[]][] = [
        [UPDATE, updates],
        [`!${UPDATE}`, documents],
        ['GPCONNECT_UP*', updates],
        ['!GPCONNECT_UP*', documents],
        ['*_DOC*', documents],
        ['!*_DOC*', updates],
        ['GPCONNECT', []],
      ];
      for (const [filter, expected] of filters) {
        const answer = await v2(`${PRACTICE}/inbox?workflow_filter=${encodeURIComponent(filter)}`);
        assert.deepEqual(answer.body.messages, expected, filter);
        assert.equal(answer.body.approx_inbox_count, 23);
      }
      const filtered = await v2(`${PRACTICE}/inbox?max_results=10&workflow_filter=NOTHING`);
      assert.deepEqual(filtered.body.messages, []);
      assert.match(filtered.body.links.next, /workflow_filter=NOTHING/);
      await acknowledge(ids[0]!);
      assert.equal((await mesh.inbox('A82999OT1'))[0], ids[1]);
    });

    test('mesh §3.9 rich lists: newest first, acknowledged included, pages', async () => {
      await ask('/admin/reset', { method: 'DELETE', as: null });
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.push(await mesh.send({ 'mex-localid': `L${i}` }));
      await acknowledge(ids[0]!);
      for (const [owner, side] of [
        [PRACTICE, 'inbox'],
        [MINE, 'outbox'],
      ]) {
        const first = await v2(`${owner}/${side}/rich?max_results=3`);
        const rest = await v2(first.body.links.next.replace('/messageexchange', ''));
        const messages = [...first.body.messages, ...rest.body.messages];
        assert.deepEqual(
          messages.map(({ message_id }: { message_id: string }) => message_id),
          ids.toReversed(),
        );
        assert.equal(rest.body.links.next, undefined);
        assert.deepEqual(
          { ...messages[4], expiry_timestamp: '', sent_date: '' },
          {
            message_id: ids[0],
            expiry_timestamp: '',
            local_id: 'L0',
            message_type: 'DATA',
            recipient: 'A82999OT1',
            recipient_name: 'TEST HILL SURGERY',
            sender: 'X26OT900',
            sender_name: 'TEST PHARMACY',
            sent_date: '',
            status: 'acknowledged',
            status_code: '00',
            workflow_id: UPDATE,
            total_chunks: 1,
          },
        );
      }
      const later = new Date(mesh.time.now + 60_000).toISOString();
      assert.deepEqual((await v2(`${MINE}/outbox/rich?start_time=${later}`)).body.messages, []);
      assert.equal((await v2(`${MINE}/outbox/rich?start_time=never`)).status, 400);
    });

    test('mesh §3.8 look-ups (example G), nothing found, blanks', async () => {
      const at = (path: string, headers = {}) => ask(path, { as: null, headers });
      const second = await at(`/endpointlookup/a82999/${DOCUMENT}`, { accept: V2 });
      assert.deepEqual(second.body, {
        results: [{ mailbox_id: 'A82999OT1', mailbox_name: 'TEST HILL SURGERY' }],
      });
      const first = await at(`/endpointlookup/A82999/${DOCUMENT}`);
      assert.ok(first.body.query_id);
      assert.deepEqual(first.body.results, [
        { address: 'A82999OT1', description: 'TEST HILL SURGERY', endpoint_type: 'MESH' },
      ]);
      assert.equal((await at(`/endpointlookup/A82998/${DOCUMENT}`, { accept: V2 })).body.results.length, 2);
      for (const path of [
        `/endpointlookup/A82999/OTHER`,
        '/endpointlookup/ZZZ/X1',
        '/workflowsearch/OTHER',
      ]) {
        const none = await at(path, { accept: V2 });
        assert.equal(none.status, 200);
        assert.deepEqual(none.body.results, []);
      }
      assert.equal((await at(`/endpointlookup/A82997/${DOCUMENT}`, { accept: V2 })).body.results.length, 0);
      assert.deepEqual((await at(`/workflowsearch/${UPDATE}`)).body, {
        results: [{ mailbox_id: 'A82999OT1', mailbox_name: 'TEST HILL SURGERY' }],
      });
      const noOds = await at(`/endpointlookup/%20/${DOCUMENT}`);
      assert.equal(noOds.status, 400);
      assert.match(noOds.text, /ods code missing/);
      const noWorkflow = await at('/endpointlookup/A82999/%20', { accept: V2 });
      assert.equal(noWorkflow.status, 400);
      assert.match(noWorkflow.text, /workflow id missing/);
      assert.equal((await at('/workflowsearch/%20')).status, 400);
    });

    test('mesh §6 unknown addresses and methods', async () => {
      assert.equal((await ask('/X26OT900/nothing')).status, 404);
      const method = await ask(`${MINE}/inbox`, { method: 'DELETE' });
      assert.equal(method.status, 405);
      assert.equal(method.headers.allow, 'GET');
    });

    test('mesh §3.10 administration: report, event, reset, looking inside', async () => {
      const admin = (path: string, method: string, body?: object) =>
        ask(`/admin/${path}`, { method, as: null, ...(body ? { body: JSON.stringify(body) } : {}) });
      await admin('reset', 'DELETE');
      const made = await admin('report', 'POST', {
        mailbox_id: 'X26OT900',
        code: '14',
        description: 'not collected',
        workflow_id: UPDATE,
        subject: 'S',
        local_id: 'L',
        status: 'undeliverable',
        file_name: 'f.dat',
        linked_message_id: '20200101000000000000_AAAAAA',
      });
      assert.equal(made.status, 200);
      const report = await v2(`${MINE}/inbox/${made.body.message_id}`);
      assert.equal(report.status, 200);
      assert.equal(report.headers['mex-messagetype'], 'REPORT');
      assert.equal(report.headers['mex-statuscode'], '14');
      assert.equal(report.headers['mex-linkedmsgid'], '20200101000000000000_AAAAAA');
      assert.equal((await admin('report', 'POST', { mailbox_id: 'X26OT900' })).status, 400);
      const id = await mesh.send();
      assert.equal((await admin(`message/${id}/event`, 'POST', { status: 'error', code: '15' })).status, 200);
      assert.equal((await v2(`${MINE}/outbox/tracking?messageID=${id}`)).body.status, 'error');
      const shown = await admin(`message/${id}`, 'GET');
      assert.equal(shown.body.status, 'error');
      assert.equal(shown.body.wrappedKey, undefined);
      assert.equal((await admin('reset/NOBODY', 'DELETE')).status, 404);
      assert.equal((await admin('reset/X26OT900', 'DELETE')).status, 200);
      assert.equal((await admin(`message/${id}`, 'GET')).status, 404);
      assert.deepEqual(mesh.storedFiles(), []);
    });
  });
}
