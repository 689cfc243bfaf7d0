// The gateway beside a plain TLS proxy in front of the same upstream: latency one at a time, requests a second of sixteen.
// Upstream, plain proxy, gateway and load generator each in a process of their own. spec: stack §3; national-service VOL, SLA
import { namedPatient } from '../england/index.ts';
import { demonstrationToken } from '../running/caller.ts';
import { certificateFiles } from '../running/certificates.ts';
import { issuerOf } from '../running/service-settings.ts';
import { type Bench, type BenchContext, type BenchReport, short, spread } from './bench.ts';
import { SIZES, type SizeName, sizeNames } from './bodies.ts';
import type { LoadResult, LoadTask } from './load.ts';
import { startRole, withAll } from './processes.ts';
import { interleaved, ratioOf, type Spread, spreadOf } from './rounds.ts';
import { hospitalOf, prepareScene, type Scene, structuredAsk } from './scene.ts';

type Way = 'direct' | 'plain' | 'gateway' | 'by-patient';
type Measured = LoadResult & { readonly cpu: number };
const MANY = 16;
/** Requests before the first that counts, so that the code is compiled as it is in a service that has run a while. */
const WARM_UP: Readonly<Record<Way, number>> = {
  direct: 1000,
  plain: 2000,
  gateway: 4000,
  'by-patient': 500,
};

/** One busy consumer is not to meet the limits on how often it may ask. */
const noLimits = Object.fromEntries(
  ['USER', 'ORGANISATION', 'PRACTICE', 'PRODUCT'].flatMap((whose) => [
    [`GPC_GATEWAY_LIMITS_${whose}_PER_SECOND`, '1000000'],
    [`GPC_GATEWAY_LIMITS_${whose}_BURST`, '1000000'],
  ]),
);

async function run(context: BenchContext): Promise<BenchReport> {
  const scene = await prepareScene(context.folder, 40);
  const { choices, plan } = scene;
  return withAll(async (keep) => {
    await keep(startRole('service', { choices, name: 'identity' }));
    await keep(startRole('service', { choices, name: 'directory' }));
    await keep(startRole<number>('upstream', { choices }));
    const plain = await keep(startRole<number>('plain-proxy', { choices }));
    const gateway = await keep(
      startRole('service', { choices, name: 'gateway' }, { profile: context.profile, env: noLimits }),
    );
    const consumer = await keep(startRole('load', hospitalOf(plan).files));
    const pages = await keep(startRole('load', certificateFiles(plan.layout, 'clinician')));
    const rounds = context.quick ? 3 : 5;
    const accessToken = await demonstrationToken(issuerOf(plan.ports), 'hospital-doctor');
    const tasks = tasksOf(scene, { plain: plain.ready, gateway: plan.ports.gateway, accessToken });
    const measure = async (way: Way, size: SizeName, connections: number, atLeast = 1): Promise<Measured> => {
      const proxy = way === 'plain' ? plain : way === 'direct' ? undefined : gateway;
      const before = (await proxy?.cpu()) ?? 0;
      const result = await (way === 'by-patient' ? pages : consumer).ask<LoadResult>({
        ...tasks(way, size),
        connections,
        atLeast,
        seconds: secondsOf(context, size),
      });
      if (result.bytes !== SIZES[size]) throw new Error(`${way} answered ${result.bytes} bytes for ${size}`);
      return { ...result, cpu: (((await proxy?.cpu()) ?? 0) - before) / result.requests };
    };
    for (const way of ['direct', 'plain', 'gateway', 'by-patient'] as const) {
      for (const size of sizeNames) {
        await measure(way, size, way === 'by-patient' ? 1 : MANY, size === '2KB' ? WARM_UP[way] : 1);
      }
    }
    const measured = new Map<SizeName, Record<'one' | 'many', Record<Way, Measured[]>>>();
    for (const size of sizeNames) {
      const one = (way: Way) => () => measure(way, size, 1);
      const many = (way: Way) => () => measure(way, size, MANY);
      measured.set(size, {
        one: await interleaved(rounds, {
          direct: one('direct'),
          plain: one('plain'),
          gateway: one('gateway'),
          'by-patient': one('by-patient'),
        }),
        many: {
          ...(await interleaved(rounds, {
            direct: many('direct'),
            plain: many('plain'),
            gateway: many('gateway'),
          })),
          'by-patient': [],
        },
      });
    }
    return report(measured);
  });
}

const secondsOf = ({ quick }: BenchContext, size: SizeName): number =>
  (quick ? 0.25 : 0.6) * (size === '5MB' ? 2 : 1);

/** What each way is asked: the same request, addressed as that way wants it. */
function tasksOf(
  { plan }: Scene,
  { plain, gateway, accessToken }: { plain: number; gateway: number; accessToken: string },
): (way: Way, size: SizeName) => Omit<LoadTask, 'connections' | 'seconds'> {
  const { nhsNumber, practiceIndex } = namedPatient('rich');
  const { hospital } = hospitalOf(plan);
  const practice = plan.england.practices[practiceIndex!]!;
  const ports: Record<Way, number> = { direct: plan.ports.orchard, plain, gateway, 'by-patient': gateway };
  return (way, size) => {
    const { url, headers, body } = structuredAsk(plan, practice, nhsNumber);
    const common = {
      origin: `https://localhost:${ports[way]}`,
      method: 'POST',
      body,
      headers: { ...headers, 'x-bench-body': size },
    } as const;
    if (way === 'gateway') return { ...common, path: `/${url}` };
    if (way !== 'by-patient') return { ...common, path: new URL(url).pathname };
    const { 'ssp-from': _from, 'ssp-to': _to, 'ssp-interactionid': _id, ...rest } = headers;
    return {
      ...common,
      path: '/patient/$gpc.getstructuredrecord',
      headers: {
        ...rest,
        'x-bench-body': size,
        'ods-from': hospital.ods,
        authorization: `Bearer ${accessToken}`,
      },
    };
  };
}

function report(
  measured: ReadonlyMap<SizeName, Record<'one' | 'many', Record<Way, Measured[]>>>,
): BenchReport {
  const rows: string[][] = [];
  const figures: Record<string, Spread | number> = {};
  let ratio: Spread | undefined;
  for (const [size, { one, many }] of measured) {
    for (const way of ['direct', 'plain', 'gateway', 'by-patient'] as const) {
      const p50 = one[way].map(({ last }) => last.p50);
      const p99 = one[way].map(({ last }) => last.p99);
      const rate = many[way].map(({ requests, seconds }) => requests / seconds);
      const cpu = spreadOf(one[way].map((each) => each.cpu * 1000)).median;
      const plainP50 = one.plain.map(({ last }) => last.p50);
      const plainP99 = one.plain.map(({ last }) => last.p99);
      const plainRate = many.plain.map(({ requests, seconds }) => requests / seconds);
      const isProxy = way === 'gateway' || way === 'by-patient';
      rows.push([
        `${size} ${way}`,
        short(spreadOf(p50).median),
        short(spreadOf(p99).median),
        rate.length ? short(spreadOf(rate).median) : '',
        way === 'direct' ? '' : short(cpu),
        isProxy ? spread(ratioOf(p50, plainP50)) : '',
        isProxy ? spread(ratioOf(p99, plainP99)) : '',
        isProxy && rate.length ? spread(ratioOf(rate, plainRate)) : '',
      ]);
      if (!isProxy) continue;
      const name = way === 'gateway' ? 'A' : 'C';
      figures[`p50-${name}-${size}`] = ratioOf(p50, plainP50);
      figures[`p99-${name}-${size}`] = ratioOf(p99, plainP99);
      figures[`added-p50-ms-${name}-${size}`] = added(p50, one.direct);
      if (rate.length) figures[`rate-${name}-${size}`] = ratioOf(rate, plainRate);
      if (way === 'gateway' && size === '2KB') ratio = ratioOf(p50, plainP50);
    }
    figures[`added-p50-ms-plain-${size}`] = added(
      one.plain.map(({ last }) => last.p50),
      one.direct,
    );
  }
  return {
    heading: [
      '',
      'p50 ms',
      'p99 ms',
      `req/s of ${MANY}`,
      'CPU us/req',
      'p50 / plain',
      'p99 / plain',
      'rate / plain',
    ],
    rows,
    notes: [
      'latencies to the last byte on one connection; direct: no proxy at all; by-patient: mode C (PDS and SDS asked for each request)',
      'the gateway makes its audit entry durable (one fsync) before it forwards, the plain proxy writes nothing',
    ],
    ratio: ratio!,
    of: 'p50-gateway/plain-2KB',
    figures,
  };
}

const added = (p50: readonly number[], direct: readonly Measured[]): number =>
  spreadOf(p50).median - spreadOf(direct.map(({ last }) => last.p50)).median;

export const gateway: Bench = {
  name: 'gateway',
  summary: 'latency and throughput of the gateway beside a plain TLS proxy',
  run,
};
