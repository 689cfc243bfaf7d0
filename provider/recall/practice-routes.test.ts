// A practice's recalls over its own API and real HTTP, of a message that came in and was filed.
// spec: national-service INC-07, INC-08, INC-12
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { testStores } from '@gp-connect/foundation/store';
import {
  type PracticeApiUnderTest,
  pargeter,
  startPracticeApi,
} from '../inbox/api/practice-api-for-tests.ts';
import { pressure, updateRecord } from '../inbox/messages-for-tests.ts';
import { practice } from '../service/made-up-practice-for-tests.ts';
import { operatorName, orderKeyFile, sendOrder } from './orders-for-tests.ts';

for (const { name, fresh } of testStores()) {
  describe(`the practice’s recalls, on ${name}`, () => {
    let it: PracticeApiUnderTest;
    before(async () => {
      const settings = { recall: { operatorNames: [operatorName], orderKey: orderKeyFile() } };
      it = await startPracticeApi(await fresh(), { settings });
      const message = { patient: pargeter, at: new Date(), extras: [pressure(128, 76)] };
      await it.file(await it.deliver(updateRecord(message)));
      const { authority, running, proxy } = it.provider;
      const operator = await authority.issue({ commonName: operatorName, usages: 'client' });
      const selector = {
        ...{ direction: 'inbound-update', product: 'update-record', senderOds: ['FZZ01'] },
        ...{ sentFrom: '2020-01-01T00:00:00Z', sentTo: '2090-01-01T00:00:00Z' },
      };
      const order = { practice: practice.ods, recall: 'r1', step: 'flag-for-review', run: 1, selector };
      const more = { asAt: new Date(Date.now() + 60_000).toISOString() };
      const answer = await sendOrder({ ...order, more }, running.address.port, operator, proxy.ca);
      assert.equal(answer.status, 200, answer.text);
    });
    after(() => it?.provider.close());

    // biome-ignore lint/suspicious/noExplicitAny: an entry as read
    const entries = async (query = ''): Promise<any[]> =>
      (await it.call('GET', `/recalls/r1/entries${query}`)).body.entries;

    test('INC-07: entries say whom they are about and what was recorded, a page at a time', async () => {
      const all = await entries();
      assert.ok(all.length > 1);
      const [recall] = (await it.call('GET', '/recalls')).body.recalls;
      assert.deepEqual([recall.recall, recall.entries, recall.open], ['r1', all.length, all.length]);
      const coded = all.find(({ recorded }) => recorded?.code);
      assert.deepEqual(coded.patient, pargeterAsListed);
      assert.deepEqual(Object.keys(coded.filedAs), ['type', 'id']);
      assert.ok(coded.recorded.display && coded.recorded.at);
      const [first, ...others] = all;
      assert.deepEqual(await entries('?limit=1'), [first]);
      assert.deepEqual(await entries(`?after=${encodeURIComponent(first.entry)}`), others);
    });

    test('INC-08: a clinician of the practice decides, and nobody else', async () => {
      const [{ entry }] = await entries();
      const body = { decisions: [{ entry, decision: 'entered-in-error', reason: 'wrong patient' }] };
      for (const as of ['lead', 'privacy', 'reviewer', 'reader'] as const)
        assert.equal((await it.call('POST', '/recalls/r1/decisions', { body, as })).status, 403, as);
      const decided = await it.call('POST', '/recalls/r1/decisions', { body });
      assert.equal(decided.body.entries[0].outcome, 'entered-in-error');
      assert.doesNotMatch(decided.text, /patientKey/);
      assert.equal(
        (await entries()).some((one) => one.entry === entry),
        false,
      );
      const settled = (await entries('?open=false')).find((one) => one.entry === entry);
      assert.deepEqual([settled.outcome, settled.reason], ['entered-in-error', 'wrong patient']);
    });

    test('INC-12: who had read them is for clinicians, leads and the privacy officer', async () => {
      const statuses = ['doctor', 'lead', 'privacy', 'reader'] as const;
      const asked = statuses.map((as) => it.call('GET', '/recalls/r1/exposure', { as }));
      const answers = await Promise.all(asked);
      assert.deepEqual(
        answers.map(({ status }) => status),
        [200, 200, 200, 403],
      );
      assert.deepEqual(answers[0]?.body, { reads: [], notices: [] });
    });
  });
}

const pargeterAsListed = {
  nhsNumber: pargeter.nhsNumber,
  family: 'Pargeter',
  given: ['Tamsin'],
  birthDate: '1974-09-30',
};
