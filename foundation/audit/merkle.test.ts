// spec: national-service §11.1.4 (LOG-11, LOG-12), §11.1.6; RFC 6962 §2.1

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { EMPTY_ROOT, leafHash, nodeHash, splitPoint, TILE_WIDTH, TreeEdge } from './merkle.ts';
import { consistencyPath, consistent, foldInclusion, inclusionPath, rootHash } from './merkle-proofs.ts';
import {
  countAt,
  encodeIndex,
  type PublishedFiles,
  parseTilePath,
  tilePath,
  withHashes,
  within,
} from './tiles.ts';

const leaf = (index: number): Buffer => leafHash(Buffer.from(`entry ${index}`));

/** The definition of RFC 6962 §2.1, word for word. */
function definition(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return EMPTY_ROOT;
  if (leaves.length === 1) return leaves[0]!;
  const k = splitPoint(leaves.length);
  return nodeHash(definition(leaves.slice(0, k)), definition(leaves.slice(k)));
}

/** A tree kept as tiles in memory, as the log keeps it in files. */
function tiledTree(size: number): {
  edge: TreeEdge;
  files: PublishedFiles;
  leaves: Buffer[];
  paths: Set<string>;
} {
  const tiles = new Map<string, Buffer>();
  const edge = new TreeEdge();
  const leaves = Array.from({ length: size }, (_, i) => leaf(i));
  for (const hash of leaves)
    edge.append(hash, (level, tile, bytes) => tiles.set(tilePath({ level, tile, width: TILE_WIDTH }), bytes));
  for (const { bytes, ...name } of edge.partialTiles()) tiles.set(tilePath(name), bytes);
  return { edge, files: async (path) => tiles.get(path), leaves, paths: new Set(tiles.keys()) };
}

test('LOG-11 the growing edge has the root of the definition at every size', () => {
  const edge = new TreeEdge();
  const leaves: Buffer[] = [];
  assert.deepEqual(edge.root(), definition([]));
  for (let size = 1; size <= 600; size += 1) {
    leaves.push(leaf(size - 1));
    edge.append(leaves.at(-1)!, () => {});
    if (size < 20 || size % 17 === 0 || Math.abs(size - 256) < 3 || Math.abs(size - 512) < 3) {
      assert.deepEqual(edge.root(), definition(leaves), `size ${size}`);
    }
  }
});

test('LOG-12 a tree of 70,000 has the tiles and widths of the contract, and the root of the definition', async () => {
  const { edge, files, leaves, paths } = tiledTree(70_000);
  const [full0, partial0] = [[...paths].filter((path) => /^tile\/0\/[^.]+$/.test(path)), 'tile/0/273.p/112'];
  assert.equal(full0.length, 273);
  assert.ok(paths.has(partial0));
  assert.ok(paths.has('tile/1/000') && paths.has('tile/1/001.p/17') && paths.has('tile/2/000.p/1'));
  assert.equal(paths.size, 273 + 1 + 1 + 1 + 1);
  assert.deepEqual(edge.root(), definition(leaves));
  assert.deepEqual(await withHashes(files, 70_000, (read) => rootHash(70_000, read)), edge.root());
  assert.deepEqual(
    await withHashes(files, 70_000, (read) => rootHash(66_001, read)),
    definition(leaves.slice(0, 66_001)),
  );
});

test('LOG §11.1.6 every inclusion proof from tiles verifies, and no changed one does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1200 }), fc.nat(), fc.nat(), async (size, at, where) => {
      const { edge, files, leaves } = tiledTree(size);
      const index = at % size;
      const path = await withHashes(files, size, (read) => inclusionPath(index, size, read));
      assert.deepEqual(foldInclusion(leaves[index]!, index, size, path), edge.root());
      assert.notDeepEqual(foldInclusion(leaf(-1), index, size, path), edge.root());
      assert.notDeepEqual(foldInclusion(leaves[index]!, (index + 1) % (size + 1), size, path), edge.root());
      if (path.length === 0) return;
      const altered = path.map((hash, i) => (i === where % path.length ? leaf(-2) : hash));
      assert.notDeepEqual(foldInclusion(leaves[index]!, index, size, altered), edge.root());
      assert.notDeepEqual(foldInclusion(leaves[index]!, index, size, path.slice(1)), edge.root());
      assert.notDeepEqual(foldInclusion(leaves[index]!, index, size, [...path, leaf(0)]), edge.root());
    }),
    { numRuns: 60 },
  );
});

test('LOG §11.1.6 every consistency proof from tiles verifies, and no rewritten history does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1200 }), fc.nat(), fc.nat(), async (size, at, changed) => {
      const { edge, files, leaves } = tiledTree(size);
      const oldSize = at % (size + 1);
      const older = { size: oldSize, root: definition(leaves.slice(0, oldSize)) };
      const newer = { size, root: edge.root() };
      const path = await withHashes(files, size, (read) => consistencyPath(oldSize, size, read));
      assert.ok(consistent(older, newer, path));
      assert.equal(consistent(older, newer, [...path, leaf(0)]), false);
      if (path.length > 0) assert.equal(consistent(older, newer, path.slice(1)), false);
      if (oldSize === 0) return;
      const rewritten = leaves
        .slice(0, oldSize)
        .map((hash, i) => (i === changed % oldSize ? leaf(-3) : hash));
      assert.equal(consistent({ size: oldSize, root: definition(rewritten) }, newer, path), false);
    }),
    { numRuns: 60 },
  );
  assert.equal(consistent({ size: 2, root: leaf(0) }, { size: 1, root: leaf(0) }, []), false);
});

test('LOG-12 tile indices are written in groups of three digits, and only the one form is read', () => {
  assert.deepEqual([0, 5, 999, 1000, 1_234_067].map(encodeIndex), [
    '000',
    '005',
    '999',
    'x001/000',
    'x001/x234/067',
  ]);
  fc.assert(
    fc.property(
      fc.oneof(fc.constant('entries' as const), fc.integer({ min: 0, max: 63 })),
      fc.integer({ min: 0, max: 2 ** 50 }),
      fc.integer({ min: 1, max: 256 }),
      (level, tile, width) => {
        assert.deepEqual(parseTilePath(tilePath({ level, tile, width })), { level, tile, width });
      },
    ),
  );
  const wrong = [
    'tile/0/5',
    'tile/0/05',
    'tile/0/0005',
    'tile/00/005',
    'tile/64/005',
    'tile/-1/005',
    'tile/0/001/005',
    'tile/0/x000/005',
    'tile/0/x001/x005',
    'tile/0/005.p/0',
    'tile/0/005.p/01',
    'tile/0/005.p/256',
    'tile/0/005.p/1000',
    'tile/0/005.p',
    'tile/0/005.p/',
    'tile/0/005/',
    '/tile/0/005',
    'tile/entry/005',
    'tile/0/005?x=1',
    'tile/0/../0/005',
    'tile/entries/005.p/-1',
    'tile/0/x999/x999/x999/x999/x999/x999/999',
    '',
  ];
  for (const path of wrong) assert.equal(parseTilePath(path), undefined, path);
});

test('LOG-12 a tile is within a tree only when all its hashes are', () => {
  assert.equal(countAt(1, 70_000), 273);
  assert.equal(within({ level: 0, tile: 273, width: 112 }, 70_000), true);
  assert.equal(within({ level: 0, tile: 273, width: 113 }, 70_000), false);
  assert.equal(within({ level: 1, tile: 1, width: 17 }, 70_000), true);
  assert.equal(within({ level: 2, tile: 0, width: 2 }, 70_000), false);
  assert.equal(within({ level: 63, tile: 0, width: 1 }, 70_000), false);
});
