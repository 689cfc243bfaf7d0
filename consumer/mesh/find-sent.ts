// Whether a send without an answer was accepted: by local id where that is the send's own, else in the sender's outbox
// list, told apart by file name. spec: mesh §3.7, §3.9, §8 C4
import { SendOutcomeUnknownError } from './errors.ts';
import type { SendEntry } from './journal.ts';
import type { Sender } from './send.ts';
import { track, trackByLocalId } from './tracking.ts';

/** Clocks of both sides may differ by this. */
const CLOCK_MS = 10 * 60_000;
const MOST_PAGES = 50;

/** Its message id, or undefined where the server has no such message. @throws SendOutcomeUnknownError where it cannot tell */
export async function findSent(sender: Sender, entry: SendEntry): Promise<string | undefined> {
  if (entry.localId === entry.sendId) {
    const found = await trackByLocalId(sender.exchange, sender.mailboxId, entry.localId);
    if (found !== 'several') return found?.messageId;
  }
  return inOutbox(sender, entry);
}

interface Listed {
  readonly message_id: string;
  readonly local_id: string | null;
  readonly workflow_id: string;
}

async function inOutbox(sender: Sender, entry: SendEntry): Promise<string | undefined> {
  const known = await sender.journal.knownMessages();
  const found: string[] = [];
  for await (const message of outboxSince(sender, Date.parse(entry.at) - CLOCK_MS, entry.sendId)) {
    if (message.local_id !== entry.localId || message.workflow_id !== entry.workflowId) continue;
    if (known.has(message.message_id)) continue;
    const { fileName, status } = await track(sender.exchange, sender.mailboxId, message.message_id);
    if (fileName === entry.fileName) found.push(message.message_id);
    // Once a message has ended its file name may be gone: this might be the one.
    else if (fileName === `${message.message_id}.dat` && !['accepted', 'uploading'].includes(status))
      throw new SendOutcomeUnknownError(entry.sendId, 'a message that has ended already may be this one');
  }
  if (found.length > 1)
    throw new SendOutcomeUnknownError(entry.sendId, 'several messages have its file name');
  return found[0];
}

async function* outboxSince(sender: Sender, since: number, sendId: string): AsyncGenerator<Listed> {
  const start = encodeURIComponent(new Date(since).toISOString());
  let path: string | undefined = `${sender.mailboxId}/outbox/rich?start_time=${start}`;
  for (let page = 0; path !== undefined; page++) {
    if (page === MOST_PAGES) throw new SendOutcomeUnknownError(sendId, 'the outbox list does not end');
    const response = await sender.exchange.repeatable({ method: 'GET', path });
    const body = (await response.body.json()) as { messages: Listed[]; links?: { next?: string } };
    yield* body.messages;
    const next = body.links?.next;
    path = next === undefined ? undefined : next.replace(/^.*?\/messageexchange\//, '');
  }
}
