// The pharmacy pages over real HTTP: writing up, the checks before sending, confirming, and what became of the message.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Bundle, fromXml } from '@gp-connect/foundation/fhir';
import { readMessage, serviceOf } from '@gp-connect/foundation/itk3';
import { Visitor } from '../kit/testing/visitor.ts';
import { consultation, heron, startTestPharmacy, type TestPharmacy } from './testing/pharmacy-for-tests.ts';

let world: TestPharmacy;
let visitor: Visitor;
let patient: string;

before(async () => {
  world = await startTestPharmacy();
});
after(() => world.close());
beforeEach(async () => {
  visitor = new Visitor(world.url);
  await visitor.signIn();
  patient = (await visitor.post('/find/number', { nhsNumber: heron.nhsNumber })).path;
});

const heading = (text: string) => /<h1[^>]*>([^<]*)</.exec(text)?.[1]?.trim();
const check = (change: Record<string, string> = {}) =>
  visitor.post(`${patient}/check`, { ...consultation(), ...change });

/** Ticks whatever the page asks to be ticked, and sends. */
async function confirmAndSend(page: { text: string }) {
  const boxes = [...page.text.matchAll(/name="(confirmed|pregnancy)" type="checkbox" value="([^"]+)"/g)];
  const body = new URLSearchParams(boxes.map(([, name, value]): [string, string] => [name!, value!]));
  return visitor.post(`${patient}/send`, Object.fromEntries(body));
}

describe('a consultation', () => {
  test('SG-20: nothing leaves before the pregnancy status is confirmed by its term in words', async () => {
    const sent = world.mailbox.sent.length;
    const page = await check();
    assert.equal(heading(page.text), 'Check and send');
    for (const words of ['124/78 mmHg', 'Infected insect bite', 'HERON, Jo'])
      assert.ok(page.text.includes(words));
    assert.ok(page.text.includes('I confirm that the record shall say: Not pregnant'));
    const early = await visitor.post(`${patient}/send`);
    assert.equal(early.status, 400);
    assert.equal(world.mailbox.sent.length, sent);
    const done = await confirmAndSend(page);
    assert.match(done.path, /^\/messages\/[0-9a-f-]{36}$/);
    assert.equal(world.mailbox.sent.length, sent + 1);
  });

  test('what is sent is what was written, from the signed-in pharmacist, about the patient PDS holds', async () => {
    const body = consultation();
    await confirmAndSend(await check());
    const { document } = readMessage(fromXml(world.mailbox.sent.at(-1)!.body) as unknown as Bundle)!;
    assert.equal(serviceOf(document!), 'minor-illness');
    const text = Buffer.from(world.mailbox.sent.at(-1)!.body).toString('utf8');
    for (const part of [body.summary!, '60001007', '262550002', '2123456', 'Finch', 'Heron', heron.nhsNumber])
      assert.ok(text.includes(part), part);
  });

  const faults: readonly (readonly [Record<string, string>, string])[] = [
    [{ service: '' }, 'Choose the service'],
    [{ gphc: '12' }, 'seven digits'],
    [{ summary: ' ' }, 'Enter the clinical summary'],
    [{ pregnancy: '' }, 'Choose what you record about pregnancy'],
    [{ diastolic: '' }, 'Enter both blood pressures, or none'],
    [{ seen: '2999-01-01' }, 'is in the future'],
    [{ medicine: '289411000001107' }, 'Enter how many were supplied'],
  ];
  for (const [change, words] of faults) {
    test(`is not checked further while something is missing or wrong: ${words}`, async () => {
      const page = await check(change);
      assert.equal(page.status, 400);
      assert.ok(page.text.includes(words), words);
      assert.ok(page.text.includes('<title>Error:'));
    });
  }

  test('SG-20: what the practice would block is not sent; the form says why and keeps what was typed', async () => {
    const sent = world.mailbox.sent.length;
    const page = await check({ systolic: '60', diastolic: '90' });
    assert.equal(page.status, 400);
    assert.ok(page.text.includes('This cannot be sent as it is'));
    assert.ok(page.text.includes('(BP-03)'));
    assert.ok(page.text.includes('Insect bite on the left calf'));
    await visitor.post(`${patient}/send`);
    assert.equal(world.mailbox.sent.length, sent);
  });

  test('SG-20: a finding that needs care is read and ticked by a person before it goes', async () => {
    const page = await check({ systolic: '186', diastolic: '122' });
    assert.ok(page.text.includes('(BP-07)'));
    const early = await visitor.post(`${patient}/send`, { pregnancy: 'Not pregnant' });
    assert.equal(early.status, 400);
    assert.ok(early.text.includes('Tick that you have read and checked this'));
  });

  test('staff of another organisation get no further than being told so', async () => {
    world.issuer.staff = { ...world.issuer.staff, ods: 'FZZ02', organisation: 'Other Pharmacy' };
    const stranger = new Visitor(world.url);
    await stranger.signIn();
    const { path } = await stranger.post('/find/number', { nhsNumber: heron.nhsNumber });
    assert.equal((await stranger.get(path)).status, 403);
    assert.equal((await stranger.get('/messages')).status, 403);
    world.issuer.staff = { ...world.issuer.staff, ods: 'FZZ01', organisation: 'Test Pharmacy' };
  });
});

describe('a sent message', () => {
  const answers: readonly (readonly [readonly string[], string, string])[] = [
    [[], 'Sent', 'has not answered yet'],
    [['20013'], 'Acknowledged', 'has the message'],
    [['20013', '30001'], 'Accepted', 'reviews it'],
    [['20010'], 'Failed', 'switched this service off. Send it a PDF summary another way'],
    [['20013', '30002'], 'Failed', 'not registered at this practice'],
  ];
  for (const [codes, state, words] of answers) {
    test(`after ${codes.join(' and ') || 'no answer'} is shown as ${state}, with what it means`, async () => {
      const { path } = await confirmAndSend(await check());
      for (const code of codes) world.mailbox.answer(code);
      await world.portal.round();
      const { text } = await visitor.get(path);
      assert.match(text, new RegExp(`<strong class="nhsuk-tag[^>]*>\\s*${state}\\s*<`));
      assert.ok(text.includes(words), words);
    });
  }

  test('that failed is a task for a person until somebody closes it', async () => {
    await confirmAndSend(await check());
    world.mailbox.answer('30003');
    await world.portal.round();
    const open = await visitor.get('/messages');
    const task = /name="task" value="([^"]+)"(?![\s\S]*name="task")/.exec(open.text)?.[1];
    assert.ok(task);
    const closed = await visitor.post('/messages/tasks', { task, note: 'sent by post' });
    assert.equal(closed.text.includes(`value="${task}"`), false);
  });

  test('is listed for 14 days with its state in words, whoever signs in', async () => {
    await confirmAndSend(await check());
    world.mailbox.answer('20013');
    world.mailbox.answer('30001');
    await world.portal.round();
    const colleague = new Visitor(world.url);
    await colleague.signIn();
    const { text } = await colleague.get('/messages');
    assert.ok(text.includes('The last 14 days'));
    assert.ok(text.includes('HERON, Jo'));
    assert.ok(text.includes('The practice has the message and reviews it'));
  });

  /** The document of the message that was sent last. */
  const lastDocument = () =>
    readMessage(fromXml(world.mailbox.sent.at(-1)!.body) as unknown as Bundle)!.document!;
  const replaceOf = async (path: string) => {
    const form = await visitor.post(`${path}/replace`);
    return { form, handle: form.path };
  };
  const sendAgain = async (handle: string, change: Record<string, string>) => {
    const page = await visitor.post(`${handle}/check`, { ...consultation(), ...change });
    assert.equal(heading(page.text), 'Check and send');
    const boxes = [...page.text.matchAll(/name="(confirmed|pregnancy)" type="checkbox" value="([^"]+)"/g)];
    const ticks = boxes.map(([, name, value]): [string, string] => [name!, value!]);
    return { page, done: await visitor.post(`${handle}/send`, Object.fromEntries(ticks)) };
  };

  test('§5.4: what the practice has is replaced from the form as it was written, as the next version', async () => {
    const { path } = await confirmAndSend(await check());
    const first = lastDocument();
    world.mailbox.answer('20013');
    world.mailbox.answer('30001');
    await world.portal.round();
    assert.ok((await visitor.get(path)).text.includes('Replace this message'));
    const { form, handle } = await replaceOf(path);
    assert.match(handle, /^\/patients\//);
    assert.ok(form.text.includes('This replaces'));
    for (const part of ['Insect bite on the left calf', 'value="124"', 'value="78"', 'value="2123456"'])
      assert.ok(form.text.includes(part), part);
    const { page, done } = await sendAgain(handle, { summary: 'Insect bite on the right calf, dressed.' });
    assert.ok(page.text.includes('This replaces'));
    const second = lastDocument();
    assert.equal(second.replaces?.value, first.identifier?.value);
    assert.equal(second.version, '2');
    assert.match(world.mailbox.sent.at(-1)!.fields.subject, /version 2$/);
    const old = await visitor.get(path);
    assert.ok(old.text.includes('A newer version took its place'));
    assert.ok(old.text.includes(done.path));
    assert.equal(old.text.includes('Replace this message'), false);
    assert.equal((await visitor.post(`${path}/replace`)).status, 409);
  });

  test('what the practice did not take is corrected and sent again, replacing nothing', async () => {
    const { path } = await confirmAndSend(await check());
    const first = lastDocument();
    world.mailbox.answer('20013');
    world.mailbox.answer('30002');
    await world.portal.round();
    assert.ok((await visitor.get(path)).text.includes('Correct and send again'));
    const { form, handle } = await replaceOf(path);
    assert.ok(form.text.includes('again, corrected'));
    await sendAgain(handle, {});
    const second = lastDocument();
    assert.equal(second.replaces, undefined);
    assert.notEqual(second.identifier?.value, first.identifier?.value);
  });

  test('that the practice has not answered is not replaced', async () => {
    const { path } = await confirmAndSend(await check());
    assert.equal((await visitor.get(path)).text.includes('Replace this message'), false);
    assert.equal((await visitor.post(`${path}/replace`)).status, 409);
    assert.equal((await visitor.post('/messages/5a6b0000-0001-4a00-8a00-000000000001/replace')).status, 409);
  });

  test('of no such id, and no log line that names the patient', async () => {
    assert.equal((await visitor.get('/messages/5a6b0000-0001-4a00-8a00-000000000001')).status, 404);
    assert.equal(/9990000018|Heron|Insect bite/.test(world.log.join('')), false);
  });
});

describe('a recalled message', () => {
  const sentOne = async () => (await confirmAndSend(await check())).path.replace('/messages/', '');
  const told = async (recall: string, ...messages: { messageId: string; outcome: string }[]) => {
    world.mailbox.notify(recall, messages);
    await world.portal.round();
  };
  /** The address of the newest recalled message. */
  const newest = async () => {
    const { text } = await visitor.get('/recalls');
    return Math.max(...[...text.matchAll(/href="\/recalls\/(\d+)"/g)].map(([, id]) => Number(id)));
  };
  const answers = () =>
    world.mailbox.sent
      .filter(({ fields }) => fields.workflowId === 'GPC_RECALL_NOTICE_ACK')
      .map(({ body, fields, contentType }) => ({
        ...{ to: fields.to, contentType },
        body: JSON.parse(Buffer.from(body).toString('utf8')),
      }));

  test('INC-09: is listed with what was sent, and answered with what was meant; nothing names the patient', async () => {
    const messageId = await sentOne();
    await told('R-1', { messageId, outcome: 'check' });
    assert.equal(world.mailbox.waitingNow(), 0, 'the notice is taken, not put aside');
    assert.equal((await visitor.get('/messages')).text.includes('unknown workflow'), false);
    const list = await visitor.get('/recalls');
    for (const words of ['Pregnancy status miscoded', 'A82999', 'To answer'])
      assert.ok(list.text.includes(words));
    const path = `/recalls/${await newest()}`;
    const page = await visitor.get(path);
    for (const words of ['HERON', '124/78 mmHg']) assert.ok(page.text.includes(words), words);
    assert.match(page.text, /<dt[^>]*>\s*Pregnancy status\s*<\/dt>\s*<dd[^>]*>\s*Not pregnant/);
    assert.equal((await visitor.post(path)).status, 400);
    const typed = await visitor.post(path, { answer: 'wrong', meant: 'other', code: 'x' });
    assert.ok(typed.text.includes('6 to 18 digits') && typed.text.includes('Enter what the code means'));
    assert.deepEqual(answers(), []);
    const done = await visitor.post(path, { answer: 'wrong', meant: '77386006' });
    assert.equal(done.path, '/recalls');
    assert.ok(done.text.includes('Answered'));
    const [answer] = answers();
    assert.deepEqual([answer!.to, answer!.contentType], ['A82999OT1', 'application/json']);
    assert.deepEqual(answer!.body, {
      ...{ type: 'gp-connect-recall-answer/1', recall: 'R-1' },
      answers: [
        {
          messageId,
          answer: 'wrong',
          corrected: { code: '77386006', display: 'Patient currently pregnant' },
        },
      ],
    });
    assert.equal(JSON.stringify(answer!.body).includes(heron.nhsNumber), false);
  });

  test('INC-09: right, or cannot tell, go without a value, and a later answer takes an earlier one’s place', async () => {
    const messageId = await sentOne();
    await told('R-2', { messageId: `urn:uuid:${messageId.toUpperCase()}`, outcome: 'check' });
    const path = `/recalls/${await newest()}`;
    assert.ok((await visitor.get(path)).text.includes('HERON'));
    const before = answers().length;
    await visitor.post(path, { answer: 'cannot-determine', meant: '77386006' });
    await visitor.post(path, { answer: 'correct' });
    assert.deepEqual(
      answers()
        .slice(before)
        .map(({ body }) => body.answers[0]),
      [
        { messageId: `urn:uuid:${messageId.toUpperCase()}`, answer: 'cannot-determine' },
        { messageId: `urn:uuid:${messageId.toUpperCase()}`, answer: 'correct' },
      ],
    );
    assert.ok((await visitor.get(path)).text.includes('Answered: It is right as it was sent'));
  });

  test('INC-09: once the practice settled it, it says how, and takes no answer', async () => {
    await told('R-3', { messageId: 'elsewhere-1', outcome: 'check' });
    const path = `/recalls/${await newest()}`;
    assert.ok((await visitor.get(path)).text.includes('Sent from another system'));
    await told('R-3', { messageId: 'elsewhere-1', outcome: 'entered-in-error' });
    // A notice that comes twice, late, does not open it again.
    await told('R-3', { messageId: 'elsewhere-1', outcome: 'check' });
    const page = await visitor.get(path);
    assert.ok(page.text.includes('The practice has settled it. Entered in error'));
    assert.equal(page.text.includes('name="answer"'), false);
    const before = answers().length;
    assert.equal((await visitor.post(path, { answer: 'correct' })).status, 409);
    assert.equal(answers().length, before);
  });

  test('an answer that MESH does not take is not kept as given', async () => {
    await told('R-4', { messageId: 'elsewhere-2', outcome: 'check' });
    const path = `/recalls/${await newest()}`;
    await visitor.get(path);
    world.mailbox.outcome = 'not-sent';
    assert.equal((await visitor.post(path, { answer: 'correct' })).status, 503);
    assert.equal((await visitor.get(path)).text.includes('Answered:'), false);
    assert.equal((await visitor.post(path, { answer: 'correct' })).path, '/recalls');
  });

  test('what is no notice is put aside with a task for somebody, and unknown ones answer 404', async () => {
    for (const body of ['<xml/>', JSON.stringify({ type: 'gp-connect-recall-notice/2' })]) {
      world.mailbox.arrive({
        ...{ type: 'DATA', workflowId: 'GPC_RECALL_NOTICE', subject: '', from: 'A82999OT1' },
        body: Buffer.from(body),
      });
    }
    await world.portal.round();
    assert.equal(world.mailbox.waitingNow(), 0);
    const { text } = await visitor.get('/messages');
    assert.equal(text.split('A message of an unknown workflow (GPC_RECALL_NOTICE) was put aside').length, 3);
    for (const id of ['999999', 'x', '-1']) assert.equal((await visitor.get(`/recalls/${id}`)).status, 404);
  });
});
