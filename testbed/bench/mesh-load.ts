// What the clients of the MESH bench are asked for, and the payloads they send.
import { randomBytes } from 'node:crypto';

/** `rate` answers messages a second, `paced` a `PacedResult`, `send` the message's id, `receive` its bytes. */
export type MeshTask =
  | { readonly do: 'rate'; readonly seconds: number; readonly connections: number }
  | { readonly do: 'paced'; readonly seconds: number; readonly perSecond: number }
  | { readonly do: 'send'; readonly bytes: number }
  | { readonly do: 'receive'; readonly messageId: string };

export type TaskOf<Do extends MeshTask['do']> = Extract<MeshTask, { do: Do }>;

/** Of the messages whose rate is measured. spec: VOL-11 */
export const SMALL_BYTES = 50_000;
const PIECE = 65_536;

/** A payload of any size that takes the memory of one piece. */
export function largePayload(size: number) {
  const piece = randomBytes(PIECE);
  return {
    size,
    async *open(start: number, end: number): AsyncGenerator<Uint8Array> {
      for (let at = start; at < end; at += PIECE) yield piece.subarray(0, Math.min(PIECE, end - at));
    },
  };
}
