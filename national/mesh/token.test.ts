// Tokens: every rule in its order, never one twice, the worked example. spec: mesh §2, example A
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, minuteStamp } from './mesh-under-test.ts';
import { readToken, tokenHash } from './token.ts';
import { MINE, onTheWire } from './wire-for-tests.ts';

test('mesh example A: the hashes of both nonce counts and the header, byte for byte', () => {
  const token = {
    mailboxId: 'X26OT900',
    nonce: '5f0a7c1e-3b7e-4c52-9a52-0d5a2f7d3c11',
    nonceCount: '0',
    timestamp: '202510011405',
  };
  const hash = tokenHash(token, 's3cret-pass', 'BackBone');
  assert.equal(hash, 'a3245dfdb4d86148497813c72b320df1725bc6cb2d9a7e7ad2fe85205a4393a9');
  assert.equal(
    tokenHash({ ...token, nonceCount: '1' }, 's3cret-pass', 'BackBone'),
    '88ee4cdf43f9389ade58ecda458a349bf5b2b3c34b12876c41df31b14ba22a9e',
  );
  const header =
    'NHSMESH X26OT900:5f0a7c1e-3b7e-4c52-9a52-0d5a2f7d3c11:0:202510011405:a3245dfdb4d86148497813c72b320df1725bc6cb2d9a7e7ad2fe85205a4393a9';
  assert.deepEqual(readToken(header), { ...token, hash });
});

onTheWire('MESH token', (wire) => {
  const { ask, v2 } = wire;

  test('mesh §2 every rule of the token in its order', async () => {
    const now = wire.mesh.time.now;
    const text = (answer: Answer) => answer.body.detail?.[0].msg as string;
    const with_ = (authorization: string | undefined, path = `${MINE}/inbox`, method = 'GET') =>
      v2(path, { as: null, method, headers: authorization === undefined ? {} : { authorization } });
    const good = () => wire.mesh.authorization('X26OT900');
    const unreadable = [
      undefined,
      'Bearer x',
      'nhsmesh a:b:0:c:d',
      good().split(':').slice(0, 4).join(':'),
      `${good()}:more`,
      wire.mesh.authorization('X26OT900', { count: 'one' }),
      good().replace('X26OT900', 'X26 OT900'),
      good().replace('NHSMESH ', 'NHSMESH  '),
    ];
    for (const header of unreadable) {
      const answer = await with_(header);
      assert.equal(answer.status, 403, header);
      assert.equal(text(answer), 'Error reading from Authorization header', header);
    }
    assert.equal(text(await with_(wire.mesh.authorization('A82999OT1'))), 'Mailbox id does not match token');
    const unknown = await with_(wire.mesh.authorization('NOBODY1'), '/NOBODY1/inbox');
    assert.deepEqual(unknown.body.detail, [{ event: 'COLLECT', code: 'EPL-151', msg: 'No mailbox matched' }]);
    const sending = await with_(wire.mesh.authorization('NOBODY1'), '/NOBODY1/outbox', 'POST');
    assert.equal(sending.body.detail[0].event, 'SEND');
    assert.equal(
      text(await with_(wire.mesh.authorization('A82997OT1'), '/A82997OT1/inbox')),
      'Request Received from Inactive Mailbox',
    );
    const invalid = [
      { password: 'wrong' },
      { key: 'wrong' },
      { timestamp: '202502301200' },
      { timestamp: '2025' },
      { timestamp: minuteStamp(now - 121 * 60_000) },
      { timestamp: minuteStamp(now + 121 * 60_000) },
    ];
    for (const change of invalid) {
      const answer = await with_(wire.mesh.authorization('X26OT900', change));
      assert.equal(answer.status, 403);
      assert.equal(text(answer), 'Invalid Authentication Token', JSON.stringify(change));
    }
    assert.equal(text(await with_(good().slice(0, -2))), 'Invalid Authentication Token');
    for (const minutes of [-120, 120]) {
      const timestamp = minuteStamp(now + minutes * 60_000);
      assert.equal((await with_(wire.mesh.authorization('X26OT900', { timestamp }))).status, 200);
    }
    const upper = good().replace(/[0-9a-f]{64}$/, (hash) => hash.toUpperCase());
    assert.equal((await with_(upper)).status, 200);
    assert.equal((await with_(good(), '/x26ot900/inbox')).status, 200);
  });

  test('mesh §2 the same token twice: first 200, then 403, also in another letter case and at once', async () => {
    const authorization = wire.mesh.authorization('X26OT900');
    const once = () => ask(`${MINE}/inbox`, { as: null, headers: { authorization } });
    assert.equal((await once()).status, 200);
    const again = await once();
    assert.equal(again.status, 403);
    assert.equal(again.body.errorDescription, 'Error Duplicated Authentication Token');
    const upper = authorization.replace(/[0-9a-f]{64}$/, (hash) => hash.toUpperCase());
    assert.equal((await ask(`${MINE}/inbox`, { as: null, headers: { authorization: upper } })).status, 403);
    const nonce = 'same-nonce';
    const raced = wire.mesh.authorization('X26OT900', { nonce });
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => ask(`${MINE}/inbox`, { as: null, headers: { authorization: raced } })),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 403, 403, 403]);
    const next = wire.mesh.authorization('X26OT900', { nonce, count: '1' });
    assert.equal((await ask(`${MINE}/inbox`, { as: null, headers: { authorization: next } })).status, 200);
  });
});
