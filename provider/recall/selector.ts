// Which received entries a recall is about, as the national layer sends it: codes already worked out of any expression.
// spec: national-service INC-03
import { versionInRange } from '@gp-connect/foundation/nhs';
import { z } from 'zod';

export const entryStates = ['pending', 'filed', 'amended', 'rejected'] as const;
export type EntryState = (typeof entryStates)[number];

/** Never ten digits alone: that would be an NHS number. */
const ods = z.string().regex(/^(?!\d{10}$)[A-Z0-9]{3,12}$/);
const instant = z.iso.datetime({ offset: true });
const word = z.string().min(1).max(100);

export const resolvedSelector = z.strictObject({
  direction: z.enum(['inbound-update', 'inbound-document']),
  product: word,
  services: z.array(word).max(50).default([]),
  senderOds: z.array(ods).max(20_000).default([]),
  senderProduct: z.strictObject({ name: word, versionRange: z.string().min(1).max(200) }).optional(),
  codes: z
    .array(z.string().regex(/^\d{6,18}$/))
    .max(20_000)
    .default([]),
  fields: z.array(word).max(50).default([]),
  valuePredicate: z
    .strictObject({ comparator: z.enum(['lt', 'le', 'eq', 'ge', 'gt']), value: z.number() })
    .optional(),
  sentFrom: instant,
  sentTo: instant,
  messageIds: z.array(word).max(20_000).default([]),
  entryState: z
    .array(z.enum(entryStates))
    .min(1)
    .max(4)
    .default([...entryStates]),
});
export type ResolvedSelector = z.infer<typeof resolvedSelector>;

const dotted = /^v?(\d{1,6}(?:\.\d{1,6}){0,3})(?:[-+ ].*)?$/i;

/**
 * Whether a version lies in the range: its dotted number counts, `v3.1.2-beta` is 3.1.2, so that no build of a version
 * escapes a recall. What begins with no dotted number lies in none.
 */
export function versionIn(range: string, given: string): boolean {
  const version = dotted.exec(given)?.[1];
  return version !== undefined && versionInRange(version, range);
}
