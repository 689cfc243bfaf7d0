// Download of a message, chunk by chunk, and its headers. spec: mesh §3.3, §3.4, §5
import { createGunzip, createGzip, constants as zlib } from 'node:zlib';
import { releasePiece, throughZlib } from '@gp-connect/foundation/http';
import type { Mesh } from './context.ts';
import { dataKeyOf, openEnvelope } from './envelope.ts';
import { MeshFault, NotYours } from './errors.ts';
import { decryptFrames } from './frames.ts';
import type { ApiVersion } from './media.ts';
import { compactTime } from './message-id.ts';
import type { Chunk, Envelope, Mailbox, Message } from './types.ts';
import { chunkContext } from './upload.ts';

export interface DownloadCall {
  readonly mailbox: Mailbox;
  readonly id: string;
  /** Counted from 1. */
  readonly number: number;
  readonly version: ApiVersion;
  readonly acceptsGzip: boolean;
  readonly certificate: string | undefined;
}

export interface Download {
  /** 200 for the last (or only) chunk, 206 before it. */
  readonly status: 200 | 206;
  readonly headers: Readonly<Record<string, string>>;
  /** Opens the payload, in pieces that are the taker's own; absent for a report. */
  readonly body: (() => AsyncIterable<Uint8Array>) | undefined;
}

/** Finds a chunk for its recipient. `headersOnly`: nothing is going to be read, so nothing is audited. */
export async function download(mesh: Mesh, call: DownloadCall, headersOnly = false): Promise<Download> {
  const message = await findForRecipient(mesh, call);
  const chunk = message.kind === 'DATA' ? await mesh.messages.chunk(message.id, call.number) : undefined;
  if (call.number < 1 || call.number > message.totalChunks || (message.kind === 'DATA' && !chunk))
    throw new MeshFault('noMessage', { messageId: message.id });
  const envelope = openEnvelope(mesh.ring, message);
  if (!headersOnly && call.number === 1) await auditCollection(mesh, message, envelope, call);
  const coding = chunk ? contentCoding(mesh, message, chunk, call) : 'as-stored';
  return {
    status: call.number < message.totalChunks ? 206 : 200,
    headers: responseHeaders(message, envelope, call, coding, chunk),
    body: chunk && (() => openChunk(mesh, message, chunk, coding)),
  };
}

async function findForRecipient(mesh: Mesh, { id, mailbox }: DownloadCall): Promise<Message> {
  const message = await mesh.messages.find(id);
  if (!message) throw new MeshFault('noMessage', { messageId: id });
  if (message.recipient !== mailbox.id) throw new NotYours();
  const available =
    message.status === 'accepted' || (mesh.settings.lenient && message.status === 'acknowledged');
  if (!available || message.wrappedKey === null) throw new MeshFault('noLongerAvailable', { messageId: id });
  if (message.held) throw new MeshFault('held', { messageId: id });
  return message;
}

async function auditCollection(mesh: Mesh, message: Message, envelope: Envelope, call: DownloadCall) {
  const sender = message.sender === null ? undefined : await mesh.mailboxes.find(message.sender);
  await mesh.audit({
    event: 'collected',
    outcome: null,
    message,
    sender,
    recipient: call.mailbox,
    nhsNumber: envelope.nhsNumber ?? null,
    certificate: call.certificate,
  });
  if (message.collectedAt === null) await mesh.messages.markCollected(message.id);
}

type Coding = 'as-stored' | 'stored-gzip' | 'inflate' | 'deflate';

/** Smaller payloads gain nothing from gzip. */
const WORTH_GZIP = 1024;

function contentCoding(
  mesh: Mesh,
  message: Message,
  chunk: Chunk,
  { version, acceptsGzip }: DownloadCall,
): Coding {
  if (message.contentEncoding === 'gzip') return acceptsGzip ? 'stored-gzip' : 'inflate';
  const worth = chunk.size > WORTH_GZIP && !message.compressed && !message.encrypted;
  return mesh.settings.gzipDownloads && version === 2 && acceptsGzip && worth ? 'deflate' : 'as-stored';
}

async function* openChunk(
  mesh: Mesh,
  message: Message,
  chunk: Chunk,
  coding: Coding,
): AsyncGenerator<Uint8Array> {
  await mesh.faults.slowDown();
  const dataKey = dataKeyOf(mesh.ring, message)!;
  const stored = mesh.storage.read(chunk.object);
  const plain = decryptFrames(dataKey, chunkContext(message.id, chunk.number), stored);
  for await (const bytes of coded(plain, coding)) {
    mesh.metrics.sentBytes.inc(bytes.length);
    yield bytes;
  }
}

/** Bytes zlib makes at a time. */
const ZLIB_BYTES = 65_536;

/** Given pieces in the coding of the answer; given too. */
async function* coded(plain: AsyncIterable<Uint8Array>, coding: Coding): AsyncGenerator<Uint8Array> {
  const options = { chunkSize: ZLIB_BYTES, level: zlib.Z_BEST_SPEED };
  if (coding !== 'inflate' && coding !== 'deflate') return yield* plain;
  const transform = coding === 'inflate' ? createGunzip(options) : createGzip(options);
  for await (const bytes of throughZlib(lent(plain), transform, ZLIB_BYTES)) yield Buffer.from(bytes);
}

async function* lent(given: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const bytes of given) {
    yield bytes;
    releasePiece(bytes);
  }
}

/** The headers of §3.4; empty ones are left out. */
function responseHeaders(
  message: Message,
  envelope: Envelope,
  { mailbox, number, version }: DownloadCall,
  coding: Coding,
  chunk: Chunk | undefined,
): Record<string, string> {
  const compressed = coding === 'stored-gzip' || (message.compressed && coding !== 'inflate');
  const gzip = coding === 'stored-gzip' || coding === 'deflate';
  const size = chunk ? (coding === 'as-stored' || coding === 'stored-gzip' ? String(chunk.size) : '') : '0';
  const typed = version === 2 && message.totalChunks === 1 && message.kind === 'DATA';
  const all: Record<string, string | null | undefined> = {
    'mex-messageid': message.id,
    'mex-from': message.sender,
    'mex-to': mailbox.id,
    'mex-workflowid': message.workflow,
    'mex-subject': envelope.subject,
    'mex-localid': message.localId,
    'mex-partnerid': envelope.partnerId,
    'mex-filename': envelope.fileName ?? `${message.id}.dat`,
    'mex-messagetype': message.kind,
    'mex-version': '1.0',
    'mex-addresstype': 'ALL',
    'mex-chunk-range': `${number}:${message.totalChunks}`,
    'mex-total-chunks': String(message.totalChunks),
    'mex-statuscode': message.statusCode,
    'mex-statusevent': message.statusEvent,
    'mex-statusdescription': message.statusDescription,
    'mex-statussuccess': message.statusCode === '00' ? 'SUCCESS' : 'ERROR',
    'mex-statustimestamp': compactTime(message.statusAt),
    'mex-content-compressed': compressed ? 'Y' : '',
    'mex-content-encrypted': message.encrypted ? 'Y' : '',
    'mex-content-checksum': envelope.checksum,
    'mex-content-type': envelope.mexContentType,
    'mex-linkedmsgid': message.linkedId,
    'content-encoding': gzip ? 'gzip' : '',
    'content-type':
      (typed && (envelope.mexContentType ?? envelope.contentType)) || 'application/octet-stream',
    'content-length': size,
    'last-modified': (message.acceptedAt ?? message.createdAt).toUTCString(),
    etag: `"${message.id}-${number}${gzip ? '-gzip' : ''}"`,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => !!entry[1]));
}
