// The processes of a running England: started in their order, logged to a file each, stopped together.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { layoutOf } from './layout.ts';
import type { Choices } from './plan.ts';
import { services } from './services/index.ts';

export class ServiceFailedError extends Error {
  constructor(service: string, reason: string, log: string) {
    super(`${service} could not start: ${reason} (log: ${log})`);
    this.name = 'ServiceFailedError';
  }
}

/** Compiled sources are kept between starts: a later start loads them in half the time. */
const compileCache =
  process.env.NODE_COMPILE_CACHE ??
  fileURLToPath(new URL('../../node_modules/.cache/compile', import.meta.url));

export interface Children {
  /** Rejects when a service ends that nobody asked to end. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/**
 * Starts every service and lets each go on once `prepared` is done and those it waits for are up; resolves when all
 * are ready. @throws ServiceFailedError after stopping the others, or what `prepared` failed with
 */
export async function startChildren(
  choices: Choices,
  prepared: Promise<unknown>,
  onReady: (service: string) => void,
): Promise<Children> {
  const logs = layoutOf(choices.dataFolder).logs;
  mkdirSync(logs, { recursive: true });
  const running: ChildProcess[] = [];
  let stopping = false;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failed.catch(() => undefined);

  const stop = async (): Promise<void> => {
    stopping = true;
    await Promise.all(running.map(stopChild));
  };
  const startOne = (name: string, before: Promise<unknown>): Promise<void> => {
    const log = join(logs, `${name}.log`);
    const out = openSync(log, 'a', 0o600);
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./child.ts', import.meta.url)), name, JSON.stringify(choices)],
      {
        stdio: ['ignore', out, out, 'ipc'],
        detached: true,
        env: { ...process.env, NODE_COMPILE_CACHE: compileCache },
      },
    );
    running.push(child);
    before.then(
      () => child.connected && child.send({ mayStart: true }),
      () => undefined,
    );
    return new Promise((resolve, reject) => {
      child.once('message', (message: { ready?: true; failed?: string }) => {
        if (message.ready) resolve();
        else reject(new ServiceFailedError(name, message.failed ?? 'no reason given', log));
      });
      child.once('exit', (code, signal) => {
        const error = new ServiceFailedError(name, `it ended with ${signal ?? code}`, log);
        reject(error);
        if (!stopping) fail(error);
      });
    });
  };

  // What this process has compiled is on disk before the services look for it: on a first start that is much of theirs.
  flushCompileCache();
  const started = new Map<string, Promise<void>>();
  for (const { name, after } of ordered()) {
    const before = Promise.all([prepared, ...after.map((each) => started.get(each))]);
    started.set(
      name,
      startOne(name, before).then(() => onReady(name)),
    );
  }
  try {
    await Promise.all([prepared, ...started.values()]);
  } catch (error) {
    await stop();
    throw error;
  }
  return { failed, stop };
}

/** Services with those they wait for before them. */
function ordered() {
  const done = new Set<string>();
  const rest = [...services];
  const result: (typeof services)[number][] = [];
  while (rest.length) {
    const next = rest.findIndex((service) => service.after.every((each) => done.has(each)));
    const [service] = rest.splice(next, 1);
    done.add(service!.name);
    result.push(service!);
  }
  return result;
}

function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const limit = setTimeout(() => child.kill('SIGKILL'), 30_000);
    child.once('exit', () => {
      clearTimeout(limit);
      resolve();
    });
    child.kill('SIGTERM');
  });
}
