// What a command of `gpc` is.

export interface Command {
  /** Printed by `--help`. */
  readonly help: string;
  /** Answers the exit code; nothing means 0. */
  run(args: string[]): Promise<number | undefined>;
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
