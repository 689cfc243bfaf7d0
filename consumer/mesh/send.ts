// Sending so that nothing is ever sent twice: what was begun is written down first, and where it is not known whether
// a message was accepted, the server is asked before anything is sent again. spec: mesh §3.6, §8 C3, C4
import { createHash, randomUUID } from 'node:crypto';
import {
  MeshNotFoundError,
  MeshRefusedError,
  MeshUnavailableError,
  SendOutcomeUnknownError,
} from './errors.ts';
import {
  BODY_TIMEOUT_MS,
  type Exchange,
  isTransient,
  readToEnd,
  textOf,
  wasNeverAccepted,
} from './exchange.ts';
import { findSent } from './find-sent.ts';
import { cleanHeaders } from './headers.ts';
import type { SendEntry, SendJournal } from './journal.ts';
import {
  checksumOf,
  chunkBody,
  compressionPays,
  type MeshPayload,
  openPayload,
  type Payload,
} from './payload.ts';
import { track } from './tracking.ts';

export interface MeshMessage {
  /** A mailbox, or a practice by patient (`gpProviderAddress`). */
  readonly to: string;
  readonly workflowId: string;
  readonly payload: MeshPayload;
  /**
   * Name of this send, the same each time it is tried again, also after a restart: e.g. the ITK message id. Without
   * one every call is a new message.
   */
  readonly sendId?: string;
  /** GP Connect puts the sender's ODS code here; left out, the send id is used, which tracking can find directly. */
  readonly localId?: string;
  readonly subject?: string;
  /** Must differ from that of every other message of the mailbox; left out, it is made from the send id. */
  readonly fileName?: string;
  readonly partnerId?: string;
  /** Default `application/octet-stream`. */
  readonly contentType?: string;
  /** The payload is compressed, or encrypted, by the application. */
  readonly compressed?: boolean;
  readonly encrypted?: boolean;
  /** Letters, digits, white space, `:`, `-`, `/`; left out, `sha256:{hex}` of the payload. */
  readonly checksum?: string;
  /** gzip on the way: `auto` tries a sample. */
  readonly compress?: 'auto' | 'always' | 'never';
}

export interface Sent {
  readonly sendId: string;
  readonly messageId: string;
  /** It had been accepted before: nothing was sent by this call. */
  readonly before: boolean;
}

export interface Sender {
  readonly mailboxId: string;
  readonly exchange: Exchange;
  readonly journal: SendJournal;
  readonly clock: () => number;
  readonly chunkBytes: number;
  /** How long to wait before asking what became of a send without an answer, in milliseconds. */
  readonly settleMs: number;
}

const RETRIES = 3;
const FIRST_PAUSE_MS = 500;

interface Prepared {
  readonly entry: SendEntry;
  readonly payload: Payload;
  readonly headers: Readonly<Record<string, string>>;
  readonly compress: boolean;
}

/**
 * Sends, or finishes what was begun under the same send id.
 * @throws MeshRefusedError certainly not accepted; MeshUnavailableError the same, come back later;
 *   SendOutcomeUnknownError not known, not sent again
 */
export async function send(sender: Sender, message: MeshMessage): Promise<Sent> {
  const sendId = message.sendId ?? randomUUID();
  const earlier = await sender.journal.find(sendId);
  const known = earlier && (await outcomeOf(sender, earlier));
  if (known?.state === 'sent') return { sendId, messageId: known.messageId!, before: true };
  const prepared = await prepare(sender, message, sendId, earlier);
  const resumed = known?.state === 'uploading' && (await resume(sender, prepared, known));
  const started = resumed || (await begin(sender, prepared));
  if (started.state !== 'sent') await sendChunks(sender, prepared, started);
  return { sendId, messageId: started.messageId!, before: false };
}

/** Completes an upload; undefined where it no longer fits the payload: left unfinished it is never delivered. */
async function resume(sender: Sender, prepared: Prepared, known: SendEntry): Promise<SendEntry | undefined> {
  if (known.chunks !== prepared.entry.chunks) return undefined;
  try {
    await sendChunks(sender, prepared, known);
    return { ...known, state: 'sent' };
  } catch (error) {
    if (error instanceof MeshRefusedError && [404, 406, 417].includes(error.status)) return undefined;
    throw error;
  }
}

/** What became of a send begun earlier, asked from the server where the journal does not tell. */
async function outcomeOf(sender: Sender, entry: SendEntry): Promise<SendEntry | undefined> {
  if (entry.state === 'sent') return entry;
  if (entry.state === 'failed') return undefined;
  if (entry.state === 'sending') {
    // An upload without its id can never complete: it is safe to begin anew.
    if (entry.chunks > 1) return undefined;
    return settle(sender, entry);
  }
  try {
    const { status } = await track(sender.exchange, sender.mailboxId, entry.messageId!);
    if (status === 'uploading') return entry;
    return recordAs(sender, entry, 'sent', entry.messageId!);
  } catch (error) {
    if (error instanceof MeshNotFoundError) return undefined;
    throw error;
  }
}

async function prepare(
  sender: Sender,
  message: MeshMessage,
  sendId: string,
  earlier: SendEntry | undefined,
): Promise<Prepared> {
  const payload = await openPayload(message.payload);
  if (payload.size === 0) throw new RangeError('a message needs a payload');
  const chunkBytes = earlier?.state === 'uploading' ? earlier.chunkBytes : sender.chunkBytes;
  const chunks = Math.ceil(payload.size / chunkBytes);
  const choice = message.compress ?? 'auto';
  const already = message.compressed || message.encrypted;
  const compress = choice === 'always' || (choice === 'auto' && !already && (await compressionPays(payload)));
  const fileName = message.fileName ?? ownFileName(sendId);
  const localId = message.localId ?? sendId;
  await refuseTakenName(sender.journal, fileName, sendId);
  const type = message.contentType ?? 'application/octet-stream';
  const headers = cleanHeaders({
    'mex-from': sender.mailboxId,
    'mex-to': message.to,
    'mex-workflowid': message.workflowId,
    'mex-localid': localId,
    'mex-filename': fileName,
    'mex-subject': message.subject,
    'mex-partnerid': message.partnerId,
    'mex-content-checksum': message.checksum ?? (await checksumOf(payload)),
    'mex-content-compressed': message.compressed ? 'Y' : undefined,
    'mex-content-encrypted': message.encrypted ? 'Y' : undefined,
    'content-type': chunks === 1 ? type : 'application/octet-stream',
    'mex-content-type': chunks === 1 || type === 'application/octet-stream' ? undefined : type,
    'mex-chunk-range': chunks === 1 ? undefined : `1:${chunks}`,
  });
  const at = new Date(sender.clock()).toISOString();
  const entry: SendEntry = {
    sendId,
    state: 'sending',
    workflowId: message.workflowId,
    localId: headers['mex-localid']!,
    fileName: headers['mex-filename']!,
    at: earlier?.at ?? at,
    chunks,
    chunkBytes,
  };
  return { entry, payload, headers, compress };
}

/** The send id as a file name; ids that differ only in marks that a name cannot have still differ. */
function ownFileName(sendId: string): string {
  const plain = sendId.replace(/[^\w.-]/g, '-').slice(0, 200);
  const mark = plain === sendId ? '' : `-${createHash('sha256').update(sendId).digest('hex').slice(0, 12)}`;
  return `${plain}${mark}.dat`;
}

async function refuseTakenName(journal: SendJournal, fileName: string, sendId: string): Promise<void> {
  const open = await journal.open();
  if (open.some((entry) => entry.fileName === fileName && entry.sendId !== sendId))
    throw new RangeError('a send that is still open has the same file name');
}

/** The first (or only) chunk. */
async function begin(sender: Sender, prepared: Prepared): Promise<SendEntry> {
  const { entry } = prepared;
  await sender.journal.record(entry);
  for (let retry = 0; ; retry++) {
    try {
      const messageId = await postFirst(sender, prepared);
      return await recordAs(sender, entry, entry.chunks === 1 ? 'sent' : 'uploading', messageId);
    } catch (error) {
      const found = await afterFault(sender, entry, error);
      if (found) return found;
      if (retry === RETRIES || !isTransient(error)) {
        await recordAs(sender, entry, 'failed');
        if (!isTransient(error)) throw error;
        throw new MeshUnavailableError('MESH cannot be reached or is busy; nothing was sent', {
          cause: error,
        });
      }
      await sender.exchange.pause(FIRST_PAUSE_MS * 2 ** retry);
    }
  }
}

/** After a failed attempt: what it made after all, or undefined where it certainly made nothing that can be delivered. */
async function afterFault(sender: Sender, entry: SendEntry, error: unknown): Promise<SendEntry | undefined> {
  // An upload that is never completed is never delivered.
  if (entry.chunks > 1 || wasNeverAccepted(error)) return undefined;
  return settle(sender, entry);
}

/** Waits until a request still on its way must have been answered, then asks what became of it. */
async function settle(sender: Sender, entry: SendEntry): Promise<SendEntry | undefined> {
  await sender.exchange.pause(sender.settleMs);
  try {
    const messageId = await findSent(sender, entry);
    return messageId === undefined ? undefined : await recordAs(sender, entry, 'sent', messageId);
  } catch (cause) {
    if (cause instanceof SendOutcomeUnknownError) throw cause;
    throw new SendOutcomeUnknownError(entry.sendId, 'the look-up failed', { cause });
  }
}

async function postFirst(sender: Sender, { entry, payload, headers, compress }: Prepared): Promise<string> {
  const first = chunkBody(payload, 0, Math.min(entry.chunkBytes, payload.size), compress);
  const response = await sender.exchange.transfer({
    method: 'POST',
    path: `${sender.mailboxId}/outbox`,
    headers: { ...headers, ...first.headers },
    body: first.body,
    timeoutMs: BODY_TIMEOUT_MS,
  });
  const { message_id: id } = JSON.parse(await textOf(response)) as { message_id?: unknown };
  if (typeof id !== 'string' || id === '')
    throw Object.assign(new Error('no message id'), { code: 'EPROTO' });
  return id;
}

/** The chunks after the first; each may be repeated, since the same chunk overwrites. */
async function sendChunks(
  sender: Sender,
  { entry, payload, compress }: Prepared,
  started: SendEntry,
): Promise<void> {
  const id = started.messageId!;
  for (let number = 2; number <= entry.chunks; number++) {
    const start = (number - 1) * entry.chunkBytes;
    const chunk = chunkBody(payload, start, Math.min(start + entry.chunkBytes, payload.size), compress);
    const response = await sender.exchange.repeatableTransfer({
      method: 'POST',
      path: `${sender.mailboxId}/outbox/${id}/${number}`,
      headers: {
        'content-type': 'application/octet-stream',
        'mex-chunk-range': `${number}:${entry.chunks}`,
        ...chunk.headers,
      },
      body: chunk.body,
      timeoutMs: BODY_TIMEOUT_MS,
      expects: [423],
    });
    await readToEnd(response);
    // 423: the answer to an earlier attempt at the last chunk was lost, and the message is complete.
    if (response.statusCode === 423) break;
  }
  const { status } = await track(sender.exchange, sender.mailboxId, id);
  if (status === 'uploading')
    throw new SendOutcomeUnknownError(started.sendId, 'chunks are missing at the server');
  await recordAs(sender, started, 'sent', id);
}

async function recordAs(
  sender: Sender,
  entry: SendEntry,
  state: SendEntry['state'],
  messageId?: string,
): Promise<SendEntry> {
  const changed = { ...entry, state, ...(messageId === undefined ? {} : { messageId }) };
  await sender.journal.record(changed);
  return changed;
}
