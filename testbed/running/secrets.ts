// Secrets of the demonstration: made at first start, kept in the data folder, never committed.
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from './layout.ts';
import { makeSigningKeys } from './signing-keys.ts';

export interface Secrets {
  /** A random text of that name, the same at every start. */
  text(name: string): string;
  /** File that holds the text. */
  file(name: string): string;
  /** An RSA key pair for signed client assertions (RS512). */
  key(name: string): { privateKey: KeyObject; jwk: Record<string, unknown> };
}

/** Several services read these: made before any of them starts, so that none finds another's half. */
export function makeSharedSecrets({ layout, secrets }: { layout: Layout; secrets: Secrets }): void {
  for (const name of [
    'sds-api-key',
    'clinician-client',
    'practice-client',
    'pharmacy-client',
    'mesh-shared-key',
    'mesh-passwords',
  ]) {
    secrets.text(name);
  }
  secrets.key('gateway-assertion');
  makeSigningKeys(layout);
}

export function openSecrets(layout: Layout): Secrets {
  mkdirSync(layout.secrets, { recursive: true, mode: 0o700 });
  const file = (name: string): string => join(layout.secrets, name);
  const kept = (name: string, make: () => string): string => {
    if (!existsSync(file(name))) writeFileSync(file(name), make(), { mode: 0o600 });
    return readFileSync(file(name), 'utf8');
  };
  return {
    text: (name) => kept(name, () => randomBytes(32).toString('base64url')),
    file(name) {
      this.text(name);
      return file(name);
    },
    key(name) {
      const pem = kept(`${name}.pem`, () =>
        generateKeyPairSync('rsa', { modulusLength: 2048 })
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString(),
      );
      const privateKey = createPrivateKey(pem);
      const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
      return { privateKey, jwk: { ...jwk, kid: name, alg: 'RS512', use: 'sig' } };
    },
  };
}
