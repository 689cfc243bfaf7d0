// Why a message was not sent: each problem with its field, each finding with its rule, and what to do. spec: messaging SG-20
import type { HandedIn } from '@gp-connect/consumer';
import { printJson } from '../arguments.ts';
import { exitCode } from '../exit-codes.ts';

export type Stop = Extract<HandedIn, { state: 'stopped' | 'confirm' }>;

/** Lines for a person. */
export function stopLines(stop: Stop): string[] {
  if (stop.state === 'confirm') {
    const rules = [...new Set(stop.confirmations.map(({ finding }) => finding.ruleId))];
    return [
      'Nothing was sent. Read this first:',
      ...stop.confirmations.map(
        ({ finding: { severity, ruleId, message } }) => `  ${severity} ${ruleId}: ${message}`,
      ),
      `If it is right as it stands, give the command again with ${rules.map((rule) => `--confirm ${rule}`).join(' ')}`,
    ];
  }
  return [
    'Nothing was sent. Put this right:',
    ...stop.problems.map(({ field, message }) => `  ${field}: ${message}`),
    ...stop.findings.map(({ severity, ruleId, message }) => `  ${severity} ${ruleId}: ${message}`),
    ...(stop.findings.length > 0
      ? [
          'What a rule blocks is never sent as it stands: correct it, or leave the entry out and write it in the summary.',
        ]
      : []),
  ];
}

/** For a program. */
export const stopForPrograms = (stop: Stop) => ({
  state: stop.state === 'confirm' ? 'to-confirm' : 'stopped',
  problems: stop.state === 'confirm' ? [] : stop.problems,
  findings: (stop.state === 'confirm' ? stop.confirmations.map(({ finding }) => finding) : stop.findings).map(
    ({ ruleId, severity, message }) => ({ ruleId, severity, message }),
  ),
});

export function printStop(stop: Stop, json: boolean): number {
  if (json) printJson(stopForPrograms(stop));
  else console.error(stopLines(stop).join('\n'));
  return exitCode.stopped;
}
