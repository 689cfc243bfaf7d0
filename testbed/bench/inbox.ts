// The inbox: a received Update Record message validated with all rules and its record look-ups, beside reading its XML and
// one row by its key. The goal is 20 ms. spec: messaging §4, §10
import { randomBytes, randomUUID } from 'node:crypto';
import { composeUpdateRecord } from '@gp-connect/consumer';
import { fromXml } from '@gp-connect/foundation/fhir';
import { sql, testStores } from '@gp-connect/foundation/store';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import { createRestVault } from '@gp-connect/foundation/trust';
import {
  inboundSwitchNames,
  judge,
  openInbound,
  openInbox,
  openProviderStore,
  plausibilityRules,
} from '@gp-connect/provider';
import { type England, england, type PersonRecord } from '../england/index.ts';
import { type Bench, type BenchContext, type BenchReport, short, spread } from './bench.ts';
import { entriesOf, largestRecord, ordinaryRecord } from './records.ts';
import { interleaved, percentile, ratioOf, type Spread, spreadOf } from './rounds.ts';
import { DAY } from './scene.ts';

const GOAL_MS = 20;
const MAILBOX = 'A82999OT1';
const now = new Date(`${DAY}T10:00:00Z`);

interface Subject {
  readonly label: string;
  judge(): Promise<void>;
  bare(): Promise<void>;
}

async function run(context: BenchContext): Promise<BenchReport> {
  const made = england({ today: DAY });
  const people = [ordinaryRecord(made), largestRecord(made)];
  const [rounds, times] = context.quick ? [3, 15] : [5, 60];
  const rows: string[][] = [];
  const figures: Record<string, Spread> = {};
  const notes: string[] = [];
  const ratios: Record<string, Spread> = {};
  for (const { name, fresh } of testStores()) {
    const database = await fresh().catch((error: Error) => error);
    if (database instanceof Error) {
      notes.push(`${name} left out: ${database.message}`);
      continue;
    }
    const inbox = await openBenchInbox(made, database.url);
    try {
      for (const person of people) {
        const subject = await inbox.subject(person);
        const ways = { judge: timesOf(times, subject.judge), bare: timesOf(times, subject.bare) };
        await interleaved(1, ways);
        const measured = await interleaved(rounds, ways);
        const of = (way: 'judge' | 'bare', percent: number) =>
          measured[way].map(({ sorted }) => percentile(sorted, percent));
        const cpu = spreadOf(measured.judge.map((each) => each.cpu));
        const goal = spreadOf(of('judge', 50).map((ms) => ms / GOAL_MS));
        const beside = ratioOf(of('judge', 50), of('bare', 50));
        rows.push([
          `${name}, record of ${subject.label}`,
          short(spreadOf(of('judge', 50)).median),
          short(spreadOf(of('judge', 99)).median),
          short(cpu.median),
          short(spreadOf(of('bare', 50)).median),
          spread(beside),
          spread(goal),
        ]);
        figures[`${name}-${subject.label.replace(/ .*/, '')}/goal`] = goal;
        figures[`${name}-${subject.label.replace(/ .*/, '')}/bare`] = beside;
        figures[`${name}-${subject.label.replace(/ .*/, '')}-cpu-ms`] = cpu;
        ratios[name] ??= goal;
      }
    } finally {
      await inbox.close();
    }
  }
  const best = 'PostgreSQL' in ratios ? 'PostgreSQL' : Object.keys(ratios)[0]!;
  return {
    heading: [
      '',
      'p50 ms',
      'p99 ms',
      'CPU ms',
      'XML and a row, ms',
      'p50 / that',
      `p50 / goal of ${GOAL_MS} ms`,
    ],
    rows,
    notes: [
      'CPU is that of this process, the embedded database in it; PostgreSQL has processes of its own',
      'validated: every check of the envelope and document, duplicates, switches, patient matched, record read, all rules; nothing is kept',
      ...notes,
    ],
    ratio: ratios[best]!,
    of: `validate-${best}-ordinary-record/goal-${GOAL_MS}ms`,
    figures,
  };
}

async function openBenchInbox(made: England, url: string) {
  const { store, records, controls } = await openProviderStore(url, () => now.getTime());
  const { ods, name, asid, organisationId: organizationId } = made.practices[0]!;
  await controls.host([{ ods, name, asid, organizationId }]);
  const inbound = openInbound(store.db, () => now);
  await inbound.set(ods, inboundSwitchNames, true, { actor: 'bench', reason: 'bench' });
  await records.putPractice(ods, name);
  const terminology = demonstrationSource();
  const practice = { ods, name, mailbox: MAILBOX };
  const { rooms } = openInbox({
    store: store as never,
    records,
    controls,
    inbound,
    ports: {
      practiceOf: async () => practice,
      rules: plausibilityRules(terminology),
      terminology,
      vault: createRestVault([randomBytes(32)]),
      now: () => now,
      newId: randomUUID,
      onAlert: ({ kind }) => {
        throw new Error(kind);
      },
    },
  });
  return {
    async subject(person: PersonRecord): Promise<Subject> {
      await records.loadCanonical(ods, [person.resources]);
      const body = await messageFor(person);
      const meta = {
        meshMessageId: '20260302100000000000_BENCH1',
        mailbox: MAILBOX,
        from: 'X26OT900',
        workflowId: 'GPCONNECT_UPDATE_RECORD',
        messageType: 'DATA',
      } as const;
      const { key } = (await records.findPatient(ods, person.nhsNumber))!;
      return {
        label: `${entriesOf(person.resources)} entries`,
        async judge() {
          const judgement = await judge(rooms, practice, { meta, body });
          if (judgement.kind !== 'accepted') throw new Error(`the message was ${judgement.kind}`);
        },
        async bare() {
          fromXml(body.toString());
          await sql`select * from patient where practice = ${ods} and patient_key = ${key}`.execute(store.db);
        },
      };
    },
    close: () => store.close(),
  };
}

async function messageFor({ nhsNumber, resources }: PersonRecord): Promise<Buffer> {
  const patient = resources.find(({ resourceType }) => resourceType === 'Patient') as unknown as {
    name: { use: string; family: string; given: string[] }[];
    birthDate: string;
    gender: 'female' | 'male';
  };
  const { family, given } = patient.name.find(({ use }) => use === 'official') ?? patient.name[0]!;
  const composed = await composeUpdateRecord(
    {
      sender: { mailbox: 'X26OT900', identifierSystem: 'https://pharmacy.example/id' },
      now,
      newId: randomUUID,
    },
    {
      patient: { nhsNumber, family, given, birthDate: patient.birthDate, gender: patient.gender },
      organisation: { ods: 'FZZ01', name: 'Test Pharmacy' },
      practitioners: [
        { family: 'Finch', gphcNumber: '2123456', role: { code: 'R1290', display: 'Pharmacist' } },
      ],
      service: 'blood-pressure',
      seen: DAY,
      clinicalSummary: 'Blood pressure measured at the request of the patient.',
      bloodPressures: [{ kind: 'sitting', systolic: 128, diastolic: 82 }],
    },
  );
  if (!composed.ok) throw new Error(JSON.stringify(composed.problems));
  return Buffer.from(composed.message.xml);
}

interface Timed {
  /** Milliseconds of each, ascending. */
  readonly sorted: Float64Array;
  /** CPU milliseconds of this process for one; PostgreSQL has processes of its own beside it. */
  readonly cpu: number;
}

const timesOf = (count: number, work: () => Promise<void>) => async (): Promise<Timed> => {
  const times = new Float64Array(count);
  const before = process.cpuUsage();
  for (let at = 0; at < count; at += 1) {
    const began = performance.now();
    await work();
    times[at] = performance.now() - began;
  }
  const { user, system } = process.cpuUsage(before);
  return { sorted: times.sort(), cpu: (user + system) / 1000 / count };
};

export const inbox: Bench = {
  name: 'inbox',
  summary: 'a received message validated with all rules, beside reading its XML and one row',
  run,
};
