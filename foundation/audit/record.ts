// A stored record: the parts of one entry with their salts, each encrypted under its own key of the month; and look-up keys.
// spec: national-service §11.1.3 (LOG-07, LOG-10)

import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import {
  commitment,
  encodeEntry,
  entryCommitment,
  hmacSha256,
  PARTS,
  type PartName,
  type PerPart,
  perPart,
  type RandomBytes,
  SALT_BYTES,
} from './entry.ts';
import { AuditFormatError, AuditIntegrityError } from './errors.ts';

/** Calendar month of a UTC instant, as YYYYMM. */
export type Month = number;

/** Month of an `at` time, e.g. `2026-03-02T10:41:07.114Z` → 202603. */
export const monthOf = (at: string): Month => Number(at.slice(0, 4) + at.slice(5, 7));

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** The keys derived from one month key of one log. */
export interface MonthKeys {
  readonly month: Month;
  readonly parts: PerPart<KeyObject>;
  readonly lookup: Buffer;
}

/** HKDF-SHA-256(month key, salt = origin, info = `gpc-audit/v1/{YYYYMM}/{purpose}`), 32 bytes. */
export function deriveKey(
  monthKey: Uint8Array,
  origin: string,
  month: Month,
  purpose: PartName | 'lookup',
): Buffer {
  return Buffer.from(hkdfSync('sha256', monthKey, origin, `gpc-audit/v1/${month}/${purpose}`, 32));
}

/** All keys of a month. */
export function deriveMonthKeys(monthKey: Uint8Array, origin: string, month: Month): MonthKeys {
  return {
    month,
    parts: perPart((name) => createSecretKey(deriveKey(monthKey, origin, month, name))),
    lookup: deriveKey(monthKey, origin, month, 'lookup'),
  };
}

/** Projection key of a patient: HMAC-SHA-256(look-up key, `nhs:{number}`). */
export const nhsLookup = (keys: MonthKeys, nhsNumber: string): Buffer =>
  hmacSha256(keys.lookup, Buffer.from(`nhs:${nhsNumber}`));

/** Projection key of a staff member: HMAC-SHA-256(look-up key, `sds:{user id}`). */
export const sdsLookup = (keys: MonthKeys, userId: string): Buffer =>
  hmacSha256(keys.lookup, Buffer.from(`sds:${userId}`));

/** Where a part stands: bound into its encryption. */
export interface PartPlace {
  readonly origin: string;
  readonly index: number;
  readonly month: Month;
}

const additionalData = ({ origin, index, month }: PartPlace, name: PartName): Buffer =>
  Buffer.from(`${origin}\n${index}\n${month}\n${name}\n`);

/** Stored part: nonce ‖ AES-256-GCM(salt ‖ part) ‖ tag. */
export function sealPart(
  key: KeyObject,
  place: PartPlace,
  name: PartName,
  salt: Uint8Array,
  part: Uint8Array,
  nonce: Uint8Array,
): Buffer {
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(additionalData(place, name));
  const body = cipher.update(Buffer.concat([salt, part]));
  return Buffer.concat([nonce, body, cipher.final(), cipher.getAuthTag()]);
}

/** A part as it was committed to. */
export interface OpenedPart {
  readonly salt: Buffer;
  readonly bytes: Buffer;
}

/** Decrypts a stored part and compares its commitment with the entry's. Throws AuditIntegrityError on any difference. */
export function openPart(
  keys: MonthKeys,
  place: PartPlace,
  name: PartName,
  stored: Uint8Array,
  entry: Uint8Array,
): OpenedPart {
  if (stored.length < NONCE_BYTES + SALT_BYTES + TAG_BYTES) {
    throw new AuditIntegrityError(`the ${name} part of entry ${place.index} is too short`);
  }
  const tagAt = stored.length - TAG_BYTES;
  const decipher = createDecipheriv('aes-256-gcm', keys.parts[name], stored.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(additionalData(place, name))
    .setAuthTag(stored.subarray(tagAt));
  let plain: Buffer;
  try {
    plain = Buffer.concat([decipher.update(stored.subarray(NONCE_BYTES, tagAt)), decipher.final()]);
  } catch (cause) {
    throw new AuditIntegrityError(`the ${name} part of entry ${place.index} was altered`, { cause });
  }
  const opened = { salt: plain.subarray(0, SALT_BYTES), bytes: plain.subarray(SALT_BYTES) };
  if (!commitment(opened.salt, opened.bytes).equals(entryCommitment(entry, name))) {
    throw new AuditIntegrityError(
      `the ${name} part of entry ${place.index} is not what the entry commits to`,
    );
  }
  return opened;
}

/** A record as kept in segment files. */
export interface StoredRecord {
  readonly index: number;
  readonly month: Month;
  readonly parts: PerPart<Buffer>;
}

const HEAD_BYTES = 8 + 4;
/** Largest stored record: three parts of the largest size with their salts, nonces and tags. */
export const MAX_RECORD_BYTES = HEAD_BYTES + 3 * (4 + NONCE_BYTES + SALT_BYTES + 65_535 + TAG_BYTES);

/** uint64 index ‖ uint32 YYYYMM ‖ 3 × (uint32 length ‖ stored part). */
export function encodeRecord(record: StoredRecord): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeBigUInt64BE(BigInt(record.index), 0);
  head.writeUInt32BE(record.month, 8);
  const chunks: Buffer[] = [head];
  for (const name of PARTS) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(record.parts[name].length);
    chunks.push(length, record.parts[name]);
  }
  return Buffer.concat(chunks);
}

/** The record that begins at `at`, with its length; undefined when the bytes end before it does. Throws AuditFormatError when it cannot be one. */
export function decodeRecord(bytes: Buffer, at = 0): { record: StoredRecord; length: number } | undefined {
  if (bytes.length < at + HEAD_BYTES) return undefined;
  const index = Number(bytes.readBigUInt64BE(at));
  const month = bytes.readUInt32BE(at + 8);
  if (!Number.isSafeInteger(index) || month < 197001 || month > 999912) {
    throw new AuditFormatError('a stored record has an impossible index or month');
  }
  let position = at + HEAD_BYTES;
  const parts: Buffer[] = [];
  for (const name of PARTS) {
    if (bytes.length < position + 4) return undefined;
    const length = bytes.readUInt32BE(position);
    if (length > MAX_RECORD_BYTES)
      throw new AuditFormatError(`the ${name} part of record ${index} is too long`);
    if (bytes.length < position + 4 + length) return undefined;
    parts.push(bytes.subarray(position + 4, position + 4 + length));
    position += 4 + length;
  }
  return { record: { index, month, parts: perPart((_, i) => parts[i]!) }, length: position - at };
}

/** An event made ready to be appended: its entry and its stored record, both as bytes. */
export interface SealedEvent {
  readonly entry: Buffer;
  readonly record: Buffer;
}

/** Salts, commits to and encrypts the parts of one event. */
export function sealEvent(
  keys: MonthKeys,
  origin: string,
  index: number,
  parts: PerPart<Buffer>,
  random: RandomBytes,
): SealedEvent {
  const place = { origin, index, month: keys.month };
  const salts = perPart(() => random(SALT_BYTES));
  const stored = perPart((name) =>
    sealPart(keys.parts[name], place, name, salts[name], parts[name], random(NONCE_BYTES)),
  );
  return {
    entry: encodeEntry(perPart((name) => commitment(salts[name], parts[name]))),
    record: encodeRecord({ index, month: keys.month, parts: stored }),
  };
}
