// `gpc send`, `gpc mesh`, `gpc inbox` as a script meets them where something is wrong: one line, an exit code, no stack, no
// secret. What they do where all is well is shown through a whole England (testbed/running/command-line-journey.ts).
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { createLogger } from '@gp-connect/foundation/http';
import type { Store } from '@gp-connect/foundation/store';
import { openStore, testStores } from '@gp-connect/foundation/store';
import { openAuthority, serverTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { meshMigrations, meshSettings, type RunningMesh, startMesh } from '@gp-connect/national';
import { run } from './gpc-under-test.ts';
import {
  consultationInput,
  emergencySupplyInput,
  reportInput,
  vaccinationInput,
} from './send/input-schemas.ts';

const secret = 'a-password-nobody-may-read';
const number = '9990000018';
let folder: string;
const written = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'gpc-send-'));
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command that has to fail, and answers its one line. */
async function failing(code: number, ...args: string[]): Promise<string> {
  const outcome = await run(args, { GPC_DATA_DIR: join(folder, 'nowhere') });
  assert.equal(outcome.code, code, `${args.join(' ')}: ${outcome.err}`);
  assert.equal(outcome.out, '');
  assert.doesNotMatch(outcome.err, /^ {4}at /m, outcome.err);
  assert.ok(!outcome.err.includes(secret), 'no secret');
  return outcome.err;
}

describe('gpc send, inbox and mesh, misused', () => {
  const misunderstood: readonly [string, (pdf: string) => string[], RegExp][] = [
    ['send without a kind', () => ['send'], /say which: document, report, update/],
    ['a kind that is none', () => ['send', 'letter'], /say which: document/],
    ['no file', () => ['send', 'document', '--patient', number, '--title', 'T'], /--file FILE is missing/],
    [
      'no title',
      (pdf) => ['send', 'document', '--patient', number, '--file', pdf],
      /--title TITLE is missing/,
    ],
    [
      'no such file',
      () => ['send', 'document', '--patient', number, '--file', 'no.pdf', '--title', 'T'],
      /no\.pdf: there is no such file/,
    ],
    [
      'a file whose name says nothing',
      () => ['send', 'document', '--patient', number, '--file', written('letter', 'x'), '--title', 'T'],
      /give --content-type/,
    ],
    [
      'a number that is no NHS number',
      (pdf) => ['send', 'document', '--patient', '9990000019', '--file', pdf, '--title', 'T'],
      /not a valid NHS number/,
    ],
    [
      'another purpose',
      (pdf) => ['send', 'document', '--patient', number, '--file', pdf, '--title', 'T', '--for', 'fun'],
      /--for is one of action, information/,
    ],
    ['input that is not JSON', (pdf) => ['send', 'update', '--input', pdf], /this is not JSON/],
    [
      'input with names that are unknown and values that are wrong, all told',
      () => [
        ...['send', 'update', '--patient', number, '--input'],
        written(
          'wrong.json',
          '{"clinicalSumary":"x","bloodPressures":[{"kind":"sitting","systolic":"high"}]}',
        ),
      ],
      /clinicalSumary[\s\S]*bloodPressures\.0\.systolic|bloodPressures\.0\.systolic[\s\S]*clinicalSumary/,
    ],
    [
      'a report without the time it prints',
      () => [
        ...['send', 'report', '--patient', number, '--input'],
        written('day.json', '{"title":"T","seen":"2026-11-20","sections":[]}'),
      ],
      /seen: date and time with zone/,
    ],
    ['an option that is none', () => ['inbox', 'list', '--fast'], /--fast/],
    ['an item that is no number', () => ['inbox', 'show', 'first'], /the number of one item/],
    ['a refusal without a reason of the list', () => ['inbox', 'refuse', '1', '--reason', 'no'], /duplicate/],
    ['a reason without its entry', () => ['inbox', 'accept', '1', '--reason', 'x'], /after the --entry/],
    [
      'an entry refused without a reason',
      () => ['inbox', 'accept', '1', '--entry', '1=refuse'],
      /needs a --reason after it/,
    ],
    ['an entry with a choice that is none', () => ['inbox', 'accept', '1', '--entry', '1=yes'], /text-only/],
    [
      'a token without an address',
      () => ['inbox', 'list', '--token-file', 'x'],
      /--token-file goes with --url/,
    ],
    [
      'a token over plain HTTP to another machine',
      () => ['inbox', 'list', '--url', 'http://gp.example', '--practice', 'A1', '--token-file', 'x'],
      /takes https/,
    ],
    ['a mailbox without an address', () => ['mesh', 'inbox', '--mailbox', 'X1'], /--mailbox goes with --url/],
    [
      'a download that would be acknowledged before it is stored',
      () => ['mesh', 'download', 'ID', '--to', '-', '--acknowledge'],
      /cannot be acknowledged before it is stored/,
    ],
    [
      'an empty payload',
      () => ['mesh', 'send', '--to', 'X', '--workflow', 'W', '--file', written('empty', '')],
      /is empty/,
    ],
  ];
  for (const [what, args, words] of misunderstood) {
    test(`${what} is told, with exit code 2`, async () => {
      const pdf = written('letter.pdf', '%PDF-1.4\n%%EOF\n');
      assert.match(await failing(2, ...args(pdf)), words);
    });
  }

  test('England that does not run is told by each, with exit code 1', async () => {
    const pdf = written('letter.pdf', '%PDF-1.4\n%%EOF\n');
    for (const args of [
      ['send', 'document', '--patient', number, '--file', pdf, '--title', 'T'],
      ['send', 'status'],
      ['inbox', 'list'],
      ['mesh', 'handshake'],
    ])
      assert.match(await failing(1, ...args), /England is not running from .*: start it with "npm start"/);
  });

  test('help of each command below another names its options and exit codes', async () => {
    for (const [args, words] of [
      [
        ['send', 'document', '--help'],
        ['--patient', '--file', '--wait', '--dry-run', 'Exit code 0'],
      ],
      [
        ['send', 'update', '--help'],
        ['--input', '--service', '--confirm', 'docs/examples/'],
      ],
      [
        ['inbox', 'accept', '--help'],
        ['--entry', '--reason', '--action', '--confirmed', 'Exit code 0'],
      ],
      [
        ['mesh', 'send', '--help'],
        ['--to', '--workflow', '--chunk-mb', '--password-file', 'Exit code 0'],
      ],
      [
        ['mesh', '--help'],
        ['handshake', 'acknowledge', 'lookup'],
      ],
    ] as const) {
      const { code, out } = await run(args);
      assert.equal(code, 0);
      for (const word of words) assert.ok(out.includes(word), `${args.join(' ')}: ${word}`);
    }
  });

  test('the examples in docs are what the commands take', () => {
    const example = (name: string) =>
      JSON.parse(readFileSync(join(import.meta.dirname, '../docs/examples', `${name}.json`), 'utf8'));
    consultationInput.parse(example('minor-illness'));
    consultationInput.parse(example('blood-pressure'));
    vaccinationInput.parse(example('vaccination'));
    emergencySupplyInput.parse(example('emergency-supply'));
    reportInput.parse(example('report'));
  });
});

describe('gpc mesh with any MESH server', () => {
  let server: RunningMesh;
  let store: Store<Record<string, never>>;
  let client: TlsIdentity;
  before(async () => {
    const [{ fresh }] = testStores() as [ReturnType<typeof testStores>[0]];
    const authority = await openAuthority(join(folder, 'authority'), { clock: Date.now });
    const identity = await authority.issue({
      commonName: 'mesh.example',
      ipAddresses: ['127.0.0.1'],
      usages: 'server',
    });
    client = await authority.issue({
      commonName: 'script-1.fzz01.api.mesh-client.nhs.uk',
      usages: 'client',
    });
    store = await openStore<Record<string, never>>(await fresh(), meshMigrations);
    server = await startMesh(
      meshSettings.parse({
        port: 0,
        operationsPort: 0,
        sharedKey: secret,
        payloadFolder: join(folder, 'payloads'),
        keyFile: join(folder, 'keys/kek'),
      }),
      {
        store,
        logger: createLogger({ name: 'mesh', level: 'silent' }),
        tls: serverTls(identity, { clients: 'reject' }),
        audit: async () => undefined,
        resolvePatient: async () => ({ problem: 'no-match' }),
      },
    );
    const workflows = [{ workflow: 'W', send: true, receive: true }];
    await server.putMailboxes([
      { id: 'X1', ods: 'FZZ01', name: 'One', password: secret, workflows },
      { id: 'X2', ods: 'FZZ02', name: 'Two', password: secret, workflows },
    ]);
  });
  after(async () => {
    await server?.close();
    await store?.close();
  });

  const account = (mailbox: string, password = secret): string[] => [
    ...['--url', `https://127.0.0.1:${server.address.port}`, '--mailbox', mailbox],
    ...[
      '--password-file',
      written('password', `${password}\n`),
      '--shared-key-file',
      written('shared', secret),
    ],
    ...['--key', written('key.pem', client.key), '--certificate', written('cert.pem', client.cert)],
    ...['--ca', written('ca.pem', client.ca), '--data', join(folder, 'data'), '--json'],
  ];
  // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
  async function answer(args: readonly string[], input?: string): Promise<any> {
    const { code, out, err } = await run(args, {}, input);
    assert.equal(code, 0, err);
    return JSON.parse(out);
  }

  test('standard input goes out and comes back through a pipe, once under its id', async () => {
    const text = 'a line of a stream\n'.repeat(50_000);
    const send = [
      'mesh',
      'send',
      '--to',
      'X2',
      '--workflow',
      'W',
      '--file',
      '-',
      '--id',
      's-1',
      ...account('X1'),
    ];
    const sent = await answer(send, text);
    assert.deepEqual(await answer(send, text), { ...sent, sentBefore: true });
    const { messages } = await answer(['mesh', 'inbox', '--details', ...account('X2')]);
    assert.deepEqual(
      messages.map(({ messageId, from }: { messageId: string; from: string }) => [messageId, from]),
      [[sent.messageId, 'X1']],
    );
    const { code, out } = await run(['mesh', 'download', sent.messageId, '--to', '-', ...account('X2')]);
    assert.equal(code, 0);
    assert.equal(out, text);
    await answer(['mesh', 'acknowledge', sent.messageId, ...account('X2')]);
    assert.equal((await answer(['mesh', 'track', sent.messageId, ...account('X1')])).status, 'acknowledged');
    assert.equal(
      (await answer(['mesh', 'lookup', 'FZZ02', 'W', ...account('X1')])).mailboxes[0].mailboxId,
      'X2',
    );
  });

  test('mesh C10: a wrong password and a wrong address each say what to look at, and tell no secret', async () => {
    const refused = await failing(4, 'mesh', 'handshake', ...account('X1', `${secret}-not`));
    assert.match(refused, /MESH refuses the mailbox: look at mailbox id, password, shared key, certificate/);
    const unknown = await failing(
      ...([4, 'mesh', 'send', '--to', 'X9', '--workflow', 'W', '--file', join(folder, 'shared')] as const),
      ...account('X1'),
    );
    assert.match(unknown, /Unregistered to address/);
  });
});
