// One process a folder: a lock file with the holder's process id; the lock of a dead process is taken over.
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export class LockedFolderError extends Error {
  constructor(folder: string, holder: number) {
    super(`${folder} is in use by process ${holder}; stop that one first, or choose another folder`);
    this.name = 'LockedFolderError';
  }
}

/** Takes the folder for this process. Returns the function that gives it back. @throws LockedFolderError */
export function lockFolder(folder: string): () => void {
  const file = join(folder, 'lock');
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = openSync(file, 'wx', 0o600);
      writeSync(handle, String(process.pid));
      closeSync(handle);
      return () => rmSync(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt > 2) throw error;
      const holder = Number(readFileSync(file, 'utf8')) || 0;
      if (isAlive(holder)) throw new LockedFolderError(folder, holder);
      rmSync(file, { force: true });
    }
  }
}

function isAlive(pid: number): boolean {
  if (pid <= 0) return false;
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
