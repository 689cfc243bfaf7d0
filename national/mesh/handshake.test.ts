// MESH without and with a handshake: liveness, versions, unknown addresses. spec: mesh §1.1, §3.1, §6
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { V2 } from './mesh-under-test.ts';
import { MINE, onTheWire } from './wire-for-tests.ts';

onTheWire('MESH handshake', (wire) => {
  const { ask, v2 } = wire;

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
      [`${V2}; charset=utf-8`, 200, V2],
      [`${V2};q=0.9, */*;q=0.1`, 200, V2],
      ['application/json, application/vnd.mesh.v1+json', 200, 'application/vnd.mesh.v1+json'],
      ['application/vnd.mesh.vX+json', 400, 'application/json'],
      ['application/vnd.mesh.v2', 400, 'application/json'],
      ['application/vnd.mesh+json', 400, 'application/json'],
      ['text/application/vnd.mesh.v2+json', 400, 'application/json'],
    ];
    for (const [accept, status, type] of rows) {
      const answer = await ask(`${MINE}/inbox`, accept === undefined ? {} : { headers: { accept } });
      assert.equal(answer.status, status, accept);
      assert.equal(answer.headers['content-type'], type, accept);
      if (status === 400) assert.match(answer.text, /Accept header api format incorrect/);
      else assert.equal('links' in answer.body, type === V2, accept);
    }
  });

  test('mesh §6 unknown addresses and methods', async () => {
    assert.equal((await ask('/X26OT900/nothing')).status, 404);
    const method = await ask(`${MINE}/inbox`, { method: 'DELETE' });
    assert.equal(method.status, 405);
    assert.equal(method.headers.allow, 'GET');
  });
});
