// Where a sent message is: transport only, never a business acknowledgement. spec: mesh §3.7
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

/** @throws MeshNotFoundError for a message this mailbox did not send */
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

function readTracking(text: string): Tracking {
  const body = JSON.parse(text) as Record<string, unknown>;
  const string = (name: string) => (typeof body[name] === 'string' ? body[name] : null);
  return {
    messageId: string('message_id') ?? '',
    localId: string('local_id'),
    workflowId: string('workflow_id') ?? '',
    fileName: string('filename'),
    status: (string('status') ?? '').toLowerCase(),
    statusCode: string('status_code'),
    statusDescription: string('status_description'),
    statusSuccess: typeof body.status_success === 'boolean' ? body.status_success : null,
    statusAt: string('status_timestamp'),
    uploadedAt: string('upload_timestamp'),
    expiresAt: string('expiry_time'),
    recipient: string('recipient'),
    recipientName: string('recipient_name'),
    recipientOds: string('recipient_ods_code'),
  };
}
