// Access Document over real TLS and real databases. spec: access-document §3–§9, "What bad input gets"
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fromXml, type JsonResource } from '@gp-connect/foundation/fhir';
import { searchsetBundleProfile, system } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import {
  hospitalOds,
  nhsNumber,
  notForPatient,
  type PersonName,
  people,
  practice,
} from '../service/made-up-practice-for-tests.ts';
import {
  origin,
  type ProviderUnderTest,
  type Question,
  startTestProvider,
} from '../service/provider-under-test.ts';

const find = (query: string, more: Partial<Question> = {}): Question => ({
  row: '22',
  path: `/Patient${query}`,
  ...more,
});
const identifier = (value: string, of: string = system.nhsNumber) =>
  `identifier=${encodeURIComponent(`${of}|${value}`)}`;

const includes = [
  '_include=DocumentReference%3Asubject%3APatient',
  '_include=DocumentReference%3Acustodian%3AOrganization',
  '_include=DocumentReference%3Aauthor%3AOrganization',
  '_include=DocumentReference%3Aauthor%3APractitioner',
  '_revinclude%3Arecurse=PractitionerRole%3Apractitioner',
];
const search = (more: string[] = [], patient: string = people.shared.id): Question => ({
  row: '23',
  path: `/Patient/${patient}/DocumentReference?${[...includes, ...more].join('&')}`,
});
const retrieve = (id: string, headers: Question['headers'] = {}): Question => ({
  row: '24',
  path: `/Binary/${id}`,
  headers,
});
const root = `${origin}/${practice.ods}/STU3/1/gpconnect/documents`;
const xml = { accept: 'application/fhir+xml' };

// biome-ignore lint/suspicious/noExplicitAny: wire bodies
const ofType = (bundle: any, type: string): any[] =>
  (bundle.entry ?? [])
    .map(({ resource }: { resource: JsonResource }) => resource)
    .filter((resource: JsonResource) => resource.resourceType === type);
const documentIds = (bundle: unknown): string[] => ofType(bundle, 'DocumentReference').map(({ id }) => id);

for (const { name, fresh } of testStores()) {
  describe(`Access Document on ${name}`, () => {
    let provider: ProviderUnderTest;
    before(async () => {
      provider = await startTestProvider(await fresh());
    });
    after(() => provider?.close());
    const ask = (question: Question) => provider.ask(question);
    const refused = async (question: Question, status: number, code: string) => {
      const answer = await ask(question);
      assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
      assert.equal(answer.headers['cache-control'], 'no-store');
      return answer;
    };

    test('§7 the capability statement names what is answered', async () => {
      const { status, body } = await ask({ row: '21', path: '/metadata' });
      assert.equal(status, 200);
      assert.equal(body.name, 'GP Connect API - Access Document');
      assert.equal(body.version, '1.6.2');
      assert.equal(new Set(body.profile.map((each: { reference: string }) => each.reference)).size, 7);
      assert.ok(
        body.profile.some(({ reference }: { reference: string }) =>
          /Practitioner-1\/_history\/1\.3$/.test(reference),
        ),
      );
      const [patient, binary, documentReference] = body.rest[0].resource;
      assert.deepEqual(
        [patient.type, binary.type, documentReference.type],
        ['Patient', 'Binary', 'DocumentReference'],
      );
      assert.equal(documentReference.searchInclude.length, 4);
      assert.deepEqual(documentReference.searchRevInclude, ['PractitionerRole:practitioner']);
    });

    test('§3 a regular patient is found, shaped as the contract says, in a bundle with the trace id', async () => {
      const trace = '7c0d7d0e-58d3-4f8e-9b39-5b7a2c5c0e41';
      const { status, body } = await ask(
        find(`?${identifier(people.shared.number)}&_format=json&other=1`, {
          headers: { 'ssp-traceid': trace },
        }),
      );
      assert.equal(status, 200);
      assert.equal(body.id, trace);
      assert.equal(body.type, 'searchset');
      assert.equal(body.total, undefined);
      assert.equal(body.entry.length, 1);
      const patient = body.entry[0].resource;
      assert.equal(patient.id, people.shared.id);
      assert.deepEqual(patient.meta.profile.length, 1);
      assert.equal(patient.active, true);
      assert.equal(patient.identifier.length, 1);
      assert.equal(patient.identifier[0].extension[0].valueCodeableConcept.coding[0].code, '01');
      assert.equal(patient.name.filter(({ use }: { use: string }) => use === 'official').length, 1);
      assert.deepEqual(patient.managingOrganization, { reference: 'Organization/o1' });
      assert.equal(patient.maritalStatus, undefined);
      assert.equal(patient.extension.length, 1);
      assert.ok(JSON.stringify(patient.extension).includes('preferredBranchSurgery'));
    });

    const found: readonly PersonName[] = ['shared', 'withoutDocuments', 'dissenting', 'diedRecently'];
    const hidden: readonly PersonName[] = ['temporary', 'left', 'unverified', 'sensitive', 'leftThenDied'];
    for (const who of found) {
      test(`§3, §8 find: ${who} is returned`, async () => {
        const { status, body } = await ask(find(`?${identifier(people[who].number)}`));
        assert.equal(status, 200);
        assert.equal(ofType(body, 'Patient')[0]?.id, people[who].id);
        if (who === 'diedRecently') assert.ok(ofType(body, 'Patient')[0].deceasedDateTime);
      });
    }
    for (const who of hidden) {
      test(`§3, §8 find: ${who} is an empty bundle with the trace id`, async () => {
        const { status, body } = await ask(
          find(`?${identifier(people[who].number)}`, { headers: { 'ssp-traceid': 'trace-1' } }),
        );
        assert.equal(status, 200);
        assert.deepEqual([body.entry, body.id], [undefined, 'trace-1']);
      });
    }
    test('§3 find: an unknown number is an empty bundle', async () => {
      const { status, body } = await ask(find(`?${identifier(nhsNumber(500))}`));
      assert.deepEqual([status, body.entry], [200, undefined]);
    });
    test('§3 find: deceased after the period is PATIENT_NOT_FOUND', async () => {
      await refused(find(`?${identifier(people.diedLongAgo.number)}`), 404, 'PATIENT_NOT_FOUND');
    });

    const badFinds: readonly [string, string, number, string][] = [
      ['no identifier', '', 400, 'BAD_REQUEST'],
      ['another case', `?Identifier=${identifier(people.shared.number).slice(11)}`, 400, 'BAD_REQUEST'],
      [
        'two identifiers',
        `?${identifier(people.shared.number)}&${identifier(people.shared.number)}`,
        400,
        'BAD_REQUEST',
      ],
      ['no system', `?identifier=${people.shared.number}`, 422, 'INVALID_PARAMETER'],
      ['blank system', `?${identifier(people.shared.number, '')}`, 422, 'INVALID_PARAMETER'],
      [
        'unknown system',
        `?${identifier(people.shared.number, 'https://other.example/Id')}`,
        422,
        'INVALID_PARAMETER',
      ],
      ['empty value', `?${identifier('')}`, 422, 'INVALID_PARAMETER'],
      ['bad check digit', `?${identifier('9990000011')}`, 400, 'INVALID_NHS_NUMBER'],
      ['nine digits', `?${identifier('999000001')}`, 400, 'INVALID_NHS_NUMBER'],
    ];
    for (const [what, query, status, code] of badFinds) {
      test(`find, ${what}: ${status} ${code}`, async () => {
        await refused(find(query), status, code);
      });
    }

    const offered = [
      'internal',
      'undated',
      'letter',
      'own-format',
      'over-limit',
      'at-limit',
      'elsewhere',
      'lost-and-unknown',
      'lost',
      'placeholder',
      'second-version',
      'hidden-from-patient',
      'not-for-patient',
      'by-doctor',
      'dated-by-day',
    ];

    test('§4.4 the search offers what may leave, newest first, and no older version, confidential one or trace of one', async () => {
      const { status, body, text } = await ask(search());
      assert.equal(status, 200);
      assert.deepEqual(documentIds(body), offered);
      for (const word of [
        'confidential',
        'Secret',
        'o-unit',
        'Confidential Unit',
        'superseded',
        'first-version',
      ])
        assert.ok(!text.includes(word), word);
    });

    test('§4.3 the bundle holds each resource once, with absolute addresses and relative references', async () => {
      const trace = 'b2a6b4d4-7b53-4a52-94a4-36d43d6d3df6';
      const { body } = await ask({ ...search(), headers: { 'ssp-traceid': trace } });
      assert.equal(body.id, trace);
      assert.deepEqual(body.meta, { profile: [searchsetBundleProfile] });
      assert.deepEqual(Object.keys(body).sort(), ['entry', 'id', 'meta', 'resourceType', 'type']);
      const addresses = body.entry.map(({ fullUrl }: { fullUrl: string }) => fullUrl);
      assert.equal(new Set(addresses).size, addresses.length);
      for (const { fullUrl, resource, ...rest } of body.entry) {
        assert.equal(fullUrl, `${root}/${resource.resourceType}/${resource.id}`);
        assert.deepEqual(rest, {});
      }
      const ids = (type: string) => ofType(body, type).map(({ id }) => id);
      assert.deepEqual(ids('Patient'), [people.shared.id]);
      assert.deepEqual(ids('Organization').sort(), ['o-hospital', 'o1']);
      assert.deepEqual(ids('Practitioner'), ['d1']);
      assert.deepEqual(ids('PractitionerRole'), ['r1']);
      for (const reference of body.entry.flatMap(referencesIn))
        assert.match(reference, /^[A-Z]\w+\/[\w.-]+$/);
    });

    test('§4.5 a document carries the listed elements only, its attachment an absolute address and true size', async () => {
      const { body } = await ask(search());
      const letter = ofType(body, 'DocumentReference').find(({ id }) => id === 'letter');
      assert.deepEqual(letter, {
        resourceType: 'DocumentReference',
        id: 'letter',
        meta: {
          versionId: '1',
          profile: ['https://fhir.nhs.uk/STU3/StructureDefinition/CareConnect-GPC-DocumentReference-1'],
        },
        identifier: [{ system: 'https://gp.example.nhs.uk/Id/document', value: 'doc-letter' }],
        status: 'current',
        type: {
          coding: [{ system: system.snomed, code: '824331000000106', display: 'Inpatient final letter' }],
        },
        subject: { reference: `Patient/${people.shared.id}` },
        created: '2025-03-14T11:20:00+00:00',
        indexed: '2025-03-17T08:02:11+00:00',
        author: [{ reference: 'Organization/o-hospital' }],
        custodian: { reference: 'Organization/o1' },
        description: 'Discharge letter, Example General Hospital',
        content: [
          { attachment: { contentType: 'application/pdf', url: `${root}/Binary/bin-letter`, size: 19 } },
        ],
        context: { encounter: { reference: 'Encounter/e1' }, practiceSetting: { text: 'Medicine' } },
      });
    });

    test('§4.5 NOPAT stays where it was put', async () => {
      const { body } = await ask(search());
      const documents = ofType(body, 'DocumentReference');
      const labelled = documents.find(({ id }) => id === 'not-for-patient');
      assert.deepEqual(labelled.securityLabel, [{ coding: [notForPatient] }]);
      const hiddenOne = documents.find(({ id }) => id === 'hidden-from-patient');
      assert.deepEqual(hiddenOne.meta.security, [notForPatient]);
    });

    test('§4.6 what cannot be fetched is a placeholder that says why', async () => {
      const { body } = await ask(search());
      const attachments = new Map(
        ofType(body, 'DocumentReference').map(({ id, content }) => [id, content[0].attachment]),
      );
      assert.deepEqual(attachments.get('over-limit'), {
        contentType: 'image/tiff',
        size: 5_242_881,
        title: 'File size 5242881 bytes greater than maximum allowable (5MB)',
      });
      assert.deepEqual(attachments.get('placeholder'), {
        contentType: 'image/tiff',
        size: 1234,
        title: 'File held on paper',
      });
      assert.deepEqual(attachments.get('lost'), {
        contentType: 'image/png',
        size: 77,
        title: 'File not available',
      });
      assert.deepEqual(attachments.get('lost-and-unknown'), {
        contentType: 'application/octet-stream',
        size: 0,
        title: 'File not available',
      });
      assert.deepEqual(attachments.get('elsewhere'), {
        contentType: 'image/png',
        size: 0,
        title: 'File not available',
      });
      assert.deepEqual(attachments.get('own-format'), {
        contentType: 'application/octet-stream',
        size: 13,
        title: 'File format not supported',
      });
      assert.equal(attachments.get('at-limit').url, `${root}/Binary/bin-at-limit`);
    });

    const searches: readonly [string, string[], string[]][] = [
      ['created from a day', ['created=ge2025-04-10'], ['internal', 'undated']],
      ['created until a day, that day included', ['created=le2010-01-19'], ['dated-by-day']],
      ['created within a year', ['created=ge2024&created=le2024'], ['by-doctor']],
      ['created within a month', ['created=ge2025-03', 'created=le2025-03'], ['letter']],
      [
        'created at an exact instant',
        ['created=ge2025-03-14T11:20:00Z', 'created=le2025-03-14T11:20:00.5Z'],
        ['letter'],
      ],
      ['created after the instant', ['created=ge2025-03-14T11:20:01Z', 'created=le2025-03-31'], []],
      ['a zone with an encoded +', ['created=ge2025-05-01T09%3A00%3A00%2B01%3A00'], ['internal']],
      [
        'a day inside a stored date-only day',
        ['created=ge2010-01-19T12:00:00Z', 'created=le2010-01-19T13:00:00Z'],
        ['dated-by-day'],
      ],
      ['dates to come', ['created=ge2999-01-01'], []],
      [
        'author, in another case',
        [`author=${encodeURIComponent(`${system.odsOrganisation}|${hospitalOds.toLowerCase()}`)}`],
        ['letter'],
      ],
      ['author nobody has', [`author=${encodeURIComponent(`${system.odsOrganisation}|Z99999`)}`], []],
      [
        'author of a confidential letter',
        [`author=${encodeURIComponent(`${system.odsOrganisation}|Z90077`)}`],
        [],
      ],
      ['description words, in any case', ['description=GENERAL%20discharge'], ['letter']],
      [
        'description over the type',
        ['description=inpatient', 'created=ge2025-04-10'],
        ['internal', 'undated'],
      ],
      ['description of a confidential letter', ['description=secret'], []],
      [
        'all of them',
        [
          'description=letter',
          `author=${encodeURIComponent(`${system.odsOrganisation}|${hospitalOds}`)}`,
          'created=ge2025',
          '_format=json',
        ],
        ['letter'],
      ],
    ];
    for (const [what, more, expected] of searches) {
      test(`§4.2 ${what}`, async () => {
        const answer = await ask(search(more));
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(documentIds(answer.body), expected);
        assert.equal(ofType(answer.body, 'Patient').length, 1);
      });
    }

    for (const [at, include] of includes.entries()) {
      test(`search without ${decodeURIComponent(include)}: 422 that names it`, async () => {
        const left = includes.filter((_, other) => other !== at).join('&');
        const answer = await refused(
          { row: '23', path: `/Patient/${people.shared.id}/DocumentReference?${left}` },
          422,
          'INVALID_PARAMETER',
        );
        assert.equal(answer.body.issue[0].diagnostics, `Missing ${decodeURIComponent(include)}`);
      });
    }
    test('the search takes _revinclude:recurse with the colon as it is', async () => {
      const query = includes.map(decodeURIComponent).join('&');
      const { status } = await ask({
        row: '23',
        path: `/Patient/${people.shared.id}/DocumentReference?${query}`,
      });
      assert.equal(status, 200);
    });

    const badSearches: readonly [string, string][] = [
      ['type', 'type=123'],
      ['facility', 'facility=1'],
      ['custodian', 'custodian=1'],
      ['subject', 'subject=1'],
      ['_count', '_count=1'],
      ['_sort', '_sort=created'],
      ['_include', '_include=DocumentReference%3Aencounter'],
      ['created', 'created=2025-01-01'],
      ['created', 'created=gt2025-01-01'],
      ['created', 'created=ge2025-01-01&created=ge2025-01-02'],
      ['created', 'created=ge2025-13-01'],
      ['created', 'created=geyesterday'],
      ['created', 'created=ge2025-01-01T10:00:00'],
      ['created', 'created=ge2025-01-01T10:00:00+01:00'],
      ['created', 'created=ge2025-06-01&created=le2025-01-01'],
      ['author', 'author=Z90055'],
      ['author', `author=${encodeURIComponent('https://other.example|Z90055')}`],
      ['author', `author=${encodeURIComponent(`${system.odsOrganisation}|`)}`],
      [
        'author',
        `author=${encodeURIComponent(`${system.odsOrganisation}|A`)}&author=${encodeURIComponent(`${system.odsOrganisation}|B`)}`,
      ],
      ['description', 'description=a&description=b'],
      ['description', 'description='],
    ];
    for (const [parameter, query] of badSearches) {
      test(`search with ${decodeURIComponent(query)}: 422 that names ${parameter}`, async () => {
        const answer = await refused(search([query]), 422, 'INVALID_PARAMETER');
        assert.ok(answer.body.issue[0].diagnostics.includes(parameter));
      });
    }

    test('search without documents: the patient and their organisations only', async () => {
      const { status, body } = await ask(search([], people.withoutDocuments.id));
      assert.equal(status, 200);
      assert.deepEqual(
        body.entry.map(
          ({ resource }: { resource: JsonResource }) => `${resource.resourceType}/${resource.id}`,
        ),
        [
          `Patient/${people.withoutDocuments.id}`,
          'Organization/o1',
          'Practitioner/d1',
          'PractitionerRole/r1',
        ],
      );
    });

    const standings: readonly [PersonName, number, string][] = [
      ['temporary', 404, 'PATIENT_NOT_FOUND'],
      ['left', 404, 'PATIENT_NOT_FOUND'],
      ['unverified', 404, 'PATIENT_NOT_FOUND'],
      ['sensitive', 404, 'PATIENT_NOT_FOUND'],
      ['diedLongAgo', 404, 'PATIENT_NOT_FOUND'],
      ['leftThenDied', 404, 'PATIENT_NOT_FOUND'],
      ['dissenting', 403, 'NO_PATIENT_CONSENT'],
    ];
    for (const [who, status, code] of standings) {
      test(`§8 ${who}: search and retrieve ${status} ${code}`, async () => {
        await refused(search([], people[who].id), status, code);
        await refused(retrieve(`bin-of-${people[who].id}`), status, code);
      });
    }
    test('§8 an unknown patient id is PATIENT_NOT_FOUND, in the same words as for those who may not be shown', async () => {
      const unknown = await refused(search([], 'nobody'), 404, 'PATIENT_NOT_FOUND');
      const sensitive = await refused(search([], people.sensitive.id), 404, 'PATIENT_NOT_FOUND');
      assert.deepEqual(unknown.body, sensitive.body);
    });
    test('§8 the documents of someone who died within the period are found and retrieved', async () => {
      const answer = await ask(search([], people.diedRecently.id));
      assert.equal(documentIds(answer.body).length, 1);
      assert.equal((await ask(retrieve(`bin-of-${people.diedRecently.id}`))).status, 200);
    });

    test('§5 a document comes as a Binary resource in JSON, its bytes as they were stored', async () => {
      const { status, headers, body } = await ask(retrieve('bin-letter'));
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'application/fhir+json;charset=utf-8');
      assert.equal(headers.etag, `W/"${body.meta.versionId}"`);
      assert.deepEqual(Object.keys(body), ['resourceType', 'id', 'meta', 'contentType', 'content']);
      assert.deepEqual(
        [body.resourceType, body.id, body.contentType],
        ['Binary', 'bin-letter', 'application/pdf'],
      );
      assert.equal(Buffer.from(body.content, 'base64').toString(), '%PDF-1.4\ndischarge\n');
    });
    test('§5 the same in XML', async () => {
      const { status, headers, text } = await ask(retrieve('bin-letter', xml));
      assert.equal(status, 200);
      assert.equal(headers['content-type'], 'application/fhir+xml;charset=utf-8');
      const binary = fromXml(text) as JsonResource & { content: string };
      assert.equal(Buffer.from(binary.content, 'base64').toString(), '%PDF-1.4\ndischarge\n');
    });
    test('§5 a document of exactly 5 MB, over many chunks, arrives whole in both formats', async () => {
      const whole = Buffer.alloc(5_242_880, 'a');
      const { body } = await ask(retrieve('bin-at-limit', { 'accept-encoding': 'gzip' }));
      assert.ok(Buffer.from(body.content, 'base64').equals(whole));
      const { text } = await ask(retrieve('bin-at-limit', xml));
      assert.equal(/content value="([^"]*)"/.exec(text)?.[1], whole.toString('base64'));
    });

    for (const [what, id] of [
      ['an unknown id', 'bin-nobody'],
      ['a document over 5 MB', 'bin-over-limit'],
      ['a confidential document', 'bin-confidential'],
      ['a document confidential by its label', 'bin-confidential-by-label'],
      ['a document in a format of the supplier alone', 'bin-own-format'],
    ] as const) {
      test(`§5 retrieve ${what}: 404 NO_RECORD_FOUND`, async () => {
        await refused(retrieve(id), 404, 'NO_RECORD_FOUND');
      });
    }

    test('§4.3 the search answers in XML with the same documents', async () => {
      const { headers, text } = await ask({ ...search(), headers: xml });
      assert.equal(headers['content-type'], 'application/fhir+xml;charset=utf-8');
      assert.deepEqual(documentIds(fromXml(text)), offered);
    });

    test('§2.2 conf/R in the scope is accepted and brings no restricted document', async () => {
      const claims = { requested_scope: 'patient/*.read conf/R' };
      assert.deepEqual(documentIds((await ask({ ...search(), claims })).body), offered);
      await refused({ ...retrieve('bin-confidential'), claims }, 404, 'NO_RECORD_FOUND');
    });

    test('§6 migration is not implemented yet', async () => {
      await refused({ row: '25', path: '/Binary/bin-letter' }, 501, 'NOT_IMPLEMENTED');
    });

    for (const switched of ['documents', 'gp-connect'] as const) {
      test(`§8 with ${switched} off everything is ACCESS DENIED, metadata included`, async () => {
        const { controls } = provider.opened;
        const by = { actor: 'test', reason: 'test' };
        await controls.set(practice.ods, [switched], false, by);
        try {
          for (const question of [
            { row: '21', path: '/metadata' },
            find(`?${identifier(people.shared.number)}`),
            search(),
            retrieve('bin-letter'),
          ]) {
            await refused(question, 403, 'ACCESS DENIED');
          }
        } finally {
          await controls.set(practice.ods, [switched], true, by);
        }
      });
    }
  });
}

test('§3, §8 where no deceased access is offered, the dead are not found at all', async () => {
  const [{ fresh }] = testStores() as [ReturnType<typeof testStores>[0]];
  const provider = await startTestProvider(await fresh(), { settings: { deceasedAccessDays: 0 } });
  try {
    for (const who of ['diedRecently', 'diedLongAgo'] as const) {
      const { status, body } = await provider.ask(find(`?${identifier(people[who].number)}`));
      assert.deepEqual([status, body.entry], [200, undefined]);
      const refusals = [search([], people[who].id), retrieve(`bin-of-${people[who].id}`)];
      for (const question of refusals) {
        const answer = await provider.ask(question);
        assert.deepEqual([answer.status, answer.code], [404, 'PATIENT_NOT_FOUND']);
      }
    }
  } finally {
    await provider.close();
  }
});

/** Every `reference` below a value. */
function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === 'reference' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  );
}
