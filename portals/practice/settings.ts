// Settings of the practice portal.
import { z } from 'zod';
import { httpsUrl, staffPortalSettings } from '../kit/index.ts';

const odsCode = z.string().regex(/^[A-Z0-9]{3,10}$/, 'an ODS code');
const loopbackUrl = z.string().regex(/^http:\/\/(127\.0\.0\.1|localhost)(:\d+)?(\/\S*[^\s/])?$/);

export const practiceSettings = z.object({
  ...staffPortalSettings,
  inboxes: z
    .record(odsCode, z.union([httpsUrl, loopbackUrl]))
    .refine((inboxes) => Object.keys(inboxes).length > 0, 'at least one practice')
    .describe(
      'practices served: ODS code to base address of the inbox API of its GP system, https, or http on the machine itself',
    ),
  inboxCa: z
    .string()
    .min(1)
    .optional()
    .describe('authorities the inbox APIs are trusted by, PEM file; the machine’s own if left out'),
  timeoutSeconds: z
    .number()
    .positive()
    .max(120)
    .default(30)
    .describe('longest wait for the practice’s system'),
});

export type PracticeSettings = z.infer<typeof practiceSettings>;
