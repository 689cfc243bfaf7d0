// Imports real records: files of other systems become this practice's records, and every source resource is either
// stored or refused with its place and reason.
// spec: access-record-structured §5–§12, §18; access-document §4, §5
//
// Files about one NHS number become one record, in one run or in several. Importing again merges by type and id: the
// newer copy of a resource wins without losing what only the older one said, and what a new file does not mention
// stays, since a file is an answer to some question and not the whole record. The same file again changes nothing.
// People are written whole, a batch a transaction: an import that is cut off leaves whole people only.
import { randomUUID } from 'node:crypto';
import { isNhsNumber, system } from '@gp-connect/foundation/nhs';
import { type Kysely, sql } from '@gp-connect/foundation/store';
import { binaryIdsOf } from '../documents.ts';
import { objects } from '../json.ts';
import type { Records } from '../open-records.ts';
import { nhsNumberIdentifier } from '../patient-facts.ts';
import { findPatientBy } from '../read-records.ts';
import type { RecordTables } from '../schema.ts';
import { ContentDesk } from './content-desk.ts';
import { removeStaged } from './contents.ts';
import { type Gathered, type Group, gatherBundle, isActor, LooseEntries, learn, newGroup } from './gather.ts';
import { Batch, refuse, writeBatch } from './people.ts';
import { type Prepared, prepare, type Ready } from './prepare.ts';
import { type ImportEvent, type ImportReport, ReportKeeper } from './report.ts';
import {
  defaultSourceLimits,
  readSource,
  type SourceEntry,
  type SourceFile,
  type SourceLimits,
} from './source.ts';

export interface ImportOptions {
  /** ODS code of the practice that the records become part of. */
  practice: string;
  files: AsyncIterable<SourceFile> | Iterable<SourceFile>;
  /** Does everything but keep it: nothing is written. */
  dryRun?: boolean;
  onEvent?: (event: ImportEvent) => void;
  limits?: Partial<SourceLimits>;
  /** Resources a transaction; a person is never divided. */
  batch?: number;
  /** Stands in for the day of warnings that name none. */
  now?: () => Date;
}

const BATCH = 4_000;
const BATCH_CHARACTERS = 16 * 1024 * 1024;
const LOOSE_BATCH = 5_000;

/**
 * Imports files into a practice and reports what became of every source resource.
 * @throws what the store throws; people of earlier batches are then stored, those of the failed one are not.
 */
export async function importRecords(records: Records, options: ImportOptions): Promise<ImportReport> {
  const run = new ImportRun(records, options);
  return run.work();
}

/** Ends a dry run's transaction without keeping it. */
class NotKept extends Error {}

class ImportRun {
  readonly #db: Kysely<RecordTables>;
  readonly #options: ImportOptions;
  readonly #practice: string;
  readonly #dryRun: boolean;
  readonly #run = randomUUID();
  readonly #keeper: ReportKeeper;
  readonly #today: string;
  readonly #limits: SourceLimits;
  /** NHS number of each Patient id of this run; null for a Patient that was refused. */
  readonly #numbers = new Map<string, string | null>();
  readonly #loose = new LooseEntries();
  readonly #desk: ContentDesk;
  #batch = new Batch();

  constructor(records: Records, options: ImportOptions) {
    this.#db = records.store.db as Kysely<RecordTables>;
    this.#options = options;
    this.#practice = options.practice;
    this.#dryRun = options.dryRun ?? false;
    this.#keeper = new ReportKeeper(
      options.practice,
      this.#run,
      this.#dryRun,
      options.onEvent ?? (() => undefined),
    );
    this.#today = (options.now?.() ?? new Date()).toISOString().slice(0, 10);
    this.#limits = { ...defaultSourceLimits, ...options.limits };
    this.#desk = new ContentDesk(
      this.#db,
      this.#practice,
      this.#run,
      this.#dryRun,
      this.#today,
      this.#keeper,
    );
  }

  async work(): Promise<ImportReport> {
    await this.#begin();
    try {
      for await (const file of this.#options.files) await this.#readFile(file);
      await this.#placeLoose(0);
      await this.#flush();
      await this.#placeLoose(0);
      await this.#flush();
      for (const one of this.#loose.rest()) refuse(one, ownerless(one), this.#keeper);
      await this.#desk.claim();
      const report = this.#keeper.finished();
      await this.#finish(report);
      return report;
    } finally {
      if (!this.#dryRun) await removeStaged(this.#db, this.#practice, this.#run);
    }
  }

  async #begin(): Promise<void> {
    if (this.#dryRun) return;
    const abandoned = await sql<{ run: string }>`select run from import_run
      where practice = ${this.#practice} and finished_at is null
        and started_at < now() - interval '1 day'`.execute(this.#db);
    for (const { run } of abandoned.rows) await removeStaged(this.#db, this.#practice, run);
    await sql`insert into import_run (practice, run) values (${this.#practice}, ${this.#run})`.execute(
      this.#db,
    );
  }

  async #finish(report: ImportReport): Promise<void> {
    if (this.#dryRun) return;
    await sql`update import_run set finished_at = now(), report = ${JSON.stringify(report)}
      where practice = ${this.#practice} and run = ${this.#run}`.execute(this.#db);
  }

  async #readFile(file: SourceFile): Promise<void> {
    this.#keeper.file(file.name);
    let open: Group | undefined;
    const close = async () => {
      if (open) await this.#place(open);
      open = undefined;
    };
    const items = readSource(file, this.#limits, (bytes) => {
      this.#keeper.report.bytes += bytes;
    });
    for await (const item of items) {
      if (item.kind === 'refused') {
        if (item.entry !== null) this.#keeper.report.read++;
        this.#keeper.refuse({
          file: file.name,
          entry: item.entry,
          resource: null,
          reason: item.reason,
          path: item.path,
        });
        // A file that broke off may have broken off inside the person it was about.
        if (item.entry === null && open) this.#refuseGroup(open, 'the file broke off within this record');
        if (item.entry === null) open = undefined;
      } else if (item.kind === 'bundle') await this.#takeBundle(item.entries);
      else if (item.kind === 'binary') {
        this.#keeper.report.read++;
        await this.#desk.takeFile(item);
      } else {
        if (item.entry.resource.resourceType === 'Patient') await close();
        open = await this.#takeLine(item.entry, open);
      }
    }
    await close();
  }

  async #takeBundle(entries: readonly SourceEntry[]): Promise<void> {
    this.#keeper.report.read += entries.length;
    const fullUrls = new Map<string, string>();
    for (const { fullUrl, resource } of entries) {
      if (fullUrl !== undefined && typeof resource.id === 'string') {
        fullUrls.set(fullUrl, `${resource.resourceType}/${resource.id}`);
      }
    }
    const prepared: Prepared[] = entries.map((entry) => prepare(entry, fullUrls, this.#today, this.#keeper));
    const gathered = gatherBundle(prepared);
    for (const actor of gathered.actors) this.#batch.addActor(actor, this.#keeper);
    for (const group of gathered.groups) await this.#place(group);
    await this.#placeRest(gathered);
  }

  async #placeRest(gathered: Gathered): Promise<void> {
    for (const one of gathered.loose) await this.#hold(one);
    await this.#placeLoose(LOOSE_BATCH);
  }

  /** Takes one line; answers the person that the next lines may follow. */
  async #takeLine(entry: SourceEntry, open: Group | undefined): Promise<Group | undefined> {
    this.#keeper.report.read++;
    const { ready, knowledge } = prepare(entry, new Map(), this.#today, this.#keeper);
    let current = open;
    for (const one of ready) {
      if (one.resource.resourceType === 'Patient') current = newGroup(String(one.resource.id), one);
      else if (isActor(one)) this.#batch.addActor(one, this.#keeper);
      else if (current && (one.subject === null || one.subject === current.patientId))
        current.resources.push(one);
      else await this.#hold(one);
    }
    if (knowledge && current && (knowledge.subject ?? current.patientId) === current.patientId)
      learn(current, knowledge);
    await this.#placeLoose(LOOSE_BATCH);
    return current;
  }

  async #hold(one: Ready): Promise<void> {
    if (one.resource.resourceType === 'Binary') await this.#desk.takeResource(one);
    else if (!this.#loose.add(one)) refuse(one, 'too many resources came before their patient', this.#keeper);
  }

  /** Gives a group to the person it is about, or refuses it whole where its Patient cannot be taken. */
  async #place(group: Group): Promise<void> {
    const nhsNumber = group.patient
      ? this.#numberOf(group.patient)
      : await this.#knownNumber(group.patientId);
    this.#numbers.set(group.patientId, nhsNumber ?? null);
    if (nhsNumber === null || nhsNumber === undefined) {
      this.#refuseGroup(group, 'its Patient was refused');
      return;
    }
    if (!(await this.#rightPerson(group, nhsNumber))) return;
    for (const { resource } of group.resources) {
      if (resource.resourceType === 'DocumentReference')
        for (const id of binaryIdsOf(resource)) this.#desk.named.add(id);
    }
    this.#batch.add(nhsNumber, group);
    const limit = this.#options.batch ?? BATCH;
    if (this.#batch.size >= limit || this.#batch.characters >= BATCH_CHARACTERS) await this.#flush();
  }

  #numberOf(patient: Ready): string | null {
    const identifier = nhsNumberIdentifier(patient.resource);
    if (identifier && isNhsNumber(identifier.value)) return identifier.value;
    const at = objects(patient.resource.identifier).findIndex(({ system: of }) => of === system.nhsNumber);
    const [reason, path] = identifier
      ? ['the NHS number is not valid', `Patient.identifier[${at}].value`]
      : ['no NHS number', 'Patient.identifier'];
    refuse(patient, reason, this.#keeper, path);
    return null;
  }

  /** NHS number of a Patient id of this run or of the practice; null for a refused one, undefined for an unknown. */
  async #knownNumber(patientId: string): Promise<string | null | undefined> {
    const known = this.#numbers.get(patientId);
    if (known !== undefined) return known;
    return (await findPatientBy(this.#db, this.#practice, 'id', patientId))?.nhs_number;
  }

  /**
   * Takes out of a group what names a Patient known to be somebody else, and refuses a Patient whose id is another
   * person's. A subject that is nobody known is the bundle's own person under another id. False: nothing is left.
   */
  async #rightPerson(group: Group, nhsNumber: string): Promise<boolean> {
    const holder = await findPatientBy(this.#db, this.#practice, 'id', group.patientId);
    if (holder && holder.nhs_number !== nhsNumber) {
      this.#refuseGroup(group, 'its Patient id belongs to another person of this practice', true);
      return false;
    }
    const kept: Ready[] = [];
    const others = new Map<string, boolean>();
    for (const one of group.resources) {
      if (one.subject === null || one.subject === group.patientId) {
        kept.push(one);
        continue;
      }
      const other = others.get(one.subject) ?? isOther(await this.#knownNumber(one.subject), nhsNumber);
      others.set(one.subject, other);
      if (other)
        refuse(one, 'its subject is another person', this.#keeper, `${one.resource.resourceType}.subject`);
      else kept.push(one);
    }
    group.resources = kept;
    return true;
  }

  #refuseGroup(
    group: Group,
    reason: string,
    withPatient = group.patient !== null && reason !== 'its Patient was refused',
  ): void {
    if (withPatient && group.patient) refuse(group.patient, reason, this.#keeper);
    for (const one of group.resources) refuse(one, reason, this.#keeper);
  }

  /** Places entries whose person is known by now, once there are at least `least` of them. */
  async #placeLoose(least: number): Promise<void> {
    if (this.#loose.count === 0 || this.#loose.count < least) return;
    const taken = await this.#loose.take(async (id) => (await this.#knownNumber(id)) !== undefined);
    for (const group of taken) await this.#place(group);
  }

  async #flush(): Promise<void> {
    const batch = this.#batch;
    if (batch.size === 0) return;
    this.#batch = new Batch();
    try {
      await this.#db.transaction().execute(async (step) => {
        const counts = await writeBatch(step, this.#practice, batch, this.#keeper);
        this.#keeper.wrote(counts);
        if (this.#dryRun) throw new NotKept();
      });
    } catch (error) {
      if (!(error instanceof NotKept)) throw error;
    }
  }
}

const isOther = (found: string | null | undefined, nhsNumber: string): boolean =>
  found !== undefined && found !== nhsNumber;

const ownerless = (one: Ready): string =>
  one.subject === null
    ? 'nothing says whose it is'
    : 'its patient is neither in the files nor at the practice';
