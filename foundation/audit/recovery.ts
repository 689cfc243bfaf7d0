// Starting on what a log left behind: its last own checkpoint, the right edge of its tree, the write-ahead files.
// spec: national-service §11.1.10 (LOG-15)

import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Checkpoint, parseCheckpoint, signCheckpoint, signedByLog } from './checkpoint.ts';
import { MODE, replaceDurably, syncFolder } from './durable.ts';
import { AuditFormatError, AuditIntegrityError, AuditRecoveryError } from './errors.ts';
import type { KeyStore } from './key-store.ts';
import { EMPTY_ROOT } from './merkle.ts';
import { type PatientPartHead, patientPartHead } from './parts.ts';
import { decodeRecord, type Month, openPart } from './record.ts';
import { cutSegments } from './segment-recovery.ts';
import { findRecord, listSegments } from './segments.ts';
import { publishedFolder, readEntry } from './tiles.ts';
import { TreeFiles } from './tree-files.ts';
import { type LoggedEntry, replayWriteAhead } from './write-ahead.ts';

/** Where everything of a log lies. `published` may be served or copied as it is; `private` never leaves. */
export interface LogFolders {
  readonly published: string;
  readonly checkpoint: string;
  readonly private: string;
  readonly state: string;
  readonly writeAhead: string;
  readonly segments: string;
  readonly lock: string;
}

export function logFolders(folder: string): LogFolders {
  const hidden = join(folder, 'private');
  const published = join(folder, 'public');
  return {
    published,
    checkpoint: join(published, 'checkpoint'),
    private: hidden,
    state: join(hidden, 'state.json'),
    writeAhead: join(hidden, 'wal'),
    segments: join(hidden, 'segments'),
    lock: join(hidden, 'lock'),
  };
}

/** Makes the folders of a log where they are missing. */
export async function prepareFolders(folders: LogFolders): Promise<void> {
  for (const path of [folders.private, folders.writeAhead, folders.segments]) {
    await mkdir(path, { recursive: true, mode: MODE.privateFolder });
  }
  await mkdir(join(folders.published, 'tile'), { recursive: true, mode: MODE.publicFolder });
  for (const path of [folders.private, folders.published, join(folders.private, '..')])
    await syncFolder(path);
}

/** What one checkpoint makes durable beside the tree: the checkpoint as signed by us, and the `open` entries without `close`. */
export interface LogState {
  readonly checkpoint: string;
  readonly pendingOpens: readonly number[];
}

export function writeState(folders: LogFolders, state: LogState): Promise<void> {
  return replaceDurably(folders.state, `${JSON.stringify({ v: 1, ...state })}\n`, MODE.privateFile);
}

/** What a kind-aware reader needs of an entry not yet in the tree. */
export interface PendingEntry extends LoggedEntry {
  readonly month: Month;
  readonly head: PatientPartHead;
}

export interface Recovered {
  readonly tree: TreeFiles;
  readonly checkpoint: Checkpoint;
  readonly checkpointText: string;
  /** Entries after the checkpoint, to be integrated. */
  readonly tail: readonly PendingEntry[];
  /** `open` entries without `close` below the checkpoint's size, with what their `close` repeats. */
  readonly pendingOpens: ReadonlyMap<number, PatientPartHead>;
  readonly storedMonths: ReadonlySet<Month>;
  readonly writeAheadPaths: readonly string[];
  readonly nextSequence: number;
  readonly tornBytes: number;
}

/**
 * Checks everything the log may continue from, then cuts what no acknowledged request depends on.
 * Throws AuditRecoveryError when own checkpoint, tree and write-ahead files do not fit together: nothing is changed then.
 */
export async function recover(folders: LogFolders, keys: KeyStore): Promise<Recovered> {
  const state = (await readState(folders)) ?? (await firstState(folders, keys));
  const checkpoint = parseState(state.checkpoint);
  if (!keys.signers().some((key) => signedByLog(checkpoint, key))) {
    throw new AuditRecoveryError(
      `the last checkpoint is of ${checkpoint.origin}, not signed by the key of ${keys.origin}`,
    );
  }
  await comparePublished(folders, checkpoint);
  const tree = await loadTree(folders, checkpoint);
  const replay = await replayWriteAhead(folders.writeAhead, checkpoint.size);
  const tail = replay.entries.map((logged) => readPending(logged, keys));
  const pendingOpens = await readOpens(folders, keys, checkpoint.size, state.pendingOpens);
  await cutSegments(folders.segments, checkpoint.size, checkpoint.size + tail.length);
  await replay.cutTail();
  return {
    tree,
    checkpoint,
    checkpointText: state.checkpoint,
    tail,
    pendingOpens,
    storedMonths: new Set((await listSegments(folders.segments)).map(({ month }) => month)),
    writeAheadPaths: replay.paths,
    nextSequence: replay.nextSequence,
    tornBytes: replay.tornBytes,
  };
}

async function readState(folders: LogFolders): Promise<LogState | undefined> {
  let text: string;
  try {
    text = await readFile(folders.state, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const state = JSON.parse(text) as LogState & { v: number };
    if (state.v === 1 && state.pendingOpens.every(Number.isSafeInteger)) return state;
  } catch (cause) {
    throw new AuditRecoveryError('the state file cannot be read', { cause });
  }
  throw new AuditRecoveryError('the state file cannot be read');
}

function parseState(text: string): Checkpoint {
  try {
    return parseCheckpoint(text);
  } catch (cause) {
    throw new AuditRecoveryError('the last own checkpoint cannot be read', { cause });
  }
}

async function firstState(folders: LogFolders, keys: KeyStore): Promise<LogState> {
  const found = [
    ...(await readdir(folders.published)).filter((name) => name !== 'tile'),
    ...(await readdir(join(folders.published, 'tile'))),
    ...(await readdir(folders.writeAhead)),
    ...(await readdir(folders.segments)),
  ];
  if (found.length > 0)
    throw new AuditRecoveryError(`there is a log, but its state file is missing (found ${found[0]})`);
  const checkpoint = signCheckpoint({ origin: keys.origin, size: 0, root: EMPTY_ROOT }, keys.signers());
  const state = { checkpoint, pendingOpens: [] };
  await writeState(folders, state);
  return state;
}

/** A published checkpoint may lag behind our own by one crash; it can never be ahead, or differ. */
async function comparePublished(folders: LogFolders, own: Checkpoint): Promise<void> {
  const text = await publishedFolder(folders.published)('checkpoint');
  if (text === undefined) return;
  let published: Checkpoint;
  try {
    published = parseCheckpoint(text.toString('utf8'));
  } catch (cause) {
    throw new AuditRecoveryError('the published checkpoint cannot be read', { cause });
  }
  if (published.origin !== own.origin || published.size > own.size) {
    throw new AuditRecoveryError(
      `checkpoint ${published.size} of ${published.origin} was published, but the last own one is ${own.size}: this is an older state, open a new origin`,
    );
  }
  if (published.size === own.size && !published.root.equals(own.root)) {
    throw new AuditRecoveryError(
      `the published checkpoint of size ${own.size} has another root than our own`,
    );
  }
}

async function loadTree(folders: LogFolders, { size, root }: Checkpoint): Promise<TreeFiles> {
  let tree: TreeFiles;
  try {
    tree = await TreeFiles.load(folders.published, size);
  } catch (cause) {
    if (cause instanceof AuditRecoveryError) throw cause;
    throw new AuditRecoveryError(`the tree of size ${size} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (tree.root().equals(root)) return tree;
  throw new AuditRecoveryError(
    `the tree of size ${size} has another root than the last checkpoint: never sign it, open a new origin`,
  );
}

function readPending(logged: LoggedEntry, keys: KeyStore): PendingEntry {
  const { record } = decodeRecord(logged.record)!;
  return { ...logged, month: record.month, head: readHead(record, logged.entry, keys) };
}

function readHead(
  record: { index: number; month: Month; parts: { patient: Buffer } },
  entry: Buffer,
  keys: KeyStore,
): PatientPartHead {
  const monthKeys = keys.monthKeys(record.month);
  if (monthKeys === undefined)
    throw new AuditRecoveryError(`there is no key of ${record.month} for entry ${record.index}`);
  const place = { origin: keys.origin, index: record.index, month: record.month };
  try {
    return patientPartHead(openPart(monthKeys, place, 'patient', record.parts.patient, entry).bytes);
  } catch (cause) {
    if (cause instanceof AuditIntegrityError || cause instanceof AuditFormatError) {
      throw new AuditRecoveryError(cause.message, { cause });
    }
    throw cause;
  }
}

async function readOpens(
  folders: LogFolders,
  keys: KeyStore,
  size: number,
  indices: readonly number[],
): Promise<Map<number, PatientPartHead>> {
  const files = publishedFolder(folders.published);
  const opens = new Map<number, PatientPartHead>();
  for (const index of indices) {
    const record = await findRecord(folders.segments, index);
    if (record === undefined)
      throw new AuditRecoveryError(`the record of entry ${index}, an open without close, is missing`);
    opens.set(index, readHead(record, await readEntry(files, index, size), keys));
  }
  return opens;
}
