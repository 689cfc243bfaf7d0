// The inbox page by page, and the rich lists. spec: mesh §3.2, §3.9, example D
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, DOCUMENT, UPDATE } from './mesh-under-test.ts';
import { MINE, onTheWire, PRACTICE } from './wire-for-tests.ts';

onTheWire('MESH inbox', (wire) => {
  const { ask, v2, acknowledge } = wire;

  test('mesh §3.2 the inbox: pages, limits, filters, order, both versions (example D)', async () => {
    await ask('/admin/reset', { method: 'DELETE', as: null });
    const ids: string[] = [];
    for (let i = 0; i < 23; i++)
      ids.push(await wire.mesh.send({ 'mex-workflowid': i % 2 === 0 ? UPDATE : DOCUMENT }));
    const page = await v2(`${PRACTICE}/inbox?max_results=10`);
    assert.deepEqual(page.body.messages, ids.slice(0, 10));
    assert.equal(page.body.approx_inbox_count, 23);
    assert.equal(page.body.links.self, '/messageexchange/A82999OT1/inbox?max_results=10');
    assert.match(
      page.body.links.next,
      /^\/messageexchange\/A82999OT1\/inbox\?max_results=10&continue_from=[\w-]{24,1000}$/,
    );
    const found: string[] = [];
    let next: string | undefined = '/messageexchange/A82999OT1/inbox?max_results=10';
    while (next !== undefined) {
      const one: Answer = await v2(next.replace('/messageexchange', ''));
      found.push(...one.body.messages);
      next = one.body.links.next;
    }
    assert.deepEqual(found, ids);
    const v1Page = await ask(`${PRACTICE}/inbox?max_results=10&continue_from=${ids[9]}`);
    assert.deepEqual(v1Page.body, { messages: ids.slice(10, 20) });
    assert.deepEqual((await ask(`${PRACTICE}/count`)).body.count, 23);
    const counted = (await ask(`${PRACTICE}/count`)).body;
    assert.equal(counted.allResultsIncluded, true);
    assert.ok(counted.internalID);
    assert.deepEqual((await v2(`${PRACTICE}/count`)).body, { count: 23 });
    for (const bad of [
      'max_results=9',
      'max_results=5001',
      'max_results=x',
      'workflow_filter=A',
      `workflow_filter=${'A'.repeat(256)}`,
      'continue_from=short',
      `continue_from=${'A'.repeat(30)}`,
      `continue_from=${'A'.repeat(1001)}`,
    ]) {
      const answer = await v2(`${PRACTICE}/inbox?${bad}`);
      assert.equal(answer.status, 400, bad);
      assert.equal(answer.body.detail[0].loc[0], 'query');
    }
    const updates = ids.filter((_, i) => i % 2 === 0);
    const documents = ids.filter((_, i) => i % 2 === 1);
    const filters: [string, string[]][] = [
      [UPDATE, updates],
      [`!${UPDATE}`, documents],
      ['GPCONNECT_UP*', updates],
      ['!GPCONNECT_UP*', documents],
      ['*_DOC*', documents],
      ['!*_DOC*', updates],
      ['GPCONNECT', []],
    ];
    for (const [filter, expected] of filters) {
      const answer = await v2(`${PRACTICE}/inbox?workflow_filter=${encodeURIComponent(filter)}`);
      assert.deepEqual(answer.body.messages, expected, filter);
      assert.equal(answer.body.approx_inbox_count, 23);
    }
    const filtered = await v2(`${PRACTICE}/inbox?max_results=10&workflow_filter=NOTHING`);
    assert.deepEqual(filtered.body.messages, []);
    assert.match(filtered.body.links.next, /workflow_filter=NOTHING/);
    await acknowledge(ids[0]!);
    assert.equal((await wire.mesh.inbox('A82999OT1'))[0], ids[1]);
  });

  test('mesh §3.9 rich lists: newest first, acknowledged included, pages', async () => {
    await ask('/admin/reset', { method: 'DELETE', as: null });
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.push(await wire.mesh.send({ 'mex-localid': `L${i}` }));
    await acknowledge(ids[0]!);
    for (const [owner, side] of [
      [PRACTICE, 'inbox'],
      [MINE, 'outbox'],
    ]) {
      const first = await v2(`${owner}/${side}/rich?max_results=3`);
      const rest = await v2(first.body.links.next.replace('/messageexchange', ''));
      const messages = [...first.body.messages, ...rest.body.messages];
      assert.deepEqual(
        messages.map(({ message_id }: { message_id: string }) => message_id),
        ids.toReversed(),
      );
      assert.equal(rest.body.links.next, undefined);
      assert.deepEqual(
        { ...messages[4], expiry_timestamp: '', sent_date: '' },
        {
          message_id: ids[0],
          expiry_timestamp: '',
          local_id: 'L0',
          message_type: 'DATA',
          recipient: 'A82999OT1',
          recipient_name: 'TEST HILL SURGERY',
          sender: 'X26OT900',
          sender_name: 'TEST PHARMACY',
          sent_date: '',
          status: 'acknowledged',
          status_code: '00',
          workflow_id: UPDATE,
          total_chunks: 1,
        },
      );
    }
    const later = new Date(wire.mesh.time.now + 60_000).toISOString();
    assert.deepEqual((await v2(`${MINE}/outbox/rich?start_time=${later}`)).body.messages, []);
    assert.equal((await v2(`${MINE}/outbox/rich?start_time=never`)).status, 400);
  });

  test('mesh §3.9, C4 a message delivered while its sender reads the list page by page is on it once', async () => {
    await ask('/admin/reset', { method: 'DELETE', as: null });
    const { mesh } = wire;
    mesh.pds.down = true;
    const ids: string[] = [];
    for (let i = 0; i < 5; i++)
      ids.push(await mesh.send(i === 1 ? { 'mex-to': "GPPROVIDER_9010000028_04031988_O'Hara-Lund" } : {}));
    const first = await v2(`${MINE}/outbox/rich?max_results=2`);
    mesh.pds.down = false;
    while (!(await mesh.inbox('A82999OT1')).includes(ids[1]!)) await mesh.running.sweep();
    const rest = await v2(
      `${first.body.links.next.replace('/messageexchange', '')}`.replace('max_results=2', 'max_results=9'),
    );
    const found = [...first.body.messages, ...rest.body.messages].map(({ message_id }) => message_id);
    assert.deepEqual(found, ids.toReversed());
    for (const bad of [
      'A'.repeat(30),
      Buffer.from('before:2026-13-45T00:00:00.000Z 1').toString('base64url'),
    ])
      assert.equal((await v2(`${MINE}/outbox/rich?continue_from=${bad}`)).status, 400);
  });
});
