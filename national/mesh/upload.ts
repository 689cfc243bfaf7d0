// Taking in the body of one request: counted, encrypted frame by frame, durable at the end. spec: mesh §3.6, §7
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { piecesOf } from '@gp-connect/foundation/http';
import type { Mesh } from './context.ts';
import { ClientGone, MeshFault } from './errors.ts';
import { encryptFrames } from './frames.ts';
import { objectName } from './payload-storage.ts';
import type { Chunk } from './types.ts';

/** What binds a stored chunk to its place. */
export const chunkContext = (messageId: string, number: number): string => `${messageId}/${number}`;

/** Refuses what the headers already tell is empty or too large, before a byte is read. @throws MeshFault */
export function checkAnnouncedSize(request: IncomingMessage, mesh: Mesh): void {
  const announced = request.headers['content-length'];
  if (announced === undefined && request.headers['transfer-encoding'] === undefined)
    throw new MeshFault('emptyBody');
  if (announced !== undefined && Number(announced) === 0) throw new MeshFault('emptyBody');
  if (Number(announced ?? 0) > mesh.settings.maxChunkBytes) throw new MeshFault('bodyTooLarge');
}

/** Stores a request's body as a chunk; durable when it resolves, nothing left where it throws. */
export async function storeBody(
  mesh: Mesh,
  request: IncomingMessage,
  place: { messageId: string; number: number; dataKey: Buffer },
): Promise<Chunk> {
  const object = objectName(mesh.clock(), randomUUID());
  const counter = { bytes: 0 };
  const body = counted(request, mesh.settings.maxChunkBytes, counter);
  const context = chunkContext(place.messageId, place.number);
  await mesh.storage.write(object, encryptFrames(place.dataKey, context, body));
  mesh.metrics.receivedBytes.inc(counter.bytes);
  // A client that has gone cannot learn that this was accepted: it will ask or send again, so it is not.
  if (request.socket.destroyed) {
    await mesh.storage.remove(object);
    throw new ClientGone();
  }
  return { number: place.number, object, size: counter.bytes };
}

async function* counted(
  request: IncomingMessage,
  most: number,
  counter: { bytes: number },
): AsyncGenerator<Uint8Array> {
  try {
    for await (const bytes of piecesOf(request)) {
      counter.bytes += bytes.length;
      if (counter.bytes > most) throw new MeshFault('bodyTooLarge');
      yield bytes;
    }
  } catch (error) {
    if (!(error instanceof MeshFault) && (request.destroyed || request.readableAborted))
      throw new ClientGone();
    throw error;
  }
  if (counter.bytes === 0) throw new MeshFault('emptyBody');
}
