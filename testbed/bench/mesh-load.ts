// What the clients of the MESH bench are asked for and answer, and the payloads they send.
import { randomBytes } from 'node:crypto';

export type MeshTask =
  | { readonly do: 'rate'; readonly seconds: number; readonly connections: number }
  | { readonly do: 'paced'; readonly seconds: number; readonly perSecond: number }
  | { readonly do: 'send'; readonly bytes: number; readonly kind: 'random' | 'text' }
  | { readonly do: 'receive'; readonly messageId: string };

const PIECE = 65_536;

/** A payload of any size that takes the memory of one piece: noise, or text that gzip makes four times smaller. */
export function largePayload(size: number, kind: 'random' | 'text') {
  const noise = randomBytes(PIECE);
  const piece =
    kind === 'random' ? noise : Buffer.from(noise.toString('binary').replace(/[^a-f]/g, ' '), 'latin1');
  return {
    size,
    async *open(start: number, end: number): AsyncGenerator<Uint8Array> {
      for (let at = start; at < end; at += PIECE) yield piece.subarray(0, Math.min(PIECE, end - at));
    },
  };
}
