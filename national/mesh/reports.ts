// Messages that failed, and the report that tells their sender. spec: mesh §5, §6
import type { Mesh } from './context.ts';
import { openEnvelope, sealEnvelope, wrapKey } from './envelope.ts';
import { newDataKey } from './keys.ts';
import type { StatusChange } from './message-store.ts';
import type { Message, NewMessage } from './types.ts';

/** Why a message could not be delivered: event, code and text of §6. */
export const deliveryFailures = {
  '06': { event: 'TRANSFER', code: '06', description: 'MalformedControlFile' },
  '14': { event: 'SEND', code: '14', description: 'Message not collected by recipient' },
  '16': { event: 'SEND', code: '16', description: 'Sender is not allowed to send this message type' },
  '17': { event: 'SEND', code: '17', description: 'Workflow ID not registered for mailbox' },
  'EPL-150': { event: 'SEND', code: 'EPL-150', description: 'Multiple mailboxes match' },
  'EPL-151': { event: 'SEND', code: 'EPL-151', description: 'No mailbox matched' },
  'EPL-152': { event: 'SEND', code: 'EPL-152', description: 'Invalid NHS Number' },
  'EPL-153': { event: 'SEND', code: 'EPL-153', description: 'NHS Number not found' },
  'EPL-154': {
    event: 'SEND',
    code: 'EPL-154',
    description: 'NHS Number supplied does not match the demographics',
  },
} as const satisfies Record<string, Omit<StatusChange, 'status'>>;

export type DeliveryFailure = keyof typeof deliveryFailures;

/** Ends a message as undeliverable: audited, payload destroyed, report in the sender's inbox. `why` is told there. */
export async function failDelivery(
  mesh: Mesh,
  message: Message,
  failure: DeliveryFailure,
  event: 'refused' | 'expired',
  why?: string,
): Promise<void> {
  const { description: meaning, ...codes } = deliveryFailures[failure];
  const reason = { ...codes, description: why === undefined ? meaning : headerText(`${meaning} ${why}`) };
  const sender = message.sender === null ? undefined : await mesh.mailboxes.find(message.sender);
  const recipient = message.recipient === null ? undefined : await mesh.mailboxes.find(message.recipient);
  const { nhsNumber = null, subject } = openEnvelope(mesh.ring, message);
  await mesh.audit({
    event,
    outcome: `${reason.code} ${reason.description}`,
    message,
    sender,
    recipient,
    nhsNumber,
  });
  const report =
    message.kind === 'DATA' && message.sender !== null
      ? makeReport(mesh, {
          recipient: message.sender,
          workflow: message.workflow,
          localId: message.localId,
          subject,
          linkedId: message.id,
          ...reason,
        })
      : undefined;
  const ended = await mesh.messages.end(
    message.id,
    { status: 'undeliverable', ...reason },
    { ...(report ? { report } : {}), keepPayload: mesh.settings.lenient },
  );
  if (!ended) return;
  mesh.metrics.failed.inc({ code: reason.code });
  await mesh.removeDiscarded();
}

/** What a person wrote, as a header can carry it. */
const headerText = (text: string): string => text.replace(/[^\x20-\x7e\xa0-\xff]/g, '?');

export interface ReportFacts {
  readonly recipient: string;
  readonly workflow: string;
  readonly localId: string | null;
  readonly subject?: string | undefined;
  readonly fileName?: string | undefined;
  readonly linkedId: string | null;
  readonly event: string;
  readonly code: string;
  readonly description: string;
}

/** A report as a message: no chunks, all meaning in its headers. */
export function makeReport(mesh: Mesh, facts: ReportFacts): NewMessage {
  const id = mesh.nextId();
  const dataKey = newDataKey();
  const now = new Date(mesh.clock());
  const { subject, fileName } = facts;
  return {
    id,
    kind: 'REPORT',
    sender: null,
    recipient: facts.recipient,
    workflow: facts.workflow,
    localId: facts.localId,
    status: 'accepted',
    statusEvent: facts.event,
    statusCode: facts.code,
    statusDescription: facts.description,
    statusAt: now,
    totalChunks: 1,
    contentEncoding: null,
    compressed: false,
    encrypted: false,
    size: 0,
    wrappedKey: wrapKey(mesh.ring, id, dataKey),
    sealed: sealEnvelope(dataKey, id, {
      ...(subject === undefined ? {} : { subject }),
      ...(fileName === undefined ? {} : { fileName }),
    }),
    linkedId: facts.linkedId,
    product: null,
    productVersion: null,
    createdAt: now,
    acceptedAt: now,
    collectedAt: null,
    endedAt: null,
  };
}
