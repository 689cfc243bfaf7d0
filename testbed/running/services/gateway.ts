// The national gateway, its audit log beside it and the keys of the log apart.
import { join } from 'node:path';
import { AuditLog, fileKek, formatVkey, openKeyStore, policyText } from '@gp-connect/foundation/audit';
import { loadSettings } from '@gp-connect/foundation/config';
import { createLogger } from '@gp-connect/foundation/http';
import { createAccessTokenVerifier, openAuthority, openRevocations } from '@gp-connect/foundation/trust';
import { feedPath, followDirectory, gatewaySettings, startGateway } from '@gp-connect/national';
import { defaultAudience } from '../../identity/index.ts';
import { gatewayName } from '../certificates.ts';
import { gatewayFile, issuerOf, revokedFile, writeSettings } from '../service-settings.ts';
import type { StartService } from './service.ts';

const ORIGIN = 'audit.gpconnect.example/log/gw-01';

export const gateway: StartService = async (plan) => {
  const { layout, ports, secrets } = plan;
  const settings = loadSettings(gatewaySettings, {
    file: writeSettings(layout, 'gateway', gatewayFile(plan)),
    env: process.env,
    prefix: 'GPC_GATEWAY',
  });
  const logger = createLogger({ name: 'gateway' });
  const authority = await openAuthority(layout.trust, { clock: Date.now });
  const identity = await authority.identity('gateway', {
    commonName: gatewayName,
    dnsNames: [gatewayName, 'localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
    usages: 'both',
  });
  const keys = openKeyStore({
    folder: join(layout.auditKeys, 'gateway'),
    origin: ORIGIN,
    kek: fileKek(join(layout.secrets, 'gateway-audit-kek')),
  });
  const audit = await AuditLog.open({
    folder: join(layout.audit, 'gateway'),
    keys,
    software: 'gp-connect gateway 0.1.0',
    onAlert: (alert) => logger.error({ alert: alert.kind }, 'audit alert'),
  });
  const directory = followDirectory({
    url: `https://localhost:${ports.directory}${feedPath}`,
    identity,
    trustSeconds: settings.directory.trustSeconds,
    clock: () => performance.now(),
    logger,
  });
  await directory.ready;
  const running = await startGateway(settings, {
    identity,
    audit,
    directory,
    logger,
    policyText: () =>
      policyText({
        logs: keys
          .signers()
          .map((signer) => ({ vkey: formatVkey(signer), url: `http://localhost:${ports.publicLog}` })),
        witnesses: [],
        groups: [],
        quorum: 'none',
      }),
    revocations: openRevocations(revokedFile(layout), { clock: Date.now }),
    patientBased: {
      accessTokens: createAccessTokenVerifier({
        issuer: issuerOf(ports),
        jwksUri: `${issuerOf(ports)}/jwks`,
        audience: defaultAudience,
        clock: Date.now,
      }),
      credentials: {
        tokenUrl: `https://localhost:${ports.directory}/oauth2/token`,
        clientId: 'gateway',
        keyId: 'gateway-assertion',
        key: secrets.key('gateway-assertion').privateKey,
      },
      apiKey: secrets.text('sds-api-key'),
    },
  });
  return running;
};
