// The identity provider's signing key and cookie key: made at first start, kept in a folder.
import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';

export interface ProviderKeys {
  /** Private RS256 key with `kid`. */
  readonly signing: JWK & { kid: string };
  readonly cookie: string;
}

/** Reads `identity-keys.json`, or makes it (mode 0600); two first starts at once end with the same keys. */
export async function openKeys(folder: string): Promise<ProviderKeys> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'identity-keys.json');
  const stored = await readKeys(file);
  if (stored) return stored;
  const made = await makeKeys();
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, JSON.stringify(made), { mode: 0o600 });
  try {
    await link(aside, file);
    return made;
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code !== 'EEXIST') throw problem;
    return (await readKeys(file)) ?? made;
  } finally {
    await rm(aside);
  }
}

async function makeKeys(): Promise<ProviderKeys> {
  const { privateKey } = await generateKeyPair('RS256', { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  const kid = await calculateJwkThumbprint(jwk);
  return {
    signing: { ...jwk, kid, alg: 'RS256', use: 'sig' },
    cookie: randomBytes(32).toString('base64url'),
  };
}

async function readKeys(file: string): Promise<ProviderKeys | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as ProviderKeys;
  } catch (problem) {
    if ((problem as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw problem;
  }
}
