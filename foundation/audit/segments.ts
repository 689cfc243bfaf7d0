// Segment files: the stored records of a month in index order, with a derived list of offsets to find one by index.
// spec: national-service §11.1.3 (LOG-07, LOG-08)

import { type FileHandle, mkdir, open, readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MODE, syncFolder } from './durable.ts';
import { AuditIntegrityError } from './errors.ts';
import { decodeRecord, MAX_RECORD_BYTES, type Month, type StoredRecord } from './record.ts';
import type { LoggedEntry } from './write-ahead.ts';

/** A file of a month's records; `first` is the lowest index in it. */
export interface Segment {
  readonly month: Month;
  readonly first: number;
  readonly path: string;
}

/** Row of an offsets file: uint64 index ‖ uint64 offset. */
export const ROW_BYTES = 16;
const MAX_SEGMENT_BYTES = 256 * 1024 * 1024;
export const offsetsPath = (segment: string): string => segment.replace(/seg$/, 'idx');

/** All segment files under `folder` (`{YYYYMM}/{first index, 16 digits}.seg`), by month and index. */
export async function listSegments(folder: string): Promise<Segment[]> {
  const months = (await readdir(folder)).filter((name) => /^\d{6}$/.test(name)).sort();
  const perMonth = months.map(async (month) => {
    const names = (await readdir(join(folder, month))).filter((name) => /^\d{16}\.seg$/.test(name)).sort();
    return names.map((name) => ({
      month: Number(month),
      first: Number(name.slice(0, 16)),
      path: join(folder, month, name),
    }));
  });
  return (await Promise.all(perMonth)).flat();
}

/** A record and where it stands in its file. */
export interface PlacedRecord {
  readonly record: StoredRecord;
  readonly offset: number;
  readonly length: number;
}

/** Records of a segment file in order; ends before an incomplete last one. Throws AuditFormatError on bytes that are no record. */
export async function* scanSegment(path: string): AsyncGenerator<PlacedRecord> {
  const handle = await open(path, 'r');
  try {
    let carry = Buffer.alloc(0);
    let offset = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(1024 * 1024);
      const { bytesRead } = await handle.read(chunk);
      if (bytesRead === 0) return;
      carry = Buffer.concat([carry, chunk.subarray(0, bytesRead)]);
      let at = 0;
      for (let next = decodeRecord(carry, at); next !== undefined; next = decodeRecord(carry, at)) {
        yield { record: next.record, offset: offset + at, length: next.length };
        at += next.length;
      }
      carry = carry.subarray(at);
      offset += at;
    }
  } finally {
    await handle.close();
  }
}

/** Up to `length` bytes from `position`; fewer at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await handle.read(buffer, 0, length, position);
  return buffer.subarray(0, bytesRead);
}

/** Offset of `index` by binary search in the offsets file; undefined when it is not there. */
async function offsetOf(path: string, index: number): Promise<number | undefined> {
  const handle = await open(offsetsPath(path), 'r');
  try {
    let [low, high] = [0, Math.floor((await handle.stat()).size / ROW_BYTES) - 1];
    while (low <= high) {
      const middle = Math.floor((low + high) / 2);
      const row = await readAt(handle, middle * ROW_BYTES, ROW_BYTES);
      if (row.length < ROW_BYTES) return undefined;
      const found = Number(row.readBigUInt64BE(0));
      if (found === index) return Number(row.readBigUInt64BE(8));
      if (found < index) low = middle + 1;
      else high = middle - 1;
    }
    return undefined;
  } finally {
    await handle.close();
  }
}

/** The stored record of an index; undefined when no segment holds it (erased, or never there). */
export async function findRecord(folder: string, index: number): Promise<StoredRecord | undefined> {
  const candidates = new Map<Month, Segment>();
  for (const segment of await listSegments(folder)) {
    if (segment.first <= index) candidates.set(segment.month, segment);
  }
  for (const { path } of [...candidates.values()].sort((a, b) => b.first - a.first)) {
    const offset = await offsetOf(path, index);
    if (offset === undefined) continue;
    const handle = await open(path, 'r');
    try {
      const short = decodeRecord(await readAt(handle, offset, 4096));
      const { record } = short ?? decodeRecord(await readAt(handle, offset, MAX_RECORD_BYTES)) ?? {};
      if (record?.index !== index)
        throw new AuditIntegrityError(`the stored record of entry ${index} is not at its place`);
      return record;
    } finally {
      await handle.close();
    }
  }
  return undefined;
}

/** What an erased month leaves in place of its folder: `{YYYYMM}.erased`, the lowest and highest index and the number of its records. */
export interface ErasedMonth {
  readonly month: Month;
  readonly first: number;
  readonly last: number;
  readonly count: number;
}

/** Months whose key was destroyed and whose records were deleted (LOG-08). */
export async function listErased(folder: string): Promise<ErasedMonth[]> {
  const names = (await readdir(folder)).filter((name) => /^\d{6}\.erased$/.test(name)).sort();
  const read = async (name: string): Promise<ErasedMonth> =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as ErasedMonth;
  return Promise.all(names.map(read));
}

interface OpenSegment {
  readonly month: Month;
  readonly records: FileHandle;
  readonly offsets: FileHandle;
  size: number;
}

/** Appends records to the segment files of their months; always begins new files, so earlier ones never change. */
export class SegmentWriter {
  readonly folder: string;
  readonly #maxBytes: number;
  readonly #open = new Map<Month, OpenSegment>();
  readonly #finished: OpenSegment[] = [];

  constructor(folder: string, maxBytes = MAX_SEGMENT_BYTES) {
    this.folder = folder;
    this.#maxBytes = maxBytes;
  }

  /** Writes records of ascending index; durable after `makeDurable`. */
  async append(items: readonly (LoggedEntry & { readonly month: Month })[]): Promise<void> {
    for (const month of new Set(items.map((item) => item.month))) {
      const own = items.filter((item) => item.month === month);
      const segment = await this.#segment(month, own[0]!.index);
      const rows = Buffer.alloc(own.length * ROW_BYTES);
      for (const [i, { index, record }] of own.entries()) {
        rows.writeBigUInt64BE(BigInt(index), i * ROW_BYTES);
        rows.writeBigUInt64BE(BigInt(segment.size), i * ROW_BYTES + 8);
        segment.size += record.length;
      }
      await segment.records.appendFile(Buffer.concat(own.map(({ record }) => record)));
      await segment.offsets.appendFile(rows);
    }
  }

  async #segment(month: Month, first: number): Promise<OpenSegment> {
    const current = this.#open.get(month);
    if (current !== undefined && current.size < this.#maxBytes) return current;
    if (current !== undefined) this.#finished.push(current);
    const path = join(this.folder, String(month), `${String(first).padStart(16, '0')}.seg`);
    await mkdir(dirname(path), { recursive: true, mode: MODE.privateFolder });
    const segment = {
      month,
      records: await open(path, 'ax', MODE.privateFile),
      offsets: await open(offsetsPath(path), 'ax', MODE.privateFile),
      size: 0,
    };
    await syncFolder(dirname(path));
    await syncFolder(this.folder);
    this.#open.set(month, segment);
    return segment;
  }

  /** fsyncs all that was appended; closes full files and those of months before `keep`. */
  async makeDurable(keep: Month): Promise<void> {
    for (const { records, offsets } of [...this.#open.values(), ...this.#finished]) {
      await records.datasync();
      await offsets.datasync();
    }
    for (const segment of this.#finished.splice(0)) await closeSegment(segment);
    for (const [month, segment] of this.#open) {
      if (month >= keep - 1 || segment.size === 0) continue;
      this.#open.delete(month);
      await closeSegment(segment);
    }
  }

  async close(): Promise<void> {
    for (const segment of [...this.#open.values(), ...this.#finished]) await closeSegment(segment);
    this.#open.clear();
  }
}

async function closeSegment({ records, offsets }: OpenSegment): Promise<void> {
  await records.close();
  await offsets.close();
}
