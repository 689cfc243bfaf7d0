// Sending: the first (or only) chunk makes the message, later ones complete it. spec: mesh §3.6, messaging §2.5
import type { IncomingMessage } from 'node:http';
import { parseProviderAddress } from './address.ts';
import type { Mesh } from './context.ts';
import { dataKeyOf, openEnvelope, sealEnvelope, wrapKey } from './envelope.ts';
import { MeshFault, NotYours, SchemaFault } from './errors.ts';
import { newDataKey } from './keys.ts';
import { MessageOverLimit } from './message-store.ts';
import { type SenderProduct, senderProduct } from './product-version.ts';
import { chunkRange, readSendHeaders, type SendHeaders } from './send-headers.ts';
import type { Chunk, Envelope, Mailbox, Message, NewMessage } from './types.ts';
import { checkAnnouncedSize, storeBody } from './upload.ts';

export interface SendCall {
  readonly sender: Mailbox;
  readonly request: IncomingMessage;
  readonly certificate: string | undefined;
}

/** What a send asks for, once its headers are read. */
interface Wanted {
  readonly id: string;
  readonly headers: SendHeaders;
  /** Undefined for an address that is resolved at delivery. */
  readonly recipient: Mailbox | undefined;
  readonly system: SenderProduct | undefined;
}

const PROVIDER = /^GPPROVIDER_/;

/** Takes a message (or its first chunk); answers its id once everything is durable. */
export async function send(mesh: Mesh, call: SendCall): Promise<string> {
  const { request, sender } = call;
  const id = mesh.nextId();
  try {
    const headers = readSendHeaders(request.headers, sender.id);
    const recipient = await findRecipient(mesh, sender, headers);
    const system = await systemOf(mesh, call);
    await refusePaused(mesh, sender, headers, system);
    checkAnnouncedSize(request, mesh);
    return await accept(mesh, call, { id, headers, recipient, system });
  } catch (error) {
    if (error instanceof MeshFault || error instanceof SchemaFault)
      await auditRefusal(mesh, call, { id, fault: error });
    throw error instanceof MeshFault && error.status === 417 ? error.about(id) : error;
  }
}

/** @throws MeshFault; undefined for an address that is resolved at delivery */
async function findRecipient(
  mesh: Mesh,
  sender: Mailbox,
  headers: SendHeaders,
): Promise<Mailbox | undefined> {
  const byPatient = PROVIDER.test(headers.to);
  const recipient = byPatient ? undefined : await mesh.mailboxes.find(headers.to);
  if (!byPatient && !recipient?.active) throw new MeshFault('unregisteredRecipient');
  if (!mesh.settings.workflowRights) return recipient;
  const right = sender.workflows.get(headers.workflow);
  if (!right) throw new MeshFault('workflowNotRegistered');
  if (!right.send) throw new MeshFault('senderMayNotSend');
  if (recipient && !recipient.workflows.get(headers.workflow)?.receive)
    throw new MeshFault('workflowNotRegistered');
  return recipient;
}

/** The system that sends: named in the request, else at the mailbox's last handshake. */
async function systemOf(mesh: Mesh, { sender, request }: SendCall): Promise<SenderProduct | undefined> {
  return senderProduct(request.headers['user-agent'], await mesh.mailboxes.clientVersion(sender.id));
}

/** @throws MeshFault where a pause refuses such messages */
async function refusePaused(
  mesh: Mesh,
  sender: Mailbox,
  { workflow }: SendHeaders,
  system: SenderProduct | undefined,
): Promise<void> {
  const pause = await mesh.pauses.refusal({
    sender: sender.id,
    senderOds: sender.ods,
    workflow,
    product: system?.name ?? null,
    productVersion: system?.version ?? null,
    createdAt: new Date(mesh.clock()),
  });
  if (pause) throw new MeshFault('senderMayNotSend', { why: pause.reason });
}

async function accept(
  mesh: Mesh,
  call: SendCall,
  { id, headers, recipient, system }: Wanted,
): Promise<string> {
  const dataKey = newDataKey();
  const chunk = await storeBody(mesh, call.request, { messageId: id, number: 1, dataKey });
  const message = newMessage(mesh, { id, dataKey, chunk, headers, sender: call.sender, recipient, system });
  try {
    if (message.status === 'accepted') await auditHandOver(mesh, message, recipient, call);
    await mesh.messages.insert({ message, chunk });
  } catch (error) {
    await mesh.storage.remove(chunk.object).catch(() => undefined);
    throw error;
  }
  if (message.status === 'accepted') accepted(mesh, { ...message, position: 0, held: false });
  return id;
}

function newMessage(
  mesh: Mesh,
  made: {
    dataKey: Buffer;
    chunk: Chunk;
    sender: Mailbox;
  } & Wanted,
): NewMessage {
  const { id, dataKey, chunk, headers, sender, recipient, system } = made;
  const now = new Date(mesh.clock());
  const complete = headers.totalChunks === 1;
  return {
    id,
    kind: 'DATA',
    sender: sender.id,
    recipient: recipient?.id ?? null,
    workflow: headers.workflow,
    localId: headers.localId,
    status: complete ? 'accepted' : 'uploading',
    statusEvent: 'TRANSFER',
    statusCode: '00',
    statusDescription: 'Transferred to recipient mailbox',
    statusAt: now,
    totalChunks: headers.totalChunks,
    contentEncoding: headers.contentEncoding,
    compressed: headers.compressed,
    encrypted: headers.encrypted,
    size: chunk.size,
    wrappedKey: wrapKey(mesh.ring, id, dataKey),
    sealed: sealEnvelope(dataKey, id, envelopeOf(headers, recipient)),
    linkedId: null,
    product: system?.name ?? null,
    productVersion: system?.version ?? null,
    createdAt: now,
    acceptedAt: complete ? now : null,
    collectedAt: null,
    endedAt: null,
  };
}

function envelopeOf(headers: SendHeaders, recipient: Mailbox | undefined): Envelope {
  const { subject, fileName, partnerId, checksum, contentType, mexContentType } = headers;
  const address = recipient ? undefined : headers.to;
  const parsed = address === undefined ? undefined : parseProviderAddress(address);
  const nhsNumber = parsed && 'nhsNumber' in parsed ? parsed.nhsNumber : undefined;
  const all = { subject, fileName, partnerId, checksum, contentType, mexContentType, address, nhsNumber };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** Takes chunk `number` of an upload; the message is accepted with the chunk that completes it. */
export async function sendChunk(mesh: Mesh, call: SendCall, id: string, number: number): Promise<void> {
  const { request, sender } = call;
  const message = await mesh.messages.find(id);
  if (!message) throw new MeshFault('noMessage', { messageId: id });
  if (message.sender !== sender.id) throw new NotYours();
  checkChunk(mesh, request, message, number);
  const dataKey = dataKeyOf(mesh.ring, message)!;
  const chunk = await storeBody(mesh, request, { messageId: id, number, dataKey });
  const held = await addChunk(mesh, message, chunk);
  await mesh.removeDiscarded();
  if (!held.complete) return;
  const whole = {
    ...message,
    status: 'accepted',
    size: held.size,
    acceptedAt: new Date(mesh.clock()),
  } as const;
  const recipient = message.recipient === null ? undefined : await mesh.mailboxes.find(message.recipient);
  await auditHandOver(mesh, whole, recipient, call);
  await mesh.messages.acceptUpload(id);
  accepted(mesh, whole);
}

function checkChunk(mesh: Mesh, request: IncomingMessage, message: Message, number: number): void {
  const fault = (name: ConstructorParameters<typeof MeshFault>[0]) =>
    new MeshFault(name, { messageId: message.id });
  if (message.status !== 'uploading') throw fault('notUploading');
  const range = chunkRange(String(request.headers['mex-chunk-range'] ?? ''));
  if (range.number !== number || range.total !== message.totalChunks || number < 1) throw fault('chunkRange');
  if (number > message.totalChunks) throw fault('chunkBeyondLast');
  const coding = (request.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (coding !== (message.contentEncoding ?? '')) throw fault('changedContentEncoding');
  checkAnnouncedSize(request, mesh);
}

async function addChunk(mesh: Mesh, message: Message, chunk: Chunk) {
  try {
    const held = await mesh.messages.addChunk(message, chunk, mesh.settings.maxMessageBytes);
    if (held) return held;
    throw new MeshFault('notUploading', { messageId: message.id });
  } catch (error) {
    await mesh.storage.remove(chunk.object).catch(() => undefined);
    if (error instanceof MessageOverLimit) throw new MeshFault('messageTooLarge', { messageId: message.id });
    throw error;
  }
}

function accepted(mesh: Mesh, message: Message): void {
  mesh.metrics.accepted.inc({ workflow: message.workflow });
  if (message.recipient === null) mesh.route(message);
}

function auditHandOver(
  mesh: Mesh,
  message: NewMessage,
  recipient: Mailbox | undefined,
  { sender, certificate }: SendCall,
): Promise<void> {
  return mesh.audit({
    event: 'handed-over',
    outcome: null,
    message,
    sender,
    recipient,
    nhsNumber: openEnvelope(mesh.ring, message).nhsNumber ?? null,
    certificate,
  });
}

function auditRefusal(
  mesh: Mesh,
  { sender, request, certificate }: SendCall,
  { id, fault }: { id: string; fault: Error },
): Promise<void> {
  const workflow = String(request.headers['mex-workflowid'] ?? '').slice(0, 300);
  const localId = String(request.headers['mex-localid'] ?? '').slice(0, 300) || null;
  return mesh.audit({
    event: 'refused',
    outcome: fault.message,
    message: { id, workflow, localId, size: 0 },
    sender,
    recipient: undefined,
    nhsNumber: null,
    certificate,
  });
}
