// Measures the safeguard rules: recall of planted errors by rule, false alarms on correct messages, time a message.
// Exit 1 where a BLOCK or REJECT error is missed or 1 % of correct messages are alarmed about. spec: messaging §10
// Usage: node testbed/bench/plausibility.ts [planted] [correct] [seed]
import { evaluate, nationalRulePack } from '@gp-connect/foundation/plausibility';
import { demonstrationTerminology } from '@gp-connect/foundation/terminology';
import { plausibilitySet } from './plausibility-set.ts';

const [planted = 5_000, correct = 20_000, seed = 2026] = process.argv.slice(2).map(Number);
const mostFalseAlarms = 0.01;

const terminology = demonstrationTerminology();
const pack = nationalRulePack();
const severityOf = new Map(pack.rules.map((rule) => [rule.id, rule.severity]));
const byRule = new Map<string, { planted: number; found: number; blocks: number; blocksFound: number }>();
const alarms = new Map<string, number>();
const times: number[] = [];
let alarmed = 0;

for (const { content, record, now, planted: error } of plausibilitySet(seed, { planted, correct })) {
  const start = performance.now();
  const { findings } = evaluate(content, record, terminology, pack, now);
  times.push(performance.now() - start);
  if (error === undefined) {
    const above = findings.filter(({ severity }) => severity !== 'INFO');
    if (above.length > 0) alarmed += 1;
    for (const { ruleId } of above) alarms.set(ruleId, (alarms.get(ruleId) ?? 0) + 1);
    continue;
  }
  const expected = error.severity ?? severityOf.get(error.ruleId)!;
  const isFound = findings.some(({ ruleId, severity }) => ruleId === error.ruleId && severity === expected);
  const isBlock = expected === 'BLOCK' || expected === 'REJECT';
  const row = byRule.get(error.ruleId) ?? { planted: 0, found: 0, blocks: 0, blocksFound: 0 };
  row.planted += 1;
  row.found += isFound ? 1 : 0;
  row.blocks += isBlock ? 1 : 0;
  row.blocksFound += isBlock && isFound ? 1 : 0;
  byRule.set(error.ruleId, row);
}

times.sort((a, b) => a - b);
const percentile = (part: number): string =>
  times[Math.min(times.length - 1, Math.floor(times.length * part))]!.toFixed(2);
const rows = [...byRule].sort(([a], [b]) => (a < b ? -1 : 1));
const sum = (pick: (row: (typeof rows)[number][1]) => number): number =>
  rows.reduce((total, [, row]) => total + pick(row), 0);
const share = (found: number, all: number): string =>
  all === 0 ? '-' : `${((100 * found) / all).toFixed(2)} %`;

console.log(`rule pack ${pack.id} ${pack.version}, ${pack.rules.length} rules, seed ${seed}`);
for (const [ruleId, row] of rows) {
  console.log(
    `${ruleId}  ${String(severityOf.get(ruleId)).padEnd(6)} planted ${String(row.planted).padStart(5)}  recall ${share(row.found, row.planted)}`,
  );
}
console.log(
  `recall, all rules: ${share(
    sum((row) => row.found),
    sum((row) => row.planted),
  )}`,
);
console.log(
  `recall, BLOCK and REJECT: ${share(
    sum((row) => row.blocksFound),
    sum((row) => row.blocks),
  )}`,
);
console.log(
  `false alarms on ${correct} correct messages: ${share(alarmed, correct)}${alarms.size === 0 ? '' : ` ${JSON.stringify([...alarms])}`}`,
);
console.log(
  `time a message, all rules: median ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms, most ${percentile(1)} ms`,
);

if (sum((row) => row.blocksFound) < sum((row) => row.blocks) || alarmed >= correct * mostFalseAlarms)
  process.exitCode = 1;
