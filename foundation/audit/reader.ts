// Reading parts of entries with the keys, and handing out proofs: fails closed on any difference.
// spec: national-service §11.1.3 (LOG-07), §11.1.6, §21 rows 56 and 58

import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { entryCommitment, type PartName, type PerPart, perPart } from './entry.ts';
import { AuditEntryUnavailableError, AuditIntegrityError } from './errors.ts';
import type { KeyStore } from './key-store.ts';
import { inclusionPath } from './merkle-proofs.ts';
import { formatProof, type Slot } from './proof.ts';
import { type MonthKeys, type OpenedPart, openPart, type StoredRecord } from './record.ts';
import { type LogFolders, logFolders } from './recovery.ts';
import { findRecord, listErased, listSegments, scanSegment } from './segments.ts';
import { type PublishedFiles, publishedFolder, readEntry, withHashes } from './tiles.ts';

interface Located {
  readonly record: StoredRecord;
  readonly keys: MonthKeys;
  readonly entry: Buffer;
  readonly checkpoint: Checkpoint;
  readonly checkpointText: string;
}

/** Disclosed parts as their exact strings, and the tlog-proof text that they stand in the log. */
export interface PartsWithProof {
  readonly parts: Partial<PerPart<string>>;
  readonly proof: string;
}

/** Reads a log's entries up to its newest published checkpoint; may run beside the writer, also in another process. */
export class AuditReader {
  readonly #folders: LogFolders;
  readonly #files: PublishedFiles;
  readonly #keys: KeyStore;

  constructor(options: { readonly folder: string; readonly keys: KeyStore }) {
    this.#folders = logFolders(options.folder);
    this.#files = publishedFolder(this.#folders.published);
    this.#keys = options.keys;
  }

  /**
   * Bytes and salt of one part. Throws AuditEntryUnavailableError (`not-yet` before the next checkpoint, `erased`,
   * `unknown`); AuditIntegrityError when record, entry or commitment differ: a security incident.
   */
  async readPart(index: number, name: PartName): Promise<OpenedPart> {
    return this.#open(await this.#locate(index), name);
  }

  /** The disclosed parts of an entry with a proof against the newest checkpoint. Throws as `readPart`. */
  async prove(index: number, disclose: readonly PartName[]): Promise<PartsWithProof> {
    const located = await this.#locate(index);
    const opened = new Map(disclose.map((name) => [name, this.#open(located, name)]));
    const slots = perPart((name): Slot => {
      const part = opened.get(name);
      return part === undefined ? { commitment: entryCommitment(located.entry, name) } : { salt: part.salt };
    });
    const { size } = located.checkpoint;
    const path = await withHashes(this.#files, size, (read) => inclusionPath(index, size, read));
    return {
      parts: Object.fromEntries([...opened].map(([name, { bytes }]) => [name, bytes.toString('utf8')])),
      proof: formatProof({ slots, index, path, checkpoint: located.checkpointText }),
    };
  }

  /**
   * One part of every entry up to the newest published checkpoint, from index `first` on, each checked like `readPart`;
   * those of erased months are left out. In the order they are stored: by month, then by index.
   */
  async *parts(name: PartName, first = 0): AsyncGenerator<{ index: number; bytes: Buffer }> {
    const text = await this.#files('checkpoint');
    if (text === undefined) return;
    const { size } = parseCheckpoint(text.toString('utf8'));
    const files = rememberingLast(this.#files);
    for (const segment of await listSegments(this.#folders.segments)) {
      const keys = this.#keys.monthKeys(segment.month);
      if (keys === undefined) continue;
      for await (const { record } of scanSegment(segment.path)) {
        if (record.index < first || record.index >= size) continue;
        const place = { origin: this.#keys.origin, index: record.index, month: record.month };
        const entry = await readEntry(files, record.index, size);
        yield { index: record.index, bytes: openPart(keys, place, name, record.parts[name], entry).bytes };
      }
    }
  }

  #open({ record, keys, entry }: Located, name: PartName): OpenedPart {
    const place = { origin: this.#keys.origin, index: record.index, month: record.month };
    return openPart(keys, place, name, record.parts[name], entry);
  }

  async #locate(index: number): Promise<Located> {
    if (!Number.isSafeInteger(index) || index < 0) throw new AuditEntryUnavailableError('unknown', index);
    const text = await this.#files('checkpoint');
    if (text === undefined) throw new AuditEntryUnavailableError('not-yet', index);
    const checkpointText = text.toString('utf8');
    const checkpoint = parseCheckpoint(checkpointText);
    if (index >= checkpoint.size) throw new AuditEntryUnavailableError('not-yet', index);
    const record = await findRecord(this.#folders.segments, index);
    if (record === undefined) {
      const erased = await listErased(this.#folders.segments);
      if (erased.some(({ first, last }) => first <= index && index <= last)) {
        throw new AuditEntryUnavailableError('erased', index);
      }
      throw new AuditIntegrityError(`the stored record of entry ${index} is missing`);
    }
    const keys = this.#keys.monthKeys(record.month);
    if (keys === undefined) throw new AuditEntryUnavailableError('erased', index);
    return {
      record,
      keys,
      entry: await readEntry(this.#files, index, checkpoint.size),
      checkpoint,
      checkpointText,
    };
  }
}

/** Neighbouring entries stand in the same file: the one read last is kept. */
function rememberingLast(files: PublishedFiles): PublishedFiles {
  let last: { path: string; read: Promise<Buffer | undefined> } | undefined;
  return (path) => {
    if (last?.path !== path) last = { path, read: files(path) };
    return last.read;
  };
}
