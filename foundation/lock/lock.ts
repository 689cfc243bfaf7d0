// One process at a time: a lock file that names its process; that of a dead process is taken over.
// spec: national-service §11.1.1 (LOG-01)
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** Boot id and start time of the process, null where the system does not tell. */
  readonly boot: string | null;
  readonly started: string | null;
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return (await readFile(path, 'utf8')).trim();
  } catch {
    return null;
  }
}

/** Start time of a process in clock ticks since boot (Linux), field 22 of its stat line. */
async function startTime(pid: number): Promise<string | null> {
  const stat = await readIfThere(`/proc/${pid}/stat`);
  return stat === null ? null : (stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null);
}

async function thisProcess(): Promise<Holder> {
  const boot = await readIfThere('/proc/sys/kernel/random/boot_id');
  return { pid: process.pid, host: hostname(), boot, started: await startTime(process.pid) };
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the holder may still be writing. A holder on another host cannot be looked at, so it counts as alive. */
async function alive(holder: Holder, self: Holder): Promise<boolean> {
  if (holder.host !== self.host) return true;
  if (holder.boot !== self.boot) return false;
  if (!exists(holder.pid)) return false;
  return holder.started === null || holder.started === (await startTime(holder.pid));
}

function parseHolder(text: string): Holder | undefined {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) && typeof holder.host === 'string' ? holder : undefined;
  } catch {
    return undefined;
  }
}

/** A lock that is held. */
export interface Lock {
  release(): Promise<void>;
}

/** A live process holds it, or one on another host, which cannot be looked at. */
export class LockedError extends Error {
  /** In words: `process 17 on ward-3`. */
  readonly holder: string;

  constructor(path: string, holder: string) {
    super(`${path} is held by ${holder}`);
    this.name = 'LockedError';
    this.holder = holder;
  }
}

/**
 * Takes the lock file at `path`. An operator who knows a holder on another host to be dead removes the file.
 * @throws LockedError
 */
export async function takeLock(path: string): Promise<Lock> {
  const self = await thisProcess();
  const mine = JSON.stringify(self);
  const own = `${path}.${randomUUID()}`;
  await writeFile(own, mine, { mode: 0o600, flag: 'wx', flush: true });
  try {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      if (await linked(own, path)) return { release: () => rm(path, { force: true }) };
      const text = await readIfThere(path);
      if (text === null) continue;
      const holder = parseHolder(text);
      if (holder === undefined || (await alive(holder, self))) {
        throw new LockedError(
          path,
          holder === undefined ? 'an unreadable lock file' : `process ${holder.pid} on ${holder.host}`,
        );
      }
      await removeStale(path, text);
    }
  } finally {
    await rm(own, { force: true });
  }
  throw new LockedError(path, 'another process that takes it right now');
}

/** Hard link: fails when the name exists, and the lock is never seen half written. */
async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a stale lock aside; puts it back when another process had just replaced it. */
async function removeStale(path: string, stale: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if ((await readIfThere(aside)) !== stale) await linked(aside, path);
  await rm(aside, { force: true });
}
