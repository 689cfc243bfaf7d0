// A payload at rest: AES-256-GCM in frames of 64 KiB, so that any size streams with constant memory.
// File = magic ‖ salt(16) ‖ frames; frame = ciphertext ‖ tag; nonce = frame number ‖ last-frame flag, so that
// frames cannot be dropped, moved or cut off unseen. spec: national-service RTE-18
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { releasePiece } from '@gp-connect/foundation/http';
import { deriveKey } from './keys.ts';

const MAGIC = Buffer.from('GPCM1\n');
const SALT_BYTES = 16;
const HEADER_BYTES = MAGIC.length + SALT_BYTES;
const TAG_BYTES = 16;
export const FRAME_BYTES = 65_536;

/**
 * Encrypts a stream of lent pieces; what comes is lent too: good until the next is asked for. `context` (which message,
 * which chunk) must be the same when reading.
 */
export async function* encryptFrames(
  dataKey: Buffer,
  context: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  const salt = randomBytes(SALT_BYTES);
  const frame = frameCipher(deriveKey(dataKey, salt, 'payload'), context);
  yield Buffer.concat([MAGIC, salt]);
  const stored = takeBlock();
  try {
    for await (const [bytes, last] of blocks(source, FRAME_BYTES)) {
      const cipher = frame.cipher(last);
      const encrypted = cipher.update(bytes);
      stored.set(encrypted);
      releasePiece(encrypted);
      cipher.final();
      stored.set(cipher.getAuthTag(), bytes.length);
      yield stored.subarray(0, bytes.length + TAG_BYTES);
    }
  } finally {
    giveBlock(stored);
  }
}

/**
 * Decrypts what `encryptFrames` made, of lent pieces; what comes is given: the taker's own.
 * @throws where a byte was altered, a frame is missing or the end was cut off.
 */
export async function* decryptFrames(
  dataKey: Buffer,
  context: string,
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Buffer> {
  let frame: ReturnType<typeof frameCipher> | undefined;
  const head: { bytes?: Buffer } = {};
  for await (const [bytes, last] of blocks(
    withoutHead(source, HEADER_BYTES, head),
    FRAME_BYTES + TAG_BYTES,
  )) {
    if (!frame) {
      if (!head.bytes?.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error('not a stored payload');
      frame = frameCipher(deriveKey(dataKey, head.bytes.subarray(MAGIC.length), 'payload'), context);
    }
    const end = bytes.length - TAG_BYTES;
    if (end < 0) throw new Error('a stored payload is cut off');
    const decipher = frame.decipher(last, bytes.subarray(end));
    const plain = decipher.update(bytes.subarray(0, end));
    decipher.final();
    yield plain;
  }
}

/** Size of the stored form of `plain` bytes. */
export function storedSize(plain: number): number {
  return HEADER_BYTES + plain + Math.max(1, Math.ceil(plain / FRAME_BYTES)) * TAG_BYTES;
}

/** The cipher of each frame, in their order. */
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
    cipher: (last: boolean) => createCipheriv('aes-256-gcm', key, nonce(last)).setAAD(aad),
    decipher: (last: boolean, tag: Buffer) =>
      createDecipheriv('aes-256-gcm', key, nonce(last)).setAAD(aad).setAuthTag(Buffer.from(tag)),
  };
}

/** Blocks nobody uses; each is as large as a stored frame, the most any use needs. */
const spare: Buffer[] = [];
const MOST_SPARE = 32;
const takeBlock = (): Buffer => spare.pop() ?? Buffer.allocUnsafeSlow(FRAME_BYTES + TAG_BYTES);
const giveBlock = (block: Buffer): void => {
  if (spare.length < MOST_SPARE) spare.push(block);
};

/**
 * Cuts a stream of lent pieces into blocks of exactly `size`, lent too; the last, told by the flag, may be shorter
 * (or empty). A block is told only when it is known whether more follows.
 */
async function* blocks(
  source: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<readonly [Buffer, boolean]> {
  const whole = takeBlock();
  const block = whole.subarray(0, size);
  let filled = 0;
  try {
    for await (const piece of source) {
      for (let taken = 0; taken < piece.length; ) {
        if (filled === size) {
          yield [block, false];
          filled = 0;
        }
        const part = piece.subarray(taken, taken + size - filled);
        block.set(part, filled);
        filled += part.length;
        taken += part.length;
      }
    }
    yield [block.subarray(0, filled), true];
  } finally {
    giveBlock(whole);
  }
}

async function* withoutHead(
  source: AsyncIterable<Uint8Array>,
  size: number,
  head: { bytes?: Buffer },
): AsyncGenerator<Uint8Array> {
  let start = Buffer.alloc(0);
  for await (const piece of source) {
    if (head.bytes) {
      yield piece;
      continue;
    }
    start = Buffer.concat([start, piece]);
    if (start.length < size) continue;
    head.bytes = Buffer.from(start.subarray(0, size));
    if (start.length > size) yield start.subarray(size);
  }
}
