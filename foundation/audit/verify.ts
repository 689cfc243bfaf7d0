// Verifying a whole log offline: every tile, bundle and checkpoint recomputed; with keys, every stored record too.
// spec: national-service §11.1.9 (`gpc audit verify`), §11.1.10 (LOG-21)

import { join } from 'node:path';
import { type Checkpoint, parseCheckpoint, signedByLog } from './checkpoint.ts';
import { PARTS } from './entry.ts';
import { AuditError } from './errors.ts';
import type { KeyStore } from './key-store.ts';
import { HASH_BYTES, leafHash, TILE_WIDTH, TreeEdge } from './merkle.ts';
import { parseVkey } from './note.ts';
import { patientPartHead } from './parts.ts';
import { openPart, type StoredRecord } from './record.ts';
import { logFolders } from './recovery.ts';
import { listSegments, scanSegment } from './segments.ts';
import {
  decodeBundle,
  type PublishedFiles,
  publishedFolder,
  readTile,
  type TileName,
  tileHolding,
  tilePath,
} from './tiles.ts';

export type LogVerdict =
  | {
      readonly valid: true;
      readonly checkpoint: Checkpoint;
      /** Stored records opened and compared; erased ones that a `key-destroyed` entry accounts for. */
      readonly records: number;
      readonly erased: number;
    }
  | { readonly valid: false; readonly file: string; readonly index: number | null; readonly reason: string };

class Difference extends Error {
  readonly file: string;
  readonly index: number | null;
  constructor(file: string, index: number | null, reason: string) {
    super(reason);
    this.file = file;
    this.index = index;
  }
}

/**
 * Recomputes a whole log up to its published checkpoint. `log`: its folder, or its published files (then no records).
 * `keys`: also opens every stored record and compares it with its entry (folder only). Never throws for a bad log: the
 * verdict names the first file and index that differ.
 */
export async function verifyLog(
  log: string | PublishedFiles,
  options: { readonly vkey: string; readonly keys?: KeyStore },
): Promise<LogVerdict> {
  const files = typeof log === 'string' ? publishedFolder(logFolders(log).published) : log;
  try {
    const checkpoint = await verifyCheckpoint(files, options.vkey);
    await verifyTree(files, checkpoint);
    if (options.keys === undefined || typeof log !== 'string')
      return { valid: true, checkpoint, records: 0, erased: 0 };
    return { valid: true, checkpoint, ...(await verifyRecords(log, files, checkpoint.size, options.keys)) };
  } catch (error) {
    if (error instanceof Difference)
      return { valid: false, file: error.file, index: error.index, reason: error.message };
    throw error;
  }
}

/** Runs `work`; an error of this room becomes a difference in `file`. */
async function inFile<T>(file: string, index: number | null, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AuditError) throw new Difference(file, index, error.message);
    throw error;
  }
}

async function verifyCheckpoint(files: PublishedFiles, vkey: string): Promise<Checkpoint> {
  const key = parseVkey(vkey);
  const text = await files('checkpoint');
  if (text === undefined) throw new Difference('checkpoint', null, 'there is no checkpoint');
  const checkpoint = await inFile('checkpoint', null, () => parseCheckpoint(text.toString('utf8')));
  if (!signedByLog(checkpoint, key))
    throw new Difference('checkpoint', null, 'the checkpoint is not signed by the log');
  return checkpoint;
}

async function verifyTree(files: PublishedFiles, { size, root }: Checkpoint): Promise<void> {
  const edge = new TreeEdge();
  const full: { name: TileName; bytes: Buffer }[] = [];
  const onFull = (level: number, tile: number, bytes: Buffer): void => {
    full.push({ name: { level, tile, width: TILE_WIDTH }, bytes });
  };
  for (let at = 0; at < size; at += TILE_WIDTH) {
    const name = tileHolding('entries', at, size);
    const bundle = await inFile(tilePath(name), at, () => readTile(files, name));
    for (const entry of await inFile(tilePath(name), at, () => decodeBundle(bundle)))
      edge.append(leafHash(entry), onFull);
    for (const { name: tile, bytes } of full.splice(0)) await compareTile(files, tile, bytes);
  }
  for (const { bytes, ...tile } of edge.partialTiles()) await compareTile(files, tile, bytes);
  if (!edge.root().equals(root)) throw new Difference('checkpoint', null, 'the entries lead to another root');
}

/** A tile against what the entries lead to; the index is that of the first entry under the first hash that differs. */
async function compareTile(
  files: PublishedFiles,
  name: TileName & { level: number | 'entries' },
  expected: Buffer,
): Promise<void> {
  const span = TILE_WIDTH ** (name.level as number);
  const firstEntry = name.tile * TILE_WIDTH * span;
  const bytes = await inFile(tilePath(name), firstEntry, () => readTile(files, name));
  if (bytes.equals(expected)) return;
  let at = 0;
  while (bytes.subarray(at, at + HASH_BYTES).equals(expected.subarray(at, at + HASH_BYTES))) at += HASH_BYTES;
  const reason =
    name.level === 0 ? 'the entry and its hash in the tile differ' : 'the hash differs from those below it';
  throw new Difference(tilePath(name), firstEntry + (at / HASH_BYTES) * span, reason);
}

interface Range {
  readonly first: number;
  readonly last: number;
}

async function verifyRecords(
  folder: string,
  files: PublishedFiles,
  size: number,
  keys: KeyStore,
): Promise<{ records: number; erased: number }> {
  const { segments } = logFolders(folder);
  const seen = new Uint8Array(Math.ceil(size / 8));
  const destroyed: Range[] = [];
  let records = 0;
  let bundle: { tile: number; entries: Buffer[] } = { tile: -1, entries: [] };
  for (const { path, month } of await listSegments(segments)) {
    const file = path.slice(join(folder, '/').length);
    let last = -1;
    for await (const record of recordsIn(path, file)) {
      const { index } = record;
      if (index >= size) continue;
      if (index <= last || record.month !== month)
        throw new Difference(file, index, 'a record is out of order');
      last = index;
      const tile = Math.floor(index / TILE_WIDTH);
      if (tile !== bundle.tile) {
        bundle = { tile, entries: decodeBundle(await readTile(files, tileHolding('entries', index, size))) };
      }
      const entry = bundle.entries[index % TILE_WIDTH]!;
      const range = await inFile(file, index, () => verifyRecord(record, entry, keys));
      if (range !== undefined) destroyed.push(range);
      if ((seen[Math.floor(index / 8)]! & (1 << (index % 8))) !== 0)
        throw new Difference(file, index, 'a record is there twice');
      seen[Math.floor(index / 8)]! |= 1 << (index % 8);
      records += 1;
    }
  }
  return { records, erased: countErased(size, seen, destroyed) };
}

/** Records of a segment; bytes that are no record are a difference at the entry after the last one read. */
async function* recordsIn(path: string, file: string): AsyncGenerator<StoredRecord> {
  let last: number | null = null;
  try {
    for await (const { record } of scanSegment(path)) {
      last = record.index;
      yield record;
    }
  } catch (error) {
    if (error instanceof AuditError)
      throw new Difference(file, last === null ? null : last + 1, error.message);
    throw error;
  }
}

/** How many entries have no record any more; every one must be accounted for by the destruction of its month's key. */
function countErased(size: number, seen: Uint8Array, destroyed: readonly Range[]): number {
  let erased = 0;
  for (let index = 0; index < size; index += 1) {
    if ((seen[Math.floor(index / 8)]! & (1 << (index % 8))) !== 0) continue;
    if (!destroyed.some(({ first, last }) => first <= index && index <= last)) {
      throw new Difference(
        'private/segments',
        index,
        'the stored record is missing and no erasure accounts for it',
      );
    }
    erased += 1;
  }
  return erased;
}

/** Opens all parts; returns the range that a `key-destroyed` record accounts for. */
function verifyRecord(record: StoredRecord, entry: Buffer, keys: KeyStore): Range | undefined {
  const monthKeys = keys.monthKeys(record.month);
  if (monthKeys === undefined) throw new AuditError('AUDIT_KEY', `there is no key of ${record.month}`);
  const place = { origin: keys.origin, index: record.index, month: record.month };
  const [patient] = PARTS.map((name) => openPart(monthKeys, place, name, record.parts[name], entry));
  if (patientPartHead(patient!.bytes).kind !== 'key-destroyed') return undefined;
  const { first, last } = JSON.parse(patient!.bytes.toString('utf8')) as Range;
  return { first, last };
}
