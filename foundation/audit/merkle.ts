// RFC 6962 Merkle tree: hashing, and the growing right edge of a tree kept as rows of 256 hashes (one row per tile level).
// spec: national-service §11.1.4 (LOG-11)

import { hash } from 'node:crypto';

/** Length of every hash in bytes (SHA-256). */
export const HASH_BYTES = 32;
/** Hashes in a full tile, entries in a full bundle. */
export const TILE_WIDTH = 256;

/** SHA-256 of `data`. */
export const sha256 = (data: Uint8Array): Buffer => hash('sha256', data, 'buffer');

/** Root of the tree without entries: SHA-256 of nothing. */
export const EMPTY_ROOT: Buffer = sha256(new Uint8Array(0));

const nodeInput = Buffer.alloc(1 + 2 * HASH_BYTES);
nodeInput[0] = 1;

/** Leaf hash of an entry: SHA-256(0x00 ‖ entry). */
export function leafHash(entry: Uint8Array): Buffer {
  const input = Buffer.allocUnsafe(entry.length + 1);
  input[0] = 0;
  input.set(entry, 1);
  return sha256(input);
}

/** Hash of an inner node: SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  nodeInput.set(left, 1);
  nodeInput.set(right, 1 + HASH_BYTES);
  return sha256(nodeInput);
}

/** Largest power of two below `n` (n ≥ 2): where RFC 6962 splits. */
export function splitPoint(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** Root over subtree hashes in order; all but the last must cover equally many leaves. Empty list: the empty root. */
export function rootOver(hashes: readonly Uint8Array[]): Buffer {
  if (hashes.length === 0) return EMPTY_ROOT;
  let row: readonly Uint8Array[] = hashes;
  while (row.length > 1) {
    const next: Uint8Array[] = [];
    for (let i = 0; i + 1 < row.length; i += 2) next.push(nodeHash(row[i]!, row[i + 1]!));
    if (row.length % 2 === 1) next.push(row[row.length - 1]!);
    row = next;
  }
  return Buffer.from(row[0]!);
}

/** Called with each tile that has just become full: level, tile number, its 8,192 bytes. */
export type FullTile = (level: number, tile: number, bytes: Buffer) => void;

/** The partial tiles at the right edge of a tree: everything that is needed to append and to compute the root. */
export class TreeEdge {
  /** Number of leaves. */
  size: number;
  readonly #rows: Uint8Array[][];

  /** `rows[L]`: the hashes of the partial tile at level L of a tree of `size` leaves (default: the empty tree). */
  constructor(size = 0, rows: readonly (readonly Uint8Array[])[] = []) {
    this.size = size;
    this.#rows = rows.map((row) => [...row]);
  }

  /** Appends one leaf hash; reports the tiles it completes. */
  append(leaf: Uint8Array, onFull: FullTile): void {
    this.size += 1;
    let carried: Uint8Array = leaf;
    let covered = this.size;
    for (let level = 0; ; level += 1) {
      const row = this.#rows[level] ?? [];
      this.#rows[level] = row;
      row.push(carried);
      if (row.length < TILE_WIDTH) return;
      covered = Math.floor(covered / TILE_WIDTH);
      onFull(level, covered - 1, Buffer.concat(row));
      carried = rootOver(row);
      this.#rows[level] = [];
    }
  }

  /** Root hash of the whole tree. */
  root(): Buffer {
    let tail: Uint8Array | undefined;
    for (const row of this.#rows) {
      const items = tail === undefined ? row : [...row, tail];
      if (items.length > 0) tail = rootOver(items);
    }
    return tail === undefined ? EMPTY_ROOT : Buffer.from(tail);
  }

  /** The partial tiles that exist at this size: level, tile number, width 1–255, bytes. */
  partialTiles(): { level: number; tile: number; width: number; bytes: Buffer }[] {
    return this.#rows.flatMap((row, level) => {
      if (row.length === 0) return [];
      const total = Math.floor(this.size / TILE_WIDTH ** level);
      return [{ level, tile: Math.floor(total / TILE_WIDTH), width: row.length, bytes: Buffer.concat(row) }];
    });
  }
}
