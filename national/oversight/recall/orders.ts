// Signs orders: a compact JWS (EdDSA) for one practice and one step. spec: national-service INC-01
import type { KeyObject } from 'node:crypto';
import { CompactSign } from 'jose';
import type { RecallCase } from './cases.ts';
import type { RecallRun } from './runs.ts';

/** An order is made anew for each attempt, and may be used for this long. */
const VALID_SECONDS = 3600;

/** The order of a run for one practice. @throws where the key is not Ed25519 */
export function signOrder(
  key: KeyObject,
  { recall, run, step, asAt, parts }: RecallRun,
  { resolved }: Pick<RecallCase, 'resolved'>,
  practice: string,
  now: number,
): Promise<string> {
  const iat = Math.floor(now / 1000);
  const order = {
    recall,
    run,
    step,
    practice,
    asAt,
    selector: resolved,
    ...parts,
    iat,
    exp: iat + VALID_SECONDS,
  };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(order)))
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(key);
}
