import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createRestVault, fileVault, isSealed, storedText } from './at-rest.ts';

const key = randomBytes(32);
const vault = createRestVault([key]);

test('A6: what is sealed shows nothing of the text and opens in its context only', () => {
  const sealed = vault.seal('message/1', 'HERON 9010000036 ü');
  assert.ok(isSealed(sealed));
  assert.doesNotMatch(sealed, /HERON|9010000036/);
  assert.equal(vault.open('message/1', sealed).toString(), 'HERON 9010000036 ü');
  assert.throws(() => vault.open('message/2', sealed));
  const at = sealed.length - 8;
  const altered = sealed.slice(0, at) + (sealed[at] === 'A' ? 'B' : 'A') + sealed.slice(at + 1);
  assert.throws(() => vault.open('message/1', altered));
  assert.notEqual(vault.seal('message/1', 'x'), vault.seal('message/1', 'x'));
});

test('bytes come back as they were, empty ones too', () => {
  const bytes = randomBytes(1000);
  assert.deepEqual(vault.open('a', vault.seal('a', bytes)), bytes);
  assert.equal(vault.open('a', vault.seal('a', '')).length, 0);
});

test('a new key seals and an earlier one still opens; a stranger opens nothing', () => {
  const sealed = vault.seal('a', 'text');
  const rotated = createRestVault([randomBytes(32), key]);
  assert.equal(rotated.open('a', sealed).toString(), 'text');
  assert.throws(() => vault.open('a', rotated.seal('a', 'text')));
  assert.throws(() => createRestVault([randomBytes(32)]).open('a', sealed));
  assert.throws(() => createRestVault([]), RangeError);
  assert.throws(() => createRestVault([randomBytes(16)]), RangeError);
});

test('a key file is made once, for its owner only, and opens what it sealed; an earlier one still opens', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-vault-'));
  try {
    const file = join(folder, 'keys', 'first');
    const sealed = fileVault(file).seal('a', 'text');
    assert.equal(statSync(file).mode & 0o077, 0);
    assert.equal(fileVault(file).open('a', sealed).toString(), 'text');
    assert.equal(fileVault(join(folder, 'second'), [file]).open('a', sealed).toString(), 'text');
    assert.throws(() => fileVault(join(folder, 'second')).open('a', sealed));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('what was stored before there was a key is read as it is', () => {
  assert.equal(storedText(vault, 'a', '<Bundle/>'), '<Bundle/>');
  assert.equal(storedText(vault, 'a', vault.seal('a', '<Bundle/>')), '<Bundle/>');
  assert.throws(() => vault.open('a', '<Bundle/>'));
});
