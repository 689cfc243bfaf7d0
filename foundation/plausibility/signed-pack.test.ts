// The signed national pack, and what a practice may not do to it. spec: messaging SG-10; national-service UPD-06
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { CompactSign } from 'jose';
import { nationalRulePack, openSignedPack, RulePackError, signRulePack, withPracticePack } from './index.ts';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const other = generateKeyPairSync('ed25519');
const { rules, medicineGroups } = nationalRulePack();
const text = JSON.stringify({
  id: 'national',
  version: '2026.2',
  effectiveFrom: '2026-12-01T00:00:00Z',
  medicineGroups,
  rules,
});
const refused = (words: RegExp) => (error: unknown) => {
  assert.ok(error instanceof RulePackError, String(error));
  assert.match(error.message, words);
  return true;
};

test('UPD-06: a pack that is signed opens with its version, digest and the instant it comes into force', async () => {
  const { pack, effectiveFrom } = await openSignedPack(await signRulePack(text, privateKey), publicKey);
  assert.equal(pack.version, '2026.2');
  assert.equal(pack.rules.length, rules.length);
  assert.match(pack.sha256, /^[0-9a-f]{64}$/);
  assert.equal(effectiveFrom.toISOString(), '2026-12-01T00:00:00.000Z');
});

test('UPD-06: a pack of another key, of another type, changed or unsigned is not opened', async () => {
  const signed = await signRulePack(text, privateKey);
  await assert.rejects(openSignedPack(signed, other.publicKey), refused(/not signed/));
  const [head, body, signature] = signed.split('.') as [string, string, string];
  const changed = Buffer.from(body, 'base64url').toString().replace('2026.2', '2026.3');
  const forged = [head, Buffer.from(changed).toString('base64url'), signature].join('.');
  await assert.rejects(openSignedPack(forged, publicKey), refused(/not signed/));
  const none = Buffer.from('{"alg":"none","typ":"rule-pack+jws"}').toString('base64url');
  await assert.rejects(openSignedPack(`${none}.${body}.`, publicKey), refused(/not signed/));
  await assert.rejects(openSignedPack(text, publicKey), refused(/not signed/));
  const order = await new CompactSign(Buffer.from(text))
    .setProtectedHeader({ alg: 'EdDSA' })
    .sign(privateKey);
  await assert.rejects(openSignedPack(order, publicKey), refused(/something else/));
});

test('UPD-06: a signed text that is no pack, or says not when it comes into force, is refused', async () => {
  const sign = (payload: string) =>
    new CompactSign(Buffer.from(payload))
      .setProtectedHeader({ alg: 'EdDSA', typ: 'rule-pack+jws' })
      .sign(privateKey);
  await assert.rejects(openSignedPack(await sign('{'), publicKey), refused(/JSON/));
  await assert.rejects(openSignedPack(await sign('{"id":"x","version":"1"}'), publicKey), refused(/rules/));
  const undated = JSON.stringify({ id: 'national', version: '1', rules });
  await assert.rejects(openSignedPack(await sign(undated), publicKey), refused(/effectiveFrom/));
  await assert.rejects(signRulePack(undated, privateKey), refused(/effectiveFrom/));
});

test('SG-10: words a practice adds are words: expressions that may fail or hang are refused', () => {
  const { parameters } = nationalRulePack().rules.find(({ id }) => id === 'TX-03')!;
  const known = parameters.requests as string[];
  const laid = (...added: unknown[]) =>
    withPracticePack(nationalRulePack(), {
      id: 'p',
      version: '1',
      rules: [{ id: 'TX-03', parameters: { requests: [...known, ...added] } }],
    }).refused.length;
  assert.equal(laid('ring the surgery', 'call-back'), 0);
  for (const wrong of ['(', '(a+)+$', '.*', '\\bGP\\b', '', 7, { pattern: 'x' }]) {
    assert.equal(laid(wrong), 1, JSON.stringify(wrong));
  }
  const fewer = { id: 'TX-03', parameters: { requests: known.slice(1) } };
  const { refused: loosened } = withPracticePack(nationalRulePack(), {
    id: 'p',
    version: '1',
    rules: [fewer],
  });
  assert.equal(loosened.length, 1);
});

test('only the marks ✱ of the contract cannot be overridden', () => {
  const starred = nationalRulePack()
    .rules.filter(({ overridable }) => !overridable)
    .map(({ id }) => id);
  assert.deepEqual(
    starred.sort(),
    ['BP-03', 'BP-04', 'DT-01', 'DT-02', 'PG-01', 'PG-02', 'PG-09', 'T-01', 'T-02', 'T-06'].sort(),
  );
});
