// Writing files so that they outlast a power cut: fsync of the file and of the folder that names it.
// spec: national-service §11.1.10 (LOG-13, LOG-14)

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Only the owner may read what is private; published files may be read by any local web server. */
export const MODE = {
  privateFile: 0o600,
  privateFolder: 0o700,
  publicFile: 0o644,
  publicFolder: 0o755,
} as const;

/** Makes a folder's list of names durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Replaces a file as a whole, its content durable before it has its name; the name is durable after `syncFolder`. */
export async function replaceWhole(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', mode);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
}

/** Replaces a file as a whole: afterwards it is durable under its name; before, the old one is untouched. */
export async function replaceDurably(
  path: string,
  content: string | Uint8Array,
  mode: number,
): Promise<void> {
  await replaceWhole(path, content, mode);
  await syncFolder(dirname(path));
}

/** The same, blocking: for the key store, which writes once a month. */
export function replaceDurablySync(path: string, content: string, mode: number): void {
  mkdirSync(dirname(path), { recursive: true, mode: MODE.privateFolder });
  const temporary = `${path}.new`;
  const file = openSync(temporary, 'w', mode);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
