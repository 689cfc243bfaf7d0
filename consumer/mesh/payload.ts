// The payload of a send: any size from a file or a source that can be read again, cut into chunks, compressed when it
// pays. spec: mesh §7 (cut first, gzip each chunk alone), §8 C8
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { promisify } from 'node:util';
import { createGzip, gzip as gzipCallback } from 'node:zlib';

const gzip = promisify(gzipCallback);

/** Bytes in memory, a file, or anything that can be opened at a place more than once. */
export type MeshPayload =
  | Uint8Array
  | { readonly file: string }
  | { readonly size: number; open(start: number, end: number): AsyncIterable<Uint8Array> };

export interface Payload {
  readonly size: number;
  /** Bytes from `start` up to but not including `end`. */
  slice(start: number, end: number): AsyncIterable<Uint8Array>;
}

const IN_MEMORY_BYTES = 1024 * 1024;
const SAMPLE_BYTES = 65_536;
const WORTH_BYTES = 1024;
/** Compressed to at most this share of its size, a payload is worth compressing. */
const WORTH_SHARE = 0.8;
const FAST = { level: 1 };

export async function openPayload(source: MeshPayload): Promise<Payload> {
  if (source instanceof Uint8Array)
    return { size: source.length, slice: (start, end) => Readable.from([source.subarray(start, end)]) };
  if ('file' in source) {
    const { size } = await stat(source.file);
    return {
      size,
      slice: (start, end) =>
        end > start ? createReadStream(source.file, { start, end: end - 1 }) : Readable.from([]),
    };
  }
  return { size: source.size, slice: (start, end) => source.open(start, end) };
}

/** Whether gzip pays, judged by the beginning. */
export async function compressionPays(payload: Payload): Promise<boolean> {
  if (payload.size < WORTH_BYTES) return false;
  const sample = await collect(payload.slice(0, Math.min(SAMPLE_BYTES, payload.size)));
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
  /** Makes the body for one attempt. */
  readonly body: () => Promise<Buffer | Readable>;
}

/** One chunk as a request's body: small ones from memory with their length, large ones as a stream. */
export function chunkBody(payload: Payload, start: number, end: number, compress: boolean): ChunkBody {
  const coding: Record<string, string> = compress ? { 'content-encoding': 'gzip' } : {};
  if (end - start <= IN_MEMORY_BYTES)
    return {
      headers: coding,
      body: async () => {
        const bytes = await collect(payload.slice(start, end));
        return compress ? gzip(bytes) : bytes;
      },
    };
  const open = () => Readable.from(payload.slice(start, end), { objectMode: false });
  if (!compress) return { headers: { 'content-length': String(end - start) }, body: async () => open() };
  return {
    headers: coding,
    // A fault of the source destroys the compressed stream with it, which fails the request.
    body: async () => pipeline(open(), createGzip(FAST), () => undefined),
  };
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of source) parts.push(bytes);
  return Buffer.concat(parts);
}
