// Importing made-up files on both databases: what is stored, what is refused and why, and that nothing is half done.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { toXml } from '@gp-connect/foundation/fhir';
import { nhsProfile, system } from '@gp-connect/foundation/nhs';
import { sql } from '@gp-connect/foundation/store';
import type { Records } from '../open-records.ts';
import {
  bundle,
  collect,
  file,
  ndjson,
  nhsNumber,
  observation,
  organisation,
  patient,
  practitioner,
  recordOf,
  stores,
  withRecords,
} from '../records-for-tests.ts';
import { importEvents } from './import-events.ts';
import { importRecords } from './import-records.ts';

const practice = 'Z90001';
const one = nhsNumber(11);
const two = nhsNumber(12);
type Files = Parameters<typeof importRecords>[1]['files'];
const take = (records: Records, files: Files, more: object = {}) =>
  importRecords(records, { practice, files, ...more });

async function countRows(records: Records): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of ['patient', 'resource', 'actor', 'binary_content', 'binary_chunk']) {
    const found = await sql<{ n: number }>`select count(*)::int as n from ${sql.table(table)}`.execute(
      records.store.db,
    );
    counts[table] = found.rows[0]!.n;
  }
  return counts;
}

const document = (id: string, subject: string, binary: string) => ({
  resourceType: 'DocumentReference',
  id,
  status: 'current',
  type: { text: 'Letter' },
  subject: { reference: `Patient/${subject}` },
  indexed: '2024-01-01T10:00:00+00:00',
  content: [
    { attachment: { contentType: 'text/plain', size: 3, url: `https://gp.example/STU3/1/Binary/${binary}` } },
  ],
});

for (const { name, fresh } of stores) {
  test(`on ${name}, bundles about one NHS number become one record, and again changes nothing`, () =>
    withRecords(fresh, async (records) => {
      const files = () => [
        file(
          'allergies.json',
          bundle(patient('p1', one), organisation(), observation('a', 'p1'), practitioner()),
        ),
        file(
          'more.json',
          bundle(
            patient('p-other', one),
            observation('b', 'p-other'),
            observation('a', 'p-other', { comment: 'newer' }),
          ),
        ),
      ];
      const report = await take(records, files());
      assert.deepEqual(report.refused, []);
      assert.equal(report.stored, 7);
      assert.equal(report.merged, 2);
      const { index, resources } = await recordOf(records, practice, one);
      assert.deepEqual([...index.keys()].sort(), [
        'Observation/a',
        'Observation/b',
        'Organization/o1',
        'Patient/p1',
        'Practitioner/d1',
      ]);
      assert.deepEqual(resources.get('Observation/b')?.subject, { reference: 'Patient/p1' });
      assert.equal(resources.get('Observation/a')?.comment, 'newer');
      const again = await take(records, files());
      assert.equal(again.written.patientsUnchanged, 1);
      assert.equal(
        again.written.resourcesChanged + again.written.resourcesAdded + again.written.actorsChanged,
        0,
      );
      assert.equal((await records.findPatient(practice, one))?.version, 1);
    }));

  test(`on ${name}, a later import adds to a record and leaves what it does not mention`, () =>
    withRecords(fresh, async (records) => {
      await take(records, [file('a.json', bundle(patient('p1', one), observation('a', 'p1')))]);
      await take(records, [file('b.json', bundle(patient('p1', one), observation('b', 'p1')))]);
      const { index, patient: entry } = await recordOf(records, practice, one);
      assert.ok(index.has('Observation/a') && index.has('Observation/b'));
      assert.equal(entry.version, 2);
    }));

  test(`on ${name}, two different things under one id in one file are both kept, one under an id of its own`, () =>
    withRecords(fresh, async (records) => {
      const files = () => [
        file(
          'twice.json',
          bundle(
            patient('p1', one),
            observation('a', 'p1', { comment: 'first' }),
            observation('a', 'p1', { comment: 'second' }),
            observation('b', 'p1', { comment: 'same' }),
            observation('b', 'p1', { comment: 'same' }),
          ),
        ),
      ];
      const report = await take(records, files());
      const { resources } = await recordOf(records, practice, one);
      const comments = [...resources.values()].map(({ comment }) => comment).filter(Boolean);
      assert.deepEqual(comments, ['first', 'second', 'same']);
      assert.equal(report.normalised.find(({ rule }) => rule === 'same-id-twice')?.example.entry, 2);
      assert.equal((await take(records, files())).written.patientsUnchanged, 1);
    }));

  test(`on ${name}, a dry run reports the same and writes nothing`, () =>
    withRecords(fresh, async (records) => {
      const files = () => [
        file('a.json', bundle(patient('p1', one), observation('a', 'p1'), document('d', 'p1', 'x'))),
        file('x.json', { resourceType: 'Binary', id: 'x', contentType: 'text/plain', content: 'YWJj' }),
        file('bad.json', bundle(patient('p2', '9990000000'))),
      ];
      const dry = await take(records, files(), { dryRun: true });
      assert.ok(Object.values(await countRows(records)).every((count) => count === 0));
      const real = await take(records, files());
      const same = ({ run: _, dryRun: __, ...rest }: typeof dry) => rest;
      assert.deepEqual(same(dry), same(real));
    }));

  test(`on ${name}, NDJSON of many people: resources follow their Patient or name it, in any order`, () =>
    withRecords(fresh, async (records) => {
      const medication = { resourceType: 'Medication', id: 'm1', code: { text: 'Made-up capsules' } };
      const statement = {
        resourceType: 'MedicationStatement',
        id: 'ms1',
        status: 'active',
        taken: 'unk',
        subject: { reference: 'Patient/p2' },
        medicationReference: { reference: 'Medication/m1' },
      };
      const report = await take(records, [
        file('early.ndjson', ndjson(observation('early', 'p2'), medication, statement)),
        file(
          'people.ndjson',
          ndjson(
            practitioner(),
            patient('p1', one),
            observation('a', 'p1'),
            { resourceType: 'Medication', id: 'm9', code: { text: 'x' } },
            patient('p2', two),
            observation('b', 'p2'),
            observation('late', 'p1'),
          ),
        ),
        file('orphans.ndjson', ndjson(observation('orphan', 'p9'), { resourceType: 'Medication', id: 'm8' })),
      ]);
      assert.deepEqual([...(await recordOf(records, practice, one)).index.keys()].sort(), [
        'Medication/m9',
        'Observation/a',
        'Observation/late',
        'Patient/p1',
        'Practitioner/d1',
      ]);
      const second = await recordOf(records, practice, two);
      assert.ok(
        ['Observation/early', 'MedicationStatement/ms1', 'Medication/m1'].every((key) =>
          second.index.has(key),
        ),
      );
      assert.deepEqual(
        report.refused.map(({ file: from, entry, resource, reason }) => [from, entry, resource, reason]),
        [
          [
            'orphans.ndjson',
            0,
            'Observation/orphan',
            'its patient is neither in the files nor at the practice',
          ],
          ['orphans.ndjson', 1, 'Medication/m8', 'nothing says whose it is'],
        ],
      );
      assert.equal(report.read, report.stored + report.absorbed + 2);
    }));

  test(`on ${name}, refusals name the file, the entry, the path and the reason, and the rest is stored`, () =>
    withRecords(fresh, async (records) => {
      const report = await take(records, [
        file(
          'mixed.json',
          bundle(
            patient('p1', one),
            observation('a', 'p1'),
            observation('b', 'p1', { effectiveDateTime: '2024-13-01' }),
            observation('c', 'p1', { encounter: { reference: 'Encounter/r4' } }),
            { resourceType: 'ServiceRequest', id: 'r4' },
            { resourceType: 'OperationOutcome', id: 'w', issue: [] },
            { resourceType: 'Observation', id: 'x/y', status: 'final' },
          ),
        ),
        file('number.json', bundle(patient('p2', '9990000001'), observation('z', 'p2'))),
        file('nobody.json', bundle(observation('n', 'p7'))),
        file('broken.json', '{"resourceType":"Bundle","entry":[{"resource":{"resour'),
        file('empty.json', ''),
        file('doctype.xml', '<?xml version="1.0"?><!DOCTYPE x><Bundle xmlns="http://hl7.org/fhir"/>'),
        file(
          'lines.ndjson',
          `${JSON.stringify(patient('p3', two))}\nnot json\n${JSON.stringify(observation('l', 'p3'))}`,
        ),
      ]);
      const refused = report.refused.map(({ file: from, entry, path, reason }) => [
        from,
        entry,
        path,
        reason,
      ]);
      assert.deepEqual(refused.slice(0, 5), [
        ['mixed.json', 2, 'Observation.effectiveDateTime', 'is not a valid dateTime'],
        ['mixed.json', 3, 'Observation.encounter', 'not FHIR STU3: unknown element'],
        ['mixed.json', 4, null, 'not a resource of FHIR STU3'],
        ['mixed.json', 5, null, 'OperationOutcome is not part of a record'],
        ['mixed.json', 6, 'Observation.id', 'the id cannot be used in an address'],
      ]);
      assert.deepEqual(refused.slice(5, 7), [
        ['number.json', 0, 'Patient.identifier[0].value', 'the NHS number is not valid'],
        ['number.json', 1, null, 'its Patient was refused'],
      ]);
      assert.deepEqual(
        refused.slice(7).map(([from, entry]) => [from, entry]),
        [
          ['broken.json', null],
          ['empty.json', null],
          ['doctype.xml', null],
          ['lines.ndjson', 1],
          ['nobody.json', 0],
        ],
      );
      assert.ok((await recordOf(records, practice, one)).index.has('Observation/a'));
      assert.ok((await recordOf(records, practice, two)).index.has('Observation/l'));
      assert.equal((await countRows(records)).patient, 2);
      for (const { reason } of report.refused) assert.doesNotMatch(reason, /\d{10}/);
    }));

  test(`on ${name}, what is about another known person never joins this one's record`, () =>
    withRecords(fresh, async (records) => {
      await take(records, [file('two.json', bundle(patient('p2', two)))]);
      const report = await take(records, [
        file('one.json', bundle(patient('p1', one), observation('a', 'p1'), observation('foreign', 'p2'))),
        file('taken.json', bundle(patient('p2', nhsNumber(13)), observation('b', 'p2'))),
      ]);
      assert.deepEqual(
        report.refused.map(({ file: from, entry, reason }) => [from, entry, reason]),
        [
          ['one.json', 2, 'its subject is another person'],
          ['taken.json', 0, 'its Patient id belongs to another person of this practice'],
          ['taken.json', 1, 'its Patient id belongs to another person of this practice'],
        ],
      );
      assert.equal((await recordOf(records, practice, one)).index.has('Observation/foreign'), false);
    }));

  test(`on ${name}, documents get their contents, JSON or XML, before or after them, in this run or a later one`, () =>
    withRecords(fresh, async (records) => {
      const binary = (id: string, content: string) =>
        ({ resourceType: 'Binary', id, contentType: 'text/plain', content }) as { resourceType: string };
      const search = {
        ...bundle(
          patient('p1', one),
          document('d1', 'p1', 'x1'),
          document('d2', 'p1', 'x2'),
          document('d3', 'p1', 'x3'),
        ),
        type: 'searchset',
      };
      const report = await take(records, [
        file('x1.json', binary('x1', 'YWJj')),
        file('search.json', search),
        file('x2.xml', toXml(binary('x2', 'ZGVm'))),
        file('stranger.json', binary('s', 'YWJj')),
        file('garbled.json', binary('x3', 'not*base64')),
        file('cut.json', '{"resourceType":"Binary","id":"x3","content":"Z2hp'),
        file('again.json', binary('x1', 'YWJj')),
      ]);
      assert.deepEqual(report.documents, { added: 2, unchanged: 1 });
      assert.deepEqual(
        report.refused.map(({ file: from, reason }) => [from, reason]),
        [
          ['garbled.json', 'the content is not base64'],
          ['cut.json', 'not well-formed JSON'],
          ['stranger.json', 'no document of this practice names it'],
        ],
      );
      const later = await take(records, [
        file('x3.json', binary('x3', 'Z2hp')),
        file('x1.json', binary('x1', 'YWJj')),
      ]);
      assert.deepEqual(later.documents, { added: 1, unchanged: 1 });
      for (const [id, content] of [
        ['x1', 'YWJj'],
        ['x2', 'ZGVm'],
        ['x3', 'Z2hp'],
      ] as const) {
        const stored = await records.binary(practice, id);
        assert.equal((await collect(stored!.chunks())).join(''), content);
      }
      const { index, links } = await recordOf(records, practice, one);
      assert.equal(index.get('Binary/x1')?.role, 'binary');
      assert.ok(links.some((link) => link.path === 'content.attachment' && link.toId === 'x1'));
      assert.equal((await countRows(records)).binary_content, 3);
    }));

  test(`on ${name}, a long document passes in pieces, whichever way its Binary is written`, () =>
    withRecords(fresh, async (records) => {
      const piece = Buffer.alloc(96 * 1024, 'made-up content ').toString('base64');
      const digest = createHash('sha256');
      async function* long() {
        yield '{"id":"x1","meta":{"profile":[]},"content":"';
        for (let at = 0; at < 50; at++) {
          digest.update(piece);
          yield piece;
        }
        yield '","contentType":"text/plain","resourceType":"Binary"}';
      }
      await take(records, [
        { name: 'x1.json', stream: long() },
        file('d.json', bundle(patient('p1', one), document('d', 'p1', 'x1'))),
      ]);
      const stored = await records.binary(practice, 'x1');
      assert.equal(stored?.size, 50 * 96 * 1024);
      const got = createHash('sha256');
      let longest = 0;
      for await (const chunk of stored!.chunks()) {
        got.update(chunk);
        longest = Math.max(longest, chunk.length);
      }
      assert.equal(got.digest('hex'), digest.digest('hex'));
      assert.equal(longest, 262_144);
    }));

  test(`on ${name}, XML and JSON of one bundle make the same record`, () =>
    withRecords(fresh, async (records) => {
      const content = bundle(
        patient('p1', one),
        observation('a', 'p1', { comment: 'x & y' }),
        practitioner(),
      );
      await take(records, [file('a.json', content)]);
      const again = await take(records, [file('a.xml', toXml(content))]);
      assert.deepEqual(again.refused, []);
      assert.equal(again.written.resourcesUnchanged, 2);
      assert.equal(again.written.patientsUnchanged, 1);
    }));

  test(`on ${name}, warnings come and go with the primary lists, status entries stay known`, () =>
    withRecords(fresh, async (records) => {
      const list = (code: string, warnings: string[], item?: string) => ({
        resourceType: 'List',
        status: 'current',
        mode: 'snapshot',
        code: { coding: [{ system: system.snomed, code }] },
        subject: { reference: 'Patient/p1' },
        extension: warnings.map((valueCode) => ({
          url: nhsProfile('Extension-CareConnect-GPC-ListWarningCode-1'),
          valueCode,
        })),
        note: [{ text: 'information recorded before 02-Feb-2024 may be missing.' }],
        ...(item ? { entry: [{ item: { reference: item } }] } : {}),
      });
      const immunisations = '1102181000000102';
      await take(records, [
        file(
          'a.json',
          bundle(
            patient('p1', one),
            observation('s', 'p1'),
            list(immunisations, ['data-in-transit'], 'Observation/s'),
            list('887191000000108', ['data-awaiting-filing']),
          ),
        ),
      ]);
      const first = await recordOf(records, practice, one);
      assert.equal(first.patient.inTransitSince, '2024-02-02');
      assert.deepEqual(first.patient.awaitingFiling, { since: '2024-02-02', areas: ['investigations'] });
      assert.equal(first.index.get('Observation/s')?.role, 'immunisation-status');
      await take(records, [
        file(
          'b.json',
          bundle(patient('p1', one), observation('s', 'p1', { comment: 'x' }), list('717711000000103', [])),
        ),
      ]);
      const second = await recordOf(records, practice, one);
      assert.equal(second.patient.inTransitSince, null);
      assert.deepEqual(second.patient.awaitingFiling?.areas, ['investigations']);
      assert.equal(second.index.get('Observation/s')?.role, 'immunisation-status');
    }));

  test(`on ${name}, a Patient without managing organisation gets the practice's`, () =>
    withRecords(fresh, async (records) => {
      await records.putPractice(practice, 'Sample Lane Surgery');
      const alone = { ...patient('p1', one), managingOrganization: undefined };
      const report = await take(records, [file('a.json', bundle(alone))]);
      const { resources } = await recordOf(records, practice, one);
      assert.equal(resources.get(`Organization/${practice}`)?.name, 'Sample Lane Surgery');
      assert.ok(report.normalised.some(({ rule }) => rule === 'managing-organisation'));
      await take(records, [
        file('b.json', bundle(organisation(), { ...patient('p2', two), managingOrganization: undefined })),
      ]);
      const second = await recordOf(records, practice, two);
      assert.deepEqual(second.resources.get('Patient/p2')?.managingOrganization, {
        reference: `Organization/${practice}`,
      });
    }));

  test(`on ${name}, the same files at two practices make two records that never mix`, () =>
    withRecords(fresh, async (records) => {
      const files = () => [
        file('a.json', bundle(patient('p1', one), observation('a', 'p1'), document('d', 'p1', 'x'))),
        file('x.json', { resourceType: 'Binary', id: 'x', contentType: 'text/plain', content: 'YWJj' }),
      ];
      await take(records, files());
      await take(records, files(), { practice: 'Z90002' });
      await take(records, [
        file('b.json', bundle(patient('p1', one), observation('a', 'p1', { comment: 'changed' }))),
      ]);
      assert.equal(
        (await recordOf(records, 'Z90002', one)).resources.get('Observation/a')?.comment,
        undefined,
      );
      assert.ok(await records.binary('Z90002', 'x'));
      const foreign = await take(
        records,
        [file('y.json', { resourceType: 'Binary', id: 'x', contentType: 'text/plain', content: 'ZGVm' })],
        { practice: 'Z90003' },
      );
      assert.equal(foreign.refused.length, 1);
      assert.equal((await collect((await records.binary('Z90002', 'x'))!.chunks())).join(''), 'YWJj');
    }));

  test(`on ${name}, a stream that breaks leaves earlier people whole and the broken one out`, () =>
    withRecords(fresh, async (records) => {
      async function* breaking() {
        yield ndjson(patient('p1', one), observation('a', 'p1'), patient('p2', two), observation('b', 'p2'));
        throw new Error('connection lost');
      }
      const report = await take(records, [{ name: 'cut.ndjson', stream: breaking() }]);
      assert.ok((await recordOf(records, practice, one)).index.has('Observation/a'));
      assert.equal(await records.findPatient(practice, two), undefined);
      assert.deepEqual(
        report.refused.map(({ entry, resource }) => [entry, resource]),
        [
          [null, null],
          [2, 'Patient/p2'],
          [3, 'Observation/b'],
        ],
      );
    }));

  test(`on ${name}, events come as they happen and the report at the end`, () =>
    withRecords(fresh, async (records) => {
      const run = importEvents(records, {
        practice,
        files: [file('a.json', bundle(patient('p1', one), observation('a', 'p1'))), file('bad.json', '{')],
      });
      const kinds: string[] = [];
      let step = await run.next();
      for (; !step.done; step = await run.next()) kinds.push(step.value.kind);
      assert.deepEqual(kinds.sort(), ['file', 'file', 'progress', 'refused']);
      assert.equal(step.value.stored, 2);
      assert.equal(step.value.bytes > 100, true);
    }));
}
