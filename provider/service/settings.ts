// Settings of a provider deployment.
import { z } from 'zod';

const address = (port: number) =>
  z
    .strictObject({
      host: z.string().default('127.0.0.1').describe('Address to listen on'),
      port: z.number().int().min(0).max(65535).default(port).describe('Port to listen on'),
    })
    .prefault({});

const segment = (value: string) =>
  z
    .string()
    .regex(/^[A-Za-z0-9/_-]+$/, 'letters, digits, - _ and / only')
    .default(value);

export const providerSettings = z.strictObject({
  listen: address(8420),
  operations: address(8460).describe('Health and metrics, for the machine itself'),
  administration: address(8470).describe('Import of records, for the machine itself'),
  practice: address(8480).describe(
    'The inbox for the practices’ own users, where it is composed; TLS unless it is the machine itself',
  ),
  publicOrigin: z.string().url().describe('https://host:port as registered in SDS, without a path'),
  database: z.string().default('embedded:.data/provider').describe('postgres://… or embedded:{folder}'),
  messageKeyFile: z
    .string()
    .default('.data/keys/provider-messages')
    .describe('File: key that seals kept messages (64 hex digits, made if absent); apart from the database'),
  earlierMessageKeyFiles: z
    .array(z.string())
    .default([])
    .describe('Files: keys of before a rotation; they only open'),
  audit: z.strictObject({
    folder: z.string().describe('Folder of the practice audit logs'),
    keyFolder: z.string().describe('Folder of the audit keys; never inside the log folder'),
    origin: z
      .string()
      .default('audit.provider.example/practice')
      .describe('Origin of the logs, without the practice'),
  }),
  tls: z.strictObject({
    key: z.string().describe('File: private key, PEM'),
    cert: z.string().describe('File: certificate chain, PEM'),
    ca: z.string().describe('File: trusted authorities, PEM'),
    revoked: z.string().optional().describe('File: serial numbers of revoked certificates, JSON'),
  }),
  proxyNames: z
    .array(z.string())
    .min(1)
    .describe('Common names of the national proxy, the only clients let in'),
  administrationToken: z.string().describe('File: bearer token of the administration listener'),
  segments: z
    .strictObject({
      foundations: segment('gpconnect'),
      structured: segment('gpconnect/structured'),
      documents: segment('gpconnect/documents'),
    })
    .prefault({})
    .describe('Routing segments of the service roots'),
  software: z
    .strictObject({
      name: z.string().default('gp-connect provider'),
      version: z.string().default('0.1.0'),
      releaseDate: z.string().default('2026-11-01'),
      publisher: z.string().default('gp-connect'),
    })
    .prefault({}),
  specVersion: z
    .strictObject({
      foundations: z.string().default('1.6.2'),
      structured: z.string().default('1.6.2'),
      documents: z.string().default('1.6.2'),
    })
    .prefault({})
    .describe('GP Connect versions the capability statements declare'),
  filterSignificance: z.boolean().default(true).describe('Serve the 1.5 problem filter to 1.5 consumers'),
  strictAudience: z.boolean().default(false).describe('Refuse tokens whose aud is not the service root'),
  deceasedAccessDays: z
    .number()
    .int()
    .min(0)
    .default(28)
    .describe('Days documents stay readable after a death'),
  recall: z
    .strictObject({
      operatorNames: z
        .array(z.string())
        .min(1)
        .describe('Common names of the national recall service, the only clients that may send orders'),
      orderKey: z.string().describe('File: public key (Ed25519, PEM) orders are signed with'),
    })
    .optional()
    .describe('Orders of the national recall service; absent: none are taken'),
  rulePacks: z
    .strictObject({
      verificationKey: z
        .string()
        .describe('File: public key (Ed25519, PEM) national rule packs are signed with'),
    })
    .optional()
    .describe('National rule packs loaded while running; absent: the one that came with the program stands'),
  logLevel: z.string().default('info'),
});

export type ProviderSettings = z.infer<typeof providerSettings>;
