// `gpc import`: real records into a practice of the running England, with a report of what became of each resource.
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Administration, HostedPracticeSummary, ImportedFile, ImportReport } from '@gp-connect/provider';
import { type Command, CommandError } from '../command.ts';
import { importProgress } from '../import-progress.ts';
import { printImport } from '../print-import.ts';
import { runningEngland } from '../running-england.ts';

const help = `
gpc import --practice ODS FILE…: put records into a practice of the running England

  --practice ODS     the practice they become part of
  --dry-run          do everything but keep it: see what would be stored, changed and refused
  --data FOLDER      where England runs (default .data, or GPC_DATA_DIR)
  --json             the report as JSON on standard output, every refusal in it

FILE is a FHIR STU3 Bundle or resource (.json, .xml), newline-delimited JSON (.ndjson), or a Binary; a folder stands
for all such files in it and below. Files of one run may complete each other: a document and its Binary, a person in
several bundles. Importing the same file again changes nothing.

The report says what was stored, what was put into this product's form (rule, how often, an example) and what was
refused (file, entry, reason). Progress goes to standard error.
Exit code 1 when anything was refused or the import failed, 2 when the command was not understood.

Examples
  gpc import --practice A83001 record.json letters/
  gpc import --practice A83001 export.ndjson --dry-run --json > report.json
`;

export const importCommand: Command = {
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        practice: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        data: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    });
    const ods = values.practice?.trim().toUpperCase();
    if (!ods)
      throw new CommandError('name the practice with --practice ODS; "gpc import --help" says more', 2);
    if (positionals.length === 0)
      throw new CommandError('give at least one file or folder; "gpc import --help" says more', 2);
    const files = await filesIn(positionals);
    const { administration, practice } = await hostOf(ods, values.data);
    const report = await run(administration, practice, files, values['dry-run']);
    if (values.json) console.log(JSON.stringify(report, null, 2));
    else console.log(printImport(report, practice.name));
    return report.refused.length ? 1 : 0;
  },
};

async function run(
  administration: Administration,
  practice: HostedPracticeSummary,
  files: readonly ImportedFile[],
  dryRun: boolean,
): Promise<ImportReport> {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const progress = importProgress(process.stderr, total);
  try {
    for await (const step of administration.import(practice.ods, files, { dryRun, actor: actorName() })) {
      if (step.kind === 'report') return step.report;
      progress.show(step);
    }
    throw new CommandError('the provider sent no report');
  } catch (error) {
    if ((error as Error).name === 'AdministrationError') throw new CommandError((error as Error).message);
    throw error;
  } finally {
    progress.end();
  }
}

/** Who it was, for the practice's audit. */
function actorName(): string {
  try {
    return `gpc import (${userInfo().username})`;
  } catch {
    return 'gpc import';
  }
}

const recordFile = /\.(?:json|xml|ndjson|jsonl)$/i;

/** The files named, and those in the folders named; each opened only when its turn comes. */
async function filesIn(names: readonly string[]): Promise<ImportedFile[]> {
  const files: ImportedFile[] = [];
  const faults: string[] = [];
  for (const name of names) {
    try {
      const found = await stat(name);
      if (found.isDirectory()) {
        const inside = (await readdir(name, { recursive: true, withFileTypes: true }))
          .filter((entry) => entry.isFile() && recordFile.test(entry.name))
          .map((entry) => join(entry.parentPath, entry.name))
          .sort();
        if (inside.length === 0) faults.push(`${name}: no .json, .xml or .ndjson files in this folder`);
        for (const path of inside) files.push(fileAt(path, (await stat(path)).size));
      } else if (found.isFile()) files.push(fileAt(name, found.size));
      else faults.push(`${name}: neither a file nor a folder`);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      faults.push(`${name}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`);
    }
  }
  if (faults.length) throw new CommandError(faults.join('\n'), 2);
  return files;
}

const fileAt = (path: string, size: number): ImportedFile => ({
  name: path,
  size,
  stream: () => createReadStream(path, { highWaterMark: 256 * 1024 }),
});

/** The provider that hosts a practice. @throws CommandError naming the practices there are */
async function hostOf(
  ods: string,
  data: string | undefined,
): Promise<{ administration: Administration; practice: HostedPracticeSummary }> {
  const choices = await runningEngland(data);
  const [{ openAdministration }, { providerAdministrations }] = await Promise.all([
    import('@gp-connect/provider'),
    import('@gp-connect/testbed'),
  ]);
  const known: string[] = [];
  const silent: string[] = [];
  for (const { provider, url, token } of providerAdministrations(choices)) {
    const administration = openAdministration({ url, token });
    try {
      const practices = await administration.practices();
      const practice = practices.find((each) => each.ods === ods);
      if (practice) return { administration, practice };
      known.push(...practices.map((each) => `${each.ods} ${each.name}`));
    } catch (error) {
      silent.push(`the GP system ${provider} does not answer: ${(error as Error).message}`);
    }
  }
  throw new CommandError(
    [
      `no GP system here hosts a practice ${ods}; there are:`,
      ...known.sort().map((each) => `  ${each}`),
      ...silent,
    ].join('\n'),
  );
}
