// A file with patient data: its owner's only.
import { writeFile } from 'node:fs/promises';
import { CommandError } from '../command.ts';
import { exitCode } from '../exit-codes.ts';

/** @throws CommandError */
export async function writePrivately(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes, { mode: 0o600 });
  } catch (error) {
    throw new CommandError(
      `${path}: it cannot be written (${(error as NodeJS.ErrnoException).code})`,
      exitCode.usage,
    );
  }
}
