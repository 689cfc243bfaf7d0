// Both acknowledgements, the whole code table, and finding the message a response belongs to. spec: messaging §3
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bundle, fromXml, toXml, validate } from '../fhir/index.ts';
import { sharedFiles, skipWithout } from '../fhir/shared-files-for-tests.ts';
import { countedIds, type Loose, testMessage, testNow } from './messages-for-tests.ts';
import { idsOf, readMessage } from './read-message.ts';
import { composeResponse, correlation, readResponse } from './response.ts';
import { responseCodes } from './response-codes.ts';
import { noIds } from './salvage.ts';
import { itkSystem, unreadable } from './systems.ts';

const message = readMessage(testMessage('update-record'))!;
const compose = (code: string, more: object = {}) =>
  composeResponse({
    code,
    diagnostics: 'R13: Bundle.entry[2] because',
    answers: idsOf(message),
    responderOds: 'A82999',
    responderMailbox: 'A82999OT1',
    at: testNow,
    newId: countedIds(7),
    ...more,
  });
const read = (xml: string) => {
  const found = readResponse(Buffer.from(xml));
  assert.ok('response' in found, JSON.stringify(found));
  return found.response;
};

for (const code of responseCodes.values()) {
  if (code.use === 'send') {
    test(`${code.code} goes out as ${code.positive ? 'ok' : 'fatal-error'} and is read as it was meant`, () => {
      const composed = compose(code.code);
      const bundle = fromXml(composed.xml) as unknown as Loose;
      assert.deepEqual(validate(bundle), []);
      const [header, organisation, outcome] = bundle.entry.map((entry: Loose) => entry.resource);
      assert.equal(bundle.entry.length, 3);
      assert.equal(header.response.code, code.positive ? 'ok' : 'fatal-error');
      assert.equal(header.focus, undefined);
      assert.equal(organisation.identifier[0].value, 'A82999');
      assert.equal(outcome.issue[0].severity, code.positive ? 'information' : 'fatal');
      assert.ok(code.issues.includes(outcome.issue[0].code));
      const response = read(composed.xml);
      assert.equal(response.code, code.code);
      assert.equal(response.positive, code.positive);
      assert.equal(response.acknowledgement, code.acknowledgement);
      assert.equal(response.senderReference, message.header.senderReference);
      assert.equal(correlation(response, { ...sent, senderReference: 'other' }), 'id');
    });
  } else {
    test(`${code.code} is understood and never sent`, () => {
      assert.throws(() => compose(code.code), RangeError);
      const severity = code.positive ? 'information' : 'fatal';
      const response = read(withCode(code.code, severity, code.use === 'older'));
      assert.equal(response.positive, code.positive);
      assert.equal(response.known, true);
    });
  }
}

const sent = {
  messageId: message.header.messageId,
  messageIdentifier: message.identifier,
  senderReference: message.header.senderReference,
};

function withCode(code: string, severity: string, older = false): string {
  const bundle = fromXml(compose(severity === 'information' ? '20013' : '20009').xml) as unknown as Loose;
  const [issue] = bundle.entry[2].resource.issue;
  issue.severity = severity;
  issue.details.coding = [{ system: older ? itkSystem.olderResponse : itkSystem.response, code }];
  return toXml(bundle);
}

test('a negative response must say why', () => {
  assert.throws(() => compose('20009', { diagnostics: '' }), RangeError);
});

test('ids that could not be read become the literal, for action', () => {
  const bundle = fromXml(compose('10009', { answers: noIds }).xml) as unknown as Bundle;
  const { header } = readMessage(bundle)!;
  assert.equal(header.resource.response?.identifier, unreadable);
  assert.equal(header.senderReference, unreadable);
  assert.equal(header.handling.RecipientType, 'FA');
  assert.equal(header.handling.InfAckRequested, 'false');
});

test('where the message could not be read, its workflow says which message definition is answered', () => {
  const answer = compose('10009', { answers: noIds, workflowId: 'DIGMED_EMG_MED' });
  const { header } = readMessage(fromXml(answer.xml) as unknown as Bundle)!;
  assert.equal(
    header.handling.MessageDefinition,
    'https://fhir.nhs.uk/STU3/MessageDefinition/ITK-DM-EmergencySupply-MessageDefinition-1',
  );
});

test('the recipient type is echoed; one that is none is answered for action, so that the response is valid', () => {
  for (const [asked, answered, display] of [
    ['FI', 'FI', 'For Information'],
    ['FA', 'FA', 'For Action'],
    ['XX', 'FA', 'For Action'],
  ]) {
    const { xml } = compose('10010', { answers: { ...idsOf(message), recipientType: asked } });
    const [handling] = (fromXml(xml) as unknown as Loose).entry[0].resource.extension;
    const { valueCoding } = handling.extension.find((one: Loose) => one.url === 'RecipientType');
    assert.deepEqual(valueCoding, { system: itkSystem.recipientType, code: answered, display });
  }
});

test('a blank sender reference is answered with the literal, an odd one unchanged', () => {
  for (const [sent, echoed] of [
    [' x y ', ' x y '],
    ['', unreadable],
  ]) {
    const { xml } = compose('10007', { answers: { ...idsOf(message), senderReference: sent || undefined } });
    assert.equal(readMessage(fromXml(xml) as unknown as Bundle)!.header.senderReference, echoed);
  }
});

test('displays are those of the published code system; that of 20010 is the one of worked example F', {
  skip: skipWithout('fhir/stu3'),
}, () => {
  const [file] = sharedFiles('fhir/stu3/CodeSystems/CodeSystem-ITK-ResponseCodes-1.xml');
  const published = fromXml(file!.content) as unknown as { concept: { code: string; display: string }[] };
  for (const { code, display } of published.concept.filter((one) => one.code !== '20010')) {
    assert.equal(responseCodes.get(code)?.meaning, display, code);
  }
  assert.equal(
    responseCodes.get('20010')?.meaning,
    'The Recipient Organisation identified in the Payload is not supported by this End Point',
  );
});

test('a positive code that says it is fatal counts as negative, with a note', () => {
  const response = read(withCode('20013', 'fatal'));
  assert.equal(response.positive, false);
  assert.equal(response.notes.length, 1);
});

test('an older code that says success without severity information counts as negative', () => {
  assert.equal(read(withCode('41001', 'fatal', true)).positive, false);
  assert.equal(read(withCode('41002', 'information', true)).positive, false);
});

test('a code of no table counts as negative and is noted', () => {
  const response = read(withCode('39999', 'information'));
  assert.equal(response.positive, false);
  assert.equal(response.known, false);
});

test('a response is found by header id or message identifier, with or without urn:uuid, and then by reference', () => {
  const { messageId, messageIdentifier, senderReference } = sent;
  for (const answers of [messageId, `urn:uuid:${messageId}`, messageIdentifier, messageId.toUpperCase()]) {
    assert.equal(correlation({ answers, senderReference: '' }, sent), 'id');
  }
  assert.equal(correlation({ answers: unreadable, senderReference }, sent), 'sender-reference');
  const bare = senderReference.replace('urn:uuid:', '');
  assert.equal(correlation({ answers: 'x', senderReference: bare }, sent), 'sender-reference');
  assert.equal(correlation({ answers: 'x', senderReference: '' }, sent), undefined);
});

test('what is no response is said to be unreadable, never thrown', () => {
  for (const text of ['', 'x', '<Bundle xmlns="http://hl7.org/fhir"><type value="message"/></Bundle>']) {
    assert.ok('unreadable' in readResponse(Buffer.from(text)), text);
  }
  assert.ok('unreadable' in readResponse(Buffer.from(toXml(testMessage('update-record')))));
});
