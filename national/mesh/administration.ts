// Test-only administration; never registered unless the settings say so. spec: mesh §3.10
import { z } from 'zod';
import { MeshFault, SchemaFault } from './errors.ts';
import { makeReport } from './reports.ts';
import type { Message } from './types.ts';
import { answer, type Call, type Route } from './wire.ts';

export const administrationRoutes: readonly Route[] = [
  { method: 'DELETE', path: '/admin/reset', run: reset },
  { method: 'DELETE', path: '/admin/reset/:mailbox', run: reset },
  { method: 'POST', path: '/admin/report', run: addReport },
  { method: 'POST', path: '/admin/message/:id/event', run: addEvent },
  { method: 'GET', path: '/admin/mailbox/:mailbox', run: showMailbox },
  { method: 'GET', path: '/admin/message/:id', run: showMessage },
];

const BODY_BYTES = 65_536;
const text = (most: number) => z.string().max(most).optional();

const reportBody = z.object({
  mailbox_id: z.string().max(100),
  code: z.string().max(20),
  description: z.string().max(500),
  workflow_id: z.string().max(300),
  subject: text(500),
  local_id: text(300),
  status: z.enum(['error', 'undeliverable']).default('error'),
  file_name: text(300),
  linked_message_id: text(100),
});

const eventBody = z.object({
  status: z.enum(['accepted', 'acknowledged', 'undeliverable', 'error']),
  code: z.string().max(20).default('00'),
  event: z.string().max(20).default('TRANSFER'),
  description: z.string().max(500).default(''),
  linked_message_id: text(100),
});

async function reset(call: Call): Promise<unknown> {
  const { mesh, parameters } = call;
  const mailbox = parameters.mailbox === undefined ? undefined : (await mailboxOf(call)).id;
  await mesh.messages.reset(mailbox);
  await mesh.removeDiscarded();
  return answer(call, 200);
}

async function addReport(call: Call): Promise<unknown> {
  const body = await readBody(call, reportBody);
  const mailbox = await call.mesh.mailboxes.find(body.mailbox_id.toUpperCase());
  if (!mailbox) throw new MeshFault('noSuchAddress');
  const message = makeReport(call.mesh, {
    recipient: mailbox.id,
    workflow: body.workflow_id,
    localId: body.local_id ?? null,
    subject: body.subject,
    fileName: body.file_name,
    linkedId: body.linked_message_id ?? null,
    event: 'SEND',
    code: body.code,
    description: body.description,
  });
  await call.mesh.messages.insert({ message });
  return answer(call, 200, { message_id: message.id });
}

async function addEvent(call: Call): Promise<unknown> {
  const { linked_message_id: linkedId, ...change } = await readBody(call, eventBody);
  const id = (call.parameters.id ?? '').toUpperCase();
  if (!(await call.mesh.messages.setStatus(id, { ...change, linkedId })))
    throw new MeshFault('noMessage', { messageId: id });
  return answer(call, 200, { message_id: id });
}

async function showMailbox(call: Call): Promise<unknown> {
  const { workflows, orgCode, orgName, ...mailbox } = await mailboxOf(call);
  return answer(call, 200, {
    ...mailbox,
    org_code: orgCode,
    org_name: orgName,
    workflows: [...workflows.values()],
    last_handshake: await call.mesh.mailboxes.lastHandshake(mailbox.id),
    inbox_count: await call.mesh.messages.inboxCount(mailbox.id),
  });
}

async function showMessage(call: Call): Promise<unknown> {
  const id = (call.parameters.id ?? '').toUpperCase();
  const message = await call.mesh.messages.find(id);
  if (!message) throw new MeshFault('noMessage', { messageId: id });
  return answer(call, 200, withoutSecrets(message));
}

function withoutSecrets({ wrappedKey: _key, sealed: _sealed, ...rest }: Message): object {
  return rest;
}

async function mailboxOf({ mesh, parameters }: Call) {
  const mailbox = await mesh.mailboxes.find((parameters.mailbox ?? '').toUpperCase());
  if (!mailbox) throw new MeshFault('noSuchAddress');
  return mailbox;
}

async function readBody<Schema extends z.ZodType>(
  { request }: Call,
  schema: Schema,
): Promise<z.infer<Schema>> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request.raw) {
    size += (part as Buffer).length;
    if (size > BODY_BYTES) throw new MeshFault('bodyTooLarge');
    parts.push(part as Buffer);
  }
  try {
    return schema.parse(JSON.parse(Buffer.concat(parts).toString()));
  } catch {
    throw new SchemaFault('body', 'body', 'the body does not have the expected members', 'value_error');
  }
}
