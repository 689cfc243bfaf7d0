// The record room on both databases: writing whole records, reading them back, single changes, isolation.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { system } from '@gp-connect/foundation/nhs';
import { dissentPolicy } from './patient-facts.ts';
import {
  collect,
  nhsNumber,
  observation,
  organisation,
  patient,
  practitioner,
  practitionerRole,
  recordOf,
  registered,
  snomed,
  stores,
  withRecords,
} from './records-for-tests.ts';

const number = nhsNumber(1);
const restricted = { security: [{ system: system.confidentiality, code: 'R' }] };
const nopat = { system: system.actCode, code: 'NOPAT' };

for (const { name, fresh } of stores) {
  test(`on ${name}, a record written again changes nothing, and a change raises its version by one`, () =>
    withRecords(fresh, async (records) => {
      const record = [patient('p1', number), observation('a', 'p1'), observation('b', 'p1')];
      await records.replacePatient('Z90001', record);
      const again = await records.replacePatient('Z90001', record);
      assert.equal(again.resourcesUnchanged, 3);
      assert.equal((await records.findPatient('Z90001', number))?.version, 1);
      const changed = observation('b', 'p1', { comment: 'now with a comment' });
      const counts = await records.replacePatient('Z90001', [record[0]!, changed, observation('c', 'p1')]);
      assert.deepEqual(
        [counts.resourcesAdded, counts.resourcesChanged, counts.resourcesRemoved, counts.resourcesUnchanged],
        [1, 1, 1, 1],
      );
      assert.equal((await records.findPatient('Z90001', number))?.version, 2);
      const { resources } = await recordOf(records, 'Z90001', number);
      assert.deepEqual([...resources.keys()], ['Patient/p1', 'Observation/b', 'Observation/c']);
      assert.equal(resources.get('Observation/b')?.comment, 'now with a comment');
    }));

  test(`on ${name}, actors are kept once and belong to the records that name them, with their roles (§5, §7)`, () =>
    withRecords(fresh, async (records) => {
      await records.putActors('Z90001', [
        practitioner(),
        practitionerRole(),
        organisation(),
        practitioner('d2'),
      ]);
      await records.replacePatient('Z90001', [patient('p1', number), observation('a', 'p1')]);
      const { index, links } = await recordOf(records, 'Z90001', number);
      assert.deepEqual(
        [...index.keys()],
        ['Patient/p1', 'Observation/a', 'Practitioner/d1', 'PractitionerRole/r1', 'Organization/o1'],
      );
      assert.ok(links.some((link) => link.path === 'practitioner' && link.toId === 'd1'));
      assert.equal((await records.findActors('Z90001', 'Practitioner', system.sdsUser, 'Ud1')).length, 1);
      assert.equal((await records.findActors('Z90002', 'Practitioner', system.sdsUser, 'Ud1')).length, 0);
      assert.equal((await records.resource('Z90001', 'Practitioner', 'd1'))?.patientKey, null);
      await records.putActors('Z90001', [
        { ...practitioner(), gender: 'female' } as { resourceType: string },
      ]);
      const { resources } = await recordOf(records, 'Z90001', number);
      assert.equal(resources.get('Practitioner/d1')?.gender, 'female');
    }));

  test(`on ${name}, the same ids at two practices never mix`, () =>
    withRecords(fresh, async (records) => {
      await records.replacePatient('Z90001', [
        patient('p1', number),
        observation('a', 'p1', { comment: 'one' }),
      ]);
      await records.replacePatient('Z90002', [
        patient('p1', number),
        observation('a', 'p1', { comment: 'two' }),
      ]);
      await records.replacePatient('Z90002', [
        patient('p1', number),
        observation('a', 'p1', { comment: 'three' }),
      ]);
      const one = await recordOf(records, 'Z90001', number);
      const two = await recordOf(records, 'Z90002', number);
      assert.equal(one.resources.get('Observation/a')?.comment, 'one');
      assert.equal(two.resources.get('Observation/a')?.comment, 'three');
      assert.equal(one.patient.version, 1);
      const found = await records.resource('Z90001', 'Observation', 'a');
      assert.equal(JSON.parse(found!.json).comment, 'one');
      assert.equal(found!.patientKey, one.patient.key);
      await assert.rejects(records.read('Z90001', two.patient, async (reader) => reader.index()));
      assert.equal(await records.findPatient('Z90003', number), undefined);
    }));

  test(`on ${name}, confidentiality is kept beside the wire text and other labels stay in it (§9.2, §9.5)`, () =>
    withRecords(fresh, async (records) => {
      const meta = { security: [...restricted.security, nopat] };
      await records.replacePatient('Z90001', [
        patient('p1', number, { meta: restricted }),
        observation('a', 'p1', { meta }),
        observation('b', 'p1'),
        { resourceType: 'Consent', id: 'c', status: 'active', policyRule: dissentPolicy } as {
          resourceType: string;
        },
        {
          resourceType: 'DocumentReference',
          id: 'd',
          meta: restricted,
          content: [{ attachment: { contentType: 'text/plain', url: 'Binary/x', size: 3 } }],
        } as { resourceType: string },
        { resourceType: 'Binary', id: 'x', contentType: 'text/plain', content: 'YWJj' } as {
          resourceType: string;
        },
      ]);
      const { patient: entry, index, resources } = await recordOf(records, 'Z90001', number);
      assert.equal(entry.sensitive, true);
      assert.equal(entry.sharing, 'dissent');
      assert.equal(index.has('Consent/c'), false);
      assert.deepEqual(
        ['Observation/a', 'Observation/b', 'DocumentReference/d', 'Binary/x'].map(
          (key) => index.get(key)?.confidential,
        ),
        [true, false, true, true],
      );
      assert.deepEqual(resources.get('Observation/a')?.meta, { security: [nopat] });
      assert.equal(
        resources.get('Patient/p1')?.meta && 'security' in (resources.get('Patient/p1')!.meta as object),
        false,
      );
      assert.equal(resources.get('Binary/x')?.content, undefined);
      const content = await records.binary('Z90001', 'x');
      assert.equal(content?.size, 3);
      assert.equal(content?.patientKey, entry.key);
      assert.deepEqual(await collect(content!.chunks()), ['YWJj']);
      assert.equal(await records.binary('Z90002', 'x'), undefined);
    }));

  test(`on ${name}, registration facts follow the Patient (foundations §11.2, §11.5)`, () =>
    withRecords(fresh, async (records) => {
      const cases: [object, object][] = [
        [registered('R'), { registration: 'regular', active: true }],
        [registered('T'), { registration: 'temporary', active: true }],
        [registered('P'), { registration: 'other' }],
        [registered('R', { start: '2020-01-01', end: '2022-01-01' }), { active: false }],
        [{ deceasedDateTime: '2023-05-01' }, { active: false, deceased: '2023-05-01' }],
        [{ active: false }, { registration: 'regular', active: false }],
      ];
      for (const [at, [more, expected]] of cases.entries()) {
        await records.replacePatient('Z90001', [patient(`q${at}`, nhsNumber(50 + at), more)]);
        const entry = await records.findPatientById('Z90001', `q${at}`);
        assert.partialDeepStrictEqual(entry, { ...expected, verification: '01', sharing: 'share' });
      }
      const flag = (code: string, start: string, area?: string) => ({
        resourceType: 'Flag',
        id: code,
        code: { coding: [{ system: system.listWarning, code }] },
        period: { start },
        ...(area ? { category: { text: area } } : {}),
      });
      await records.replacePatient('Z90001', [
        patient('w', nhsNumber(70)),
        flag('data-in-transit', '2024-01-02'),
        flag('data-awaiting-filing', '2024-02-03', 'investigations'),
      ]);
      const warned = await records.findPatientById('Z90001', 'w');
      assert.equal(warned?.inTransitSince, '2024-01-02');
      assert.deepEqual(warned?.awaitingFiling, { since: '2024-02-03', areas: ['investigations'] });
    }));

  test(`on ${name}, resources are added in the caller's transaction and leave with it when it fails`, () =>
    withRecords(fresh, async (records) => {
      await records.replacePatient('Z90001', [
        patient('p1', number),
        observation('a', 'p1', { meta: restricted }),
      ]);
      const { key } = (await records.findPatient('Z90001', number))!;
      const add = (fail: boolean) =>
        records.store.db.transaction().execute(async (step) => {
          await records.addResources(step, 'Z90001', key, [observation('b', 'p1'), practitioner()]);
          if (fail) throw new Error('after all not');
        });
      await assert.rejects(add(true), /after all not/);
      assert.equal((await recordOf(records, 'Z90001', number)).index.size, 2);
      await add(false);
      const { index, patient: entry } = await recordOf(records, 'Z90001', number);
      assert.equal(entry.version, 2);
      assert.equal(index.get('Observation/a')?.confidential, true);
      assert.ok(index.has('Practitioner/d1'));
      await assert.rejects(
        records.store.db
          .transaction()
          .execute((step) => records.addResources(step, 'Z90002', key, [observation('z', 'p1')])),
        /no such patient/,
      );
    }));

  test(`on ${name}, an entry marked as entered in error leaves every list that pointed at it`, () =>
    withRecords(fresh, async (records) => {
      const item = (id: string) => ({ item: { reference: `Observation/${id}` } });
      await records.replacePatient('Z90001', [
        patient('p1', number),
        observation('a', 'p1'),
        observation('b', 'p1'),
        { resourceType: 'List', id: 'l', code: snomed('24781000000107'), entry: [item('a'), item('b')] } as {
          resourceType: string;
        },
      ]);
      const { key } = (await records.findPatient('Z90001', number))!;
      await records.store.db
        .transaction()
        .execute((step) => records.markEnteredInError(step, 'Z90001', key, 'Observation', 'a'));
      const { index, resources } = await recordOf(records, 'Z90001', number);
      assert.equal(index.get('Observation/a')?.role, 'other');
      assert.equal(index.get('Observation/a')?.status, 'entered-in-error');
      assert.deepEqual(resources.get('List/l')?.entry, [item('b')]);
    }));

  test(`on ${name}, a record of many pages comes back in the order asked for`, () =>
    withRecords(fresh, async (records) => {
      const many = Array.from({ length: 2_600 }, (_, at) => observation(`o${at}`, 'p1'));
      await records.replacePatient('Z90001', [patient('p1', number), ...many]);
      const entry = (await records.findPatient('Z90001', number))!;
      await records.read('Z90001', entry, async (reader) => {
        const seqs = (await reader.index()).map((one) => one.seq);
        const backwards = [...seqs].reverse();
        const sparse = seqs.filter((seq) => seq % 97 === 0);
        for (const asked of [seqs, backwards, sparse]) {
          const got = await collect(reader.resources(asked));
          assert.deepEqual(
            got.map(({ seq }) => seq),
            asked,
          );
        }
      });
    }));

  test(`on ${name}, canonical records are loaded in batches, each person whole`, () =>
    withRecords(fresh, async (records) => {
      const people = Array.from({ length: 7 }, (_, at) => [
        patient(`p${at}`, nhsNumber(100 + at)),
        Object.freeze(practitioner()),
        observation(`a${at}`, `p${at}`),
        observation(`b${at}`, `p${at}`),
      ]);
      let batches = 0;
      const counts = await records.loadCanonical('Z90001', people, { batch: 6, onBatch: () => batches++ });
      assert.equal(counts.patientsAdded, 7);
      assert.equal(counts.actorsAdded, 1);
      assert.equal(batches, 4);
      assert.equal((await recordOf(records, 'Z90001', nhsNumber(103))).index.size, 4);
    }));
}
