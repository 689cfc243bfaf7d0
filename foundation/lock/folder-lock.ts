// A folder that one process at a time works in.
import { join } from 'node:path';
import { type Lock, LockedError, takeLock } from './lock.ts';

export class LockedFolderError extends Error {
  constructor(folder: string, holder: string, options?: ErrorOptions) {
    super(`${folder} is in use by ${holder}; stop that one first, or choose another folder`, options);
    this.name = 'LockedFolderError';
  }
}

/** Takes the folder, which must be there, for this process. @throws LockedFolderError */
export async function lockFolder(folder: string): Promise<Lock> {
  try {
    return await takeLock(join(folder, 'lock'));
  } catch (error) {
    if (error instanceof LockedError) throw new LockedFolderError(folder, error.holder, { cause: error });
    throw error;
  }
}
