// Reading a record of about 50, 1,000 and 10,000 entries from a provider beside the same bytes as a static file.
// spec: access-record-structured §13; stack §5
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openConnections } from '@gp-connect/consumer';
import { testStores } from '@gp-connect/foundation/store';
import { namedPatient, type Practice } from '../england/index.ts';
import { certificateFiles } from '../running/certificates.ts';
import { type Bench, type BenchContext, type BenchReport, short, spread } from './bench.ts';
import type { LoadResult } from './load.ts';
import { type RoleProcess, startRole, withAll } from './processes.ts';
import { largestRecord, ordinaryRecord } from './records.ts';
import { interleaved, ratioOf, type Spread, spreadOf } from './rounds.ts';
import { prepareScene, readIdentity, structuredAsk } from './scene.ts';

const SIZES = ['50', '1000', '10000'] as const;
type Size = (typeof SIZES)[number];

async function run(context: BenchContext): Promise<BenchReport> {
  const { choices, plan } = await prepareScene(context.folder, 2000);
  const first = namedPatient('ten-thousand').practiceIndex!;
  const practices = plan.england.practices.filter(
    ({ supplier }, index) => supplier === 'orchard' && index >= first,
  );
  const largest = largestRecord(plan.england).nhsNumber;
  const whose: Record<Size, readonly [Practice, string]> = {
    '50': [practices[0]!, ordinaryRecord(plan.england).nhsNumber],
    '1000': [practices[1]!, largest],
    '10000': [practices[2]!, largest],
  };
  const proxy = certificateFiles(plan.layout, 'gateway');
  const files = join(context.folder, 'static');
  mkdirSync(files);
  return withAll(async (keep) => {
    const providers = new Map<string, RoleProcess<number>>();
    const notes: string[] = [];
    for (const { name, fresh } of testStores()) {
      const database = await fresh().catch((error: Error) => error);
      if (database instanceof Error) {
        notes.push(`${name} left out: ${database.message}`);
        continue;
      }
      const role = startRole<number>(
        'provider',
        {
          choices,
          database: database.url,
          practices: SIZES.map((size) => whose[size][0].ods),
          auditFolder: join(context.folder, `audit-${name}`),
        },
        context,
      );
      providers.set(name, await keep(role));
    }
    const load = await keep(startRole('load', proxy));
    const still = await keep(startRole<number>('static-files', { choices, folder: files }));
    const rows: string[][] = [];
    const figures: Record<string, Spread> = {};
    for (const size of SIZES) {
      const ask = () => structuredAsk(plan, ...whose[size]);
      const entries = await keepBytes(join(files, size), [...providers.values()][0]!.ready, proxy, ask());
      const seconds = (context.quick ? 0.3 : 0.8) * (size === '10000' ? 2 : 1);
      const from = (server: RoleProcess<number>, isFile: boolean) => async () => {
        const { url, headers, body } = ask();
        const before = await server.cpu();
        const result = await load.ask<LoadResult>({
          origin: `https://localhost:${server.ready}`,
          method: 'POST',
          path: isFile ? `/${size}` : new URL(url).pathname,
          headers,
          body,
          connections: 1,
          seconds,
          atLeast: 3,
        });
        return { ...result, cpu: ((await server.cpu()) - before) / result.requests };
      };
      const ways = Object.fromEntries([
        ['static file', from(still, true)],
        ...[...providers].map(([name, server]) => [name, from(server, false)] as const),
      ]);
      await interleaved(1, ways);
      const measured = await interleaved(context.quick ? 3 : 5, ways);
      const firstOf = (way: string) => measured[way]!.map((each) => each.first.p50);
      const lastOf = (way: string) => measured[way]!.map((each) => each.last.p50);
      for (const way of Object.keys(ways)) {
        const isFile = way === 'static file';
        const ratios = {
          first: ratioOf(firstOf(way), firstOf('static file')),
          last: ratioOf(lastOf(way), lastOf('static file')),
        };
        if (!isFile) {
          figures[`first-byte-${way}-${size}`] = ratios.first;
          figures[`last-byte-${way}-${size}`] = ratios.last;
        }
        rows.push([
          `${entries} entries, ${way}`,
          short(measured[way]![0]!.bytes / 1024),
          short(spreadOf(firstOf(way)).median),
          short(spreadOf(lastOf(way)).median),
          short(spreadOf(measured[way]!.map((each) => each.cpu)).median),
          isFile ? '' : spread(ratios.first),
          isFile ? '' : spread(ratios.last),
        ]);
      }
    }
    const best = providers.has('PostgreSQL') ? 'PostgreSQL' : [...providers.keys()][0]!;
    return {
      heading: ['', 'KB', 'first byte ms', 'last byte ms', 'CPU ms', 'first / static', 'last / static'],
      rows,
      notes: [
        'entries are those of the answer; the provider audits each request durably before it answers',
        'CPU of the server process for one read; PostgreSQL has processes of its own beside it',
        ...notes,
      ],
      ratio: figures[`last-byte-${best}-10000`]!,
      of: `last-byte-${best}/static-10000`,
      figures,
    };
  });
}

/** Keeps the provider's answer as the static file; answers its number of entries. */
async function keepBytes(
  file: string,
  port: number,
  proxy: Parameters<typeof readIdentity>[0],
  { url, headers, body }: ReturnType<typeof structuredAsk>,
): Promise<number> {
  const connections = openConnections(readIdentity(proxy));
  try {
    const answer = await connections.send(`https://localhost:${port}${new URL(url).pathname}`, {
      method: 'POST',
      headers,
      body,
    });
    const text = await answer.body.text();
    if (answer.status !== 200)
      throw new Error(`the provider answered ${answer.status}: ${text.slice(0, 500)}`);
    writeFileSync(file, text);
    return (JSON.parse(text) as { entry: unknown[] }).entry.length;
  } finally {
    await connections.close();
  }
}

export const structured: Bench = {
  name: 'structured',
  summary: 'a structured record from a provider beside the same bytes as a static file',
  run,
};
