// Keeps the snapshot in step with the store: polls its version, applies changes, wakes who waits for them.
// spec: national-service RTE-06 (effect within 5 s), foundations §16 (3 s, then 504)
import { setTimeout as after } from 'node:timers/promises';
import { type Change, readChanges, readVersion } from '../policy/index.ts';
import { indexSnapshot, type LiveSnapshot, type NationalSnapshot } from './snapshot.ts';
import { type DirectoryStore, type NationalData, readNationalData } from './store.ts';

/** The store did not confirm the snapshot in time. */
export class DirectoryTimeout extends Error {
  constructor() {
    super('the directory store did not answer in time');
    this.name = 'DirectoryTimeout';
  }
}

/** The store answered with an error, or with what cannot be read. */
export class DirectoryUnreadable extends Error {
  constructor(cause: unknown) {
    super('the directory store could not be read', { cause });
    this.name = 'DirectoryUnreadable';
  }
}

export interface LiveDirectorySettings {
  /** Between two looks at the store's version. */
  refreshMs: number;
  /** A snapshot not confirmed for so long is confirmed before it is used. */
  trustMs: number;
  /** How long such a confirmation may take. */
  timeoutMs: number;
}

export const liveDirectoryDefaults: LiveDirectorySettings = {
  refreshMs: 1000,
  trustMs: 300_000,
  timeoutMs: 3000,
};

export interface LiveDirectory {
  /** The newest snapshot in memory, however old. */
  snapshot(): NationalSnapshot;
  /** A snapshot confirmed within `trustMs`. @throws DirectoryTimeout, DirectoryUnreadable */
  current(): Promise<NationalSnapshot>;
  /** Catches up with the store now. */
  refresh(): Promise<void>;
  /** All data at one version, read from the store. */
  read(): Promise<NationalData>;
  /** Changes after a version; null where they are no longer kept, or a reload is among them. */
  changesAfter(version: number): Change[] | null;
  /** Resolves when the version has moved past the one given, at the latest after so many milliseconds. */
  moved(version: number, ms: number, signal: AbortSignal): Promise<void>;
  /** Milliseconds since the store last confirmed the snapshot. */
  age(): number;
  close(): Promise<void>;
}

const KEPT_CHANGES = 5000;

/** Reads the whole directory once, then follows it. `clock`: milliseconds. */
export async function openLiveDirectory(
  store: DirectoryStore,
  settings: LiveDirectorySettings,
  { clock, onError }: { clock: () => number; onError: (error: unknown) => void },
): Promise<LiveDirectory> {
  let snapshot: LiveSnapshot = indexSnapshot(await readNationalData(store));
  let confirmed = clock();
  let kept: Change[] = [];
  let running: Promise<void> | undefined;
  const waiting = new Set<() => void>();
  const closing = new AbortController();

  const catchUp = async (): Promise<void> => {
    if ((await readVersion(store.db)) !== snapshot.version) {
      const changes = await readChanges(store.db, snapshot.version);
      kept = [...kept, ...changes].slice(-KEPT_CHANGES);
      if (!changes.length || !changes.every((change) => snapshot.apply(change))) {
        snapshot = indexSnapshot(await readNationalData(store));
      }
      for (const wake of waiting) wake();
    }
    confirmed = clock();
  };
  const refresh = async (): Promise<void> => {
    // One that is already running may have looked before the caller's own write.
    await running?.catch(() => undefined);
    running ??= catchUp().finally(() => {
      running = undefined;
    });
    await running;
  };
  const polling = (async () => {
    while (!closing.signal.aborted) {
      await after(settings.refreshMs, undefined, { signal: closing.signal, ref: false }).catch(
        () => undefined,
      );
      if (!closing.signal.aborted) await refresh().catch(onError);
    }
  })();

  return {
    snapshot: () => snapshot,
    async current() {
      if (clock() - confirmed > settings.trustMs) await inTime(refresh(), settings.timeoutMs);
      return snapshot;
    },
    refresh,
    read: () => readNationalData(store),
    changesAfter(version) {
      if (version === snapshot.version) return [];
      const newer = kept.filter((change) => change.version > version && change.version <= snapshot.version);
      const whole = newer.length === snapshot.version - version;
      return whole && newer.every((change) => change.kind !== 'reload') ? newer : null;
    },
    moved(version, ms, signal) {
      if (snapshot.version !== version || signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          waiting.delete(done);
          signal.removeEventListener('abort', done);
          closing.signal.removeEventListener('abort', done);
          resolve();
        };
        const timer = setTimeout(done, ms);
        waiting.add(done);
        signal.addEventListener('abort', done);
        closing.signal.addEventListener('abort', done);
      });
    },
    age: () => clock() - confirmed,
    async close() {
      closing.abort();
      await polling;
    },
  };
}

async function inTime(work: Promise<void>, ms: number): Promise<void> {
  const limit = new AbortController();
  const late = after(ms, true, { signal: limit.signal }).catch(() => false);
  try {
    const timedOut = await Promise.race([work.then(() => false), late]);
    if (timedOut) throw new DirectoryTimeout();
  } catch (error) {
    work.catch(() => undefined);
    throw error instanceof DirectoryTimeout ? error : new DirectoryUnreadable(error);
  } finally {
    limit.abort();
  }
}
