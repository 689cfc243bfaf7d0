// Seals small values into texts that only this service can read: sign-in state and session cookies.
import { hkdfSync } from 'node:crypto';
import { EncryptJWT, jwtDecrypt } from 'jose';
import type { Clock } from './clock.ts';

export interface Seal<Value> {
  /** An encrypted, authenticated text that opens for so many seconds. Cookie-safe; keep it under 4 KB. */
  seal(value: Value, seconds: number): Promise<string>;
  /** The value, or null where the text is absent, altered, expired or sealed for another purpose. */
  open(sealed: string | undefined): Promise<Value | null>;
}

const LONGEST_SEALED = 16_384;

/**
 * Makes a seal (JWE `dir`, A256GCM) with a key derived from `secret` for one purpose: what is sealed for one
 * purpose does not open for another.
 *
 * @example
 * const session = createSeal<Session>({ secret, purpose: 'clinician session', clock: Date.now });
 * reply.setCookie('session', await session.seal({ identity }, 1800), { httpOnly: true, sameSite: 'lax' });
 */
export function createSeal<Value>(options: { secret: string; purpose: string; clock: Clock }): Seal<Value> {
  if (options.secret.length < 16) throw new RangeError('a sealing secret has at least 16 characters');
  const key = new Uint8Array(hkdfSync('sha256', options.secret, '', `gp-connect ${options.purpose}`, 32));
  const seconds = () => Math.floor(options.clock() / 1000);
  return {
    seal(value, lifetime) {
      return new EncryptJWT({ value })
        .setProtectedHeader({ alg: 'dir', enc: 'A256GCM' })
        .setExpirationTime(seconds() + lifetime)
        .encrypt(key);
    },
    async open(sealed) {
      if (!sealed || sealed.length > LONGEST_SEALED) return null;
      try {
        const { payload } = await jwtDecrypt(sealed, key, {
          keyManagementAlgorithms: ['dir'],
          contentEncryptionAlgorithms: ['A256GCM'],
          currentDate: new Date(options.clock()),
          requiredClaims: ['exp'],
        });
        return payload.value as Value;
      } catch {
        return null;
      }
    },
  };
}
