// Settings of the directory, with what each means. spec: foundations §16, §17; national-service RTE-06
import { z } from 'zod';

const port = z.number().int().min(0).max(65535);
const client = z.strictObject({
  id: z.string().min(1).describe('Key of the application: iss and sub of its assertions'),
  jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string() })) }).describe('Its public keys'),
  severalOrganisations: z.boolean().default(false).describe('Must name the organisation of each user'),
});

const auditLog = z.strictObject({
  folder: z.string().describe('Folder of the log'),
  keyFolder: z.string().describe('Folder of its keys; never inside the log folder'),
  kekFile: z.string().describe('File: key-encryption key, 64 hex digits; made where missing'),
  origin: z.string().describe('Origin of the log, e.g. audit.gpconnect.example/log/operator-01'),
});

export const directorySettings = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on'),
  port: port.default(8420).describe('SDS, PDS, tokens, change feed and operator API (HTTPS)'),
  operationsPort: port.default(8421).describe('Health and metrics, on 127.0.0.1 only (HTTP)'),
  publicUrl: z
    .url()
    .transform((url) => url.replace(/\/+$/, ''))
    .optional()
    .describe('Origin in links and as audience of assertions; otherwise that of the request'),
  databaseUrl: z
    .string()
    .optional()
    .describe('postgres://… for real use; otherwise an embedded database in the data folder'),
  dataFolder: z.string().default('.data/directory').describe('Folder of the embedded database'),
  databaseConnections: z.number().int().min(1).max(200).default(10).describe('Connections to PostgreSQL'),
  tls: z
    .strictObject({
      keyFile: z.string().describe('Private key, PEM'),
      certificateFile: z.string().describe('Certificate with its intermediates, PEM'),
      caFile: z.string().describe('Authorities that issue client certificates, PEM'),
      revokedFile: z.string().optional().describe('List of revoked certificates, JSON'),
    })
    .optional()
    .describe('TLS files; absent where the starting program hands over TLS options'),
  apiKeys: z.array(z.string().min(8)).default([]).describe('Keys that may ask SDS; none: nobody may'),
  pdsClients: z
    .array(client)
    .default([])
    .describe('Applications that may ask for application-restricted tokens'),
  tokenSecret: z
    .string()
    .min(32)
    .optional()
    .describe('Signs application-restricted tokens; the same at every replica; otherwise new at each start'),
  cis2: z
    .strictObject({
      issuer: z.url().describe('Issuer of the access tokens of staff'),
      jwksUri: z.url().describe('Its public keys'),
      audience: z.string().describe('What those tokens must name as audience'),
    })
    .optional()
    .describe('NHS CIS2, for healthcare-worker access and the operator API; absent: neither is offered'),
  recall: z
    .strictObject({
      tls: z
        .strictObject({
          keyFile: z.string().describe('Private key, PEM'),
          certificateFile: z.string().describe('Client certificate, PEM; practices let in its name alone'),
          caFile: z.string().describe('Authorities that issue the certificates of GP systems, PEM'),
        })
        .describe('How recall shows itself to GP systems and to MESH'),
      orderKeyFile: z.string().describe('File: private key (Ed25519, PEM) that signs orders'),
      hosts: z
        .record(z.string(), z.string())
        .default({})
        .describe('registered host[:port] → host:port really connected to, where there is no DNS for it'),
      audit: auditLog.describe("The operator's own audit log: every step of a recall"),
      meshUrl: z.url().optional().describe('Origin of MESH, where messages are paused; absent: not offered'),
      meshAudit: auditLog
        .optional()
        .describe("MESH's audit log, read for who received which messages; absent: nobody is listed"),
    })
    .optional()
    .describe('Recall of miscoded entries (operator API); absent: not offered'),
  feedReaders: z
    .array(z.string())
    .default([])
    .describe('Common names of certificates that may read the change feed; none: nobody may'),
  sdsRequestsPerMinute: z.number().int().min(0).default(0).describe('For each key; 0: no limit'),
  pdsRequestsPerSecond: z.number().int().min(0).default(0).describe('For each application; 0: no limit'),
  refreshMs: z
    .number()
    .int()
    .min(50)
    .max(5000)
    .default(1000)
    .describe('Between looks for changes in the database'),
  trustMs: z
    .number()
    .int()
    .min(1000)
    .default(300_000)
    .describe('Longest use of a snapshot without confirming it'),
  storeTimeoutMs: z
    .number()
    .int()
    .min(50)
    .default(3000)
    .describe('Database silent for so long: SDS 504, PDS 408'),
  longPollMs: z
    .number()
    .int()
    .min(10)
    .max(25_000)
    .default(25_000)
    .describe('How long an unchanged feed waits'),
});
export type DirectorySettings = z.infer<typeof directorySettings>;
