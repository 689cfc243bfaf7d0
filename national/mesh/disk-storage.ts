// Payloads in a folder: file synced, and its folder's names synced together with those of its neighbours.
// spec: mesh §3.6 (202 means durable), national-service RTE-18
import { type FileHandle, mkdir, open, opendir, rmdir, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { inBatches } from './batch.ts';
import type { PayloadStorage, StoredObject } from './payload-storage.ts';

const NAME = /^\d{8}\/[0-9a-zA-Z-]{1,64}$/;

/** Opens (and makes, for its owner only) the folder of payloads. */
export async function openDiskStorage(folder: string): Promise<PayloadStorage> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const syncNames = inBatches<string, void>(async (folders) => {
    await Promise.all([...new Set(folders)].map(syncFolder));
    return folders.map(() => undefined);
  });
  const made = new Map<string, Promise<void>>();
  const makeDay = (day: string): Promise<void> => {
    const known = made.get(day);
    if (known) return known;
    const making = makeDurably(day, folder);
    made.set(day, making);
    making.catch(() => made.delete(day));
    return making;
  };
  const pathOf = (name: string): string => {
    if (!NAME.test(name)) throw new RangeError('not the name of a stored payload');
    return join(folder, name);
  };

  return {
    async write(name, source) {
      const path = pathOf(name);
      await makeDay(dirname(path));
      const handle = await openNew(path, () => makeDurably(dirname(path), folder));
      // The name is there from now on: it is made durable beside the content, not after it.
      const named = syncNames(dirname(path));
      named.catch(() => undefined);
      try {
        for await (const bytes of source) await handle.writeFile(bytes);
        await Promise.all([handle.datasync(), named]);
      } catch (error) {
        await handle.close();
        await unlink(path).catch(() => undefined);
        throw error;
      }
      await handle.close();
    },
    read: (name) => readLent(pathOf(name)),
    remove: async (name) => unlink(pathOf(name)).catch(ignoreMissing),
    list: () => listFolder(folder),
  };
}

const READ_BYTES = 131_072;

/** A file through one buffer: each piece is good until the next is asked for. */
async function* readLent(path: string): AsyncGenerator<Uint8Array> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(size, READ_BYTES)));
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function* listFolder(folder: string): AsyncGenerator<StoredObject> {
  for await (const day of await opendir(folder)) {
    if (!day.isDirectory()) continue;
    let empty = true;
    for await (const file of await opendir(join(folder, day.name))) {
      empty = false;
      const facts = await stat(join(folder, day.name, file.name)).catch(() => undefined);
      const name = `${day.name}/${file.name}`;
      if (facts && NAME.test(name)) yield { name, modified: facts.mtimeMs };
    }
    // A day that is over and empty; today's may be about to be written to.
    if (empty && day.name < dayOf(Date.now() - 2 * 86_400_000))
      await rmdir(join(folder, day.name)).catch(() => undefined);
  }
}

const dayOf = (time: number) => new Date(time).toISOString().slice(0, 10).replaceAll('-', '');

async function openNew(path: string, makeFolder: () => Promise<void>): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await makeFolder();
    return open(path, 'wx', 0o600);
  }
}

async function makeDurably(day: string, folder: string): Promise<void> {
  await mkdir(day, { recursive: true, mode: 0o700 });
  await syncFolder(folder);
}

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}
