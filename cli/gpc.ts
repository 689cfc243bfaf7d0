#!/usr/bin/env node
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { type Command, CommandError, listed } from './command.ts';
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
  const { command, path, rest } = await chosen(await found.load(), asked, args);
  if (rest.includes('--help')) {
    console.log(command.help.trim());
    return 0;
  }
  try {
    return (await command.run(rest)) ?? 0;
  } catch (error) {
    if (error instanceof CommandError) {
      console.error(`gpc ${path}: ${error.message}`);
      return error.exitCode;
    }
    const { code, message, name: kind } = error as Error & { code?: string };
    if (code?.startsWith('ERR_PARSE_ARGS')) {
      console.error(`gpc ${path}: ${message}\nTry: gpc ${path} --help`);
      return 2;
    }
    // A stack helps who works on the sources, and nobody else.
    if (process.env.GPC_STACK) throw error;
    console.error(
      `gpc ${path}: this should not have happened: ${kind}${code ? ` ${code}` : ''}: ${message?.split('\n')[0]} (GPC_STACK=1 shows where)`,
    );
    return 1;
  }
}

/** Goes down to the command that was named: `send`, then `document`. */
async function chosen(
  command: Command,
  path: string,
  args: string[],
): Promise<{ command: Command; path: string; rest: string[] }> {
  const [next, ...rest] = args;
  const below = command.commands?.find((each) => each.name === next);
  return below ? chosen(await below.load(), `${path} ${next}`, rest) : { command, path, rest: args };
}

function overview(): string {
  return [
    'gpc: GP Connect from the command line',
    '',
    listed(commands),
    '',
    '"gpc COMMAND --help" says more.',
  ].join('\n');
}
