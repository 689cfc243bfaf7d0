// `npm test`: every *.test.ts of the repository, on the embedded database and on a PostgreSQL started for the run.
// Arguments are file or folder filters: `npm test -- national/gateway`.
import { globSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { startTestPostgres } from '@gp-connect/foundation/store';

const filters = process.argv.slice(2);
const files = globSync('*/**/*.test.ts', {
  exclude: (path) => /(^|\/)(node_modules|\.data)(\/|$)/.test(path),
})
  .filter((file) => filters.length === 0 || filters.some((filter) => file.startsWith(filter)))
  // From the top of the house down: whole Englands take longest, and nothing else should wait for them at the end.
  .sort((one, other) => (one < other ? 1 : -1));
if (files.length === 0) {
  console.error(`no test file matches ${filters.join(', ')}`);
  process.exit(1);
}

const own = process.env.GPC_TEST_POSTGRES ? undefined : await startTestPostgres();
if (own) process.env.GPC_TEST_POSTGRES = own.url;
process.env.NODE_COMPILE_CACHE ??= 'node_modules/.cache/compile';
process.once('exit', () => own?.stop());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

// Not `node --test`, which puts the files in an order of its own.
run({ files, concurrency: Math.max(2, availableParallelism()), timeout: 300_000 })
  .on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  })
  .compose(spec)
  .pipe(process.stdout);
