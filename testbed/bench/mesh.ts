// MESH: messages of 50 KB accepted durably, and the memory a message of 2 GB takes on each side, beside a bare TLS server
// that syncs the same bytes and commits one row. Goals: 50 messages a second, 64 MB a side. spec: VOL-11, mesh §7
import { join } from 'node:path';
import { testStores } from '@gp-connect/foundation/store';
import { type Bench, type BenchContext, type BenchReport, short, spread } from './bench.ts';
import type { MeshTask } from './mesh-load.ts';
import { type MeshScene, prepareMesh } from './mesh-scene.ts';
import type { PacedResult } from './pace.ts';
import { type RoleProcess, startRole, withAll } from './processes.ts';
import { interleaved, ratioOf, type Spread, spreadOf } from './rounds.ts';

const GOAL_PER_SECOND = 50;
const GOAL_MEGABYTES = 64;
const CONNECTIONS = 8;
const MEGABYTE = 1e6;
const KINDS = { mesh: ['mesh', 'mesh-client'], bare: ['bare-store', 'bare-client'] } as const;
type Kind = keyof typeof KINDS;
type Keep = Parameters<Parameters<typeof withAll>[0]>[0];
type Database = ReturnType<typeof testStores>[number];

interface Pair {
  readonly server: RoleProcess<number>;
  readonly client: RoleProcess<true>;
  ask<Answer>(task: MeshTask): Promise<Answer>;
}

async function run(context: BenchContext): Promise<BenchReport> {
  const scene = await prepareMesh(context.folder);
  const notes: string[] = [];
  const available: Database[] = [];
  for (const database of testStores()) {
    const there = await database.fresh().catch((error: Error) => error);
    if (there instanceof Error) notes.push(`${database.name} left out: ${there.message}`);
    else available.push(database);
  }
  const rows: string[][] = [];
  const figures: Record<string, Spread | number> = {};
  for (const database of available) await measureRates(context, scene, database, { rows, figures });
  const best = available.find(({ name }) => name === 'PostgreSQL') ?? available[0]!;
  notes.push(await measureMemory(context, scene, best, { rows, figures }));
  return {
    heading: ['', 'MESH', 'bare TLS, sync, row', 'ratio', '/ goal'],
    rows,
    notes: [
      'server and client in processes of their own on the same cores; PGlite does not sync its own files',
      'the audit log is the real one, durable before the answer; payload synced, message committed',
      ...notes,
    ],
    ratio: figures[`rate-${best.name}/goal`] as Spread,
    of: `rate-${best.name}/goal-${GOAL_PER_SECOND}-messages-per-second`,
    figures,
  };
}

interface Found {
  readonly rows: string[][];
  readonly figures: Record<string, Spread | number>;
}

function measureRates(
  context: BenchContext,
  scene: MeshScene,
  database: Database,
  { rows, figures }: Found,
): Promise<void> {
  const seconds = context.full ? 15 : context.quick ? 2 : 5;
  const rounds = context.quick ? 2 : 3;
  const { name } = database;
  return withAll(async (keep) => {
    const pairs = {
      mesh: await openPair(keep, context, scene, database, 'mesh'),
      bare: await openPair(keep, context, scene, database, 'bare'),
    };
    const rate = (kind: Kind, given: number) => () =>
      pairs[kind].ask<number>({ do: 'rate', seconds: given, connections: CONNECTIONS });
    await interleaved(1, { mesh: rate('mesh', 1), bare: rate('bare', 1) });
    const before = await cpuOf(pairs.mesh);
    const rates = await interleaved(rounds, { mesh: rate('mesh', seconds), bare: rate('bare', seconds) });
    const sent = rates.mesh.reduce((sum, each) => sum + each * seconds, 0);
    const cpu = ((await cpuOf(pairs.mesh)) - before) / sent;
    const goal = spreadOf(rates.mesh.map((each) => each / GOAL_PER_SECOND));
    const beside = ratioOf(rates.mesh, rates.bare);
    rows.push([
      `${name}, messages/s, ${CONNECTIONS} at once`,
      short(spreadOf(rates.mesh).median),
      short(spreadOf(rates.bare).median),
      spread(beside),
      spread(goal),
    ]);
    figures[`rate-${name}/goal`] = goal;
    figures[`rate-${name}/bare`] = beside;
    figures[`cpu-ms-${name}`] = cpu;
    const pace = (kind: Kind) => () =>
      pairs[kind].ask<PacedResult>({ do: 'paced', seconds, perSecond: GOAL_PER_SECOND });
    const waits = await interleaved(rounds, { mesh: pace('mesh'), bare: pace('bare') });
    for (const which of ['p50', 'p99'] as const) {
      const of = (kind: Kind) => waits[kind].map((each) => each[which]);
      const ratio = ratioOf(of('mesh'), of('bare'));
      rows.push([
        `${name}, ${which} ms at ${GOAL_PER_SECOND}/s`,
        short(spreadOf(of('mesh')).median),
        short(spreadOf(of('bare')).median),
        spread(ratio),
        '',
      ]);
      figures[`${which}-${name}`] = ratio;
    }
    figures[`paced-${name}`] = spreadOf(waits.mesh.map((each) => each.rate / GOAL_PER_SECOND));
  });
}

async function cpuOf({ server, client }: Pair): Promise<number> {
  return (await server.cpu()) + (await client.cpu());
}

/** One large message each way, every process fresh: growth over what it took at rest before the message. */
async function measureMemory(
  context: BenchContext,
  scene: MeshScene,
  database: Database,
  { rows, figures }: Found,
): Promise<string> {
  const megabytes = context.quick ? 512 : 2048;
  const bytes = megabytes * 1024 * 1024;
  const mesh = await withAll(async (keep) =>
    growth(await openPair(keep, context, scene, database, 'mesh', '-large'), bytes),
  );
  const bare = await withAll(async (keep) =>
    growth(await openPair(keep, context, scene, database, 'bare', '-large'), bytes),
  );
  for (const way of ['send', 'receive'] as const)
    for (const side of ['server', 'client'] as const) {
      const [mine, theirs] = [mesh[way][side], bare[way][side]];
      rows.push([
        `${megabytes} MiB, ${way}: MB more, ${side}`,
        short(mine),
        short(theirs),
        short(mine / theirs),
        short(mine / GOAL_MEGABYTES),
      ]);
      figures[`megabytes-${way}-${side}`] = mine;
    }
  const speed = (of: Growth, way: 'send' | 'receive') => short(bytes / MEGABYTE / of[way].seconds);
  return `${megabytes} MiB: sent at ${speed(mesh, 'send')} MB/s, received at ${speed(mesh, 'receive')}; bare ${speed(bare, 'send')} and ${speed(bare, 'receive')}. Memory is the most resident at once over what was resident at rest before the message was sent`;
}

interface Way {
  readonly server: number;
  readonly client: number;
  readonly seconds: number;
}
type Growth = Readonly<Record<'send' | 'receive', Way>>;

async function growth({ server, client, ask }: Pair, bytes: number): Promise<Growth> {
  const warm = await ask<string>({ do: 'send', bytes: 100_000 });
  await ask({ do: 'receive', messageId: warm });
  const rest = await markBoth();
  const peak = async (seconds: number): Promise<Way> => ({
    server: ((await server.peakMemory()) - rest.server) / MEGABYTE,
    client: ((await client.peakMemory()) - rest.client) / MEGABYTE,
    seconds,
  });
  const began = performance.now();
  const messageId = await ask<string>({ do: 'send', bytes });
  const send = await peak((performance.now() - began) / 1000);
  await markBoth();
  const again = performance.now();
  const size = await ask<number>({ do: 'receive', messageId });
  const receive = await peak((performance.now() - again) / 1000);
  if (size !== bytes) throw new Error(`${size} bytes came of ${bytes}`);
  return { send, receive };

  async function markBoth() {
    const [ofServer, ofClient] = await Promise.all([server.markMemory(), client.markMemory()]);
    return { server: ofServer, client: ofClient };
  }
}

async function openPair(
  keep: Keep,
  context: BenchContext,
  scene: MeshScene,
  { name, fresh }: Database,
  kind: Kind,
  more = '',
): Promise<Pair> {
  const folder = join(context.folder, `${kind}-${name}${more}`);
  const [serverRole, clientRole] = KINDS[kind];
  const { url: database } = await fresh();
  const server = await keep(startRole<number>(serverRole, { scene, folder, database }, context));
  const client = await keep(
    startRole<true>(clientRole, { port: server.ready, identity: scene.client, folder }, context),
  );
  return { server, client, ask: (task) => client.ask(task) };
}

export const mesh: Bench = {
  name: 'mesh',
  summary: 'MESH messages a second and the memory of a large one, beside a bare TLS server that syncs',
  run,
};
