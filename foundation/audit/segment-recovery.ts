// Bringing segment files back to the last checkpoint at start; what follows it is written again from the write-ahead files.
// spec: national-service §11.1.10 (LOG-15)

import { type FileHandle, open, rename, rm, stat, truncate } from 'node:fs/promises';
import { dirname } from 'node:path';
import { MODE, syncFolder } from './durable.ts';
import { AuditRecoveryError } from './errors.ts';
import { decodeRecord, MAX_RECORD_BYTES } from './record.ts';
import { listSegments, offsetsPath, type PlacedRecord, ROW_BYTES, readAt, scanSegment } from './segments.ts';

/**
 * Cuts segments back to entries below `size`, and rebuilds offsets that are behind; entries from `size` up to `end` will be
 * written again. Throws AuditRecoveryError, having changed nothing, on bytes below `size` that are no record, or a record
 * at or above `end`: one was acknowledged that the write-ahead files no longer hold.
 */
export async function cutSegments(folder: string, size: number, end: number): Promise<void> {
  const kept = new Map<string, PlacedRecord[]>();
  const segments = await listSegments(folder);
  for (const [i, { month, path }] of segments.entries()) {
    const next = segments[i + 1];
    const before = next !== undefined && next.month === month && next.first < size;
    if (before || (await settled(path, size))) continue;
    const below: PlacedRecord[] = [];
    kept.set(path, below);
    let last = -1;
    try {
      for await (const placed of scanSegment(path)) {
        last = placed.record.index;
        if (last < size) below.push(placed);
        if (last >= end)
          throw new AuditRecoveryError(`${path} holds entry ${last}, which the write-ahead files lack`);
      }
    } catch (cause) {
      if (cause instanceof AuditRecoveryError) throw cause;
      if (last < size - 1) throw new AuditRecoveryError(`${path} is damaged after entry ${last}`, { cause });
    }
  }
  for (const [path, records] of kept) await rewriteTail(path, records);
}

/** Whether the file ends with a whole record below `size`, to which its offsets lead. */
async function settled(path: string, size: number): Promise<boolean> {
  const bytes = (await stat(path)).size;
  let offsets: FileHandle;
  try {
    offsets = await open(offsetsPath(path), 'r');
  } catch {
    return false;
  }
  const records = await open(path, 'r');
  try {
    const length = (await offsets.stat()).size;
    if (length === 0 || length % ROW_BYTES !== 0) return false;
    const row = await readAt(offsets, length - ROW_BYTES, ROW_BYTES);
    const [index, offset] = [Number(row.readBigUInt64BE(0)), Number(row.readBigUInt64BE(8))];
    if (offset >= bytes || bytes - offset > MAX_RECORD_BYTES) return false;
    const decoded = decodeRecord(await readAt(records, offset, bytes - offset));
    return decoded?.record.index === index && decoded.length === bytes - offset && index < size;
  } catch {
    return false;
  } finally {
    await records.close();
    await offsets.close();
  }
}

async function rewriteTail(path: string, kept: readonly PlacedRecord[]): Promise<void> {
  const last = kept.at(-1);
  if (last === undefined) {
    await rm(path, { force: true });
    await rm(offsetsPath(path), { force: true });
  } else {
    const rows = Buffer.alloc(kept.length * ROW_BYTES);
    for (const [i, { record, offset }] of kept.entries()) {
      rows.writeBigUInt64BE(BigInt(record.index), i * ROW_BYTES);
      rows.writeBigUInt64BE(BigInt(offset), i * ROW_BYTES + 8);
    }
    await truncate(path, last.offset + last.length);
    const fresh = await open(`${offsetsPath(path)}.new`, 'w', MODE.privateFile);
    await fresh.writeFile(rows);
    await fresh.sync();
    await fresh.close();
    await rename(`${offsetsPath(path)}.new`, offsetsPath(path));
  }
  await syncFolder(dirname(path));
}
