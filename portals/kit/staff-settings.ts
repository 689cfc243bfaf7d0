// Settings every portal for staff has: where it listens, whom it trusts to sign people in, how long sessions last.
import { z } from 'zod';

const port = z.number().int().min(0).max(65_535);

export const httpsUrl = z
  .string()
  .regex(/^https:\/\/[^\s/]+(\/\S*[^\s/])?$/, 'an https address without trailing slash');

export const staffPortalSettings = {
  host: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('address to listen on; TLS for browsers ends in front'),
  port: port.default(0).describe('port to listen on; 0 for any free one'),
  operationsPort: port.default(0).describe('port of /health and /metrics, on the machine itself only'),
  publicUrl: z
    .string()
    .regex(/^https?:\/\/[^\s/]+$/, 'an address without a path')
    .describe('address in the browser, e.g. https://clinician.example'),
  issuer: z.string().min(1).describe('OpenID Connect issuer of staff identities (CIS2)'),
  clientId: z.string().min(1).describe('client id at the issuer'),
  clientSecret: z.string().min(16).describe('client secret at the issuer'),
  scopes: z
    .array(z.string().min(1))
    .default(['openid', 'profile', 'nhsperson', 'nationalrbacaccess', 'nhs-cis2-aal3'])
    .describe('scopes to ask the issuer for'),
  audience: z.string().min(1).describe('resource the access token is for (RFC 8707)'),
  sessionSecretFile: z
    .string()
    .min(1)
    .describe('file with the secret of the session cookies; made if absent'),
  sessionIdleMinutes: z.number().positive().max(60).default(30).describe('unused, a session ends after'),
  mostSessions: z.number().int().positive().default(2_000).describe('sessions at a time'),
};

export const tlsFiles = z.object({
  key: z.string().min(1).describe('private key of the product, PEM file'),
  cert: z.string().min(1).describe('certificate chain of the product, PEM file'),
  ca: z.string().min(1).describe('authorities the services behind are trusted by, PEM file'),
});

/** Patients are found on PDS, practices on SDS. */
export const directorySettings = {
  pds: httpsUrl.describe('base address of PDS FHIR'),
  sds: httpsUrl.describe('base address of SDS FHIR'),
  sdsApiKey: z.string().min(1).describe('API key for SDS'),
};

const _all = z.object(staffPortalSettings);
export type StaffPortalSettings = z.infer<typeof _all>;
