// What every request to a provider passes: transport, headers, interaction, media types, token, switches, audit.
// spec: foundations §4.3, §5, §7.3, §8, §10.3, §18, §19, §22
import assert from 'node:assert/strict';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { fromXml } from '@gp-connect/foundation/fhir';
import { interactionRow, operationOutcomeProfile, system } from '@gp-connect/foundation/nhs';
import { sql, testStores } from '@gp-connect/foundation/store';
import { openAuthority } from '@gp-connect/foundation/trust';
import { people, practice } from './made-up-practice-for-tests.ts';
import {
  headersFor,
  type ProviderUnderTest,
  type Question,
  rootOf,
  startTestProvider,
  tokenFor,
} from './provider-under-test.ts';

const [{ fresh: freshStore }] = testStores() as [ReturnType<typeof testStores>[0]];
const metadata: Question = { row: '1', path: '/metadata' };
const findShared: Question = {
  row: '2',
  path: `/Patient?identifier=${encodeURIComponent(`${system.nhsNumber}|${people.shared.number}`)}`,
};
const structured: Question = {
  row: '19',
  path: '/Patient/$gpc.getstructuredrecord',
  body: JSON.stringify({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'patientNHSNumber',
        valueIdentifier: { system: system.nhsNumber, value: people.shared.number },
      },
    ],
  }),
};

describe('the pipeline', () => {
  let provider: ProviderUnderTest;
  before(async () => {
    provider = await startTestProvider(await freshStore());
  });
  after(() => provider?.close());
  const refused = async (question: Question, status: number, code: string) => {
    const answer = await provider.ask(question);
    assert.deepEqual([answer.status, answer.code], [status, code], answer.text);
    return answer;
  };

  describe('§10.3 check 1: the certificate', () => {
    test('none: 496 with an OperationOutcome', async () => {
      await refused({ ...metadata, as: null }, 496, 'BAD_REQUEST');
    });
    test('of another authority, expired, of another name, or revoked: 495', async () => {
      const stranger = await openAuthority(join(provider.folder, 'stranger'), { clock: Date.now });
      const { authority } = provider;
      const past = new Date(Date.now() - 3_600_000);
      const expired = {
        commonName: 'proxy.example.nhs.uk',
        usages: 'client',
        validity: { notBefore: new Date(past.getTime() - 3_600_000), notAfter: past },
      } as const;
      const bad = [
        await stranger.issue({ commonName: 'proxy.example.nhs.uk', usages: 'client' }),
        await authority.issue(expired),
        await authority.issue({ commonName: 'someone.example.nhs.uk', usages: 'client' }),
      ];
      const revoked = await authority.issue({ commonName: 'proxy.example.nhs.uk', usages: 'client' });
      authority.revocations.revoke(revoked.serialNumber);
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      for (const as of [...bad, revoked]) await refused({ ...metadata, as }, 495, 'BAD_REQUEST');
    });
    test('plain HTTP gets nothing', async () => {
      const answer = await new Promise<string>((resolve) => {
        let text = '';
        const socket = connect(provider.running.address.port, '127.0.0.1', () =>
          socket.write('GET /metadata HTTP/1.1\r\nHost: localhost\r\n\r\n'),
        );
        socket.on('data', (piece) => {
          text += piece;
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(text));
      });
      assert.ok(!answer.includes('200'), answer);
    });
  });

  describe('§5 the Ssp headers', () => {
    for (const name of ['ssp-traceid', 'ssp-from', 'ssp-to', 'ssp-interactionid']) {
      for (const value of [undefined, ' ']) {
        test(`${name} ${value === undefined ? 'missing' : 'blank'}: 400`, async () => {
          const answer = await refused({ ...metadata, headers: { [name]: value } }, 400, 'BAD_REQUEST');
          assert.ok(answer.body.issue[0].diagnostics.toLowerCase().includes(name));
        });
      }
    }
    test('an ASID that is not of this endpoint: 400', async () => {
      await refused({ ...metadata, headers: { 'ssp-to': '200000000001' } }, 400, 'BAD_REQUEST');
    });
    test('an unknown additional header is accepted', async () => {
      assert.equal((await provider.ask({ ...metadata, headers: { 'x-anything': '1' } })).status, 200);
    });
  });

  describe('§3, §4.3, §8.9 practice, path, interaction and verb belong together', () => {
    const root = `/${practice.ods}/STU3/1/gpconnect`;
    const misfits: readonly [string, Partial<Question>][] = [
      ['an organisation that is not served here', { target: '/Z99999/STU3/1/gpconnect/metadata' }],
      ['no service root', { target: '/' }],
      ['another FHIR version', { target: `/${practice.ods}/DSTU2/1/gpconnect/metadata` }],
      ['a path in another case', { target: `${root}/Metadata` }],
      ['a path that goes on', { target: `${root}/metadataX` }],
      ['a path that cannot be decoded', { target: `${root}/%zz` }],
      [
        'an unknown interaction',
        { headers: { 'ssp-interactionid': 'urn:nhs:names:services:gpconnect:fhir:rest:read:nothing-1' } },
      ],
      [
        'a 0.x interaction',
        { headers: { 'ssp-interactionid': 'urn:nhs:names:services:gpconnect:fhir:rest:read:metadata' } },
      ],
      ['an interaction of another path', { headers: { 'ssp-interactionid': interactionRow('2').id } }],
      ['an interaction of another server', { headers: { 'ssp-interactionid': interactionRow('21').id } }],
      ['a read without an id', { row: '3', path: '/Patient/' }],
      ['an operation in another case', { ...structured, path: '/Patient/$gpc.getStructuredRecord' }],
    ];
    for (const [what, question] of misfits) {
      test(`${what}: 400`, async () => {
        await refused({ ...metadata, ...question }, 400, 'BAD_REQUEST');
      });
    }
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
      test(`${method} on /metadata: 400`, async () => {
        await refused({ ...metadata, method }, 400, 'BAD_REQUEST');
      });
    }
  });

  describe('§8.2 media types', () => {
    const good: readonly [string, NonNullable<Question['headers']>, string, 'json' | 'xml'][] = [
      ['nothing', {}, '', 'json'],
      ['Accept JSON with charset', { accept: 'application/fhir+json;charset=utf-8' }, '', 'json'],
      ['Accept XML', { accept: 'application/fhir+xml' }, '', 'xml'],
      [
        'Accept */* and Content-Type XML',
        { accept: '*/*', 'content-type': 'application/fhir+xml' },
        '',
        'xml',
      ],
      ['an odd Content-Type on GET', { 'content-type': 'text/css' }, '', 'json'],
      [
        '_format over Accept',
        { accept: 'application/fhir+xml' },
        '?_format=application%2Ffhir%2Bjson',
        'json',
      ],
      ['_format xml', {}, '?_format=xml', 'xml'],
    ];
    for (const [what, headers, query, format] of good) {
      test(`${what}: ${format}`, async () => {
        const answer = await provider.ask({ ...metadata, path: `/metadata${query}`, headers });
        assert.equal(answer.status, 200);
        assert.equal(answer.headers['content-type'], `application/fhir+${format};charset=utf-8`);
        const body = format === 'xml' ? fromXml(answer.text) : answer.body;
        assert.equal(body.resourceType, 'CapabilityStatement');
      });
    }
    const bad: readonly [string, Question][] = [
      ['Accept text/xml', { ...metadata, headers: { accept: 'text/xml' } }],
      ['Accept of the 0.x type', { ...metadata, headers: { accept: 'application/json+fhir' } }],
      ['_format text/html', { ...metadata, path: '/metadata?_format=text%2Fhtml' }],
      ['POST without Content-Type', { ...structured, headers: { 'content-type': undefined } }],
      ['POST with another Content-Type', { ...structured, headers: { 'content-type': 'application/json' } }],
      ['POST with a Content-Type that is none', { ...structured, headers: { 'content-type': 'fhir' } }],
      ['POST of the 0.x type', { ...structured, headers: { 'content-type': 'application/json+fhir' } }],
      ['an unknown Content-Encoding', { ...structured, headers: { 'content-encoding': 'br' } }],
    ];
    for (const [what, question] of bad) {
      test(`${what}: 415 in JSON`, async () => {
        const answer = await refused(question, 415, 'UNSUPPORTED_MEDIA_TYPE');
        assert.equal(answer.headers['content-type'], 'application/fhir+json;charset=utf-8');
      });
    }
    test('a body in one format and an answer in the other', async () => {
      const answer = await provider.ask({ ...structured, headers: { accept: 'application/fhir+xml' } });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(fromXml(answer.text).resourceType, 'Bundle');
    });
    test('an error comes in the format asked for', async () => {
      const answer = await provider.ask({
        row: '3',
        path: '/Patient/nobody',
        headers: { accept: 'application/fhir+xml' },
      });
      assert.equal(answer.status, 404);
      assert.equal(fromXml(answer.text).resourceType, 'OperationOutcome');
    });
  });

  describe('§8.3, §8.4 compression, caching, HSTS', () => {
    for (const question of [metadata, findShared, structured]) {
      test(`${question.path.split('?')[0]}: gzip where it is taken, and only there`, async () => {
        const plain = await provider.ask(question);
        const small = await provider.ask({ ...question, headers: { 'accept-encoding': 'gzip' } });
        assert.equal(plain.headers['content-encoding'], undefined);
        assert.equal(small.headers['content-encoding'], 'gzip');
        assert.equal(small.status, 200);
        assert.ok(small.bytes < plain.bytes);
        const declined = await provider.ask({ ...question, headers: { 'accept-encoding': 'gzip;q=0' } });
        assert.equal(declined.headers['content-encoding'], undefined);
      });
    }
    test('an error is compressed too', async () => {
      const answer = await provider.ask({
        ...metadata,
        headers: { authorization: undefined, 'accept-encoding': 'gzip' },
      });
      assert.deepEqual(
        [answer.status, answer.headers['content-encoding'], answer.code],
        [400, 'gzip', 'BAD_REQUEST'],
      );
    });
    test('no-store and HSTS stand on every answer, successful or refused', async () => {
      for (const question of [
        metadata,
        { ...metadata, as: null },
        { ...metadata, target: '/' },
        { row: '3', path: '/Patient/nobody' },
      ]) {
        const { headers } = await provider.ask(question);
        assert.equal(headers['cache-control'], 'no-store');
        assert.match(headers['strict-transport-security'] ?? '', /max-age=\d+/);
      }
    });
    test('a compressed request is read', async () => {
      const { status, text } = await provider.ask({
        ...structured,
        body: gzipSync(structured.body as string),
        headers: { 'content-encoding': 'gzip' },
      });
      assert.equal(status, 200, text);
    });
    test('a request that is not the gzip it says: 400; larger than the limit, also once unpacked: 413', async () => {
      const gzip = { 'content-encoding': 'gzip' };
      await refused({ ...structured, headers: gzip }, 400, 'BAD_REQUEST');
      const large = Buffer.alloc(3 * 1024 * 1024, 32);
      await refused({ ...structured, body: gzipSync(large), headers: gzip }, 413, 'BAD_REQUEST');
      await refused({ ...structured, body: large }, 413, 'BAD_REQUEST');
    });
  });

  describe('§7.3 the token', () => {
    const root = `/${practice.ods}/STU3/1/gpconnect`;
    const good = tokenFor('1', root);
    const [header, payload] = good.split('.') as [string, string];
    const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const practitioner = {
      resourceType: 'Practitioner',
      id: 'u-77',
      name: [{ family: 'Quill', given: ['Ada'] }],
      identifier: [{ system: system.sdsUser, value: 'UNK' }],
    };
    const device = {
      resourceType: 'Device',
      identifier: [{ system: 'https://c.example', value: '1' }],
      model: 'M',
      version: '1',
    };
    const now = Math.floor(Date.now() / 1000);
    const forms: readonly [string, string | undefined][] = [
      ['missing', undefined],
      ['not Bearer', `Basic ${good}`],
      ['in two parts', `Bearer ${header}.${payload}`],
      ['padded', `Bearer ${header}.${payload}=.`],
      ['not base64url', `Bearer ${header}.+${payload}/.`],
      ['signed', `Bearer ${good}c2lnbmVk`],
      ['plain JSON', 'Bearer {"iss":"x"}'],
      ['of alg HS256', `Bearer ${b64({ alg: 'HS256', typ: 'JWT' })}.${payload}.`],
    ];
    for (const [what, authorization] of forms) {
      test(`${what}: 400`, async () => {
        await refused({ ...metadata, headers: { authorization } }, 400, 'BAD_REQUEST');
      });
    }
    const claims: readonly [string, Record<string, unknown>, number, string][] = [
      ...[
        'iss',
        'sub',
        'aud',
        'iat',
        'exp',
        'reason_for_request',
        'requested_scope',
        'requesting_device',
        'requesting_organization',
        'requesting_practitioner',
      ].flatMap((claim): [string, Record<string, unknown>, number, string][] => [
        [`${claim} missing`, { [claim]: undefined }, 400, 'BAD_REQUEST'],
        [`${claim} null`, { [claim]: null }, 400, 'BAD_REQUEST'],
      ]),
      ['exp 301 s after iat', { iat: now, exp: now + 301 }, 400, 'BAD_REQUEST'],
      ['expired', { iat: now - 301, exp: now - 1 }, 400, 'BAD_REQUEST'],
      ['another reason', { reason_for_request: 'research' }, 400, 'BAD_REQUEST'],
      ['migration of what does not migrate', { reason_for_request: 'migration' }, 400, 'BAD_REQUEST'],
      ['unknown scope', { requested_scope: 'everything/*.read' }, 400, 'BAD_REQUEST'],
      ['the scope of another interaction', { requested_scope: 'patient/*.read' }, 400, 'BAD_REQUEST'],
      [
        'an unknown element in the device',
        { requesting_device: { ...device, colour: 'red' } },
        422,
        'INVALID_RESOURCE',
      ],
      [
        'a device that is no FHIR type',
        { requesting_device: { ...device, resourceType: 'Gadget' } },
        422,
        'INVALID_RESOURCE',
      ],
      [
        'a practitioner that is a Patient',
        { requesting_practitioner: { resourceType: 'Patient', id: 'u-77' } },
        400,
        'BAD_REQUEST',
      ],
      [
        'a practitioner without SDS user id',
        {
          requesting_practitioner: {
            ...practitioner,
            identifier: [{ system: 'https://c.example', value: '1' }],
          },
        },
        400,
        'BAD_REQUEST',
      ],
      ['sub that is not the practitioner', { sub: 'u-78' }, 400, 'BAD_REQUEST'],
    ];
    for (const [what, change, status, code] of claims) {
      test(`${what}: ${status} ${code}`, async () => {
        const answer = await refused({ ...metadata, claims: change }, status, code);
        assert.ok(answer.body.issue[0].diagnostics.length > 0);
      });
    }
    const accepted: readonly [string, Record<string, unknown>][] = [
      ['iat far in the future', { iat: now + 6_000, exp: now + 6_300 }],
      ['UNK as SDS id, no role profile, no local id', { requesting_practitioner: practitioner }],
      ['the legacy audience', { aud: 'https://authorize.fhir.nhs.net/token' }],
      ['another audience', { aud: 'https://elsewhere.example' }],
    ];
    for (const [what, change] of accepted) {
      test(`${what}: accepted`, async () => {
        assert.equal((await provider.ask({ ...metadata, claims: change })).status, 200);
      });
    }
    test('a read scope on a write: 400', async () => {
      const register = { row: '9', path: '/Patient/$gpc.registerpatient', body: '{}' };
      await refused({ ...register, claims: { requested_scope: 'patient/*.read' } }, 400, 'BAD_REQUEST');
    });
  });

  describe('§10.3 of two faults the earlier check answers', () => {
    const orders: readonly [string, Question, number, string][] = [
      [
        'certificate before path',
        { ...metadata, as: null, target: '/' },
        496,
        'No client certificate was presented',
      ],
      [
        'path before headers',
        { ...metadata, target: '/Z99999/STU3/1/gpconnect/metadata', headers: { 'ssp-from': undefined } },
        400,
        'The organisation in the path is not served here',
      ],
      [
        'headers before interaction',
        { ...metadata, method: 'DELETE', headers: { 'ssp-from': undefined } },
        400,
        'The header Ssp-From is missing or empty',
      ],
      [
        'interaction before media type',
        { ...metadata, method: 'DELETE', headers: { accept: 'text/html' } },
        400,
        'The method DELETE does not belong to this interaction',
      ],
      [
        'media type before token',
        { ...metadata, headers: { accept: 'text/html', authorization: undefined } },
        415,
        'Accept names a media type that is not supported',
      ],
      [
        'token before parameters',
        { row: '2', path: '/Patient', headers: { authorization: undefined } },
        400,
        'The Authorization header is missing',
      ],
      [
        'parameters before business rules',
        { row: '2', path: '/Patient?identifier=x' },
        422,
        'identifier is not of the form system|value',
      ],
    ];
    for (const [what, question, status, diagnostics] of orders) {
      test(what, async () => {
        const answer = await provider.ask(question);
        assert.deepEqual([answer.status, answer.body.issue[0].diagnostics], [status, diagnostics]);
      });
    }
    test('token before switches, switches before parameters', async () => {
      const { controls } = provider.opened;
      const by = { actor: 'test', reason: 'test' };
      await controls.set(practice.ods, ['gp-connect'], false, by);
      try {
        await refused({ ...findShared, headers: { authorization: undefined } }, 400, 'BAD_REQUEST');
        await refused({ row: '2', path: '/Patient' }, 403, 'ACCESS DENIED');
      } finally {
        await controls.set(practice.ods, ['gp-connect'], true, by);
      }
    });
  });

  test('§19 with GP Connect off only the Foundations metadata answers', async () => {
    const { controls } = provider.opened;
    const by = { actor: 'test', reason: 'test' };
    await controls.set(practice.ods, ['gp-connect'], false, by);
    try {
      assert.equal((await provider.ask(metadata)).status, 200);
      for (const question of [
        findShared,
        structured,
        { row: '18', path: '/metadata' },
        { row: '3', path: '/Patient/x' },
      ]) {
        await refused(question, 403, 'ACCESS DENIED');
      }
    } finally {
      await controls.set(practice.ods, ['gp-connect'], true, by);
    }
  });
  test('§19 with Structured off Foundations still answers', async () => {
    const { controls } = provider.opened;
    const by = { actor: 'test', reason: 'test' };
    await controls.set(practice.ods, ['structured'], false, by);
    try {
      await refused(structured, 403, 'ACCESS DENIED');
      await refused({ row: '18', path: '/metadata' }, 403, 'ACCESS DENIED');
      assert.equal((await provider.ask(findShared)).status, 200);
    } finally {
      await controls.set(practice.ods, ['structured'], true, by);
    }
  });

  test('§10.1 an OperationOutcome has its profile, one coding of the code system, severity error', async () => {
    const { body } = await provider.ask({ row: '3', path: '/Patient/nobody' });
    assert.deepEqual(body.meta.profile, [operationOutcomeProfile]);
    assert.deepEqual(body.issue[0].details.coding, [
      { system: system.spineError, code: 'PATIENT_NOT_FOUND', display: 'Patient not found' },
    ]);
    assert.deepEqual([body.issue[0].severity, body.issue[0].code], ['error', 'not-found']);
  });

  test('requests are counted, and no log line holds a token, a number or a query', async () => {
    await provider.ask(findShared);
    const { port } = provider.running.operations;
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /gpc_request_seconds_count\{[^}]*status="200"/);
    const log = provider.lines.join('');
    for (const secret of [people.shared.number, 'identifier=', 'Bearer'])
      assert.ok(!log.includes(secret), secret);
  });
});

describe('§18 the audit of the practice', () => {
  test('holds whom each answer and each refusal was about, with its outcome, and what broke off as incomplete', async () => {
    const provider = await startTestProvider(await freshStore());
    try {
      const trace = { 'ssp-traceid': 'trace-of-the-find' };
      await provider.ask({ ...findShared, headers: trace });
      await provider.ask({ row: '3', path: `/Patient/${people.sensitive.id}` });
      await provider.ask({ ...metadata, headers: { authorization: undefined } });
      await provider.ask({ row: '24', path: '/Binary/bin-letter' });
      await provider.ask({ row: '9', path: '/Patient/$gpc.registerpatient', body: '{}' });
      await provider.ask({ ...metadata, as: null });

      const { db } = provider.opened.store;
      await sql`delete from binary_chunk where id = 'bin-at-limit' and part = 20`.execute(db);
      for (const gzip of [undefined, 'gzip']) {
        await assert.rejects(
          provider.ask({ row: '24', path: '/Binary/bin-at-limit', headers: { 'accept-encoding': gzip } }),
          'half a document ends like a whole one',
        );
      }
      await leaveMidAnswer(provider, { row: '24', path: '/Binary/bin-at-limit' });

      await provider.opened.records.putActors(practice.ods, [
        { resourceType: 'Location', id: 'odd', meta: { versionId: '1' }, unheardOf: true } as never,
      ]);
      const odd = { row: '8', path: '/Location/odd', headers: { accept: 'application/fhir+xml' } };
      for (const gzip of [undefined, 'gzip']) {
        const failed = await provider.ask({ ...odd, headers: { ...odd.headers, 'accept-encoding': gzip } });
        assert.equal(failed.status, 500);
        assert.equal(fromXml(failed.text).resourceType, 'OperationOutcome');
        assert.ok(!failed.text.includes('unheardOf'));
      }

      const entries = await provider.stopAndReadAudit();
      const of = (kind: string) => entries.filter(({ patient }) => patient.kind === kind);
      const [found] = of('open');
      assert.deepEqual(
        [found?.patient.trace, found?.patient.nhsNumber, found?.patient.practice, found?.patient.purpose],
        ['trace-of-the-find', people.shared.number, practice.ods, 'directcare'],
      );
      assert.equal(found?.patient.interaction, interactionRow('2').id);
      assert.deepEqual(found?.patient.organisation, { ods: 'X99998', name: 'Example Urgent Care', type: '' });
      assert.equal(found?.staff.name, 'Dr Ada Quill');
      assert.equal(found?.staff.localUserId, 'u-77');
      assert.equal(found?.technical.from, '200000009901');
      assert.match(JSON.stringify(found?.technical.device), /Example Viewer/);

      assert.deepEqual(
        of('refused').map(({ patient }) => [patient.status, patient.code, patient.nhsNumber]),
        [
          [404, 'PATIENT_NOT_FOUND', people.sensitive.number],
          [400, 'BAD_REQUEST', null],
          [501, 'NOT_IMPLEMENTED', null],
        ],
      );
      assert.equal(of('open')[1]?.technical.resource, 'bin-letter');
      assert.deepEqual(
        of('close').map(({ patient }) => [patient.outcome, patient.status]),
        [
          ['shared', 200],
          ['shared', 200],
          ['incomplete', 200],
          ['incomplete', 200],
          ['incomplete', 200],
          ['failed', 500],
          ['failed', 500],
        ],
      );
      assert.equal(of('open').length, of('close').length);
    } finally {
      await provider.close();
    }
  });

  test('where it cannot be written nothing is released', async () => {
    const provider = await startTestProvider(await freshStore(), {
      settings: {
        audit: { folder: '/dev/null/audit', keyFolder: '/dev/null/keys', origin: 'audit.example/practice' },
      },
    });
    try {
      const answer = await provider.ask(findShared);
      assert.deepEqual([answer.status, answer.code], [500, 'INTERNAL_SERVER_ERROR']);
      assert.ok(!answer.text.includes('Pargeter'));
    } finally {
      await provider.close();
    }
  });
});

/** Asks, and hangs up at the first bytes of the answer. */
function leaveMidAnswer(provider: ProviderUnderTest, question: Question): Promise<void> {
  const { proxy, settings, running } = provider;
  return new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: '127.0.0.1',
        port: running.address.port,
        servername: 'localhost',
        ca: proxy.ca,
        key: proxy.key,
        cert: proxy.cert,
        agent: false,
        path: rootOf(question.row, settings) + question.path,
        headers: headersFor(question, settings),
      },
      (response) => {
        response.on('error', () => undefined);
        response.once('data', () => {
          request.destroy();
          resolve();
        });
      },
    );
    request.on('error', reject);
    request.end();
  });
}
