// The report of an import as text.
import type { ImportReport } from '@gp-connect/provider';

const MOST_REFUSALS = 100;
const count = (number: number): string => number.toLocaleString('en-GB');
const plural = (number: number, one: string, many = `${one}s`): string =>
  `${count(number)} ${number === 1 ? one : many}`;

function size(bytes: number): string {
  if (bytes < 1_000_000) return `${count(Math.ceil(bytes / 1_000))} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** Columns side by side, each as wide as its widest cell. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => row[at]!.length)));
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at]!)).join('  ')}`.trimEnd());
}

const place = (file: string, entry: number | null): string => (entry === null ? file : `${file} [${entry}]`);

/** What was stored, normalised, withheld, left dangling and refused. */
export function printImport(report: ImportReport, practiceName: string): string {
  const { written } = report;
  const sections: string[][] = [
    [
      report.dryRun
        ? `Dry run for ${report.practice} ${practiceName}: nothing was kept`
        : `Imported into ${report.practice} ${practiceName}`,
      ...table([
        ['Files', `${count(report.files)}, ${size(report.bytes)}`],
        ['Read', plural(report.read, 'resource')],
        [
          'Stored',
          `${plural(report.stored, 'resource')}; ${count(report.absorbed)} absorbed, ${count(report.merged)} merged`,
        ],
        [
          'People',
          `${count(written.patientsAdded)} new, ${count(written.patientsChanged)} changed, ${count(written.patientsUnchanged)} as they were`,
        ],
        [
          'Record entries',
          `${count(written.resourcesAdded)} new, ${count(written.resourcesChanged)} changed, ${count(written.resourcesUnchanged)} as they were`,
        ],
        ['Staff and places', `${count(written.actorsAdded)} new, ${count(written.actorsChanged)} changed`],
        [
          'Documents',
          `${count(report.documents.added)} added, ${count(report.documents.unchanged)} as they were`,
        ],
        ['Run', report.run],
      ]),
    ],
    section(
      'Put into form',
      report.normalised.map(({ rule, count: times, example }) => [
        `${count(times)} ×`,
        rule,
        `e.g. ${place(example.file, example.entry)} ${example.path}`,
      ]),
    ),
    section(
      'Left out by the source as confidential',
      report.withheld.map(({ file, list, area }) => [file, list, area ?? '']),
    ),
    section(
      `References to what neither came nor was there: ${count(report.danglingCount)}`,
      report.dangling.slice(0, 5).map(({ from, path, to }) => [from, path, `→ ${to}`]),
    ),
    section(
      `Refused: ${count(report.refused.length)}`,
      report.refused
        .slice(0, MOST_REFUSALS)
        .map(({ file, entry, resource, reason, path }) => [
          place(file, entry),
          resource ?? '',
          path ? `${reason} (${path})` : reason,
        ]),
    ),
  ];
  const more = report.refused.length - MOST_REFUSALS;
  const text = sections.filter((lines) => lines.length).map((lines) => lines.join('\n'));
  if (more > 0) text.push(`  … and ${count(more)} more: --json lists them all`);
  if (report.refused.length === 0) text.push('Nothing was refused.');
  return text.join('\n\n');
}

const section = (title: string, rows: readonly (readonly string[])[]): string[] =>
  rows.length ? [title, ...table(rows)] : [];
