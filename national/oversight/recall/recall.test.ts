// The operator's recall on both databases: what is refused, how orders travel, what is known of the answers.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql, testStores } from '@gp-connect/foundation/store';
import { startRecallWorker } from './index.ts';
import { hasNoNhsNumber } from './provider-answer.ts';
import { practices, type RecallUnderTest, type SeenOrder, startTestRecall } from './recall-under-test.ts';

const selector = {
  direction: 'inbound-update',
  product: 'update-record',
  services: ['pharmacy-first'],
  fields: ['pregnancy-status'],
  ecl: '<< 77386006 |Pregnant|',
  senderProduct: { name: 'PharmaSoft', versionRange: '>=3.1.0 <3.1.4' },
  sentFrom: '2025-01-01T00:00:00Z',
  sentTo: '2025-06-30T23:59:59Z',
};
const intake = {
  reportedBy: 'A practice',
  hazard: 'Wrong status recorded',
  severity: 2,
  clinicalSafety: true,
  informationGovernance: false,
};
const recall = { title: 'Pregnancy status miscoded', case: intake, selector };

const answerTo = ({ practice, step, run, order }: SeenOrder, counts: object[], more: object = {}) => ({
  status: 200,
  body: { recall: order.recall, practice, run, step, asAt: order.asAt, counts, ...more },
});
/** T00003 has nothing; the others have what their number says. */
const hitsOf = (practice: string) =>
  practice === 'T00003'
    ? []
    : [
        { sender: 'FZZ01', state: 'filed', count: 10 * Number(practice.at(-1)) },
        { sender: 'FZZ02', state: 'pending', count: 1 },
      ];

for (const database of testStores()) {
  describe(`recall at the operator (${database.name})`, { timeout: 60_000 }, () => {
    let operator: RecallUnderTest;
    let id: string;
    before(async () => {
      operator = await startTestRecall(await database.fresh());
    });
    after(() => operator.close());

    test('§21 row 50: a selector that is empty, without a period, too long or of unknown codes is 422', async () => {
      const wrong: [string, object, string][] = [
        ['nothing at all', {}, 'selector.direction'],
        [
          'empty',
          { ...selector, services: [], fields: [], ecl: undefined, senderProduct: undefined },
          'selector',
        ],
        ['no period', { ...selector, sentFrom: undefined }, 'selector.sentFrom'],
        ['over 24 months', { ...selector, sentFrom: '2023-06-29T00:00:00Z' }, 'selector.sentTo'],
        ['backwards', { ...selector, sentTo: '2024-01-01T00:00:00Z' }, 'selector.sentTo'],
        ['an unknown code', { ...selector, codes: ['77386007'] }, 'selector.codes'],
        ['an expression that is none', { ...selector, ecl: '^ 999' }, 'selector.ecl'],
        ['an unknown code in an expression', { ...selector, ecl: '<< 77386007' }, 'selector.ecl'],
        [
          'a version range that is none',
          { ...selector, senderProduct: { name: 'P', versionRange: 'newest' } },
          'selector.senderProduct.versionRange',
        ],
        ['an NHS number as sender', { ...selector, senderOds: ['9434765919'] }, 'selector.senderOds.0'],
        ['another product', { ...selector, product: 'send-document' }, 'selector.product'],
        [
          'reads of everybody',
          { ...selector, direction: 'outbound-read', product: 'ar-html', senderProduct: undefined },
          'selector.senderOds',
        ],
        ['an unknown member', { ...selector, patient: 'x' }, 'selector'],
      ];
      for (const [name, value, field] of wrong) {
        const answer = await operator.ask('/recalls', { body: { ...recall, selector: value } });
        assert.equal(answer.status, 422, name);
        assert.equal(answer.headers.get('content-type'), 'application/problem+json');
        assert.ok(
          answer.body.errors.some((error: { field: string }) => error.field === field),
          `${name}: ${answer.text}`,
        );
      }
      const named = await operator.ask('/recalls', { body: { ...recall, title: 'About 943 476 5919' } });
      assert.equal(named.status, 422);
    });

    test('INC-02: a case is opened, and an incident of high severity is known as one', async () => {
      assert.equal((await operator.ask('/recalls', { body: recall, role: null })).status, 401);
      assert.equal((await operator.ask('/recalls', { body: recall, role: 'op.readonly' })).status, 403);
      const made = await operator.ask('/recalls', { body: recall, role: 'op.service' });
      assert.equal(made.status, 201, made.text);
      assert.deepEqual([made.body.status, made.body.hssi, made.headers.get('etag')], ['draft', true, '"1"']);
      assert.equal(made.headers.get('location'), `/operator/v1/recalls/${made.body.id}`);
      id = made.body.id;
      assert.ok(made.body.codes >= 1);
      const { body } = await operator.ask('/recalls', { role: 'op.readonly' });
      assert.deepEqual(
        body.recalls.map((each: { id: string }) => each.id),
        [id],
      );
      assert.equal((await operator.ask('/recalls/unknown')).status, 404);
    });

    test('§20, §21 row 51: without an ETag, with an old one, in the wrong role or before the dry run nothing is issued', async () => {
      const body = { actions: ['flag-for-review'] };
      const issue = (more: object) => operator.ask(`/recalls/${id}/issue`, { body, ...more });
      assert.equal((await issue({})).status, 428);
      assert.equal((await issue({ etag: '"7"' })).status, 412);
      assert.equal((await issue({ etag: '"1"', role: 'op.service' })).status, 403);
      const early = await issue({ etag: '"1"' });
      assert.deepEqual([early.status, early.body.title], [409, 'Conflict with the current state']);
      assert.equal(operator.seen.length, 0);
    });

    test('INC-04: a dry run reaches every practice, through failures, and counts the same again', async () => {
      operator.behave((order, attempt) => {
        if (order.practice === 'T00001' && attempt === 1) return { status: 503 };
        if (order.practice === 'T00002' && attempt < 3) return 'hang-up';
        return answerTo(order, hitsOf(order.practice));
      });
      const asAt = '2026-07-04T08:00:00.000Z';
      const begun = await operator.act(id, 'dry-run', { asAt }, 'op.service');
      assert.equal(begun.status, 202, begun.text);
      const found = await operator.until(`/recalls/${id}/dry-run`, ({ complete }) => complete);
      assert.deepEqual(
        {
          asAt: found.asAt,
          hits: found.hits,
          byState: found.byState,
          practices: found.practices,
          senders: found.senders,
        },
        { asAt, hits: 73, byState: { filed: 70, pending: 3 }, practices: 3, senders: 2 },
      );
      assert.equal(found.zeroHits, 1);
      const { order } = operator.seen[0]!;
      assert.equal(order.selector.ecl, undefined);
      assert.ok(order.selector.codes.includes('77386006'));
      assert.ok(operator.seen.length >= 7);
      await operator.act(id, 'dry-run', { asAt });
      const again = await operator.until(
        `/recalls/${id}/dry-run`,
        ({ complete, run }) => complete && run === 2,
      );
      assert.deepEqual([again.hits, again.byState], [found.hits, found.byState]);
      const later = await operator.act(id, 'dry-run', { asAt: '2999-01-01T00:00:00.000Z' });
      assert.equal(later.status, 422);
    });

    test('INC-01: an answer that is more than counts is thrown away', async () => {
      const leaks: Record<string, object> = {
        T00001: { patients: ['9434765919'] },
        T00002: { reads: [{ organisation: 'RZ901', name: 'For 9434765919', product: 'ar-html', reads: 1 }] },
      };
      operator.behave((order) =>
        order.practice === 'T00003'
          ? answerTo(order, [{ sender: '9434765919', state: 'filed', count: 1 }])
          : answerTo(order, [], leaks[order.practice]),
      );
      await operator.act(id, 'dry-run');
      const found = await operator.until(
        `/recalls/${id}/dry-run`,
        ({ complete, run }) => complete && run === 3,
      );
      assert.deepEqual([found.refused, found.answered], [3, 1]);
      const { body } = await operator.ask(`/recalls/${id}/practices`);
      assert.deepEqual(
        body.practices.map(({ practice, state, fault }: Record<string, string>) => [practice, state, fault]),
        [
          ['T00001', 'refused', 'answer-not-counts'],
          ['T00002', 'refused', 'answer-not-counts'],
          ['T00003', 'refused', 'answer-not-counts'],
          ['T00004', 'done', null],
        ],
      );
      operator.behave((order) => answerTo(order, hitsOf(order.practice)));
      assert.equal((await operator.act(id, 'retry')).body.retry.practices, 3);
      await operator.until(`/recalls/${id}/dry-run`, ({ complete, answered }) => complete && answered === 4);
      await operator.act(id, 'dry-run');
      await operator.until(`/recalls/${id}/dry-run`, ({ complete, run }) => complete && run === 4);
    });

    test('INC-08: quarantine needs a recorded safety decision, changes of the record are not for the operator', async () => {
      assert.equal((await operator.act(id, 'issue', { actions: ['mark-entered-in-error'] })).status, 403);
      assert.equal((await operator.act(id, 'issue', { actions: ['quarantine'] })).status, 409);
      assert.equal((await operator.act(id, 'issue', { actions: ['correct'] })).status, 422);
      const decision = { kind: 'quarantine', reference: 'SD-17', statement: 'Hide until reviewed' };
      assert.equal((await operator.act(id, 'sign-offs', decision, 'op.service')).status, 403);
      assert.equal((await operator.act(id, 'sign-offs', decision)).status, 200);
      const from = operator.seen.length;
      const proposal = { code: '60001007', display: 'Not pregnant' };
      const issued = await operator.act(id, 'issue', {
        actions: ['flag-for-review', 'quarantine', 'correct'],
        proposal,
      });
      assert.equal(issued.status, 202, issued.text);
      await operator.until(
        `/recalls/${id}/progress`,
        ({ orders }) => orders?.length === 3 && orders.every((each: { complete: boolean }) => each.complete),
      );
      const sent = operator.seen.slice(from);
      // T00003 has no hits and is left alone.
      assert.deepEqual([...new Set(sent.map(({ practice }) => practice))].sort(), [
        'T00001',
        'T00002',
        'T00004',
      ]);
      const quarantine = sent.find(({ step }) => step === 'quarantine')!.order;
      assert.equal(quarantine.safetyDecision, 'SD-17');
      assert.equal(quarantine.proposal, undefined);
      assert.deepEqual(sent.find(({ step }) => step === 'correct')!.order.proposal, proposal);
    });

    test('INC-13: the board shows states by ICB and sender, completion and the oldest open item', async () => {
      operator.behave((order) =>
        answerTo(
          order,
          [
            { sender: 'FZZ01', state: 'entered-in-error', count: 9 },
            { sender: 'FZZ02', state: 'open-quarantined', count: 1 },
          ],
          { oldestOpen: '2026-07-05' },
        ),
      );
      await operator.act(id, 'progress');
      const board = await operator.until(
        `/recalls/${id}/progress`,
        ({ complete, step }) => complete && step === 'progress',
      );
      assert.deepEqual([board.hits, board.completion, board.oldestOpen], [30, 90, '2026-07-05']);
      assert.deepEqual(board.byState, { 'entered-in-error': 27, 'open-quarantined': 3 });
      assert.deepEqual(
        board.byIcb.map(({ icb }: { icb: string }) => icb),
        ['ICB1', 'ICB2', 'unknown'],
      );
      assert.deepEqual(board.bySender[1], { sender: 'FZZ02', byState: { 'open-quarantined': 3 } });
    });

    test('ANL-09: published figures tell no number under eight', async () => {
      const { body } = await operator.ask(`/recalls/${id}/report?level=public`);
      assert.deepEqual(body.byState, { 'entered-in-error': 27, 'open-quarantined': '<8' });
      assert.equal(body.practices, '<8');
      const icb = await operator.ask(`/recalls/${id}/report?level=icb`);
      assert.deepEqual(icb.body.icbs[0], {
        icb: 'ICB1',
        byState: { 'entered-in-error': 9, 'open-quarantined': '<8' },
      });
    });

    test('INC-12: exposure comes back as reads by organisation', async () => {
      operator.behave((order) =>
        answerTo(order, [], {
          reads: [{ organisation: 'RZ901', name: 'Northmoor Hospital', product: 'ar-structured', reads: 2 }],
        }),
      );
      await operator.act(id, 'exposure');
      const told = await operator.until(`/recalls/${id}/exposure`, ({ complete }) => complete);
      assert.deepEqual(told.organisations, [
        {
          organisation: 'RZ901',
          name: 'Northmoor Hospital',
          product: 'ar-structured',
          reads: 6,
          practices: 3,
        },
      ]);
    });

    test('INC-05, ENB-05: recipients are listed with their switch as it was at delivery', async () => {
      const { db } = operator.store;
      await operator.meshed('m1', 'handed-over', '2025-02-01T10:00:00Z', 'T00001');
      await operator.meshed('m1', 'acknowledged', '2025-02-01T10:00:05Z', 'T00001');
      assert.equal((await operator.ask(`/recalls/${id}/recipients`)).body.recipients.length, 1);
      await operator.meshed('m2', 'handed-over', '2025-05-01T10:00:00Z', 'T00001');
      await operator.meshed('m2', 'acknowledged', '2025-05-01T10:00:05Z', 'T00001');
      await operator.meshed('m4', 'handed-over', '2025-06-01T10:00:00Z', 'T00002');
      await operator.meshed('m3', 'handed-over', '2025-08-01T10:00:00Z', 'T00001');
      await operator.meshed('m3', 'acknowledged', '2025-08-01T10:00:05Z', 'T00001');
      await sql`insert into policy_history (at, kind, subject, actor, role, reason_code, previous, next) values
        ('2025-01-15T00:00:00Z', 'practice-product', 'T00001 update-record', 'a', 'practice.admin', 'other', '{}', '{"state":"enabled"}'),
        ('2025-04-01T00:00:00Z', 'practice-product', 'T00001 update-record', 'a', 'practice.admin', 'safety-concern', '{}', '{"state":"disabled"}')`.execute(
        db,
      );
      const { body } = await operator.ask(`/recalls/${id}/recipients`);
      assert.deepEqual(body, {
        recipients: [
          {
            practice: 'T00001',
            messages: 2,
            firstAt: '2025-02-01T10:00:05.000Z',
            lastAt: '2025-05-01T10:00:05.000Z',
            enablement: { atFirst: 'enabled', atLast: 'disabled' },
          },
        ],
        inTransit: 1,
      });
      const kept = await sql<{ row: string }>`select to_json(t)::text as row from message_envelope t`.execute(
        db,
      );
      assert.equal(kept.rows.length, 4);
      assert.ok(
        kept.rows.every(({ row }) => hasNoNhsNumber(row)),
        'the log holds the number, the projection does not',
      );
    });

    test('INC-06: one action pauses messages in scope, and asked again stops nothing twice', async () => {
      const everybody = await operator.ask('/recalls', {
        body: { ...recall, selector: { ...selector, senderProduct: undefined } },
      });
      const wide = await operator.act(everybody.body.id, 'contain', { reason: 'Stop' });
      assert.deepEqual([wide.status, wide.body.errors[0].field], [422, 'everySender']);
      const body = { reason: 'Stop the miscoding product', mode: 'queue' };
      assert.equal((await operator.act(id, 'contain', body, 'op.ig')).status, 403);
      const contained = await operator.act(id, 'contain', body, 'op.service');
      assert.equal(contained.status, 200, contained.text);
      assert.deepEqual(contained.body.contain.contained, [
        { kind: 'pause', reference: 'P1', product: 'update-record' },
      ]);
      const { scope, mode, reason } = operator.pauses[0]!;
      assert.deepEqual(scope, { products: ['update-record'], senderProduct: selector.senderProduct });
      assert.deepEqual([mode, reason], ['queue', `Stop the miscoding product (recall ${id})`]);
      assert.equal((await operator.act(id, 'contain', body)).status, 200);
      assert.equal(operator.pauses.length, 1);
      const { body: shown } = await operator.ask(`/recalls/${id}`);
      assert.deepEqual(
        shown.containment.map(({ kind, reference }: Record<string, string>) => [kind, reference]),
        [['pause', 'P1']],
      );
    });

    test('INC-06, ENB-02: what practices show is held at each, beneath it their own choice, until it is lifted', async () => {
      const made = await operator.ask('/recalls', {
        body: {
          ...recall,
          title: 'Allergies missing from structured records',
          selector: {
            ...{ direction: 'outbound-read', product: 'ar-structured', senderOds: ['T00001', 'T00002'] },
            ...{ sentFrom: selector.sentFrom, sentTo: selector.sentTo },
          },
        },
      });
      assert.equal(made.status, 201, made.text);
      assert.equal((await operator.act(made.body.id, 'dry-run')).status, 409);
      const contained = await operator.act(made.body.id, 'contain', { reason: 'Allergies missing' });
      assert.deepEqual(
        contained.body.contain.contained.map(({ reference }: Record<string, string>) => reference),
        ['T00001', 'T00002'],
      );
      const states = async () =>
        (
          await sql<{ state: string; incident: string | null }>`select state, incident from practice_product
            where product = 'ar-structured' order by ods`.execute(operator.store.db)
        ).rows.map(({ state, incident }) => `${state} ${incident}`);
      const incident = `recall ${made.body.id}`;
      assert.deepEqual(await states(), [`held ${incident}`, `held ${incident}`]);
      const signOff = { kind: 'closure', reference: 'SD-3', statement: 'Fixed' };
      await operator.act(made.body.id, 'sign-offs', signOff);
      const closing = { lessons: 'Test before release', rulePack: 'none needed' };
      const early = await operator.act(made.body.id, 'close', closing);
      assert.deepEqual([early.status, early.body.errors[0].field], [409, 'containment']);
      assert.equal((await operator.act(made.body.id, 'lift', { reason: 'Fixed' })).status, 200);
      assert.deepEqual(await states(), ['undecided null', 'undecided null']);
      assert.equal((await operator.act(made.body.id, 'lift', { reason: 'Fixed' })).status, 409);
      assert.equal((await operator.act(made.body.id, 'close', closing)).status, 200);
    });

    test('INC-09: senders are asked through the practices, and their answers counted', async () => {
      operator.behave((order) =>
        answerTo(order, [
          { sender: 'FZZ01', state: 'wrong', count: 2 },
          { sender: 'FZZ02', state: 'unanswered', count: 1 },
        ]),
      );
      assert.equal((await operator.ask(`/recalls/${id}/senders`)).status, 404);
      await operator.act(id, 'notify-senders');
      const told = await operator.until(`/recalls/${id}/senders`, ({ complete }) => complete);
      assert.deepEqual([told.messages, told.byAnswer], [9, { unanswered: 3, wrong: 6 }]);
      assert.deepEqual(told.bySender[1], { sender: 'FZZ02', byState: { unanswered: 3 } });
      const { order } = operator.seen.find(({ step }) => step === 'notify-senders')!;
      assert.equal(order.title, recall.title);
    });

    test('INC-14: a recall is closed only when everything is settled or accepted, signed and learnt from', async () => {
      const body = { lessons: 'Check the term against the code', rulePack: 'pharmacy-first 12: PG-01' };
      const early = await operator.act(id, 'close', body);
      assert.equal(early.status, 409);
      assert.deepEqual(early.body.errors.map(({ field }: { field: string }) => field).sort(), [
        'containment',
        'progress',
        'signOffs',
      ]);
      assert.equal((await operator.act(id, 'close', {})).status, 422);
      for (const kind of ['residual', 'closure']) {
        const signOff = { kind, reference: `SD-${kind}`, statement: 'Accepted' };
        assert.equal((await operator.act(id, 'sign-offs', signOff)).status, 200);
      }
      const closed = await operator.act(id, 'close', body);
      assert.equal(closed.status, 200, closed.text);
      assert.deepEqual([closed.body.status, closed.body.closure.residual], ['closed', 3]);
      assert.equal((await operator.act(id, 'contain', { reason: 'Again' })).status, 409);
      assert.equal((await operator.act(id, 'dry-run')).status, 409);
    });

    test('INC-16: the evidence pack holds all of it, and every change is in the national audit', async () => {
      const { body } = await operator.ask(`/recalls/${id}/evidence`);
      assert.deepEqual(
        body.signOffs.map(({ kind }: { kind: string }) => kind),
        ['quarantine', 'residual', 'closure'],
      );
      assert.equal(body.runs.length, 10);
      const actions = body.events.map(({ action }: { action: string }) => action);
      assert.equal(actions[0], 'create');
      assert.equal(actions.at(-1), 'close');
      // Each event says where it stands in the operator's log, and the log says the same.
      const [first] = body.events;
      assert.equal(first.audit.origin, 'audit.example/log/operator-01');
      const told = body.events.map(({ audit }: { audit: { index: number } }) => {
        const { patient } = operator.audited[audit.index]!;
        return patient.kind === 'admin' ? [patient.action, patient.subject] : [];
      });
      assert.deepEqual(
        told,
        actions.map((action: string) => [`recall-${action}`, id]),
      );
      const steps = new Set(
        operator.audited.flatMap(({ patient }) => (patient.kind === 'admin' ? patient.action : [])),
      );
      for (const step of ['dry-run', 'flag-for-review', 'quarantine', 'correct', 'progress', 'exposure'])
        assert.ok(steps.has(`recall-order-${step}`), step);
      assert.ok(steps.has('recall-order-answered') && steps.has('recall-order-refused'));
    });

    test('RTE-16: no table of recall holds an NHS number or has a place for anything clinical', async () => {
      const tables = ['case', 'run', 'work', 'count', 'read_count', 'sign_off', 'event', 'containment'];
      for (const table of tables) {
        const rows = await sql<{
          row: string;
        }>`select to_json(t)::text as row from ${sql.table(`recall_${table}`)} t`.execute(operator.store.db);
        assert.ok(rows.rows.length > 0, table);
        for (const { row } of rows.rows) assert.ok(hasNoNhsNumber(row), row);
      }
      const columns = await sql<{ name: string }>`select column_name as name from information_schema.columns
        where table_name in ('recall_count', 'recall_work', 'recall_read_count')`.execute(operator.store.db);
      assert.deepEqual([...new Set(columns.rows.map(({ name }) => name))].sort(), [
        ...[
          'answered_at',
          'attempts',
          'count',
          'fault',
          'icb',
          'name',
          'not_before',
          'oldest_open',
          'organisation',
        ],
        ...['practice', 'product', 'reads', 'recall', 'run', 'sender', 'state', 'supplier'],
      ]);
      assert.deepEqual(operator.problems, []);
    });

    test('two workers on one queue send each order once', async () => {
      operator.workers.push(startRecallWorker(operator.workerOptions));
      operator.behave((order) => answerTo(order, hitsOf(order.practice)));
      const made = await operator.ask('/recalls', { body: recall });
      const from = operator.seen.length;
      await operator.act(made.body.id, 'dry-run');
      await operator.until(`/recalls/${made.body.id}/dry-run`, ({ complete }) => complete);
      assert.deepEqual(
        operator.seen
          .slice(from)
          .map(({ practice }) => practice)
          .sort(),
        practices,
      );
    });
  });
}
