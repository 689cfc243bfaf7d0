// What a provider may answer an order with: counts. Anything else, and anything that looks like an NHS number, is refused
// at this edge and goes no further. spec: national-service INC-01
import { isNhsNumber } from '@gp-connect/foundation/nhs';
import { z } from 'zod';
import { odsCode } from './selector.ts';

const count = z.number().int().min(0).max(100_000_000);
const state = z.string().regex(/^[a-z-]{1,40}$/);

export const providerAnswer = z.strictObject({
  recall: z.string().max(64),
  practice: odsCode,
  run: z.number().int(),
  step: z.string().max(40),
  asAt: z.iso.datetime(),
  counts: z.array(z.strictObject({ sender: odsCode, state, count })).max(100_000),
  oldestOpen: z.iso.date().nullish(),
  reads: z
    .array(
      z.strictObject({
        organisation: odsCode,
        name: z.string().max(200).refine(hasNoNhsNumber),
        product: z.string().regex(/^[a-z-]{1,40}$/),
        reads: count,
      }),
    )
    .max(100_000)
    .optional(),
});
export type ProviderAnswer = z.infer<typeof providerAnswer>;

/** False for a text with a valid NHS number in it, with or without spaces. */
export function hasNoNhsNumber(text: string): boolean {
  const numbers = text.matchAll(/(?<!\d)\d(?:[ -]?\d){9}(?!\d)/g);
  return ![...numbers].some(([found]) => isNhsNumber(found.replaceAll(/[ -]/g, '')));
}
