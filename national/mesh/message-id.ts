// Message ids and the times MESH writes. spec: mesh §1, §3.7
import { randomInt } from 'node:crypto';

const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** `yyyyMMddHHmmssffffff_XXXXXX`: the microseconds rise with each id of this process. */
export function messageIds(clock: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, clock() * 1000);
    const micros = String(last % 1000).padStart(3, '0');
    const stamp = new Date(Math.floor(last / 1000)).toISOString().replace(/\D/g, '').slice(0, 17);
    const random = Array.from({ length: 6 }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    return `${stamp}${micros}_${random}`;
  };
}

export const isMessageId = (text: string): boolean => /^\d{20}_[0-9A-Z]{6}$/.test(text);

/** `yyyyMMddHHmmss`, UTC. */
export function compactTime(time: Date | null): string | undefined {
  return time?.toISOString().replace(/\D/g, '').slice(0, 14);
}

/** ISO 8601, UTC. */
export const isoTime = (time: Date | null): string | undefined => time?.toISOString();
