// The practice pages over real HTTP: what each journey of a reviewer ends in, and what the practice's system is asked.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Visitor } from '../kit/testing/visitor.ts';
import { madeUpItem } from './testing/made-up-messages.ts';
import { startTestPractice, type TestPractice } from './testing/practice-for-tests.ts';

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

  test('a file of a message is handed out to be kept, never shown inside the pages', async () => {
    const file = await visitor.get('/inbox/4/files/1');
    assert.equal(file.headers.get('content-disposition'), 'attachment; filename="message-4-2.pdf"');
    assert.equal(file.headers.get('cache-control'), 'no-store');
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

  test('SG-17: senders show counts and who contradicts themselves', async () => {
    const { text } = await visitor.get('/senders');
    assert.ok(text.includes('3 of 40 messages (7.5 %)'));
    assert.ok(text.includes('PG-01'));
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
