// The write-ahead files: groups of entries with their records, each group sealed by a hash and fsynced before it is acknowledged.
// spec: national-service §11.1.10 (LOG-13, LOG-15)

import { constants } from 'node:fs';
import { type FileHandle, open, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { MODE, syncFolder } from './durable.ts';
import { ENTRY_BYTES } from './entry.ts';
import { AuditFormatError, AuditRecoveryError } from './errors.ts';
import { HASH_BYTES, sha256 } from './merkle.ts';
import { decodeRecord } from './record.ts';

/** An entry with its stored record, as bytes. */
export interface LoggedEntry {
  readonly index: number;
  readonly entry: Buffer;
  readonly record: Buffer;
}

const MAGIC = Buffer.from('GPA1');
const HEAD_BYTES = 4 + 4 + 8 + 4;

/** Most entries of one group. */
export const MAX_GROUP = 256;

/** `GPA1` ‖ uint32 body length ‖ uint64 first index ‖ uint32 count ‖ count × (entry ‖ record) ‖ SHA-256 of all before. */
export function encodeGroup(entries: readonly LoggedEntry[]): Buffer {
  const chunks: Buffer[] = [Buffer.alloc(HEAD_BYTES)];
  for (const { entry, record } of entries) chunks.push(entry, record);
  chunks.push(Buffer.alloc(HASH_BYTES));
  const bytes = Buffer.concat(chunks);
  const hashAt = bytes.length - HASH_BYTES;
  MAGIC.copy(bytes);
  bytes.writeUInt32BE(hashAt - HEAD_BYTES, 4);
  bytes.writeBigUInt64BE(BigInt(entries[0]!.index), 8);
  bytes.writeUInt32BE(entries.length, 16);
  sha256(bytes.subarray(0, hashAt)).copy(bytes, hashAt);
  return bytes;
}

/** The group at `at`; undefined when there is no whole, unaltered one. */
export function decodeGroup(
  bytes: Buffer,
  at: number,
): { entries: LoggedEntry[]; length: number } | undefined {
  if (bytes.length < at + HEAD_BYTES + HASH_BYTES || !bytes.subarray(at, at + 4).equals(MAGIC))
    return undefined;
  const end = at + HEAD_BYTES + bytes.readUInt32BE(at + 4);
  if (bytes.length < end + HASH_BYTES) return undefined;
  if (!sha256(bytes.subarray(at, end)).equals(bytes.subarray(end, end + HASH_BYTES))) return undefined;
  const first = Number(bytes.readBigUInt64BE(at + 8));
  const count = bytes.readUInt32BE(at + 16);
  const entries: LoggedEntry[] = [];
  let position = at + HEAD_BYTES;
  for (let i = 0; i < count; i += 1) {
    const body = bytes.subarray(0, end);
    const decoded = decodeRecord(body, position + ENTRY_BYTES);
    if (decoded?.record.index !== first + i)
      throw new AuditFormatError(`group of entry ${first} is inconsistent`);
    const recordAt = position + ENTRY_BYTES;
    entries.push({
      index: first + i,
      entry: bytes.subarray(position, recordAt),
      record: bytes.subarray(recordAt, recordAt + decoded.length),
    });
    position = recordAt + decoded.length;
  }
  return { entries, length: end + HASH_BYTES - at };
}

/** One open write-ahead file. */
export class WriteAheadFile {
  readonly path: string;
  /** Number of the entry after the last one written here. */
  end = 0;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle) {
    this.path = path;
    this.#handle = handle;
  }

  /** Creates file number `sequence` in `folder`; its name is durable before this returns. */
  static async create(folder: string, sequence: number): Promise<WriteAheadFile> {
    const path = join(folder, `${String(sequence).padStart(16, '0')}.wal`);
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_APPEND;
    const handle = await open(path, flags, MODE.privateFile);
    await syncFolder(folder);
    return new WriteAheadFile(path, handle);
  }

  /** Appends a group and waits until it is durable. */
  async append(entries: readonly LoggedEntry[]): Promise<void> {
    const bytes = encodeGroup(entries);
    for (let written = 0; written < bytes.length; ) {
      written += (await this.#handle.write(bytes, written)).bytesWritten;
    }
    await this.#handle.datasync();
    this.end = entries.at(-1)!.index + 1;
  }

  close(): Promise<void> {
    return this.#handle.close();
  }

  /** Closes and removes the file, once all it holds is durable elsewhere. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
  }
}

/** What the write-ahead files hold after a stop. */
export interface Replay {
  /** Entries from `from` on, gapless. */
  readonly entries: LoggedEntry[];
  readonly paths: readonly string[];
  readonly nextSequence: number;
  /** Bytes of the torn tail. */
  readonly tornBytes: number;
  /** Cuts the torn tail off, durably. */
  cutTail(): Promise<void>;
}

/**
 * Reads the write-ahead files from entry `from` on; changes nothing until `cutTail`.
 * Only the last group written can be torn, because the next one waits for its fsync; a damaged group that a whole one
 * follows, or a gap, is damage to acknowledged entries: AuditRecoveryError.
 */
export async function replayWriteAhead(folder: string, from: number): Promise<Replay> {
  const names = (await readdir(folder)).filter((name) => /^\d{16}\.wal$/.test(name)).sort();
  const entries: LoggedEntry[] = [];
  let next: number | undefined;
  let torn: { path: string; at: number; length: number } | undefined;
  for (const name of names) {
    const path = join(folder, name);
    const bytes = await readFile(path);
    let at = 0;
    for (let group = decodeGroup(bytes, at); group !== undefined; group = decodeGroup(bytes, at)) {
      const first = group.entries[0]!.index;
      // Files below `from` are no longer needed: one may have gone before an earlier one.
      const fits = next === undefined || (next <= from && first <= from) ? first <= from : first === next;
      if (torn !== undefined || !fits) {
        throw new AuditRecoveryError(
          `${name} begins entry ${first} where ${next ?? from} was expected: entries are damaged or missing`,
        );
      }
      next = first + group.entries.length;
      entries.push(...group.entries.filter(({ index }) => index >= from));
      at += group.length;
    }
    if (at === bytes.length) continue;
    if (torn !== undefined || followedByGroup(bytes, at + 1)) {
      throw new AuditRecoveryError(`${name} is damaged at byte ${at}, before acknowledged entries`);
    }
    torn = { path, at, length: bytes.length };
  }
  return {
    entries,
    paths: names.map((name) => join(folder, name)),
    nextSequence: names.length === 0 ? 1 : Number(names.at(-1)!.slice(0, 16)) + 1,
    tornBytes: torn === undefined ? 0 : torn.length - torn.at,
    cutTail: async () => {
      if (torn !== undefined) await cut(torn.path, torn.at);
    },
  };
}

function followedByGroup(bytes: Buffer, start: number): boolean {
  for (let at = bytes.indexOf(MAGIC, start); at !== -1; at = bytes.indexOf(MAGIC, at + 1)) {
    if (decodeGroup(bytes, at) !== undefined) return true;
  }
  return false;
}

async function cut(path: string, length: number): Promise<void> {
  await truncate(path, length);
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
