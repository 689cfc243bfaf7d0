// Test support: a practice with a real record room, and a way to ask it and check what it answers.
import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { fromXml } from '@gp-connect/foundation/fhir';
import { openStore, testStores } from '@gp-connect/foundation/store';
import { openRecords, type RecordFacts, type Records, recordMigrations } from '../record/index.ts';
import { Answer, type Any, checkStructuredAnswer } from './conformance.ts';
import { type PracticeContext, structuredRecord, structuredRequest, type WireFormat } from './index.ts';
import { listRows } from './list-tables.ts';
import { actors, type Made, nhsNumber, ods, person } from './made-up-record.ts';

export const today = '2024-06-15';
export const trace = '00000000-0000-4000-8000-000000000000';

const allOn: PracticeContext['switches']['areas'] = {
  allergies: true,
  medications: true,
  consultations: true,
  problems: true,
  immunisations: true,
  uncategorised: true,
  investigations: true,
  referrals: true,
  diary: true,
  documents: true,
};

export interface PracticeOptions {
  off?: readonly (keyof typeof allOn)[];
  exclusionCodes?: readonly string[];
  structured?: boolean;
}

export function practiceContext({
  off = [],
  exclusionCodes = [],
  structured = true,
}: PracticeOptions = {}): PracticeContext {
  const areas = { ...allOn, ...Object.fromEntries(off.map((area) => [area, false])) };
  return {
    ods,
    name: 'Sample Lane Surgery',
    organizationId: 'o1',
    switches: { structured, areas },
    exclusionCodes: new Set(exclusionCodes),
    documentsRoot: 'https://provider.example/Z90001/STU3/1/gpconnect/documents',
    clock: () => Date.parse('2024-06-15T10:00:00Z'),
  };
}

/** A Parameters resource: areas as names, or names with parts given as [name, value key, value]. */
export type Part = readonly [name: string, key: string, value: unknown];
export type Asked = string | readonly [name: string, ...parts: Part[]];

export function parameters(...asked: readonly Asked[]): Any {
  return {
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'patientNHSNumber',
        valueIdentifier: { system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber },
      },
      ...asked.map((one) => {
        if (typeof one === 'string') return { name: one };
        const [name, ...parts] = one;
        return { name, part: parts.map(([part, key, value]) => ({ name: part, [key]: value })) };
      }),
    ],
  };
}

export class Received {
  readonly bundle: Any;
  readonly answer: Answer;
  readonly text: string;

  constructor(text: string, bundle: Any) {
    this.text = text;
    this.bundle = bundle;
    this.answer = new Answer(bundle);
  }

  /** `Type/id` of everything of a type, sorted. */
  ids(type: string): string[] {
    return this.answer
      .all(type)
      .filter(({ id }) => id !== undefined)
      .map(({ id }) => id as string)
      .sort();
  }

  get(key: string): Any {
    return this.answer.byKey.get(key);
  }

  list(key: string): Any {
    return this.answer.list(listRows.find((row) => row.key === key)!)[0];
  }

  /** References a list holds, sorted; undefined without the list. */
  items(key: string): string[] | undefined {
    const list = this.list(key);
    return list && (list.entry ?? []).map(({ item }: Any) => item.reference).sort();
  }

  warnings(key: string): string[] {
    return (this.list(key)?.extension ?? [])
      .filter(({ url }: Any) => url.endsWith('ListWarningCode-1'))
      .map(({ valueCode }: Any) => valueCode);
  }

  issues(): string[] {
    return (this.answer.all('OperationOutcome')[0]?.issue ?? []).map(({ details }: Any) => details.text);
  }
}

export class Collector extends Writable {
  readonly chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.chunks.push(chunk);
    done();
  }

  text(): string {
    return Buffer.concat(this.chunks).toString('utf8');
  }
}

export interface AskOptions extends PracticeOptions {
  absent?: readonly string[];
  format?: WireFormat;
}

export interface Surgery {
  records: Records;
  /** Makes the record exactly these resources, the person and the usual actors. */
  hold(resources: readonly Made[], facts?: RecordFacts, patient?: Made): Promise<void>;
  /** Asks, and checks the answer against the whole checklist. */
  ask(asked: readonly Asked[], options?: AskOptions): Promise<Received>;
  close(): Promise<void>;
}

/** The stores every test of this capability runs on. */
export const storeNames: readonly string[] = testStores().map(({ name }) => name);

export async function openSurgery(storeName: string): Promise<Surgery> {
  const { fresh } = testStores().find(({ name }) => name === storeName)!;
  const store = await openStore(await fresh(), recordMigrations);
  const records = openRecords(store);
  return {
    records,
    async hold(resources, facts, patient = person()) {
      await records.replacePatient(ods, [patient, ...actors(), ...resources], facts);
    },
    ask: (asked, options) => askRecord(records, asked, options),
    close: () => store.close(),
  };
}

async function askRecord(
  records: Records,
  asked: readonly Asked[],
  { absent, format = 'json', ...practice }: AskOptions = {},
): Promise<Received> {
  const request = structuredRequest(parameters(...asked), { today, filterSignificance: true });
  const answer = await structuredRecord(records, practiceContext(practice), request, trace);
  const sink = new Collector();
  await answer.write(sink, format);
  const text = sink.text();
  const bundle = format === 'json' ? JSON.parse(text) : fromXml(text);
  assert.deepEqual(checkStructuredAnswer(bundle, { request, trace, ...(absent ? { absent } : {}) }), []);
  return new Received(text, bundle);
}
