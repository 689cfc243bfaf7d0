// The token of one attempt; the password is in its hash and never in it. spec: mesh §2
import { createHmac, randomUUID } from 'node:crypto';

export interface MailboxSecrets {
  readonly mailboxId: string;
  readonly password: string;
  /** Shared key of the environment. */
  readonly sharedKey: string;
}

/** The value of `Authorization` for one attempt: give a nonce only to reproduce a known example. */
export function authorization(
  { mailboxId, password, sharedKey }: MailboxSecrets,
  { now, nonce = randomUUID(), nonceCount = 0 }: { now: number; nonce?: string; nonceCount?: number },
): string {
  const timestamp = new Date(now).toISOString().replace(/\D/g, '').slice(0, 12);
  const hash = createHmac('sha256', sharedKey)
    .update(`${mailboxId}:${nonce}:${nonceCount}:${password}:${timestamp}`)
    .digest('hex');
  return `NHSMESH ${mailboxId}:${nonce}:${nonceCount}:${timestamp}:${hash}`;
}
