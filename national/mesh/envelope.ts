// Opening and closing what only the parties may read. spec: mesh §7, national-service RTE-18
import { deriveKey, type KeyRing, openText, sealText } from './keys.ts';
import type { Envelope, Message } from './types.ts';

const NO_SALT = Buffer.alloc(0);

export const wrapKey = (ring: KeyRing, messageId: string, dataKey: Buffer): string =>
  ring.seal(`message/${messageId}`, dataKey);

/** The data key of a message; null once it has been destroyed. */
export function dataKeyOf(ring: KeyRing, message: Pick<Message, 'id' | 'wrappedKey'>): Buffer | null {
  return message.wrappedKey === null ? null : ring.open(`message/${message.id}`, message.wrappedKey);
}

export function sealEnvelope(dataKey: Buffer, messageId: string, envelope: Envelope): string {
  const key = deriveKey(dataKey, NO_SALT, 'envelope');
  return sealText(key, messageId, Buffer.from(JSON.stringify(envelope)));
}

/** The envelope; empty once the key has been destroyed. */
export function openEnvelope(
  ring: KeyRing,
  message: Pick<Message, 'id' | 'wrappedKey' | 'sealed'>,
): Envelope {
  const dataKey = dataKeyOf(ring, message);
  if (!dataKey || message.sealed === null) return {};
  const key = deriveKey(dataKey, NO_SALT, 'envelope');
  return JSON.parse(openText(key, message.id, message.sealed).toString()) as Envelope;
}
