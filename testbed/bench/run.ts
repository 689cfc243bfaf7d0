// `npm run bench [-- names… --quick --full --profile FOLDER]`: runs the benches and prints a table and a line for each.
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { audit } from './audit.ts';
import { type Bench, type BenchContext, machineLine, table } from './bench.ts';
import { programs, runProgram } from './beside.ts';
import { gateway } from './gateway.ts';
import { importing } from './import.ts';
import { inbox } from './inbox.ts';
import { mesh } from './mesh.ts';
import { startup } from './startup.ts';
import { structured } from './structured.ts';

/** Every bench, in the order they run. A new one is a file and a row here. */
const benches: readonly Bench[] = [gateway, structured, importing, startup, audit, mesh, inbox];

/** Programs of this folder that print their own table and line: by name, what their files begin with. */
const others: Readonly<Record<string, string>> = { plausibility: 'plausibility', recall: 'recall' };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
    profile: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter(
  (name) => !(name in others) && !benches.some((bench) => bench.name === name),
);
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`there is no bench called ${unknown.join(', ')}`);
  console.log(['npm run bench [-- NAMES] [--quick | --full] [--profile FOLDER]', ...listed()].join('\n'));
  process.exit(unknown.length > 0 ? 2 : 0);
}

const where = process.env.GPC_BENCH_DIR ?? tmpdir();
const began = performance.now();
console.log(
  `${availableParallelism()} cores, load ${loadavg()[0]!.toFixed(1)}, Node ${process.version}, in ${where}${inMemory(where) ? ' (in memory: what is made durable costs nothing here; set GPC_BENCH_DIR to a disk)' : ''}`,
);
const wanted = (name: string): boolean => positionals.length === 0 || positionals.includes(name);
for (const bench of benches) if (wanted(bench.name)) await runOne(bench);
for (const [name, beginning] of Object.entries(others)) {
  for (const file of wanted(name) ? programs(beginning) : []) {
    console.log(`\n${name}:`);
    const code = await runProgram(file, values.quick ? ['--quick'] : []);
    if (code !== 0) process.exitCode = 1;
  }
}
console.log(`\n${secondsSince(began)} s in all, load ${loadavg()[0]!.toFixed(1)}`);

async function runOne(bench: Bench): Promise<void> {
  const folder = mkdtempSync(join(where, `gpc-bench-${bench.name}-`));
  const context: BenchContext = {
    quick: values.quick,
    full: values.full,
    folder,
    profile: values.profile ? resolve(values.profile) : undefined,
  };
  const started = performance.now();
  console.log(`\n${bench.name}: ${bench.summary}`);
  try {
    const report = await bench.run(context);
    console.log(table([report.heading, ...report.rows]));
    for (const note of report.notes ?? []) console.log(`  ${note}`);
    console.log(`${machineLine(bench.name, report)} seconds=${secondsSince(started)}`);
  } catch (error) {
    console.error(error);
    console.log(`bench ${bench.name} failed`);
    process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function secondsSince(start: number): string {
  return ((performance.now() - start) / 1000).toFixed(0);
}

function listed(): string[] {
  return benches.map(({ name, summary }) => `  ${name.padEnd(12)} ${summary}`);
}

/** Linux tmpfs: fsync does nothing there. */
function inMemory(folder: string): boolean {
  return statfsSync(folder).type === 0x01021994;
}
