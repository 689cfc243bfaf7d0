// A recall through a running England: a pharmacy miscodes, the practice files it, a hospital reads it; the operator finds
// and contains it, the author answers, the practice puts it right, and the case is closed with its evidence.
// spec: design §3.5; national-service §15, §22.9
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { recallAnswerBody, recallAnswerWorkflow } from '@gp-connect/consumer';
import { AuditReader, fileKek, formatVkey, openKeyStore, verifyLog } from '@gp-connect/foundation/audit';
import { namedPatient } from '../england/index.ts';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';
import { planFrom } from './plan.ts';
import { openRecallOperator, type RecallOperator } from './recall-operator.ts';
import { letter, noticeIn, type RecallScene, raw, recallScene, sendMiscoded } from './recall-scene.ts';
import { operatorAuditFile } from './recall-settings.ts';
import { scriptedOrganisation } from './script-accounts.ts';

const { nhsNumber } = namedPatient('confidential');
const pregnant = '77386006';
/** The code or its words. */
const saysSo = new RegExp(`${pregnant}|currently pregnant`, 'i');
const notPregnant = { code: '60001007', display: 'Not pregnant' };
const day = 86_400_000;

export function recallJourney(running: () => EnglandUnderTest): void {
  let operator: RecallOperator;
  let scene: RecallScene;
  let practice: RecallScene['practice'];
  let recall: string;
  let messageId: string;
  let sender: { ods: string; product: string };
  let yesterday: string;

  before(() => {
    const { choices } = running().england;
    operator = openRecallOperator(choices);
    scene = recallScene(running(), nhsNumber);
    practice = scene.practice;
    yesterday = new Date(Date.now() - day).toISOString();
  });
  after(() => operator?.close());

  const atPractice: RecallScene['atPractice'] = (...asked) => scene.atPractice(...asked);
  const structured = () => scene.structured();
  const views = () => scene.views();
  async function complete(path: string) {
    return untilFound(async () => {
      const { body } = await operator.get(path);
      return body.complete ? body : undefined;
    });
  }
  const entries = async () => (await atPractice(`/recalls/${recall}/entries?open=false`)).entries;

  test('a pharmacy sends a pregnancy status that is wrong, and the practice files it', async () => {
    const pharmacy = scriptedOrganisation(running().england.choices, 'pharmacist');
    const { consumers } = planFrom(running().england.choices).england;
    sender = { ods: pharmacy.ods, product: consumers.find(({ ods }) => ods === pharmacy.ods)!.product };
    try {
      messageId = await sendMiscoded(pharmacy, nhsNumber);
    } finally {
      await pharmacy.close();
    }
    const item = await untilFound(async () => {
      const items: { item: number }[] = await atPractice('/inbox?state=open');
      for (const each of items) {
        const view = await atPractice(`/inbox/items/${each.item}`);
        if (JSON.stringify(view).includes(nhsNumber)) return view;
      }
      return undefined;
    });
    const decisions = (item.entries as { ref: string; severity: string }[]).map(({ ref, severity }) => ({
      ...{ ref, decision: 'accept', confirmed: true },
      ...(severity === 'ACTION' ? { actionTaken: 'no-action', actionNote: 'Known to the practice' } : {}),
    }));
    assert.ok(!(await structured()).includes(pregnant), 'nothing of it before review');
    const decided = await atPractice(`/inbox/items/${item.item}/decisions`, {
      version: item.version,
      decisions,
    });
    await atPractice(`/inbox/items/${item.item}/complete`, { version: decided.version });
    assert.match(await structured(), saysSo, 'filed, and read by a hospital');
  });

  test('INC-02, INC-03, INC-04: a case is opened by sender, code, service and period, and a dry run counts it', async () => {
    const opened = await operator.post('/recalls', {
      title: 'Pregnancy status miscoded',
      case: {
        ...{
          reportedBy: 'Mill Lane Medical Centre',
          hazard: 'Pregnant recorded, not pregnant meant',
          severity: 2,
        },
        ...{ clinicalSafety: true, informationGovernance: false },
      },
      selector: {
        ...{ direction: 'inbound-update', product: 'update-record', senderOds: [sender.ods] },
        ...{ services: ['minor-illness'], fields: ['pregnancy-status'], ecl: `<< ${pregnant}` },
        senderProduct: { name: sender.product, versionRange: '>=11.0 <12' },
        ...{ sentFrom: yesterday, sentTo: new Date(Date.now() + day).toISOString() },
      },
    });
    assert.equal(opened.status, 201, JSON.stringify(opened.body));
    recall = opened.body.id;
    assert.equal((await operator.act(recall, 'issue', { actions: ['flag-for-review'] })).status, 409);
    const counting = await operator.act(recall, 'dry-run');
    assert.equal(counting.status, 202, JSON.stringify(counting.body));
    const counted = await complete(`/recalls/${recall}/dry-run`);
    assert.deepEqual(
      [counted.refused, counted.waiting],
      [0, 0],
      'every practice of both GP systems answered',
    );
    assert.deepEqual([counted.byState, counted.practices, counted.senders], [{ filed: 1 }, 1, 1]);
    await operator.act(recall, 'dry-run', { asAt: counted.asAt });
    const again = await complete(`/recalls/${recall}/dry-run`);
    assert.deepEqual([again.asAt, again.byState], [counted.asAt, counted.byState], 'reproducible');
  });

  test('INC-05: who received messages of the sender comes from MESH’s own audit log', async () => {
    const { recipients } = await untilFound(async () => {
      const { body } = await operator.get(`/recalls/${recall}/recipients`);
      return body.recipients.length > 0 ? body : undefined;
    });
    const one = recipients.find((each: { practice: string }) => each.practice === practice.ods);
    assert.ok(one.messages >= 1, JSON.stringify(recipients));
    assert.deepEqual(one.enablement, { atFirst: 'enabled', atLast: 'enabled' });
  });

  test('INC-06: contained, MESH takes no more of that sender’s messages, until it is lifted', async () => {
    const contained = await operator.act(recall, 'contain', { reason: 'Miscodes pregnancy status' });
    assert.equal(contained.status, 200, JSON.stringify(contained.body));
    const send = () =>
      raw(running().england.choices, sender.ods, (mailbox) => mailbox.send(letter(practice.ods)));
    await assert.rejects(send(), /paus|stop|Miscodes|refus/i);
    const lifted = await operator.act(recall, 'lift', { reason: 'The sender has updated its product' });
    assert.equal(lifted.status, 200, JSON.stringify(lifted.body));
    assert.deepEqual((await operator.get(`/recalls/${recall}`)).body.containment, []);
  });

  test('INC-08: quarantine needs a safety decision; then the next read has the entry no more', async () => {
    const actions = ['flag-for-review', 'quarantine'];
    assert.equal((await operator.act(recall, 'issue', { actions })).status, 409);
    const decision = { kind: 'quarantine', reference: 'SD-2026-1', statement: 'Withhold until reviewed' };
    assert.equal((await operator.act(recall, 'sign-offs', decision)).status, 200);
    assert.equal((await operator.act(recall, 'issue', { actions })).status, 202);
    await untilFound(async () => {
      const { body } = await operator.get(`/recalls/${recall}/progress`);
      const orders = body.orders as { complete: boolean }[];
      return orders.length === 2 && orders.every((order) => order.complete) ? true : undefined;
    });
    assert.doesNotMatch(await structured(), saysSo);
    for (const [view, body] of await views()) assert.ok(!saysSo.test(body), view);
  });

  test('INC-07: the practice finds it on its own list, with whom it is about', async () => {
    const { recalls } = await atPractice('/recalls');
    assert.deepEqual(
      recalls.map((each: { recall: string; entries: number; open: number }) => [
        each.recall,
        each.entries,
        each.open,
      ]),
      [[recall, 1, 1]],
    );
    const [entry] = await entries();
    assert.deepEqual(
      [entry.patient.nhsNumber, entry.recorded.code, entry.senderOds, entry.message],
      [nhsNumber, pregnant, sender.ods, messageId],
    );
  });

  test('INC-09: the pharmacy gets its own list over MESH, and answers with what it meant', async () => {
    assert.equal((await operator.act(recall, 'notify-senders')).status, 202);
    await raw(running().england.choices, sender.ods, async (mailbox) => {
      const { from, notice } = await untilFound(() => noticeIn(mailbox));
      assert.deepEqual(
        [notice.recall, notice.practice, notice.title],
        [recall, practice.ods, 'Pregnancy status miscoded'],
      );
      assert.deepEqual(notice.messages, [{ messageId, outcome: 'check' }]);
      assert.ok(!JSON.stringify(notice).includes(nhsNumber) && !JSON.stringify(notice).includes(pregnant));
      await mailbox.send({
        ...{
          sendId: randomUUID(),
          to: from,
          workflowId: recallAnswerWorkflow,
          contentType: 'application/json',
        },
        payload: Buffer.from(
          recallAnswerBody(recall, [{ messageId, answer: 'wrong', corrected: notPregnant }]),
        ),
      });
    });
    const answered = await untilFound(async () => {
      const [entry] = await entries();
      return entry.authorAnswer === null ? undefined : entry;
    });
    assert.deepEqual(
      [answered.authorAnswer, answered.proposal, answered.outcome],
      ['wrong', notPregnant, null],
    );
    await operator.act(recall, 'notify-senders');
    assert.deepEqual((await complete(`/recalls/${recall}/senders`)).byAnswer, { wrong: 1 });
  });

  test('INC-10, INC-11: entered in error, the entry is in no view of the record, and is still kept', async () => {
    const [entry] = await entries();
    const { entries: settled } = await atPractice(`/recalls/${recall}/decisions`, {
      decisions: [{ entry: entry.entry, decision: 'entered-in-error', reason: 'She is not pregnant' }],
    });
    assert.equal(settled[0].outcome, 'entered-in-error');
    assert.doesNotMatch(await structured(), saysSo);
    for (const [view, body] of await views()) assert.ok(!saysSo.test(body), view);
    const [kept] = await entries();
    assert.deepEqual(kept.recorded.code, pregnant, 'nothing is deleted');
  });

  test('INC-12: who had read it: the practice sees the user, the operator only how many reads', async () => {
    const exposure = await atPractice(`/recalls/${recall}/exposure`);
    const reads = exposure.reads.filter((read: { nhsNumber: string }) => read.nhsNumber === nhsNumber);
    assert.deepEqual(
      reads.map((read: { organisation: { ods: string }; staff: string }) => [
        read.organisation.ods,
        read.staff,
      ]),
      [['RZ901', 'Dr Orla Brackenrigg']],
      'one read between filing and quarantine',
    );
    assert.match(exposure.notices[0].words, /Northmoor Hospital \(RZ901\).*once/);
    await operator.act(recall, 'exposure');
    const told = await complete(`/recalls/${recall}/exposure`);
    assert.deepEqual(
      told.organisations.map(({ organisation, reads: count }: { organisation: string; reads: number }) => [
        organisation,
        count,
      ]),
      [['RZ901', 1]],
    );
    assert.ok(!JSON.stringify(told).includes('Brackenrigg'));
  });

  test('INC-13, INC-14: the board is complete, and with its sign-off the case closes', async () => {
    const lessons = { lessons: 'Show the term beside the choice', rulePack: 'PG-01 raised for this sender' };
    const early = await operator.act(recall, 'close', lessons);
    assert.equal(early.status, 409);
    await operator.act(recall, 'progress');
    const board = await untilFound(async () => {
      const { body } = await operator.get(`/recalls/${recall}/progress`);
      return body.complete && body.step === 'progress' ? body : undefined;
    });
    assert.deepEqual([board.byState, board.completion], [{ 'entered-in-error': 1 }, 100]);
    assert.deepEqual(board.bySender, [{ sender: sender.ods, byState: { 'entered-in-error': 1 } }]);
    await operator.act(recall, 'sign-offs', {
      kind: 'closure',
      reference: 'SD-2026-2',
      statement: 'Settled',
    });
    const closed = await operator.act(recall, 'close', lessons);
    assert.deepEqual([closed.status, closed.body.status], [200, 'closed'], JSON.stringify(closed.body));
  });

  test('INC-16: every event of the evidence pack stands in the operator’s own audit log, and the log verifies', async () => {
    const { body: pack } = await operator.get(`/recalls/${recall}/evidence`);
    assert.ok(!JSON.stringify(pack).includes(nhsNumber), 'no patient leaves the practice');
    const { folder, keyFolder, kekFile, origin } = operatorAuditFile(planFrom(running().england.choices));
    const keys = openKeyStore({ folder: keyFolder, origin, kek: fileKek(kekFile) });
    const last = pack.events.at(-1).audit;
    assert.equal(last.origin, origin);
    const verdict = await untilFound(async () => {
      const found = await verifyLog(folder, { vkey: formatVkey(keys.signers()[0]!), keys });
      return found.valid && found.checkpoint.size > last.index ? found : undefined;
    });
    assert.ok(verdict.valid);
    const reader = new AuditReader({ folder, keys });
    for (const { action, audit } of pack.events as { action: string; audit: { index: number } }[]) {
      const part = JSON.parse((await reader.readPart(audit.index, 'patient')).bytes.toString('utf8'));
      assert.deepEqual([part.action, part.subject], [`recall-${action}`, recall]);
    }
  });
}
