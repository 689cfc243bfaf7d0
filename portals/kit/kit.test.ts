// The parts portals are built from: escaping, sessions, axes of charts, secrets.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import cookie from '@fastify/cookie';
import fastify from 'fastify';
import { dateTicks, niceTicks } from './chart-ticks.ts';
import {
  createSessions,
  html,
  isOwnForm,
  lineChart,
  page,
  type Session,
  secretFromFile,
  trusted,
} from './index.ts';

test('everything put into a template is escaped, except markup', () => {
  const name = `<b onclick="x('y')">&`;
  assert.equal(html`<p>${name}</p>`.text, '<p>&lt;b onclick=&quot;x(&#39;y&#39;)&quot;&gt;&amp;</p>');
  assert.equal(html`${trusted('<br>')}${html`<i>${'<'}</i>`}`.text, '<br><i>&lt;</i>');
  assert.equal(html`${[name.slice(0, 1), html`<hr>`]}${null}${undefined}${false}${0}`.text, '&lt;<hr>0');
});

test('a title with markup in it does not reach the page as markup', () => {
  const frame = {
    service: { name: 'S', home: '/' },
    assets: { stylesheet: '/s', icon: '/i' },
    footerText: '',
  };
  const text = page(frame, { title: '<script>', content: html`<h1>x</h1>` });
  assert.ok(text.includes('&lt;script&gt;'));
  assert.doesNotMatch(text, /<script/i);
});

interface State {
  readonly name: string;
}

/** One session in a server that lets a test look at it. */
async function sessionServer(secure = false) {
  let now = 1_000_000;
  const ended: string[] = [];
  const sessions = createSessions<State>({
    secret: 'a secret of the kit’s own tests',
    portal: 'test',
    secure,
    idleSeconds: 60,
    longestSeconds: 600,
    most: 2,
    clock: () => now,
  });
  sessions.onEnd((session) => ended.push(session.state.name));
  const server = fastify();
  await server.register(cookie);
  server.get('/start/:name', async (request, reply) => {
    await sessions.start(reply, request.params as State);
    return 'started';
  });
  server.get('/who', async (request) => {
    const found = await sessions.find(request);
    return typeof found === 'string' ? found : found.state.name;
  });
  server.get('/end', async (request, reply) => {
    const found = await sessions.find(request);
    if (typeof found !== 'string') sessions.end(reply, found);
    return 'ended';
  });
  const start = async (name: string) => {
    const answer = await server.inject(`/start/${name}`);
    return String(answer.headers['set-cookie']);
  };
  const who = async (line: string) =>
    (await server.inject({ url: '/who', headers: { cookie: line.split(';')[0]! } })).body;
  const end = async (line: string) =>
    server.inject({ url: '/end', headers: { cookie: line.split(';')[0]! } });
  return { start, who, end, ended, sessions, wait: (seconds: number) => (now += seconds * 1000) };
}

test('the session cookie tells nothing, and cannot be read by script or sent along from other sites', async () => {
  const { start, who } = await sessionServer();
  const line = await start('ada');
  assert.match(line, /; HttpOnly/);
  assert.match(line, /; SameSite=Lax/);
  assert.doesNotMatch(line, /ada|Secure/);
  assert.equal(await who(line), 'ada');
  const altered = line.replace(
    /(.)(.{10})(?=;)/,
    (_, one: string, rest: string) => (one === 'A' ? 'B' : 'A') + rest,
  );
  assert.equal(await who(altered), 'ended');
  assert.equal(await who('other=1'), 'none');
});

test('behind https the cookie is Secure and bound to the host', async () => {
  const { start } = await sessionServer(true);
  assert.match(await start('ada'), /^__Host-gpc-test=.*; Path=\/.*; Secure/);
});

test('a session ends by not being used, by its longest time, by signing out, and when room is needed', async () => {
  const idle = await sessionServer();
  const first = await idle.start('idle');
  idle.wait(59);
  assert.equal(await idle.who(first), 'idle');
  idle.wait(60);
  assert.equal(await idle.who(first), 'ended');

  const long = await sessionServer();
  const second = await long.start('long');
  for (let used = 0; used < 11; used++) {
    long.wait(50);
    assert.equal(await long.who(second), 'long');
  }
  long.wait(50);
  assert.equal(await long.who(second), 'ended');

  const out = await sessionServer();
  const third = await out.start('out');
  await out.end(third);
  assert.equal(await out.who(third), 'ended');

  const full = await sessionServer();
  const lines = [await full.start('a'), await full.start('b'), await full.start('c')];
  assert.deepEqual(
    [await full.who(lines[0]!), await full.who(lines[1]!), await full.who(lines[2]!)],
    ['ended', 'b', 'c'],
  );
  assert.deepEqual([idle.ended, long.ended, out.ended, full.ended], [['idle'], ['long'], ['out'], ['a']]);
});

test('sweeping drops what is over and keeps the rest', async () => {
  const { start, sessions, wait } = await sessionServer();
  await start('old');
  wait(40);
  await start('new');
  wait(30);
  sessions.sweep();
  assert.equal(sessions.size, 1);
});

test('only a form with the session’s own token is its own', () => {
  const session = { formToken: 'abcdef' } as Session<State>;
  assert.equal(isOwnForm(session, 'abcdef'), true);
  for (const other of ['abcdeg', 'abcde', '', undefined, ['abcdef']])
    assert.equal(isOwnForm(session, other), false);
});

test('axes have round values around the data, also for one value and for tiny and huge ones', () => {
  assert.deepEqual(niceTicks(63, 155), [60, 80, 100, 120, 140, 160]);
  assert.deepEqual(niceTicks(0.12, 0.19), [0.1, 0.12, 0.14, 0.16, 0.18, 0.2]);
  for (const [low, high] of [
    [5, 5],
    [0, 0],
    [-3, 4],
    [1e-4, 3e-4],
    [9e6, 3e7],
    [139, 139.5],
  ] as const) {
    const ticks = niceTicks(low, high);
    assert.ok(ticks[0]! <= low && ticks.at(-1)! >= high, `${low} to ${high}: ${ticks}`);
    assert.ok(ticks.length >= 3 && ticks.length <= 10, `${ticks}`);
    assert.equal(new Set(ticks).size, ticks.length);
  }
});

test('dates on the axis lie within the data, however long they run', () => {
  for (const [first, last] of [
    ['2024-01-05', '2024-01-05'],
    ['2024-01-05', '2024-01-20'],
    ['2023-11-05', '2024-04-20'],
    ['1985-01-01', '2025-01-01'],
  ]) {
    const ticks = dateTicks(Date.parse(first!), Date.parse(last!));
    assert.ok(ticks.length >= 1 && ticks.length <= 8, `${ticks.length}`);
    for (const { day } of ticks) assert.ok(day >= first! && day <= last!, `${day} in ${first}–${last}`);
  }
});

test('a chart says in words what it draws, and draws every point', () => {
  const points = [
    { date: '2023-01-01', value: 5 },
    { date: '2024-01-01', value: 7 },
  ];
  const text = lineChart({
    id: 'c',
    title: 'Weight <x>',
    unit: 'kg',
    series: [{ name: 'Weight', points }],
    low: 4,
    high: null,
  }).text;
  assert.match(
    text,
    /Weight: 2 values from 2023-01-01 to 2024-01-01, lowest 5 kg, highest 7 kg, latest 7 kg/,
  );
  assert.match(text, /Reference range 4 or more/);
  assert.equal(text.match(/<circle/g)?.length, 2);
  assert.doesNotMatch(text, /<x>|NaN|style=/);
});

test('a chart of thousands of values stays small and keeps its extremes', () => {
  const points = Array.from({ length: 20_000 }, (_, at) => ({
    date: new Date(Date.UTC(1990, 0, 1) + at * 43_200_000).toISOString(),
    value: at === 7_777 ? 300 : 100 + (at % 7),
  }));
  const { text } = lineChart({ id: 'c', title: 'T', unit: '', series: [{ name: 'S', points }] });
  assert.ok(text.length < 40_000, `${text.length}`);
  const path = /points="([^"]+)"/.exec(text)?.[1] ?? '';
  const highest = Math.min(...path.split(' ').map((pair) => Number(pair.split(',')[1])));
  const typical = Math.max(...path.split(' ').map((pair) => Number(pair.split(',')[1])));
  assert.ok(highest < typical - 100, 'the one high value is drawn');
});

test('a secret is made once, readable by its owner alone, and a short one is refused', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'kit-'));
  const path = join(folder, 'deep', 'secret');
  const [one, two] = await Promise.all([secretFromFile(path), secretFromFile(path)]);
  assert.equal(one, two);
  assert.equal(one, await readFile(path, 'utf8'));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  await writeFile(join(folder, 'short'), 'short');
  await assert.rejects(secretFromFile(join(folder, 'short')), RangeError);
  await rm(folder, { recursive: true });
});
