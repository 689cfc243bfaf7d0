// Reads the JSON file of a consultation, vaccination or supply; every fault is told with the place it is at.
import type { z } from 'zod';
import { bytesOf } from '../arguments.ts';
import { CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';

const LARGEST = 1024 * 1024;

/** @throws CommandError with a line for each fault */
export async function readInput<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): Promise<{ input: z.output<Schema>; text: string }> {
  const text = (await bytesOf(path, LARGEST)).toString('utf8');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CommandError(`${path}: this is not JSON`, exitCode.usage);
  }
  const read = schema.safeParse(json);
  if (read.success) return { input: read.data, text };
  const faults = read.error.issues.map(
    ({ path: at, message }) => `  ${at.join('.') || 'the whole'}: ${message}`,
  );
  throw new CommandError(
    `${path} cannot be read (docs/command-line.md shows what it holds):\n${faults.join('\n')}`,
    exitCode.usage,
  );
}
