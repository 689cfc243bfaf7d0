// Where a sent message is: transport only, never a business acknowledgement. spec: mesh §3.7, §3.9
import type { Mesh } from './context.ts';
import { openEnvelope } from './envelope.ts';
import { MeshFault } from './errors.ts';
import type { ApiVersion } from './media.ts';
import { compactTime, isoTime } from './message-id.ts';
import type { Mailbox, Message } from './types.ts';

const DAY_MS = 86_400_000;

/** The tracking body of a message this mailbox sent. @throws MeshFault for any other */
export async function trackById(
  mesh: Mesh,
  mailbox: string,
  id: string,
  version: ApiVersion,
): Promise<object> {
  const message = await mesh.messages.find(id);
  if (message?.sender !== mailbox) throw new MeshFault('noMessage', { messageId: id });
  return trackingBody(mesh, message, version);
}

/** By the sender's own id; undefined where several messages carry it. @throws MeshFault where none does */
export async function trackByLocalId(
  mesh: Mesh,
  mailbox: string,
  localId: string,
  version: ApiVersion,
): Promise<object | undefined> {
  const [message, another] = await mesh.messages.sentWithLocalId(mailbox, localId, 2);
  if (!message) throw new MeshFault('noMessage');
  return another ? undefined : trackingBody(mesh, message, version);
}

async function trackingBody(mesh: Mesh, message: Message, version: ApiVersion): Promise<object> {
  const sender = message.sender === null ? undefined : await mesh.mailboxes.find(message.sender);
  const recipient = message.recipient === null ? undefined : await mesh.mailboxes.find(message.recipient);
  return version === 1 ? v1(mesh, message, sender, recipient) : v2(mesh, message, recipient);
}

export function expiryOf(mesh: Mesh, message: Message): Date {
  return new Date((message.acceptedAt ?? message.createdAt).getTime() + mesh.settings.expiryDays * DAY_MS);
}

export const succeeded = (message: Message): boolean =>
  message.statusCode === '00' && !['undeliverable', 'error'].includes(message.status);

const descriptionOf = ({ held, status, statusDescription }: Message): string =>
  held && status === 'accepted' ? 'Held by the national operator' : statusDescription;

function v2(mesh: Mesh, message: Message, recipient: Mailbox | undefined): object {
  const { fileName } = openEnvelope(mesh.ring, message);
  return {
    message_id: message.id,
    local_id: message.localId,
    workflow_id: message.workflow,
    filename: fileName ?? `${message.id}.dat`,
    expiry_time: isoTime(expiryOf(mesh, message)),
    upload_timestamp: isoTime(message.createdAt),
    recipient: recipient?.id ?? null,
    recipient_name: recipient?.name ?? null,
    recipient_ods_code: recipient?.ods ?? null,
    recipient_org_code: recipient?.orgCode ?? null,
    recipient_org_name: recipient?.orgName ?? null,
    status: message.status,
    status_code: message.statusCode,
    status_description: descriptionOf(message),
    status_event: message.statusEvent,
    status_success: succeeded(message),
    status_timestamp: isoTime(message.statusAt),
  };
}

function v1(
  mesh: Mesh,
  message: Message,
  sender: Mailbox | undefined,
  recipient: Mailbox | undefined,
): object {
  const envelope = openEnvelope(mesh.ring, message);
  const failed = !succeeded(message);
  const flag = (value: boolean) => (value ? 'Y' : '');
  const compressed = message.compressed || message.contentEncoding === 'gzip';
  return {
    addressType: 'ALL',
    checksum: envelope.checksum ?? '',
    chunkCount: message.totalChunks,
    compressFlag: flag(compressed),
    contentEncoding: message.contentEncoding ?? '',
    downloadTimestamp:
      compactTime(message.status === 'acknowledged' ? message.endedAt : message.collectedAt) ?? '',
    dtsId: message.id,
    encryptedFlag: flag(message.encrypted),
    expiryTime: compactTime(expiryOf(mesh, message)),
    failureDate: failed ? compactTime(message.statusAt) : '',
    failureDiagnostic: failed ? message.statusDescription : '',
    fileName: envelope.fileName ?? `${message.id}.dat`,
    fileSize: message.size,
    isCompressed: flag(compressed),
    linkedMsgId: message.linkedId ?? '',
    localId: message.localId ?? '',
    meshRecipientOdsCode: recipient?.ods ?? '',
    messageId: message.id,
    messageType: message.kind === 'DATA' ? 'Data' : 'Report',
    partnerId: envelope.partnerId ?? '',
    recipient: recipient?.id ?? '',
    recipientName: recipient?.name ?? '',
    recipientOrgCode: recipient?.orgCode ?? '',
    recipientOrgName: recipient?.orgName ?? '',
    recipientSmtp: recipient?.smtp ?? '',
    sender: sender?.id ?? '',
    senderName: sender?.name ?? '',
    senderOdsCode: sender?.ods ?? '',
    senderOrgCode: sender?.orgCode ?? '',
    senderOrgName: sender?.orgName ?? '',
    senderSmtp: sender?.smtp ?? '',
    status: message.status[0]!.toUpperCase() + message.status.slice(1),
    statusCode: message.statusCode,
    statusDescription: descriptionOf(message),
    statusEvent: message.statusEvent,
    statusSuccess: failed ? 'ERROR' : 'SUCCESS',
    statusTimestamp: compactTime(message.statusAt),
    subject: envelope.subject ?? '',
    uploadTimestamp: compactTime(message.createdAt),
    version: '1.0',
    workflowId: message.workflow,
  };
}
