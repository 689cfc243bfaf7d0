// Every setting of the router, with its default and what it is for. spec: national-service RTE-20, RTE-24, VOL-08, AUD-02
import { z } from 'zod';

const limit = (perSecond: number, what: string) =>
  z
    .object({
      perSecond: z.number().positive().default(perSecond).describe(`requests a second of one ${what}`),
      burst: z
        .number()
        .int()
        .positive()
        .default(perSecond * 2)
        .describe(`requests at once of one ${what}`),
    })
    .prefault({});

const seconds = (value: number, description: string) =>
  z.number().positive().max(3600).default(value).describe(description);

const clientProduct = z.object({
  clientId: z.string().min(1).describe('client id in the access token'),
  supplierOds: z.string().min(1).describe('ODS code of the supplier, for the look-up of its ASID'),
  device: z.object({ system: z.string(), value: z.string(), model: z.string(), version: z.string() }),
  issuer: z.url().describe('URL of the product, the `iss` of tokens made for it'),
  localUserSystem: z.string().optional().describe("system of the product's own user ids"),
  profile: z.enum(['standard', 'cdg-0']).default('standard').describe('wording of errors in mode C'),
});

export const gatewaySettings = z.object({
  host: z.string().default('127.0.0.1').describe('address the front door listens on'),
  port: z.number().int().min(0).max(65535).default(8443).describe('port of the front door (mutual TLS)'),
  publicUrl: z
    .string()
    .regex(/^https:\/\/[^/?#]+$/)
    .default('https://localhost:8443')
    .describe('how clients reach the front door; rewritten URLs begin with it'),
  logHost: z.string().default('127.0.0.1').describe('address the public log listens on'),
  logPort: z
    .number()
    .int()
    .min(0)
    .max(65535)
    .default(8444)
    .describe('port of the public log (plain HTTP, static)'),
  operationsHost: z.string().default('127.0.0.1').describe('address of health and metrics'),
  operationsPort: z.number().int().min(0).max(65535).default(8445).describe('port of health and metrics'),
  version: z.string().default('unknown').describe('what /health calls the version: {build date}.{commit}'),
  strictTraceIds: z.boolean().default(false).describe('refuse an Ssp-TraceID that is not a UUID'),
  maxConnections: z.number().int().positive().default(10_000).describe('client connections at the same time'),
  maxHeaderBytes: z
    .number()
    .int()
    .min(4096)
    .max(24_576)
    .default(24_576)
    .describe('longest head of a request, target and headers together'),
  headSeconds: seconds(30, 'time to send the head of a request'),
  stallSeconds: seconds(60, 'longest time a client may neither send nor read what is due'),
  keepAliveSeconds: seconds(72, 'how long an idle client connection is kept'),
  shutdownSeconds: seconds(20, 'time requests under way get to finish at shutdown'),
  firstByteSeconds: z
    .record(z.string(), z.number().positive())
    .default({})
    .describe('interaction id → seconds to wait for the first byte, where other than the catalogue says'),
  provider: z
    .object({
      connections: z.number().int().positive().default(128).describe('connections to one provider origin'),
      outstanding: z
        .number()
        .int()
        .positive()
        .default(2000)
        .describe('requests under way or waiting for one provider origin; above it 503'),
      connectSeconds: seconds(5, 'time to connect to a provider'),
      betweenBytesSeconds: seconds(60, "longest silence within a provider's answer"),
      hosts: z
        .record(z.string(), z.string())
        .default({})
        .describe('registered host[:port] → host:port really connected to, where there is no DNS for it'),
    })
    .prefault({}),
  limits: z
    .object({
      product: limit(50, 'ASID'),
      organisation: limit(20, 'requesting organisation'),
      user: limit(2, 'user'),
      practice: limit(20, 'practice'),
    })
    .prefault({}),
  directory: z
    .object({
      trustSeconds: seconds(300, 'how long the snapshot is trusted without contact'),
      pdsUrl: z.string().default('').describe('base of the PDS FHIR API'),
      sdsUrl: z.string().default('').describe('base of the SDS FHIR API'),
      pdsSeconds: seconds(5, 'time PDS gets to answer'),
      sdsSeconds: seconds(5, 'time SDS gets to answer'),
      foreign: z
        .boolean()
        .default(false)
        .describe('the SDS is not our own: no cache, an unexpected empty answer is asked for once more'),
    })
    .prefault({}),
  patientBased: z
    .object({
      requireCertificate: z
        .boolean()
        .default(true)
        .describe('mode C needs a client certificate besides the token'),
      maxBodyBytes: z.number().int().positive().default(1_048_576).describe('longest body in mode C'),
      products: z.array(clientProduct).default([]).describe('consumer products that may use mode C'),
    })
    .prefault({}),
});

export type GatewaySettings = z.infer<typeof gatewaySettings>;
export type ClientProduct = z.infer<typeof clientProduct>;
