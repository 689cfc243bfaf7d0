// Ed25519 keys a running England signs with: orders of a recall, national rule packs. One half signs, GP systems get the
// other. spec: national-service INC-01, UPD-06
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Layout } from './layout.ts';

export type SigningKey = 'recall-order-key' | 'rule-pack-key';
const names: readonly SigningKey[] = ['recall-order-key', 'rule-pack-key'];

export const signingKeyFile = ({ secrets }: Layout, name: SigningKey): string => join(secrets, `${name}.pem`);
export const verificationKeyFile = ({ secrets }: Layout, name: SigningKey): string =>
  join(secrets, `${name}.public.pem`);

export function makeSigningKeys(layout: Layout): void {
  mkdirSync(layout.secrets, { recursive: true, mode: 0o700 });
  for (const name of names) {
    const file = signingKeyFile(layout, name);
    if (!existsSync(file)) {
      const { privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
    }
    const publicKey = createPublicKey(createPrivateKey(readFileSync(file)));
    writeFileSync(verificationKeyFile(layout, name), publicKey.export({ type: 'spki', format: 'pem' }), {
      mode: 0o600,
    });
  }
}
