// The growing tree as published files: full tiles and bundles as they complete, partial ones for each checkpoint.
// spec: national-service §11.1.4 (LOG-12), §11.1.10 (LOG-14)

import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { MODE, replaceWhole, syncFolder } from './durable.ts';
import { AuditRecoveryError } from './errors.ts';
import { HASH_BYTES, leafHash, TILE_WIDTH, TreeEdge } from './merkle.ts';
import {
  BUNDLE_ITEM_BYTES,
  countAt,
  decodeBundle,
  encodeBundleItem,
  publishedFolder,
  readTile,
  type TileName,
  tilePath,
} from './tiles.ts';

/** A tree of `size` entries whose hashes and entries go to the files of LOG-12 under `folder`. */
export class TreeFiles {
  readonly folder: string;
  #edge: TreeEdge;
  #bundle: Buffer[];
  #unwritten = new Map<string, Buffer>();
  #full: TileName[] = [];

  /** Starts from the empty tree; `load` continues one. */
  constructor(folder: string, edge = new TreeEdge(), bundle: readonly Buffer[] = []) {
    this.folder = folder;
    this.#edge = edge;
    this.#bundle = [...bundle];
  }

  /** Reads the right edge of a tree of `size` entries. Throws AuditIntegrityError or AuditRecoveryError when files are missing or disagree. */
  static async load(folder: string, size: number): Promise<TreeFiles> {
    const files = publishedFolder(folder);
    const edgeTile = (level: number | 'entries'): TileName => {
      const count = countAt(level, size);
      return { level, tile: Math.floor(count / TILE_WIDTH), width: count % TILE_WIDTH };
    };
    const rows: Buffer[][] = [];
    for (let level = 0; countAt(level, size) > 0; level += 1) {
      const name = edgeTile(level);
      const bytes = name.width === 0 ? Buffer.alloc(0) : await readTile(files, name);
      rows.push(
        Array.from({ length: name.width }, (_, i) => bytes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES)),
      );
    }
    const last = edgeTile('entries');
    const items = last.width === 0 ? Buffer.alloc(0) : await readTile(files, last);
    for (const [i, entry] of decodeBundle(items).entries()) {
      if (!leafHash(entry).equals(rows[0]![i]!)) {
        throw new AuditRecoveryError(`${tilePath(last)} and ${tilePath(edgeTile(0))} disagree on entry ${i}`);
      }
    }
    const bundle = Array.from({ length: last.width }, (_, i) =>
      items.subarray(i * BUNDLE_ITEM_BYTES, (i + 1) * BUNDLE_ITEM_BYTES),
    );
    return new TreeFiles(folder, new TreeEdge(size, rows), bundle);
  }

  get size(): number {
    return this.#edge.size;
  }

  root(): Buffer {
    return this.#edge.root();
  }

  /** Adds an entry to the tree in memory; its files follow with `makeDurable`. */
  append(entry: Uint8Array): void {
    this.#bundle.push(encodeBundleItem(entry));
    this.#edge.append(leafHash(entry), (level, tile, bytes) =>
      this.#complete({ level, tile, width: TILE_WIDTH }, bytes),
    );
    if (this.#bundle.length < TILE_WIDTH) return;
    const tile = this.size / TILE_WIDTH - 1;
    this.#complete({ level: 'entries', tile, width: TILE_WIDTH }, Buffer.concat(this.#bundle));
    this.#bundle = [];
  }

  #complete(name: TileName, bytes: Buffer): void {
    this.#unwritten.set(tilePath(name), bytes);
    this.#full.push(name);
  }

  #partials(): [string, Buffer][] {
    const hashes = this.#edge
      .partialTiles()
      .map(({ bytes, ...name }): [string, Buffer] => [tilePath(name), bytes]);
    const width = this.#bundle.length;
    if (width === 0) return hashes;
    const name: TileName = { level: 'entries', tile: Math.floor(this.size / TILE_WIDTH), width };
    return [...hashes, [tilePath(name), Buffer.concat(this.#bundle)]];
  }

  /**
   * Writes all full tiles so far and the partial ones of the present size, and fsyncs them and their folders.
   * Returns the size and root they stand for (appends meanwhile belong to the next call), and what to call once
   * that size is published: it drops the partial tiles that full ones replace.
   */
  async makeDurable(): Promise<{ size: number; root: Buffer; superseded: () => Promise<void> }> {
    const [size, root] = [this.size, this.root()];
    const written = [...this.#unwritten, ...this.#partials()];
    const full = this.#full;
    this.#unwritten = new Map();
    this.#full = [];
    const folders = new Set<string>();
    for (const [path, bytes] of written) {
      const file = join(this.folder, path);
      const created = await mkdir(dirname(file), { recursive: true, mode: MODE.publicFolder });
      await replaceWhole(file, bytes, MODE.publicFile);
      for (let at = dirname(file); ; at = dirname(at)) {
        folders.add(at);
        if (created === undefined || at.length < created.length) break;
      }
    }
    for (const folder of folders) await syncFolder(folder);
    const superseded = async (): Promise<void> => {
      for (const name of full) {
        await rm(join(this.folder, `${tilePath(name)}.p`), { recursive: true, force: true });
      }
    };
    return { size, root, superseded };
  }
}
