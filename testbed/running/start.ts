// Brings up a whole England on this machine, and takes it down again.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Lock, lockFolder } from '@gp-connect/foundation/lock';
import { banner } from './banner.ts';
import { makeCertificates } from './certificates.ts';
import { startChildren } from './children.ts';
import { prepareDatabases } from './databases.ts';
import { type Choices, planFrom, todayInLondon } from './plan.ts';
import { isFree, portsFrom } from './ports.ts';
import { makeSharedSecrets } from './secrets.ts';

export interface StartOptions {
  readonly dataFolder: string;
  readonly portBase: number;
  readonly fresh: boolean;
  readonly databaseUrl?: string;
  readonly patients?: number;
  /** Called with a line at a time while it comes up. */
  readonly say: (line: string) => void;
}

export interface RunningEngland {
  readonly banner: string;
  readonly choices: Choices;
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}

/** A reason not to start that a person can act on. */
export class CannotStartError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CannotStartError';
  }
}

/** @throws CannotStartError for a port or a data folder in use; ServiceFailedError where a service cannot start */
export async function startEngland(options: StartOptions): Promise<RunningEngland> {
  mkdirSync(options.dataFolder, { recursive: true, mode: 0o700 });
  const lock = await takeFolder(options.dataFolder);
  try {
    await checkPorts(options.portBase);
    if (options.fresh) emptyFolder(options.dataFolder);
    const choices = choicesOf(options);
    const plan = planFrom(choices);
    const first = !existsSync(join(plan.layout.root, 'loaded', 'orchard'));
    options.say(first ? 'First start: making certificates and loading England…' : 'Starting…');
    makeSharedSecrets(plan);
    const prepared = Promise.all([
      makeCertificates(plan.layout, plan.england),
      prepareDatabases(choices, options.fresh),
    ]);
    const children = await startChildren(choices, prepared, (service) => options.say(`  ${service} is up`));
    const running = join(plan.layout.root, 'running.json');
    writeFileSync(running, JSON.stringify(choices), { mode: 0o600 });
    return {
      banner: banner(plan, !options.databaseUrl),
      choices,
      failed: children.failed,
      async stop() {
        await children.stop();
        rmSync(running, { force: true });
        await lock.release();
      },
    };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function takeFolder(folder: string): Promise<Lock> {
  try {
    return await lockFolder(folder);
  } catch (error) {
    throw new CannotStartError((error as Error).message);
  }
}

/** Everything but the lock this process holds. */
function emptyFolder(folder: string): void {
  for (const name of [
    'trust',
    'settings',
    'logs',
    'databases',
    'audit',
    'audit-keys',
    'identity',
    'mesh',
    'secrets',
    'loaded',
    'england.json',
    'running.json',
  ]) {
    rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** The day England was made for stays with its data: people do not change their age at every start. */
function choicesOf({ dataFolder, portBase, databaseUrl, patients }: StartOptions): Choices {
  const kept = join(dataFolder, 'england.json');
  if (!existsSync(kept))
    writeFileSync(kept, JSON.stringify({ today: todayInLondon(), patients: patients ?? null }));
  const { today, patients: made } = JSON.parse(readFileSync(kept, 'utf8')) as {
    today: string;
    patients: number | null;
  };
  return {
    dataFolder,
    portBase,
    today,
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(made === null ? {} : { patients: made }),
  };
}

async function checkPorts(base: number): Promise<void> {
  const taken: string[] = [];
  for (const [name, port] of Object.entries(portsFrom(base))) {
    if (!(await isFree(port))) taken.push(`${port} (${name})`);
  }
  if (taken.length) {
    throw new CannotStartError(
      `port ${taken.join(', ')} is already in use: stop the other program, or move all ports with --port-base`,
    );
  }
}
