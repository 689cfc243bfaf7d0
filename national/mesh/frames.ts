// A payload at rest: AES-256-GCM in frames of 64 KiB, so that any size streams with constant memory.
// File = magic ‖ salt(16) ‖ frames; frame = ciphertext ‖ tag; nonce = frame number ‖ last-frame flag, so that
// frames cannot be dropped, moved or cut off unseen. spec: national-service RTE-18
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey } from './keys.ts';

const MAGIC = Buffer.from('GPCM1\n');
const SALT_BYTES = 16;
const HEADER_BYTES = MAGIC.length + SALT_BYTES;
const TAG_BYTES = 16;
export const FRAME_BYTES = 65_536;

/** Encrypts a stream; `context` (which message, which chunk) must be the same when reading. */
export async function* encryptFrames(
  dataKey: Buffer,
  context: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const frame = frameCipher(deriveKey(dataKey, salt, 'payload'), context);
  yield Buffer.concat([MAGIC, salt]);
  for await (const [bytes, last] of pieces(source, FRAME_BYTES)) yield frame.encrypt(bytes, last);
}

/** Decrypts what `encryptFrames` made. @throws where a byte was altered, a frame is missing or the end was cut off. */
export async function* decryptFrames(
  dataKey: Buffer,
  context: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let frame: ReturnType<typeof frameCipher> | undefined;
  const head: { bytes?: Buffer } = {};
  for await (const [bytes, last] of pieces(
    withoutHead(source, HEADER_BYTES, head),
    FRAME_BYTES + TAG_BYTES,
  )) {
    if (!frame) {
      if (!head.bytes?.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('not a stored payload');
      frame = frameCipher(deriveKey(dataKey, head.bytes.subarray(MAGIC.length), 'payload'), context);
    }
    yield frame.decrypt(bytes, last);
  }
}

/** Size of the stored form of `plain` bytes. */
export function storedSize(plain: number): number {
  return HEADER_BYTES + plain + Math.max(1, Math.ceil(plain / FRAME_BYTES)) * TAG_BYTES;
}

function frameCipher(key: Buffer, context: string) {
  let number = 0;
  const nonce = (last: boolean): Buffer => {
    const bytes = Buffer.alloc(12);
    bytes.writeBigUInt64BE(BigInt(number++));
    bytes[11] = last ? 1 : 0;
    return bytes;
  };
  const aad = Buffer.from(context);
  return {
    encrypt(bytes: Buffer, last: boolean): Buffer {
      const cipher = createCipheriv('aes-256-gcm', key, nonce(last)).setAAD(aad);
      return Buffer.concat([cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(bytes: Buffer, last: boolean): Buffer {
      const end = bytes.length - TAG_BYTES;
      if (end < 0) throw new Error('a stored payload is cut off');
      const decipher = createDecipheriv('aes-256-gcm', key, nonce(last))
        .setAAD(aad)
        .setAuthTag(bytes.subarray(end));
      const plain = decipher.update(bytes.subarray(0, end));
      decipher.final();
      return plain;
    },
  };
}

/** Cuts a stream into pieces of exactly `size`; the last, told by the flag, may be shorter (or empty). */
async function* pieces(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<readonly [Buffer, boolean]> {
  let held: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    held.push(chunk);
    length += chunk.length;
    if (length <= size) continue;
    let joined = Buffer.concat(held, length);
    while (joined.length > size) {
      yield [joined.subarray(0, size), false];
      joined = joined.subarray(size);
    }
    held = [joined];
    length = joined.length;
  }
  yield [Buffer.concat(held, length), true];
}

async function* withoutHead(
  source: AsyncIterable<Uint8Array>,
  size: number,
  head: { bytes?: Buffer },
): AsyncGenerator<Uint8Array> {
  let start = Buffer.alloc(0);
  for await (const chunk of source) {
    if (head.bytes) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < size) continue;
    head.bytes = Buffer.from(start.subarray(0, size));
    if (start.length > size) yield start.subarray(size);
  }
}
