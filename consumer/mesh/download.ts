// Download as a stream over all chunks: inflated, checked, taken up again where a connection breaks. spec: mesh §3.3
import { createHash, randomUUID } from 'node:crypto';
import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createGunzip } from 'node:zlib';
import { piecesOf, throughZlib } from '@gp-connect/foundation/http';
import { MeshIntegrityError, MeshTooLargeError, MeshUnavailableError } from './errors.ts';
import {
  BODY_TIMEOUT_MS,
  type Exchange,
  giveUp,
  isTransient,
  type MeshResponse,
  readToEnd,
} from './exchange.ts';
import { type MessageInfo, readMessageInfo, readRange } from './message-info.ts';

export interface DownloadOptions {
  /** Most bytes taken, after inflating; default 100 GB. */
  readonly maxBytes?: number;
}

export interface Download {
  readonly info: MessageInfo;
  /** The payload of all chunks; reads at the consumer's pace. Leave the loop to give up. */
  readonly payload: AsyncIterable<Uint8Array>;
}

export interface StoredDownload {
  readonly info: MessageInfo;
  readonly size: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

const MOST_BYTES = 100_000_000_000;
const BLOCK_BYTES = 262_144;
const RETRIES = 3;
const FIRST_PAUSE_MS = 500;

interface Place {
  readonly exchange: Exchange;
  readonly mailboxId: string;
  readonly id: string;
}

/** @throws MeshNotFoundError, MeshGoneError, MeshAuthenticationError, MeshIntegrityError */
export async function download(place: Place, options?: DownloadOptions): Promise<Download> {
  const { info, pieces } = await openPieces(place, options);
  return { info, payload: owned(pieces) };
}

/** Pieces that may be kept. */
async function* owned(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield Buffer.from(piece);
}

/** The payload in lent pieces: each is good until the next is asked for. */
async function openPieces(
  place: Place,
  { maxBytes = MOST_BYTES }: DownloadOptions = {},
): Promise<{ info: MessageInfo; pieces: AsyncIterable<Uint8Array> }> {
  const first = await openChunk(place, 1);
  try {
    const info = checkedInfo(place.id, first);
    if (info.type === 'DATA') return { info, pieces: allChunks(place, info, first, maxBytes) };
    await readToEnd(first);
    return { info, pieces: nothing() };
  } catch (error) {
    giveUp(first);
    throw error;
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Stores the payload durably under `path`, which appears only when everything has come and been checked (C6). */
export async function downloadTo(
  place: Place,
  path: string,
  options?: DownloadOptions,
): Promise<StoredDownload> {
  const { info, pieces } = await openPieces(place, options);
  const part = `${path}.${randomUUID()}.part`;
  const file = await open(part, 'wx', 0o600);
  const hash = createHash('sha256');
  let size = 0;
  try {
    for await (const bytes of blocks(pieces)) {
      await file.writeFile(bytes);
      hash.update(bytes);
      size += bytes.length;
    }
    await file.sync();
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await unlink(part).catch(() => undefined);
    throw error;
  }
  const names = await open(dirname(path), 'r');
  await names.sync();
  await names.close();
  return { info, size, sha256: hash.digest('hex') };
}

/** Lent pieces put together in one buffer, so that the disk is asked less often. */
async function* blocks(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const block = Buffer.allocUnsafeSlow(BLOCK_BYTES);
  let filled = 0;
  for await (const piece of pieces) {
    for (let taken = 0; taken < piece.length; ) {
      const some = piece.subarray(taken, taken + BLOCK_BYTES - filled);
      block.set(some, filled);
      taken += some.length;
      filled += some.length;
      if (filled < BLOCK_BYTES) continue;
      yield block;
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}

function openChunk({ exchange, mailboxId, id }: Place, number: number): Promise<MeshResponse> {
  const path = `${mailboxId}/inbox/${encodeURIComponent(id)}${number === 1 ? '' : `/${number}`}`;
  return exchange.repeatableTransfer({ method: 'GET', path, timeoutMs: BODY_TIMEOUT_MS });
}

function checkedInfo(id: string, response: MeshResponse): MessageInfo {
  const info = readMessageInfo(response.headers);
  if (info.messageId !== id.toUpperCase())
    throw new MeshIntegrityError('another message came than was asked for');
  return info;
}

async function* allChunks(
  place: Place,
  info: MessageInfo,
  first: MeshResponse,
  most: number,
): AsyncGenerator<Uint8Array> {
  const expected = /^sha-?256:\s*([0-9a-f]{64})$/i.exec(info.checksum ?? '')?.[1]?.toLowerCase();
  const hash = createHash('sha256');
  let size = 0;
  for (let number = 1; number <= info.totalChunks; number++) {
    for await (const bytes of wholeChunk(place, number, info.totalChunks, number === 1 ? first : undefined)) {
      size += bytes.length;
      if (size > most) throw new MeshTooLargeError(most);
      if (expected !== undefined) hash.update(bytes);
      yield bytes;
    }
  }
  if (expected !== undefined && hash.digest('hex') !== expected)
    throw new MeshIntegrityError('the payload does not have the checksum it was sent with');
}

/** One chunk; where the connection breaks it is asked for again and what was given out already is passed over. */
async function* wholeChunk(
  place: Place,
  number: number,
  total: number,
  opened: MeshResponse | undefined,
): AsyncGenerator<Uint8Array> {
  let given = 0;
  for (let retry = 0; ; retry++) {
    const response = retry === 0 && opened ? opened : await openChunk(place, number);
    let passed = 0;
    try {
      checkChunk(response, place.id, number, total);
      for await (const bytes of inflated(response)) {
        const fresh = bytes.subarray(Math.min(bytes.length, Math.max(0, given - passed)));
        passed += bytes.length;
        if (fresh.length === 0) continue;
        given += fresh.length;
        yield fresh;
      }
      return;
    } catch (error) {
      if (!isTransient(error)) throw error;
      if (retry === RETRIES)
        throw new MeshUnavailableError('a download broke off too often', { cause: error });
      await place.exchange.pause(FIRST_PAUSE_MS * 2 ** retry);
    } finally {
      giveUp(response);
    }
  }
}

function checkChunk(response: MeshResponse, id: string, number: number, total: number): void {
  checkedInfo(id, response);
  const range = readRange([response.headers['mex-chunk-range'] ?? ''].flat()[0]);
  const single = range === undefined && total === 1;
  if (!single && (range?.number !== number || range.total !== total))
    throw new MeshIntegrityError('another chunk came than was asked for');
  if (response.statusCode !== (number < total ? 206 : 200))
    throw new MeshIntegrityError('the status does not fit the chunk');
}

/** Bytes zlib makes at a time. */
const ZLIB_BYTES = 65_536;

function inflated(response: MeshResponse): AsyncIterable<Uint8Array> {
  const coding = String(response.headers['content-encoding'] ?? '').toLowerCase();
  const pieces = piecesOf(response.body);
  if (coding === '') return pieces;
  if (coding !== 'gzip') throw new MeshIntegrityError('a content coding that was not asked for');
  return throughZlib(pieces, createGunzip({ chunkSize: ZLIB_BYTES }), ZLIB_BYTES);
}
