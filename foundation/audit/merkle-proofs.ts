// Inclusion and consistency proofs: computing them from the hashes of complete subtrees, and verifying them.
// spec: national-service §11.1.6; RFC 6962 §2.1.1–2.1.2 (verification as in RFC 9162 §2.1.3.2 and §2.1.4.2)

import { EMPTY_ROOT, nodeHash, splitPoint, TILE_WIDTH } from './merkle.ts';

/** Hash number `index` at tile level `level`: the root of the complete subtree over 256^level leaves. */
export type HashReader = (level: number, index: number) => Uint8Array;

/** MTH(D[start:end]) for ranges that RFC 6962 proofs ask for (start aligned to the enclosing power of two). */
export function rangeHash(start: number, end: number, read: HashReader): Uint8Array {
  const size = end - start;
  if (size === 0) return EMPTY_ROOT;
  let span = 1;
  for (let level = 0; span <= size; level += 1, span *= TILE_WIDTH) {
    if (span === size && start % span === 0) return read(level, start / span);
  }
  const middle = start + splitPoint(size);
  return nodeHash(rangeHash(start, middle, read), rangeHash(middle, end, read));
}

/** Root hash of the tree of `size` leaves. */
export const rootHash = (size: number, read: HashReader): Uint8Array => rangeHash(0, size, read);

/** Audit path of leaf `index` in the tree of `size` leaves, sibling of the leaf first. Throws RangeError when index ≥ size. */
export function inclusionPath(index: number, size: number, read: HashReader): Uint8Array[] {
  if (index < 0 || index >= size) throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  const path: Uint8Array[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + splitPoint(end - start);
    if (index < middle) {
      path.push(rangeHash(middle, end, read));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, read));
      start = middle;
    }
  }
  return path.reverse();
}

/** Consistency proof between the trees of `oldSize` and `newSize` leaves; empty when oldSize is 0 or newSize. */
export function consistencyPath(oldSize: number, newSize: number, read: HashReader): Uint8Array[] {
  if (oldSize < 0 || oldSize > newSize)
    throw new RangeError(`no consistency proof from ${oldSize} to ${newSize}`);
  if (oldSize === 0 || oldSize === newSize) return [];
  const path: Uint8Array[] = [];
  let [start, end] = [0, newSize];
  while (end !== oldSize) {
    const middle = start + splitPoint(end - start);
    if (oldSize <= middle) {
      path.push(rangeHash(middle, end, read));
      end = middle;
    } else {
      path.push(rangeHash(start, middle, read));
      start = middle;
    }
  }
  if (start > 0) path.push(rangeHash(start, end, read));
  return path.reverse();
}

/** Root that the audit path of `leaf` at `index` leads to in a tree of `size` leaves; undefined when the path cannot be one. */
export function foldInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (index < 0 || index >= size) return undefined;
  let [position, last, folded] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return undefined;
    if (position % 2 === 1 || position === last) {
      folded = nodeHash(sibling, folded);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      folded = nodeHash(folded, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  return last === 0 ? folded : undefined;
}

/** A tree as its checkpoint describes it. */
export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Whether `path` proves that the tree `newer` begins with all leaves of the tree `older`. */
export function consistent(older: TreeHead, newer: TreeHead, path: readonly Uint8Array[]): boolean {
  if (older.size > newer.size) return false;
  if (older.size === newer.size) return path.length === 0 && equal(older.root, newer.root);
  if (older.size === 0) return path.length === 0 && equal(older.root, EMPTY_ROOT);
  let [position, last] = [older.size - 1, newer.size - 1];
  while (position % 2 === 1) [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  const hashes = position === 0 ? [older.root, ...path] : [...path];
  let oldFold = hashes.shift();
  let newFold = oldFold;
  for (const sibling of hashes) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldFold = nodeHash(sibling, oldFold!);
      newFold = nodeHash(sibling, newFold!);
      while (position % 2 === 0 && position !== 0) [position, last] = [position / 2, Math.floor(last / 2)];
    } else {
      newFold = nodeHash(newFold!, sibling);
    }
    [position, last] = [Math.floor(position / 2), Math.floor(last / 2)];
  }
  if (oldFold === undefined || newFold === undefined || last !== 0) return false;
  return equal(oldFold, older.root) && equal(newFold, newer.root);
}
