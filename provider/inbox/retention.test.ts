// What may be deleted, and what may not. spec: messaging §9 A2
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sql, testStores } from '@gp-connect/foundation/store';
import {
  doctor,
  fillTestPractice,
  type InboxUnderTest,
  lead,
  openTestInbox,
  people,
  practice,
  startOfTest,
} from './inbox-under-test.ts';
import { type MadeMessage, pressure, updateRecord } from './messages-for-tests.ts';
import type { Decision } from './review/decision-rules.ts';
import { changeSettings } from './settings.ts';

const { ods } = practice;
const at = startOfTest;
const yearsOn = (years: number, days = 0): Date => {
  const then = new Date(at);
  then.setUTCFullYear(then.getUTCFullYear() + years);
  return new Date(then.getTime() + days * 86_400_000);
};

for (const { name, fresh } of testStores()) {
  describe(`retention on ${name}`, () => {
    let it: InboxUnderTest;
    before(async () => {
      it = await openTestInbox(await fresh());
      await fillTestPractice(it);
    });
    after(() => it.close());

    const message = (patient = people.finch): MadeMessage =>
      updateRecord({ patient, at, extras: [pressure(118, 76)] });
    const arrive = async (patient = people.finch) => {
      await it.deliver(message(patient));
      return it.latest();
    };
    const kept = async (): Promise<number> => {
      const found = await sql<{ kept: number }>`select count(*)::int as kept from inbox_raw
        where practice = ${ods}`.execute(it.store.db);
      return found.rows[0]!.kept;
    };

    test('A2: kept eight years at least, and as long as an entry filed from it stands in the record', async () => {
      const filed = await arrive();
      const decisions = filed.entries.map(({ ref }): Decision => ({ ref, decision: 'accept' }));
      const { version } = await it.inbox.decide(ods, filed.item, filed.version, decisions, doctor);
      await it.inbox.complete(ods, filed.item, { version }, doctor);
      const refused = await arrive();
      await it.inbox.refuse(ods, refused.item, refused.version, { reason: 'duplicate' }, doctor);
      const waiting = await arrive(people.lark);
      await it.deliver(message(people.stranger));
      assert.equal(await kept(), 4);

      it.clock.now = yearsOn(8, -1);
      assert.equal(await it.inbox.sweep(ods), 0, 'not before eight years are over');
      it.clock.now = yearsOn(8, 1);
      assert.equal(await it.inbox.sweep(ods), 2, 'the refused one, and the one for nobody here');
      assert.equal(await kept(), 2, 'filed and waiting ones stay');
      assert.equal(await it.inbox.sweep(ods), 0);
      assert.equal((await it.inbox.open(ods, waiting.item, doctor)).state, 'open');
      const events = await sql<{ detail: string }>`select detail from inbox_event
        where practice = ${ods} and step = 'expired'`.execute(it.store.db);
      assert.ok(events.rows.every(({ detail }) => /"sha256":"[0-9a-f]{64}"/.test(detail)));
      assert.equal(events.rows.length, 2);
      assert.equal(await it.inbox.firstBrokenEvent(ods), undefined);
    });

    test('A2: entered in error is still in the record: its message stays', async () => {
      const filed = await it.inbox.lookBack(ods, {}, lead);
      const keys = filed.map((one) => one.filed);
      const confirmation = { confirmed: keys.length, reason: 'wrong patient' };
      await it.inbox.markEnteredInError(ods, keys, confirmation, doctor);
      it.clock.now = yearsOn(30);
      assert.equal(await it.inbox.sweep(ods), 0);
      assert.equal(await kept(), 2);
    });

    test('A2: a practice may keep longer, never shorter', async () => {
      await assert.rejects(changeSettings(it.store.db, ods, { keepYears: 7 }, 'less', lead, at));
      await changeSettings(it.store.db, ods, { keepYears: 20 }, 'more', lead, at);
      it.clock.now = at;
      const refused = await arrive();
      await it.inbox.refuse(ods, refused.item, refused.version, { reason: 'duplicate' }, doctor);
      it.clock.now = yearsOn(19);
      assert.equal(await it.inbox.sweep(ods), 0);
      it.clock.now = yearsOn(20, 1);
      assert.equal(await it.inbox.sweep(ods), 1);
    });
  });
}
