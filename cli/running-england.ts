// Where England runs, for every command: `--data`, else GPC_DATA_DIR, else .data beside the sources.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { runningChoices as RunningChoices } from '@gp-connect/testbed';
import { CommandError } from './command.ts';
import { exitCode } from './exit-codes.ts';

export type Choices = ReturnType<typeof RunningChoices>;

export const dataFolder = (data: string | undefined): string =>
  data ?? process.env.GPC_DATA_DIR ?? join(import.meta.dirname, '../.data');

/** @throws CommandError where England does not run there */
export async function runningEngland(data: string | undefined): Promise<Choices> {
  const folder = dataFolder(data);
  const notRunning = `England is not running from ${folder}: start it with "npm start"`;
  if (!existsSync(join(folder, 'running.json'))) throw new CommandError(notRunning);
  // Loaded only now: a command that was not understood, or finds nothing, is told so at once.
  const { runningChoices } = await import('@gp-connect/testbed');
  try {
    return runningChoices(folder);
  } catch {
    throw new CommandError(notRunning);
  }
}

/** Runs what looks somebody up in England; somebody it does not know is bad usage. */
export function knownTo<Value>(look: () => Value): Value {
  try {
    return look();
  } catch (error) {
    if (error instanceof RangeError)
      throw new CommandError(`${error.message}; docs/england.md lists them`, exitCode.usage);
    throw error;
  }
}
