// Large bodies piece by piece, in memory that does not grow with them. A piece lies outside the collector's heap: left to
// it, some 64 MB of spent pieces pile up before it looks, and each look goes through the whole heap. So whoever is the
// last to use a piece gives its memory back at once. spec: mesh §7
//
// Two kinds of streams of pieces: *lent* ones are good until the next is asked for; *given* ones are the taker's own.
import { finished, Readable, type Transform, type Writable } from 'node:stream';

/** Gives back the memory of a piece nobody uses any more, where the piece is all there is in it. */
export function releasePiece(piece: Uint8Array): void {
  if (piece.byteLength === piece.buffer.byteLength) free(piece);
}

function free({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}

/**
 * What a stream brings, each piece as it came and lent: its memory is given back when the next is asked for. The stream
 * must own what it brings, as bodies of `node:http` do. `slab`: the stream fills blocks of this size and brings parts
 * of them in order, as those of `node:zlib` do (their `chunkSize`).
 * Leaving early leaves the stream paused. @throws what the stream fails with; an end before its time is a failure
 */
export async function* piecesOf(stream: Readable, slab?: number): AsyncGenerator<Uint8Array> {
  const waiting: Uint8Array[] = [];
  const state: { ended: boolean; failure?: Error } = { ended: false };
  let wake = (): void => undefined;
  const take = (piece: Uint8Array): void => {
    waiting.push(piece);
    stream.pause();
    wake();
  };
  const forget = finished(stream, { writable: false }, (error) => {
    state.ended = true;
    if (error) state.failure = error;
    wake();
  });
  stream.on('data', take);
  try {
    for (;;) {
      const piece = waiting.shift();
      if (piece !== undefined) {
        yield piece;
        if (slab === undefined) releasePiece(piece);
        else if (isEndOfSlab(piece, slab)) free(piece);
      } else if (state.ended) {
        if (state.failure) throw state.failure;
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
          stream.resume();
        });
      }
    }
  } finally {
    stream.off('data', take).pause();
    forget();
  }
}

/** Nothing follows in this block, and what came before was brought and used before. */
const isEndOfSlab = ({ byteOffset, byteLength, buffer }: Uint8Array, slab: number): boolean =>
  buffer.byteLength === slab && byteOffset + byteLength === slab;

/** Writes a piece; once it resolves, the piece may be used for something else. @throws where the stream fails or closes */
export function writePiece(out: Writable, piece: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    const closed = (): void =>
      reject(
        Object.assign(new Error('closed while it was written to'), { code: 'ERR_STREAM_PREMATURE_CLOSE' }),
      );
    if (out.destroyed) return closed();
    out.once('close', closed);
    out.write(piece, (error) => {
      out.off('close', closed);
      if (error) reject(error);
      else resolve();
    });
  });
}

/** Given pieces as a stream to be piped into `out`, and only there: released as soon as `out` has passed them on. */
export function streamOf(pieces: AsyncIterable<Uint8Array>, out: Writable): Readable {
  const source = pieces[Symbol.asyncIterator]();
  let written: Uint8Array[] = [];
  const stream = new Readable({
    // Nothing is fetched before `out` wants it: what was fetched before has then been written.
    highWaterMark: 0,
    read() {
      if (stream.readableLength === 0 && out.writableLength === 0) {
        for (const piece of written) releasePiece(piece);
        written = [];
      }
      source.next().then(
        ({ done, value }) => {
          if (!done) written.push(value);
          stream.push(done ? null : value);
        },
        (error: Error) => stream.destroy(error),
      );
    },
    destroy(error, done) {
      Promise.resolve(source.return?.()).then(
        () => done(error),
        () => done(error),
      );
    },
  });
  return stream;
}

/**
 * Lent pieces through a transform of `node:zlib`, made with `chunkSize: slab`; what comes is lent.
 * @throws what the source or the transform fails with
 */
export async function* throughZlib(
  source: AsyncIterable<Uint8Array>,
  transform: Transform,
  slab: number,
): AsyncGenerator<Uint8Array> {
  const feed = async (): Promise<void> => {
    try {
      for await (const piece of source) await writePiece(transform, piece);
      transform.end();
    } catch (error) {
      transform.destroy(error as Error);
    }
  };
  void feed();
  try {
    yield* piecesOf(transform, slab);
  } finally {
    // A source that is waited for ends with whoever left: it is not waited for here.
    transform.on('error', () => undefined).destroy();
  }
}
