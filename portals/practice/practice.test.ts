// The practice pages over real HTTP: what each journey of a reviewer ends in, and what the practice's system is asked.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Visitor } from '../kit/testing/visitor.ts';
import { madeUpItem } from './testing/made-up-messages.ts';
import { startTestPractice, type TestPractice } from './testing/practice-for-tests.ts';
import { madeUpEntry, madeUpRecall, usualEntries } from './testing/stand-in-recalls.ts';

let world: TestPractice;
let visitor: Visitor;

before(async () => {
  world = await startTestPractice();
});
after(() => world.close());
beforeEach(async () => {
  world.inbox.items = [
    madeUpItem(1, 'clean'),
    madeUpItem(2, 'high'),
    madeUpItem(3, 'miscoded'),
    madeUpItem(4, 'override'),
  ];
  world.inbox.asked.length = 0;
  visitor = new Visitor(world.url);
  await visitor.signIn();
});

const heading = (text: string) => /<h1[^>]*>([^<]*)</.exec(text)?.[1]?.trim();
const version = { version: '1' };

describe('the inbox', () => {
  test('lists what waits, most pressing first, each weight in words; the user’s token and practice go along', async () => {
    const page = await visitor.get('/inbox');
    assert.equal(heading(page.text), 'Inbox: 4 messages');
    const order = [...page.text.matchAll(/<th scope="row"><a href="\/inbox\/(\d+)"/g)].map(
      ([, item]) => item,
    );
    assert.deepEqual(order, ['2', '3', '4', '1']);
    for (const words of ['Urgent action', 'Blocked', 'Nothing found']) assert.ok(page.text.includes(words));
    assert.equal(world.inbox.asked.at(-1)?.authorization, 'Bearer access-555011112222');
    assert.equal(world.inbox.asked.at(-1)?.path, '/practice/v1/A82999/inbox');
  });

  test('an item that is put aside is not the next one until the list is opened again', async () => {
    assert.equal((await visitor.get('/inbox/next?skip=2')).path, '/inbox/3');
    assert.equal((await visitor.get('/inbox/next')).path, '/inbox/3');
    await visitor.get('/inbox');
    assert.equal((await visitor.get('/inbox/next')).path, '/inbox/2');
  });

  test('without a session nothing is asked', async () => {
    world.inbox.asked.length = 0;
    assert.equal((await new Visitor(world.url).get('/inbox/2')).status, 401);
    assert.equal((await new Visitor(world.url).post('/inbox/2', version)).status, 401);
    assert.equal(world.inbox.asked.length, 0);
  });
});

describe('whose practice it is', () => {
  const staff = () => world.issuer.staff;
  const as = async (ods: string, organisation: string) => {
    const before = staff();
    world.issuer.staff = { ...before, ods, organisation };
    const other = new Visitor(world.url);
    await other.signIn();
    world.issuer.staff = before;
    world.inbox.asked.length = 0;
    world.otherInbox.asked.length = 0;
    return other;
  };

  test('a practice of another GP system is asked of that one only, under its own code', async () => {
    const other = await as('A82777', 'Other System Surgery');
    const page = await other.get('/inbox');
    assert.ok(page.text.includes('Other System Surgery (A82777)'));
    assert.equal(heading(page.text), 'Inbox');
    assert.deepEqual(world.inbox.asked, []);
    assert.equal(world.otherInbox.asked.at(-1)?.path, '/practice/v1/A82777/inbox');
    assert.equal((await other.get('/inbox/2')).status, 404);
  });

  test('an organisation without an inbox here is told so, and nothing is asked for it', async () => {
    const other = await as('RZ901', 'Test Hospital');
    for (const path of ['/inbox', '/inbox/2', '/tasks', '/controls']) {
      const page = await other.get(path);
      assert.deepEqual(
        [page.status, heading(page.text)],
        [403, 'There is no practice inbox for your organisation here'],
      );
    }
    assert.deepEqual([...world.inbox.asked, ...world.otherInbox.asked], []);
  });
});

describe('amending an entry', () => {
  const typed = {
    ...version,
    'choice-0': 'accept',
    'choice-1': 'amend',
    'amend-systolic-1': '128',
    'why-1': 'typing error, the pharmacy confirmed it',
  };
  const seen = JSON.stringify({ systolic: 128 });
  const sent = () =>
    (world.inbox.bodies('/items/2/decisions') as { decisions: { decision: string }[] }[]).flatMap(
      ({ decisions }) => decisions.filter(({ decision }) => decision === 'amend'),
    );

  test('UPD-09: the changed entry is shown as it will be filed, with what the rules find on it, before it is filed', async () => {
    await visitor.get('/inbox/2');
    const shown = await visitor.post('/inbox/2', typed);
    assert.equal(shown.status, 400);
    assert.ok(shown.text.includes('read what the changed entry says, then file it'));
    assert.ok(shown.text.includes('The entry will say:'));
    assert.ok(shown.text.includes('No rule found anything on it.'));
    assert.deepEqual(sent(), []);
    assert.equal((await visitor.post('/inbox/2', { ...typed, 'seen-1': seen })).path, '/inbox/3');
    assert.deepEqual(
      sent().map((one) => ({ ...one, ref: undefined })),
      [
        {
          decision: 'amend',
          reason: 'typing error, the pharmacy confirmed it',
          amendment: { systolic: 128 },
          ref: undefined,
        },
      ],
    );
  });

  const gaps: readonly (readonly [string, Record<string, string>, string])[] = [
    ['without a reason', { 'why-1': '' }, 'say why you change it'],
    ['without a change', { 'amend-systolic-1': '' }, 'enter what is to be changed'],
    ['with a number that is none', { 'amend-systolic-1': '12o' }, 'enter a number'],
    ['with a date that is none', { 'amend-effective-1': '31/2/2026' }, 'enter a real date'],
    [
      'that is changed again after it was shown',
      { 'amend-systolic-1': '126', 'seen-1': seen },
      'read what the changed entry says',
    ],
    [
      'that still asks for action, without what was done',
      { 'amend-systolic-1': '150', 'seen-1': JSON.stringify({ systolic: 150 }) },
      'say what was done',
    ],
    [
      'that the rules block',
      { 'amend-systolic-1': '400', 'seen-1': JSON.stringify({ systolic: 400 }) },
      'still blocked. Outside what can be measured',
    ],
  ];
  for (const [name, fields, words] of gaps) {
    test(`nothing is filed of an amendment ${name}`, async () => {
      await visitor.get('/inbox/2');
      const page = await visitor.post('/inbox/2', { ...typed, ...fields });
      assert.equal(page.status, 400);
      assert.ok(page.text.includes(words), words);
      assert.deepEqual(sent(), []);
    });
  }

  test('what the practice’s system does not take is told beside the entry, in its words', async () => {
    await visitor.get('/inbox/3');
    const page = await visitor.post('/inbox/3', {
      ...version,
      'choice-0': 'accept',
      'choice-1': 'amend',
      'amend-code-1': '111111',
      'why-1': 'wrong code',
    });
    assert.equal(page.status, 400);
    assert.ok(page.text.includes('this code is not in your release'));
    assert.deepEqual(world.inbox.bodies('/decisions'), []);
  });
});

describe('a patient’s record', () => {
  const opened = async (path: string) => {
    await visitor.get('/patients');
    const { path: at } = await visitor.post('/patients', { nhsNumber: '999 000 0018' });
    return at.replace(/reads$/, path);
  };

  test('DCC-06: who read it is told with organisation, person, role, purpose and what, page by page', async () => {
    const reads = await visitor.get(await opened('reads'));
    assert.equal(reads.path.includes('9990000018'), false);
    for (const words of [
      'Test Hospital',
      'RZ901',
      'Dr Sam Thornley',
      'Consultant',
      'Direct care',
      'allergies',
    ])
      assert.ok(reads.text.includes(words), words);
    assert.ok(reads.text.includes('Perhaps shown: its end was not recorded'));
    assert.match(reads.text, /Audit entry 150</);
    const older = await visitor.get(`${reads.path}?cursor=100`);
    assert.match(older.text, /Audit entry 100</);
    assert.doesNotMatch(older.text, /Audit entry 101</);
    assert.doesNotMatch((await visitor.get(`${reads.path}?cursor=50`)).text, />Older</);
    assert.deepEqual(
      world.inbox.bodies('/record/reads').map((body) => (body as { cursor?: string }).cursor),
      [undefined, undefined, '100', '50'],
    );
  });

  test('days are asked for as people write them; a day that is none is told beside its field', async () => {
    const path = await opened('reads');
    await visitor.get(`${path}?from=1/3/2026&to=31/03/2026`);
    const { from, to } = world.inbox.bodies('/record/reads').at(-1) as { from: string; to: string };
    assert.deepEqual([from, to], ['2026-03-01', '2026-03-31']);
    const asked = world.inbox.asked.length;
    const wrong = await visitor.get(`${path}?from=31/02/2026`);
    assert.equal(wrong.status, 400);
    assert.ok(wrong.text.includes('Enter a real date'));
    assert.equal(world.inbox.asked.length, asked);
  });

  test('a message leads to the record of whom it is about, an entry to who read it since it was filed', async () => {
    const page = await visitor.get('/inbox/2/patient');
    assert.match(page.path, /^\/patients\/[\w-]+\/reads$/);
    assert.ok(page.text.includes('HARTLEY, Maya Rose'));
    const filed = await visitor.get('/filed/11/reads');
    assert.match(filed.text, /Audit entry 150</);
    assert.ok(filed.text.includes('href="/filed/11/reads?cursor=100"'));
  });

  test('a number that is none, and a handle of another session, open nothing', async () => {
    await visitor.get('/patients');
    const wrong = await visitor.post('/patients', { nhsNumber: '999 000 0019' });
    assert.equal(wrong.status, 400);
    assert.ok(wrong.text.includes('Enter a valid NHS number'));
    const path = await opened('reads');
    const other = new Visitor(world.url);
    await other.signIn();
    assert.equal((await other.get(path)).path, '/patients');
  });

  test('DCC-08: the preview shows first what is withheld, then the answer as it is sent, as text', async () => {
    const path = await opened('preview');
    assert.ok((await visitor.get(path)).text.includes('Structured record'));
    const shown = await visitor.post(path, { view: 'structured' });
    assert.ok(shown.text.includes('Items excluded due to confidentiality'));
    assert.ok(shown.text.includes('confidential-items'));
    assert.ok(shown.text.includes('{&quot;resourceType&quot;:&quot;Bundle&quot;'));
    const file = await visitor.post(path, { view: 'structured', download: 'yes' });
    assert.match(
      file.headers.get('content-disposition') ?? '',
      /^attachment; filename="preview-structured.txt"/,
    );
    assert.equal(file.headers.get('content-type'), 'text/plain; charset=utf-8');
    assert.ok(file.text.startsWith('{"resourceType":"Bundle"'));
    const refused = await visitor.post(path, { view: 'html' });
    assert.ok(refused.text.includes('Nothing of the record is shared'));
    assert.ok(refused.text.includes('&lt;b&gt;Patient has dissented'));
    assert.equal((await visitor.post(path, { view: 'nothing' })).status, 404);
  });

  test('DCC-05: everything of one sender is withheld with a reason only, and released again', async () => {
    const path = await opened('quarantine');
    await visitor.get(path);
    const wrong = await visitor.post(path, { do: 'quarantine', sender: '?' });
    assert.equal(wrong.status, 400);
    assert.ok(wrong.text.includes('Enter an ODS code') && wrong.text.includes('Enter the reason'));
    assert.deepEqual(world.inbox.bodies('/inbox/quarantine'), []);
    const done = await visitor.post(path, {
      do: 'quarantine',
      sender: 'fzz01',
      from: '1/11/2026',
      reason: 'another person',
    });
    assert.equal(heading(done.text), 'Withheld: FZZ01');
    assert.ok(done.text.includes('RZ901'));
    assert.deepEqual(world.inbox.bodies('/inbox/quarantine'), [
      { nhsNumber: '9990000018', sender: 'FZZ01', from: '2026-11-01', reason: 'another person' },
    ]);
    await visitor.post(path, { do: 'release', sender: 'FZZ01', reason: 'it was right' });
    assert.deepEqual(world.inbox.bodies('/quarantine/release'), [
      { nhsNumber: '9990000018', sender: 'FZZ01', reason: 'it was right' },
    ]);
  });
});

describe('reviewing a message', () => {
  test('SG-02 SG-19 SG-23: nothing is chosen beforehand; findings, own term and the record stand beside', async () => {
    const { text } = await visitor.get('/inbox/2');
    assert.equal(/ checked/.test(text), false);
    assert.ok(text.includes('The blood pressure is very high: same day'));
    assert.ok(text.includes('GP to see the patient today, please.'));
    assert.match(text, /124\/78/);
    for (const known of ['Asthma', 'Penicillin', 'Salbutamol', 'HARTLEY']) assert.ok(text.includes(known));
    assert.equal(text.includes('value="accept-all"'), false);
    assert.ok((await visitor.get('/inbox/1')).text.includes('the sender calls it “Heart rate”'));
  });

  test('SG-02: an item without findings is accepted as a whole, filed, and the next one is there at once', async () => {
    await visitor.get('/inbox/1');
    const next = await visitor.post('/inbox/1', { ...version, do: 'accept-all' });
    assert.equal(next.path, '/inbox/2');
    assert.match(next.text, /class="gpc-done" role="status"><strong>Done.<\/strong> Filed\./);
    assert.deepEqual(world.inbox.bodies('/items/1/accept-all'), [{ version: 1 }]);
    assert.deepEqual(world.inbox.bodies('/items/1/complete'), [{ version: 2 }]);
  });

  test('one submit files every decision, with the action taken and the tick that the findings ask for', async () => {
    await visitor.get('/inbox/2');
    const fields = {
      ...version,
      'choice-0': 'accept',
      'choice-1': 'accept',
      'action-1': 'patient-contacted',
      'read-1': 'yes',
    };
    assert.equal((await visitor.post('/inbox/2', fields)).path, '/inbox/3');
    const [sent] = world.inbox.bodies('/items/2/decisions') as [{ decisions: object[] }];
    assert.deepEqual(
      sent.decisions.map(({ ref: _ref, ...rest }: { ref?: string }) => rest),
      [{ decision: 'accept' }, { decision: 'accept', actionTaken: 'patient-contacted', confirmed: true }],
    );
  });

  const gaps: readonly (readonly [string, string, Record<string, string>, string])[] = [
    ['an entry without a decision', '/inbox/2', { 'choice-0': 'accept' }, 'choose what to do'],
    [
      'a finding that asks for action, without what was done',
      '/inbox/2',
      { 'choice-0': 'accept', 'choice-1': 'accept', 'read-1': 'yes' },
      'say what was done',
    ],
    [
      'no action, without why',
      '/inbox/2',
      { 'choice-0': 'accept', 'choice-1': 'accept', 'read-1': 'yes', 'action-1': 'no-action' },
      'say why no action is needed',
    ],
    [
      'a warning that was not ticked',
      '/inbox/2',
      { 'choice-0': 'accept', 'choice-1': 'text-only', 'action-1': 'task-made' },
      'tick that you have read the warning',
    ],
    [
      'a refusal without a reason',
      '/inbox/3',
      { 'choice-0': 'accept', 'choice-1': 'refuse' },
      'choose why you refuse it',
    ],
    [
      'an override without a reason',
      '/inbox/4',
      { 'choice-0': 'override', 'choice-1': 'accept' },
      'say why you override the block',
    ],
  ];
  for (const [name, path, fields, words] of gaps) {
    test(`nothing is sent for ${name}; what was chosen stays`, async () => {
      await visitor.get(path);
      const page = await visitor.post(path, { ...version, ...fields });
      assert.equal(page.status, 400);
      assert.ok(page.text.includes(words));
      assert.ok(page.text.includes('<title>Error:'));
      assert.match(page.text, / checked/);
      assert.deepEqual(world.inbox.bodies('/decisions'), []);
    });
  }

  test('what the practice’s system refuses to store is told in its own words, on the same page', async () => {
    await visitor.get('/inbox/2');
    const page = await visitor.post('/inbox/2', {
      ...version,
      'choice-0': 'accept',
      'choice-1': 'accept',
      'read-1': 'yes',
      'action-1': 'no-action',
      'note-1': 'refuse this',
    });
    assert.equal(page.status, 422);
    assert.ok(page.text.includes('entry 2: the patient has died'));
  });

  test('a message changed by somebody else is shown again, and nothing is filed', async () => {
    await visitor.get('/inbox/1');
    world.inbox.items = [madeUpItem(1, 'clean', { version: 2 })];
    const page = await visitor.post('/inbox/1', { ...version, do: 'accept-all' });
    assert.equal(page.status, 409);
    assert.ok(page.text.includes('changed while you had it open'));
    assert.deepEqual(world.inbox.bodies('/complete'), []);
  });

  test('a message that is gone is told as such, with a way back', async () => {
    const page = await visitor.get('/inbox/77');
    assert.deepEqual([page.status, heading(page.text)], [404, 'There is no such message or entry here']);
  });

  test('SG-14: a whole message is refused with a reason from the list only', async () => {
    await visitor.get('/inbox/3/refuse');
    assert.equal((await visitor.post('/inbox/3/refuse', version)).status, 400);
    await visitor.post('/inbox/3/refuse', { ...version, reason: 'wrong-patient', note: '' });
    assert.deepEqual(world.inbox.bodies('/items/3/refuse'), [{ version: 1, reason: 'wrong-patient' }]);
  });

  test('SG-22: a sensitive message stays hidden from the patient’s view unless the reviewer ticks otherwise', async () => {
    world.inbox.items = [
      madeUpItem(1, 'clean', { hiddenFromPatient: true, sensitive: true }),
      madeUpItem(2, 'clean', { hiddenFromPatient: true, sensitive: true }),
    ];
    await visitor.get('/inbox/1');
    await visitor.post('/inbox/1', { ...version, do: 'accept-all' });
    await visitor.post('/inbox/2', { ...version, do: 'accept-all', online: 'yes' });
    assert.deepEqual(
      ['/items/1/complete', '/items/2/complete'].map((path) => world.inbox.bodies(path)),
      [[{ version: 2, visibleOnline: false }], [{ version: 2, visibleOnline: true }]],
    );
  });

  test('§5.2: a file is handed out to be kept, or shown apart where it can run nothing', async () => {
    const asked = ['1', '1/view', '0', '0/view', '2/view'].map((file) =>
      visitor.get(`/inbox/4/files/${file}`),
    );
    const files = await Promise.all(asked);
    assert.deepEqual(
      files.map(({ headers }) => headers.get('content-disposition')),
      [
        'attachment; filename="message-4-2.pdf"',
        'attachment; filename="message-4-2.pdf"',
        'attachment; filename="message-4-1.html"',
        'inline; filename="message-4-1.html"',
        'inline; filename="message-4-3.txt"',
      ],
    );
    for (const { headers } of files) {
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.match(headers.get('content-security-policy') ?? '', /^default-src 'none';.* sandbox$/);
    }
  });

  test('HZ-26: a document is never said to be free of findings: no rule reads it', async () => {
    world.inbox.items = [madeUpItem(1, 'document')];
    for (const page of [await visitor.get('/inbox'), await visitor.get('/inbox/1')]) {
      assert.ok(page.text.includes('Read it'));
      assert.equal(/Nothing found(?!, or)/.test(page.text), false);
    }
  });

  test('SG-23: last values have terms and units, and what is old says so', async () => {
    const { text } = await visitor.get('/inbox/2');
    assert.match(text, /124\/78 mmHg<\/strong> Sitting blood pressure reading/);
    assert.match(text, /70 per minute<\/strong> Pulse rate<span[^>]*>01 Sep 2022 · <strong>over 4 years ago/);
    assert.match(text, /Amlodipine 5mg tablets<span[^>]*>last issued 01 Nov 2026/);
  });

  test('SG-03: whoever may only read gets no form to decide with', async () => {
    world.inbox.items = [madeUpItem(1, 'high', { may: { review: false, act: false } })];
    const { text } = await visitor.get('/inbox/1');
    assert.ok(text.includes('Somebody with a reviewer’s role'));
    assert.equal(text.includes('name="choice-0"'), false);
  });

  test('rules that could not be asked are said not to have been checked', async () => {
    world.inbox.items = [madeUpItem(1, 'clash')];
    assert.match(
      (await visitor.get('/inbox/1')).text,
      /1 rule was not checked[\s\S]*MD-02: no interaction knowledge/,
    );
  });

  test('what a sender wrote is text, whatever it looks like', async () => {
    const item = madeUpItem(1, 'clean');
    const [first, second] = item.entries;
    world.inbox.items = [
      { ...item, entries: [{ ...first!, text: '<script>alert(1)</script><b>x' }, second!] },
    ];
    const { text } = await visitor.get('/inbox/1');
    assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;&lt;b&gt;x'));
    assert.equal(text.includes('<script'), false);
  });
});

describe('controls', () => {
  test('SG-04 DCC-02: a switch is changed with a reason only, after the page said what follows', async () => {
    const ask = await visitor.get('/controls/change?kind=switch&name=update-record&to=off');
    assert.equal(heading(ask.text), 'Switch off: Update Record');
    assert.ok(ask.text.includes('required by contract'));
    const fields = { kind: 'switch', name: 'update-record', to: 'off' };
    assert.equal((await visitor.post('/controls/change', fields)).status, 400);
    const after = await visitor.post('/controls/change', { ...fields, reason: 'no staff this week' });
    assert.deepEqual([after.path, after.status], ['/controls', 200]);
    assert.deepEqual(world.inbox.bodies('/controls/switches'), [
      { names: ['update-record'], enabled: false, reason: 'no staff this week' },
    ]);
  });

  test('SG-18 DCC-03: filing stops for a code or a sender, and messages of a sender are refused', async () => {
    await visitor.get('/controls');
    const change = (fields: Record<string, string>) =>
      visitor.post('/controls/change', { reason: 'miscoded', to: 'on', ...fields });
    await change({ kind: 'stop-code', name: '77386006' });
    await change({ kind: 'stop-sender', name: 'fzz01' });
    await change({ kind: 'sender', name: 'FZZ01' });
    assert.deepEqual(world.inbox.bodies('/controls/stops'), [
      { kind: 'code', value: '77386006', stopped: true, reason: 'miscoded' },
      { kind: 'sender', value: 'FZZ01', stopped: true, reason: 'miscoded' },
    ]);
    assert.deepEqual(world.inbox.bodies('/controls/senders'), [
      { sender: 'FZZ01', blocked: true, reason: 'miscoded' },
    ]);
    const wrong = await visitor.get('/controls/change?kind=stop-code&name=abc&to=on');
    assert.equal(wrong.status, 400);
    assert.ok(wrong.text.includes('6 to 18 digits'));
  });

  test('DCC-03: a product is taken from chosen care settings only, with a reason, after the page said what follows', async () => {
    assert.match(
      (await visitor.get('/controls')).text,
      /<strong>Only<\/strong> NHS 111, Community pharmacies/,
    );
    const path = '/controls/care-settings';
    const ask = await visitor.get(`${path}?product=update-record`);
    assert.equal(heading(ask.text), 'Who may send: Update Record');
    for (const words of ['code 20010', 'required by contract']) assert.ok(ask.text.includes(words), words);
    assert.match((await visitor.get(`${path}?product=send-document`)).text, /value="nhs111" checked/);
    const product = { product: 'update-record' };
    const none = await visitor.post(path, { ...product, from: 'some', reason: 'x' });
    assert.ok(none.status === 400 && none.text.includes('Tick at least one care setting'));
    assert.equal((await visitor.post(path, { ...product, from: 'all' })).status, 400);
    assert.equal((await visitor.get(`${path}?product=unknown`)).status, 404);
    const some = await visitor.post(path, {
      ...product,
      from: 'some',
      settings: 'pharmacy',
      reason: 'pharmacies only',
    });
    assert.ok(some.text.includes('Who may send: Update Record: Community pharmacies.'));
    await visitor.post(path, { ...product, from: 'all', reason: 'everyone again' });
    assert.deepEqual(world.inbox.bodies('/controls/care-settings'), [
      { ...product, settings: ['pharmacy'], reason: 'pharmacies only' },
      { ...product, settings: null, reason: 'everyone again' },
    ]);
  });

  test('SG-17: senders show counts, how often rules fire, and who contradicts themselves', async () => {
    const { text } = await visitor.get('/senders');
    assert.ok(text.includes('3 of 40 messages (7.5 %)'));
    assert.ok(text.includes('PG-01'));
    assert.ok(text.includes('7.5 per 100 messages'));
    const controls = await visitor.get('/controls');
    assert.ok(controls.text.includes('3 of 40 messages (7.5 %)'));
    assert.ok(controls.text.includes('40 messages from 1 sender'));
  });

  test('SG-15: what is overdue is told, and what went to the practice leads', async () => {
    const { text } = await visitor.get('/overdue');
    assert.ok(text.includes('on the practice leads’ list'));
    assert.ok(text.includes('Look at a message again'));
  });

  test('SG-10, SG-11: the rules in force are told, with what the practice made stricter', async () => {
    const { text } = await visitor.get('/rules');
    assert.ok(text.includes('national-2026.11+practice-3'));
    assert.match(text, /DT-04[\s\S]*Raised by your practice. National: Check/);
    assert.match(text, /systolic: 135 <strong>\(your practice’s; national: 140\)/);
    assert.ok(text.includes('The recorded sex is male'));
  });
});

describe('looking back', () => {
  test('SG-12: entries are found and marked as entered in error only under their confirmed number', async () => {
    const found = await visitor.get('/look-back?search=yes&code=77386006&sender=fzz01');
    assert.ok(found.text.includes('3 entries'));
    assert.deepEqual(world.inbox.bodies('/look-back'), [{ code: '77386006', sender: 'FZZ01' }]);
    assert.equal((await visitor.post('/look-back/choose', { do: 'error' })).status, 400);
    const ask = await visitor.post('/look-back/choose', { do: 'error', filed: '11' });
    assert.equal(heading(ask.text), 'Mark as entered in error: 1 entry');
    const wrong = await visitor.post('/look-back/error', { filed: '11', note: 'miscoded', confirmed: '3' });
    assert.equal(wrong.status, 400);
    assert.deepEqual(world.inbox.bodies('/entered-in-error'), []);
    await visitor.post('/look-back/error', { filed: '11', note: 'miscoded', confirmed: '1' });
    assert.deepEqual(world.inbox.bodies('/entered-in-error'), [
      { filed: [11], confirmed: 1, reason: 'miscoded' },
    ]);
  });

  test('a search for nothing, and a date that is none, are told beside the field', async () => {
    const empty = await visitor.get('/look-back?search=yes');
    assert.ok(empty.text.includes('Enter at least one thing to look for'));
    const date = await visitor.get('/look-back?search=yes&from=31.3.2026');
    assert.equal(date.status, 400);
    assert.deepEqual(world.inbox.bodies('/look-back'), []);
  });

  test('DCC-06: quarantine needs a reason and shows who read the record since', async () => {
    await visitor.get('/filed/11/quarantine');
    assert.equal((await visitor.post('/filed/11/quarantine')).status, 400);
    const page = await visitor.post('/filed/11/quarantine', { reason: 'other patient' });
    assert.equal(heading(page.text), 'Quarantined');
    assert.ok(page.text.includes('RZ901'));
    assert.deepEqual(world.inbox.bodies('/filed/11/quarantine'), [{ reason: 'other patient' }]);
  });
});

describe('recalls', () => {
  beforeEach(() => {
    world.inbox.recallEntries = usualEntries();
  });
  const recall = `/recalls/${madeUpRecall}`;
  const decided = () => world.inbox.bodies('/decisions');

  test('INC-07: every page says how many entries are open, and the list what is recorded about whom', async () => {
    const inbox = await visitor.get('/inbox');
    assert.match(inbox.text, /Recalls <strong class="gpc-count">3<span[^>]*> open</);
    const { text } = await visitor.get('/recalls');
    assert.match(text, /R-2026-0007[\s\S]*3 open/);
    const open = await visitor.get(recall);
    for (const words of [
      'HARTLEY, Maya Rose',
      '999 000 0018',
      '77386006',
      'Not pregnant',
      'Not filed: in the inbox',
    ])
      assert.ok(open.text.includes(words), words);
    assert.ok(open.text.includes('Pregnant &lt;b&gt;now&lt;/b&gt;'));
    assert.equal(open.text.includes('asked the patient'), false);
    assert.ok((await visitor.get(`${recall}?show=all`)).text.includes('asked the patient'));
  });

  test('INC-08: one entry is settled with a reason, corrected as its sender proposes', async () => {
    const ask = await visitor.get(`${recall}/decide?entry=entry-001`);
    assert.equal(heading(ask.text), 'Decide on 1 entry');
    const missing = await visitor.post(`${recall}/decide`, { entry: 'entry-001' });
    assert.equal(missing.status, 400);
    for (const words of ['Choose what you decide', 'Enter the reason'])
      assert.ok(missing.text.includes(words));
    const entry = { entry: 'entry-001', reason: 'asked the patient' };
    const code = await visitor.post(`${recall}/decide`, { ...entry, decision: 'other-code', code: '1' });
    assert.ok(code.text.includes('6 to 18 digits'));
    assert.deepEqual(decided(), []);
    const after = await visitor.post(`${recall}/decide`, { ...entry, decision: 'as-proposed' });
    assert.ok(after.text.includes('1 entry corrected as the sender proposed.'));
    assert.match(after.text, /Recalls <strong class="gpc-count">2</);
    assert.deepEqual(decided(), [
      {
        decisions: [
          {
            ...{ entry: 'entry-001', decision: 'correct', reason: 'asked the patient' },
            correction: { code: '60001007', display: 'Not pregnant' },
          },
        ],
      },
    ]);
  });

  test('INC-07: another code, and text without a code, are corrections too', async () => {
    await visitor.get(`${recall}/decide?entry=entry-002`);
    const more = {
      entry: 'entry-001',
      reason: 'x',
      decision: 'other-code',
      code: '60001007',
      term: 'Not pregnant',
    };
    await visitor.post(`${recall}/decide`, more);
    await visitor.post(`${recall}/decide`, { entry: 'entry-002', reason: 'x', decision: 'text-only' });
    const corrections = (decided() as { decisions: { correction: object }[] }[]).map(
      ({ decisions }) => decisions[0]?.correction,
    );
    assert.deepEqual(corrections, [{ code: '60001007', display: 'Not pregnant' }, { textOnly: true }]);
  });

  test('INC-07: several are settled alike only under their number, and only as fits each of them', async () => {
    assert.equal((await visitor.get(`${recall}/decide`)).status, 400);
    const two = await visitor.get(`${recall}/decide?entry=entry-001&entry=entry-003`);
    assert.equal(heading(two.text), 'Decide on 2 entries');
    for (const choice of ['as-proposed', 'text-only', 'other-code'])
      assert.equal(two.text.includes(`value="${choice}"`), false, choice);
    const form = (confirmed: string) =>
      visitor.postAll(`${recall}/decide`, [
        ['entry', 'entry-001'],
        ['entry', 'entry-003'],
        ['decision', 'entered-in-error'],
        ['reason', 'miscoded run'],
        ['confirmed', confirmed],
      ]);
    assert.equal((await form('3')).status, 400);
    assert.deepEqual(decided(), []);
    assert.ok((await form('2')).text.includes('2 entries marked as entered in error'));
    assert.deepEqual(decided(), [
      {
        decisions: ['entry-001', 'entry-003'].map((entry) => ({
          ...{ entry, decision: 'entered-in-error', reason: 'miscoded run' },
        })),
      },
    ]);
  });

  test('what is settled, or is not on the list, cannot be chosen', async () => {
    const settled = await visitor.get(`${recall}/decide?entry=entry-004`);
    assert.deepEqual([settled.status, heading(settled.text)], [409, 'This is settled already']);
    assert.equal((await visitor.get(`${recall}/decide?entry=entry-999`)).status, 404);
    assert.equal((await visitor.get('/recalls/x%2F..%2Fy')).status, 404);
  });

  test('a long list comes by the page, and what was chosen on the second page is found', async () => {
    world.inbox.recallEntries = Array.from({ length: 120 }, (_, at) => madeUpEntry(at));
    const first = await visitor.get(recall);
    const next = /href="([^"]+after=entry-049)"[^>]*>Next page/.exec(first.text)?.[1];
    assert.ok(next);
    const second = await visitor.get(next);
    assert.ok(second.text.includes('value="entry-050"') && !second.text.includes('value="entry-049" id'));
    const ask = await visitor.get(`${recall}/decide?after=entry-049&entry=entry-099`);
    assert.equal(heading(ask.text), 'Decide on 1 entry');
  });

  test('INC-08: whoever is no clinician is told so', async () => {
    await visitor.get(`${recall}/decide?entry=entry-001`);
    // The entry is asked for first, then decided.
    world.inbox.instead = (response) => {
      response.end(JSON.stringify({ entries: [madeUpEntry(1)] }));
      world.inbox.instead = (second) =>
        second
          .writeHead(403)
          .end(JSON.stringify({ error: 'not-a-clinician', message: 'Only a clinician may settle entries' }));
    };
    const page = await visitor.post(`${recall}/decide`, {
      ...{ entry: 'entry-001', decision: 'entered-in-error', reason: 'x' },
    });
    assert.deepEqual([page.status, heading(page.text)], [403, 'Your role does not allow this']);
  });

  test('INC-12: who had read them, and a notice for each organisation that names nobody', async () => {
    const { text } = await visitor.get(`${recall}/exposure`);
    for (const words of ['Dr Sam Thornley', 'Test Hospital', 'To Test Hospital (RZ901).', 'Audit entry 41'])
      assert.ok(text.includes(words), words);
    const notices = /<article[\s\S]*<\/article>/.exec(text)?.[0] ?? '';
    assert.ok(notices.includes('shown a record once') && !notices.includes('999 000 0018'));
  });
});

describe('a privacy officer', () => {
  test('DCC-06: without the inbox, gets to who has read a record from where they come in', async () => {
    world.inbox.instead = (response) =>
      response
        .writeHead(403)
        .end(JSON.stringify({ error: 'NOT_ALLOWED', message: 'You may not see the inbox of this practice' }));
    const page = await visitor.get('/inbox');
    assert.deepEqual([page.status, heading(page.text)], [403, 'Your role does not allow this']);
    assert.match(page.text, /<main[\s\S]*href="\/patients"[\s\S]*<\/main>/);
  });
});

describe('when the practice’s system does not do what is asked', () => {
  const answers: readonly (readonly [string, number, object | string, number, string])[] = [
    [
      'a role that may not',
      403,
      { error: 'NOT_ALLOWED', message: 'This needs the practice lead', requirement: 'SG-03' },
      403,
      'Your role does not allow this',
    ],
    [
      'a sign-in it does not take',
      401,
      { error: 'NOT_SIGNED_IN', message: 'Sign in first' },
      401,
      'You need to sign in again',
    ],
    ['a failure', 500, { error: 'INTERNAL', message: 'x' }, 503, 'The practice’s system does not answer'],
    ['an answer that is none', 200, 'not json', 503, 'The practice’s system does not answer'],
    ['an answer of another shape', 200, { items: [] }, 503, 'The practice’s system does not answer'],
  ];
  for (const [name, status, body, shown, title] of answers) {
    test(`${name} becomes a page that says so`, async () => {
      world.inbox.instead = (response) =>
        response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
      const page = await visitor.get('/inbox');
      assert.deepEqual([page.status, heading(page.text)], [shown, title]);
    });
  }

  test('a broken connection is no crash, and no log line names the patient', async () => {
    world.inbox.instead = (response) => response.destroy();
    assert.equal((await visitor.get('/inbox/2')).status, 503);
    await visitor.get('/inbox/2');
    assert.equal(/9990000018|Hartley|access-5550/.test(world.log.join('')), false);
  });
});
