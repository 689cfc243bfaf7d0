// Recall in a running England: the operator's certificate and order key, and what each side is told of them.
// spec: national-service INC-01, §20 API-12
import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suppliers } from '../england/index.ts';
import { certificateFiles, recallName } from './certificates.ts';
import type { Layout } from './layout.ts';
import type { RunningPlan } from './service-settings.ts';

const orderKeyFile = ({ secrets }: Layout): string => join(secrets, 'recall-order-key.pem');
const orderPublicKeyFile = ({ secrets }: Layout): string => join(secrets, 'recall-order-key.public.pem');

/** Made before any service starts: the operator signs with one half, GP systems are given the other. */
export function makeOrderKey(layout: Layout): void {
  const [file, publicFile] = [orderKeyFile(layout), orderPublicKeyFile(layout)];
  mkdirSync(layout.secrets, { recursive: true, mode: 0o700 });
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  }
  const publicKey = createPublicKey(createPrivateKey(readFileSync(file)));
  writeFileSync(publicFile, publicKey.export({ type: 'spki', format: 'pem' }), { mode: 0o600 });
}

/** Where the operator keeps its audit log and the keys of it. */
export const operatorAuditFile = ({ layout }: Pick<RunningPlan, 'layout'>) => ({
  folder: join(layout.audit, 'operator'),
  keyFolder: join(layout.auditKeys, 'operator'),
  kekFile: join(layout.secrets, 'operator-audit-kek'),
  origin: 'audit.gpconnect.example/log/operator-01',
});

/** The directory's `recall`. */
export function operatorRecallFile({ layout, ports }: RunningPlan, meshAudit: object) {
  const files = certificateFiles(layout, 'recall');
  return {
    tls: { keyFile: files.key, certificateFile: files.cert, caFile: files.ca },
    orderKeyFile: orderKeyFile(layout),
    hosts: Object.fromEntries(suppliers.map(({ id, fqdn }) => [fqdn, `127.0.0.1:${ports[id]}`])),
    audit: operatorAuditFile({ layout }),
    meshUrl: `https://localhost:${ports.mesh}`,
    meshAudit,
  };
}

/** A GP system's `recall`. */
export const providerRecallFile = ({ layout }: Pick<RunningPlan, 'layout'>) => ({
  operatorNames: [recallName],
  orderKey: orderPublicKeyFile(layout),
});
