// `gpc start` to `Ready.`: on an empty folder, and again with its data. The goal for a fresh start is 60 seconds.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePortBase } from '../running/england-under-test.ts';
import { type Bench, type BenchContext, type BenchReport, short } from './bench.ts';
import { stopChild } from './processes.ts';
import { spreadOf } from './rounds.ts';

const GOAL_SECONDS = 60;
const QUICK_PATIENTS = 200;

interface Start {
  readonly ready: number;
  /** Seconds until each service was up. */
  readonly services: ReadonlyMap<string, number>;
}

async function run({ folder, quick, full }: BenchContext): Promise<BenchReport> {
  const rounds = full ? 3 : 1;
  const fresh: Start[] = [];
  const again: Start[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const data = join(folder, `england-${round}`);
    fresh.push(await start(data, quick));
    again.push(await start(data, quick));
  }
  const names = [...fresh[0]!.services.keys()];
  const seconds = (starts: readonly Start[], of: (start: Start) => number) =>
    short(spreadOf(starts.map(of)).median);
  const ready = spreadOf(fresh.map((each) => each.ready / GOAL_SECONDS));
  return {
    heading: ['seconds until', 'fresh', 'again'],
    rows: [
      ...names.map((name) => [
        name,
        seconds(fresh, ({ services }) => services.get(name)!),
        seconds(again, ({ services }) => services.get(name)!),
      ]),
      ['Ready.', seconds(fresh, (each) => each.ready), seconds(again, (each) => each.ready)],
    ],
    notes: [
      ...(quick ? [`${QUICK_PATIENTS} patients instead of 2,000: not the goal's own figure`] : []),
      'services start beside one another; a row counts from the command, not from its own process',
    ],
    ratio: ready,
    of: `fresh-start/${GOAL_SECONDS}s`,
    figures: {
      'fresh-seconds': spreadOf(fresh.map((each) => each.ready)).median,
      'again-seconds': spreadOf(again.map((each) => each.ready)).median,
      'again/fresh': spreadOf(again.map((each, round) => each.ready / fresh[round]!.ready)),
    },
  };
}

/** Starts and stops once. @throws Error where it ends before it is ready */
async function start(data: string, quick: boolean): Promise<Start> {
  const command = fileURLToPath(new URL('../../cli/gpc.ts', import.meta.url));
  const args = ['start', '--data', data, '--port-base', String(await freePortBase())];
  const began = performance.now();
  const child = spawn(
    process.execPath,
    [command, ...args, ...(quick ? ['--patients', String(QUICK_PATIENTS)] : [])],
    { stdio: ['ignore', 'pipe', 'pipe'], env: withoutDatabase() },
  );
  const since = (): number => (performance.now() - began) / 1000;
  const services = new Map<string, number>();
  let said = '';
  try {
    const ready = await new Promise<number>((resolve, reject) => {
      let line = '';
      child.stdout.on('data', (text: Buffer) => {
        said += text;
        const lines = (line + text).split('\n');
        line = lines.pop()!;
        for (const each of lines) {
          const up = /^ {2}(\w[\w-]*) is up$/.exec(each)?.[1];
          if (up) services.set(up, since());
          if (each === 'Ready.') resolve(since());
        }
      });
      child.stderr.on('data', (text: Buffer) => {
        said += text;
      });
      child.once('exit', (code) => reject(new Error(`gpc start ended with ${code}:\n${said}`)));
    });
    return { ready, services };
  } finally {
    await stopChild(child);
  }
}

/** The embedded database, whatever this shell is set up for: the goal is that of a laptop. */
function withoutDatabase(): NodeJS.ProcessEnv {
  const { GPC_DATABASE_URL: _url, GPC_DATA_DIR: _data, GPC_PORT_BASE: _port, ...rest } = process.env;
  return rest;
}

export const startup: Bench = { name: 'startup', summary: 'gpc start to Ready., fresh and again', run };
