// Chunks: any order, overwriting, every refusal. spec: mesh §3.6, example C
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINE, onTheWire, PRACTICE } from './wire-for-tests.ts';

onTheWire('MESH chunks', (wire) => {
  const { ask, v2, send, acknowledge } = wire;

  test('mesh example C: three chunks out of order, and every refusal of a chunk', async () => {
    const chunk = (
      id: string,
      n: number | string,
      range: string | undefined,
      body = `chunk-${n};`,
      more = {},
    ) =>
      v2(`${MINE}/outbox/${id}/${n}`, {
        method: 'POST',
        headers: { ...(range === undefined ? {} : { 'mex-chunk-range': range }), ...more },
        body,
      });
    const id = (await send({ 'mex-chunk-range': '1:3', 'mex-content-type': 'text/plain' }, 'chunk-1;')).body
      .message_id as string;
    assert.equal((await chunk('20200101000000000000_AAAAAA', 2, '2:3')).status, 404);
    const foreign = await v2(`/X26OT901/outbox/${id}/2`, {
      method: 'POST',
      headers: { 'mex-chunk-range': '2:3' },
      body: 'x',
    });
    assert.equal(foreign.status, 403);
    for (const range of [undefined, 'x', '3:3', '2:4']) {
      const answer = await chunk(id, 2, range);
      assert.equal(answer.status, 417, range);
      assert.equal(answer.body.detail[0].code, 'InvalidHeaderChunks');
    }
    assert.equal((await chunk(id, 4, '4:3')).status, 406);
    const coding = await chunk(id, 2, '2:3', 'x', { 'content-encoding': 'gzip' });
    assert.equal(coding.status, 417);
    assert.equal(coding.body.detail[0].msg, 'cannot change content encoding');
    const brotli = await chunk(id, 2, '2:3', 'x', { 'content-encoding': 'br' });
    assert.equal(brotli.status, 417, 'any change is the same fault, in a later chunk');
    assert.equal(brotli.body.message_id, id);
    const empty = await chunk(id, 2, '2:3', '');
    assert.equal(empty.status, 417);
    assert.equal(empty.body.detail[0].code, '02');
    assert.equal((await chunk(id, 3, '3:3', 'first try')).status, 202);
    assert.equal((await chunk(id, 3, '3:3')).status, 202, 'the same chunk again overwrites');
    const status = async () => (await v2(`${MINE}/outbox/tracking?messageID=${id}`)).body.status;
    assert.equal(await status(), 'uploading');
    assert.equal((await v2(`${PRACTICE}/inbox/${id}`)).status, 410);
    assert.ok(!(await wire.mesh.inbox('A82999OT1')).includes(id));
    const last = await ask(`${MINE}/outbox/${id}/2`, {
      method: 'POST',
      headers: { 'mex-chunk-range': '2:3' },
      body: 'chunk-2;',
    });
    assert.equal(last.status, 202);
    assert.deepEqual(last.body, { messageID: id, blockID: 2 });
    assert.equal(await status(), 'accepted');
    assert.equal((await chunk(id, 2, '2:3')).status, 423);
    const parts = [`${PRACTICE}/inbox/${id}`, `${PRACTICE}/inbox/${id}/2`, `${PRACTICE}/inbox/${id}/3`];
    const answers = await Promise.all(parts.map((path) => v2(path)));
    assert.deepEqual(
      answers.map(({ status: code, text, headers }) => [code, text, headers['mex-chunk-range']]),
      [
        [206, 'chunk-1;', '1:3'],
        [206, 'chunk-2;', '2:3'],
        [200, 'chunk-3;', '3:3'],
      ],
    );
    assert.equal(answers[0]!.headers['content-type'], 'application/octet-stream');
    assert.equal(answers[0]!.headers['mex-content-type'], 'text/plain');
    assert.equal((await v2(`${PRACTICE}/inbox/${id}/4`)).status, 404);
    assert.equal((await acknowledge(id)).status, 200);
  });

  test('mesh §7 chunks together may not pass the limit of a message', async () => {
    const id = (await send({ 'mex-chunk-range': '1:3' }, 'x'.repeat(199_000))).body.message_id as string;
    const next = (n: number) =>
      v2(`${MINE}/outbox/${id}/${n}`, {
        method: 'POST',
        headers: { 'mex-chunk-range': `${n}:3` },
        body: 'x'.repeat(199_000),
      });
    assert.equal((await next(2)).status, 202);
    assert.equal((await next(3)).status, 413);
  });
});
