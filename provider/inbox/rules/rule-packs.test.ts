// Rule packs loaded while the provider runs: signed, versioned, in force from their instant, kept over a restart; waiting
// items judged again, filed ones looked back on. spec: messaging SG-10, SG-11; national-service UPD-06
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { nationalRulePack, type RuleData, signRulePack } from '@gp-connect/foundation/plausibility';
import { sql, testStores } from '@gp-connect/foundation/store';
import { demonstrationSource } from '@gp-connect/foundation/terminology';
import {
  doctor,
  fillTestPractice,
  type InboxUnderTest,
  lead,
  openTestInbox,
  people,
  practice,
  reader,
  reviewer,
  startOfTest,
} from '../inbox-under-test.ts';
import { openRulePacks, RulePackRefusal, type RulePacks, storedRules } from '../index.ts';
import { pressure, social, updateRecord } from '../messages-for-tests.ts';
import type { Decision } from '../review/decision-rules.ts';
import { InboxRefusal } from '../review/refusals.ts';

const { ods } = practice;
const at = startOfTest;
const HOUR = 3_600_000;
const keys = generateKeyPairSync('ed25519');

function signedPack(
  version: string,
  effectiveFrom: Date,
  change: (rule: RuleData) => RuleData = (rule) => rule,
  key = keys.privateKey,
): Promise<string> {
  const { medicineGroups, rules } = nationalRulePack();
  const pack = { id: 'national', version, effectiveFrom, medicineGroups, rules: rules.map(change) };
  return signRulePack(JSON.stringify(pack), key);
}
/** Sitting pressures from 130 on ask for action. */
const from130 = (rule: RuleData): RuleData =>
  rule.id === 'BP-08' ? { ...rule, version: '2', parameters: { ...rule.parameters, systolic: 130 } } : rule;

for (const { name, fresh } of testStores()) {
  describe(`rule packs on ${name}`, () => {
    let database: { url: string };
    let it: InboxUnderTest;
    let packs: RulePacks;
    const alerts: string[] = [];
    /** The inbox with its packs, as a process that starts finds them: they stand in the inbox's own database. */
    const open = async (): Promise<void> => {
      const found = (): RulePacks => packs;
      const now = (): Date => it.clock.now;
      it = await openTestInbox(database, {
        rules: storedRules({ inForce: (...asked) => found().inForce(...asked) }, demonstrationSource(), now),
        packs: {
          inForce: (...asked) => found().inForce(...asked),
          national: (...asked) => found().national(...asked),
          list: (...asked) => found().list(...asked),
          loadNational: (...asked) => found().loadNational(...asked),
          loadPractice: (...asked) => found().loadPractice(...asked),
        },
      });
      packs = openRulePacks({
        db: it.store.db,
        now,
        verificationKey: keys.publicKey,
        onAlert: ({ kind }) => alerts.push(kind),
      });
    };
    before(async () => {
      database = await fresh();
      await open();
      await fillTestPractice(it);
    });
    after(() => it.close());

    const arrive = async (systolic: number, person = people.finch) => {
      await it.deliver(updateRecord({ patient: person, at: it.clock.now, extras: [pressure(systolic, 76)] }));
      return it.latest();
    };
    const accepted = (view: Awaited<ReturnType<typeof arrive>>): Decision[] =>
      view.entries.map(({ ref }) => ({ ref, decision: 'accept', confirmed: true, actionTaken: 'task-made' }));
    const rulesFound = (view: Awaited<ReturnType<typeof arrive>>): string[] =>
      view.entries.flatMap(({ findings }) => findings.map(({ ruleId }) => ruleId));
    const national = () => it.inbox.rules(ods, lead).then(({ inForce }) => inForce.version);

    test('UPD-06: only a pack that is signed with the publisher’s key is taken, and each version once', async () => {
      const stranger = generateKeyPairSync('ed25519').privateKey;
      const wrong = await signedPack('2026.2', at, undefined, stranger);
      await assert.rejects(packs.loadNational(wrong, 'op'), RulePackRefusal);
      assert.equal(await national(), nationalRulePack().version);
      const keyless = openRulePacks({ db: it.store.db, now: () => at, onAlert: () => undefined });
      await assert.rejects(keyless.loadNational(await signedPack('2026.2', at), 'op'), /no key/);
    });

    test('SG-10, UPD-06: a pack waits for its instant, then judges what comes, and says so in every finding', async () => {
      await it.inbox.tick([{ ods, name: practice.name, mailbox: it.mailbox.id }]);
      const filed = await arrive(134);
      assert.deepEqual(rulesFound(filed), []);
      const { version } = await it.inbox.acceptAll(ods, filed.item, filed.version, doctor);
      await it.inbox.complete(ods, filed.item, { version }, doctor);
      const waiting = await arrive(135, people.renamed);
      const decided = await it.inbox.decide(ods, waiting.item, waiting.version, accepted(waiting), doctor);

      const loaded = await packs.loadNational(
        await signedPack('2026.2', new Date(at.getTime() + HOUR), from130),
        'operations',
      );
      assert.equal(loaded.state, 'waiting');
      assert.equal(await national(), nationalRulePack().version);
      it.clock.now = new Date(at.getTime() + 2 * HOUR);
      assert.equal(await national(), '2026.2');

      await assert.rejects(
        it.inbox.complete(ods, waiting.item, { version: decided.version }, doctor),
        (error) => error instanceof InboxRefusal && error.code === 'CHANGED' && error.requirement === 'SG-11',
        'SG-11: nothing is filed on findings of rules that are no longer in force',
      );
      const again = await it.inbox.open(ods, waiting.item, doctor);
      const [finding] = again.entries.flatMap(({ findings }) => findings);
      assert.deepEqual(
        [finding?.ruleId, finding?.ruleVersion, finding?.ruleSetVersion],
        ['BP-08', '2', '2026.2'],
      );
      assert.ok(again.entries.every(({ decision }) => decision === null));
      assert.ok(rulesFound(await arrive(132, people.swift)).includes('BP-08'));
    });

    test('SG-11: a new rule set makes one report of what it would find on filed items, and changes nothing', async () => {
      await it.inbox.tick([{ ods, name: practice.name, mailbox: it.mailbox.id }]);
      const [report, ...more] = await it.inbox.ruleReports(ods, lead);
      assert.deepEqual(more, []);
      assert.equal(report?.ruleSetVersion, '2026.2');
      assert.equal(report?.judged, 1);
      assert.deepEqual(
        report?.hits.map(({ ruleId, ruleVersion, severity }) => [ruleId, ruleVersion, severity]),
        [['BP-08', '2', 'ACTION']],
      );
      const tasks = await it.inbox.tasks(ods, lead);
      assert.ok(tasks.some(({ note }) => note?.includes('rule set 2026.2')));
      const filed = await it.inbox.lookBack(ods, {}, lead);
      assert.ok(filed.length > 0 && filed.every(({ state }) => state === 'filed'));
      await it.inbox.tick([{ ods, name: practice.name, mailbox: it.mailbox.id }]);
      assert.equal((await it.inbox.ruleReports(ods, lead)).length, 1, 'once for each rule set');
      await assert.rejects(it.inbox.ruleReports(ods, reader), InboxRefusal);
    });

    test('SG-10: a practice raises and tightens, and nothing it sends loosens a rule', async () => {
      const pack = (version: string, ...rules: object[]) => ({ id: 'own', version, rules }) as never;
      const load = (given: never, user = lead) =>
        it.inbox.loadPracticePack(ods, { pack: given, reason: 'our own policy' }, user);
      await assert.rejects(
        load(
          pack(
            '1',
            { id: 'BP-08', severity: 'WARN' },
            { id: 'BP-07', parameters: { systolic: 190 } },
            { id: 'PG-01', overridable: true },
            { id: 'XX-01', severity: 'BLOCK' },
            { id: 'PG-08', severity: 'BLOCK' },
          ),
        ),
        (error) => {
          assert.ok(error instanceof InboxRefusal && error.code === 'RULE_PACK');
          const ids = (error.more.refused as { id: string }[]).map(({ id }) => id);
          assert.deepEqual(ids.sort(), ['BP-07', 'BP-08', 'PG-01', 'XX-01']);
          return true;
        },
      );
      assert.equal(await national(), '2026.2', 'nothing of a refused pack is in force');
      await assert.rejects(load(pack('1', { id: 'PG-08', severity: 'BLOCK' }), reviewer), InboxRefusal);

      const loaded = await load(pack('1', { id: 'PG-08', severity: 'BLOCK' }));
      assert.equal(loaded.state, 'in-force');
      const { rules, packs: listed, inForce } = await it.inbox.rules(ods, reader);
      assert.equal(inForce.version, '2026.2+own.1');
      assert.deepEqual(
        listed.map(({ scope, version, state }) => [scope, version, state]),
        [
          ['practice', '1', 'in-force'],
          ['national', '2026.2', 'in-force'],
        ],
      );
      const raised = rules.find(({ id }) => id === 'PG-08');
      assert.deepEqual([raised?.severity, raised?.nationalSeverity], ['BLOCK', 'WARN']);
      await assert.rejects(load(pack('1', { id: 'PG-07', severity: 'BLOCK' })), /version 1/);

      await it.deliver(
        updateRecord({
          patient: people.finch,
          at: it.clock.now,
          extras: [social('77386006', 'Patient currently pregnant'), pressure(118, 76)],
        }),
      );
      const found = (await it.latest()).entries.flatMap(({ findings }) => findings);
      const own = found.find(({ ruleId }) => ruleId === 'PG-08');
      assert.deepEqual([own?.severity, own?.ruleVersion], ['BLOCK', `${raised?.version}`]);
      assert.equal((await packs.inForce('A83999', it.clock.now)).version, '2026.2', 'no other practice’s');
      const events = await sql<{ detail: string; actor: string }>`select detail, actor from inbox_event
        where practice = ${ods} and step = 'rules' order by event_key desc limit 1`.execute(it.store.db);
      assert.match(
        events.rows[0]!.detail,
        /"id":"own","version":"1","sha256":"[0-9a-f]{64}".*our own policy/,
      );
      assert.match(events.rows[0]!.actor, /User l1/);
    });

    test('UPD-06: packs stand after a restart; one changed in the database is left out, and told', async () => {
      await it.close();
      await open();
      it.clock.now = new Date(at.getTime() + 3 * HOUR);
      assert.equal(await national(), '2026.2+own.1');
      assert.deepEqual(alerts, []);
      const forged = await signedPack('2026.2', at, undefined, generateKeyPairSync('ed25519').privateKey);
      await sql`update rule_pack set content = ${forged} where scope = 'national'`.execute(it.store.db);
      await it.close();
      await open();
      it.clock.now = new Date(at.getTime() + 3 * HOUR);
      assert.equal(await national(), `${nationalRulePack().version}+own.1`);
      assert.deepEqual(alerts, ['rule-pack-not-trusted']);
    });
  });
}
