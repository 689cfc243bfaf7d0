// An entry: salted commitments to the three parts of an event, 97 bytes, nothing else about it.
// spec: national-service §11.1.2 (LOG-04, LOG-05)

import { randomFillSync } from 'node:crypto';
import { sha256 } from './merkle.ts';

/** The parts of an event in the order of the entry; each reader can be shown one and still verify it. */
export const PARTS = ['patient', 'staff', 'technical'] as const;
export type PartName = (typeof PARTS)[number];

/** One value per part. */
export type PerPart<T> = { readonly [name in PartName]: T };

export const SALT_BYTES = 32;
export const COMMITMENT_BYTES = 32;
export const ENTRY_BYTES = 1 + PARTS.length * COMMITMENT_BYTES;

/** A value for each part. */
export function perPart<T>(make: (name: PartName, position: number) => T): PerPart<T> {
  return { patient: make('patient', 0), staff: make('staff', 1), technical: make('technical', 2) };
}

const BLOCK_BYTES = 64;

/** HMAC-SHA-256 with a key of at most 64 bytes, as two one-shot hashes (several times faster than `createHmac` on short input). */
export function hmacSha256(key: Uint8Array, message: Uint8Array): Buffer {
  const inner = Buffer.allocUnsafe(BLOCK_BYTES + message.length).fill(0x36, 0, BLOCK_BYTES);
  const outer = Buffer.allocUnsafe(BLOCK_BYTES + COMMITMENT_BYTES).fill(0x5c, 0, BLOCK_BYTES);
  for (let i = 0; i < key.length; i += 1) {
    inner[i]! ^= key[i]!;
    outer[i]! ^= key[i]!;
  }
  inner.set(message, BLOCK_BYTES);
  outer.set(sha256(inner), BLOCK_BYTES);
  return sha256(outer);
}

/** Commitment to a part: HMAC-SHA-256(key = salt, message = part bytes). */
export const commitment = (salt: Uint8Array, part: Uint8Array): Buffer => hmacSha256(salt, part);

/** Entry of three commitments: 0x01 ‖ c(patient) ‖ c(staff) ‖ c(technical). */
export function encodeEntry(commitments: PerPart<Uint8Array>): Buffer {
  return Buffer.concat([Buffer.of(1), ...PARTS.map((name) => commitments[name])]);
}

/** The commitment to one part within an entry. */
export function entryCommitment(entry: Uint8Array, name: PartName): Uint8Array {
  const at = 1 + PARTS.indexOf(name) * COMMITMENT_BYTES;
  return entry.subarray(at, at + COMMITMENT_BYTES);
}

/** Fills with cryptographic random bytes; a test may pass another. */
export type RandomBytes = (length: number) => Buffer;

/** Random bytes cut from a pool of 16 KiB that is filled at once. No byte is handed out twice. */
export function pooledRandom(): RandomBytes {
  let pool = Buffer.alloc(0);
  return (length) => {
    if (pool.length < length) pool = randomFillSync(Buffer.allocUnsafe(Math.max(16_384, length)));
    const bytes = pool.subarray(0, length);
    pool = pool.subarray(length);
    return bytes;
  };
}
