// Look-ups of mailboxes. spec: mesh §3.8, example G
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DOCUMENT, UPDATE, V2 } from './mesh-under-test.ts';
import { onTheWire } from './wire-for-tests.ts';

const off = new Set<string>();
const takes = (ods: string, product: string) => !off.has(`${ods} ${product}`);

onTheWire(
  'MESH lookups',
  (wire) => {
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
      for (const path of [
        `/endpointlookup/A82999/OTHER`,
        '/endpointlookup/ZZZ/X1',
        '/workflowsearch/OTHER',
      ]) {
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
      for (const path of [
        '/workflowsearch/%20',
        '/workflowsearch/',
        '/workflowsearch',
        '/endpointlookup/A82999/',
      ])
        assert.match((await at(path)).text, /workflow id missing/, path);
      for (const path of [`/endpointlookup//${DOCUMENT}`, '/endpointlookup/', '/endpointlookup']) {
        const blank = await at(path, { accept: V2 });
        assert.deepEqual([blank.status, blank.body.detail[0].msg], [400, 'ods code missing'], path);
      }
    });

    test('ENB-09 a product switched off: look-ups answer none, other workflows stay, a message that comes all the same is taken', async () => {
      const at = (path: string) => ask(path, { as: null, headers: { accept: V2 } });
      off.add('A82999 update-record');
      try {
        for (const path of [`/endpointlookup/A82999/${UPDATE}`, `/workflowsearch/${UPDATE}`]) {
          const { status, body } = await at(path);
          assert.deepEqual([status, body], [200, { results: [] }]);
        }
        for (const workflow of [DOCUMENT, `${UPDATE}_ACK`, `${DOCUMENT}_ACK`]) {
          const owner = workflow.endsWith('_ACK') ? 'FZZ01' : 'A82999';
          assert.equal((await at(`/endpointlookup/${owner}/${workflow}`)).body.results.length, 1, workflow);
        }
        assert.equal((await wire.send()).status, 202);
      } finally {
        off.clear();
      }
      assert.equal((await at(`/endpointlookup/A82999/${UPDATE}`)).body.results.length, 1);
    });
  },
  { dependencies: { takes } },
);
