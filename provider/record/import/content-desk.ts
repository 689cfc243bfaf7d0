// Where an import's document contents wait until the documents that name them are in their records.
import type { Kysely } from '@gp-connect/foundation/store';
import type { ResourceJson } from '../json.ts';
import type { RecordTables } from '../schema.ts';
import { ContentError, claimContents, findClaimants, type Staged, stageContent } from './contents.ts';
import { nameOf, prepare, type Ready } from './prepare.ts';
import type { ReportKeeper } from './report.ts';
import { type SourceItem, textFault } from './source.ts';

type Place = { file: string; entry: number };

export class ContentDesk {
  /** Binary ids that documents of this run name. */
  readonly named = new Set<string>();
  readonly #db: Kysely<RecordTables>;
  readonly #practice: string;
  readonly #run: string;
  readonly #dryRun: boolean;
  readonly #today: string;
  readonly #keeper: ReportKeeper;
  readonly #staged: Staged[] = [];
  #serial = 0;

  constructor(
    db: Kysely<RecordTables>,
    practice: string,
    run: string,
    dryRun: boolean,
    today: string,
    keeper: ReportKeeper,
  ) {
    this.#db = db;
    this.#practice = practice;
    this.#run = run;
    this.#dryRun = dryRun;
    this.#today = today;
    this.#keeper = keeper;
  }

  /** Takes a Binary that is a file of its own, as it streams. */
  takeFile(item: Extract<SourceItem, { kind: 'binary' }>): Promise<void> {
    return this.#take({ file: item.file, entry: 0 }, item.content, item.head);
  }

  /** Takes a Binary that came among other resources. */
  takeResource(one: Ready): Promise<void> {
    const { content, ...head } = one.resource;
    async function* single() {
      yield String(content ?? '');
    }
    return this.#take({ file: one.file, entry: one.entry }, single(), () => head as ResourceJson);
  }

  async #take(place: Place, content: AsyncIterable<string>, head: () => ResourceJson): Promise<void> {
    const stagingId = `${this.#run}/${this.#serial++}`;
    try {
      const measured = await stageContent(
        this.#db,
        this.#practice,
        this.#run,
        stagingId,
        content,
        this.#dryRun,
      );
      const { ready } = prepare({ ...place, resource: head() }, new Map(), this.#today, this.#keeper);
      for (const one of ready) this.#staged.push({ ...place, head: one.resource, stagingId, ...measured });
    } catch (error) {
      const fault =
        error instanceof ContentError ? { reason: error.message, path: 'Binary.content' } : textFault(error);
      if (!fault) throw error;
      this.#keeper.refuse({ ...place, resource: 'Binary', ...fault });
    }
  }

  /** Gives the contents to the people whose documents name them; those that nobody names are refused. */
  async claim(): Promise<void> {
    const { documents } = this.#keeper.report;
    const ids = new Set(this.#staged.map(({ head }) => String(head.id)));
    const claimants = await findClaimants(this.#db, this.#practice, ids);
    const byPatient = new Map<number, Staged[]>();
    for (const staged of this.#staged) {
      const id = String(staged.head.id);
      const patientKey = claimants.get(id);
      if (patientKey === null) this.#refuse(staged, 'documents of several people name it');
      else if (patientKey !== undefined) {
        byPatient.set(patientKey, [...(byPatient.get(patientKey) ?? []), staged]);
      } else if (this.#dryRun && this.named.has(id)) documents.added++;
      else this.#refuse(staged, 'no document of this practice names it');
    }
    for (const [patientKey, contents] of byPatient) {
      const added = this.#dryRun ? contents.length : await this.#claimFor(patientKey, contents);
      documents.added += added;
      documents.unchanged += contents.length - added;
    }
  }

  #claimFor(patientKey: number, contents: readonly Staged[]): Promise<number> {
    return this.#db
      .transaction()
      .execute((step) => claimContents(step, this.#practice, patientKey, contents));
  }

  #refuse(staged: Staged, reason: string): void {
    const { file, entry, head } = staged;
    this.#keeper.refuse({ file, entry, resource: nameOf(head), reason, path: null });
  }
}
