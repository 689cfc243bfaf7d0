// Settings of the clinician portal.
import { z } from 'zod';
import { directorySettings, httpsUrl, staffPortalSettings, tlsFiles } from '../kit/index.ts';

export const clinicianSettings = z.object({
  ...staffPortalSettings,
  gateway: httpsUrl.describe('base address of the national gateway'),
  ...directorySettings,
  tls: tlsFiles.describe('TLS identity towards the national services'),
  recordIdleMinutes: z
    .number()
    .positive()
    .max(30)
    .default(10)
    .describe('unlooked at, a record is dropped after'),
  largestRecordMegabytes: z.number().positive().max(256).default(48).describe('longest answer taken'),
  largestTotalMegabytes: z
    .number()
    .positive()
    .default(384)
    .describe('records held at a time, by size of answer'),
  recordTimeoutSeconds: z
    .number()
    .positive()
    .max(600)
    .default(130)
    .describe('longest wait for a whole record'),
});

export type ClinicianSettings = z.infer<typeof clinicianSettings>;
