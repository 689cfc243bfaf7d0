// The clinician portal over real HTTP, with PDS and the gateway over real TLS: what each journey ends in.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { breakOff, sendOutcome, sendRecord } from '../kit/testing/national-services.ts';
import { pdsPatient } from '../kit/testing/pds-patient.ts';
import { hartley, largeRecord, madeUpRecord, medicinesRecord } from './testing/made-up-record.ts';
import { startTestPortal, type TestPortal, Visitor } from './testing/portal-for-tests.ts';

let world: TestPortal;
let visitor: Visitor;

before(async () => {
  world = await startTestPortal();
});
after(() => world.close());
beforeEach(async () => {
  world.national.record = sendRecord(madeUpRecord());
  world.national.searchAnswer = undefined;
  world.issuer.lifetime = 3600;
  visitor = new Visitor(world.url);
  await visitor.signIn();
});

const heading = (text: string) => /<h1[^>]*>([^<]*)</.exec(text)?.[1]?.trim();

describe('signing in and out', () => {
  test('the start page leads through the identity provider to finding a patient, for the organisation of the role', async () => {
    const stranger = new Visitor(world.url);
    assert.equal(heading((await stranger.get('/')).text), 'See a patient’s GP record');
    const arrived = await stranger.signIn();
    assert.deepEqual([arrived.path, arrived.status], ['/find', 200]);
    assert.match(arrived.text, /Northmoor Hospital<\/strong> \(RZ901\)/);
    assert.match(arrived.text, /Dr Adaeze Okafor/);
  });

  test('without a session every page asks to sign in, kindly, and comes back', async () => {
    const stranger = new Visitor(world.url);
    for (const path of ['/find', '/patients/abc', '/patients/abc/record/overview']) {
      const page = await stranger.get(path);
      assert.equal(page.status, 401);
      assert.ok(page.text.includes(`/sign-in?returnTo=${encodeURIComponent(path)}`));
    }
    assert.equal((await stranger.post('/find/number', { nhsNumber: hartley.nhsNumber })).status, 401);
  });

  test('a return address on another site is not followed', async () => {
    const stranger = new Visitor(world.url);
    const page = await stranger.get('/sign-in?returnTo=https://elsewhere.example/');
    assert.deepEqual([page.status, heading(page.text)], [200, 'Find a patient']);
  });

  test('a callback without the sign-in that belongs to it opens nothing', async () => {
    const stranger = new Visitor(world.url);
    const page = await stranger.get('/sign-in/callback?code=abc&state=def');
    assert.equal(page.status, 400);
    assert.equal(heading(page.text), 'The sign-in took too long');
  });

  test('signing out ends the session for good, also for a copied cookie', async () => {
    const copied = new Map(visitor.cookies);
    await visitor.get('/find');
    assert.equal(heading((await visitor.post('/sign-out')).text), 'You are signed out');
    const thief = new Visitor(world.url);
    for (const [name, value] of copied) thief.cookies.set(name, value);
    assert.equal((await thief.get('/find')).status, 401);
  });

  test('a form from elsewhere, without this session’s token, does nothing', async () => {
    const page = await visitor.post('/find/number', { nhsNumber: hartley.nhsNumber, formToken: 'made-up' });
    assert.equal(page.status, 403);
    assert.equal(heading(page.text), 'This form is out of date');
  });

  test('an identity provider that does not answer is told as such', async () => {
    const alone = await startTestPortal({ issuer: 'http://127.0.0.1:1' });
    const page = await new Visitor(alone.url).get('/sign-in');
    assert.deepEqual([page.status, heading(page.text)], [503, 'Sign-in is not available']);
    await alone.close();
  });

  test('a session ends with the access token', async () => {
    world.issuer.lifetime = 120;
    const short = new Visitor(world.url);
    await short.signIn();
    world.wait(121);
    const page = await short.get('/find');
    assert.equal(page.status, 401);
    assert.equal(heading(page.text), 'Your session has ended');
  });
});

describe('finding a patient', () => {
  const find = async (nhsNumber: string) => {
    await visitor.get('/find');
    return visitor.post('/find/number', { nhsNumber });
  };

  test('an NHS number may be typed with spaces; no address or log line holds it', async () => {
    const page = await find(' 999 000 0018 ');
    assert.match(page.path, /^\/patients\/[\w-]{12}$/);
    assert.match(page.text, /HARTLEY, Maya Rose/);
    assert.match(page.text, /Only for direct care/);
    assert.match(page.text, /patient and their practice can see this/);
    assert.ok(!world.log.join('').includes(hartley.nhsNumber));
  });

  for (const [typed, fault] of [
    ['', 'Enter an NHS number'],
    ['12345', 'An NHS number has 10 digits'],
    ['9990000019', 'This is not a valid NHS number. Check each digit'],
  ] as const) {
    test(`an NHS number "${typed}" is refused with words: ${fault}`, async () => {
      const page = await find(typed);
      assert.equal(page.status, 400);
      assert.ok(page.text.includes(fault));
      assert.ok(page.text.includes('<title>Error: Find a patient'));
    });
  }

  const outcomes: readonly (readonly [string, string, { status?: number; body: object } | undefined])[] = [
    ['unknown', 'No patient found with this NHS number', undefined],
    [
      'restricted',
      'You cannot see this patient’s GP record here',
      pdsPatient(hartley, { meta: { security: [{ code: 'R' }] } }),
    ],
    [
      'very restricted',
      'You cannot see this patient’s GP record here',
      pdsPatient(hartley, { meta: { security: [{ code: 'V' }] } }),
    ],
    ['deceased', 'This patient has died', pdsPatient(hartley, { deceasedDateTime: '2024-01-01' })],
    [
      'without a practice',
      'This patient is not registered with a GP practice',
      pdsPatient({ ...hartley, practice: '' }),
    ],
  ];
  for (const [name, title, answer] of outcomes) {
    test(`§17.7 a patient who is ${name} is explained, and not asked for`, async () => {
      const number = '9990000034';
      if (answer) world.national.patients.set(number, { ...answer, body: { ...answer.body, id: number } });
      else world.national.patients.delete(number);
      const before = world.national.asked.length;
      const page = await find(number);
      assert.equal(heading(page.text), title);
      assert.doesNotMatch(page.text, /Open the record|Fell View/);
      assert.equal(world.national.asked.length, before);
    });
  }

  test('§17.7 a superseded number leads to the new one, traced afresh', async () => {
    world.national.patients.set('9990000026', pdsPatient(hartley));
    const page = await find('9990000026');
    assert.equal(heading(page.text), 'This patient has a new NHS number');
    const handle = /name="handle" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    const next = await visitor.post('/find/choose', { handle });
    assert.match(next.path, /^\/patients\//);
    assert.match(next.text, /999 000 0018/);
  });

  test('PDS out of order, or throttling, is told as such', async () => {
    world.national.patients.set('9990000042', { status: 503, body: {} });
    const broken = await find('9990000042');
    assert.deepEqual([broken.status, heading(broken.text)], [503, 'A national service cannot be reached']);
    world.national.patients.set('9990000042', { status: 429, body: {} });
    assert.equal(heading((await find('9990000042')).text), 'Too many requests at the moment');
    world.national.patients.set('9990000042', { status: 401, body: {} });
    assert.equal(heading((await find('9990000042')).text), 'You need to sign in again');
  });

  const byName = (more: Record<string, string> = {}) =>
    visitor.post('/find/name', {
      family: 'Hartley',
      'birth-day': '9',
      'birth-month': '5',
      'birth-year': '1984',
      ...more,
    });

  test('a search by name and birth date lists candidates; choosing one traces them', async () => {
    await visitor.get('/find');
    const page = await byName({ given: 'Maya', postcode: 'nm1 4zz' });
    const search = world.national.searches.at(-1);
    assert.deepEqual(
      ['family', 'given', 'birthdate', 'address-postalcode'].map((name) => search?.get(name)),
      ['Hartley', 'Maya', 'eq1984-05-09', 'NM1 4ZZ'],
    );
    assert.match(page.text, /patients? found/);
    const handle = /name="handle" value="([^"]+)"/.exec(page.text)?.[1] ?? '';
    assert.match((await visitor.post('/find/choose', { handle })).path, /^\/patients\//);
  });

  test('too many, and none, are told apart', async () => {
    await visitor.get('/find');
    world.national.searchAnswer = { resourceType: 'OperationOutcome', issue: [] };
    assert.equal(heading((await byName()).text), 'Too many patients match');
    world.national.searchAnswer = { resourceType: 'Bundle', entry: [] };
    assert.equal(heading((await byName()).text), 'No patient matches');
  });

  for (const [name, fields, fault] of [
    ['no last name', { family: ' ' }, 'Enter the last name'],
    ['a wildcard too early', { family: 'H*' }, 'Last name needs two letters before a star (*)'],
    [
      'a day that does not exist',
      { 'birth-day': '31', 'birth-month': '2' },
      'Date of birth must be a real date',
    ],
    ['a birth date to come', { 'birth-year': '2999' }, 'Date of birth must be in the past'],
    ['half a year', { 'birth-year': '84' }, 'Year of birth must have 4 digits'],
  ] as const) {
    test(`a search with ${name} is refused with words, keeping what was typed`, async () => {
      await visitor.get('/find');
      const page = await byName({ given: 'Maya', ...fields });
      assert.equal(page.status, 400);
      assert.ok(page.text.includes(fault), fault);
      assert.ok(page.text.includes('value="Maya"'));
    });
  }

  test('what was typed comes back escaped', async () => {
    await visitor.get('/find');
    const page = await byName({ family: '<script>alert(1)</script>', 'birth-day': '' });
    assert.doesNotMatch(page.text, /<script/);
  });

  test('a candidate that was never offered to this session cannot be chosen', async () => {
    await visitor.get('/find');
    assert.equal((await visitor.post('/find/choose', { handle: hartley.nhsNumber })).path, '/find');
  });
});

describe('asking for the record', () => {
  test('without the statement of direct care, or without saying what is needed, nothing is asked for', async () => {
    const before = world.national.asked.length;
    await visitor.get('/find');
    const { path } = await visitor.post('/find/number', { nhsNumber: hartley.nhsNumber });
    const page = await visitor.post(`${path}/record`, {});
    assert.equal(page.status, 400);
    assert.match(page.text, /Select what you need/);
    assert.match(page.text, /Confirm that you need the record for direct care/);
    assert.equal(world.national.asked.length, before);
  });

  test('RTE-04 the gateway is asked by patient, for the user’s organisation, with the user’s own token', async () => {
    const page = await visitor.openRecord();
    assert.match(page.path, /\/record\/overview$/);
    const asked = world.national.asked.at(-1)!;
    assert.deepEqual([asked.organisation, asked.authorization], ['RZ901', 'Bearer access-555011112222']);
    assert.equal(asked.body.parameter[0]?.valueIdentifier?.value, hartley.nhsNumber);
    assert.equal(asked.body.parameter.length, 10);
  });

  test('medicines and allergies alone ask for no more; other parts say they were not asked for', async () => {
    world.national.record = sendRecord(medicinesRecord());
    const page = await visitor.openRecord(hartley.nhsNumber, 'summary');
    assert.deepEqual(
      world.national.asked.at(-1)?.body.parameter.map(({ name }) => name),
      ['patientNHSNumber', 'includeMedication', 'includeAllergies'],
    );
    assert.match(
      (await visitor.get(page.path.replace('overview', 'referrals'))).text,
      /You did not ask for this part/,
    );
    assert.doesNotMatch(page.text, /Some information is not shown/);
  });

  test('each organisation asks in its own name', async () => {
    const { staff } = world.issuer;
    world.issuer.staff = { ...staff, ods: 'FA001', organisation: 'Lantern Pharmacy' };
    const pharmacist = new Visitor(world.url);
    await pharmacist.signIn();
    world.issuer.staff = staff;
    await pharmacist.openRecord();
    assert.equal(world.national.asked.at(-1)?.organisation, 'FA001');
  });

  const refusals: readonly (readonly [number, string, string, number])[] = [
    [403, 'NO_PATIENT_CONSENT', 'The patient has not agreed to share their record', 403],
    [403, 'ACCESS DENIED', 'The practice does not share records this way', 403],
    [403, 'ACCESS_DENIED', 'The practice does not share records this way', 403],
    [403, 'NO_ORGANISATION_CONSENT', 'The practice has not agreed to share records', 403],
    [404, 'PATIENT_NOT_FOUND', 'No record can be made available for this patient', 404],
    [400, 'BAD_REQUEST', 'The record could not be asked for', 502],
    [422, 'INVALID_PARAMETER', 'The record could not be asked for', 502],
    [401, 'ACCESS_DENIED', 'You need to sign in again', 401],
    [403, '403', 'Your organisation may not ask for this record', 403],
    [429, '429', 'Too many requests at the moment', 429],
    [500, 'INTERNAL_SERVER_ERROR', 'The practice’s system had a problem', 502],
    [501, 'NOT_IMPLEMENTED', 'The practice’s system cannot send this record', 502],
    [502, '502', 'The practice’s system cannot be reached', 502],
    [504, '504', 'The practice’s system took too long to answer', 504],
    [418, 'NEVER_HEARD_OF', 'The record could not be asked for', 502],
  ];
  for (const [status, code, title, pageStatus] of refusals) {
    test(`§13 ${status} ${code} is told as “${title}”, with the trace id`, async () => {
      world.national.record = sendOutcome(status, code, 'words for the support desk');
      const page = await visitor.openRecord();
      assert.deepEqual([heading(page.text), page.status], [title, pageStatus]);
      assert.match(page.text, /reference: <code[^>]*>[0-9a-f]{8}-[0-9a-f-]{27}</);
    });
  }

  const unusable: readonly (readonly [string, () => void, string])[] = [
    [
      'breaks off',
      () => (world.national.record = breakOff(madeUpRecord())),
      'The record did not arrive in full',
    ],
    [
      'is not a record',
      () => (world.national.record = sendRecord({ resourceType: 'Patient' })),
      'The answer could not be read',
    ],
    [
      'is about someone else',
      () => (world.national.record = sendRecord(madeUpRecord({ ...hartley, nhsNumber: '9990000077' }))),
      'The practice’s system answered about another patient',
    ],
  ];
  for (const [what, arrange, title] of unusable) {
    test(`an answer that ${what} shows nothing of the record`, async () => {
      arrange();
      const page = await visitor.openRecord();
      assert.equal(heading(page.text), title);
      assert.doesNotMatch(page.text, /Metformin|penicillin/);
      assert.match(page.text, /reference: <code/);
      const handle = /\/patients\/([\w-]+)/.exec(page.path)?.[1];
      const after = await visitor.get(`/patients/${handle}/record/overview`);
      assert.equal(heading(after.text), 'This record is no longer open');
    });
  }

  test('a gateway that cannot be reached, and one that never answers, are told with a trace id', async () => {
    const closed = await startTestPortal({ gateway: 'https://127.0.0.1:1', recordTimeoutSeconds: 0.2 });
    const lost = new Visitor(closed.url);
    await lost.signIn();
    const unreachable = await lost.openRecord();
    assert.deepEqual(
      [unreachable.status, heading(unreachable.text)],
      [502, 'A national service cannot be reached'],
    );
    assert.match(unreachable.text, /reference: <code/);
    await closed.close();

    const silent = await startTestPortal({ recordTimeoutSeconds: 0.2 });
    silent.national.record = () => {};
    const waiting = new Visitor(silent.url);
    await waiting.signIn();
    const late = await waiting.openRecord();
    assert.deepEqual([late.status, heading(late.text)], [504, 'The record took too long to arrive']);
    assert.match(late.text, /reference: <code/);
    await silent.close();
  });

  test('a record that arrives after signing out is kept for nobody', async () => {
    const slow = await startTestPortal();
    let release = () => {};
    slow.national.record = (response) => {
      release = () => sendRecord(madeUpRecord())(response);
    };
    const leaving = new Visitor(slow.url);
    await leaving.signIn();
    const asking = leaving.openRecord();
    while (slow.national.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    await leaving.post('/sign-out');
    release();
    assert.equal((await asking).status, 401);
    const health = await fetch(`http://127.0.0.1:${slow.portal.operations.port}/health`);
    assert.equal(((await health.json()) as { records: number }).records, 0);
    await slow.close();
  });

  test('an answer larger than the limit is not shown', async () => {
    const small = await startTestPortal({ largestRecordMegabytes: 0.01 });
    small.national.record = sendRecord(madeUpRecord());
    const guest = new Visitor(small.url);
    await guest.signIn();
    assert.equal(heading((await guest.openRecord()).text), 'The record is too large to show here');
    await small.close();
  });

  test('a failed second request leaves nothing of the first standing', async () => {
    const open = await visitor.openRecord();
    world.national.record = sendOutcome(403, 'NO_PATIENT_CONSENT', 'x');
    const again = open.path.replace('/record/overview', '');
    await visitor.get(again);
    await visitor.post(`${again}/record`, { scope: 'whole', directCare: 'yes' });
    assert.equal((await visitor.get(open.path)).status, 404);
  });
});

describe('a record whose patient differs from PDS', () => {
  const other = { ...hartley, family: 'Hartly', practice: 'Z90009' };

  test('§15.1 no page of it opens before the user accepted the differences, and then each page repeats them', async () => {
    world.national.record = sendRecord(madeUpRecord(other));
    const warned = await visitor.openRecord();
    assert.equal(heading(warned.text), 'Check that this is the right patient');
    assert.match(warned.text, /Hartley<\/strong><\/td><td><strong>Hartly/);
    assert.match(warned.text, /Z90001<\/strong><\/td><td><strong>Z90009/);
    const base = warned.path.replace('/differences', '');
    for (const part of ['overview', 'medications', 'timeline', 'trends', 'missing'])
      assert.equal((await visitor.get(`${base}/record/${part}`)).path, warned.path, part);
    assert.equal((await visitor.post(warned.path, {})).status, 400);
    const shown = await visitor.post(warned.path, { acknowledge: 'yes' });
    assert.equal(shown.path, `${base}/record/overview`);
    assert.match(
      shown.text,
      /Details differ\.<\/strong> Family name: Hartley nationally, Hartly in this record/,
    );
  });

  test('§15.1 declining removes the record', async () => {
    world.national.record = sendRecord(madeUpRecord(other));
    const warned = await visitor.openRecord();
    await visitor.post(warned.path.replace('differences', 'close'));
    assert.equal((await visitor.get(warned.path)).status, 404);
  });
});

describe('the record', () => {
  const open = async () => (await visitor.openRecord()).path.replace('overview', '');

  test('§15.5 every page names the patient, the practice and the time of retrieval', async () => {
    const base = await open();
    for (const part of [
      'overview',
      'medications',
      'allergies',
      'problems',
      'consultations',
      'immunisations',
      'investigations',
      'referrals',
      'diary',
      'uncategorised',
      'documents',
      'timeline',
      'trends',
      'missing',
    ]) {
      const { text, status } = await visitor.get(base + part);
      assert.equal(status, 200, part);
      assert.match(text, /gpc-banner__family">HARTLEY<\/span>, Maya Rose/, part);
      assert.match(text, /999 000 0018/, part);
      assert.match(text, /Fellside Surgery<\/strong> \(Z90001\),\s+retrieved/, part);
    }
  });

  test('§15.6 ended allergies stand under their own heading, after the current ones', async () => {
    const { text } = await visitor.get(`${await open()}allergies`);
    assert.ok(text.indexOf('Allergy to penicillin') < text.indexOf('Ended allergies'));
    assert.ok(text.indexOf('Ended allergies') < text.indexOf('Allergy to peanut'));
    assert.match(text, /Code lost in transfer/);
  });

  test('§9 what is withheld, switched off or unknown is told where it belongs and in one place', async () => {
    const base = await open();
    const problems = await visitor.get(`${base}problems`);
    assert.match(problems.text, /Items excluded due to confidentiality/);
    assert.match(problems.text, /Referral items have been disabled/);
    const referrals = await visitor.get(`${base}referrals`);
    assert.match(referrals.text, /switched off sharing/);
    assert.doesNotMatch(referrals.text, /No content recorded/);
    const missing = await visitor.get(`${base}missing`);
    for (const words of [/Items excluded/, /switched off/, /FamilyMemberHistory/])
      assert.match(missing.text, words);
  });

  test('§6.4 an empty list is no content recorded, and never a claim that there is none', async () => {
    const bundle = madeUpRecord() as { entry: { resource: { title?: string; entry?: unknown } }[] };
    for (const { resource } of bundle.entry) {
      if (resource.title === 'Allergies and adverse reactions' || resource.title === 'Ended allergies')
        delete resource.entry;
    }
    world.national.record = sendRecord(bundle);
    const { text } = await visitor.get(`${await open()}allergies`);
    assert.match(text, /No content recorded by the practice/);
    assert.match(text, /does not mean that the patient has no known allergies/);
  });

  test('§15.6 diary entries are planned, immunisations not given apart, documents listed', async () => {
    const base = await open();
    assert.match((await visitor.get(`${base}diary`)).text, /Planned, not done/);
    const { text } = await visitor.get(`${base}immunisations`);
    assert.ok(text.indexOf('>Not given<') < text.indexOf('Pneumococcal'));
    assert.ok(text.indexOf('Seasonal influenza') < text.indexOf('>Not given<'));
    assert.match((await visitor.get(`${base}documents`)).text, /Diabetic eye screening result/);
  });

  test('results come as a tree with ranges and flags', async () => {
    const { text } = await visitor.get(`${await open()}investigations`);
    assert.match(text, /Renal function tests/);
    assert.match(text, /82 mL\/min <strong[^>]*>Below range/);
    assert.match(text, /52 mmol\/mol <strong[^>]*>Above range/);
    assert.match(text, /discuss at annual review/);
  });

  test('the timeline narrows by part and year', async () => {
    const base = await open();
    const { text } = await visitor.get(`${base}timeline?area=immunisations&year=2024`);
    assert.match(text, /Pneumococcal vaccination/);
    assert.doesNotMatch(text, /Seasonal influenza|Metformin/);
    assert.match((await visitor.get(`${base}timeline?area=%3Cscript%3E&year=x&page=99`)).text, /entries/);
  });

  test('trends draw blood pressure as a pair', async () => {
    const { text } = await visitor.get(`${await open()}trends`);
    assert.equal(text.match(/<svg class="gpc-chart"/g)?.length, 5);
    assert.match(text, /Systolic arterial pressure: 7 values.*Diastolic arterial pressure: 7 values/);
  });

  test('a page of one patient never shows another', async () => {
    const first = await open();
    const other = { ...hartley, nhsNumber: '9990000050', family: 'Quill' };
    world.national.patients.set(other.nhsNumber, pdsPatient(other));
    world.national.record = sendRecord(madeUpRecord(other));
    const second = await visitor.openRecord(other.nhsNumber);
    assert.match(second.text, /QUILL/);
    const back = await visitor.get(`${first}medications`);
    assert.equal(back.status, 404);
    assert.doesNotMatch(back.text, /QUILL|HARTLEY/);
  });

  test('another session cannot open it, even with its address', async () => {
    const base = await open();
    const colleague = new Visitor(world.url);
    await colleague.signIn();
    assert.equal((await colleague.get(`${base}overview`)).status, 404);
  });

  test('a record of 10,000 entries opens part by part, in pages', async () => {
    world.national.record = sendRecord(largeRecord(10_000));
    const base = await open();
    const observations = await visitor.get(`${base}uncategorised?page=2`);
    assert.match(observations.text, /Entries 101 to 200 of 9996/);
    for (const part of ['overview', 'timeline?page=50', 'trends', 'uncategorised?page=100']) {
      const { text, status } = await visitor.get(base + part);
      assert.equal(status, 200);
      assert.ok(text.length < 400_000, `${part}: ${text.length}`);
    }
  });

  test('the record is dropped after ten minutes without a look, at sign-out, and on closing', async () => {
    const idle = `${await open()}overview`;
    world.wait(9 * 60);
    assert.equal((await visitor.get(idle)).status, 200);
    world.wait(10 * 60);
    assert.equal(heading((await visitor.get(idle)).text), 'This record is no longer open');
    const closed = await open();
    await visitor.post(`${closed.replace('/record/', '')}/close`);
    assert.equal((await visitor.get(`${closed}overview`)).status, 404);
    const left = await open();
    const health = async () =>
      (await (await fetch(`http://127.0.0.1:${world.portal.operations.port}/health`)).json()) as {
        records: number;
      };
    const { records } = await health();
    await visitor.get(`${left}overview`);
    await visitor.post('/sign-out');
    assert.equal((await health()).records, records - 1);
  });

  test('nothing of a record or session is written to disk or to the log', async () => {
    await open();
    const files = await readdir(world.folder, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    for (const text of [...texts, world.log.join('')])
      assert.doesNotMatch(text, /Hartley|Metformin|9990000018|access-5550/);
  });
});

describe('headers', () => {
  test('pages are not kept anywhere, run no script, and cannot be framed', async () => {
    for (const page of [
      await visitor.get('/find'),
      await visitor.get('/nowhere'),
      await visitor.openRecord(),
    ]) {
      assert.equal(page.headers.get('cache-control'), 'no-store');
      const policy = page.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /script-src|unsafe/);
      assert.doesNotMatch(page.text, /<script|style="/);
      assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
      assert.equal(page.headers.get('referrer-policy'), 'no-referrer');
    }
  });

  test('the stylesheet is kept for a year under a name of its content, and calls no other host', async () => {
    const href = /rel="stylesheet" href="([^"]+)"/.exec((await visitor.get('/find')).text)?.[1] ?? '';
    const sheet = await visitor.get(href);
    assert.equal(sheet.headers.get('cache-control'), 'public, max-age=31536000, immutable');
    assert.match(sheet.headers.get('content-type') ?? '', /^text\/css/);
    assert.doesNotMatch(sheet.text, /@font-face|url\(https?:/);
  });

  test('an unknown address is a page that says so', async () => {
    const page = await visitor.get('/nowhere');
    assert.deepEqual([page.status, heading(page.text)], [404, 'Page not found']);
  });
});
