// Tracking by message id and by local id. spec: mesh §3.7
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINE, onTheWire, PRACTICE } from './wire-for-tests.ts';

/** spec: mesh §3.7, left column. */
const V1_FIELDS =
  `addressType checksum chunkCount compressFlag contentEncoding downloadTimestamp dtsId encryptedFlag
  expiryTime failureDate failureDiagnostic fileName fileSize isCompressed linkedMsgId localId meshRecipientOdsCode
  messageId messageType partnerId recipient recipientName recipientOrgCode recipientOrgName recipientSmtp sender
  senderName senderOdsCode senderOrgCode senderOrgName senderSmtp status statusCode statusDescription statusEvent
  statusSuccess statusTimestamp subject uploadTimestamp version workflowId`.split(/\s+/);

onTheWire('MESH tracking', (wire) => {
  const { ask, v2, acknowledge } = wire;

  test('mesh §3.7 tracking by id and by local id, both versions', async () => {
    const id = await wire.mesh.send({
      'mex-localid': 'only-one',
      'mex-subject': 'S',
      'mex-filename': 'f.xml',
    });
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
    assert.deepEqual(Object.keys(first.body).sort(), V1_FIELDS);
    assert.equal(first.body.downloadTimestamp, '');
    assert.deepEqual(
      [first.body.addressType, first.body.version, first.body.messageType, first.body.statusSuccess],
      ['ALL', '1.0', 'Data', 'SUCCESS'],
    );
    assert.deepEqual([first.body.chunkCount, first.body.fileSize, first.body.fileName], [1, 7, 'f.xml']);
    assert.deepEqual([first.body.isCompressed, first.body.encryptedFlag], ['', '']);
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
    const other = await wire.mesh.send({ 'mex-localid': 'only-one' });
    assert.equal((await v2(`${MINE}/outbox/tracking/only-one`)).status, 300);
    for (const one of [id, other]) await acknowledge(one);
    const ended = await v2(`${MINE}/outbox/tracking?messageID=${id}`);
    assert.equal(ended.body.status, 'acknowledged');
    const downloaded = (await ask(`${MINE}/outbox/tracking?messageID=${id.toLowerCase()}`)).body;
    assert.equal(downloaded.status, 'Acknowledged');
    assert.match(downloaded.downloadTimestamp, /^\d{14}$/);
  });
});
