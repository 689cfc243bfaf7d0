// `npm test`: every *.test.ts of the repository, on the embedded database and on a PostgreSQL started for the run.
// Arguments are file or folder filters: `npm test -- national/gateway`.
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { startTestPostgres } from '@gp-connect/foundation/store';

const filters = process.argv.slice(2);
const files = globSync('*/**/*.test.ts', {
  exclude: (path) => /(^|\/)(node_modules|\.data)(\/|$)/.test(path),
})
  .filter((file) => filters.length === 0 || filters.some((filter) => file.startsWith(filter)))
  // From the top of the house down: whole Englands take longest, and nothing else should wait for them at the end.
  .sort((one, other) => other.localeCompare(one));
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(', ')}`);
  process.exit(1);
}

const own = process.env.GPC_TEST_POSTGRES ? undefined : await startTestPostgres();
const run = spawn(
  process.execPath,
  ['--test', '--test-timeout=300000', `--test-concurrency=${Math.max(2, availableParallelism())}`, ...files],
  {
    stdio: 'inherit',
    env: {
      ...process.env,
      GPC_TEST_POSTGRES: process.env.GPC_TEST_POSTGRES ?? own?.url,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? 'node_modules/.cache/compile',
    },
  },
);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => run.kill(signal));
run.once('exit', (code) => {
  own?.stop();
  process.exit(code ?? 1);
});
