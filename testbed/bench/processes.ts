// Processes of their own for whatever is measured or measures: started, asked, stopped.
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface RoleProcess<Ready> {
  /** What it said when it was ready. */
  readonly ready: Ready;
  ask<Answer>(question: object): Promise<Answer>;
  readonly pid: number;
  /** CPU milliseconds so far, user and system. */
  cpu(): Promise<number>;
  /** Waits for rest and begins to watch; answers the bytes resident at rest. */
  markMemory(): Promise<number>;
  /** Most bytes resident at once since then. */
  peakMemory(): Promise<number>;
  stop(): Promise<void>;
}

type Message = { ready: unknown } | { failed: string } | { id: number; answer?: unknown; error?: string };

/**
 * Starts a file that calls `playRole` in a process of its own. Its output is discarded unless it fails.
 * @throws Error where it ends or fails before it is ready
 */
export async function startRole<Ready>(
  role: string,
  config: object,
  { profile, env }: { profile?: string | undefined; env?: Readonly<Record<string, string>> } = {},
): Promise<RoleProcess<Ready>> {
  const file = fileURLToPath(new URL(`./roles/${role}.ts`, import.meta.url));
  const child = fork(file, [JSON.stringify(config)], {
    execPath: process.execPath,
    execArgv: profile
      ? ['--cpu-prof', `--cpu-prof-dir=${profile}`, `--cpu-prof-name=${role}-${Date.now()}.cpuprofile`]
      : [],
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  });
  let said = '';
  child.stderr!.on('data', (text: Buffer) => {
    said = (said + text).slice(-2000);
  });
  const asked = new Map<number, { resolve: (answer: unknown) => void; reject: (error: Error) => void }>();
  let count = 0;
  const ready = await new Promise<Ready>((resolve, reject) => {
    child.on('message', (message: Message) => {
      if ('ready' in message) resolve(message.ready as Ready);
      else if ('failed' in message) reject(new Error(`${role}: ${message.failed}`));
      else {
        const waiting = asked.get(message.id);
        asked.delete(message.id);
        if (message.error === undefined) waiting?.resolve(message.answer);
        else waiting?.reject(new Error(`${role}: ${message.error}`));
      }
    });
    child.once('exit', (code, signal) => {
      const error = new Error(`${role} ended with ${signal ?? code}: ${said.trim()}`);
      reject(error);
      for (const { reject: fail } of asked.values()) fail(error);
      asked.clear();
    });
  });
  const ask = <Answer>(question: object): Promise<Answer> =>
    new Promise((resolve, reject) => {
      count += 1;
      asked.set(count, { resolve: resolve as (answer: unknown) => void, reject });
      child.send({ id: count, question });
    });
  return {
    ready,
    pid: child.pid!,
    ask,
    cpu: () => ask<number>({ own: 'cpu' }),
    markMemory: () => ask<number>({ own: 'mark-memory' }),
    peakMemory: () => ask<number>({ own: 'peak-memory' }),
    stop: () => stopChild(child),
  };
}

/** Asks a process to end; ends it by force after 20 seconds. */
export function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), 20_000);
    child.once('exit', () => {
      clearTimeout(limit);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

/** Starts things one after the other and stops them all at the end, last first, whatever happens. */
export async function withAll<Result>(
  work: (
    keep: <Thing extends { stop(): Promise<void> }>(thing: Promise<Thing>) => Promise<Thing>,
  ) => Promise<Result>,
): Promise<Result> {
  const started: { stop(): Promise<void> }[] = [];
  try {
    return await work(async (thing) => {
      const running = await thing;
      started.push(running);
      return running;
    });
  } finally {
    for (const running of started.reverse()) await running.stop();
  }
}
