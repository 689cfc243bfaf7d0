// The payload of a send: any size from a file or a source that can be read again, cut into chunks, compressed when it
// pays. spec: mesh §7 (cut first, gzip each chunk alone), §8 C8
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createGzip, gzip as gzipCallback } from 'node:zlib';
import { throughZlib } from '@gp-connect/foundation/http';

const gzip = promisify(gzipCallback);

/**
 * Bytes in memory, a file, or anything that can be opened at a place more than once; a piece it brings is done with when
 * the next is asked for.
 */
export type MeshPayload =
  | Uint8Array
  | { readonly file: string }
  | { readonly size: number; open(start: number, end: number): AsyncIterable<Uint8Array> };

export interface Payload {
  readonly size: number;
  /** Bytes from `start` up to but not including `end`, in lent pieces: good until the next is asked for. */
  slice(start: number, end: number): AsyncIterable<Uint8Array>;
}

const IN_MEMORY_BYTES = 1024 * 1024;
const SAMPLE_BYTES = 65_536;
const WORTH_BYTES = 1024;
/** Compressed to at most this share of its size, a payload is worth compressing. */
const WORTH_SHARE = 0.8;
const FAST = { level: 1 };
/** Bytes read, and bytes zlib makes, at a time. */
const PIECE_BYTES = 131_072;

export async function openPayload(source: MeshPayload): Promise<Payload> {
  if (source instanceof Uint8Array)
    return {
      size: source.length,
      async *slice(start, end) {
        yield source.subarray(start, end);
      },
    };
  if ('file' in source) {
    const { size } = await stat(source.file);
    return { size, slice: (start, end) => readSlice(source.file, start, end) };
  }
  return { size: source.size, slice: (start, end) => source.open(start, end) };
}

/** Through one buffer. */
async function* readSlice(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(end - start, PIECE_BYTES)));
    for (let at = start; at < end; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
      if (bytesRead === 0) throw new RangeError('the file became shorter while it was sent');
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Whether gzip pays, judged by the beginning. */
export async function compressionPays(payload: Payload): Promise<boolean> {
  if (payload.size < WORTH_BYTES) return false;
  const sample = await collect(payload, 0, Math.min(SAMPLE_BYTES, payload.size));
  return (await gzip(sample, FAST)).length < sample.length * WORTH_SHARE;
}

/** `sha256:{hex}` of the whole payload: letters, digits and a colon, which is what MESH lets through. */
export async function checksumOf(payload: Payload): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of payload.slice(0, payload.size)) hash.update(bytes);
  return `sha256:${hash.digest('hex')}`;
}

export interface ChunkBody {
  readonly headers: Readonly<Record<string, string>>;
  /** Makes the body for one attempt; a large one in lent pieces. */
  readonly body: () => Promise<Buffer | AsyncIterable<Uint8Array>>;
}

/** One chunk as a request's body: small ones from memory with their length, large ones as a stream. */
export function chunkBody(payload: Payload, start: number, end: number, compress: boolean): ChunkBody {
  const coding: Record<string, string> = compress ? { 'content-encoding': 'gzip' } : {};
  if (end - start <= IN_MEMORY_BYTES)
    return {
      headers: coding,
      body: async () => {
        const bytes = await collect(payload, start, end);
        return compress ? gzip(bytes) : bytes;
      },
    };
  const open = () => payload.slice(start, end);
  if (!compress) return { headers: { 'content-length': String(end - start) }, body: async () => open() };
  return {
    headers: coding,
    body: async () => throughZlib(open(), createGzip({ ...FAST, chunkSize: PIECE_BYTES }), PIECE_BYTES),
  };
}

async function collect(payload: Payload, start: number, end: number): Promise<Buffer> {
  const all = Buffer.alloc(end - start);
  let filled = 0;
  for await (const bytes of payload.slice(start, end)) {
    all.set(bytes, filled);
    filled += bytes.length;
  }
  return all.subarray(0, filled);
}
