// What the recall routes are sent. Free text may hold no NHS number: nothing about a patient belongs here.
// spec: national-service INC-02, INC-07, INC-14, §21 row 50
import { z } from 'zod';
import { Problem } from '../../policy/index.ts';
import { hasNoNhsNumber } from './provider-answer.ts';

const words = (most: number) =>
  z.string().trim().min(1).max(most).refine(hasNoNhsNumber, 'must not hold an NHS number');
const intake = z.strictObject({
  reportedBy: words(200),
  hazard: words(1000),
  severity: z.number().int().min(1).max(5),
  clinicalSafety: z.boolean(),
  informationGovernance: z.boolean(),
  multiSite: z.boolean().default(false),
});

export const newRecallBody = z.strictObject({
  title: words(200),
  case: intake.optional(),
  selector: z.unknown(),
});
export const changeBody = z.strictObject({
  title: words(200).optional(),
  case: intake.optional(),
  selector: z.unknown().optional(),
});
export const dryRunBody = z.strictObject({ asAt: z.iso.datetime().optional() });
export const signOffBody = z.strictObject({
  kind: z.enum(['quarantine', 'residual', 'closure']),
  reference: words(100),
  statement: words(2000),
});
export const issueBody = z.strictObject({
  actions: z
    .array(z.enum(['flag-for-review', 'quarantine', 'correct', 'mark-entered-in-error', 'confirm-correct']))
    .min(1)
    .max(5)
    .refine((actions) => new Set(actions).size === actions.length, 'an action stands twice'),
  proposal: z.strictObject({ code: z.string().regex(/^\d{6,18}$/), display: words(300) }).optional(),
});
export const containBody = z.strictObject({
  /** Messages of inbound directions: refused, or taken and held (UPD-07). */
  mode: z.enum(['refuse', 'queue']).default('refuse'),
  /** Holds the product at every practice that received messages in scope, besides the pause. */
  hold: z.boolean().default(false),
  /** A selector without a sender stops everybody's messages of the product: that must be meant. */
  everySender: z.boolean().default(false),
  reason: words(400),
});
export const liftBody = z.strictObject({
  reason: words(400),
  /** What becomes of messages that were held. */
  messages: z.enum(['release', 'return']).default('release'),
});
export const reasonBody = z.strictObject({ reason: words(500) });
export const closeBody = z.strictObject({
  lessons: words(4000),
  /** The change of the rule pack that came out of it, or why none is needed. */
  rulePack: words(500),
});

/** @throws Problem 400 for no JSON, 422 with one entry for each field that will not do */
export function parseBody<Schema extends z.ZodType>(schema: Schema, text: unknown): z.infer<Schema> {
  let value: unknown;
  try {
    value = JSON.parse(typeof text === 'string' && text !== '' ? text : '{}');
  } catch {
    throw new Problem(400, 'The body is not JSON');
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const errors = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.') || 'body',
    message: issue.message,
  }));
  throw new Problem(422, 'The request is not complete', {}, errors);
}
