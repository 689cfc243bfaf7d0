// The audit log of one process: append, close, health; integration and checkpoints in the background.
// spec: national-service §11 (AUD-01, AUD-02), §11.1.10 (LOG-13, LOG-14, LOG-15)

import { rm } from 'node:fs/promises';
import { type Lock, LockedError, takeLock } from '../lock/index.ts';
import { type Checkpoint, parseCheckpoint, signCheckpoint } from './checkpoint.ts';
import { MODE, replaceDurably } from './durable.ts';
import { pooledRandom, type RandomBytes } from './entry.ts';
import { AuditFormatError, AuditLockedError, AuditUnavailableError } from './errors.ts';
import { GroupCommit, type GroupFigures } from './group-commit.ts';
import { AuditKeyError, type KeyStore, liesWithin } from './key-store.ts';
import {
  type AuditSection,
  type EventParts,
  patientHeadOf,
  serialiseParts,
  type TechnicalPart,
} from './parts.ts';
import { type Month, type MonthKeys, monthOf, sealEvent } from './record.ts';
import {
  type LogFolders,
  logFolders,
  type PendingEntry,
  prepareFolders,
  type Recovered,
  recover,
  writeState,
} from './recovery.ts';
import { SegmentWriter } from './segments.ts';
import type { TreeFiles } from './tree-files.ts';

/** An alert for the operator; never with content. */
export type AuditAlert =
  | { readonly kind: 'clock'; readonly index: number; readonly behindMs: number }
  | { readonly kind: 'out-of-service'; readonly error: Error }
  | { readonly kind: 'torn-tail-cut'; readonly bytes: number };

export interface AuditLogOptions {
  /** Folder of this log alone; made when absent. */
  readonly folder: string;
  /** Keys of this log; its origin is the log's. Never in the same folder. */
  readonly keys: KeyStore;
  /** Name and version, recorded in `start`. */
  readonly software: string;
  readonly now?: () => Date;
  readonly random?: RandomBytes;
  /** At most 1000 (LOG-14). */
  readonly integrateMs?: number;
  /** At most 10000 (LOG-14). */
  readonly checkpointMs?: number;
  readonly onAlert?: (alert: AuditAlert) => void;
}

/** The outcome of a forwarded request, after its last byte. */
export interface CloseOutcome {
  /** Index of its `open` entry. */
  readonly open: number;
  readonly outcome: string;
  /** HTTP status, null where no answer was seen. */
  readonly status: number | null;
  readonly sections?: readonly AuditSection[];
  readonly technical?: TechnicalPart;
}

export interface AuditHealth {
  readonly status: 'ok' | 'out-of-service';
  readonly reason: string | null;
  /** Entries appended, durable or about to be. */
  readonly size: number;
  /** Size of the newest published checkpoint, and when it was published. */
  readonly published: number;
  readonly publishedAt: string | null;
  readonly pendingOpens: number;
  readonly clockAlerts: number;
  readonly commit: GroupFigures;
}

/** Clock step back that raises an alert, in milliseconds (AUD-02). */
const CLOCK_TOLERANCE_MS = 250;
/** Entries hashed into the tree in one go, well under 2 ms of work. */
const INTEGRATION_SLICE = 128;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

type OpenRequest = { readonly trace: string | null; readonly nhsNumber: string | null };

/** A single-writer, append-only log. */
export class AuditLog {
  readonly origin: string;
  readonly folders: LogFolders;
  readonly #keys: KeyStore;
  readonly #now: () => Date;
  readonly #random: RandomBytes;
  readonly #onAlert: (alert: AuditAlert) => void;
  readonly #lock: Lock;
  readonly #tree: TreeFiles;
  readonly #segments: SegmentWriter;
  readonly #oldWriteAhead: string[];
  /** Months with records from before this start: their keys are never made anew. */
  readonly #storedMonths: ReadonlySet<Month>;
  #commit!: GroupCommit<PendingEntry>; // set by #begin, before anything else is called
  #next: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  #durable: PendingEntry[];
  /** Requests whose `open` is appended and whose `close` is not. */
  readonly #opens = new Map<number, OpenRequest>();
  /** The same, as of the tree's size. */
  readonly #treeOpens: Set<number>;
  #published: Checkpoint;
  #publishedText: string;
  #publishedAt: string | null = null;
  #clockAlerts = 0;
  #failure: Error | undefined;
  #closing = false;
  #upkeep: Promise<unknown> = Promise.resolve();
  readonly #timers: NodeJS.Timeout[] = [];

  private constructor(options: AuditLogOptions, folders: LogFolders, lock: Lock, recovered: Recovered) {
    this.origin = options.keys.origin;
    this.folders = folders;
    this.#keys = options.keys;
    this.#now = options.now ?? (() => new Date());
    this.#random = options.random ?? pooledRandom();
    this.#onAlert = options.onAlert ?? (() => {});
    this.#lock = lock;
    this.#tree = recovered.tree;
    this.#segments = new SegmentWriter(folders.segments);
    this.#storedMonths = recovered.storedMonths;
    this.#oldWriteAhead = [...recovered.writeAheadPaths];
    this.#durable = [...recovered.tail];
    this.#next = recovered.checkpoint.size + recovered.tail.length;
    this.#treeOpens = new Set(recovered.pendingOpens.keys());
    this.#published = recovered.checkpoint;
    this.#publishedText = recovered.checkpointText;
    for (const [index, head] of recovered.pendingOpens) this.#opens.set(index, head);
    for (const { index, head } of recovered.tail) this.#track(index, head, this.#opens);
  }

  /**
   * Opens the log in `folder`, or begins one: takes the lock, recovers, writes `start` and a `close` with outcome
   * `unknown` for every request that was under way, publishes a checkpoint.
   * Throws AuditLockedError, AuditRecoveryError, AuditKeyError, AuditUnavailableError.
   */
  static async open(options: AuditLogOptions): Promise<AuditLog> {
    const folders = logFolders(options.folder);
    await prepareFolders(folders);
    const keyFolder = options.keys.folder;
    if (
      keyFolder !== undefined &&
      (liesWithin(keyFolder, options.folder) || liesWithin(options.folder, keyFolder))
    ) {
      throw new AuditKeyError('the keys of the audit log lie beside its data');
    }
    const lock = await takeLock(folders.lock).catch(lockedOut);
    try {
      const recovered = await recover(folders, options.keys);
      const log = new AuditLog(options, folders, lock, recovered);
      try {
        await log.#begin(options, recovered);
      } catch (error) {
        await log.#closeFiles();
        throw error;
      }
      return log;
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  async #begin(options: AuditLogOptions, recovered: Recovered): Promise<void> {
    this.#commit = await GroupCommit.open<PendingEntry>({
      folder: this.folders.writeAhead,
      sequence: recovered.nextSequence,
      durable: (items) => {
        for (const item of items) this.#durable.push(item);
      },
      failed: (error) => this.#goOutOfService(error),
    });
    if (recovered.tornBytes > 0) this.#onAlert({ kind: 'torn-tail-cut', bytes: recovered.tornBytes });
    const underWay = [...this.#opens.keys()];
    await this.append({ patient: { kind: 'start', size: this.#next, software: options.software } });
    await Promise.all(underWay.map((open) => this.close({ open, outcome: 'unknown', status: null })));
    await this.checkpoint();
    const every = (ms: number, work: () => Promise<unknown>): void => {
      this.#timers.push(setInterval(() => void work().catch(() => {}), ms).unref());
    };
    every(options.integrateMs ?? 500, () => this.#integrate());
    every(options.checkpointMs ?? 10_000, () => this.checkpoint());
  }

  /** Entries appended so far: the index the next one gets. */
  get size(): number {
    return this.#next;
  }

  /** The newest published checkpoint, and its text. */
  get published(): { readonly checkpoint: Checkpoint; readonly text: string } {
    return { checkpoint: this.#published, text: this.#publishedText };
  }

  /**
   * Appends an event and resolves with its index once it is durable: only then forward or refuse (AUD-01).
   * Rejects with AuditUnavailableError when it cannot be: answer 500, release nothing; AuditFormatError when a part is over-long.
   */
  async append(event: EventParts): Promise<{ readonly index: number }> {
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#closing) throw new AuditUnavailableError('the audit log is shut down');
    const at = event.patient.at ?? this.#now().toISOString();
    if (!INSTANT.test(at) || Number.isNaN(Date.parse(at)))
      throw new AuditFormatError('at is not a UTC instant in milliseconds');
    const parts = serialiseParts(event, at);
    const month = monthOf(at);
    const keys = this.#monthKeys(month);
    const index = this.#next;
    const sealed = sealEvent(keys, this.origin, index, parts, this.#random);
    const head = patientHeadOf(event.patient, at);
    this.#next = index + 1;
    this.#watchClock(index, Date.parse(at));
    if (head.kind === 'close') this.#track(index, head, this.#opens);
    await this.#commit.append({ index, month, head, entry: sealed.entry, record: sealed.record });
    if (head.kind === 'open') this.#track(index, head, this.#opens);
    return { index };
  }

  /** Appends the outcome of a request, with the trace and NHS number of its `open`. Throws AuditFormatError when that is not under way. */
  async close(outcome: CloseOutcome): Promise<{ readonly index: number }> {
    const { technical, ...rest } = outcome;
    const request = this.#opens.get(outcome.open);
    if (request === undefined) throw new AuditFormatError(`no open request at entry ${outcome.open}`);
    const { trace, nhsNumber } = request;
    const patient = { kind: 'close', trace, nhsNumber, ...rest } as const;
    return this.append(technical === undefined ? { patient } : { patient, technical });
  }

  #track(
    index: number,
    head: Pick<PendingEntry['head'], 'kind' | 'open' | 'trace' | 'nhsNumber'>,
    opens: Map<number, OpenRequest>,
  ): void {
    if (head.kind === 'open') opens.set(index, { trace: head.trace, nhsNumber: head.nhsNumber });
    if (head.kind === 'close' && head.open !== null) opens.delete(head.open);
  }

  #monthKeys(month: Month): MonthKeys {
    try {
      const keys = this.#keys.monthKeys(month);
      if (keys === undefined && this.#storedMonths.has(month))
        throw new AuditKeyError(`the key of ${month} is gone`);
      return keys ?? this.#keys.createMonthKeys(month);
    } catch (cause) {
      const error = new AuditUnavailableError(`the key of ${month} cannot be had`, { cause });
      this.#commit.fail(error);
      throw error;
    }
  }

  #watchClock(index: number, at: number): void {
    const behindMs = this.#lastAt - at;
    this.#lastAt = at;
    if (behindMs <= CLOCK_TOLERANCE_MS) return;
    this.#clockAlerts += 1;
    this.#onAlert({ kind: 'clock', index, behindMs });
  }

  /** Runs upkeep one piece at a time; any failure takes the log out of service. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#upkeep.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        return await work();
      } catch (cause) {
        const error = new AuditUnavailableError('the audit log cannot be maintained', { cause });
        this.#commit.fail(error);
        throw error;
      }
    });
    this.#upkeep = run.catch(() => {});
    return run;
  }

  #integrate(): Promise<void> {
    return this.#durable.length === 0 ? Promise.resolve() : this.#exclusively(() => this.#integrateDurable());
  }

  async #integrateDurable(): Promise<void> {
    const items = this.#durable;
    this.#durable = [];
    // Slice by slice, so that appends are not held up while many are integrated.
    for (let at = 0; at < items.length; at += INTEGRATION_SLICE) {
      const slice = items.slice(at, at + INTEGRATION_SLICE);
      await this.#segments.append(slice);
      for (const { index, entry, head } of slice) {
        this.#tree.append(entry);
        if (head.kind === 'open') this.#treeOpens.add(index);
        if (head.kind === 'close' && head.open !== null) this.#treeOpens.delete(head.open);
      }
    }
  }

  /**
   * Integrates what is durable and publishes a checkpoint of it, when there is something new: tiles durable, then the
   * checkpoint durable, then published (LOG-14). Returns the newest checkpoint.
   */
  checkpoint(): Promise<Checkpoint> {
    return this.#exclusively(async () => {
      await this.#integrateDurable();
      if (this.#tree.size > this.#published.size || this.#publishedAt === null) await this.#publish();
      return this.#published;
    });
  }

  async #publish(): Promise<void> {
    const pendingOpens = [...this.#treeOpens];
    await this.#commit.rotate();
    const { size, root, superseded } = await this.#tree.makeDurable();
    await this.#segments.makeDurable(monthOf(this.#now().toISOString()));
    const text = signCheckpoint({ origin: this.origin, size, root }, this.#keys.signers());
    await writeState(this.folders, { checkpoint: text, pendingOpens });
    await replaceDurably(this.folders.checkpoint, text, MODE.publicFile);
    this.#published = parseCheckpoint(text);
    this.#publishedText = text;
    this.#publishedAt = this.#now().toISOString();
    await superseded();
    for (const path of this.#oldWriteAhead.splice(0)) await rm(path, { force: true });
    await this.#commit.dropBefore(size);
  }

  #goOutOfService(error: Error): void {
    this.#failure = error;
    for (const timer of this.#timers) clearInterval(timer);
    this.#onAlert({ kind: 'out-of-service', error });
  }

  /** State for health checks and metrics; figures only. */
  health(): AuditHealth {
    return {
      status: this.#failure === undefined && !this.#closing ? 'ok' : 'out-of-service',
      reason: this.#failure?.message ?? (this.#closing ? 'shut down' : null),
      size: this.#next,
      published: this.#published.size,
      publishedAt: this.#publishedAt,
      pendingOpens: this.#opens.size,
      clockAlerts: this.#clockAlerts,
      commit: this.#commit.figures,
    };
  }

  /** Takes nothing more, makes everything durable, publishes a last checkpoint, gives the lock back. Never throws for a failed log. */
  async shutdown(): Promise<void> {
    if (this.#closing) return;
    this.#closing = true;
    await this.#commit.drain();
    try {
      await this.checkpoint();
    } catch {
      // The log is out of service; what was acknowledged is in the write-ahead files.
    }
    await this.#closeFiles();
    await this.#lock.release();
  }

  async #closeFiles(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.#upkeep;
    await this.#segments.close();
    await this.#commit?.close();
  }
}

function lockedOut(error: unknown): never {
  if (!(error instanceof LockedError)) throw error;
  throw new AuditLockedError(`the audit log is held by ${error.holder}; there is one writer per log`);
}
