// Payloads in S3-compatible object storage: small ones in one request, large ones in parts of 8 MiB.
// spec: mesh §7, design §5
import { AwsClient } from 'aws4fetch';
import type { PayloadStorage, StoredObject } from './payload-storage.ts';

export interface S3Settings {
  /** `https://host/bucket`. */
  readonly bucketUrl: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const PART_BYTES = 8 * 1024 * 1024;
const FIRST_BYTES = 128 * 1024;

/** Storage with nothing in between: an object is durable once the service has answered. */
export function openS3Storage(settings: S3Settings): PayloadStorage {
  const { accessKeyId, secretAccessKey, region } = settings;
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: 's3', retries: 3 });
  const base = settings.bucketUrl.replace(/\/+$/, '');
  const call = async (method: string, path: string, body?: string | Uint8Array): Promise<Response> => {
    const answer = await client.fetch(`${base}/${path}`, {
      method,
      ...(body === undefined ? {} : { body: body as NonNullable<RequestInit['body']> }),
    });
    if (answer.ok || (method === 'DELETE' && answer.status === 404)) return answer;
    await answer.body?.cancel();
    throw new Error(`object storage answered ${answer.status} to ${method}`);
  };

  const writeInParts = async (name: string, parts: AsyncIterator<Uint8Array>, first: Uint8Array) => {
    const upload = element(await (await call('POST', `${name}?uploads`)).text(), 'UploadId');
    const id = encodeURIComponent(upload);
    try {
      const tags: string[] = [];
      for (let part: Uint8Array | undefined = first; part; part = nextOf(await parts.next())) {
        const path = `${name}?partNumber=${tags.length + 1}&uploadId=${id}`;
        const answer = await call('PUT', path, part);
        await answer.body?.cancel();
        tags.push(answer.headers.get('etag') ?? '');
      }
      const list = tags.map(
        (tag, at) => `<Part><PartNumber>${at + 1}</PartNumber><ETag>${tag}</ETag></Part>`,
      );
      const done = await call(
        'POST',
        `${name}?uploadId=${id}`,
        `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`,
      );
      // The service may answer 200 and tell of a failure in the body.
      if ((await done.text()).includes('<Error>')) throw new Error('object storage could not join the parts');
    } catch (error) {
      await call('DELETE', `${name}?uploadId=${id}`).catch(() => undefined);
      throw error;
    }
  };

  return {
    async write(name, source) {
      const parts = partsOf(source)[Symbol.asyncIterator]();
      const first = nextOf(await parts.next()) ?? new Uint8Array();
      if (first.length < PART_BYTES) await (await call('PUT', name, first)).body?.cancel();
      else await writeInParts(name, parts, first);
    },
    async *read(name) {
      const { body } = await call('GET', name);
      if (body) yield* body as unknown as AsyncIterable<Uint8Array>;
    },
    async remove(name) {
      await (await call('DELETE', name)).body?.cancel();
    },
    list: () => listBucket(call),
  };
}

async function* listBucket(call: (method: string, path: string) => Promise<Response>) {
  let token: string | undefined;
  do {
    const more = token === undefined ? '' : `&continuation-token=${encodeURIComponent(token)}`;
    const text = await (await call('GET', `?list-type=2${more}`)).text();
    for (const [, entry = ''] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs))
      yield {
        name: element(entry, 'Key'),
        modified: Date.parse(element(entry, 'LastModified')),
      } satisfies StoredObject;
    token = /<NextContinuationToken>/.test(text) ? element(text, 'NextContinuationToken') : undefined;
  } while (token !== undefined);
}

function element(xml: string, name: string): string {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  if (text === undefined) throw new Error(`object storage answered without ${name}`);
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

const nextOf = (result: IteratorResult<Uint8Array>) => (result.done ? undefined : result.value);

/** Parts of exactly 8 MiB; the last is shorter. All are in one buffer, which grows with a small payload. */
async function* partsOf(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let part = Buffer.allocUnsafeSlow(FIRST_BYTES);
  let filled = 0;
  for await (const piece of source) {
    for (let taken = 0; taken < piece.length; ) {
      if (filled === PART_BYTES) {
        yield part;
        filled = 0;
      }
      if (filled === part.length) part = grown(part);
      const some = piece.subarray(taken, taken + part.length - filled);
      part.set(some, filled);
      filled += some.length;
      taken += some.length;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
}

function grown(part: Buffer): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.min(PART_BYTES, part.length * 4));
  larger.set(part);
  return larger;
}
