// Encryption of what a party keeps in its own database: message bodies and the people they name.
// spec: messaging §9 A2, A6; national-service RTE-18
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileKek } from '../audit/index.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What every sealed text begins with; neither XML nor base64 does. */
export const sealedMark = 'gpc1.';

/** Seals texts for storage (AES-256-GCM). A sealed text opens only in the context it was sealed for. */
export interface RestVault {
  /** `gpc1.{key id}.{base64}` */
  seal(context: string, plaintext: string | Uint8Array): string;
  /** @throws where the text was altered, belongs to another context, or its key is not there */
  open(context: string, sealed: string): Buffer;
}

/** Whether a stored text is sealed: what was stored before there was a key is not. */
export const isSealed = (stored: string): boolean => stored.startsWith(sealedMark);

/** The first key seals, every key opens: rotation is adding a new one in front. Keys have 32 bytes. */
export function createRestVault(keys: readonly Uint8Array[]): RestVault {
  const known = new Map(keys.map((key) => [keyName(key), key]));
  const [first] = known.entries();
  if (!first || keys.some((key) => key.length !== KEY_BYTES)) {
    throw new RangeError('a key for storage has 32 bytes');
  }
  return {
    seal(context, plaintext) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', first[1], nonce).setAAD(Buffer.from(context));
      const bytes = Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
      return `${sealedMark}${first[0]}.${bytes.toString('base64')}`;
    },
    open(context, sealed) {
      const [, name = '', text = ''] = sealed.split('.');
      const key = isSealed(sealed) ? known.get(name) : undefined;
      if (key === undefined) throw new Error('sealed with a key that is not there');
      const bytes = Buffer.from(text, 'base64');
      const end = bytes.length - TAG_BYTES;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(context))
        .setAuthTag(bytes.subarray(end));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, end)), decipher.final()]);
    },
  };
}

/**
 * The vault of a key file (64 hex digits, made where it is absent); earlier files only open. Keep them apart from the
 * database and its copies: without the file nothing sealed can be read again.
 */
export function fileVault(keyFile: string, earlierKeyFiles: readonly string[] = []): RestVault {
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 });
  return createRestVault([keyFile, ...earlierKeyFiles].map(fileKek));
}

/** The text of a stored value: opened where it is sealed, as it is where it was stored before there was a key. */
export function storedText(vault: RestVault, context: string, stored: string): string {
  return isSealed(stored) ? vault.open(context, stored).toString() : stored;
}

const keyName = (key: Uint8Array): string =>
  createHash('sha256').update('at-rest').update(key).digest('hex').slice(0, 8);
