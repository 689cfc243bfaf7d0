// Pieces of large bodies: what is brought, what is given back and when. spec: mesh §7
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, get, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { createGunzip, gzipSync } from 'node:zlib';
import { piecesOf, streamOf, throughZlib, writePiece } from './pieces.ts';

const body = randomBytes(1_000_003);

test('a body comes whole, each piece lent until the next is asked for', async (t) => {
  const lent: Uint8Array[] = [];
  const server = createServer(async (asked, answer) => {
    const parts: Buffer[] = [];
    for await (const piece of piecesOf(asked)) {
      assert.ok(
        lent.every(({ length }) => length === 0),
        'those before have been given back',
      );
      parts.push(Buffer.from(piece));
      lent.push(piece);
    }
    answer.end(String(Buffer.concat(parts).equals(body)));
  }).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const sending = request({ port: (server.address() as AddressInfo).port, method: 'POST', agent: false });
  for (let at = 0; at < body.length; at += 300_000)
    await writePiece(sending, body.subarray(at, at + 300_000));
  sending.end();
  const [answer] = (await once(sending, 'response')) as [Readable];
  assert.equal(String((await answer.toArray())[0]), 'true');
  assert.ok(lent.length > 1);
});

test('parts of a block are good until the block is used up', async () => {
  const slab = 32_768;
  const gunzip = createGunzip({ chunkSize: slab });
  gunzip.end(gzipSync(body));
  const parts: Buffer[] = [];
  const lent: Uint8Array[] = [];
  for await (const piece of piecesOf(gunzip, slab)) {
    parts.push(Buffer.from(piece));
    lent.push(piece);
  }
  assert.ok(Buffer.concat(parts).equals(body));
  assert.ok(lent.filter(({ length }) => length === 0).length >= 30);
});

test('zlib on the way: whole, failing with its source, left while its source is silent', async () => {
  const slab = 16_384;
  const gunzip = () => createGunzip({ chunkSize: slab });
  async function* inParts(bytes: Buffer, then?: () => Promise<void>) {
    for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
    await then?.();
  }
  const parts: Buffer[] = [];
  for await (const piece of throughZlib(inParts(gzipSync(body)), gunzip(), slab))
    parts.push(Buffer.from(piece));
  assert.ok(Buffer.concat(parts).equals(body));

  const drain = async (source: AsyncIterable<Uint8Array>) => {
    for await (const _ of throughZlib(source, gunzip(), slab));
  };
  await assert.rejects(drain(inParts(gzipSync(body).subarray(0, 500_000))), { code: 'Z_BUF_ERROR' });
  const broken = async () => {
    throw new Error('the source broke');
  };
  await assert.rejects(drain(inParts(gzipSync(body).subarray(0, 500_000), broken)), /the source broke/);

  const silent = () => new Promise<void>(() => undefined);
  for await (const piece of throughZlib(inParts(gzipSync(body), silent), gunzip(), slab)) {
    assert.ok(piece.length > 0);
    break;
  }
});

test('a stream that ends before its time is a failure, and so is one that is closed while written to', async () => {
  const broken = new PassThrough();
  broken.write('x');
  const reading = async () => {
    for await (const _ of piecesOf(broken)) broken.destroy();
  };
  await assert.rejects(reading(), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
  const stuck = new PassThrough({ highWaterMark: 1 });
  const writing = [writePiece(stuck, Buffer.alloc(10)), writePiece(stuck, Buffer.alloc(10))];
  stuck.destroy();
  const results = await Promise.allSettled([...writing, writePiece(stuck, Buffer.alloc(1))]);
  assert.equal(results.at(-1)!.status, 'rejected');
  assert.equal(results.at(-2)!.status, 'rejected');
});

test('given pieces are released once the answer has passed them on, not before', async (t) => {
  const given: Uint8Array[] = [];
  let stopped = false;
  async function* pieces() {
    try {
      for (let at = 0; at < body.length; at += 65_536) {
        const piece = Uint8Array.from(body.subarray(at, at + 65_536));
        given.push(piece);
        yield piece;
      }
    } finally {
      stopped = true;
    }
  }
  const server = createServer((_asked, answer) => streamOf(pieces(), answer).pipe(answer)).listen(
    0,
    '127.0.0.1',
  );
  t.after(() => server.close());
  await once(server, 'listening');
  const asking = get({ port: (server.address() as AddressInfo).port, agent: false });
  const [answer] = (await once(asking, 'response')) as [Readable];
  assert.ok(Buffer.concat(await answer.toArray()).equals(body));
  assert.ok(stopped);
  assert.ok(given.filter(({ length }) => length === 0).length >= given.length - 2, 'given back');

  const failing = streamOf(
    (async function* () {
      yield Buffer.from('a');
      throw new Error('the source broke');
    })(),
    new PassThrough(),
  );
  await assert.rejects(Readable.prototype.toArray.call(failing), /the source broke/);
});
