// Look-ups of mailboxes. spec: mesh §3.8, example G
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENT, UPDATE, V2 } from './mesh-under-test.ts';
import { onTheWire } from './wire-for-tests.ts';

onTheWire('MESH lookups', (wire) => {
  const { ask } = wire;

  test('mesh §3.8 look-ups (example G), nothing found, blanks', async () => {
    const at = (path: string, headers = {}) => ask(path, { as: null, headers });
    const second = await at(`/endpointlookup/a82999/${DOCUMENT}`, { accept: V2 });
    assert.deepEqual(second.body, {
      results: [{ mailbox_id: 'A82999OT1', mailbox_name: 'TEST HILL SURGERY' }],
    });
    const first = await at(`/endpointlookup/A82999/${DOCUMENT}`);
    assert.ok(first.body.query_id);
    assert.deepEqual(first.body.results, [
      { address: 'A82999OT1', description: 'TEST HILL SURGERY', endpoint_type: 'MESH' },
    ]);
    assert.equal((await at(`/endpointlookup/A82998/${DOCUMENT}`, { accept: V2 })).body.results.length, 2);
    for (const path of [`/endpointlookup/A82999/OTHER`, '/endpointlookup/ZZZ/X1', '/workflowsearch/OTHER']) {
      const none = await at(path, { accept: V2 });
      assert.equal(none.status, 200);
      assert.deepEqual(none.body.results, []);
    }
    assert.equal((await at(`/endpointlookup/A82997/${DOCUMENT}`, { accept: V2 })).body.results.length, 0);
    assert.deepEqual((await at(`/workflowsearch/${UPDATE}`)).body, {
      results: [{ mailbox_id: 'A82999OT1', mailbox_name: 'TEST HILL SURGERY' }],
    });
    const noOds = await at(`/endpointlookup/%20/${DOCUMENT}`);
    assert.equal(noOds.status, 400);
    assert.match(noOds.text, /ods code missing/);
    const noWorkflow = await at('/endpointlookup/A82999/%20', { accept: V2 });
    assert.equal(noWorkflow.status, 400);
    assert.match(noWorkflow.text, /workflow id missing/);
    assert.equal((await at('/workflowsearch/%20')).status, 400);
  });
});
