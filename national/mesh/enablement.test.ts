// The look-up against a real directory: what its switches say is what senders are told. spec: national-service ENB-04, ENB-09
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testStores } from '@gp-connect/foundation/store';
import { england, startTestDirectory } from '../directory/directory-under-test.ts';
import { takesProduct } from './enablement.ts';
import { startTestMesh, UPDATE } from './mesh-under-test.ts';

for (const { name, fresh } of testStores())
  test(`ENB-09 switched off by an operator, the mailbox is not found; practices alone have switches, ${name}`, async (t) => {
    const directory = await startTestDirectory(await fresh(), {
      load: {
        ...england,
        practiceProducts: [
          ...england.practiceProducts!,
          { ...england.practiceProducts![0]!, ods: 'T99998', product: 'update-record', state: 'undecided' },
        ],
      },
    });
    t.after(() => directory.close());
    const takes = takesProduct(() => directory.running.directory.snapshot());
    const mesh = await startTestMesh(await fresh(), { dependencies: { takes } });
    t.after(() => mesh.close());
    await mesh.running.putMailboxes(
      ['T99999', 'T99998', 'FZZ01'].map((ods) => ({
        id: `${ods}OT001`,
        ods,
        name: ods,
        password: 'p',
        workflows: [{ workflow: UPDATE, send: false, receive: true }],
      })),
    );
    const found = async (ods: string) =>
      (await mesh.ask(`/endpointlookup/${ods}/${UPDATE}`, { as: null })).body.results.length as number;
    assert.deepEqual([await found('T99999'), await found('T99998'), await found('FZZ01')], [1, 0, 1]);
    const path = '/operator/v1/practices/T99999/products/update-record';
    const authorization = `Bearer ${await directory.staffToken({ roles: ['op.safety'] })}`;
    const etag = String((await directory.ask(path, { headers: { authorization } })).headers.etag);
    const change = {
      state: 'held',
      reasonCode: 'safety-concern',
      incident: 'INC-1',
      reasonText: 'miscoding',
    };
    const put = await directory.ask(path, {
      method: 'PUT',
      headers: { authorization, 'if-match': etag, 'content-type': 'application/json' },
      body: JSON.stringify(change),
    });
    assert.equal(put.status, 200, put.text);
    assert.equal(await found('T99999'), 0);
  });
