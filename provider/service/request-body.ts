// The body of a request, whole, within a limit, decompressed where the sender compressed it. spec: foundations §8.3
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type Refusal, refusal } from '@gp-connect/foundation/nhs';

const decompress = promisify(gunzip);
export const BODY_LIMIT = 1024 * 1024;

const tooLarge = (): Refusal =>
  refusal('BAD_REQUEST', 'The request body is too large', {
    status: 413,
    issueType: 'too-long',
    // What the client is still sending will not be read.
    headers: { connection: 'close' },
  });

/** @throws Refusal 413 too large; 415 unknown Content-Encoding; 400 not what the encoding says */
export async function readBody(request: IncomingMessage, limit = BODY_LIMIT): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (!['identity', 'gzip', ''].includes(encoding))
    throw refusal('UNSUPPORTED_MEDIA_TYPE', 'The Content-Encoding is not supported');
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
  const sent = await collect(request, limit);
  if (encoding !== 'gzip') return sent;
  try {
    return await decompress(sent, { maxOutputLength: limit });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge();
    throw refusal('BAD_REQUEST', 'The request body is not gzip, as its Content-Encoding says');
  }
}

function collect(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    const settle = (settled: () => void): void => {
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      settled();
    };
    const onData = (piece: Buffer): void => {
      size += piece.length;
      if (size <= limit) pieces.push(piece);
      else settle(() => reject(tooLarge()));
    };
    const onEnd = (): void => settle(() => resolve(Buffer.concat(pieces)));
    const onClose = (): void => settle(() => reject(new Error('the client went away')));
    request.on('data', onData).once('end', onEnd).once('close', onClose).once('error', onClose);
  });
}
