// For tests: made-up people and resources, and record rooms on both databases.

import { makeNhsNumber, nhsProfile, system } from '@gp-connect/foundation/nhs';
import { openStore, testStores } from '@gp-connect/foundation/store';
import type { ResourceJson } from './json.ts';
import { openRecords, type Records, recordMigrations } from './open-records.ts';

export const stores = testStores();

/** A record room on a database of its own. */
export async function withRecords(
  fresh: () => Promise<{ url: string; schema?: string }>,
  work: (records: Records) => Promise<void>,
): Promise<void> {
  const store = await openStore(await fresh(), recordMigrations);
  try {
    await work(openRecords(store));
  } finally {
    await store.close();
  }
}

/** A valid number of the 999 range, by a serial up to 99999. */
export function nhsNumber(serial: number): string {
  for (let nine = 999000000 + serial * 11; ; nine++) {
    const made = makeNhsNumber(String(nine));
    if (made) return made;
  }
}

export const patient = (id: string, number: string, more: object = {}): ResourceJson => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: system.nhsNumber, value: number }],
  name: [{ use: 'official', family: 'Pattern', given: ['Testa'] }],
  managingOrganization: { reference: 'Organization/o1' },
  ...more,
});

export const registered = (type: string, period: object = { start: '2020-01-01' }) => ({
  extension: [
    {
      url: nhsProfile('Extension-CareConnect-GPC-RegistrationDetails-1'),
      extension: [
        { url: 'registrationPeriod', valuePeriod: period },
        {
          url: 'registrationType',
          valueCodeableConcept: { coding: [{ system: system.registrationType, code: type }] },
        },
      ],
    },
  ],
});

export const snomed = (code: string, display = 'Made up') => ({
  coding: [{ system: system.snomed, code, display }],
});

export const observation = (id: string, subject: string, more: object = {}): ResourceJson => ({
  resourceType: 'Observation',
  id,
  status: 'final',
  code: snomed('75367002'),
  subject: { reference: `Patient/${subject}` },
  effectiveDateTime: '2024-03-02',
  issued: '2024-03-02T09:41:00+00:00',
  performer: [{ reference: 'Practitioner/d1' }],
  ...more,
});

export const practitioner = (id = 'd1'): ResourceJson => ({
  resourceType: 'Practitioner',
  id,
  identifier: [{ system: system.sdsUser, value: `U${id}` }],
  name: [{ family: 'Example' }],
});

export const practitionerRole = (id = 'r1', holder = 'd1'): ResourceJson => ({
  resourceType: 'PractitionerRole',
  id,
  practitioner: { reference: `Practitioner/${holder}` },
  organization: { reference: 'Organization/o1' },
});

export const organisation = (id = 'o1', ods = 'Z90001'): ResourceJson => ({
  resourceType: 'Organization',
  id,
  identifier: [{ system: system.odsOrganisation, value: ods }],
  name: 'Sample Lane Surgery',
});

export const bundle = (...resources: readonly object[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
});

/** A file for the import, cut into pieces as a network would. */
export function file(name: string, content: string | object, piece = 1_000) {
  const bytes = Buffer.from(typeof content === 'string' ? content : JSON.stringify(content));
  async function* stream() {
    for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
  }
  return { name, stream: stream() };
}

export const ndjson = (...resources: readonly object[]): string =>
  resources.map((resource) => `${JSON.stringify(resource)}\n`).join('');

/** The record as resources by key with their index entries. */
export async function recordOf(records: Records, practice: string, number: string) {
  const entry = await records.findPatient(practice, number);
  if (!entry) throw new Error('no such patient');
  return records.read(practice, entry, async (reader) => {
    const index = await reader.index();
    const resources = new Map<string, ResourceJson>();
    const bySeq = new Map(index.map((one) => [one.seq, one]));
    for await (const { seq, json } of reader.resources(index.map((one) => one.seq))) {
      const one = bySeq.get(seq)!;
      resources.set(`${one.type}/${one.id}`, JSON.parse(json) as ResourceJson);
    }
    return {
      patient: reader.patient,
      index: new Map(index.map((one) => [`${one.type}/${one.id}`, one])),
      links: await reader.links(),
      resources,
    };
  });
}

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}
