// The recipient has the message: it leaves the list, and its payload is destroyed. spec: mesh §3.5, §7
import type { Mesh } from './context.ts';
import { openEnvelope } from './envelope.ts';
import { MeshFault, NotYours } from './errors.ts';
import type { Mailbox } from './types.ts';

/** Idempotent. @throws MeshFault, NotYours */
export async function acknowledge(
  mesh: Mesh,
  mailbox: Mailbox,
  id: string,
  certificate: string | undefined,
): Promise<void> {
  const message = await mesh.messages.find(id);
  if (!message) throw new MeshFault('noMessage', { messageId: id });
  if (message.recipient !== mailbox.id) throw new NotYours();
  if (message.status === 'acknowledged') return;
  // What was downloaded before it was stopped has been taken in: its acknowledgement counts.
  if (message.held && message.collectedAt === null) throw new MeshFault('held', { messageId: id });
  if (message.status !== 'accepted') throw new MeshFault('noLongerAvailable', { messageId: id });
  if (mesh.faults.strikes('deliverAgain')) return;
  const sender = message.sender === null ? undefined : await mesh.mailboxes.find(message.sender);
  await mesh.audit({
    event: 'acknowledged',
    outcome: null,
    message,
    sender,
    recipient: mailbox,
    nhsNumber: openEnvelope(mesh.ring, message).nhsNumber ?? null,
    certificate,
  });
  const { statusEvent: event, statusCode: code, statusDescription: description } = message;
  const ended = await mesh.messages.end(
    id,
    { status: 'acknowledged', event, code, description },
    { keepPayload: mesh.settings.lenient },
  );
  if (!ended) return;
  mesh.metrics.acknowledged.inc({ workflow: message.workflow });
  await mesh.removeDiscarded();
}
