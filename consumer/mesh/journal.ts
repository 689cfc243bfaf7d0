// What was sent and what became of it, durable before each step, so that a crash cannot make a second message.
// Holds no patient data: ids, workflow and times only. spec: mesh §8 C4
import { type FileHandle, mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Lock, lockFolder } from '@gp-connect/foundation/lock';

/** `sending`: outcome not known yet; `uploading`: chunks to follow; `sent`: accepted; `failed`: certainly not accepted. */
export type SendState = 'sending' | 'uploading' | 'sent' | 'failed';

export interface SendEntry {
  readonly sendId: string;
  readonly state: SendState;
  readonly workflowId: string;
  readonly localId: string;
  /** Told apart from every other send of the mailbox by this. */
  readonly fileName: string;
  /** ISO 8601, of the first attempt. */
  readonly at: string;
  readonly chunks: number;
  readonly chunkBytes: number;
  readonly messageId?: string;
}

/** Where a mailbox keeps its sends; a system with a database may keep them there. */
export interface SendJournal {
  find(sendId: string): Promise<SendEntry | undefined>;
  /** Replaces the entry of the same send; durable when it resolves. */
  record(entry: SendEntry): Promise<void>;
  /** Message ids of all sends known. */
  knownMessages(): Promise<ReadonlySet<string>>;
  /** Sends whose outcome is open. */
  open(): Promise<readonly SendEntry[]>;
  close(): Promise<void>;
}

const KEEP_DAYS = 40;

/** A journal in a folder of its own, one process at a time. @throws LockedFolderError */
export async function openSendJournal(
  folder: string,
  { clock = Date.now }: { clock?: () => number } = {},
): Promise<SendJournal> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const lock = await lockFolder(folder);
  try {
    const entries = await readEntries(join(folder, 'sends.jsonl'), clock() - KEEP_DAYS * 86_400_000);
    const file = await rewrite(folder, entries);
    return journalOf(entries, file, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

function journalOf(entries: Map<string, SendEntry>, file: FileHandle, lock: Lock): SendJournal {
  let writing: Promise<unknown> = Promise.resolve();
  return {
    find: async (sendId) => entries.get(sendId),
    record(entry) {
      entries.set(entry.sendId, entry);
      const written = writing.then(async () => {
        await file.appendFile(`${JSON.stringify(entry)}\n`);
        await file.datasync();
      });
      writing = written.catch(() => undefined);
      return written;
    },
    knownMessages: async () => new Set([...entries.values()].flatMap(({ messageId }) => messageId ?? [])),
    open: async () =>
      [...entries.values()].filter(({ state }) => state === 'sending' || state === 'uploading'),
    async close() {
      await writing;
      await file.close();
      await lock.release();
    },
  };
}

/** The last line of each send; a torn last line was never relied on. Old closed sends are left out. */
async function readEntries(path: string, since: number): Promise<Map<string, SendEntry>> {
  const entries = new Map<string, SendEntry>();
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw error;
  });
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as SendEntry;
    entries.set(entry.sendId, entry);
  }
  for (const [sendId, { state, at }] of entries)
    if ((state === 'sent' || state === 'failed') && Date.parse(at) < since) entries.delete(sendId);
  return entries;
}

async function rewrite(folder: string, entries: ReadonlyMap<string, SendEntry>): Promise<FileHandle> {
  const path = join(folder, 'sends.jsonl');
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.appendFile([...entries.values()].map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  await file.sync();
  await rename(`${path}.new`, path);
  const names = await open(folder, 'r');
  await names.sync();
  await names.close();
  return file;
}

/** A journal that forgets with the process: for tests and demonstrations. */
export function memoryJournal(): SendJournal {
  const entries = new Map<string, SendEntry>();
  return {
    find: async (sendId) => entries.get(sendId),
    record: async (entry) => void entries.set(entry.sendId, entry),
    knownMessages: async () => new Set([...entries.values()].flatMap(({ messageId }) => messageId ?? [])),
    open: async () =>
      [...entries.values()].filter(({ state }) => state === 'sending' || state === 'uploading'),
    close: async () => undefined,
  };
}
