// Files out of a tar archive as it streams by, with constant memory: the body of an import.
// Format: POSIX ustar with pax headers, and GNU long names; what `tar -cf -` writes anywhere.

export interface ArchivedFile {
  readonly name: string;
  /** Must be read to its end, or left, before the next file is asked for. */
  readonly stream: AsyncIterable<Uint8Array>;
}

/** The archive is damaged or broke off. */
export class ArchiveError extends Error {}

const BLOCK = 512;
/** Long names and pax records; far longer than any path. */
const LONGEST_EXTRA = 64 * 1024;

/** The regular files of an archive, in its order. @throws ArchiveError */
export async function* readTar(source: AsyncIterable<Uint8Array>): AsyncGenerator<ArchivedFile> {
  const bytes = new ByteReader(source[Symbol.asyncIterator]());
  let extra: { path?: string; size?: number } = {};
  while (true) {
    const block = await bytes.exactly(BLOCK);
    if (block.every((byte) => byte === 0)) {
      await bytes.drain();
      return;
    }
    const header = readHeader(block);
    const size = extra.size ?? header.size;
    const padding = (BLOCK - (size % BLOCK)) % BLOCK;
    if (header.kind === 'x' || header.kind === 'L') {
      if (size > LONGEST_EXTRA) throw new ArchiveError('a header of the archive is too long');
      const text = (await bytes.exactly(size)).toString('utf8');
      extra = { ...extra, ...(header.kind === 'x' ? paxRecords(text) : { path: untilNul(text) }) };
      await bytes.skip(padding);
      continue;
    }
    const left = { bytes: size };
    if (header.kind === '0') yield { name: plain(extra.path ?? header.path), stream: bytes.take(left) };
    extra = {};
    await bytes.skip(left.bytes + padding);
  }
}

interface Header {
  readonly path: string;
  readonly size: number;
  /** `0` regular file, `x` pax records, `L` long name; anything else is skipped. */
  readonly kind: string;
}

function readHeader(block: Buffer): Header {
  const field = (start: number, length: number) => untilNul(block.toString('utf8', start, start + length));
  const stated = Number.parseInt(field(148, 8).trim(), 8);
  let sum = 0;
  for (let at = 0; at < BLOCK; at += 1) sum += at >= 148 && at < 156 ? 32 : block[at]!;
  if (sum !== stated) throw new ArchiveError('the body is not a tar archive, or is damaged');
  const kind = field(156, 1);
  const prefix = field(257, 5) === 'ustar' && block[262] === 0 ? field(345, 155) : '';
  return {
    path: prefix ? `${prefix}/${field(0, 100)}` : field(0, 100),
    size: sizeIn(block.subarray(124, 136)),
    kind: kind === '' || kind === '7' ? '0' : kind,
  };
}

/** Octal text, or GNU's binary form for sizes over 8 GiB. */
function sizeIn(field: Buffer): number {
  if ((field[0]! & 0x80) !== 0) return numbered(Number(field.readBigUInt64BE(4)));
  const text = untilNul(field.toString('latin1')).trim();
  return numbered(text === '' ? 0 : Number.parseInt(text, 8));
}

function numbered(size: number): number {
  if (!Number.isSafeInteger(size) || size < 0)
    throw new ArchiveError('a size in the archive is not a number');
  return size;
}

/** `27 path=some/long/name\n` … */
function paxRecords(text: string): { path?: string; size?: number } {
  const found: { path?: string; size?: number } = {};
  for (const [, name, value] of text.matchAll(/^\d+ (path|size)=(.*)$/gm)) {
    if (name === 'path') found.path = value!;
    else found.size = numbered(Number(value));
  }
  return found;
}

const untilNul = (text: string): string => text.split('\0', 1)[0]!;
/** A name is a label for people: no control characters in their terminals. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are meant
const plain = (name: string): string => name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?').slice(0, 1_000);

/** Reads exact numbers of bytes from pieces of any size. */
class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #held: Buffer = Buffer.alloc(0);

  constructor(pieces: AsyncIterator<Uint8Array>) {
    this.#pieces = pieces;
  }

  /** What is at hand, at most `most` bytes, at least one. */
  async #some(most: number): Promise<Buffer> {
    while (this.#held.length === 0) {
      const next = await this.#pieces.next();
      if (next.done) throw new ArchiveError('the archive broke off');
      this.#held = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength);
    }
    const taken = this.#held.subarray(0, most);
    this.#held = this.#held.subarray(taken.length);
    return taken;
  }

  async exactly(size: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for (let left = size; left > 0; left -= pieces.at(-1)!.length) pieces.push(await this.#some(left));
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  }

  async skip(size: number): Promise<void> {
    for (let left = size; left > 0; ) left -= (await this.#some(left)).length;
  }

  /** Whatever follows the end mark is filling. */
  async drain(): Promise<void> {
    this.#held = Buffer.alloc(0);
    while (!(await this.#pieces.next()).done);
  }

  /** Counts `left.bytes` down as they are consumed. */
  async *take(left: { bytes: number }): AsyncGenerator<Uint8Array> {
    while (left.bytes > 0) {
      const piece = await this.#some(left.bytes);
      left.bytes -= piece.length;
      yield piece;
    }
  }
}
