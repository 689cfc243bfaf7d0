// The audit token of 1.x, row by row, and the lines of foundations §22 that touch it.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Interaction, interactionById, interactionId, interactionRow, Refusal } from '../nhs/index.ts';
import { type AuditClaims, auditClaims, auditClaims0x, type TokenRequester } from './audit-claims.ts';
import { decodeAuditToken, decodePart, encodeAuditToken } from './audit-token.ts';
import {
  auditTokenFaults,
  checkAuditToken,
  checkAuditToken0x,
  hasLapsed,
  patientPermission,
  type TokenCheckOptions,
} from './audit-token-check.ts';

// biome-ignore lint/suspicious/noExplicitAny: claims that a test takes apart
type Loose = any;

const NOW = 1_767_225_600_000;
const ROOT = 'https://gp.example.nhs.uk/T99999/STU3/1/gpconnect';
const findPatient = interactionRow('2');
const register = interactionRow('9');
const metadata = interactionRow('1');
const structured = interactionRow('19');
const migrateRecord = interactionRow('20');
const readDocument = interactionRow('24');
const migrateDocument = interactionRow('25');

const requester: TokenRequester = {
  device: {
    identifier: { system: 'https://consumer.example/Id/device-identifier', value: 'APP-1' },
    model: 'Example Viewer',
    version: '1.0.0',
  },
  organisation: { ods: 'X99998', name: 'Example Urgent Care' },
  practitioner: {
    id: 'u-77',
    local: { system: 'https://consumer.example/Id/user-guid', value: '6a0f0a52' },
    name: { family: 'Quill', given: ['Ada'], prefix: ['Dr'] },
  },
};

/** A good set of claims as loose JSON, so that a test can break one thing. */
function claims(interaction: Interaction = findPatient): Loose {
  return JSON.parse(
    JSON.stringify(
      auditClaims({
        issuer: 'https://consumer.example.nhs.uk/',
        audience: ROOT,
        scope: interaction.scope,
        reason: interaction.product === 'migrate' ? 'migration' : 'directcare',
        requester,
        now: NOW,
      }),
    ),
  );
}

const b64 = (value: unknown) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const bearer = (value: unknown) => `Bearer ${encodeAuditToken(value as AuditClaims)}`;
const at = (interaction: Interaction, extra: Partial<TokenCheckOptions> = {}): TokenCheckOptions => ({
  interaction,
  now: NOW,
  serviceRoot: ROOT,
  ...extra,
});

function refusedWith(header: string | undefined, options: TokenCheckOptions, zeroX = false): Refusal {
  try {
    if (zeroX) checkAuditToken0x(header, options);
    else checkAuditToken(header, options);
  } catch (problem) {
    assert.ok(problem instanceof Refusal, String(problem));
    return problem;
  }
  assert.fail('the token was accepted');
}

/** Breaks good claims and expects the refusal. */
function expectRefusal(
  change: (broken: Loose) => void,
  expected: { code?: string; status?: number; says: RegExp },
  interaction: Interaction = findPatient,
  extra: Partial<TokenCheckOptions> = {},
): void {
  const broken = claims(interaction);
  change(broken);
  const refusal = refusedWith(bearer(broken), at(interaction, extra));
  assert.equal(refusal.code, expected.code ?? 'BAD_REQUEST', refusal.diagnostics);
  assert.equal(refusal.status, expected.status ?? 400);
  assert.match(refusal.diagnostics, expected.says);
}

function expectAccepted(
  change: (loose: Loose) => void,
  interaction: Interaction = findPatient,
  extra: Partial<TokenCheckOptions> = {},
) {
  const loose = claims(interaction);
  change(loose);
  return checkAuditToken(bearer(loose), at(interaction, extra));
}

describe('encoding (foundations §7.1)', () => {
  test('the token is unpadded base64url in two parts, ended by a dot, with the exact header', () => {
    const token = encodeAuditToken(claims() as AuditClaims);
    assert.match(token, /^eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0\.[A-Za-z0-9_-]+\.$/);
    assert.deepEqual(decodeAuditToken(`Bearer ${token}`), { ok: true, claims: claims() });
  });

  test('the worked example of §23.2 passes', () => {
    const example =
      '{"iss":"https://consumer.example.nhs.uk/","sub":"u-77","aud":"https://gp.example.nhs.uk/T99999/STU3/1/gpconnect","iat":1767225600,"exp":1767225900,"reason_for_request":"directcare","requested_scope":"patient/*.read","requesting_device":{"resourceType":"Device","identifier":[{"system":"https://consumer.example/Id/device-identifier","value":"APP-1"}],"model":"Example Viewer","version":"1.0.0"},"requesting_organization":{"resourceType":"Organization","identifier":[{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"X99998"}],"name":"Example Urgent Care"},"requesting_practitioner":{"resourceType":"Practitioner","id":"u-77","identifier":[{"system":"https://fhir.nhs.uk/Id/sds-user-id","value":"UNK"},{"system":"https://fhir.nhs.uk/Id/sds-role-profile-id","value":"UNK"},{"system":"https://consumer.example/Id/user-guid","value":"6a0f0a52-0d51-4f0e-93a1-3b3f6d0c1e77"}],"name":[{"family":"Quill","given":["Ada"],"prefix":["Dr"]}]}}';
    const header = `Bearer eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.${b64(example)}.`;
    const checked = checkAuditToken(header, at(findPatient));
    assert.deepEqual(checked.subject, {
      odsCode: 'X99998',
      organisationName: 'Example Urgent Care',
      device: {
        system: 'https://consumer.example/Id/device-identifier',
        value: 'APP-1',
        model: 'Example Viewer',
        version: '1.0.0',
      },
      practitioner: { id: 'u-77', sdsUserId: 'UNK', role: 'UNK', name: 'Dr Ada Quill' },
    });
    assert.deepEqual(checked.warnings, []);
  });
});

describe('form, rows 1 to 5 (foundations §7.3)', () => {
  const good = encodeAuditToken(claims() as AuditClaims);
  const [head, payload] = good.split('.') as [string, string];
  const padded = Buffer.from(JSON.stringify(claims())).toString('base64');
  const cases: [name: string, header: string | undefined, row: number][] = [
    ['the header is missing', undefined, 1],
    ['the header is blank', ' ', 1],
    ['the scheme is Basic', `Basic ${good}`, 2],
    ['there is no scheme', good, 2],
    ['there is no token', 'Bearer ', 2],
    ['two spaces follow the scheme', `Bearer  ${good}`, 2],
    ['text follows the token', `Bearer ${good} x`, 2],
    ['there are two parts', `Bearer ${head}.${payload}`, 3],
    ['there are four parts', `Bearer ${good}.`, 3],
    ['the third part is not empty', `Bearer ${good}c2ln`, 3],
    ['a part is padded', `Bearer ${head}.${payload}=.`, 3],
    ['the alphabet is that of plain base64', `Bearer ${head}.${payload.slice(0, -2)}+/.`, 3],
    ['the payload is empty', `Bearer ${head}..`, 3],
    ['the length is impossible', `Bearer ${head}.abcde.`, 3],
    [
      'the payload is not UTF-8',
      `Bearer ${head}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.`,
      3,
    ],
    ['the token is plain JSON', `Bearer {"alg":"none"}.${JSON.stringify(claims())}.`, 2],
    ['the token is unencoded JSON without spaces', 'Bearer {"alg":"none"}.{"iss":"x"}.', 3],
    ['the token is beyond all measure', `Bearer ${head}.${'a'.repeat(40_000)}.`, 3],
    ['alg is RS256', `Bearer ${b64({ alg: 'RS256', typ: 'JWT' })}.${payload}.`, 4],
    ['typ is missing', `Bearer ${b64({ alg: 'none' })}.${payload}.`, 4],
    ['the token header is not JSON', `Bearer ${b64('nope')}.${payload}.`, 4],
    ['the payload is not JSON', `Bearer ${head}.${b64('nope')}.`, 5],
    ['the payload is an array', `Bearer ${head}.${b64([1])}.`, 5],
    ['the payload is null', `Bearer ${head}.${b64('null')}.`, 5],
  ];
  for (const [name, header, row] of cases) {
    test(`row ${row}: refused when ${name}`, () => {
      const decoded = decodeAuditToken(header);
      assert.equal(decoded.ok ? 'accepted' : decoded.row, row);
      const refusal = refusedWith(header, at(findPatient));
      assert.deepEqual([refusal.status, refusal.code], [400, 'BAD_REQUEST']);
    });
  }

  test('row 3: padding is refused also where base64 itself needs it', () => {
    const refusal = refusedWith(`Bearer ${head}.${padded.replace(/=*$/, '==')}.`, at(findPatient));
    assert.equal(refusal.code, 'BAD_REQUEST');
  });

  test('row 3: any text survives the encoding, and one foreign character spoils it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (text) => {
        assert.equal(decodePart(Buffer.from(text).toString('base64url')), Buffer.from(text).toString());
      }),
    );
    for (const character of ['+', '/', '=', ' ', '.', '\n', '\u0131', '\u00e9']) {
      assert.equal(decodePart(`YWJj${character}YWJj`), null, character);
    }
  });

  test('no header whatever makes the decoding or the router’s check throw', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json().map((json) => `Bearer ${b64({ alg: 'none', typ: 'JWT' })}.${b64(json)}.`),
        ),
        (header) => {
          const result = auditTokenFaults(header, { interaction: findPatient, now: NOW });
          assert.equal(result.ok, false);
        },
      ),
    );
  });

  test('no claim of any shape makes a check throw anything but a refusal', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(claims())), fc.jsonValue(), (claim, value) => {
        const header = bearer({ ...claims(), [claim]: value });
        auditTokenFaults(header, { interaction: findPatient, now: NOW });
        try {
          checkAuditToken(header, at(findPatient));
        } catch (problem) {
          assert.ok(problem instanceof Refusal, String(problem));
        }
      }),
    );
  });

  test('the scheme is read in any case, and header members in any order', () => {
    const swapped = b64('{ "typ": "JWT", "alg": "none" }');
    for (const header of [`bearer ${good}`, `BEARER ${good}`, `Bearer ${swapped}.${payload}.`]) {
      assert.equal(checkAuditToken(header, at(findPatient)).claims.sub, 'u-77');
    }
  });
});

describe('claims, rows 6 to 19 (foundations §7.3)', () => {
  const required = [
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
  ];
  for (const claim of required) {
    test(`row 6: ${claim} missing, null or empty is refused and named`, () => {
      const changes: ((broken: Loose) => void)[] = [
        (broken) => delete broken[claim],
        (broken) => {
          broken[claim] = null;
        },
        (broken) => {
          broken[claim] = typeof broken[claim] === 'object' ? {} : '';
        },
      ];
      for (const change of changes) expectRefusal(change, { says: new RegExp(claim) });
    });
  }

  test('row 6: a text claim that is no text is refused', () => {
    expectRefusal((broken) => Object.assign(broken, { sub: 77 }), { says: /sub is not a string/ });
    expectRefusal((broken) => Object.assign(broken, { aud: [ROOT] }), { says: /aud is not a string/ });
  });

  test('row 6: the practitioner may be absent from both migrations, and only there', () => {
    for (const interaction of [migrateRecord, migrateDocument]) {
      const checked = expectAccepted((loose) => delete loose.requesting_practitioner, interaction);
      assert.equal(checked.subject.practitioner, undefined);
      expectRefusal(
        (broken) => Object.assign(broken, { requesting_practitioner: null }),
        { says: /requesting_practitioner/ },
        interaction,
      );
    }
    expectRefusal((broken) => delete broken.requesting_practitioner, { says: /practitioner/ }, structured);
  });

  test('row 7: times that are not whole numbers are refused', () => {
    for (const iat of ['1767225600', 1767225600.5, true]) {
      expectRefusal((broken) => Object.assign(broken, { iat }), { says: /iat is not a whole number/ });
    }
    expectRefusal((broken) => Object.assign(broken, { exp: '1767225900' }), { says: /exp is not a whole/ });
  });

  test('row 8: a life of 299, 301 or -300 seconds is refused', () => {
    for (const life of [299, 301, -300, 0]) {
      expectRefusal((broken) => Object.assign(broken, { exp: broken.iat + life }), {
        says: /exactly 300 seconds/,
      });
    }
  });

  test('row 9: a token is good until the last millisecond of its 300 seconds', () => {
    assert.equal(expectAccepted(() => {}, findPatient, { now: NOW + 299_999 }).claims.sub, 'u-77');
    expectRefusal(() => {}, { says: /expired/ }, findPatient, { now: NOW + 300_000 });
  });

  test('row 10: a future iat is accepted however far, with a warning beyond 5 minutes', () => {
    assert.deepEqual(expectAccepted(() => {}, findPatient, { now: NOW - 300_000 }).warnings, []);
    assert.equal(expectAccepted(() => {}, findPatient, { now: NOW - 301_000 }).warnings.length, 1);
    assert.equal(expectAccepted(() => {}, findPatient, { now: NOW - 86_400_000 }).warnings.length, 1);
  });

  test('row 10: a future limit refuses when it is set', () => {
    expectRefusal(() => {}, { says: /future/ }, findPatient, {
      now: NOW - 61_000,
      furthestFutureSeconds: 60,
    });
  });

  test('row 11: service root in any host case or with a slash, and the legacy constant, pass in silence', () => {
    const good = [
      ROOT,
      `${ROOT}/`,
      'https://GP.Example.nhs.uk/T99999/STU3/1/gpconnect',
      'https://authorize.fhir.nhs.net/token',
      'https://authorize.fhir.nhs.net/token/',
    ];
    for (const aud of good) {
      const { warnings } = expectAccepted((loose) => Object.assign(loose, { aud }), findPatient, {
        strictAudience: true,
      });
      assert.deepEqual(warnings, [], aud);
    }
  });

  test('row 11: another audience is accepted with a warning, or refused in strict mode', () => {
    for (const aud of ['https://gp.example.nhs.uk/t99999/STU3/1/gpconnect', 'https://elsewhere.example']) {
      assert.equal(expectAccepted((loose) => Object.assign(loose, { aud })).warnings.length, 1);
      expectRefusal((broken) => Object.assign(broken, { aud }), { says: /aud/ }, findPatient, {
        strictAudience: true,
      });
    }
  });

  test('requested_record in a 1.x token is ignored and audited', () => {
    const { warnings } = expectAccepted((loose) =>
      Object.assign(loose, { requested_record: { resourceType: 'Patient' } }),
    );
    assert.match(warnings.join(), /requested_record/);
  });

  test('row 12: only known reasons, migration for migrations and for nothing else', () => {
    const reason = (reason_for_request: string) => (broken: Loose) =>
      Object.assign(broken, { reason_for_request });
    expectRefusal(reason('secondaryuses'), { says: /reason_for_request/ });
    expectRefusal(reason('Directcare'), { says: /reason_for_request/ });
    expectRefusal(reason('migration'), { says: /does not migrate/ }, structured);
    expectRefusal(reason('migration'), { says: /does not migrate/ }, readDocument);
    expectRefusal(reason('directcare'), { says: /not migration/ }, migrateRecord);
    assert.equal(expectAccepted(reason('migration'), migrateRecord).reason, 'migration');
    assert.equal(expectAccepted(reason('directcare'), migrateDocument).reason, 'directcare');
  });

  test('row 13: an unknown scope, or one that is not the interaction’s, is refused', () => {
    const scope = (requested_scope: string) => (broken: Loose) => Object.assign(broken, { requested_scope });
    const unknown = [
      'patient/*.delete',
      'patient/*',
      'conf/N',
      'patient/*.read conf/X',
      'patient/*.read  conf/N',
    ];
    for (const bad of [...unknown, 'conf/N patient/*.read', 'patient/*.read conf/N conf/R']) {
      expectRefusal(scope(bad), { says: /not a known scope/ }, structured);
    }
    expectRefusal(scope('patient/*.read'), { says: /patient\/\*\.write/ }, register);
    expectRefusal(scope('organization/*.read'), { says: /patient\/\*\.write/ }, register);
    expectRefusal(scope('patient/*.write'), { says: /patient\/\*\.read/ }, findPatient);
    expectRefusal(scope('organization/*.read'), { says: /patient\/\*\.read/ }, findPatient);
    expectRefusal(scope('patient/*.read'), { says: /organization\/\*\.read/ }, metadata);
    expectRefusal(scope('patient/*.read conf/R'), { says: /restricted/ }, findPatient);
  });

  test('row 13: the confidentiality is normal unless a migration asks for restricted', () => {
    const scope = (requested_scope: string) => (loose: Loose) => Object.assign(loose, { requested_scope });
    assert.equal(expectAccepted(scope('patient/*.read'), structured).confidentiality, 'N');
    assert.equal(expectAccepted(scope('patient/*.read conf/N'), structured).confidentiality, 'N');
    assert.equal(expectAccepted(scope('patient/*.read conf/R'), structured).confidentiality, 'N');
    assert.equal(expectAccepted(scope('patient/*.read conf/R'), readDocument).confidentiality, 'N');
    for (const interaction of [migrateRecord, migrateDocument]) {
      assert.equal(expectAccepted(scope('patient/*.read conf/R'), interaction).confidentiality, 'R');
      assert.equal(expectAccepted(scope('patient/*.read conf/N'), interaction).confidentiality, 'N');
    }
  });

  test('row 13: every interaction of the table accepts its own scope', () => {
    for (let row = 1; row <= 25; row++) {
      const interaction = interactionRow(String(row));
      assert.equal(checkAuditToken(bearer(claims(interaction)), at(interaction)).claims.sub, 'u-77');
    }
  });

  const invalid = { code: 'INVALID_RESOURCE', status: 422 };
  for (const claim of ['requesting_device', 'requesting_organization', 'requesting_practitioner']) {
    test(`row 14: ${claim} with an unknown element, a made-up type or no type is 422`, () => {
      expectRefusal((broken) => Object.assign(broken[claim], { gadget: 1 }), {
        ...invalid,
        says: new RegExp(claim),
      });
      expectRefusal((broken) => Object.assign(broken[claim], { resourceType: 'Gadget' }), {
        ...invalid,
        says: new RegExp(claim),
      });
      expectRefusal((broken) => delete broken[claim].resourceType, { ...invalid, says: new RegExp(claim) });
      expectRefusal((broken) => Object.assign(broken, { [claim]: 'text' }), {
        ...invalid,
        says: new RegExp(claim),
      });
      expectRefusal((broken) => Object.assign(broken, { [claim]: [broken[claim]] }), {
        ...invalid,
        says: new RegExp(claim),
      });
    });
  }

  test('row 14: an unknown element deep inside, or a wrong cardinality, is 422', () => {
    expectRefusal((broken) => Object.assign(broken.requesting_practitioner.name[0], { nickname: 'Ad' }), {
      ...invalid,
      says: /requesting_practitioner/,
    });
    expectRefusal(
      (broken) =>
        Object.assign(broken.requesting_device, { identifier: broken.requesting_device.identifier[0] }),
      { ...invalid, says: /requesting_device/ },
    );
  });

  test('row 15: another FHIR type than expected is 400', () => {
    expectRefusal((broken) => Object.assign(broken.requesting_practitioner, { resourceType: 'Patient' }), {
      says: /requesting_practitioner is not of type Practitioner/,
    });
    expectRefusal(
      (broken) => Object.assign(broken, { requesting_device: { ...broken.requesting_organization } }),
      { says: /requesting_device is not of type Device/ },
    );
  });

  test('row 16: a device without identifier, system, value, model or version is refused', () => {
    const device = (change: (device: Loose) => void, says: RegExp) =>
      expectRefusal((broken) => change(broken.requesting_device), { says });
    device((it) => delete it.identifier, /identifier\[0\]\.system.*identifier\[0\]\.value/);
    device((it) => delete it.identifier[0].system, /identifier\[0\]\.system/);
    device((it) => delete it.identifier[0].value, /identifier\[0\]\.value/);
    device((it) => delete it.model, /requesting_device\.model/);
    device((it) => delete it.version, /requesting_device\.version/);
  });

  test('row 17: an organisation without name or ODS code is refused; the old system is accepted', () => {
    const organisation = (change: (organisation: Loose) => void, says: RegExp) =>
      expectRefusal((broken) => change(broken.requesting_organization), { says });
    organisation((it) => delete it.name, /requesting_organization\.name/);
    organisation((it) => delete it.identifier, /ODS/);
    organisation((it) => Object.assign(it.identifier[0], { system: 'https://other.example/Id' }), /ODS/);
    organisation((it) => delete it.identifier[0].value, /ODS/);
    const old = expectAccepted((loose) =>
      Object.assign(loose.requesting_organization.identifier[0], {
        system: 'http://fhir.nhs.net/Id/ods-organization-code',
      }),
    );
    assert.equal(old.subject.odsCode, 'X99998');
  });

  test('row 18: a practitioner without id, family, given or SDS user id is refused', () => {
    const practitioner = (change: (practitioner: Loose) => void, says: RegExp) =>
      expectRefusal((broken) => change(broken.requesting_practitioner), { says });
    practitioner((it) => delete it.id, /requesting_practitioner\.id /);
    practitioner((it) => delete it.name, /name\[0\]\.family.*name\[0\]\.given/);
    practitioner((it) => delete it.name[0].family, /name\[0\]\.family/);
    practitioner((it) => delete it.name[0].given, /name\[0\]\.given/);
    practitioner((it) => delete it.identifier, /SDS user id/);
    practitioner((it) => it.identifier.shift(), /SDS user id/);
  });

  test('row 18: UNK ids pass, and so does a practitioner without role profile and local id', () => {
    const checked = expectAccepted((loose) => loose.requesting_practitioner.identifier.splice(1));
    assert.deepEqual(checked.subject.practitioner, { id: 'u-77', sdsUserId: 'UNK', name: 'Dr Ada Quill' });
  });

  test('row 19: a sub that is not the practitioner’s id is refused', () => {
    expectRefusal((broken) => Object.assign(broken, { sub: 'u-78' }), { says: /sub/ });
    assert.equal(
      expectAccepted((loose) => {
        loose.sub = 'system';
        delete loose.requesting_practitioner;
      }, migrateRecord).claims.sub,
      'system',
    );
  });

  test('the first failure wins: an expired token with a bad device says expired', () => {
    expectRefusal(
      (broken) => Object.assign(broken.requesting_device, { gadget: 1 }),
      { says: /^The token has expired$/ },
      findPatient,
      { now: NOW + 400_000 },
    );
  });

  test('diagnostics never carry a value of the token', () => {
    const secret = '9990000018';
    expectRefusal((broken) => Object.assign(broken, { reason_for_request: secret }), {
      says: /^(?!.*9990000018)/,
    });
    expectRefusal((broken) => Object.assign(broken, { requested_scope: secret }), {
      says: /^(?!.*9990000018)/,
    });
    expectRefusal((broken) => Object.assign(broken.requesting_device, { resourceType: secret }), {
      ...invalid,
      says: /^(?!.*9990000018)/,
    });
  });
});

describe('the router’s check (RTE-10, RTE-11)', () => {
  test('a good token gives its claims and who asks', () => {
    const result = auditTokenFaults(bearer(claims()), { interaction: findPatient, now: NOW });
    assert.ok(result.ok);
    assert.equal(result.subject.odsCode, 'X99998');
  });

  test('every fault is listed once', () => {
    const broken = claims();
    delete broken.iss;
    broken.exp += 1;
    broken.reason_for_request = 'research';
    delete broken.requesting_device.model;
    delete broken.requesting_organization.name;
    delete broken.requesting_practitioner.identifier;
    broken.sub = 'someone-else';
    const result = auditTokenFaults(bearer(broken), { interaction: findPatient, now: NOW });
    assert.deepEqual(result.ok ? [] : result.faults, [
      'The claim iss is missing or empty',
      'The claim exp is not exactly 300 seconds after iat',
      'The claim reason_for_request is neither directcare nor migration',
      'requesting_device.model is missing or empty',
      'requesting_organization.name is missing or empty',
      'requesting_practitioner.identifier (SDS user id) is missing or empty',
      'The claim sub is not the id of requesting_practitioner',
    ]);
  });

  test('a fault of form is the only one', () => {
    const result = auditTokenFaults('Bearer a.b', { interaction: findPatient, now: NOW });
    assert.equal(result.ok, false);
    assert.equal(result.ok ? 0 : result.faults.length, 1);
  });

  test('scope, audience and strict FHIR parsing are left to the provider', () => {
    const odd = claims();
    odd.requested_scope = 'organization/*.write';
    odd.aud = 'https://elsewhere.example';
    odd.requesting_device.gadget = true;
    assert.equal(auditTokenFaults(bearer(odd), { interaction: findPatient, now: NOW }).ok, true);
  });

  test('a future iat passes, an expired token does not', () => {
    const header = bearer(claims());
    assert.equal(auditTokenFaults(header, { interaction: findPatient, now: NOW - 3_600_000 }).ok, true);
    assert.equal(auditTokenFaults(header, { interaction: findPatient, now: NOW + 300_000 }).ok, false);
  });

  test('requesting objects of another shape are faults, not exceptions', () => {
    for (const value of [
      'text',
      7,
      [1],
      [[]],
      { identifier: 'x', name: 7 },
      { identifier: [null], name: [null] },
    ]) {
      const odd = claims();
      odd.requesting_device = value;
      odd.requesting_organization = value;
      odd.requesting_practitioner = value;
      assert.equal(auditTokenFaults(bearer(odd), { interaction: findPatient, now: NOW }).ok, false);
    }
  });

  test('RTE-11: a token that lapsed while waiting is seen before sending', () => {
    assert.equal(hasLapsed(claims(), NOW + 299_999), false);
    assert.equal(hasLapsed(claims(), NOW + 300_000), true);
    assert.equal(hasLapsed({}, NOW), true);
  });

  test('CON-08: the evidence of permission is read only when it is whole', () => {
    const evidence = {
      given: true,
      method: 'verbal',
      recordedAt: '2026-01-01T10:00:00Z',
      recordedBy: 'u-77',
    };
    assert.deepEqual(patientPermission({ patient_permission: evidence }), evidence);
    for (const change of [
      { given: 'true' },
      { method: 'implied' },
      { recordedAt: 'soon' },
      { recordedBy: '' },
    ]) {
      assert.equal(patientPermission({ patient_permission: { ...evidence, ...change } }), null);
    }
    assert.equal(patientPermission({}), null);
  });
});

describe('the 0.x token (foundations §7.5)', () => {
  const careRecord = interactionById(interactionId.careRecordHtml)!;
  const conformance = interactionById('urn:nhs:names:services:gpconnect:fhir:rest:read:metadata')!;
  const claims0x = (interaction = careRecord): Loose =>
    JSON.parse(
      JSON.stringify(
        auditClaims0x({
          issuer: 'https://consumer.example.nhs.uk/',
          scope: interaction.scope,
          requester,
          now: NOW,
          record: interaction === careRecord ? { nhsNumber: '9000009707' } : { ods: 'T99999' },
        }),
      ),
    );
  const options = (interaction = careRecord): TokenCheckOptions => ({ interaction, now: NOW });

  test('a token made here passes, for the care record and for metadata', () => {
    for (const interaction of [careRecord, conformance]) {
      const checked = checkAuditToken0x(bearer(claims0x(interaction)), options(interaction));
      assert.equal(checked.subject.odsCode, 'X99998');
      assert.deepEqual(checked.subject.practitioner, {
        id: 'u-77',
        sdsUserId: 'UNK',
        role: 'UNK',
        name: 'Dr Ada Quill',
      });
      assert.equal(auditTokenFaults(bearer(claims0x(interaction)), options(interaction)).ok, true);
    }
  });

  const cases: [name: string, code: string, change: (broken: Loose) => void][] = [
    ['a service root as aud', 'BAD_REQUEST', (it) => Object.assign(it, { aud: ROOT })],
    ['no requested_record', 'BAD_REQUEST', (it) => delete it.requested_record],
    [
      'the misprinted requesting_record',
      'BAD_REQUEST',
      (it) => {
        it.requesting_record = it.requested_record;
        delete it.requested_record;
      },
    ],
    [
      'a record of the wrong type',
      'BAD_REQUEST',
      (it) => Object.assign(it.requested_record, { resourceType: 'Organization' }),
    ],
    [
      'a record in the 1.x system',
      'BAD_REQUEST',
      (it) =>
        Object.assign(it.requested_record.identifier[0], { system: 'https://fhir.nhs.uk/Id/nhs-number' }),
    ],
    ['migration', 'BAD_REQUEST', (it) => Object.assign(it, { reason_for_request: 'migration' })],
    [
      'the scope of metadata',
      'BAD_REQUEST',
      (it) => Object.assign(it, { requested_scope: 'organization/*.read' }),
    ],
    [
      'a confidentiality scope',
      'BAD_REQUEST',
      (it) => Object.assign(it, { requested_scope: 'patient/*.read conf/N' }),
    ],
    ['an unknown element', 'INVALID_RESOURCE', (it) => Object.assign(it.requesting_device, { gadget: 1 })],
    [
      'a type that is no FHIR type',
      'BAD_REQUEST',
      (it) => Object.assign(it.requesting_device, { resourceType: 'Gadget' }),
    ],
    ['a device without id', 'BAD_REQUEST', (it) => delete it.requesting_device.id],
    ['an organisation without id', 'BAD_REQUEST', (it) => delete it.requesting_organization.id],
    [
      'an organisation without identifier',
      'BAD_REQUEST',
      (it) => delete it.requesting_organization.identifier,
    ],
    [
      'an organisation without ODS code',
      'BAD_REQUEST',
      (it) => Object.assign(it.requesting_organization.identifier[0], { system: 'http://other.example' }),
    ],
    [
      'a practitioner without SDS identifier',
      'BAD_REQUEST',
      (it) => it.requesting_practitioner.identifier.shift(),
    ],
    [
      'a practitioner without identifiers',
      'BAD_REQUEST',
      (it) => delete it.requesting_practitioner.identifier,
    ],
    ['a practitioner without name', 'BAD_REQUEST', (it) => delete it.requesting_practitioner.name],
    [
      'a name as in 1.x',
      'INVALID_RESOURCE',
      (it) => Object.assign(it.requesting_practitioner, { name: [{ family: 'Quill', given: ['Ada'] }] }),
    ],
    ['a life of 301 seconds', 'BAD_REQUEST', (it) => Object.assign(it, { exp: it.exp + 1 })],
    ['a sub that is someone else', 'BAD_REQUEST', (it) => Object.assign(it, { sub: 'u-1' })],
  ];
  for (const [name, code, change] of cases) {
    test(`refused: ${name}`, () => {
      const broken = claims0x();
      change(broken);
      assert.equal(refusedWith(bearer(broken), options(), true).code, code);
    });
  }

  test('a job role is not needed, and patient/*.read is refused for metadata', () => {
    const loose = claims0x();
    delete loose.requesting_practitioner.practitionerRole;
    assert.equal(checkAuditToken0x(bearer(loose), options()).subject.practitioner?.role, undefined);
    const wrong = claims0x(conformance);
    wrong.requested_scope = 'patient/*.read';
    assert.equal(refusedWith(bearer(wrong), options(conformance), true).status, 400);
  });
});
