// Benches that are programs of their own in this folder (`plausibility*.ts`): run where they are there, their output passed on.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Files of the folder whose names begin so, without tests. */
export function programs(beginning: string): string[] {
  return readdirSync(import.meta.dirname)
    .filter((name) => name.startsWith(beginning) && /^[\w-]+\.ts$/.test(name))
    .map((name) => join(import.meta.dirname, name));
}

/** Runs a program with this process's output; answers its exit code, 1 where it was ended. */
export function runProgram(file: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args], { stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
