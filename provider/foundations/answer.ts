// What a use case answers, and putting it on the wire: format, compression, never a clean end to half a record.
// spec: foundations §8.2–§8.5
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';
import { constants, createGzip, type Gzip } from 'node:zlib';
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
 * Sends the answer. A failure after the head has gone destroys the connection, so that what was sent can never be
 * taken for the whole; after a failure before it (`response.headersSent` is false) another answer may be sent.
 * @throws what `write` threw, or an error where the reader went away
 */
export async function send(
  response: ServerResponse,
  answer: Answer,
  { format, gzip }: { format: FhirFormat; gzip: boolean },
): Promise<void> {
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = answer.status;
  const headers = {
    'content-type': contentTypeFor(format),
    'cache-control': 'no-store',
    'strict-transport-security': 'max-age=31536000; includeSubDomains',
    vary: 'Accept, Accept-Encoding',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
    ...answer.headers,
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  try {
    if (gzip) await writeCompressed(response, answer, format);
    else {
      await answer.write(response, format);
      response.end();
    }
    if (!response.writableFinished) await finished(response);
  } catch (error) {
    if (response.headersSent) response.destroy();
    throw error;
  }
}

/** Compresses on the way; the head leaves with the first compressed bytes. */
async function writeCompressed(response: ServerResponse, answer: Answer, format: FhirFormat): Promise<void> {
  const compress = createGzip({ level: constants.Z_BEST_SPEED });
  let piped: Promise<void> | undefined;
  // Nothing is piped before something was written: an answer that fails at once leaves the response unused.
  const begin = () => {
    piped ??= pipeline(compress, response);
    piped.catch(() => undefined);
  };
  try {
    await answer.write(beginning(compress, begin), format);
    begin();
    compress.end();
  } catch (error) {
    compress.destroy();
    throw error;
  }
  await piped;
}

/** The stream, calling `begin` at the first write. */
function beginning(stream: Gzip, begin: () => void): Writable {
  const write = stream.write.bind(stream) as (chunk: unknown) => boolean;
  stream.write = ((chunk: unknown) => {
    begin();
    return write(chunk);
  }) as typeof stream.write;
  return stream;
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
  if (!sink.writableNeedDrain) return;
  await new Promise<void>((resolve, reject) => {
    const settle = (settled: () => void) => () => {
      sink.off('drain', onDrain);
      sink.off('close', onClose);
      sink.off('error', onClose);
      settled();
    };
    const onDrain = settle(resolve);
    const onClose = settle(() => reject(new Error('the reader has gone')));
    sink.once('drain', onDrain);
    sink.once('close', onClose);
    sink.once('error', onClose);
  });
}
