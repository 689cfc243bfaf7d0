// What a dry run shows: the composed message on standard output, everything said about it on standard error.
import type { Checked } from '@gp-connect/consumer';
import { printJson } from '../arguments.ts';
import { exitCode } from '../exit-codes.ts';
import { stopForPrograms, stopLines } from './print-stop.ts';

/** Answers the exit code: 0 if it would be sent. */
export function printDryRun({ message, verdict }: Checked, json: boolean): number {
  const ready = verdict.state === 'ready';
  if (json) {
    printJson({
      ...(ready
        ? { state: 'ready', practice: verdict.practice, notes: verdict.notes, problems: [], findings: [] }
        : stopForPrograms(verdict)),
      message: message ? { ...message.mesh, version: message.version, xml: message.xml } : null,
    });
  } else {
    if (message) console.log(message.xml);
    const said = ready
      ? [`It would be sent to practice ${verdict.practice}.`, ...verdict.notes.map((note) => `Note: ${note}`)]
      : stopLines(verdict);
    console.error(said.join('\n'));
  }
  return ready ? exitCode.done : exitCode.stopped;
}
