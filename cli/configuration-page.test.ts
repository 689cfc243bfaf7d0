// The configuration page says what the schemas say.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { configurationPage, configurationPagePath } from './configuration-page.ts';

test('docs/configuration.md is what the settings schemas say today', () => {
  assert.equal(readFileSync(configurationPagePath, 'utf8'), configurationPage());
});
