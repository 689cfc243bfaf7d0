// What a use case answers, and putting it on the wire: format, compression, never a clean end to half a record.
// spec: foundations §8.2–§8.5
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { constants, createGzip } from 'node:zlib';
import {
  contentTypeFor,
  type FhirFormat,
  type Resource,
  serializeJson,
  toXml,
} from '@gp-connect/foundation/fhir';

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Writes the body; rejects when it cannot be completed. Must not end the sink. */
  write(sink: Writable, format: FhirFormat): Promise<void>;
}

/** An answer that is one resource, with its version as ETag where it has one. */
export function resourceAnswer(resource: Resource, status = 200): Answer {
  const version = resource.meta?.versionId;
  return {
    status,
    ...(version === undefined ? {} : { headers: { etag: `W/"${version}"` } }),
    async write(sink, format) {
      sink.write(format === 'json' ? serializeJson(resource) : toXml(resource));
    },
  };
}

/**
 * Sends the answer; answers the number of bytes that left. A failure after the head has gone destroys the
 * connection, so that what was sent can never be taken for the whole.
 */
export async function send(
  response: ServerResponse,
  answer: Answer,
  { format, gzip }: { format: FhirFormat; gzip: boolean },
): Promise<number> {
  response.writeHead(answer.status, {
    'content-type': contentTypeFor(format),
    'cache-control': 'no-store',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    ...(gzip ? { 'content-encoding': 'gzip', vary: 'Accept-Encoding' } : {}),
    ...answer.headers,
  });
  const counted = response.socket?.bytesWritten ?? 0;
  try {
    if (gzip) {
      const compress = createGzip({ level: constants.Z_BEST_SPEED });
      compress.pipe(response);
      await answer.write(compress, format);
      compress.end();
    } else {
      await answer.write(response, format);
      response.end();
    }
    if (!response.writableFinished) await finished(response);
  } catch (error) {
    response.destroy();
    throw error;
  }
  return (response.socket?.bytesWritten ?? counted) - counted;
}

/** True where the client takes gzip (a `q=0` refuses it). spec: foundations §8.3 */
export function takesGzip(acceptEncoding: string | undefined): boolean {
  return (acceptEncoding ?? '')
    .toLowerCase()
    .split(',')
    .some((part) => /^\s*(gzip|\*)\s*(;\s*q=(?!0(\.0*)?\s*$).*)?$/.test(part));
}

/** Waits until the sink takes more; rejects when the reader has gone. */
export async function drained(sink: Writable): Promise<void> {
  if (sink.destroyed) throw new Error('the reader has gone');
  if (sink.writableNeedDrain) await once(sink, 'drain');
}
