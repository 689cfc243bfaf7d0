// The administration listener over real HTTP: who is let in, switches with their audit, imports as they stream.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ConfigurationError } from '@gp-connect/foundation/config';
import { testStores } from '@gp-connect/foundation/store';
import { nhsNumber, people, practice } from '../service/made-up-practice-for-tests.ts';
import {
  administrationToken,
  type ProviderUnderTest,
  startTestProvider,
} from '../service/provider-under-test.ts';
import {
  type Administration,
  AdministrationError,
  type ImportedFile,
  type ImportStep,
  openAdministration,
} from './index.ts';
import { readTar } from './read-tar.ts';
import { writeTar } from './write-tar.ts';

const textFile = (name: string, text: string): ImportedFile => ({
  name,
  size: Buffer.byteLength(text),
  async *stream() {
    for (let at = 0; at < text.length; at += 700) yield Buffer.from(text.slice(at, at + 700));
  },
});
const number = nhsNumber(700);
const patient = {
  resourceType: 'Patient',
  id: 'imported',
  identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: number }],
  name: [{ use: 'official', family: 'Arrival', given: ['New'] }],
  birthDate: '1980-01-01',
};
const stranger = {
  resourceType: 'Observation',
  id: 'of-nobody',
  status: 'final',
  code: { text: 'x' },
  subject: { reference: 'Patient/unknown-here' },
};
const bundle = (...resources: object[]) =>
  JSON.stringify({
    resourceType: 'Bundle',
    type: 'collection',
    entry: resources.map((resource) => ({ resource })),
  });

async function all(steps: AsyncIterable<ImportStep>): Promise<ImportStep[]> {
  const seen: ImportStep[] = [];
  for await (const step of steps) seen.push(step);
  return seen;
}
const reportIn = (steps: ImportStep[]) => {
  const last = steps.at(-1)!;
  assert.equal(last.kind, 'report');
  return (last as Extract<ImportStep, { kind: 'report' }>).report;
};

for (const { name, fresh } of testStores()) {
  describe(`administration on ${name}`, () => {
    let provider: ProviderUnderTest;
    let administration: Administration;
    let url: string;
    before(async () => {
      provider = await startTestProvider(await fresh());
      url = `http://127.0.0.1:${provider.running.administration.port}`;
      administration = openAdministration({ url, token: administrationToken });
    });
    after(() => provider?.close());

    test('without the right token nothing is answered', async () => {
      for (const authorization of [
        undefined,
        'Bearer wrong',
        `Basic ${administrationToken}`,
        `Bearer ${administrationToken}x`,
      ]) {
        for (const [method, path] of [
          ['GET', '/practices'],
          ['GET', `/practices/${practice.ods}/switches`],
          ['POST', `/practices/${practice.ods}/import`],
          ['GET', '/nowhere'],
        ] as const) {
          const answer = await fetch(url + path, {
            method,
            ...(authorization ? { headers: { authorization } } : {}),
          });
          assert.equal(answer.status, 401, `${method} ${path} as ${authorization}`);
        }
      }
    });

    test('the practices are listed with the people on their lists', async () => {
      const gone = ['left', 'diedRecently', 'diedLongAgo', 'leftThenDied'].length;
      assert.deepEqual(await administration.practices(), [
        {
          ods: practice.ods,
          name: practice.name,
          asid: practice.asid,
          patients: Object.keys(people).length - gone,
        },
      ]);
    });

    test('an unknown practice, switch or a change without reason is refused', async () => {
      const refusedWith = (status: number) => (error: unknown) =>
        error instanceof AdministrationError && error.status === status;
      const change = { enabled: false, reason: 'review', actor: 'Una Example' };
      await assert.rejects(administration.switches('Z99999'), refusedWith(404));
      await assert.rejects(administration.setSwitch(practice.ods, 'everything', change), refusedWith(404));
      await assert.rejects(
        administration.setSwitch(practice.ods, 'structured', { ...change, reason: ' ' }),
        refusedWith(400),
      );
      await assert.rejects(all(administration.import('Z99999', [])), refusedWith(404));
      const odd = await fetch(`${url}/practices/${practice.ods}/import?dryRun=perhaps`, {
        method: 'POST',
        headers: { authorization: `Bearer ${administrationToken}`, 'content-type': 'application/x-tar' },
        body: 'x',
      });
      assert.equal(odd.status, 400);
    });

    test('a switch is set, read back, and takes effect on the wire', async () => {
      const question = { row: '21', path: '/metadata' };
      assert.equal((await provider.ask(question)).status, 200);
      const by = { reason: 'under review', actor: 'Una Example' };
      const states = await administration.setSwitch(practice.ods, 'documents', { enabled: false, ...by });
      assert.equal(states.find((state) => state.name === 'documents')?.enabled, false);
      assert.equal(states.find((state) => state.name === 'area:documents')?.enabled, true);
      assert.equal((await provider.ask(question)).status, 403);
      await administration.setSwitch(practice.ods, 'documents', { enabled: true, ...by });
      assert.deepEqual(
        (await administration.switches(practice.ods)).filter(({ enabled }) => !enabled),
        [],
      );
    });

    test('a dry run reports and stores nothing; the import stores and refuses with place and reason', async () => {
      const files = [
        textFile('arrival.json', bundle(patient)),
        textFile('stray.json', JSON.stringify(stranger)),
        textFile('broken.json', '{"resourceType":'),
      ];
      const dry = reportIn(await all(administration.import(practice.ods, files, { dryRun: true })));
      assert.equal(dry.dryRun, true);
      assert.equal(await provider.opened.records.findPatient(practice.ods, number), undefined);

      const steps = await all(administration.import(practice.ods, files, { actor: 'Una Example' }));
      const report = reportIn(steps);
      assert.equal(report.files, 3);
      assert.equal((await provider.opened.records.findPatient(practice.ods, number))?.id, 'imported');
      assert.deepEqual(
        report.refused.map(({ file }) => file),
        ['broken.json', 'stray.json'],
      );
      assert.deepEqual(
        steps.filter(({ kind }) => kind === 'file').map((step) => (step as { file: string }).file),
        ['arrival.json', 'stray.json', 'broken.json'],
      );
    });

    test('what tar itself writes is taken, long and foreign names included', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'gpc-tar-'));
      const long = `${'deep/'.repeat(30)}résumé-${'n'.repeat(120)}.json`;
      mkdirSync(join(folder, 'deep/'.repeat(30)), { recursive: true });
      writeFileSync(join(folder, long), bundle(patient));
      try {
        for (const format of ['gnu', 'pax', 'ustar']) {
          const named = format === 'ustar' ? 'plain.json' : long;
          writeFileSync(join(folder, 'plain.json'), bundle(patient));
          const body = execFileSync('tar', [`--format=${format}`, '-cf', '-', named], { cwd: folder });
          const answer = await fetch(`${url}/practices/${practice.ods}/import?dryRun=true`, {
            method: 'POST',
            headers: { authorization: `Bearer ${administrationToken}`, 'content-type': 'application/x-tar' },
            body: new Uint8Array(body),
          });
          const lines = (await answer.text())
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
          assert.deepEqual(lines[0], { kind: 'file', file: named }, format);
          assert.equal(lines.at(-1).report.read, 1);
        }
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    test('a body that is no archive, or breaks off, is told; a file that grew stops the sender', async () => {
      const send = async (body: Uint8Array) => {
        const answer = await fetch(`${url}/practices/${practice.ods}/import?dryRun=true`, {
          method: 'POST',
          headers: { authorization: `Bearer ${administrationToken}`, 'content-type': 'application/x-tar' },
          body: new Uint8Array(body),
        });
        return JSON.parse((await answer.text()).trim().split('\n').at(-1)!);
      };
      assert.deepEqual(await send(Buffer.alloc(2_000, 'x')), {
        kind: 'failed',
        reason: 'the body is not a tar archive, or is damaged',
      });
      const whole: Uint8Array[] = [];
      for await (const piece of writeTar([textFile('a.json', bundle(patient))])) whole.push(piece);
      const broken = Buffer.concat(whole).subarray(0, 700);
      assert.equal((await send(broken)).kind, 'failed');
      const grown = { ...textFile('grown.json', bundle(patient)), size: 10 };
      await assert.rejects(
        all(administration.import(practice.ods, [grown], { dryRun: true })),
        /grown\.json changed/,
      );
    });

    test('one import at a time into a practice', async () => {
      let release: () => void = () => undefined;
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const slow: ImportedFile = {
        ...textFile('slow.json', bundle(patient)),
        async *stream() {
          await held;
          yield Buffer.from(bundle(patient));
        },
      };
      const first = administration.import(practice.ods, [slow], { dryRun: true });
      assert.equal((await first.next()).value.kind, 'file');
      await assert.rejects(
        all(administration.import(practice.ods, [], { dryRun: true })),
        (error: AdministrationError) => error.status === 409,
      );
      release();
      reportIn(await all(first));
      reportIn(await all(administration.import(practice.ods, [], { dryRun: true })));
    });

    test('the practice audit keeps each change and each import with who and what came of it', async () => {
      const entries = await provider.stopAndReadAudit();
      const acts = entries
        .filter(({ patient: part }) => part.kind === 'admin')
        .map(({ patient: part, staff }) => [part.action, part.subject, part.from, part.to, staff.name]);
      assert.deepEqual(acts.slice(0, 2), [
        ['switch', 'documents', 'on', 'off', 'Una Example'],
        ['switch', 'documents', 'off', 'on', 'Una Example'],
      ]);
      assert.equal(acts.length, 4);
      assert.match(String(acts[3]![3]), /^run [\w-]+: stored 1, refused 2$/);
    });
  });
}

test('a listener off the loopback interface, or with a short token, is not started', async () => {
  const [{ fresh }] = testStores() as [ReturnType<typeof testStores>[0]];
  const settings = { administration: { host: '0.0.0.0', port: 0 } };
  await assert.rejects(
    fresh().then((database) => startTestProvider(database, { settings })),
    (error: unknown) => error instanceof ConfigurationError && /loopback/.test(error.message),
  );
});

test('an archive written here reads back name by name and byte by byte, whatever the pieces', async () => {
  const names = [
    'a.json',
    `${'long/'.repeat(40)}name.xml`,
    'ünï.json',
    `${'n'.repeat(99)}`,
    `${'n'.repeat(100)}`,
  ];
  const files = names.map((name, at) => textFile(name, 'x'.repeat(at * 511)));
  async function* recut() {
    for await (const piece of writeTar(files)) {
      for (let at = 0; at < piece.length; at += 333) yield piece.subarray(at, at + 333);
    }
  }
  const read: [string, number][] = [];
  for await (const { name, stream } of readTar(recut())) {
    let size = 0;
    // Every second file is left after its first piece: the next one must be found all the same.
    for await (const piece of stream) {
      size += piece.length;
      if (read.length % 2 === 1) break;
    }
    read.push([name, size]);
  }
  assert.deepEqual(
    read.map(([name]) => name),
    names,
  );
  assert.deepEqual([read[0]![1], read[2]![1], read[4]![1]], [0, 1022, 2044]);
});
