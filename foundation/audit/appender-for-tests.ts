// A process that appends to a log as fast as it can and prints each acknowledgement; the fault tests kill it.
// Arguments: log folder, key folder, run number.

import { openTestLog, testOpen } from './log-for-tests.ts';

const [, , folder = '', keyFolder = '', run = ''] = process.argv;
const log = await openTestLog({ folder, keyFolder }, { integrateMs: 3, checkpointMs: 10 });
process.stdout.write(`checkpoint ${JSON.stringify(log.published.text)}\n`);

let count = 0;
let published = log.published.text;
async function client(name: number): Promise<void> {
  for (;;) {
    const trace = `run-${run}-client-${name}-${count++}`;
    const { index } = await log.append({ patient: testOpen(trace) });
    process.stdout.write(`open ${index} ${trace}\n`);
    if (count % 3 === 0) continue;
    const closed = await log.close({ open: index, outcome: 'outcome.seen', status: 200 });
    process.stdout.write(`close ${closed.index} ${trace}\n`);
    if (log.published.text === published) continue;
    published = log.published.text;
    process.stdout.write(`checkpoint ${JSON.stringify(published)}\n`);
  }
}

try {
  await Promise.all(Array.from({ length: 20 }, (_, i) => client(i)));
} catch (error) {
  const { name, code } = error as { name: string; code: string };
  const late = await log
    .append({ patient: testOpen('late') })
    .catch((reason: { code: string }) => reason.code);
  process.stdout.write(`failed ${name} ${code} ${late} ${log.health().status}\n`);
  await log.shutdown();
}
