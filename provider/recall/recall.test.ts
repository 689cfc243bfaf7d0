// Recall at a practice over real TLS, on both databases: found, withheld, corrected, and who had seen it.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { system } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import type { TlsIdentity } from '@gp-connect/foundation/trust';
import { fillPractice, nhsNumber, people, practice } from '../service/made-up-practice-for-tests.ts';
import { type ProviderUnderTest, startTestProvider } from '../service/provider-under-test.ts';
import {
  authorAnswers,
  type LedgerEntry,
  noticeBody,
  RecallRefusal,
  type SenderNotice,
  writeLedger,
} from './index.ts';
import {
  operatorName,
  orderKeyFile,
  pregnancySelector,
  type SentOrder,
  sendOrder,
} from './orders-for-tests.ts';
import { versionIn } from './selector.ts';

const clinician = { user: 'u-1', name: 'Dr Ida Moss', role: 'practice.clinician' };
const receptionist = { user: 'u-2', name: 'Rae Finch', role: 'practice.admin' };

const observation = (id: string) => ({
  resourceType: 'Observation',
  id,
  meta: { versionId: '1' },
  identifier: [{ system: system.crossCareSetting, value: id }],
  status: 'final',
  code: { coding: [{ system: system.snomed, code: '77386006', display: 'Patient currently pregnant' }] },
  subject: { reference: `Patient/${people.shared.id}` },
  effectiveDateTime: '2025-03-01T10:00:00+00:00',
  issued: '2025-03-01T10:00:00+00:00',
  performer: [{ reference: 'Practitioner/d1' }],
});

const entry = (id: string, more: Partial<LedgerEntry> = {}): LedgerEntry => ({
  entry: id,
  message: `message-${id}`,
  product: 'update-record',
  senderOds: 'FZZ01',
  senderProduct: { name: 'PharmaSoft', version: '3.1.2' },
  service: 'pharmacy-first',
  field: 'pregnancy-status',
  code: '77386006',
  value: null,
  sentAt: '2025-03-01T10:00:00Z',
  receivedAt: '2025-03-01T10:01:00Z',
  decision: 'filed',
  decidedAt: '2025-03-02T09:00:00Z',
  filedAs: null,
  ...more,
});

async function fill(opened: ProviderUnderTest['opened']): Promise<void> {
  const { records } = opened;
  await fillPractice(records);
  const { key } = (await records.findPatient(practice.ods, people.shared.number))!;
  await records.store.db.transaction().execute(async (transaction) => {
    const ids = ['p1', 'p2', 'p3', 'p4'];
    await records.addResources(transaction, practice.ods, key, ids.map(observation));
    const filedAs = (id: string) => ({ patientKey: key, type: 'Observation', id });
    await writeLedger(transaction, practice.ods, [
      ...ids.map((id) => entry(id, { filedAs: filedAs(id) })),
      entry('amended', { decision: 'amended', filedAs: null, senderOds: 'FZZ02' }),
      entry('pending', { decision: null, decidedAt: null }),
      entry('rejected', { decision: 'rejected' }),
      entry('other-version', { senderProduct: { name: 'PharmaSoft', version: '3.1.4' } }),
      entry('other-service', { service: 'blood-pressure-check' }),
      entry('other-code', { code: '60001007' }),
      entry('too-late', { sentAt: '2025-07-01T00:00:00Z' }),
    ]);
  });
}

for (const database of testStores()) {
  describe(`recall at a provider (${database.name})`, () => {
    let provider: ProviderUnderTest;
    let operator: TlsIdentity;
    const send = (order: Partial<SentOrder>, identity: TlsIdentity | null = operator) =>
      sendOrder(
        { practice: practice.ods, recall: 'r1', step: 'dry-run', run: 1, ...order },
        provider.running.address.port,
        identity,
        provider.proxy.ca,
      );
    const shownIds = async (): Promise<string[]> => {
      const answer = await provider.ask({
        row: '19',
        path: '/Patient/$gpc.getstructuredrecord',
        body: JSON.stringify({
          resourceType: 'Parameters',
          parameter: [
            {
              name: 'patientNHSNumber',
              valueIdentifier: { system: system.nhsNumber, value: people.shared.number },
            },
            { name: 'includeUncategorisedData' },
          ],
        }),
      });
      assert.equal(answer.status, 200, answer.text.slice(0, 400));
      const resources: { resourceType: string; id: string; status?: string }[] = answer.body.entry.map(
        (each: { resource: unknown }) => each.resource,
      );
      return resources.flatMap((each) => (each.resourceType === 'Observation' ? [each.id] : [])).sort();
    };
    const counts = (body: Record<string, unknown>) =>
      Object.fromEntries(
        (body.counts as { sender: string; state: string; count: number }[]).map((each) => [
          `${each.sender} ${each.state}`,
          each.count,
        ]),
      );

    before(async () => {
      const settings = { recall: { operatorNames: [operatorName], orderKey: orderKeyFile() } };
      provider = await startTestProvider(await database.fresh(), { settings, fill });
      operator = await provider.authority.issue({ commonName: operatorName, usages: 'client' });
    });
    after(() => provider.close());

    test('INC-01: only the national service, with its own certificate and signature, may order', async () => {
      assert.equal((await send({}, null)).status, 496);
      assert.equal((await send({}, provider.proxy)).status, 495);
      assert.equal((await send({ forged: true })).status, 403);
      assert.equal((await send({ body: 'not a signature' })).status, 403);
      assert.equal((await send({ more: { exp: 1000 } })).status, 403);
      assert.equal((await send({ path: `/${practice.ods}/recall/v1/r2/dry-run` })).status, 422);
      assert.equal((await send({ practice: 'Z99999' })).status, 404);
      assert.equal((await send({ step: 'delete' })).status, 404);
      assert.equal((await send({ contentType: 'application/json' })).status, 415);
      const refused = await send({ step: 'quarantine' });
      assert.deepEqual([refused.status, refused.type], [422, 'application/problem+json']);
      assert.match(String(refused.body.detail), /safety decision/);
    });

    test('INC-04: a dry run answers with counts alone, and the same again', async () => {
      const first = await send({});
      assert.equal(first.status, 200, first.text);
      assert.deepEqual(counts(first.body), {
        'FZZ01 filed': 4,
        'FZZ01 pending': 1,
        'FZZ01 rejected': 1,
        'FZZ02 amended': 1,
      });
      assert.deepEqual((await send({ run: 2 })).body.counts, first.body.counts);
      assert.doesNotMatch(first.text, /77386006|message-|pt-shared|\b\d{10}\b/);
      const before2 = await send({ run: 3, more: { asAt: '2025-03-01T12:00:00.000Z' } });
      assert.deepEqual(counts(before2.body), { 'FZZ01 pending': 6, 'FZZ02 pending': 1 });
    });

    test('INC-08: an order to flag changes no record, and is carried out once', async () => {
      const first = await send({ step: 'flag-for-review', run: 4 });
      const again = await send({ step: 'flag-for-review', run: 4 });
      assert.equal(again.text, first.text);
      assert.deepEqual(await shownIds(), ['p1', 'p2', 'p3', 'p4']);
      const { recall } = provider.running;
      const list = await recall.workList(practice.ods, { recall: 'r1' });
      assert.equal(list.length, 7);
      assert.equal((await recall.workList(practice.ods, { recall: 'r1', limit: 3 })).length, 3);
      assert.deepEqual(await recall.workList('Z90002', {}), []);
    });

    test('INC-07: quarantine withholds what is filed from the next answer on and holds what waits', async () => {
      await shownIds();
      const answer = await send({ step: 'quarantine', run: 5, more: { safetyDecision: 'SD-1' } });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(counts(answer.body)['FZZ01 withheld'], 4);
      assert.deepEqual(await shownIds(), []);
      const { rows } = await provider.opened.records.store.db
        .selectFrom('received_entry_hold')
        .select('entry')
        .execute()
        .then((rows) => ({ rows }));
      assert.deepEqual(
        rows.map((row) => row.entry),
        ['amended', 'pending'],
      );
    });

    test('a late order of an earlier run is refused', async () => {
      const late = await send({ step: 'release', run: 3 });
      assert.deepEqual([late.status, late.body.title], [409, 'superseded']);
      const commutes = await send({ step: 'flag-for-review', run: 3 });
      assert.equal(commutes.status, 200);
      assert.deepEqual(await shownIds(), []);
    });

    test('containment can be undone, and put back', async () => {
      assert.equal((await send({ step: 'release', run: 6 })).status, 200);
      assert.deepEqual(await shownIds(), ['p1', 'p2', 'p3', 'p4']);
      assert.equal(
        (await send({ step: 'quarantine', run: 7, more: { safetyDecision: 'SD-2' } })).status,
        200,
      );
      assert.deepEqual(await shownIds(), []);
    });

    test('INC-07: a correction the author proposes waits for the clinician', async () => {
      const proposal = { code: '60001007', display: 'Not pregnant' };
      assert.equal((await send({ step: 'correct', run: 8, more: { proposal } })).status, 200);
      const [item] = await provider.running.recall.workList(practice.ods, { recall: 'r1' });
      assert.deepEqual(item?.proposal, proposal);
      assert.deepEqual(await shownIds(), []);
    });

    test('INC-09: senders get their own list, and what they answer waits for the clinician', async () => {
      const { recall } = provider.running;
      await send({ recall: 'r4', step: 'flag-for-review', run: 1 });
      const title = 'Pregnancy status miscoded';
      const asked = await send({ recall: 'r4', step: 'notify-senders', run: 2, more: { title } });
      assert.equal(asked.status, 200, asked.text);
      assert.deepEqual(counts(asked.body), { 'FZZ01 unanswered': 6, 'FZZ02 unanswered': 1 });
      const told: SenderNotice[] = [];
      const unreachable = async (notice: SenderNotice) => {
        if (notice.senderOds === 'FZZ02') throw new Error('its mailbox is not known');
        told.push(notice);
      };
      assert.equal(await recall.sendNotices(unreachable, practice.ods), 6);
      assert.equal(told[0]?.title, title);
      assert.ok(told[0]?.messages.every(({ outcome }) => outcome === 'check'));
      const reached: SenderNotice[] = [];
      assert.equal(await recall.sendNotices(async (notice) => void reached.push(notice)), 1);
      assert.deepEqual(
        reached.flatMap(({ senderOds, messages }) => [senderOds, ...messages.map((each) => each.messageId)]),
        ['FZZ02', 'message-amended'],
      );
      const corrected = { code: '60001007', display: 'Not pregnant' };
      const answers = authorAnswers.parse({
        type: 'gp-connect-recall-answer/1',
        recall: 'r4',
        answers: [
          { messageId: 'message-p3', answer: 'wrong', corrected, correctedBy: 'new-message' },
          { messageId: 'message-p4', answer: 'correct' },
          { messageId: 'message-pending', answer: 'cannot-determine' },
          { messageId: 'message-amended', answer: 'correct' },
          { messageId: 'message-unknown', answer: 'correct' },
        ],
      });
      assert.equal(await recall.authorAnswers(practice.ods, answers, 'FZZ01'), 3, 'its own messages only');
      assert.equal(await recall.authorAnswers(practice.ods, answers, 'FZZ01'), 3, 'the same again');
      const listed = await recall.workList(practice.ods, { recall: 'r4' });
      const found = listed.find(({ entry: id }) => id === 'p3');
      assert.deepEqual(
        [found?.authorAnswer, found?.proposal, found?.correctedBy, found?.outcome],
        ['wrong', corrected, 'new-message', null],
      );
      const again = await send({ recall: 'r4', step: 'notify-senders', run: 3, more: { title } });
      assert.deepEqual(counts(again.body), {
        ...{ 'FZZ01 cannot-determine': 1, 'FZZ01 correct': 1, 'FZZ01 unanswered': 3, 'FZZ01 wrong': 1 },
        'FZZ02 unanswered': 1,
      });
      assert.equal(await recall.sendNotices(unreachable), 0, 'nobody is asked twice');
      assert.equal(
        authorAnswers.safeParse({
          ...answers,
          answers: [{ messageId: 'm', answer: 'correct', corrected }],
        }).success,
        false,
      );
    });

    test('INC-08, INC-10: a clinician settles entries; wrong ones vanish, corrected ones are anew', async () => {
      const { recall } = provider.running;
      const wrong = {
        entry: 'p1',
        decision: 'entered-in-error',
        reason: 'patient was not pregnant',
      } as const;
      await assert.rejects(
        recall.decide(practice.ods, 'r1', [wrong], receptionist),
        (error) => error instanceof RecallRefusal && error.status === 403,
      );
      const settled = await recall.decide(
        practice.ods,
        'r1',
        [
          wrong,
          {
            entry: 'p2',
            decision: 'correct',
            correction: { code: '60001007', display: 'Not pregnant' },
            reason: 'asked the patient',
          },
          { entry: 'p3', decision: 'confirm-correct', reason: 'is pregnant' },
          {
            entry: 'p4',
            decision: 'correct',
            correction: { textOnly: true },
            reason: 'not sure: words only',
          },
          { entry: 'pending', decision: 'entered-in-error', reason: 'wrong code' },
        ],
        clinician,
      );
      assert.deepEqual(
        settled.map(({ entry, outcome }) => [entry, outcome]),
        [
          ['p1', 'entered-in-error'],
          ['p2', 'corrected'],
          ['p3', 'confirmed-correct'],
          ['p4', 'corrected'],
          ['pending', 'rejected'],
        ],
      );
      const shown = await shownIds();
      const replacements = settled.flatMap(({ replacement }) => replacement?.split('/')[1] ?? []);
      assert.deepEqual(shown, ['p3', ...replacements].sort());
      const made = await provider.opened.records.resource(
        practice.ods,
        'Observation',
        settled[1]!.replacement!.split('/')[1]!,
      );
      const resource = JSON.parse(made!.json);
      assert.equal(resource.code.coding[0].code, '60001007');
      assert.deepEqual(resource.performer, [{ reference: 'Practitioner/d1' }]);
      const old = await provider.opened.records.resource(practice.ods, 'Observation', 'p2');
      assert.equal(JSON.parse(old!.json).status, 'entered-in-error');
      const words = await provider.opened.records.resource(
        practice.ods,
        'Observation',
        settled[3]!.replacement!.split('/')[1]!,
      );
      assert.equal(JSON.parse(words!.json).code.text, 'Patient currently pregnant');
      await recall.decide(practice.ods, 'r1', [wrong], clinician);
      await assert.rejects(
        recall.decide(practice.ods, 'r1', [{ ...wrong, decision: 'confirm-correct' }], clinician),
        (error) => error instanceof RecallRefusal && error.status === 409,
      );
      await assert.rejects(
        recall.decide(practice.ods, 'r1', [{ ...wrong, entry: 'other-code' }], clinician),
        (error) => error instanceof RecallRefusal && error.status === 404,
      );
    });

    test('INC-13: progress tells how many stand where', async () => {
      const { body } = await send({ step: 'progress', run: 9 });
      assert.deepEqual(counts(body), {
        'FZZ01 confirmed-correct': 1,
        'FZZ01 corrected': 2,
        'FZZ01 entered-in-error': 1,
        'FZZ01 rejected': 2,
        'FZZ02 open-quarantined': 1,
      });
      assert.match(String(body.oldestOpen), /^\d{4}-\d{2}-\d{2}$/);
    });

    test('INC-12: the practice sees who was shown the record meanwhile, the nation only how many', async () => {
      const exposure = await provider.running.recall.exposure(practice.ods, 'r1', clinician);
      assert.ok(exposure.reads.length >= 3);
      const [first] = exposure.reads;
      assert.deepEqual(
        [first?.nhsNumber, first?.organisation?.ods, first?.product, first?.staff],
        [people.shared.number, 'X99998', 'ar-structured', 'Dr Ada Quill'],
      );
      assert.deepEqual(
        exposure.notices.map(({ organisation, reads }) => [organisation, reads]),
        [['X99998', exposure.reads.length]],
      );
      const told = await send({ step: 'exposure', run: 10 });
      assert.deepEqual(told.body.reads, [
        {
          organisation: 'X99998',
          name: 'Example Urgent Care',
          product: 'ar-structured',
          reads: exposure.reads.length,
        },
      ]);
      assert.doesNotMatch(told.text, new RegExp(`${people.shared.number}|Quill`));
    });

    test('SG-14: senders are told which message was settled how, once', async () => {
      const told: unknown[] = [];
      const notify = async (notice: object) => void told.push(notice);
      assert.equal(await provider.running.recall.sendNotices(notify), 5);
      assert.equal(told.length, 1, 'one notice for each sender');
      const [notice] = told as [SenderNotice];
      const { practice: from, recall, senderOds, title } = notice;
      assert.deepEqual([from, recall, senderOds, title], [practice.ods, 'r1', 'FZZ01', null]);
      assert.deepEqual(notice.messages[0], { messageId: 'message-p1', outcome: 'entered-in-error' });
      assert.doesNotMatch(noticeBody(notice), /77386006|\b\d{10}\b/);
      assert.equal(await provider.running.recall.sendNotices(notify), 0);
    });

    test('INC-01: another order under a run that was carried out is refused, the same signed anew is answered', async () => {
      const more = { safetyDecision: 'SD-9' };
      const first = await send({ recall: 'r3', step: 'quarantine', run: 1, more });
      assert.equal(first.status, 200, first.text);
      const later = { ...more, iat: Math.floor(Date.now() / 1000) - 5 };
      assert.equal((await send({ recall: 'r3', step: 'quarantine', run: 1, more: later })).text, first.text);
      const other = await send({
        ...{ recall: 'r3', step: 'quarantine', run: 1, more },
        selector: { ...pregnancySelector, codes: ['60001007'] },
      });
      assert.deepEqual([other.status, other.body.title], [409, 'other-order']);
      assert.equal((await send({ recall: 'r3', step: 'release', run: 2 })).status, 200);
    });

    test('an entry that an earlier recall put right is on the list of a later one as settled', async () => {
      await send({ recall: 'r5', step: 'flag-for-review', run: 1 });
      const { body } = await send({ recall: 'r5', step: 'progress', run: 2 });
      assert.deepEqual(counts(body), {
        'FZZ01 corrected': 2,
        'FZZ01 entered-in-error': 1,
        'FZZ01 open-flagged': 1,
        'FZZ01 rejected': 2,
        'FZZ02 open-flagged': 1,
      });
    });

    test('DCC-06: the practice withholds one entry of its own accord and sees who saw it', async () => {
      const { recall } = provider.running;
      const p3 = { type: 'Observation', id: 'p3' };
      await assert.rejects(
        recall.quarantineEntry(
          practice.ods,
          { ...p3, since: '2025-03-02T09:00:00Z' },
          {
            ...clinician,
            role: 'practice.visitor',
          },
          'misfiled',
        ),
        (error) => error instanceof RecallRefusal && error.status === 403,
      );
      const exposure = await recall.quarantineEntry(
        practice.ods,
        { ...p3, since: '2025-03-02T09:00:00Z' },
        clinician,
        'misfiled',
      );
      assert.ok(exposure.reads.length > 0);
      assert.ok(!(await shownIds()).includes('p3'));
      assert.equal(await recall.releaseEntry(practice.ods, p3, clinician, 'it was right'), true);
      assert.ok((await shownIds()).includes('p3'));
    });

    test('a document in quarantine is neither found nor fetched', async () => {
      const { recall } = provider.running;
      const fetch = () => provider.ask({ row: '24', path: '/Binary/bin-letter' });
      assert.equal((await fetch()).status, 200);
      const letter = { type: 'DocumentReference', id: 'letter' };
      await recall.quarantineEntry(
        practice.ods,
        { ...letter, since: '2025-03-02T09:00:00Z' },
        clinician,
        'wrong patient',
      );
      assert.equal((await fetch()).status, 404);
      await recall.releaseEntry(practice.ods, letter, clinician, 'right patient');
      assert.equal((await fetch()).status, 200);
    });

    test('every step stands in the practice audit, the settled ones with the person', async () => {
      const audit = await provider.stopAndReadAudit();
      const acts = audit.flatMap(({ patient }) => (patient.kind === 'admin' ? [patient] : []));
      const actions = acts.map(({ action }) => action);
      for (const action of [
        'recall-dry-run',
        'recall-flag-for-review',
        'recall-quarantine',
        'recall-release',
        'recall-correct',
        'recall-entered-in-error',
        'recall-confirm-correct',
        'recall-progress',
        'recall-exposure',
        'quarantine',
        'quarantine-lifted',
      ]) {
        assert.ok(actions.includes(action), action);
      }
      const settled = acts.find(({ action }) => action === 'recall-entered-in-error');
      assert.equal(settled?.nhsNumber, nhsNumber(1));
      assert.ok(audit.some(({ patient }) => patient.kind === 'audit-read'));
    });
  });
}

test('INC-03: a version range covers what its comparators say', () => {
  assert.ok(!versionIn('latest', '3.1.0'));
  for (const [version, isIn] of [
    ['3.1.0', true],
    ['3.1.3.9', true],
    ['3.1.4', false],
    ['3.0.9', false],
    ['4.0.0', true],
    ['4.0.1', false],
    ['3.1.x', false],
    ['v3.1.2', true],
    ['3.1.2-beta.4', true],
    ['3.1.4+77', false],
  ] as const) {
    assert.equal(versionIn('>=3.1.0 <3.1.4 || =4', version), isIn, version);
  }
});
