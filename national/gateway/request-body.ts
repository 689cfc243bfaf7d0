// The body of a request: looked into at most once and a little, then handed on byte for byte. spec: foundations §6.3
import type { IncomingMessage } from 'node:http';

/** The client went away while its body was being read. */
export class ClientLeftError extends Error {
  constructor() {
    super('the client left while sending its request');
    this.name = 'ClientLeftError';
  }
}

export interface RequestBody {
  /** The whole body where it is no longer than `limit` bytes, else null; nothing is lost. @throws ClientLeftError */
  whole(limit: number): Promise<Buffer | null>;
  /** Everything, from the first byte, for forwarding; null where there is no body. */
  stream(): Buffer | AsyncIterable<Buffer> | null;
}

/** Destroying the iterator never destroys the request: its connection still has to carry the answer. */
export function requestBody(request: IncomingMessage): RequestBody {
  const length = request.headers['content-length'];
  const empty =
    request.headers['transfer-encoding'] === undefined && (length === undefined || /^0+$/.test(length));
  const source = empty
    ? null
    : (request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Buffer>);
  const held: Buffer[] = [];
  let complete = empty;

  return {
    async whole(limit) {
      let size = 0;
      for (const chunk of held) size += chunk.length;
      while (!complete && size <= limit) {
        const next = await source!.next().catch(() => {
          throw new ClientLeftError();
        });
        if (next.done) complete = true;
        else {
          held.push(next.value);
          size += next.value.length;
        }
      }
      if (!complete || size > limit) return null;
      return Buffer.concat(held);
    },
    stream() {
      if (empty) return null;
      if (complete) return Buffer.concat(held);
      return held.length === 0 ? source : following(held, source!);
    },
  };
}

async function* following(held: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* held;
  yield* rest;
}
