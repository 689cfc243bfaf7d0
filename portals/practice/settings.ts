// Settings of the practice portal.
import { z } from 'zod';
import { httpsUrl, staffPortalSettings } from '../kit/index.ts';

const loopbackUrl = z.string().regex(/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/\S*[^\s/])?$/);

export const practiceSettings = z.object({
  ...staffPortalSettings,
  inbox: z
    .union([httpsUrl, loopbackUrl])
    .describe('base address of the practice inbox API: https, or http on the machine itself'),
  inboxCa: z
    .string()
    .min(1)
    .optional()
    .describe('authorities the practice inbox API is trusted by, PEM file; the machine’s own if left out'),
  timeoutSeconds: z
    .number()
    .positive()
    .max(120)
    .default(30)
    .describe('longest wait for the practice’s system'),
});

export type PracticeSettings = z.infer<typeof practiceSettings>;
