// For tests: senders on a store, each with a mailbox, a MESH and a clock of its own.
import assert from 'node:assert/strict';
import type { Store } from '@gp-connect/foundation/store';
import { composeSendDocument } from './compose-send-document.ts';
import { composeUpdateRecord } from './compose-update-record.ts';
import type { Composed, ComposedMessage } from './composed.ts';
import { type MessageSender, openMessageSender } from './sender.ts';
import {
  countedIds,
  sendDocumentInput,
  sender,
  testDirectory,
  testMailbox,
  testVault,
  updateRecordInput,
} from './sender-for-tests.ts';
import type { SenderDatabase } from './tables.ts';

const hour = 3_600_000;
let group = 100;

/** A sender with a mailbox of its own, a MESH in memory and a clock that is moved by hand. */
export function desk(store: Store<SenderDatabase>, more: object = {}) {
  const clock = { at: new Date('2025-10-01T14:05:00Z') };
  const mesh = testMailbox();
  group += 1;
  const mailbox = `X26OT${group}`;
  const settings = {
    store,
    vault: testVault,
    sender: { ...sender, mailbox },
    mesh,
    directory: testDirectory,
    now: () => clock.at,
    newId: countedIds(group),
    ...more,
  };
  const messages = openMessageSender(settings);
  const later = (hours: number): void => {
    clock.at = new Date(clock.at.getTime() + hours * hour);
  };
  return { messages, mesh, later, mailbox, settings };
}

export const done = (result: Composed): ComposedMessage => {
  assert.ok(result.ok, JSON.stringify(result));
  return result.message;
};
export const update = async (messages: MessageSender) =>
  done(await composeUpdateRecord(messages.context(), updateRecordInput));
export const document = async (messages: MessageSender, activity: string) => {
  const replaces = await messages.previousVersion(activity);
  const input = { ...sendDocumentInput, ...(replaces ? { replaces } : {}) };
  return done(await composeSendDocument(messages.context(), input));
};

/** Queues and sends an Update Record message; answers its id. */
export async function sentUpdate(messages: MessageSender, activity = 'visit-1'): Promise<string> {
  const message = await update(messages);
  const submitted = await messages.submit(message, { activity });
  assert.equal(submitted.state, 'queued');
  assert.equal((await messages.sendDue()).sent.length, 1);
  return message.messageId;
}
