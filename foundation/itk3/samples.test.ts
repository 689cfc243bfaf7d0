// Public messages, as they are: read, written back, judged. spec: messaging §2, §4
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bundle, fromXml, toXml } from '../fhir/index.ts';
import { sharedFiles, skipWithout } from '../fhir/shared-files-for-tests.ts';
import { testNow } from './messages-for-tests.ts';
import { readMessage } from './read-message.ts';
import { receive } from './receive.ts';

const skip = skipWithout('samples/messages');
const sample = (part: string) =>
  sharedFiles('samples/messages/*.xml').find(({ name }) => name.includes(part))!;
const judged = (content: Uint8Array, workflowId: string) =>
  receive({ workflowId, body: content }, { now: () => testNow });

test('public messages are read as messages and come back from XML as they went in', { skip }, () => {
  const files = sharedFiles('samples/messages/*.xml');
  assert.equal(files.length, 3);
  for (const { name, content } of files) {
    const bundle = fromXml(content) as unknown as Bundle;
    const message = readMessage(bundle);
    assert.ok(message?.document?.composition, name);
    assert.equal(message.sender?.organisation, 'FQW30', name);
    assert.deepEqual(readMessage(fromXml(toXml(bundle)) as unknown as Bundle)!.bundle, message.bundle, name);
  }
});

for (const [part, workflow] of [
  ['pharmacy-first', 'GPCONNECT_UPDATE_RECORD'],
  ['send-document', 'GPCONNECT_SEND_DOCUMENT'],
] as const) {
  test(`the public ${part} message fails only by its NHS number's check digit`, { skip }, async () => {
    const { content } = sample(part);
    const unchanged = await judged(content, workflow);
    assert.ok(unchanged.kind === 'refused');
    assert.equal(`${unchanged.refusal.code} ${unchanged.refusal.issue}`, '20009 value');
    assert.match(unchanged.refusal.path, /identifier\[0\]\.value$/);
    const corrected = Buffer.from(content.toString().replaceAll('4857773456', '4857773457'));
    const outcome = await judged(corrected, workflow);
    assert.equal(outcome.kind, 'accepted');
  });
}

test('the primary document of the public Send Document message is its PDF, listed last', {
  skip,
}, async () => {
  const corrected = sample('send-document').content.toString().replaceAll('4857773456', '4857773457');
  const outcome = await judged(Buffer.from(corrected), 'GPCONNECT_SEND_DOCUMENT');
  assert.ok(outcome.kind === 'accepted');
  assert.deepEqual(
    outcome.attachments.map(({ type }) => type.extension),
    ['pdf'],
  );
});

test('the older draft message, its header out of place, is read and refused with 20006', {
  skip,
}, async () => {
  const { content } = sample('justin-thyme');
  const message = readMessage(fromXml(content) as unknown as Bundle)!;
  assert.equal(message.header.isFirst, false);
  assert.equal(message.header.messageId, 'e1a1689c-2f65-467b-ab48-7714813c09cc');
  const outcome = await judged(content, 'GPCONNECT_UPDATE_RECORD');
  assert.ok(outcome.kind === 'refused');
  assert.equal(outcome.refusal.code, '20006');
});
