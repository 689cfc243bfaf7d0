// A kept message read back is the input it was composed of, and composes to the same content. spec: messaging §5.4
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeSendDocument } from './compose-send-document.ts';
import { composeUpdateRecord } from './compose-update-record.ts';
import type { UpdateRecordInput } from './input.ts';
import { readUpdateRecord } from './read-back.ts';
import {
  fullUpdateRecordInput,
  sendDocumentInput,
  testContext,
  updateRecordInput,
} from './sender-for-tests.ts';

const xmlOf = async (input: UpdateRecordInput): Promise<string> => {
  const composed = await composeUpdateRecord(testContext(), input);
  assert.ok(composed.ok, JSON.stringify(composed));
  return composed.message.xml;
};

for (const [name, input] of [
  ['a plain consultation', updateRecordInput],
  ['one of everything', fullUpdateRecordInput],
  [
    'a contraception consultation with a medicine that was not supplied',
    {
      ...updateRecordInput,
      service: 'contraception',
      consentToShare: true,
      seen: '2025-09-30T10:15:00+01:00',
      presentingComplaints: [{ code: '276433004', display: 'Insect bite - wound', status: 'resolved' }],
      bloodPressures: [{ kind: 'lying', systolic: 120, diastolic: 70, at: '2025-09-29' }],
      supplies: [
        {
          ...Object.fromEntries(
            Object.entries(fullUpdateRecordInput.supplies![0]!).filter(([key]) => key !== 'handedOver'),
          ),
          status: 'stopped',
          patientInstruction: 'None needed',
        } as never,
      ],
    } satisfies UpdateRecordInput,
  ],
] as const) {
  test(`${name} is read back and composes to the same message`, async () => {
    const xml = await xmlOf(input);
    const again = readUpdateRecord(xml);
    assert.ok(again);
    assert.equal(await xmlOf(again), xml);
  });
}

test('a message of another product is not read back', async () => {
  const composed = await composeSendDocument(testContext(), sendDocumentInput);
  assert.ok(composed.ok);
  assert.equal(readUpdateRecord(composed.message.xml), undefined);
});
