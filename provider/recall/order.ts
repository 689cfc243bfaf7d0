// An order of the national layer: signed by it, for one practice, one step of one recall. spec: national-service INC-01
import type { KeyObject } from 'node:crypto';
import { compactVerify } from 'jose';
import { z } from 'zod';
import { RecallRefusal } from './refusal.ts';
import { resolvedSelector } from './selector.ts';

export const recallSteps = [
  'dry-run',
  'flag-for-review',
  'quarantine',
  'correct',
  'release',
  'progress',
  'exposure',
  'notify-senders',
] as const;
export type RecallStep = (typeof recallSteps)[number];

/**
 * Steps of which the later run decides: orders travel side by side, and a late one must not undo the newer one's work.
 * All others come to the same in any order.
 */
export const opposites: Readonly<Partial<Record<RecallStep, RecallStep>>> = {
  quarantine: 'release',
  release: 'quarantine',
};

const id = z.string().regex(/^[A-Za-z0-9-]{1,64}$/);

const order = z.strictObject({
  recall: id,
  run: z.number().int().min(1),
  step: z.enum(recallSteps),
  practice: z.string().regex(/^[A-Z0-9]{3,12}$/),
  asAt: z.iso.datetime(),
  selector: resolvedSelector,
  /** For `correct`: what the author says is right. It waits for the practice's clinician (INC-08). */
  proposal: z
    .strictObject({
      code: z.string().regex(/^\d{6,18}$/),
      display: z.string().min(1).max(300),
    })
    .optional(),
  /** For `quarantine`: reference of the recorded safety decision (INC-08). */
  safetyDecision: z.string().min(1).max(100).optional(),
  /** For `notify-senders`: what the recall is about, in words for the senders. */
  title: z.string().min(1).max(200).optional(),
  iat: z.number().int(),
  exp: z.number().int(),
});
export type RecallOrder = z.infer<typeof order>;

/**
 * Checks signature and time of a compact JWS and reads the order in it.
 * @throws RecallRefusal 403 for the signature or the time, 422 for what it says
 */
export async function readOrder(
  jws: string,
  { key, clock }: { key: KeyObject; clock: () => number },
): Promise<RecallOrder> {
  const verified = await compactVerify(jws, key, { algorithms: ['EdDSA'] }).catch(() => {
    throw new RecallRefusal(403, 'bad-signature', 'The order is not signed by the national service');
  });
  let claims: unknown;
  try {
    claims = JSON.parse(new TextDecoder().decode(verified.payload));
  } catch {
    claims = undefined;
  }
  const parsed = order.safeParse(claims);
  if (!parsed.success) {
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'order').join(', ');
    throw new RecallRefusal(422, 'bad-order', `The order is not complete: ${where}`);
  }
  const now = clock() / 1000;
  if (parsed.data.exp < now || parsed.data.iat > now + 300)
    throw new RecallRefusal(403, 'out-of-time', 'The order is not valid at this time');
  if (parsed.data.step === 'quarantine' && !parsed.data.safetyDecision)
    throw new RecallRefusal(422, 'bad-order', 'A quarantine needs its safety decision');
  if (parsed.data.step === 'correct' && !parsed.data.proposal)
    throw new RecallRefusal(422, 'bad-order', 'A correction needs the corrected value');
  return parsed.data;
}

/**
 * What an order asks for, without when it was signed: the same run signed again is the same order. `jws` was verified
 * when it was kept.
 */
export function substanceOf(jws: string): string {
  const payload = Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString('utf8');
  const { iat: _iat, exp: _exp, ...asked } = order.parse(JSON.parse(payload));
  return JSON.stringify(asked);
}
