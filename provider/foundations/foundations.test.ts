// The Foundations use cases over real TLS and real databases. spec: foundations §12, §13.1–13.7, §22
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fromXml } from '@gp-connect/foundation/fhir';
import { dstu2System, system } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import { nhsNumber, people, practice } from '../service/made-up-practice-for-tests.ts';
import { type ProviderUnderTest, type Question, startTestProvider } from '../service/provider-under-test.ts';

const token = (of: string, value: string) => `identifier=${encodeURIComponent(`${of}|${value}`)}`;
const byNumber = (number: string) => token(system.nhsNumber, number);

for (const { name, fresh } of testStores()) {
  describe(`Foundations on ${name}`, () => {
    let provider: ProviderUnderTest;
    before(async () => {
      provider = await startTestProvider(await fresh());
    });
    after(() => provider?.close());
    const ask = (row: string, path: string, more: Partial<Question> = {}) =>
      provider.ask({ row, path, ...more });

    test('§12 metadata names this server, and with its own or the Foundations id that of Structured', async () => {
      const foundations = await ask('1', '/metadata');
      assert.equal(foundations.status, 200);
      assert.equal(foundations.body.name, 'GP Connect');
      assert.equal(foundations.body.fhirVersion, '3.0.1');
      assert.deepEqual(foundations.body.format, ['application/fhir+json', 'application/fhir+xml']);
      assert.ok(
        foundations.body.profile.every(
          ({ reference }: { reference: string }) => !reference.includes('_history'),
        ),
      );
      const structured = await ask('18', '/metadata');
      assert.equal(structured.body.name, 'GP Connect API - Access Record Structured');
      const older = await ask('1', '', { target: `/${practice.ods}/STU3/1/gpconnect/structured/metadata` });
      assert.equal(older.body.name, 'GP Connect API - Access Record Structured');
    });

    test('§13.1 one active, verified patient is found, in wire form', async () => {
      const { status, body } = await ask('2', `/Patient?${byNumber(people.shared.number)}`);
      assert.equal(status, 200);
      assert.equal(body.type, 'searchset');
      assert.deepEqual([body.total, body.link, body.id], [undefined, undefined, undefined]);
      const [{ resource }] = body.entry;
      assert.equal(resource.id, people.shared.id);
      assert.deepEqual(
        resource.identifier.map(({ system: of, value }: { system: string; value: string }) => [of, value]),
        [[system.nhsNumber, people.shared.number]],
      );
      assert.deepEqual(
        resource.name.map(({ use }: { use: string }) => use),
        ['official', 'usual'],
      );
      assert.deepEqual(resource.generalPractitioner, [{ reference: 'Practitioner/d1' }]);
      assert.deepEqual(resource.managingOrganization, {
        reference: `Organization/${practice.organizationId}`,
      });
      for (const kept of ['maritalStatus', 'link', 'photo']) assert.equal(resource[kept], undefined);
      assert.ok(!JSON.stringify(resource).includes('never sent'));
    });

    for (const who of ['temporary', 'dissenting'] as const) {
      test(`§13.1, §13.2 ${who}: shown, whatever the registration type or dissent`, async () => {
        const { body } = await ask('2', `/Patient?${byNumber(people[who].number)}`);
        assert.equal(body.entry.length, 1);
        assert.equal((await ask('3', `/Patient/${people[who].id}`)).status, 200);
      });
    }
    for (const who of ['left', 'unverified', 'sensitive', 'diedRecently', 'diedLongAgo'] as const) {
      test(`§13.1, §13.2 ${who}: an empty searchset, and no such patient`, async () => {
        const found = await ask('2', `/Patient?${byNumber(people[who].number)}`);
        assert.deepEqual([found.status, found.body.entry], [200, undefined]);
        const read = await ask('3', `/Patient/${people[who].id}`);
        assert.deepEqual([read.status, read.code], [404, 'PATIENT_NOT_FOUND']);
      });
    }
    test('§13.1 an unknown number is an empty searchset', async () => {
      const { status, body } = await ask('2', `/Patient?${byNumber(nhsNumber(900))}`);
      assert.deepEqual([status, body.entry], [200, undefined]);
    });

    test('§8.7 _count, _sort, _format and unknown parameters change nothing', async () => {
      const query = `?_count=1&_sort=x&colour=red&${byNumber(people.shared.number)}&_format=application%2Ffhir%2Bxml`;
      const { status, text, headers } = await ask('2', `/Patient${query}`);
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'application/fhir+xml;charset=utf-8');
      assert.equal((fromXml(text) as { entry?: unknown[] }).entry?.length, 1);
    });
    test('§3 a raw | and one percent-encoded mean the same', async () => {
      const { body } = await ask('2', `/Patient?identifier=${system.nhsNumber}|${people.shared.number}`);
      assert.equal(body.entry.length, 1);
    });

    const badIdentifiers: readonly [string, string, number, string][] = [
      ['missing', '', 400, 'BAD_REQUEST'],
      ['misspelled', `?Identifier=${byNumber(people.shared.number).slice(11)}`, 400, 'BAD_REQUEST'],
      [
        'twice, even equal',
        `?${byNumber(people.shared.number)}&${byNumber(people.shared.number)}`,
        400,
        'BAD_REQUEST',
      ],
      ['without a bar', `?identifier=${people.shared.number}`, 422, 'INVALID_PARAMETER'],
      ['with an empty system', `?${token('', people.shared.number)}`, 422, 'INVALID_PARAMETER'],
      ['with an empty value', `?${byNumber('')}`, 422, 'INVALID_PARAMETER'],
      ['of another system', `?${token('https://other.example/Id', '1')}`, 400, 'INVALID_IDENTIFIER_SYSTEM'],
      ['with a bad check digit', `?${byNumber('9990000011')}`, 400, 'INVALID_NHS_NUMBER'],
      ['with spaces', `?${byNumber('999 000 0018')}`, 400, 'INVALID_NHS_NUMBER'],
    ];
    for (const [what, query, status, code] of badIdentifiers) {
      test(`§13.1 identifier ${what}: ${status} ${code}`, async () => {
        const answer = await ask('2', `/Patient${query}`);
        assert.deepEqual([answer.status, answer.code], [status, code]);
      });
    }
    for (const [row, type, own] of [
      ['4', 'Practitioner', system.sdsUser],
      ['6', 'Organization', system.odsOrganisation],
    ] as const) {
      test(`§13.3, §13.5 ${type}: unknown is empty; missing, repeated, empty and foreign identifiers are refused`, async () => {
        const unknown = await ask(row, `/${type}?${token(own, 'nobody')}`);
        assert.deepEqual([unknown.status, unknown.body.entry], [200, undefined]);
        const refusals: readonly [string, number, string][] = [
          ['', 400, 'BAD_REQUEST'],
          [`?${token(own, 'a')}&${token(own, 'a')}`, 400, 'BAD_REQUEST'],
          [`?${token('', 'a')}`, 422, 'INVALID_PARAMETER'],
          [`?${token(own, '')}`, 422, 'INVALID_PARAMETER'],
          [`?${token('https://other.example/Id', 'a')}`, 400, 'INVALID_IDENTIFIER_SYSTEM'],
        ];
        for (const [query, status, code] of refusals) {
          const answer = await ask(row, `/${type}${query}`);
          assert.deepEqual([answer.status, answer.code], [status, code], query);
        }
      });
    }

    test('§13.3 a practitioner is found by SDS user id, without contact details or local identifiers', async () => {
      const { body } = await ask('4', `/Practitioner?${token(system.sdsUser, '555011110001')}`);
      const [{ resource }] = body.entry;
      assert.deepEqual(
        resource.identifier.map(({ system: of }: { system: string }) => of),
        [system.sdsUser, system.sdsRoleProfile],
      );
      assert.equal(resource.telecom, undefined);
      assert.equal(resource.name[0].family, 'Example');
    });
    test('§13.5 an organisation is found by ODS code under the new and the old system', async () => {
      for (const scheme of [system.odsOrganisation, dstu2System.odsOrganisation]) {
        const { body } = await ask('6', `/Organization?${token(scheme, practice.ods)}`);
        assert.equal(body.entry?.[0].resource.id, 'o1');
        assert.equal(body.entry[0].resource.contact, undefined);
      }
    });

    for (const [row, path, etag] of [
      ['3', `/Patient/${people.shared.id}`, 'W/"12"'],
      ['5', '/Practitioner/d1', 'W/"4"'],
      ['7', '/Organization/o1', 'W/"1"'],
      ['8', '/Location/loc-1', 'W/"2"'],
    ] as const) {
      test(`§13, §8.5 read ${path}: the resource with its version as ETag, in JSON and XML`, async () => {
        const { status, headers, body } = await ask(row, path);
        assert.equal(status, 200);
        assert.equal(headers.etag, etag);
        assert.equal(`/${body.resourceType}/${body.id}`, path);
        assert.equal(body.meta.profile.length, 1);
        const inXml = await ask(row, path, { headers: { accept: 'application/fhir+xml' } });
        assert.deepEqual(fromXml(inXml.text), body);
      });
    }
    for (const [row, path, code] of [
      ['3', '/Patient/nobody', 'PATIENT_NOT_FOUND'],
      ['5', '/Practitioner/nobody', 'PRACTITIONER_NOT_FOUND'],
      ['7', '/Organization/nobody', 'ORGANISATION_NOT_FOUND'],
      ['8', '/Location/nobody', 'NO_RECORD_FOUND'],
      ['15', '/Appointment/', 'NO_RECORD_FOUND'],
    ] as const) {
      test(`§13, §8.9 read ${path}: 404 ${code}`, async () => {
        const answer = await ask(row, path);
        assert.deepEqual([answer.status, answer.code], [404, code]);
      });
    }

    for (const row of ['9', '10', '12', '20', '25']) {
      test(`row ${row} is known and not implemented: 501`, async () => {
        const answer = await ask(
          row,
          pathOf(row),
          row === '9' || row === '20' ? { body: '{}', ...migration(row) } : {},
        );
        assert.deepEqual([answer.status, answer.code], [501, 'NOT_IMPLEMENTED'], answer.text);
      });
    }
  });
}

const paths: Readonly<Record<string, string>> = {
  '9': '/Patient/$gpc.registerpatient',
  '10': '/HealthcareService',
  '12': '/Slot',
  '20': '/Patient/$gpc.migratestructuredrecord',
  '25': '/Binary/x',
};
const pathOf = (row: string): string => paths[row]!;
const migration = (row: string) => (row === '20' ? { claims: { reason_for_request: 'migration' } } : {});
