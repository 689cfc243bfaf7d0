// The selector of a recall: what it may say, and what of it is refused. spec: national-service INC-03, §21 row 50
import { versionRangeHint, versionRangePattern } from '@gp-connect/foundation/nhs';
import { z } from 'zod';
import { Problem } from '../../policy/index.ts';
import { type CodeSets, expandEcl } from './code-sets.ts';

export const entryStates = ['pending', 'filed', 'amended', 'rejected'] as const;

/** Never ten digits alone: that would be an NHS number. */
export const odsCode = z.string().regex(/^(?!\d{10}$)[A-Z0-9]{3,12}$/, 'an ODS code');
const instant = z.iso.datetime({ offset: true });
const word = z.string().min(1).max(100);
const sctid = z.string().regex(/^\d{6,18}$/, 'a SNOMED CT code');

const selector = z.strictObject({
  direction: z.enum(['inbound-update', 'inbound-document', 'outbound-read']),
  product: word,
  services: z.array(word).max(50).default([]),
  senderOds: z.array(odsCode).max(20_000).default([]),
  senderProduct: z
    .strictObject({
      name: word,
      versionRange: z.string().max(200).regex(versionRangePattern, versionRangeHint),
    })
    .optional(),
  codes: z.array(sctid).max(5000).default([]),
  ecl: z.string().min(1).max(2000).optional(),
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
    .default([...entryStates]),
});
/** As an operator writes it. */
export type RecallSelector = z.infer<typeof selector>;
/** As it is sent to providers: the expression worked out, so that all search for the same codes. */
export type ResolvedSelector = Omit<RecallSelector, 'ecl'>;

/** Codes one recall may be about once its expression is worked out. */
const MOST_CODES = 20_000;
const LONGEST_MONTHS = 24;

/** Products of each direction. `outbound-read`: what practices show; it can be contained, not searched for entries. */
const productsOf: Readonly<Record<RecallSelector['direction'], readonly string[]>> = {
  'inbound-update': ['update-record'],
  'inbound-document': ['send-document'],
  'outbound-read': ['ar-html', 'ar-structured', 'access-document', 'appointment-management'],
};
/** What narrows a recall; direction, product and period alone would be everything. */
const narrowing = ['services', 'senderOds', 'codes', 'fields', 'messageIds'] as const;

/**
 * Reads a selector, and works out its codes.
 * @throws Problem 422 with one entry for each field that will not do
 */
export async function parseSelector(
  value: unknown,
  codeSets: CodeSets,
): Promise<{ selector: RecallSelector; resolved: ResolvedSelector }> {
  const parsed = selector.safeParse(value);
  if (!parsed.success) {
    throw unusable(
      parsed.error.issues.map((issue) => ({
        field: ['selector', ...issue.path].join('.'),
        message: issue.message,
      })),
    );
  }
  const asked = parsed.data;
  const errors = [...structureErrors(asked)];
  const codes = new Set(asked.codes);
  for (const code of asked.codes) {
    if (!(await codeSets.isKnown(code)))
      errors.push({ field: 'selector.codes', message: `${code} is not known` });
  }
  if (asked.ecl !== undefined) {
    const expanded = await expandEcl(asked.ecl, codeSets);
    if ('error' in expanded) errors.push({ field: 'selector.ecl', message: expanded.error });
    else for (const code of expanded.codes) codes.add(code);
  }
  if (codes.size > MOST_CODES)
    errors.push({ field: 'selector.ecl', message: `names more than ${MOST_CODES} codes` });
  if (errors.length > 0) throw unusable(errors);
  const { ecl: _, ...rest } = asked;
  return { selector: asked, resolved: { ...rest, codes: [...codes].sort() } };
}

function* structureErrors(asked: RecallSelector) {
  const error = (field: string, message: string) => ({ field: `selector.${field}`, message });
  const isNarrow =
    narrowing.some((name) => asked[name].length > 0) ||
    asked.senderProduct !== undefined ||
    asked.ecl !== undefined ||
    asked.valuePredicate !== undefined;
  if (!isNarrow) yield { field: 'selector', message: 'names no sender, code, service, field or message' };
  const [from, to] = [new Date(asked.sentFrom), new Date(asked.sentTo)];
  if (from >= to) yield error('sentTo', 'must be after sentFrom');
  const latest = new Date(from);
  latest.setUTCMonth(latest.getUTCMonth() + LONGEST_MONTHS);
  if (to > latest) yield error('sentTo', `the period may not be longer than ${LONGEST_MONTHS} months`);
  const products = productsOf[asked.direction];
  if (!products.includes(asked.product))
    yield error('product', `must be ${products.join(' or ')} for ${asked.direction}`);
  if (asked.direction === 'outbound-read' && asked.senderOds.length === 0 && !asked.senderProduct)
    yield error('senderOds', 'reads are of practices: name them, or the system they run');
}

const unusable = (errors: { field: string; message: string }[]) =>
  new Problem(422, 'The selector is not usable', {}, errors);
