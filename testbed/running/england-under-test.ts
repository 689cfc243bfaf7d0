// A running England for tests: a small one, on free ports, in a folder of its own.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Caller, openCaller } from './caller.ts';
import { isFree, type Ports, portsFrom } from './ports.ts';
import { type RunningEngland, startEngland } from './start.ts';

export interface EnglandUnderTest {
  readonly england: RunningEngland;
  readonly ports: Ports;
  readonly dataFolder: string;
  caller(persona?: string): Caller;
  stop(): Promise<void>;
}

/** `patients`: ordinary people besides the named ones. */
export async function startEnglandForTest(patients = 20): Promise<EnglandUnderTest> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'gpc-england-'));
  const portBase = await freePortBase();
  const england = await startEngland({ dataFolder, portBase, fresh: false, patients, say: () => undefined });
  const callers: Caller[] = [];
  return {
    england,
    dataFolder,
    ports: portsFrom(portBase),
    caller(persona) {
      const caller = openCaller(england.choices, persona);
      callers.push(caller);
      return caller;
    },
    async stop() {
      await Promise.all(callers.map((caller) => caller.close()));
      await england.stop();
      rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** A base from which every port is free right now. */
export async function freePortBase(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt++) {
    const base = 21_000 + Math.floor(Math.random() * 380) * 100;
    const free = await Promise.all(Object.values(portsFrom(base)).map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no free range of ports found');
}

/** Looks again and again, for what takes its time: an audit checkpoint is published every ten seconds. */
export async function untilFound<Value>(look: () => Promise<Value | undefined>): Promise<Value> {
  for (let attempt = 0; attempt < 300; attempt++) {
    const value = await look();
    if (value !== undefined) return value;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('it did not come within a minute');
}
