// What a bench is, and how what it found is printed: a short table and one line for machines.
import type { Spread } from './rounds.ts';

export interface BenchContext {
  /** Fewer rounds of smaller samples. */
  readonly quick: boolean;
  /** Samples as large as stated in docs/benchmarks.md, however long they take. */
  readonly full: boolean;
  /** An empty folder on a real disk, removed afterwards. */
  readonly folder: string;
  /** Folder for CPU profiles of the processes under load. */
  readonly profile: string | undefined;
}

export interface BenchReport {
  readonly heading: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes?: readonly string[];
  /** The figure this bench is known by. */
  readonly ratio: Spread;
  /** What the ratio is of, e.g. `gateway/plain-p50-2KB`. */
  readonly of: string;
  /** Further figures for the machine's line. */
  readonly figures?: Readonly<Record<string, Spread | number>>;
}

export interface Bench {
  readonly name: string;
  readonly summary: string;
  run(context: BenchContext): Promise<BenchReport>;
}

/** Three significant digits, no exponent. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return Math.round(value).toString();
  return String(Number(value.toPrecision(3)));
}

/** `1.25 [1.1–1.4]` */
export const spread = ({ median, min, max }: Spread): string =>
  `${short(median)} [${short(min)}–${short(max)}]`;

/** The one line of a bench that machines read. */
export function machineLine(name: string, { ratio, of, figures = {} }: BenchReport): string {
  const more = Object.entries(figures).map(
    ([key, value]) => `${key}=${typeof value === 'number' ? short(value) : spread(value).replace(' ', '')}`,
  );
  return [`bench ${name} ratio=${spread(ratio)}`, `of=${of}`, ...more].join(' ');
}

/** Columns side by side; all but the first to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>(
    (all, row) => row.map((cell, column) => Math.max(all[column] ?? 0, cell.length)),
    [],
  );
  return rows
    .map((row) =>
      row
        .map((cell, column) => (column ? cell.padStart(widths[column]!) : cell.padEnd(widths[0]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
