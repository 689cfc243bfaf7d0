// What a command of `gpc` is.

export interface Command {
  /** Printed by `--help`. */
  readonly help: string;
  /** Commands below this one: `gpc send document`. One of them has to be named. */
  readonly commands?: readonly CommandEntry[];
  /** Answers the exit code; nothing means 0. */
  run(args: string[]): Promise<number | undefined>;
}

/** A row of a table of commands: loaded only when asked for. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

/** Something the person at the keyboard can put right: printed without a stack. */
export class CommandError extends Error {
  readonly exitCode: number;
  constructor(message: string, exitCode = 1) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCode;
  }
}

/** A command that only has commands below it. */
export const group = (help: string, commands: readonly CommandEntry[]): Command => ({
  help: `${help.trim()}\n\n${listed(commands)}`,
  commands,
  async run() {
    throw new CommandError(`say which: ${commands.map(({ name }) => name).join(', ')}`, 2);
  },
});

export function listed(commands: readonly CommandEntry[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n');
}
