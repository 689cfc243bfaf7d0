// What the settings of MESH name, opened: keys, storage, certificates, the verifier of operators' tokens.
import { mkdirSync, readFileSync, realpathSync } from 'node:fs';
import type { ServerOptions as HttpsOptions } from 'node:https';
import { dirname, sep } from 'node:path';
import { fileKek } from '@gp-connect/foundation/audit';
import type { FastifyRequest } from '@gp-connect/foundation/http';
import {
  createAccessTokenVerifier,
  openRevocations,
  type Revocations,
  serverTls,
} from '@gp-connect/foundation/trust';
import type { Actor } from '../policy/index.ts';
import { openDiskStorage } from './disk-storage.ts';
import { createKeyRing, type KeyRing } from './keys.ts';
import type { PayloadStorage } from './payload-storage.ts';
import { openS3Storage } from './s3-storage.ts';
import type { MeshSettings } from './settings.ts';

/** The key-encryption keys of the settings' files; the first is made where it is missing. */
export function keyRingFrom(settings: MeshSettings): KeyRing {
  mkdirSync(dirname(settings.keyFile), { recursive: true, mode: 0o700 });
  mkdirSync(settings.payloadFolder, { recursive: true, mode: 0o700 });
  const keyFolder = realpathSync(dirname(settings.keyFile)) + sep;
  if (keyFolder.startsWith(realpathSync(settings.payloadFolder) + sep))
    throw new Error('the key-encryption key must not lie in the payload folder');
  return createKeyRing([fileKek(settings.keyFile), ...settings.earlierKeyFiles.map((file) => fileKek(file))]);
}

export function storageFrom(settings: MeshSettings): Promise<PayloadStorage> | PayloadStorage {
  return settings.payloadBucket
    ? openS3Storage(settings.payloadBucket)
    : openDiskStorage(settings.payloadFolder);
}

/** Roles of national-service §1 as the verified token says them. */
export function actorFrom({ cis2 }: MeshSettings, clock: () => number) {
  const staff = cis2 && createAccessTokenVerifier({ ...cis2, clock });
  return async ({ headers }: FastifyRequest): Promise<Actor | null> => {
    const verified = await staff?.(headers.authorization).catch(() => undefined);
    if (!verified) return null;
    const { userId, roles, organisation } = verified.identity;
    return { id: userId, roles, practice: organisation.ods };
  };
}

export function tlsFrom(settings: MeshSettings): HttpsOptions | undefined {
  if (!settings.tls) return undefined;
  const text = (file: string) => readFileSync(file, 'utf8');
  const { keyFile, certificateFile, caFile } = settings.tls;
  const identity = { key: text(keyFile), cert: text(certificateFile), ca: text(caFile) };
  return serverTls(identity, { clients: settings.network === 'internet' ? 'reject' : 'answer' });
}

export function revocationsFrom(settings: MeshSettings, clock: () => number): Revocations | undefined {
  return settings.tls?.revokedFile ? openRevocations(settings.tls.revokedFile, { clock }) : undefined;
}
