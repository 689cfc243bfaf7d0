// Where a sent message is: transport only, never a business acknowledgement. spec: mesh §3.7
import { MeshIntegrityError } from './errors.ts';
import { type Exchange, textOf } from './exchange.ts';

export interface Tracking {
  readonly messageId: string;
  readonly localId: string | null;
  readonly workflowId: string;
  readonly fileName: string | null;
  readonly status: 'uploading' | 'accepted' | 'acknowledged' | 'undeliverable' | 'error' | (string & {});
  readonly statusCode: string | null;
  readonly statusDescription: string | null;
  readonly statusSuccess: boolean | null;
  readonly statusAt: string | null;
  readonly uploadedAt: string | null;
  readonly expiresAt: string | null;
  readonly recipient: string | null;
  readonly recipientName: string | null;
  readonly recipientOds: string | null;
}

/** Times as the server wrote them. @throws MeshNotFoundError for a message this mailbox did not send */
export async function track(exchange: Exchange, mailboxId: string, messageId: string): Promise<Tracking> {
  const path = `${mailboxId}/outbox/tracking?messageID=${encodeURIComponent(messageId)}`;
  return readTracking(await textOf(await exchange.repeatable({ method: 'GET', path })));
}

/** Undefined where no message carries the local id, `several` where more than one does. */
export async function trackByLocalId(
  exchange: Exchange,
  mailboxId: string,
  localId: string,
): Promise<Tracking | 'several' | undefined> {
  const path = `${mailboxId}/outbox/tracking/${encodeURIComponent(localId)}`;
  const response = await exchange.repeatable({ method: 'GET', path, expects: [300, 404] });
  const text = await textOf(response);
  if (response.statusCode === 300) return 'several';
  return response.statusCode === 404 ? undefined : readTracking(text);
}

/** Either version: by local id some servers answer version 1 whatever is asked for. @throws MeshIntegrityError */
function readTracking(text: string): Tracking {
  const body = JSON.parse(text) as Record<string, unknown>;
  const string = (...names: readonly string[]): string | null =>
    (names.map((name) => body[name]).find((value) => typeof value === 'string') as string | undefined) ??
    null;
  const messageId = string('message_id', 'messageId');
  if (!messageId) throw new MeshIntegrityError('an answer to tracking names no message');
  return {
    messageId,
    localId: string('local_id', 'localId'),
    workflowId: string('workflow_id', 'workflowId') ?? '',
    fileName: string('filename', 'fileName'),
    status: (string('status') ?? '').toLowerCase(),
    statusCode: string('status_code', 'statusCode'),
    statusDescription: string('status_description', 'statusDescription'),
    statusSuccess: successOf(body.status_success ?? body.statusSuccess),
    statusAt: string('status_timestamp', 'statusTimestamp'),
    uploadedAt: string('upload_timestamp', 'uploadTimestamp'),
    expiresAt: string('expiry_time', 'expiryTime'),
    recipient: string('recipient'),
    recipientName: string('recipient_name', 'recipientName'),
    recipientOds: string('recipient_ods_code', 'meshRecipientOdsCode'),
  };
}

function successOf(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? value.toUpperCase() === 'SUCCESS' : null;
}
