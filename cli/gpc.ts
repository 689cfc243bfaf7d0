#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { type Command, CommandError } from './command.ts';
// The `gpc` command. One table of commands; each lives in a file of its own and loads only when asked for.
import { commands } from './commands/index.ts';

// Halves the time until a command begins; services started from here share it.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/compile'));

// `gpc record … | head` ends the reader early: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

const [name, ...rest] = process.argv.slice(2);

if (name === undefined || name === '--help' || name === 'help') {
  console.log(overview());
} else {
  process.exitCode = await run(name, rest);
}

async function run(asked: string, args: string[]): Promise<number> {
  const found = commands.find((command) => command.name === asked);
  if (!found) {
    console.error(`gpc: there is no command "${asked}". "gpc --help" lists them.`);
    return 2;
  }
  const command: Command = await found.load();
  if (args.includes('--help')) {
    console.log(command.help.trim());
    return 0;
  }
  try {
    return (await command.run(args)) ?? 0;
  } catch (error) {
    if (error instanceof CommandError) {
      console.error(`gpc ${asked}: ${error.message}`);
      return error.exitCode;
    }
    if ((error as { code?: string }).code?.startsWith('ERR_PARSE_ARGS')) {
      console.error(`gpc ${asked}: ${(error as Error).message}\nTry: gpc ${asked} --help`);
      return 2;
    }
    throw error;
  }
}

function overview(): string {
  const width = Math.max(...commands.map((command) => command.name.length));
  const lines = commands.map((command) => `  ${command.name.padEnd(width)}  ${command.summary}`);
  return ['gpc: GP Connect from the command line', '', ...lines, '', '"gpc COMMAND --help" says more.'].join(
    '\n',
  );
}
