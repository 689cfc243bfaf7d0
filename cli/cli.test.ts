// `gpc import` and `gpc serve` as a person meets them: in a process of their own, against real services.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeNhsNumber, system } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import { openAuthority } from '@gp-connect/foundation/trust';
import { openProviderStore } from '@gp-connect/provider';
import { portsFrom } from '@gp-connect/testbed';

const [{ fresh: emptyDatabase }] = testStores() as [ReturnType<typeof testStores>[0]];
const gpc = join(import.meta.dirname, 'gpc.ts');

interface Outcome {
  code: number | null;
  out: string;
  err: string;
}

function start(args: readonly string[], env: Record<string, string> = {}): ChildProcess {
  return spawn(process.execPath, [gpc, ...args], { env: { ...process.env, ...env } });
}

async function run(args: readonly string[], env?: Record<string, string>): Promise<Outcome> {
  const child = start(args, env);
  const outcome: Outcome = { code: null, out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    outcome.out += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    outcome.err += text;
  });
  [outcome.code] = (await once(child, 'close')) as [number];
  return outcome;
}

/** A base from which the ports a provider of England takes are free. */
async function freeBase(): Promise<number> {
  for (let base = 20_000 + (process.pid % 300) * 100; ; base = 20_000 + ((base + 100) % 40_000)) {
    const { orchard, orchardAdministration, orchardOperations, cedarAdministration } = portsFrom(base);
    const free = await Promise.all(
      [orchard, orchardAdministration, orchardOperations, cedarAdministration].map(
        (port) =>
          new Promise<boolean>((resolve) => {
            const probe = createServer().once('error', () => resolve(false));
            probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
          }),
      ),
    );
    if (!free.includes(false)) return base;
  }
}

describe('gpc', () => {
  let folder: string;
  let base: number;
  let provider: ChildProcess;
  let settings: Record<string, unknown>;
  const data = () => join(folder, 'data');
  const written = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  // What `npm start` leaves behind for callers, with one provider of it running through `gpc serve`.
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gpc-cli-'));
    base = await freeBase();
    const ports = portsFrom(base);
    mkdirSync(join(data(), 'secrets'), { recursive: true });
    writeFileSync(
      join(data(), 'running.json'),
      JSON.stringify({ dataFolder: data(), portBase: base, today: '2026-06-01' }),
    );
    writeFileSync(join(data(), 'secrets', 'orchard-administration'), 'a token that is long enough');
    const authority = await openAuthority(join(folder, 'authority'), { clock: Date.now });
    const identity = await authority.issue({ commonName: 'gp.example.nhs.uk', usages: 'both' });
    const host = '127.0.0.1';
    settings = {
      listen: { host, port: ports.orchard },
      operations: { host, port: ports.orchardOperations },
      administration: { host, port: ports.orchardAdministration },
      publicOrigin: 'https://gp.example.nhs.uk',
      database: (await emptyDatabase()).url,
      audit: { folder: join(folder, 'audit'), keyFolder: join(folder, 'keys') },
      tls: {
        key: written('key.pem', identity.key),
        cert: written('cert.pem', identity.cert),
        ca: written('ca.pem', identity.ca),
      },
      proxyNames: ['proxy.example.nhs.uk'],
      administrationToken: join(data(), 'secrets', 'orchard-administration'),
      logLevel: 'warn',
    };
    const { store, controls } = await openProviderStore(settings.database as string);
    await controls.host([
      { ods: 'A83001', name: 'Sample Lane Surgery', organizationId: 'o1', asid: '200000000001' },
    ]);
    await store.close();
    provider = start(['serve', 'provider', '--config', written('provider.json', JSON.stringify(settings))]);
    let said = '';
    for await (const text of provider.stderr!.setEncoding('utf8')) {
      said += text as string;
      if (said.includes('embedded database')) break;
    }
    assert.match(said, new RegExp(`provider answers on https://127\\.0\\.0\\.1:${ports.orchard}`));
  });
  after(async () => {
    provider?.kill('SIGTERM');
    if (provider?.exitCode === null) await once(provider, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  const number = makeNhsNumber('999123456') ?? makeNhsNumber('999123457')!;
  const patient = {
    resourceType: 'Patient',
    id: 'p1',
    identifier: [{ system: system.nhsNumber, value: number }],
    name: [{ use: 'official', family: 'Arrival' }],
  };
  const bundle = JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: [{ resource: patient }],
  });
  const into = (...more: string[]) => ['import', '--practice', 'A83001', '--data', data(), ...more];

  test('help names every option of import and serve', async () => {
    const importing = await run(['import', '--help']);
    assert.equal(importing.code, 0);
    for (const option of ['--practice', '--dry-run', '--data', '--json', 'Exit code 1']) {
      assert.ok(importing.out.includes(option), option);
    }
    const serving = await run(['serve', '--help']);
    assert.equal(serving.code, 0);
    for (const option of ['--config', '--check', '--settings', 'provider, directory or gateway']) {
      assert.ok(serving.out.includes(option), option);
    }
    assert.match((await run(['--help'])).out, /import {2,}put real records[\s\S]*serve {2,}run one service/);
  });

  const misunderstood: readonly [string, () => string[], RegExp][] = [
    ['no practice', () => ['import', 'x.json'], /--practice ODS/],
    ['no file', () => into(), /at least one file/],
    ['an unknown option', () => into('--fast', 'x.json'), /--fast/],
    [
      'files that are not there, all of them named',
      () => into('no-1.json', 'no-2.json'),
      /no-1\.json: there is no such file\n.*no-2\.json/,
    ],
    [
      'a practice nobody hosts',
      () => ['import', '--practice', 'Z99999', '--data', data(), gpc],
      /hosts a practice Z99999; there are:\n {2}A83001 Sample Lane Surgery\n.*cedar does not answer/,
    ],
    ['no service', () => ['serve'], /provider, directory, gateway/],
    ['an unknown service', () => ['serve', 'everything'], /provider, directory, gateway/],
    ['no settings file', () => ['serve', 'gateway'], /--config FILE/],
  ];
  for (const [what, args, words] of misunderstood) {
    test(`${what} is told in one line, without a stack`, async () => {
      const { code, out, err } = await run(args());
      assert.ok(code === 2 || code === 1, String(code));
      assert.match(err, words);
      assert.equal(out, '');
      assert.ok(!err.includes('    at '), err);
    });
  }

  test('England that does not run is told', async () => {
    const { code, err } = await run([
      'import',
      '--practice',
      'A83001',
      '--data',
      join(folder, 'nowhere'),
      gpc,
    ]);
    assert.equal(code, 1);
    assert.match(err, /England is not running/);
  });

  test('an import says what was stored and refused, with exit code 1 for the refusal', async () => {
    const good = written('good.json', bundle);
    const broken = written('broken.json', '{"resourceType": "Patient"');
    const dry = await run(into('--dry-run', good, broken));
    assert.equal(dry.code, 1);
    assert.match(dry.out, /Dry run for A83001 Sample Lane Surgery: nothing was kept/);

    const { code, out, err } = await run(into(good, broken));
    assert.equal(code, 1);
    assert.match(out, /Imported into A83001 Sample Lane Surgery/);
    assert.match(out, /People +1 new, 0 changed, 0 as they were/);
    assert.match(out, /Refused: 1\n +\S*broken\.json +not well-formed JSON/);
    assert.match(err, /reading \S*good\.json\nreading \S*broken\.json/);
    assert.ok(!out.includes(number) && !err.includes(number));
  });

  test('the same again changes nothing, with exit code 0 and the report as JSON', async () => {
    mkdirSync(join(folder, 'records', 'deeper'), { recursive: true });
    written('records/deeper/again.json', bundle);
    written('records/notes.txt', 'not a record');
    const { code, out } = await run(into('--json', join(folder, 'records')));
    assert.equal(code, 0);
    const report = JSON.parse(out);
    assert.deepEqual([report.files, report.refused, report.dryRun], [1, [], false]);
    assert.deepEqual(
      [report.written.patientsAdded, report.written.patientsChanged, report.written.patientsUnchanged],
      [0, 0, 1],
    );
  });

  test('serve lists everything that is wrong with the settings at once, and does not start', async () => {
    const wrong = { ...settings, listen: { port: 'x' }, proxyNames: [], colour: 'red' };
    const { code, err, out } = await run([
      'serve',
      'provider',
      '--config',
      written('wrong.json', JSON.stringify(wrong)),
    ]);
    assert.equal(code, 1);
    for (const part of ['listen.port (GPC_PROVIDER_LISTEN_PORT)', 'proxyNames', 'colour'])
      assert.ok(err.includes(part), err);
    assert.equal(out, '');
    const missing = {
      ...settings,
      database: (await emptyDatabase()).url,
      administrationToken: '/nowhere/token',
    };
    const unread = await run([
      'serve',
      'provider',
      '--config',
      written('missing.json', JSON.stringify(missing)),
    ]);
    assert.equal(unread.code, 1);
    assert.match(unread.err, /administrationToken: \/nowhere\/token cannot be read \(ENOENT\)/);
    const gateway = await run(['serve', 'gateway', '--config', written('gateway.json', '{}')]);
    assert.equal(gateway.code, 1);
    for (const part of ['tls', 'audit', 'directoryFeed']) assert.ok(gateway.err.includes(part), gateway.err);
  });

  test('serve checks settings, the environment overriding the file, and lists them', async () => {
    const file = join(folder, 'provider.json');
    assert.equal((await run(['serve', 'provider', '--config', file, '--check'])).code, 0);
    const overridden = await run(['serve', 'provider', '--config', file, '--check'], {
      GPC_PROVIDER_LISTEN_PORT: '99999',
    });
    assert.equal(overridden.code, 1);
    assert.match(overridden.err, /listen\.port \(GPC_PROVIDER_LISTEN_PORT\)/);
    const listed = await run(['serve', 'gateway', '--settings']);
    assert.match(listed.out, /directoryFeed[\s\S]*GPC_GATEWAY_DIRECTORY_FEED/);
  });

  test('a port or a database in use is one clear line', async () => {
    const same = await run(['serve', 'provider', '--config', join(folder, 'provider.json')]);
    assert.equal(same.code, 1);
    assert.ok(!same.err.includes('    at '), same.err);
    const port = {
      ...settings,
      database: (await emptyDatabase()).url,
      audit: { folder: join(folder, 'a2'), keyFolder: join(folder, 'k2') },
    };
    const taken = await run(['serve', 'provider', '--config', written('taken.json', JSON.stringify(port))]);
    assert.equal(taken.code, 1);
    assert.match(taken.err, new RegExp(`port ${portsFrom(base).orchard} for provider is already in use`));
  });

  test('serve ends cleanly when it is asked to', async () => {
    provider.kill('SIGTERM');
    const [code] = (await once(provider, 'exit')) as [number];
    assert.equal(code, 0);
  });
});
