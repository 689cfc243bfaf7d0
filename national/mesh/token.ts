// The authentication token of a mailbox: reading it and checking its hash and time. spec: mesh §2
import { createHmac, timingSafeEqual } from 'node:crypto';
import { MeshFault } from './errors.ts';

export interface MeshToken {
  readonly mailboxId: string;
  readonly nonce: string;
  readonly nonceCount: string;
  /** `yyyyMMddHHmm`, UTC. */
  readonly timestamp: string;
  /** 64 hex digits as they came. */
  readonly hash: string;
}

const SCHEME = 'NHSMESH ';
const LONGEST = 1000;
const TIMESTAMP = /^[1-9]\d{3}(0[1-9]|1[0-2])([0-2]\d|3[01])([01]\d|2[0-3])[0-5]\d$/;
const HASH = /^[0-9a-f]{64}$/i;

/** Takes `Authorization` apart. @throws MeshFault `authorizationUnreadable` */
export function readToken(header: string | undefined): MeshToken {
  const parts = header?.startsWith(SCHEME) ? header.slice(SCHEME.length).split(':') : [];
  const [mailboxId, nonce, nonceCount, timestamp, hash] = parts;
  const readable =
    (header?.length ?? 0) <= LONGEST &&
    parts.length === 5 &&
    mailboxId &&
    !/\s/.test(mailboxId) &&
    nonce &&
    /^\d{1,20}$/.test(nonceCount ?? '');
  if (!readable) throw new MeshFault('authorizationUnreadable');
  return { mailboxId, nonce, nonceCount: nonceCount!, timestamp: timestamp!, hash: hash! };
}

/** The hash of a token in lower-case hex; the password takes part in it and is never sent. */
export function tokenHash(token: Omit<MeshToken, 'hash'>, password: string, sharedKey: string): string {
  const { mailboxId, nonce, nonceCount, timestamp } = token;
  return createHmac('sha256', sharedKey)
    .update(`${mailboxId}:${nonce}:${nonceCount}:${password}:${timestamp}`)
    .digest('hex');
}

/** True where the hash is right (compared in constant time) and the time within the window, in minutes. */
export function isTokenValid(
  token: MeshToken,
  secrets: { password: string; sharedKey: string },
  { now, windowMinutes }: { now: number; windowMinutes: number },
): boolean {
  const expected = Buffer.from(tokenHash(token, secrets.password, secrets.sharedKey), 'hex');
  const given = HASH.test(token.hash) ? Buffer.from(token.hash, 'hex') : Buffer.alloc(expected.length);
  const hashRight = timingSafeEqual(expected, given) && HASH.test(token.hash);
  const minute = minuteOf(token.timestamp);
  const inTime = minute !== null && Math.abs(Math.floor(now / 60_000) - minute) <= windowMinutes;
  return hashRight && inTime;
}

/** Minutes since 1970 of a token's timestamp; null where it is no real date. */
function minuteOf(timestamp: string): number | null {
  if (!TIMESTAMP.test(timestamp)) return null;
  const part = (from: number, to: number) => Number(timestamp.slice(from, to));
  const date = new Date(Date.UTC(part(0, 4), part(4, 6) - 1, part(6, 8), part(8, 10), part(10, 12)));
  if (date.getUTCDate() !== part(6, 8)) return null;
  return date.getTime() / 60_000;
}
