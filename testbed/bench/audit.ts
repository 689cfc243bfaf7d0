// The audit log beside bare writes and fsyncs of as many bytes in as large groups. spec: national-service LOG-13, VOL
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditLog, type EventParts, openKeyStore } from '@gp-connect/foundation/audit';
import { type Bench, type BenchContext, type BenchReport, short, spread } from './bench.ts';
import { atOnce, paced } from './pace.ts';
import { interleaved, ratioOf, type Spread, spreadOf } from './rounds.ts';

const CONCURRENT = 256;
const PER_SECOND = 500;

/** An entry like those of the gateway. */
const event: EventParts = {
  patient: {
    kind: 'open',
    trace: '2f1c6a0e-6a1b-4a0e-9a7e-3a0f9b6d1c55',
    nhsNumber: '9990000018',
    practice: 'A83901',
    organisation: { ods: 'RZ901', name: 'Northmoor Hospital', type: 'acute-emergency' },
    role: { code: 'R8000', display: 'Clinical Practitioner Access Role' },
    product: 'ar-structured',
    interaction: 'urn:nhs:names:services:gpconnect:fhir:operation:gpc.getstructuredrecord-1',
    areas: ['medications', 'allergies', 'problems'],
    purpose: 'directcare',
    decision: 'forward',
  },
  staff: { userId: '555011112222', roleProfileId: '555033334444', name: 'Dr Amara Okafor' },
  technical: {
    id: 'a3b8d1b6-0b3b-4b1a-9c1a-1a2b3c4d5e6f',
    mode: 'A',
    method: 'POST',
    url: 'https://gp.orchardhealth.example/A83901/STU3/1/gpconnect/structured/fhir/Patient/$gpc.getstructuredrecord',
    from: '200000000001',
    to: '200000000002',
    ip: '127.0.0.1',
    tls: 'TLSv1.3',
    cipher: 'TLS_AES_256_GCM_SHA384',
    contentType: 'application/fhir+json',
    requestSize: '512',
  },
};

async function run(context: BenchContext): Promise<BenchReport> {
  const bytes = await bytesOfEntry(join(context.folder, 'size'));
  const log = await openLog(join(context.folder, 'measured'));
  const bare = await open(join(context.folder, 'bare'), 'a');
  const seconds = context.quick ? 0.8 : 2;
  const rounds = context.quick ? 3 : 5;
  try {
    let group = 1;
    const cpu: number[] = [];
    const busy = async (): Promise<number> => {
      const before = log.health().commit;
      const began = process.cpuUsage();
      const rate = await atOnce(CONCURRENT, seconds, () => log.append(event));
      const { user, system } = process.cpuUsage(began);
      const { groups, entries } = log.health().commit;
      cpu.push((user + system) / (entries - before.entries));
      group = Math.max(1, Math.round((entries - before.entries) / (groups - before.groups)));
      return rate;
    };
    await busy();
    const rates = await interleaved(rounds, {
      audit: busy,
      bare: () => bareRate(bare, seconds, group, bytes),
    });
    const largest = group;
    const waits = await interleaved(rounds, {
      audit: () => paced(PER_SECOND, seconds, () => log.append(event)),
      bare: () => {
        const committed = groupCommitOf(bare, bytes);
        return paced(PER_SECOND, seconds, committed);
      },
    });
    const of = (which: 'audit' | 'bare', figure: 'p50' | 'p99') => waits[which].map((each) => each[figure]);
    const p50 = ratioOf(of('audit', 'p50'), of('bare', 'p50'));
    const p99 = ratioOf(of('audit', 'p99'), of('bare', 'p99'));
    const ratio = ratioOf(rates.audit, rates.bare);
    const row = (name: string, audit: readonly number[], beside: readonly number[], ratios: Spread) => [
      name,
      short(spreadOf(audit).median),
      short(spreadOf(beside).median),
      spread(ratios),
    ];
    return {
      heading: ['', 'audit log', 'write+fsync', 'ratio'],
      rows: [
        row(`entries/s, ${CONCURRENT} at once`, rates.audit, rates.bare, ratio),
        row(`p50 ms at ${PER_SECOND}/s`, of('audit', 'p50'), of('bare', 'p50'), p50),
        row(`p99 ms at ${PER_SECOND}/s`, of('audit', 'p99'), of('bare', 'p99'), p99),
      ],
      notes: [
        `${bytes} bytes an entry as written, ${largest} entries a group and ${short(spreadOf(cpu).median)} us of CPU an entry when busy`,
      ],
      ratio,
      of: `entries-per-second-audit/bare-${CONCURRENT}`,
      figures: { 'p50-at-500': p50, 'p99-at-500': p99, 'entries-per-second': spreadOf(rates.audit) },
    };
  } finally {
    await bare.close();
    await log.shutdown();
  }
}

function openLog(
  folder: string,
  upkeep: { integrateMs?: number; checkpointMs?: number } = {},
): Promise<AuditLog> {
  const keys = openKeyStore({
    folder: `${folder}-keys`,
    origin: 'audit.example.nhs.uk/log/bench',
    kek: Buffer.alloc(32, 7),
    create: true,
  });
  mkdirSync(folder, { recursive: true });
  return AuditLog.open({ folder, keys, software: 'bench', ...upkeep });
}

/** Bytes one entry takes in the write-ahead file, its part of the group's frame included. */
async function bytesOfEntry(folder: string): Promise<number> {
  const log = await openLog(folder, { integrateMs: 2_000_000, checkpointMs: 2_000_000 });
  const size = (): number =>
    readdirSync(log.folders.writeAhead).reduce(
      (sum, name) => sum + statSync(join(log.folders.writeAhead, name)).size,
      0,
    );
  const before = size();
  await Promise.all(Array.from({ length: CONCURRENT }, () => log.append(event)));
  const bytes = Math.round((size() - before) / CONCURRENT);
  await log.shutdown();
  return bytes;
}

type File = Awaited<ReturnType<typeof open>>;

/** Entries a second, written and synced a group at a time. */
async function bareRate(file: File, seconds: number, group: number, bytes: number): Promise<number> {
  const content = Buffer.alloc(group * bytes, 1);
  return group * (await atOnce(1, seconds, () => writeAndSync(file, content)));
}

async function writeAndSync(file: File, content: Buffer): Promise<void> {
  await file.write(content);
  await file.datasync();
}

/** The least group commit there is: what came while the disk was busy goes together. */
function groupCommitOf(file: File, bytes: number): () => Promise<void> {
  let waiting: (() => void)[] = [];
  let running = false;
  const commit = async (): Promise<void> => {
    running = true;
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      await writeAndSync(file, Buffer.alloc(group.length * bytes, 1));
      for (const done of group) done();
    }
    running = false;
  };
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (!running) void commit();
    });
}

export const audit: Bench = {
  name: 'audit',
  summary: 'durable audit entries beside bare writes and fsyncs of the same groups',
  run,
};
