// What one process at a time may do.
export { LockedFolderError, lockFolder } from './folder-lock.ts';
export { type Lock, LockedError, takeLock } from './lock.ts';
