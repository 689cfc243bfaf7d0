// A gateway from its settings alone: certificate, audit log, directory feed and verifiers opened from what they name.
// spec: national-service RTE-06, AUD-01, LOG-02, LOG-03
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { AuditLog, fileKek, formatVkey, openKeyStore, policyText } from '@gp-connect/foundation/audit';
import { ConfigurationError, readSettingFiles } from '@gp-connect/foundation/config';
import { createLogger, type Logger } from '@gp-connect/foundation/http';
import { createAccessTokenVerifier, openRevocations, type TlsIdentity } from '@gp-connect/foundation/trust';
import { z } from 'zod';
import { followDirectory } from './directory-snapshot.ts';
import { type Gateway, type GatewayDependencies, startGateway } from './gateway.ts';
import { gatewaySettings } from './settings.ts';

/** The router's settings with everything a process of its own needs. */
export const gatewayServiceSettings = gatewaySettings.extend({
  tls: z
    .object({
      key: z.string().describe('file: private key, PEM'),
      cert: z.string().describe('file: certificate chain, PEM; server to consumers, client to providers'),
      ca: z.string().describe('file: trusted authorities, PEM'),
      revoked: z.string().optional().describe('file: serial numbers of revoked certificates, JSON'),
    })
    .describe('the certificate of this router'),
  audit: z.object({
    folder: z.string().describe("folder of this replica's audit log"),
    keyFolder: z.string().describe('folder of its keys; never inside the log folder'),
    kekFile: z.string().describe('file: key-encryption key, 64 hex digits; made where missing'),
    origin: z.string().describe('origin of the log, e.g. audit.gpconnect.example/log/gw-01'),
    publicUrl: z.url().describe('where the public finds the log, for the policy file'),
  }),
  directoryFeed: z.url().describe('address of the change feed of the directory'),
  cis2: z
    .object({
      issuer: z.url().describe('issuer of the access tokens of staff'),
      jwksUri: z.url().describe('its public keys'),
      audience: z.string().describe('what those tokens must name as audience'),
    })
    .optional()
    .describe('NHS CIS2; absent: patient-based routing (mode C) is not offered'),
  directoryClient: z
    .object({
      tokenUrl: z.url().describe('token endpoint of the directory'),
      clientId: z.string().describe('this application there'),
      keyId: z.string().describe('`kid` of its public key'),
      keyFile: z.string().describe('file: private key that signs its assertions, PEM'),
      sdsApiKeyFile: z.string().describe('file: API key for SDS'),
    })
    .optional()
    .describe('how mode C asks PDS and SDS'),
  logLevel: z.string().default('info').describe('trace, debug, info, warn or error'),
});
export type GatewayServiceSettings = z.infer<typeof gatewayServiceSettings>;

/**
 * Opens what the settings name and starts the gateway; closing it closes all of it.
 * @throws ConfigurationError for files that cannot be read or hold no key or certificate
 */
export async function openGateway(
  settings: GatewayServiceSettings,
  { logger = createLogger({ name: 'gateway', level: settings.logLevel }) }: { logger?: Logger } = {},
): Promise<Gateway> {
  const identity = identityOf(settings);
  const patientBased = patientBasedOf(settings);
  const { audit: log } = settings;
  const keys = openKeyStore({ folder: log.keyFolder, origin: log.origin, kek: fileKek(log.kekFile) });
  const audit = await AuditLog.open({
    folder: log.folder,
    keys,
    software: `gp-connect gateway ${settings.version}`,
    onAlert: (alert) => logger.error({ alert: alert.kind }, 'audit alert'),
  });
  const directory = followDirectory({
    url: settings.directoryFeed,
    identity,
    trustSeconds: settings.directory.trustSeconds,
    clock: () => performance.now(),
    logger,
  });
  try {
    await directory.ready;
    return await startGateway(settings, {
      identity,
      audit,
      directory,
      logger,
      policyText: () =>
        policyText({
          logs: keys.signers().map((signer) => ({ vkey: formatVkey(signer), url: log.publicUrl })),
          witnesses: [],
          groups: [],
          quorum: 'none',
        }),
      ...(settings.tls.revoked
        ? { revocations: openRevocations(settings.tls.revoked, { clock: Date.now }) }
        : {}),
      ...(patientBased ? { patientBased } : {}),
    });
  } catch (error) {
    await directory.close();
    await audit.shutdown();
    throw error;
  }
}

function identityOf({ tls }: GatewayServiceSettings): TlsIdentity {
  const files = readSettingFiles({ 'tls.key': tls.key, 'tls.cert': tls.cert, 'tls.ca': tls.ca });
  privateKey('tls.key', files['tls.key']);
  const certificate = x509('tls.cert', files['tls.cert']);
  x509('tls.ca', files['tls.ca']);
  return {
    key: files['tls.key'],
    cert: files['tls.cert'],
    ca: files['tls.ca'],
    commonName: /^CN=(.+)$/m.exec(certificate.subject)?.[1]?.toLowerCase() ?? '',
    serialNumber: certificate.serialNumber.toUpperCase(),
    expires: Date.parse(certificate.validTo),
  };
}

function patientBasedOf(settings: GatewayServiceSettings): GatewayDependencies['patientBased'] {
  const { cis2, directoryClient: client } = settings;
  if (!cis2) return undefined;
  const accessTokens = createAccessTokenVerifier({ ...cis2, clock: Date.now });
  if (!client) return { accessTokens };
  const files = readSettingFiles({
    'directoryClient.keyFile': client.keyFile,
    'directoryClient.sdsApiKeyFile': client.sdsApiKeyFile,
  });
  return {
    accessTokens,
    credentials: {
      tokenUrl: client.tokenUrl,
      clientId: client.clientId,
      keyId: client.keyId,
      key: privateKey('directoryClient.keyFile', files['directoryClient.keyFile']),
    },
    apiKey: files['directoryClient.sdsApiKeyFile'].trim(),
  };
}

function x509(setting: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw new ConfigurationError([`${setting}: the file holds no certificate in PEM`]);
  }
}

function privateKey(setting: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw new ConfigurationError([`${setting}: the file holds no private key in PEM`]);
  }
}
