// The published files of a log: their paths, entry bundles, and reading tree hashes out of tiles.
// spec: national-service §11.1.4 (LOG-12), §21 rows 54–55; C2SP tlog-tiles

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ENTRY_BYTES } from './entry.ts';
import { AuditFormatError, AuditIntegrityError } from './errors.ts';
import { HASH_BYTES, TILE_WIDTH } from './merkle.ts';
import type { HashReader } from './merkle-proofs.ts';

/** A tile or entry bundle: `level` 0–63 or `entries`, its number, and its width (256 = full). */
export interface TileName {
  readonly level: number | 'entries';
  readonly tile: number;
  readonly width: number;
}

/** Bytes of one element of an entry bundle: uint16 length and the entry. */
export const BUNDLE_ITEM_BYTES = 2 + ENTRY_BYTES;

/** Index in groups of three digits, all but the last with `x`: 1234067 → `x001/x234/067`. */
export function encodeIndex(index: number): string {
  const groups = [String(index % 1000).padStart(3, '0')];
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`);
  }
  return groups.join('/');
}

/** Path of a tile or bundle under the log's prefix. */
export function tilePath({ level, tile, width }: TileName): string {
  return `tile/${level}/${encodeIndex(tile)}${width === TILE_WIDTH ? '' : `.p/${width}`}`;
}

/** The tile or bundle a path names, or undefined when the path is not in the one canonical form. */
export function parseTilePath(path: string): TileName | undefined {
  const match =
    /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/.exec(path);
  if (match === null) return undefined;
  const [, area, groups, partial] = match;
  const name: TileName = {
    level: area === 'entries' ? area : Number(area),
    tile: Number(groups!.replaceAll(/[x/]/g, '')),
    width: partial === undefined ? TILE_WIDTH : Number(partial),
  };
  if (name.width > TILE_WIDTH || (name.level !== 'entries' && name.level > 63)) return undefined;
  return Number.isSafeInteger(name.tile) && tilePath(name) === path ? name : undefined;
}

/** How many hashes (or entries) the tree of `size` leaves has at a level. */
export function countAt(level: number | 'entries', size: number): number {
  return level === 'entries' ? size : Math.floor(size / TILE_WIDTH ** level);
}

/** Whether a tile lies wholly within the tree of `size` leaves. */
export function within({ level, tile, width }: TileName, size: number): boolean {
  return tile * TILE_WIDTH + width <= countAt(level, size);
}

/** The tile that holds number `index` of a level, as wide as it is in the tree of `size` leaves. */
export function tileHolding(level: number | 'entries', index: number, size: number): TileName {
  const tile = Math.floor(index / TILE_WIDTH);
  return { level, tile, width: Math.min(TILE_WIDTH, countAt(level, size) - tile * TILE_WIDTH) };
}

/** One element of a bundle. Throws when the entry has not the length of LOG-05. */
export function encodeBundleItem(entry: Uint8Array): Buffer {
  if (entry.length !== ENTRY_BYTES) throw new AuditFormatError(`an entry has ${ENTRY_BYTES} bytes`);
  const item = Buffer.allocUnsafe(BUNDLE_ITEM_BYTES);
  item.writeUInt16BE(ENTRY_BYTES, 0);
  item.set(entry, 2);
  return item;
}

/** The entries of a bundle. Throws AuditFormatError when it is not a whole number of 97-byte entries. */
export function decodeBundle(bytes: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += BUNDLE_ITEM_BYTES) {
    if (
      at + BUNDLE_ITEM_BYTES > bytes.length ||
      bytes.readUInt16BE(at) !== ENTRY_BYTES ||
      bytes[at + 2] !== 1
    ) {
      throw new AuditFormatError(`element ${at / BUNDLE_ITEM_BYTES} of the entry bundle is malformed`);
    }
    entries.push(bytes.subarray(at + 2, at + BUNDLE_ITEM_BYTES));
  }
  return entries;
}

/** Reads a published file by its path under the prefix (`checkpoint`, `tile/…`); undefined when there is none. */
export type PublishedFiles = (path: string) => Promise<Buffer | undefined>;

/** The published files of a log kept in a folder. */
export function publishedFolder(folder: string): PublishedFiles {
  return async (path) => {
    try {
      return await readFile(join(folder, path));
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR') return undefined;
      throw error;
    }
  };
}

/** Bytes of a tile or bundle, from its own file or the beginning of the full one. Throws AuditIntegrityError when absent or short. */
export async function readTile(files: PublishedFiles, name: TileName): Promise<Buffer> {
  const bytes = (await files(tilePath(name))) ?? (await files(tilePath({ ...name, width: TILE_WIDTH })));
  if (bytes === undefined) throw new AuditIntegrityError(`${tilePath(name)} is missing`);
  const wanted = name.width * (name.level === 'entries' ? BUNDLE_ITEM_BYTES : HASH_BYTES);
  if (bytes.length < wanted) throw new AuditIntegrityError(`${tilePath(name)} is too short`);
  return bytes.subarray(0, wanted);
}

/** Runs `compute` with the tree hashes it needs: once to learn which, then on the tiles of the tree of `size` leaves. */
export async function withHashes<T>(
  files: PublishedFiles,
  size: number,
  compute: (read: HashReader) => T,
): Promise<T> {
  const needed = new Map<string, TileName>();
  const blank = Buffer.alloc(HASH_BYTES);
  compute((level, index) => {
    const name = tileHolding(level, index, size);
    needed.set(tilePath({ ...name, width: TILE_WIDTH }), name);
    return blank;
  });
  const tiles = new Map<string, Buffer>();
  await Promise.all([...needed].map(async ([path, name]) => tiles.set(path, await readTile(files, name))));
  return compute((level, index) => {
    const bytes = tiles.get(tilePath({ ...tileHolding(level, index, size), width: TILE_WIDTH }))!;
    const at = (index % TILE_WIDTH) * HASH_BYTES;
    return bytes.subarray(at, at + HASH_BYTES);
  });
}

/** The entry at `index` of a tree of `size` leaves. */
export async function readEntry(files: PublishedFiles, index: number, size: number): Promise<Buffer> {
  const bundle = await readTile(files, tileHolding('entries', index, size));
  return decodeBundle(bundle)[index % TILE_WIDTH]!;
}
