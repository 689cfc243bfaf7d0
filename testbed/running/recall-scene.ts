// What a recall's people do in a running England besides the operator: a pharmacy sends, its mailbox is read, a practice
// works its list, a hospital reads the record.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import {
  composeUpdateRecord,
  patientFromPds,
  readRecallNotice,
  recallNoticeWorkflow,
  structuredParameters,
} from '@gp-connect/consumer';
import { type MeshMailbox, memoryJournal, openConnection, openMailbox } from '@gp-connect/consumer/mesh';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';
import type { Choices } from './plan.ts';
import {
  meshAccount,
  type PracticeAccount,
  practiceAccount,
  type scriptedOrganisation,
} from './script-accounts.ts';

export interface RecallScene {
  readonly practice: PracticeAccount;
  /** The practice's own API as one of its personas. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  atPractice(path: string, body?: object, persona?: string): Promise<any>;
  /** The record as a hospital reads it through the gateway. */
  structured(): Promise<string>;
  /** Every view of the record that the GP system makes, as it would leave now. */
  views(): Promise<Map<string, string>>;
}

export function recallScene(running: EnglandUnderTest, nhsNumber: string): RecallScene {
  const { choices } = running.england;
  const practice = practiceAccount(choices, 'gp');
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  async function atPractice(path: string, body?: object, persona = 'gp'): Promise<any> {
    const token = await practiceAccount(choices, persona).accessToken();
    const answer = await fetch(`${practice.inbox}/practice/v1/${practice.ods}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${text.slice(0, 1000)}`);
    return JSON.parse(text);
  }
  async function structured(): Promise<string> {
    const answer = await running.caller().byPatient({
      operation: '$gpc.getstructuredrecord',
      body: structuredParameters({ nhsNumber }),
    });
    assert.equal(answer.status, 200);
    return answer.body.text();
  }
  /** Every view of the record that this GP system makes, as it would leave now. */
  async function views(): Promise<Map<string, string>> {
    const list = await atPractice('/record/views', undefined, 'practice-manager');
    const shown = new Map<string, string>();
    for (const { view } of list as { view: string }[]) {
      const { body } = await atPractice('/record/preview', { nhsNumber, view }, 'practice-manager');
      shown.set(view, body);
    }
    return shown;
  }
  return { practice, atPractice, structured, views };
}

/** Sends a consultation that says she is pregnant; answers the id of the message once both answers are in. */
export async function sendMiscoded(
  pharmacy: ReturnType<typeof scriptedOrganisation>,
  nhsNumber: string,
): Promise<string> {
  const { caller, ods, name, author, open } = pharmacy;
  const traced = await caller.directory.trace(nhsNumber, await caller.accessToken());
  const sender = await open();
  try {
    const { messages } = sender;
    const made = await composeUpdateRecord(messages.context(), {
      ...{ patient: patientFromPds(traced!), organisation: { ods, name } },
      practitioners: [{ ...author, gphcNumber: '2123456' }],
      ...{ service: 'minor-illness', seen: new Date().toISOString().slice(0, 10) },
      clinicalSummary: 'Sore throat; advice given.',
      pregnancy: { status: 'pregnant', confirmedTerm: 'Patient currently pregnant' },
    });
    assert.ok(made.ok, JSON.stringify(made));
    const activity = randomUUID();
    let submitted = await messages.submit(made.message, { activity, atOnce: true });
    if (submitted.state === 'confirm') {
      const confirmed = submitted.confirmations.map(({ ref }) => ref);
      submitted = await messages.submit(made.message, { activity, atOnce: true, confirmed });
    }
    assert.equal(submitted.state, 'queued', JSON.stringify(submitted));
    const { messageId } = made.message;
    await untilFound(async () => {
      await sender.round();
      return (await messages.message(messageId))?.state === 'delivered' ? true : undefined;
    });
    return messageId;
  } finally {
    await sender.close();
  }
}

/** The sender's mailbox itself, for what is no message about a patient. */
export async function raw<Value>(
  choices: Choices,
  ods: string,
  use: (mailbox: MeshMailbox) => Promise<Value>,
): Promise<Value> {
  const { connection, folder: _, ...account } = meshAccount(choices, ods);
  const open = openConnection(connection);
  try {
    return await use(openMailbox({ ...account, connection: open, journal: memoryJournal() }));
  } finally {
    await open.close();
  }
}

/** A message that says nothing. */
export const letter = (ods: string) => ({
  ...{ sendId: randomUUID(), to: `${ods}OT001`, workflowId: 'GPCONNECT_UPDATE_RECORD' },
  ...{ contentType: 'application/fhir+xml', payload: Buffer.from('<Bundle/>') },
});

/** The first notice that waits, and the mailbox it came from. */
export async function noticeIn(mailbox: MeshMailbox) {
  for await (const id of mailbox.list({ workflowFilter: recallNoticeWorkflow })) {
    const { info, payload } = await mailbox.download(id);
    const notice = readRecallNotice(await buffer(payload));
    await mailbox.acknowledge(id);
    return { from: info.from, notice };
  }
  return undefined;
}
