import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createSeal } from './seal.ts';

const secret = 'a-secret-of-a-portal';

describe('sealed cookies', () => {
  let now = 1_767_225_600_000;
  const session = createSeal<{ user: string }>({ secret, purpose: 'session', clock: () => now });

  test('a sealed value opens until its time is over, and does not show its content', async () => {
    const sealed = await session.seal({ user: '555011112222' }, 60);
    assert.doesNotMatch(Buffer.from(sealed, 'base64url').toString('latin1'), /555011112222/);
    now += 59_000;
    assert.deepEqual(await session.open(sealed), { user: '555011112222' });
    now += 1000;
    assert.equal(await session.open(sealed), null);
  });

  test('an altered text, none at all, or one far too long opens to nothing', async () => {
    const sealed = await session.seal({ user: 'x' }, 60);
    const middle = Math.floor(sealed.length / 2);
    const altered = sealed.slice(0, middle) + (sealed[middle] === 'A' ? 'B' : 'A') + sealed.slice(middle + 1);
    for (const text of [altered, '', undefined, 'a.b.c.d.e', 'x'.repeat(20_000)]) {
      assert.equal(await session.open(text), null);
    }
  });

  test('another purpose or another secret does not open it', async () => {
    const sealed = await session.seal({ user: 'x' }, 60);
    const clock = () => now;
    assert.equal(await createSeal({ secret, purpose: 'sign-in', clock }).open(sealed), null);
    assert.equal(await createSeal({ secret: `${secret}2`, purpose: 'session', clock }).open(sealed), null);
    assert.deepEqual(await createSeal({ secret, purpose: 'session', clock }).open(sealed), { user: 'x' });
  });

  test('a short secret is refused', () => {
    assert.throws(() => createSeal({ secret: 'short', purpose: 'session', clock: Date.now }), RangeError);
  });
});
