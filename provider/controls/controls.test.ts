// The practice's switches: off when installed, each change kept with who and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openStore, testStores } from '@gp-connect/foundation/store';
import { type ControlTables, controlMigrations, openControls, switchNames } from './index.ts';

const practice = { ods: 'A83001', name: 'Cherrytree Surgery', organizationId: 'o1', asid: '200000000001' };

for (const { name, fresh } of testStores()) {
  test(`on ${name}, a practice is all off when installed, and changes are kept with who and why`, async () => {
    const store = await openStore<ControlTables>(await fresh(), controlMigrations);
    try {
      let now = 0;
      const controls = openControls(store.db, () => now);
      await controls.host([practice]);
      await controls.host([practice]);
      const before = await controls.of('A83001');
      assert.equal(before?.switches.gpConnect, false);
      assert.equal(before?.switches.areas.medications, false);
      assert.equal(await controls.of('A83002'), undefined);

      await controls.set('A83001', switchNames, true, { actor: 'practice admin', reason: 'go-live' });
      await controls.set('A83001', ['area:referrals'], false, { actor: 'practice admin', reason: 'review' });
      const after = await controls.of('A83001');
      assert.equal(after?.switches.gpConnect, true);
      assert.equal(after?.switches.capabilities.structured, true);
      assert.equal(after?.switches.areas.referrals, false);
      assert.equal(after?.switches.areas.documents, true);

      const changes = await store.db.selectFrom('practice_switch_change').selectAll().orderBy('id').execute();
      assert.equal(changes.length, switchNames.length + 1);
      assert.deepEqual(
        [changes.at(-1)?.switch, changes.at(-1)?.enabled, changes.at(-1)?.reason],
        ['area:referrals', false, 'review'],
      );

      const elsewhere = openControls(store.db, () => now);
      await elsewhere.of('A83001');
      await controls.set('A83001', ['gp-connect'], false, { actor: 'practice admin', reason: 'safety' });
      now += 5_001;
      assert.equal(
        (await elsewhere.of('A83001'))?.switches.gpConnect,
        false,
        'another process sees it within seconds',
      );
    } finally {
      await store.close();
    }
  });
}
