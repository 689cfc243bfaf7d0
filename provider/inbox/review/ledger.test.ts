// What the real inbox received is found by every predicate of a recall's selector. spec: national-service INC-03
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testStores } from '@gp-connect/foundation/store';
import { entryLedger, type ResolvedSelector, resolvedSelector } from '../../recall/index.ts';
import {
  doctor,
  fillTestPractice,
  type InboxUnderTest,
  openTestInbox,
  people,
  practice,
  startOfTest,
} from '../inbox-under-test.ts';
import {
  type MadeMessage,
  observation,
  pharmacy,
  pressure,
  services,
  social,
  updateRecord,
} from '../messages-for-tests.ts';

const { ods } = practice;
const made = new Date(startOfTest.getTime() - 3 * 3_600_000);
/** A sender that names its product, as deployed senders do against the profile. */
const fromProduct = (message: MadeMessage, software: string, version: string): MadeMessage => ({
  ...message,
  xml: message.xml.replace(
    '<source>',
    `<source><name value="Front desk"/><software value="${software}"/><version value="${version}"/>`,
  ),
});

for (const { name, fresh } of testStores()) {
  describe(`recalls of what the inbox received, on ${name}`, () => {
    let it: InboxUnderTest;
    let message: MadeMessage;
    const asked: { ods: string; mailbox: string }[] = [];
    before(async () => {
      it = await openTestInbox(await fresh(), {
        async senderProductOf(sender) {
          asked.push(sender);
          return { name: 'ListedSoft', version: '7.0' };
        },
      });
      await fillTestPractice(it);
      message = fromProduct(
        updateRecord({
          patient: people.finch,
          at: made,
          service: services.minorIllness,
          extras: [
            social('77386006', 'Patient currently pregnant'),
            pressure(118, 76),
            observation('27113001', 'Body weight', {
              valueQuantity: {
                value: 61.5,
                unit: 'kilogram',
                system: 'http://unitsofmeasure.org',
                code: 'kg',
              },
            }),
          ],
        }),
        'PharmaSoft',
        'v3.1.2',
      );
      await it.deliver(message, { meshMessageId: '20261118100000000001_A1B2C3' });
    });
    after(() => it.close());

    const found = async (selector: Partial<ResolvedSelector>): Promise<string[]> => {
      const whole = resolvedSelector.parse({
        direction: 'inbound-update',
        product: 'update-record',
        sentFrom: '2026-11-01T00:00:00Z',
        sentTo: '2026-11-30T00:00:00Z',
        ...selector,
      });
      const rows = await it.store.db
        .transaction()
        .execute((step) => entryLedger.search(step, ods, whole, startOfTest.toISOString()));
      const kinds = (await it.latest()).entries.map(({ term, heading }) => term ?? heading);
      return rows.map(({ entry }) => kinds[Number(entry.split('.')[1])]!).sort();
    };
    const pregnancy = ['Pregnancy'];

    test('INC-03: by what the entries say something about', async () => {
      assert.deepEqual(await found({ fields: ['pregnancy-status'] }), pregnancy);
      assert.equal((await found({ fields: ['blood-pressure'] })).length, 1);
      assert.equal((await found({ fields: ['weight', 'blood-pressure'] })).length, 2);
      assert.deepEqual(await found({ fields: ['clinical-summary'] }), ['clinical-summary']);
      assert.deepEqual(await found({ fields: ['temperature'] }), []);
    });

    test('INC-03: by code, sender, service (Pharmacy First is two of them) and value', async () => {
      assert.deepEqual(await found({ codes: ['77386006'] }), pregnancy);
      assert.equal((await found({ senderOds: [pharmacy.ods] })).length, 4);
      assert.deepEqual(await found({ senderOds: ['FZZ99'] }), []);
      assert.equal((await found({ services: ['pharmacy-first'] })).length, 4);
      assert.equal((await found({ services: ['minor-illness'] })).length, 4);
      assert.deepEqual(await found({ services: ['contraception'] }), []);
      const heavier = { comparator: 'gt', value: 61 } as const;
      assert.equal((await found({ fields: ['weight'], valuePredicate: heavier })).length, 1);
      const above = { comparator: 'ge', value: 118 } as const;
      assert.equal((await found({ fields: ['blood-pressure'], valuePredicate: above })).length, 1);
      assert.deepEqual(
        await found({ fields: ['blood-pressure'], valuePredicate: { ...above, value: 119 } }),
        [],
      );
    });

    test('INC-03: by the sender’s product and version, as the message names them', async () => {
      const range = (versionRange: string) => ({ senderProduct: { name: 'PharmaSoft', versionRange } });
      assert.equal((await found(range('>=3.1.0 <3.1.4'))).length, 4);
      assert.deepEqual(await found(range('>=3.1.4')), []);
      assert.deepEqual(await found({ senderProduct: { name: 'OtherSoft', versionRange: '=3.1.2' } }), []);
      assert.deepEqual(asked, [], 'the directory is asked only where the message is silent');
    });

    test('INC-03: by when the message was made, not when it arrived', async () => {
      const until = (sentTo: Date) => ({ sentTo: sentTo.toISOString() });
      assert.equal((await found(until(new Date(made.getTime() + 1000)))).length, 4);
      assert.deepEqual(await found(until(new Date(made.getTime() - 1000))), []);
    });

    test('INC-03, INC-05: by message, under the sender’s id or MESH’s', async () => {
      for (const id of [
        message.messageId,
        `urn:uuid:${message.messageId}`,
        message.messageId.toUpperCase(),
        '20261118100000000001_A1B2C3',
      ]) {
        assert.equal((await found({ messageIds: [id] })).length, 4, id);
      }
      assert.deepEqual(await found({ messageIds: ['20261118100000000001_FFFFFF'] }), []);
    });

    test('INC-03: by state, as it is now', async () => {
      assert.equal((await found({ entryState: ['pending'] })).length, 4);
      assert.deepEqual(await found({ entryState: ['filed', 'amended', 'rejected'] }), []);
    });

    test('INC-03: a message that names no product is found by the one the directory knows', async () => {
      await it.deliver(updateRecord({ patient: people.swift, at: made }));
      assert.equal((await it.latest(doctor)).entries.length, 1);
      const listed = { senderProduct: { name: 'ListedSoft', versionRange: '=7.0' } };
      assert.equal((await found(listed)).length, 1);
      assert.deepEqual(asked.at(-1), { ods: pharmacy.ods, mailbox: pharmacy.mailbox });
    });
  });
}
