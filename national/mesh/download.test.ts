// Download and acknowledgement: headers as sent, statuses, content coding. spec: mesh §3.3–§3.5
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { UPDATE } from './mesh-under-test.ts';
import { MINE, onTheWire, PRACTICE } from './wire-for-tests.ts';

onTheWire('MESH download', (wire) => {
  const { ask, v2, send, acknowledge } = wire;

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
    assert.ok((await wire.mesh.inbox('A82999OT1')).includes(id));
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
    assert.equal((await ask(`${PRACTICE}/inbox/${id}`)).headers['content-type'], 'application/octet-stream');
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
    assert.equal(gone.body.errorEvent, 'SEND');
    assert.equal(gone.body.messageID, id);
    assert.ok(!(await wire.mesh.inbox('A82999OT1')).includes(id));
    const unknown = '20200101000000000000_AAAAAA';
    const missing = await v2(`${PRACTICE}/inbox/${unknown}`);
    assert.equal(missing.status, 404);
    assert.deepEqual(missing.body.detail, [{ event: 'RECEIVE', code: '20', msg: 'Message does not exist' }]);
    assert.equal((await acknowledge(unknown)).status, 404);
  });

  test('mesh §3.3 content coding: stored gzip is served as stored or inflated', async () => {
    const text = 'compress me '.repeat(2000);
    const id = await wire.mesh.send(
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
    const application = await wire.mesh.send({ 'mex-content-compressed': 'TRUE' }, gzipSync(text));
    const got = await v2(`${PRACTICE}/inbox/${application}`, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(got.headers['content-encoding'], undefined);
    assert.equal(got.headers['mex-content-compressed'], 'Y');
    assert.deepEqual(got.bytes, gzipSync(text));
    await acknowledge(application);
  });
});
