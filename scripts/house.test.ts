// The rules of the house, checked over the sources: import directions, public entries, names, declared packages.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';

/** What each workspace may import besides itself. spec: design §2 */
const mayImport: Record<string, readonly string[]> = {
  foundation: [],
  national: ['foundation'],
  provider: ['foundation'],
  consumer: ['foundation'],
  portals: ['national', 'provider', 'consumer', 'foundation'],
  testbed: ['portals', 'national', 'provider', 'consumer', 'foundation'],
  cli: ['testbed', 'portals', 'national', 'provider', 'consumer', 'foundation'],
  scripts: ['testbed', 'portals', 'national', 'provider', 'consumer', 'foundation'],
};

interface Import {
  file: string;
  workspace: string;
  target: string;
}

const sources = globSync(
  '{foundation,national,provider,consumer,portals,testbed,cli,scripts}/**/*.{ts,mjs}',
).filter((file) => !file.includes('node_modules'));
const imports: Import[] = sources.flatMap((file) => {
  // Lines of a template literal are no statements: only lines that start as an import or a re-export count.
  const text = readFileSync(file, 'utf8');
  const statements = text.matchAll(
    /^(?:import|export)\s(?:[^'"`;]*?\sfrom\s)?['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"\n]+)['"]\s*\)/gm,
  );
  return [...statements].map((match) => ({
    file,
    workspace: file.split('/')[0]!,
    target: (match[1] ?? match[2])!,
  }));
});

const isTestSupport = (file: string): boolean => /-(for-tests|under-test)\.ts$/.test(file);

test('the sources were found', () => {
  assert.ok(sources.length > 50, `${sources.length} files`);
  assert.ok(imports.length > 100, `${imports.length} imports`);
});

test('imports run downwards only, and parties meet only on the wire', () => {
  const wrong = imports.filter(({ workspace, target }) => {
    const other = /^@gp-connect\/([^/]+)/.exec(target)?.[1];
    return other && other !== workspace && !mayImport[workspace]?.includes(other);
  });
  assert.deepEqual(wrong, []);
});

test('no workspace reaches into another by a relative path', () => {
  const wrong = imports.filter(({ file, workspace, target }) => {
    if (!target.startsWith('.')) return false;
    return normalize(join(dirname(file), target)).split('/')[0] !== workspace;
  });
  assert.deepEqual(wrong, []);
});

test('a workspace is imported by its package name from outside only, and only by a declared entry', () => {
  const wrong = imports.filter(({ workspace, target }) => {
    const match = /^@gp-connect\/([^/]+)(\/.+)?$/.exec(target);
    if (!match) return false;
    const { exports: entries } = JSON.parse(readFileSync(`${match[1]}/package.json`, 'utf8'));
    return match[1] === workspace || !(`.${match[2] ?? ''}` in entries);
  });
  assert.deepEqual(wrong, []);
});

test('rooms of the foundation and capabilities of a party enter each other by index.ts', () => {
  const capability = (path: string) => path.split('/').slice(0, 2).join('/');
  const wrong = imports.filter(({ file, workspace, target }) => {
    if (!target.startsWith('.') || !['foundation', 'national', 'provider', 'consumer'].includes(workspace))
      return false;
    const to = normalize(join(dirname(file), target));
    // Tests may lean on another capability's test support; nothing else may.
    if (isTestSupport(to) && (file.endsWith('.test.ts') || isTestSupport(file))) return false;
    if (file.split('/').length < 3 || capability(to) === capability(file)) return false;
    return to.split('/').length > 2 && !to.endsWith('/index.ts');
  });
  assert.deepEqual(wrong, []);
});

test('every package a source imports is declared, and every declared one is used', () => {
  const root = JSON.parse(readFileSync('package.json', 'utf8'));
  const declared = new Set([...Object.keys(root.dependencies), ...Object.keys(root.devDependencies)]);
  const builtin = new Set(builtinModules);
  const used = new Set<string>();
  const undeclared: Import[] = [];
  for (const found of imports) {
    if (
      found.target.startsWith('.') ||
      found.target.startsWith('node:') ||
      found.target.startsWith('@gp-connect/')
    )
      continue;
    const name = found.target
      .split('/')
      .slice(0, found.target.startsWith('@') ? 2 : 1)
      .join('/');
    if (name === 'fhir') used.add('@types/fhir');
    else used.add(name);
    if (name !== 'fhir' && !declared.has(name) && !builtin.has(name)) undeclared.push(found);
  }
  assert.deepEqual(undeclared, []);
});

test('no folder or file is a dump of helpers', () => {
  const dump = /(^|\/)(utils?|helpers?|common|misc|lib)(\/|\.ts$|-)/;
  assert.deepEqual(
    sources.filter((file) => dump.test(file)),
    [],
  );
});

test('production code never imports tests or test support (the testbed is there for testing)', () => {
  const forTests = (file: string) =>
    file.endsWith('.test.ts') || isTestSupport(file) || /^testbed\/|\/testing\//.test(file);
  const wrong = imports.filter(
    ({ file, target }) => !forTests(file) && (target.endsWith('.test.ts') || isTestSupport(target)),
  );
  assert.deepEqual(wrong, []);
});
