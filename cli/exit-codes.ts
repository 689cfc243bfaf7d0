// What the commands answer to the shell.

export const exitCode = {
  done: 0,
  /** Could not be done now: England does not run, a service does not answer. Nothing is lost; the same command again goes on. */
  failed: 1,
  /** The command was not understood. */
  usage: 2,
  /** Nothing was sent: something has to be put right or confirmed. */
  stopped: 3,
  /** The other side refused. */
  refused: 4,
  /** No final answer in the time given. */
  noAnswer: 5,
} as const;
