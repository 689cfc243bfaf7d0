// Quarantine of one filed entry and of everything a sender sent about a patient. spec: national-service DCC-06, INC-07
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testStores } from '@gp-connect/foundation/store';
import { recordOf } from '../../record/records-for-tests.ts';
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
import { type MadeMessage, pharmacy, pressure, updateRecord } from '../messages-for-tests.ts';
import type { Decision } from './decision-rules.ts';
import { InboxRefusal } from './refusals.ts';

const { ods } = practice;
const at = startOfTest;
const otherPharmacy = { ods: 'FZZ02', name: 'Other Pharmacy' };
const fault = (code: string) => (error: unknown) => error instanceof InboxRefusal && error.code === code;

for (const { name, fresh } of testStores()) {
  describe(`quarantine on ${name}`, () => {
    let it: InboxUnderTest;
    const asked: Date[] = [];
    before(async () => {
      it = await openTestInbox(await fresh(), {
        async readersSince(_practice, _nhsNumber, since) {
          asked.push(since);
          return [{ at: at.toISOString(), organisation: 'X99998', product: 'structured', user: 'u-77' }];
        },
      });
      await fillTestPractice(it);
    });
    after(() => it.close());

    const decided = async (message: MadeMessage) => {
      await it.deliver(message);
      const view = await it.latest();
      const decisions = [
        ...(view.message.choices.length > 0 ? [{ ref: 'message' }] : []),
        ...view.entries.map(({ ref }) => ({ ref })),
      ].map(({ ref }): Decision => ({ ref, decision: 'accept', confirmed: true, actionTaken: 'task-made' }));
      return { view, ...(await it.inbox.decide(ods, view.item, view.version, decisions, doctor)) };
    };
    const file = async (message: MadeMessage) => {
      const { view, version } = await decided(message);
      return it.inbox.complete(ods, view.item, { version }, doctor);
    };
    /** Ids of what is withheld of a person's record. */
    const withheld = async (person: { nhsNumber: string }): Promise<string[]> => {
      const { index } = await recordOf(it.records, ods, person.nhsNumber);
      return [...index.values()]
        .filter(({ confidential }) => confidential)
        .map(({ type, id }) => `${type}/${id}`);
    };
    const from = { nhsNumber: people.lark.nhsNumber, sender: pharmacy.ods };

    test('INC-07: all of a sender’s entries of one patient leave the outputs, other senders’ stay; who read is told', async () => {
      const own = await file(updateRecord({ patient: people.lark, at, extras: [pressure(118, 76)] }));
      const later = new Date(at.getTime() + 86_400_000);
      it.clock.now = later;
      const second = await file(
        updateRecord({ patient: people.lark, at: later, extras: [pressure(121, 77)] }),
      );
      const others = await file(
        updateRecord({ patient: people.lark, at: later, sender: otherPharmacy, extras: [pressure(122, 78)] }),
      );
      const finch = await file(
        updateRecord({ patient: people.finch, at: later, extras: [pressure(118, 76)] }),
      );
      const waiting = await decided(updateRecord({ patient: people.lark, at: later }));
      const done = await it.inbox.quarantineSender(ods, from, 'wrong patient throughout', reviewer);
      const mine = [...own.filed, ...second.filed].map(({ type, id }) => `${type}/${id}`);
      assert.deepEqual(
        { filed: done.filed, withheld: done.withheld, waiting: done.waiting },
        { filed: mine.length, withheld: new Set(mine).size, waiting: 1 },
      );
      assert.equal(done.readers.length, 1);
      assert.deepEqual(asked.at(-1), at, 'since the first of them was filed');
      const hidden = await withheld(people.lark);
      assert.ok(mine.every((one) => hidden.includes(one)));
      assert.ok(others.filed.every(({ type, id }) => !hidden.includes(`${type}/${id}`)));
      assert.ok(finch.filed.length > 0);
      assert.deepEqual(await withheld(people.finch), []);
      await assert.rejects(
        it.inbox.complete(ods, waiting.view.item, { version: waiting.version }, doctor),
        (error) => error instanceof InboxRefusal && error.requirement === 'INC-07',
      );
    });

    test('DCC-06: lifting a sender’s quarantine leaves what was quarantined by itself', async () => {
      const filed = await it.inbox.lookBack(ods, { sender: pharmacy.ods }, lead);
      const one = filed.findLast(({ resource, as }) => as === 'coded' && resource.startsWith('Observation'))!;
      await it.inbox.quarantine(ods, one.filed, 'of another person', reviewer);
      const lifted = await it.inbox.releaseSender(ods, from, 'checked with the pharmacy', doctor);
      assert.ok(lifted.released > 0);
      assert.equal(lifted.waiting, 1);
      assert.deepEqual(await withheld(people.lark), [one.resource]);
      const after = await it.inbox.lookBack(ods, { sender: pharmacy.ods }, lead);
      const states = new Map(after.map(({ filed: key, state }) => [key, state]));
      assert.equal(states.get(one.filed), 'quarantined');
      assert.ok([...states].every(([key, state]) => key === one.filed || state === 'filed'));
      await it.inbox.release(ods, one.filed, 'right after all', doctor);
      assert.deepEqual(await withheld(people.lark), []);
    });

    test('quarantine needs a reviewer and a reason, its end a clinician, both something to act on', async () => {
      await assert.rejects(it.inbox.quarantineSender(ods, from, 'x', reader), fault('NOT_ALLOWED'));
      await assert.rejects(it.inbox.quarantineSender(ods, from, '  ', reviewer), fault('INPUT'));
      await assert.rejects(it.inbox.releaseSender(ods, from, 'x', reviewer), fault('NOT_ALLOWED'));
      const nobody = { ...from, sender: 'FZZ99' };
      await assert.rejects(it.inbox.quarantineSender(ods, nobody, 'x', reviewer), fault('NOT_FOUND'));
      await assert.rejects(it.inbox.releaseSender(ods, nobody, 'x', doctor), fault('NOT_FOUND'));
      assert.equal(await it.inbox.firstBrokenEvent(ods), undefined);
    });
  });
}
