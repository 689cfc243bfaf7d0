// Settings of MESH, with what each means; every choice of the contract that is ours can be switched. spec: mesh §10
import { z } from 'zod';

const port = z.number().int().min(0).max(65535);
const share = z.number().min(0).max(1).default(0);

export const meshSettings = z.strictObject({
  host: z.string().default('127.0.0.1').describe('Address to listen on'),
  port: port.default(8450).describe('The MESH API (HTTPS)'),
  operationsPort: port.default(8451).describe('Health and metrics, on 127.0.0.1 only (HTTP)'),
  environment: z.string().default('local').describe('Name of the environment in the answer to _ping'),
  databaseUrl: z
    .string()
    .optional()
    .describe('postgres://… for real use; otherwise an embedded database in the data folder'),
  databaseConnections: z.number().int().min(1).max(200).default(10).describe('Connections to PostgreSQL'),
  dataFolder: z.string().default('.data/mesh').describe('Folder of the embedded database'),
  payloadFolder: z.string().default('.data/mesh-payloads').describe('Folder of the encrypted payloads'),
  payloadBucket: z
    .strictObject({
      bucketUrl: z.url().describe('Address of the bucket, https://host/bucket'),
      region: z.string().default('eu-west-2').describe('Region requests are signed for'),
      accessKeyId: z.string().describe('Access key'),
      secretAccessKey: z.string().describe('Secret of the access key'),
    })
    .optional()
    .describe('S3-compatible storage for payloads in place of the folder'),
  keyFile: z
    .string()
    .default('.data/keys/mesh-kek')
    .describe('Key-encryption key, 64 hex digits; made at first start. Never in the payload folder'),
  earlierKeyFiles: z
    .array(z.string())
    .default([])
    .describe('Earlier key-encryption keys, for messages still waiting after a change of key'),
  tls: z
    .strictObject({
      keyFile: z.string().describe('Private key, PEM'),
      certificateFile: z.string().describe('Certificate with its intermediates, PEM'),
      caFile: z.string().describe('Authorities that issue client certificates, PEM'),
      revokedFile: z.string().optional().describe('List of revoked certificates, JSON'),
    })
    .optional()
    .describe('TLS files; absent where the starting program hands over TLS options'),
  network: z
    .enum(['internet', 'hscn'])
    .default('internet')
    .describe('A missing or wrong client certificate: internet drops the connection, hscn answers 400'),
  certificateNames: z
    .enum(['mesh-client', 'any'])
    .default('mesh-client')
    .describe('mesh-client: the common name must be {local id}.{ods}.api.mesh-client.nhs.uk'),
  sharedKey: z.string().min(1).describe('Shared key of the environment, part of every token'),
  authentication: z
    .enum(['full', 'canned', 'none'])
    .default('full')
    .describe('full checks tokens; canned lets only nonce VALID pass; none checks nothing (sandbox only)'),
  tokenWindowMinutes: z.number().int().min(1).default(120).describe('How far a token may be off, both ways'),
  replayProtection: z.boolean().default(true).describe('Refuse a token that was seen before'),
  replayHours: z.number().min(4).default(4.5).describe('How long seen tokens are remembered'),
  maxChunkBytes: z
    .number()
    .int()
    .min(1)
    .default(100_000_000)
    .describe('Largest body of one request, in bytes as sent'),
  maxMessageBytes: z
    .number()
    .min(1)
    .default(100_000_000_000)
    .describe('Largest message, all chunks together'),
  uploadMinutes: z.number().min(1).max(20).default(10).describe('Longest time for one request'),
  pageSize: z.number().int().min(10).max(5000).default(500).describe('Inbox page where none is asked for'),
  expiryDays: z
    .number()
    .positive()
    .default(5)
    .describe('Uncollected for so long: undeliverable, with a report'),
  uploadDays: z.number().positive().default(5).describe('An upload not finished in so long is discarded'),
  removalDays: z
    .number()
    .positive()
    .default(30)
    .describe('Listing and tracking data is kept so long after a message ended'),
  sweepSeconds: z.number().positive().default(60).describe('Between looks for what has expired'),
  orphanMinutes: z
    .number()
    .min(30)
    .default(60)
    .describe('A stored payload without message, older than this, is what an interrupted send left: removed'),
  routingDelayMs: z.number().min(0).default(0).describe('Wait before a GPPROVIDER address is resolved'),
  routingRetryMs: z.number().min(10).default(5000).describe('Wait after the patient could not be looked up'),
  workflowRights: z
    .boolean()
    .default(true)
    .describe('Check that the mailboxes may send and receive the workflow'),
  gzipDownloads: z
    .boolean()
    .default(false)
    .describe('Compress payloads sent uncompressed for clients of version 2 that take gzip'),
  lenient: z
    .boolean()
    .default(false)
    .describe('Sandbox: keep payloads and serve acknowledged messages again instead of 410'),
  operatorCertificates: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'Common names of certificates that may pause messages and see what is under way; none: nobody may',
    ),
  cis2: z
    .strictObject({
      issuer: z.url().describe('Issuer of the access tokens of staff'),
      jwksUri: z.url().describe('Its public keys'),
      audience: z.string().describe('What those tokens must name as audience'),
    })
    .optional()
    .describe('NHS CIS2, for operators whose token goes along with the certificate of their system'),
  administration: z
    .boolean()
    .default(false)
    .describe('Offer the test-only /admin calls; never in production'),
  faults: z
    .strictObject({
      dropAnswer: share.describe('Share of sends accepted and then left without an answer'),
      tooMany: share.describe('Share of requests answered 429'),
      unavailable: share.describe('Share of requests answered 503'),
      slowChunkMs: z.number().min(0).default(0).describe('Pause before each chunk is served'),
      deliverAgain: share.describe('Share of acknowledgements forgotten, so that the message comes again'),
    })
    .prefault({})
    .describe('Faults made on purpose, for tests of clients'),
});
export type MeshSettings = z.infer<typeof meshSettings>;
