// Keys of messages: one data key each, wrapped by the key-encryption key, destroyed with the message.
// spec: national-service RTE-18
import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Wraps data keys and seals small texts; knows earlier key-encryption keys for reading. */
export interface KeyRing {
  /** `{key id}.{base64}`, bound to `context`. */
  seal(context: string, plaintext: Uint8Array): string;
  /** @throws where the key is not on the ring, or the text was altered or belongs to another context. */
  open(context: string, sealed: string): Buffer;
}

/** The first key wraps, every key opens: rotation is adding a new one in front. Keys have 32 bytes. */
export function createKeyRing(keys: readonly Buffer[]): KeyRing {
  const known = new Map(keys.map((key) => [keyName(key), key]));
  const [first] = known.entries();
  if (!first || keys.some((key) => key.length !== KEY_BYTES))
    throw new RangeError('a key-encryption key has 32 bytes');
  return {
    seal: (context, plaintext) => `${first[0]}.${sealText(first[1], context, plaintext)}`,
    open(context, sealed) {
      const [name = '', text = ''] = sealed.split('.');
      const key = known.get(name);
      if (!key) throw new Error('sealed with a key-encryption key that is not on the ring');
      return openText(key, context, text);
    },
  };
}

const keyName = (key: Buffer) =>
  createHash('sha256').update('mesh-kek').update(key).digest('hex').slice(0, 8);

export const newDataKey = (): Buffer => randomBytes(KEY_BYTES);

/** A key for one purpose, made from a message's data key. */
export function deriveKey(dataKey: Buffer, salt: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', dataKey, salt, `gpc-mesh/v1/${purpose}`, KEY_BYTES));
}

/** AES-256-GCM with a random nonce; base64 of nonce, ciphertext, tag. */
export function sealText(key: Buffer, context: string, plaintext: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]).toString(
    'base64',
  );
}

export function openText(key: Buffer, context: string, sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64');
  const end = bytes.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(context))
    .setAuthTag(bytes.subarray(end));
  return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
}
