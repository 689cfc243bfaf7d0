// Group commit: entries wait for one fsync together; the next group goes as soon as the last fsync returns, without a timer.
// spec: national-service §11.1.10 (LOG-13)

import { AuditUnavailableError } from './errors.ts';
import { type LoggedEntry, MAX_GROUP, WriteAheadFile } from './write-ahead.ts';

interface Waiting<T extends LoggedEntry> {
  readonly item: T;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Counts since start, for health and metrics. */
export interface GroupFigures {
  readonly groups: number;
  readonly entries: number;
  readonly largestGroup: number;
  readonly waiting: number;
}

/** Appends entries to the write-ahead files of one log. After a failed write it takes nothing more. */
export class GroupCommit<T extends LoggedEntry> {
  readonly #folder: string;
  readonly #durable: (items: readonly T[]) => void;
  readonly #failed: (error: Error) => void;
  #file: WriteAheadFile;
  #next: WriteAheadFile | undefined;
  #sequence: number;
  readonly #old: WriteAheadFile[] = [];
  #queue: Waiting<T>[] = [];
  #running: Promise<void> | undefined;
  #failure: Error | undefined;
  #figures = { groups: 0, entries: 0, largestGroup: 0 };

  private constructor(
    folder: string,
    file: WriteAheadFile,
    sequence: number,
    durable: (items: readonly T[]) => void,
    failed: (error: Error) => void,
  ) {
    this.#folder = folder;
    this.#file = file;
    this.#sequence = sequence;
    this.#durable = durable;
    this.#failed = failed;
  }

  /** Begins file number `sequence`; `durable` is called with each group once it is on disk, `failed` once when a write fails. */
  static async open<T extends LoggedEntry>(options: {
    readonly folder: string;
    readonly sequence: number;
    readonly durable: (items: readonly T[]) => void;
    readonly failed: (error: Error) => void;
  }): Promise<GroupCommit<T>> {
    const { folder, sequence, durable, failed } = options;
    const file = await WriteAheadFile.create(folder, sequence);
    return new GroupCommit<T>(folder, file, sequence, durable, failed);
  }

  get figures(): GroupFigures {
    return { ...this.#figures, waiting: this.#queue.length };
  }

  /** Resolves when the entry is durable. Rejects with AuditUnavailableError when it cannot be. */
  append(item: T): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#queue.push({ item, resolve, reject });
      this.#running ??= Promise.resolve().then(() => this.#run());
    });
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0 && this.#failure === undefined) {
        this.#switchFile();
        const group = this.#queue.splice(0, MAX_GROUP);
        const items = group.map(({ item }) => item);
        try {
          await this.#file.append(items);
        } catch (cause) {
          this.#queue.unshift(...group);
          this.fail(new AuditUnavailableError('the audit log cannot be written', { cause }));
          return;
        }
        this.#count(items.length);
        this.#durable(items);
        for (const { resolve } of group) resolve();
      }
    } finally {
      this.#running = undefined;
    }
  }

  #count(size: number): void {
    const { groups, entries, largestGroup } = this.#figures;
    this.#figures = {
      groups: groups + 1,
      entries: entries + size,
      largestGroup: Math.max(largestGroup, size),
    };
  }

  #switchFile(): void {
    if (this.#next === undefined) return;
    this.#old.push(this.#file);
    this.#file = this.#next;
    this.#next = undefined;
  }

  /** Puts the log out of service: every waiting and every later append is rejected. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    for (const { reject } of this.#queue.splice(0)) reject(error);
    this.#failed(error);
  }

  /** Prepares a new file; the next group goes there. */
  async rotate(): Promise<void> {
    if (this.#next !== undefined || this.#file.end === 0) return;
    this.#sequence += 1;
    this.#next = await WriteAheadFile.create(this.#folder, this.#sequence);
  }

  /** Removes the earlier files whose entries all lie below `size`. */
  async dropBefore(size: number): Promise<void> {
    for (const file of [...this.#old]) {
      if (file.end > size) continue;
      this.#old.splice(this.#old.indexOf(file), 1);
      await file.remove();
    }
  }

  /** Waits until everything given so far is durable (or has failed). */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async close(): Promise<void> {
    await this.drain();
    for (const file of [this.#file, this.#next, ...this.#old]) await file?.close();
  }
}
