// Test-only administration. spec: mesh §3.10
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UPDATE } from './mesh-under-test.ts';
import { MINE, onTheWire } from './wire-for-tests.ts';

onTheWire('MESH administration', (wire) => {
  const { ask, v2 } = wire;

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
    assert.equal(report.headers['mex-from'], undefined);
    for (const [chunk, status] of [
      ['/1', 200],
      ['/0', 404],
      ['/2', 404],
      ['/x', 404],
    ])
      assert.equal((await v2(`${MINE}/inbox/${made.body.message_id}${chunk}`)).status, status, String(chunk));
    assert.equal((await admin('report', 'POST', { mailbox_id: 'X26OT900' })).status, 400);
    const id = await wire.mesh.send();
    assert.equal((await admin(`message/${id}/event`, 'POST', { status: 'error', code: '15' })).status, 200);
    assert.equal((await v2(`${MINE}/outbox/tracking?messageID=${id}`)).body.status, 'error');
    const shown = await admin(`message/${id}`, 'GET');
    assert.equal(shown.body.status, 'error');
    assert.equal(shown.body.wrappedKey, undefined);
    assert.equal((await admin('reset/NOBODY', 'DELETE')).status, 404);
    assert.equal((await admin('reset/X26OT900', 'DELETE')).status, 200);
    assert.equal((await admin(`message/${id}`, 'GET')).status, 404);
    assert.deepEqual(wire.mesh.storedFiles(), []);
  });
});
