// Taking records in: whole practices as canonical NDJSON by both doors, and a record of 10,000 entries as a Bundle, beside
// bare inserts of the rows that come of it. The goal is 5,000 resources a second on PostgreSQL. spec: national-service VOL

import { testStores } from '@gp-connect/foundation/store';
import { importRecords, openProviderStore, type ProviderStore } from '@gp-connect/provider';
import { england, type PersonRecord, people } from '../england/index.ts';
import { type BareTables, openBareTables, type TableRows } from './bare-inserts.ts';
import { type Bench, type BenchContext, type BenchReport, short, spread } from './bench.ts';
import { entriesOf, largestRecord } from './records.ts';
import { interleaved, ratioOf, type Spread, spreadOf } from './rounds.ts';
import { DAY } from './scene.ts';

const GOAL_PER_SECOND = 5_000;
const WARM_UP = 'WARMUP';

/** The people of a practice: what one round takes in by every way. */
interface Intake {
  readonly ods: string;
  readonly people: readonly PersonRecord[];
  readonly resources: number;
  /** Pieces of the NDJSON as a stream would bring them. */
  readonly ndjson: readonly Buffer[];
}

interface Database {
  readonly name: string;
  readonly loads: ProviderStore;
  readonly imports: ProviderStore;
  readonly bare: BareTables;
  close(): Promise<void>;
}

async function run(context: BenchContext): Promise<BenchReport> {
  const made = england({ today: DAY });
  const largest = largestRecord(made);
  const rounds = context.full ? made.practices.length - 1 : context.quick ? 2 : 5;
  // Not the first practice: half its resources are those of one person, who has a bench below.
  const intakes = made.practices.slice(1, rounds + 1).map(({ ods }) => intakeOf(ods, [...people(made, ods)]));
  const warmUp = intakeOf(WARM_UP, intakes[0]!.people.slice(0, 20));
  const bundle = bundleOf(largest);
  const notes: string[] = [];
  const databases: Database[] = [];
  try {
    for (const { name, fresh } of testStores()) {
      try {
        databases.push(await openDatabase(name, fresh));
      } catch (error) {
        notes.push(`${name} left out: ${(error as Error).message}`);
      }
    }
    const rows = new Map<string, TableRows>();
    const rate = (resources: number, work: () => Promise<unknown>) => timed(work).then((s) => resources / s);
    const waysOf = ({ name, loads, imports, bare }: Database, from: (round: number) => Intake) => ({
      [`${name} loadCanonical`]: (round: number) => {
        const { ods, resources, people: records } = from(round);
        return rate(resources, () =>
          loads.records.loadCanonical(
            ods,
            records.map((each) => each.resources),
          ),
        );
      },
      [`${name} importRecords`]: (round: number) =>
        rate(from(round).resources, () => taken(imports, from(round))),
      [`${name} bare insert`]: async (round: number) => {
        const { ods, resources } = from(round);
        const ready = rows.get(ods) ?? (await bare.rowsOf(loads, ods));
        rows.set(ods, ready);
        return rate(resources, () => bare.insert(ready));
      },
    });
    const all = (from: (round: number) => Intake) =>
      Object.assign({}, ...databases.map((database) => waysOf(database, from))) as ReturnType<typeof waysOf>;
    await inOrder(
      1,
      all(() => warmUp),
    );
    const rates = await inOrder(
      intakes.length,
      all((round) => intakes[round]!),
    );
    const bundles = await interleaved(
      context.quick ? 2 : 3,
      Object.fromEntries(
        databases.map(({ name, imports }) => [
          name,
          (round: number) =>
            rate(bundle.resources, () => taken(imports, { ...bundle, ods: `BUNDLE${round}` })),
        ]),
      ),
    );

    const table: string[][] = [];
    const figures: Record<string, Spread> = {};
    const goal = (values: readonly number[]) => spreadOf(values.map((value) => value / GOAL_PER_SECOND));
    const perPerson = sum(intakes, (each) => each.people.length) / sum(intakes, (each) => each.resources);
    for (const { name } of databases) {
      const bare = rates[`${name} bare insert`]!;
      for (const way of ['loadCanonical', 'importRecords', 'bare insert']) {
        const values = rates[`${name} ${way}`]!;
        const { median } = spreadOf(values);
        const beside = ratioOf(values, bare);
        table.push([
          `${name}, ${way}`,
          short(median),
          short(median * perPerson),
          spread(goal(values)),
          way === 'bare insert' ? '' : spread(beside),
        ]);
        if (way === 'bare insert') continue;
        figures[`${name}-${way}/goal`] = goal(values);
        figures[`${name}-${way}/bare`] = beside;
      }
      const values = bundles[name]!;
      table.push([
        `${name}, bundle of ${bundle.entries} entries`,
        short(spreadOf(values).median),
        '',
        spread(goal(values)),
        '',
      ]);
      figures[`${name}-bundle/goal`] = goal(values);
    }
    const best = databases.find(({ name }) => name === 'PostgreSQL') ?? databases[0]!;
    const persons = sum(intakes, (each) => each.people.length);
    return {
      heading: ['', 'resources/s', 'records/s', `/ goal of ${GOAL_PER_SECOND}/s`, '/ bare insert'],
      rows: table,
      notes: [
        `${persons} people, ${sum(intakes, (each) => each.resources)} resources, a practice a round; importRecords reads NDJSON text, loadCanonical objects that are there`,
        'bare insert: COPY of the very rows loadCanonical made, into tables with the same indexes, a transaction a table',
        ...notes,
      ],
      ratio: figures[`${best.name}-importRecords/goal`]!,
      of: `importRecords-${best.name}/goal-${GOAL_PER_SECOND}-resources-per-second`,
      figures,
    };
  } finally {
    for (const database of databases) await database.close();
  }
}

/** Like `interleaved`, in a fixed order: a bare insert needs the rows its round's load has made. */
async function inOrder(
  rounds: number,
  ways: Readonly<Record<string, (round: number) => Promise<number>>>,
): Promise<Record<string, number[]>> {
  const samples: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, way] of Object.entries(ways)) {
      samples[name] ??= [];
      samples[name].push(await way(round));
    }
  }
  return samples;
}

async function openDatabase(name: string, fresh: () => Promise<{ url: string }>): Promise<Database> {
  const loads = await openProviderStore((await fresh()).url);
  const imports = await openProviderStore((await fresh()).url);
  const bare = await openBareTables((await fresh()).url);
  return {
    name,
    loads,
    imports,
    bare,
    async close() {
      await bare.close();
      await loads.store.close();
      await imports.store.close();
    },
  };
}

/** @throws Error where a resource was refused: such a run is no measurement */
async function taken(
  { records }: ProviderStore,
  { ods, ndjson }: Pick<Intake, 'ods' | 'ndjson'>,
): Promise<void> {
  const report = await importRecords(records, {
    practice: ods,
    files: [{ name: `${ods}.json`, stream: pieces(ndjson) }],
  });
  const [refused] = report.refused;
  if (refused) throw new Error(`${refused.resource ?? refused.file} was refused: ${refused.reason}`);
}

async function* pieces(ndjson: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* ndjson;
}

function intakeOf(ods: string, people: readonly PersonRecord[]): Intake {
  const lines = people.flatMap(({ resources }) => resources.map((resource) => JSON.stringify(resource)));
  return { ods, people, resources: lines.length, ndjson: inPieces(`${lines.join('\n')}\n`) };
}

/** The record as a provider would answer it: a collection without documents' contents. */
function bundleOf({ resources }: PersonRecord): Pick<Intake, 'resources' | 'ndjson'> & { entries: number } {
  const entry = resources
    .filter(({ resourceType }) => resourceType !== 'Binary')
    .map((resource) => ({ resource }));
  const text = JSON.stringify({
    resourceType: 'Bundle',
    meta: { profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/GPConnect-StructuredRecord-Bundle-1'] },
    type: 'collection',
    entry,
  });
  return { entries: entriesOf(resources), resources: entry.length, ndjson: inPieces(text) };
}

const PIECE = 64 * 1024;

function inPieces(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  return Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, at) =>
    bytes.subarray(at * PIECE, (at + 1) * PIECE),
  );
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

export const importing: Bench = {
  name: 'import',
  summary: 'records a second by both doors, beside bare inserts of the same rows',
  run,
};
