// A tar archive of files as they are read, for the body of an import. Format: POSIX ustar with pax headers.

export interface FileToArchive {
  readonly name: string;
  /** Bytes; the stream must yield exactly so many. */
  readonly size: number;
  stream(): AsyncIterable<Uint8Array>;
}

const BLOCK = 512;
const LARGEST_OCTAL = 0o77777777777;

/** The archive in pieces. @throws Error where a file is not as long as it said */
export async function* writeTar(
  files: Iterable<FileToArchive> | AsyncIterable<FileToArchive>,
): AsyncGenerator<Uint8Array> {
  for await (const file of files) {
    const records = paxOf(file);
    if (records.length) {
      yield header('pax', records.length, 'x');
      yield records;
      yield padding(records.length);
    }
    yield header(records.length ? 'file' : file.name, Math.min(file.size, LARGEST_OCTAL), '0');
    let written = 0;
    for await (const piece of file.stream()) {
      written += piece.byteLength;
      if (written > file.size) break;
      yield piece;
    }
    if (written !== file.size) throw new Error(`${file.name} changed while it was read`);
    yield padding(file.size);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** Records for what the plain header cannot say: long or non-ASCII names, sizes over 8 GiB. */
function paxOf({ name, size }: FileToArchive): Buffer {
  const isPlain = /^[ -~]{1,99}$/.test(name);
  const records = [
    ...(isPlain && size <= LARGEST_OCTAL ? [] : [record('path', name)]),
    ...(size > LARGEST_OCTAL ? [record('size', String(size))] : []),
  ];
  return Buffer.from(records.join(''));
}

/** The length at its head counts itself. */
function record(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length !== String(bytes).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header(name: string, size: number, kind: '0' | 'x'): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  block.write(name, 0, 'latin1');
  block.write(octal(0o600, 7), 100);
  block.write(octal(0, 7), 108);
  block.write(octal(0, 7), 116);
  block.write(octal(size, 11), 124);
  block.write(octal(0, 11), 136);
  block.write('        ', 148);
  block.write(kind, 156);
  block.write('ustar\x0000', 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
