// Recall in a running England: what the operator and the GP systems are told of each other.
// spec: national-service INC-01, §20 API-12
import { join } from 'node:path';
import { suppliers } from '../england/index.ts';
import { certificateFiles, recallName } from './certificates.ts';
import type { RunningPlan } from './service-settings.ts';
import { signingKeyFile, verificationKeyFile } from './signing-keys.ts';

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
    orderKeyFile: signingKeyFile(layout, 'recall-order-key'),
    hosts: Object.fromEntries(suppliers.map(({ id, fqdn }) => [fqdn, `127.0.0.1:${ports[id]}`])),
    audit: operatorAuditFile({ layout }),
    meshUrl: `https://localhost:${ports.mesh}`,
    meshAudit,
  };
}

/** A GP system's `recall`. */
export const providerRecallFile = ({ layout }: Pick<RunningPlan, 'layout'>) => ({
  operatorNames: [recallName],
  orderKey: verificationKeyFile(layout, 'recall-order-key'),
});
