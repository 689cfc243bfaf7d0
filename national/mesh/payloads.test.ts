// Payloads at rest: frames, folder and object storage, constant memory. spec: mesh §7, national-service RTE-18
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { testStores } from '@gp-connect/foundation/store';
import { AwsV4Signer } from 'aws4fetch';
import { request } from 'undici';
import { openDiskStorage } from './disk-storage.ts';
import { decryptFrames, encryptFrames, FRAME_BYTES, storedSize } from './frames.ts';
import { createKeyRing, newDataKey } from './keys.ts';
import { startTestMesh } from './mesh-under-test.ts';
import type { PayloadStorage } from './payload-storage.ts';
import { openS3Storage } from './s3-storage.ts';

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  // What is lent is good until the next is asked for.
  for await (const bytes of source) parts.push(Buffer.from(bytes));
  return Buffer.concat(parts);
}

test('RTE-18 frames of any size come back, in any cutting', async () => {
  const key = newDataKey();
  for (const size of [0, 1, FRAME_BYTES - 1, FRAME_BYTES, FRAME_BYTES + 1, 3 * FRAME_BYTES, 200_001]) {
    const plain = randomBytes(size);
    const stored = await collect(encryptFrames(key, 'm/1', inPieces(plain, 7001)));
    assert.equal(stored.length, storedSize(size));
    for (const cut of [1000, 65_552, 1_000_000])
      assert.ok(
        (await collect(decryptFrames(key, 'm/1', inPieces(stored, cut)))).equals(plain),
        `${size}/${cut}`,
      );
  }
});

test('RTE-18 an altered, cut, reordered or misplaced payload is refused', async () => {
  const key = newDataKey();
  const stored = await collect(encryptFrames(key, 'm/1', inPieces(randomBytes(3 * FRAME_BYTES), 9999)));
  const read = (bytes: Uint8Array, context = 'm/1', with_ = key) =>
    collect(decryptFrames(with_, context, inPieces(bytes, 50_000)));
  assert.equal((await read(stored)).length, 3 * FRAME_BYTES);
  const head = 22;
  const frame = FRAME_BYTES + 16;
  const altered = Buffer.from(stored);
  altered[100]! ^= 1;
  const frames = [0, 1, 2].map((n) => stored.subarray(head + n * frame, head + (n + 1) * frame));
  const swapped = Buffer.concat([stored.subarray(0, head), frames[1]!, frames[0]!, frames[2]!]);
  await assert.rejects(read(altered));
  await assert.rejects(read(stored.subarray(0, head + 2 * frame)), 'a whole frame is missing at the end');
  await assert.rejects(read(stored.subarray(0, stored.length - 1)));
  await assert.rejects(read(stored.subarray(0, 10)));
  await assert.rejects(read(swapped));
  await assert.rejects(read(stored, 'm/2'));
  await assert.rejects(read(stored, 'm/1', newDataKey()));
});

test('RTE-18 a change of the key-encryption key: earlier messages still open, others do not', () => {
  const [old, fresh, stranger] = [randomBytes(32), randomBytes(32), randomBytes(32)];
  const sealed = createKeyRing([old]).seal('message/1', Buffer.from('data key'));
  assert.equal(createKeyRing([fresh, old]).open('message/1', sealed).toString(), 'data key');
  assert.throws(() => createKeyRing([fresh, old]).open('message/2', sealed));
  assert.throws(() => createKeyRing([stranger]).open('message/1', sealed));
  assert.throws(() => createKeyRing([randomBytes(16)]), RangeError);
});

async function exercise(storage: PayloadStorage, largest: number): Promise<void> {
  const names = ['20261121/small', '20261121/large', '20261122/exact'];
  const bodies = [randomBytes(10), randomBytes(largest), randomBytes(8 * 1024 * 1024)];
  for (const [i, name] of names.entries()) await storage.write(name, inPieces(bodies[i]!, 100_000));
  for (const [i, name] of names.entries())
    assert.ok((await collect(storage.read(name))).equals(bodies[i]!), name);
  const failing = async function* () {
    yield randomBytes(9 * 1024 * 1024);
    throw new Error('the client ended the connection');
  };
  await assert.rejects(storage.write('20261121/broken', failing()), /client ended/);
  const listed: string[] = [];
  for await (const { name, modified } of storage.list()) {
    listed.push(name);
    assert.ok(Math.abs(modified - Date.now()) < 600_000);
  }
  assert.deepEqual(listed.sort(), names.toSorted());
  for (const name of names) await storage.remove(name);
  await storage.remove('20261121/small');
  await assert.rejects(collect(storage.read('20261121/small')));
}

test('mesh §7 the folder of payloads', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-payloads-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const storage = await openDiskStorage(join(folder, 'payloads'));
  await exercise(storage, 20_000_000);
  await assert.rejects(storage.remove('../outside'));
});

/** A bucket that checks signatures, keeps objects in memory and knows multipart uploads. */
async function startBucket() {
  const objects = new Map<string, Buffer>();
  const uploads = new Map<string, Map<number, Buffer>>();
  const answerTo = (request: IncomingMessage, url: URL, body: Buffer, response: ServerResponse): void => {
    const key = decodeURIComponent(url.pathname.replace(/^\/bucket\//, ''));
    const upload = url.searchParams.get('uploadId');
    const call = `${request.method}${url.searchParams.has('uploads') ? ' uploads' : ''}${upload ? ' upload' : ''}`;
    const actions: Record<string, () => string> = {
      'POST uploads': () => {
        uploads.set('u&1', new Map());
        return '<R><UploadId>u&amp;1</UploadId></R>';
      },
      'PUT upload': () => {
        uploads.get(upload!)!.set(Number(url.searchParams.get('partNumber')), body);
        response.setHeader('etag', '"part"');
        return '';
      },
      'POST upload': () => {
        const parts = [...uploads.get(upload!)!].sort(([a], [b]) => a - b).map(([, part]) => part);
        assert.equal(body.toString().match(/<Part>/g)?.length, parts.length);
        objects.set(key, Buffer.concat(parts));
        return '<R/>';
      },
      'DELETE upload': () => String(uploads.delete(upload!)),
      PUT: () => String(objects.set(key, body).size),
      DELETE: () => String(objects.delete(key)),
    };
    if (call !== 'GET') return void response.end(actions[call]!());
    if (url.searchParams.has('list-type')) {
      const names = [...objects.keys()].sort();
      const from = Number(url.searchParams.get('continuation-token') ?? 0);
      const [name] = names.slice(from);
      const next =
        from + 1 < names.length ? `<NextContinuationToken>${from + 1}</NextContinuationToken>` : '';
      const entry = `<Contents><Key>${name}</Key><LastModified>${new Date().toISOString()}</LastModified></Contents>`;
      return void response.end(`<L>${entry}${next}</L>`);
    }
    const found = objects.get(key);
    if (!found) response.statusCode = 404;
    response.end(found);
  };
  const server = createServer(async (request, response) => {
    const body = await collect(request);
    const url = new URL(`http://${request.headers.host}${request.url}`);
    const expected = new AwsV4Signer({
      method: request.method!,
      url: url.href,
      accessKeyId: 'access',
      secretAccessKey: 'secret',
      region: 'eu-west-2',
      service: 's3',
      datetime: String(request.headers['x-amz-date']),
    });
    if (request.headers.authorization !== (await expected.authHeader())) {
      response.statusCode = 403;
      return void response.end();
    }
    answerTo(request, url, body, response);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { url: `http://127.0.0.1:${port}/bucket`, objects, uploads, close: () => server.close() };
}

test('mesh §7 object storage: one request for small payloads, parts for large ones, signed', async (t) => {
  const bucket = await startBucket();
  t.after(() => bucket.close());
  const settings = {
    bucketUrl: bucket.url,
    region: 'eu-west-2',
    accessKeyId: 'access',
    secretAccessKey: 'secret',
  };
  await exercise(openS3Storage(settings), 20_000_000);
  assert.equal(bucket.objects.size, 0);
  const wrong = openS3Storage({ ...settings, secretAccessKey: 'other' });
  await assert.rejects(wrong.write('20261121/x', inPieces(randomBytes(5), 5)), /403/);
});

const { fresh } = testStores()[0]!;

test('mesh §7 constant memory: the server never holds more than it has read ahead for a slow reader or a slow disk', async (t) => {
  const size = 40_000_000;
  const most = { up: 0, down: 0 };
  let taken = 0;
  let stored = 0;
  let read = 0;
  let given = 0;
  const folder = mkdtempSync(join(tmpdir(), 'gpc-slow-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const disk = await openDiskStorage(folder);
  const slowDisk: PayloadStorage = {
    ...disk,
    write: (name, source) =>
      disk.write(
        name,
        (async function* () {
          for await (const bytes of source) {
            stored += bytes.length;
            most.up = Math.max(most.up, taken - stored);
            await new Promise((resolve) => setTimeout(resolve, 1));
            yield bytes;
          }
        })(),
      ),
    read: (name) =>
      (async function* () {
        for await (const bytes of disk.read(name)) {
          read += bytes.length;
          most.down = Math.max(most.down, read - given);
          yield bytes;
        }
      })(),
  };
  const mesh = await startTestMesh(await fresh(), { dependencies: { storage: slowDisk } });
  t.after(() => mesh.close());
  const piece = randomBytes(100_000);
  const sentHash = createHash('sha256');
  const body = (async function* () {
    for (let i = 0; i < size / piece.length; i++) {
      taken += piece.length;
      sentHash.update(piece);
      yield piece;
    }
  })();
  const id = await mesh.send({}, body as never);
  const answer = await request(`${mesh.origin}/messageexchange/A82999OT1/inbox/${id}`, {
    headers: { authorization: mesh.authorization('A82999OT1') },
    dispatcher: mesh.agent,
  });
  const gotHash = createHash('sha256');
  for await (const bytes of answer.body) {
    given += (bytes as Buffer).length;
    gotHash.update(bytes as Buffer);
    if (given < 5_000_000) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  assert.equal(given, size);
  assert.equal(gotHash.digest('hex'), sentHash.digest('hex'));
  // Both ends' stream buffers and the kernel's socket buffers; a fraction of the payload.
  assert.ok(most.up < 16_000_000, `${most.up} bytes taken and not yet stored`);
  assert.ok(most.down < 16_000_000, `${most.down} bytes read and not yet given`);
});
