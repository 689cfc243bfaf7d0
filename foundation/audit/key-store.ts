// The key store: month keys and the log's signing key, wrapped by a key-encryption key, in a folder apart from the log.
// spec: national-service §11.1.1 (LOG-02), §11.1.3 (LOG-07)

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { MODE, replaceDurablySync } from './durable.ts';
import { AuditError, AuditFormatError } from './errors.ts';
import { type SignerKey, signerFromSeed } from './note.ts';
import { deriveMonthKeys, type Month, type MonthKeys } from './record.ts';

/** The key store could not give a key: wrong key-encryption key, damaged or missing file. */
export class AuditKeyError extends AuditError {
  constructor(message: string, options?: ErrorOptions) {
    super('AUDIT_KEY', message, options);
  }
}

/** What the log needs of a key store. Calls block: an implementation over an HSM or KMS fetches ahead. */
export interface KeyStore {
  readonly origin: string;
  /** Where the keys lie, if in a folder: never within the log's, nor the log's within it. */
  readonly folder?: string;
  /** Keys of a month, or undefined when there are none (never made, or destroyed). */
  monthKeys(month: Month): MonthKeys | undefined;
  /** Makes the month's key, durable before it returns. Throws AuditKeyError when there is one. */
  createMonthKeys(month: Month): MonthKeys;
  /** The log's signing keys: one, or two while the key is being changed. */
  signers(): readonly SignerKey[];
}

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

const wrapContext = (origin: string, name: string): Buffer =>
  Buffer.from(`gpc-audit-key/v1\n${origin}\n${name}\n`);

function wrap(kek: Uint8Array, origin: string, name: string, key: Uint8Array): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', kek, nonce).setAAD(wrapContext(origin, name));
  const wrapped = Buffer.concat([nonce, cipher.update(key), cipher.final(), cipher.getAuthTag()]);
  return `${JSON.stringify({ v: 1, origin, name, wrapped: wrapped.toString('base64') })}\n`;
}

function unwrap(kek: Uint8Array, origin: string, name: string, text: string): Buffer {
  try {
    const wrapped = Buffer.from((JSON.parse(text) as { wrapped: string }).wrapped, 'base64');
    const tagAt = wrapped.length - TAG_BYTES;
    const decipher = createDecipheriv('aes-256-gcm', kek, wrapped.subarray(0, NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(wrapContext(origin, name))
      .setAuthTag(wrapped.subarray(tagAt));
    return Buffer.concat([decipher.update(wrapped.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
  } catch (cause) {
    throw new AuditKeyError(
      `key ${name} of ${origin} cannot be unwrapped: wrong key-encryption key, or altered`,
      { cause },
    );
  }
}

const SIGNER_FILE = /^signing-[0-9a-f]{8}$/;

/**
 * A key store in a folder, one folder per log; files are `{YYYYMM}.key` and `signing-{key id}.key`, mode 0600.
 * Makes the signing key when there is none and `create` is not false. `kek`: 32 bytes, kept elsewhere.
 */
export function openKeyStore(options: {
  readonly folder: string;
  readonly origin: string;
  readonly kek: Uint8Array;
  readonly create?: boolean;
}): KeyStore {
  const { folder, origin, kek } = options;
  if (kek.length !== KEY_BYTES) throw new AuditKeyError('a key-encryption key has 32 bytes');
  mkdirSync(folder, { recursive: true, mode: MODE.privateFolder });
  const path = (name: string): string => join(folder, `${name}.key`);
  const read = (name: string): Buffer | undefined => {
    if (!existsSync(path(name))) return undefined;
    if ((statSync(path(name)).mode & 0o077) !== 0)
      throw new AuditKeyError(`key file ${name} is open to others than its owner`);
    return unwrap(kek, origin, name, readFileSync(path(name), 'utf8'));
  };
  const write = (name: string, key: Uint8Array): void =>
    replaceDurablySync(path(name), wrap(kek, origin, name, key), MODE.privateFile);

  const signers = readdirSync(folder)
    .map((file) => file.replace(/\.key$/, ''))
    .filter((name) => SIGNER_FILE.test(name))
    .sort()
    .map((name) => signerFromSeed(origin, read(name)!));
  if (signers.length === 0) {
    if (options.create === false) throw new AuditKeyError(`no signing key of ${origin}`);
    const seed = randomBytes(KEY_BYTES);
    const signer = signerFromSeed(origin, seed);
    write(`signing-${signer.keyId}`, seed);
    signers.push(signer);
  }

  const cache = new Map<Month, MonthKeys>();
  const remember = (month: Month, key: Uint8Array): MonthKeys => {
    const keys = deriveMonthKeys(key, origin, month);
    cache.set(month, keys);
    return keys;
  };
  return {
    origin,
    folder,
    monthKeys(month) {
      const known = cache.get(month);
      if (known !== undefined) return known;
      const key = read(String(month));
      return key === undefined ? undefined : remember(month, key);
    },
    createMonthKeys(month) {
      if (existsSync(path(String(month)))) throw new AuditKeyError(`there is a key of ${month}`);
      const key = randomBytes(KEY_BYTES);
      write(String(month), key);
      return remember(month, key);
    },
    signers: () => signers,
  };
}

/**
 * A key-encryption key kept in a file of its own (hex, mode 0600), made when absent: for a laptop.
 * In production it comes from an HSM or a secret manager.
 */
export function fileKek(path: string): Buffer {
  if (!existsSync(path)) {
    replaceDurablySync(path, `${randomBytes(KEY_BYTES).toString('hex')}\n`, MODE.privateFile);
  }
  const kek = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
  if (kek.length !== KEY_BYTES) throw new AuditFormatError('a key-encryption key file holds 64 hex digits');
  return kek;
}

/** Whether `inner` lies in `outer` (both existing): keys must never lie beside the data. */
export function liesWithin(inner: string, outer: string): boolean {
  const [a, b] = [realpathSync(inner), realpathSync(outer)];
  return a === b || a.startsWith(b + sep);
}
