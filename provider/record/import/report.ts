// What an import says while it runs and when it is done. Every source resource is counted once: stored (added,
// changed or already the same), absorbed into facts, or refused.
import type { ClinicalArea } from '@gp-connect/foundation/nhs';
import { noCounts, type WriteCounts } from '../write-records.ts';

/** A resource or file that was not taken, and why. No value of the resource is repeated. */
export interface Refusal {
  file: string;
  /** Entry of the bundle or line of the file, from 0; null where the whole file was refused. */
  entry: number | null;
  /** `Type/id` where they could be read. */
  resource: string | null;
  reason: string;
  /** FHIR path of the fault, where the structure is at fault. */
  path: string | null;
}

/** How often a normalisation rule changed something, with one example. */
export interface Normalisation {
  rule: string;
  count: number;
  example: { file: string; entry: number; path: string };
}

/** Items the source left out of an area because they are confidential there. */
export interface Withheld {
  file: string;
  list: string;
  area: ClinicalArea | null;
}

/** A reference to something that neither came nor was there. It is kept as it is. */
export interface Dangling {
  from: string;
  path: string;
  to: string;
}

export interface ImportProgress {
  resources: number;
  patients: number;
  bytes: number;
}

export type ImportEvent =
  | { kind: 'file'; file: string }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'withheld'; withheld: Withheld }
  | { kind: 'progress'; progress: ImportProgress };

export interface ImportReport {
  practice: string;
  run: string;
  dryRun: boolean;
  files: number;
  bytes: number;
  /** Resources read from the files, contained ones not counted. */
  read: number;
  /** Of those, the ones now in the record or among the practice's actors; `merged` ones included. */
  stored: number;
  /** Lists and fact resources whose knowledge was kept and whose text was not. */
  absorbed: number;
  /** Source resources of one type and id that were merged into another of the same run. */
  merged: number;
  /** Contents of documents stored or already there. */
  documents: { added: number; unchanged: number };
  written: WriteCounts;
  normalised: Normalisation[];
  withheld: Withheld[];
  /** The first 1,000, and how many in all. */
  dangling: Dangling[];
  danglingCount: number;
  refused: Refusal[];
}

const MOST_DANGLING = 1_000;

/** Collects a run's report and passes events on. */
export class ReportKeeper {
  readonly report: ImportReport;
  readonly #rules = new Map<string, Normalisation>();
  readonly #onEvent: (event: ImportEvent) => void;
  #refusedSources = 0;

  constructor(practice: string, run: string, dryRun: boolean, onEvent: (event: ImportEvent) => void) {
    this.#onEvent = onEvent;
    this.report = {
      practice,
      run,
      dryRun,
      files: 0,
      bytes: 0,
      read: 0,
      stored: 0,
      absorbed: 0,
      merged: 0,
      documents: { added: 0, unchanged: 0 },
      written: noCounts(),
      normalised: [],
      withheld: [],
      dangling: [],
      danglingCount: 0,
      refused: [],
    };
  }

  file(file: string): void {
    this.report.files++;
    this.#onEvent({ kind: 'file', file });
  }

  /** `isSource` is false for what was no entry of its own: a whole file, a contained resource. */
  refuse(refusal: Refusal, isSource = refusal.entry !== null): void {
    if (isSource) this.#refusedSources++;
    this.report.refused.push(refusal);
    this.#onEvent({ kind: 'refused', refusal });
  }

  /** The report once everything was read: what was neither refused nor absorbed is stored. */
  finished(): ImportReport {
    this.report.stored = this.report.read - this.report.absorbed - this.#refusedSources;
    return this.report;
  }

  withheld(withheld: Withheld): void {
    this.report.withheld.push(withheld);
    this.#onEvent({ kind: 'withheld', withheld });
  }

  normalised(rule: string, file: string, entry: number, path: string): void {
    const known = this.#rules.get(rule);
    if (known) known.count++;
    else {
      const first = { rule, count: 1, example: { file, entry, path } };
      this.#rules.set(rule, first);
      this.report.normalised.push(first);
    }
  }

  dangling(dangling: Dangling): void {
    this.report.danglingCount++;
    if (this.report.dangling.length < MOST_DANGLING) this.report.dangling.push(dangling);
  }

  wrote(counts: WriteCounts): void {
    const { written } = this.report;
    for (const name of Object.keys(written) as (keyof WriteCounts)[]) written[name] += counts[name];
    const patients = written.patientsAdded + written.patientsChanged + written.patientsUnchanged;
    this.#onEvent({
      kind: 'progress',
      progress: { resources: this.report.read, patients, bytes: this.report.bytes },
    });
  }
}
