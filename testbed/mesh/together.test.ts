// MESH server and client against each other, over mutual TLS, on both databases. spec: mesh §3, §8
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  authorization,
  createPoller,
  gpProviderAddress,
  MeshAuthenticationError,
  MeshGoneError,
  MeshIntegrityError,
  MeshNoEndpointError,
  MeshNotFoundError,
  MeshRefusedError,
  MeshTooLargeError,
  MeshUnavailableError,
  memoryJournal,
  openConnection,
  openSendJournal,
  SendOutcomeUnknownError,
} from '@gp-connect/consumer/mesh';
import { testStores } from '@gp-connect/foundation/store';
import { type MeshTogether, pharmacy, practice, startMeshTogether, WORKFLOW } from './mesh-for-tests.ts';
import { startRelay } from './relay.ts';

const message = (more: object = {}) => ({
  to: practice.id,
  workflowId: WORKFLOW,
  payload: Buffer.from('<Bundle/>'),
  ...more,
});

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of source) parts.push(bytes);
  return Buffer.concat(parts);
}

test('mesh example A: the client makes the header of the contract, byte for byte', () => {
  const secrets = { mailboxId: 'X26OT900', password: 's3cret-pass', sharedKey: 'BackBone' };
  const at = { now: Date.UTC(2025, 9, 1, 14, 5, 42), nonce: '5f0a7c1e-3b7e-4c52-9a52-0d5a2f7d3c11' };
  assert.equal(
    authorization(secrets, at),
    'NHSMESH X26OT900:5f0a7c1e-3b7e-4c52-9a52-0d5a2f7d3c11:0:202510011405:a3245dfdb4d86148497813c72b320df1725bc6cb2d9a7e7ad2fe85205a4393a9',
  );
  assert.ok(
    authorization(secrets, { ...at, nonceCount: 1 }).endsWith(
      ':1:202510011405:88ee4cdf43f9389ade58ecda458a349bf5b2b3c34b12876c41df31b14ba22a9e',
    ),
  );
});

test('mesh §4, C13 the address of a practice by patient', () => {
  assert.equal(
    gpProviderAddress({ nhsNumber: '9010000028', birthDate: '1988-03-04', surname: 'O’Hára-Lund' }),
    "GPPROVIDER_9010000028_04031988_O'Hara-Lund",
  );
  const bad = { nhsNumber: '9010000029', birthDate: '1988-03-04', surname: 'X' };
  assert.throws(() => gpProviderAddress(bad), RangeError);
});

async function gather(source: AsyncIterable<string>): Promise<string[]> {
  const all: string[] = [];
  for await (const one of source) all.push(one);
  return all;
}

for (const { name, fresh } of testStores()) {
  describe(`MESH server and client, ${name}`, () => {
    let mesh: MeshTogether;
    const waiting = async () => gather(mesh.practice.list());
    const clear = async () => {
      for (const id of await waiting()) await mesh.practice.acknowledge(id);
    };

    before(async () => {
      mesh = await startMeshTogether(await fresh());
    });
    after(() => mesh.close());

    test('a message from handshake to acknowledgement', async () => {
      await mesh.pharmacy.handshake();
      const payload = Buffer.from('<Bundle>'.padEnd(50_000, 'abcdefgh '));
      const sent = await mesh.pharmacy.send(
        message({ payload, localId: 'FZZ01', subject: 'Zoë – test', contentType: 'application/fhir+xml' }),
      );
      assert.equal(sent.before, false);
      assert.deepEqual(await waiting(), [sent.messageId]);
      const info = await mesh.practice.describe(sent.messageId);
      assert.equal(info.from, pharmacy.id);
      assert.equal(info.subject, 'Zoe - test');
      assert.equal(info.localId, 'FZZ01');
      const { payload: body, info: full } = await mesh.practice.download(sent.messageId);
      assert.deepEqual(await collect(body), payload);
      assert.equal(full.contentType, 'application/fhir+xml');
      assert.equal(full.compressed, false, 'transport compression is undone');
      assert.equal((await mesh.pharmacy.track(sent.messageId)).status, 'accepted');
      await mesh.practice.acknowledge(sent.messageId);
      await mesh.practice.acknowledge(sent.messageId);
      assert.equal((await mesh.pharmacy.track(sent.messageId)).status, 'acknowledged');
      assert.deepEqual(await waiting(), []);
      await assert.rejects(mesh.practice.download(sent.messageId), MeshGoneError);
    });

    test('a message by patient, and the report of one that cannot be delivered', async () => {
      const patient = { nhsNumber: '9010000028', birthDate: '1988-03-04' };
      const good = await mesh.pharmacy.send(
        message({ to: gpProviderAddress({ ...patient, surname: 'Lund' }) }),
      );
      await mesh.server.routed();
      assert.deepEqual(await waiting(), [good.messageId]);
      const bad = await mesh.pharmacy.send(
        message({ to: gpProviderAddress({ ...patient, surname: 'Smith' }) }),
      );
      await mesh.server.routed();
      const [report] = await gather(mesh.pharmacy.list());
      const { info, payload } = await mesh.pharmacy.download(report!);
      assert.equal(info.type, 'REPORT');
      assert.equal(info.linkedMessageId, bad.messageId);
      assert.equal(info.status.code, 'EPL-154');
      assert.equal(info.status.success, false);
      assert.equal((await collect(payload)).length, 0);
      await mesh.pharmacy.acknowledge(report!);
      await clear();
    });

    for (const compress of ['always', 'never'] as const)
      test(`a chunked file, compressed ${compress}, arrives whole in a file`, async () => {
        const file = join(mesh.folder, `large-${compress}`);
        const bytes = Buffer.concat([randomBytes(3_000_000), Buffer.alloc(2_500_001, 'text ')]);
        writeFileSync(file, bytes);
        const sender = mesh.mailbox(pharmacy, { chunkBytes: 2_000_000 });
        const { messageId } = await sender.send(
          message({ payload: { file }, compress, contentType: 'text/plain' }),
        );
        const target = join(mesh.folder, `got-${compress}`);
        const got = await mesh.practice.downloadTo(messageId, target);
        assert.equal(got.info.totalChunks, 3);
        assert.equal(got.info.contentType, 'text/plain');
        assert.equal(got.size, bytes.length);
        assert.equal(got.info.checksum, `sha256:${got.sha256}`);
        assert.ok(readFileSync(target).equals(bytes));
        await clear();
      });

    test('the inbox page by page with a filter', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 12; i++) ids.push((await mesh.pharmacy.send(message())).messageId);
      assert.deepEqual(await gather(mesh.practice.list({ pageSize: 10 })), ids);
      const page = await mesh.practice.listPage({ pageSize: 10 });
      assert.equal(page.waiting, 12);
      assert.ok(page.next);
      const filter = { pageSize: 10, workflowFilter: '!GPCONNECT*' };
      assert.deepEqual(await gather(mesh.practice.list(filter)), []);
      await clear();
    });

    test('look-ups, and none or several are never guessed', async () => {
      const found = await mesh.pharmacy.endpointOf('a82999', WORKFLOW);
      assert.deepEqual(found, { mailboxId: practice.id, name: practice.name });
      assert.deepEqual(await mesh.pharmacy.receivers(WORKFLOW), [found]);
      await assert.rejects(mesh.pharmacy.endpointOf('A82999', 'OTHER'), MeshNoEndpointError);
    });

    test('tracking by local id', async () => {
      assert.equal(await mesh.pharmacy.trackByLocalId('nobody'), undefined);
      const { messageId } = await mesh.pharmacy.send(message({ localId: 'one' }));
      const found = await mesh.pharmacy.trackByLocalId('one');
      assert.ok(found && found !== 'several');
      assert.equal(found.messageId, messageId);
      await mesh.pharmacy.send(message({ localId: 'one' }));
      assert.equal(await mesh.pharmacy.trackByLocalId('one'), 'several');
      await clear();
    });

    test('C3, C10 typed errors: refusals are not retried, busy servers are, with back-off', async () => {
      const alarms: Error[] = [];
      const wrong = mesh.mailbox(pharmacy, { password: 'wrong' }, { onAlarm: (error) => alarms.push(error) });
      await assert.rejects(wrong.handshake(), MeshAuthenticationError);
      assert.equal(alarms.length, 1);
      await assert.rejects(mesh.pharmacy.send(message({ to: 'NOBODY' })), (error) => {
        assert.ok(error instanceof MeshRefusedError);
        return error.status === 417 && error.meshCode === '12';
      });
      await assert.rejects(mesh.practice.download('20200101000000000000_AAAAAA'), MeshNotFoundError);
      mesh.pauses.length = 0;
      mesh.server.faults.unavailable = 1;
      await assert.rejects(mesh.practice.handshake(), MeshUnavailableError);
      mesh.server.faults.unavailable = 0;
      assert.deepEqual(mesh.pauses, [500, 1000, 2000]);
      await mesh.practice.handshake();
    });

    test('C4 an answer lost after acceptance: found by local id, not sent again', async () => {
      mesh.server.faults.dropAnswer = 1;
      const sent = await mesh.pharmacy.send(message());
      mesh.server.faults.dropAnswer = 0;
      assert.deepEqual(await waiting(), [sent.messageId]);
      await clear();
    });

    test('C4 the same where the local id is the ODS code: found by file name in the outbox', async () => {
      const other = await mesh.pharmacy.send(message({ localId: 'FZZ01' }));
      mesh.server.faults.dropAnswer = 1;
      const sent = await mesh.pharmacy.send(message({ localId: 'FZZ01' }));
      mesh.server.faults.dropAnswer = 0;
      assert.deepEqual(await waiting(), [other.messageId, sent.messageId]);
      await clear();
    });

    test('C4 a request that never reached the server is sent again, once', async () => {
      mesh.server.faults.tooMany = 1;
      const sender = mesh.mailbox(
        pharmacy,
        {},
        {
          pause: async () => {
            mesh.server.faults.tooMany = 0;
          },
        },
      );
      const sent = await sender.send(message());
      assert.deepEqual(await waiting(), [sent.messageId]);
      await clear();
    });

    test('C4 where the look-up fails too, the outcome is unknown; the same send id later finds it', async () => {
      const journal = memoryJournal();
      const sender = mesh.mailbox(
        pharmacy,
        { journal },
        {
          pause: async () => {
            mesh.server.faults.unavailable = 1;
          },
        },
      );
      mesh.server.faults.dropAnswer = 1;
      await assert.rejects(sender.send(message({ sendId: 'itk-1' })), SendOutcomeUnknownError);
      mesh.server.faults.dropAnswer = 0;
      mesh.server.faults.unavailable = 0;
      const again = mesh.mailbox(pharmacy, { journal });
      const sent = await again.send(message({ sendId: 'itk-1' }));
      assert.equal(sent.before, true);
      assert.deepEqual(await waiting(), [sent.messageId]);
      await clear();
    });

    test('C4 where a message that has ended may be the one, nothing is sent again', async () => {
      mesh.server.faults.dropAnswer = 1;
      const sender = mesh.mailbox(pharmacy, {}, { pause: clear });
      await assert.rejects(sender.send(message({ localId: 'FZZ01' })), SendOutcomeUnknownError);
      mesh.server.faults.dropAnswer = 0;
      assert.deepEqual(await waiting(), []);
    });

    test('C4 the journal outlives the process: the same send id is one message', async () => {
      const folder = join(mesh.folder, 'journal');
      const first = await openSendJournal(folder);
      const one = await mesh.mailbox(pharmacy, { journal: first }).send(message({ sendId: 'itk-2' }));
      await first.close();
      assert.ok(!readFileSync(join(folder, 'sends.jsonl'), 'utf8').includes('Bundle'));
      const second = await openSendJournal(folder);
      const both = await Promise.all(
        [1, 2].map(() => mesh.mailbox(pharmacy, { journal: second }).send(message({ sendId: 'itk-2' }))),
      );
      await second.close();
      for (const sent of both) assert.deepEqual(sent, { ...one, before: true });
      assert.deepEqual(await waiting(), [one.messageId]);
      await clear();
    });

    test('C4 an upload broken off is completed under the same send id', async () => {
      const journal = memoryJournal();
      let opened = 0;
      const bytes = randomBytes(250_000);
      const payload = (most: number) => ({
        size: bytes.length,
        open(start: number, end: number) {
          if (start > 0 && ++opened > most) throw new Error('the disk is gone');
          return (async function* () {
            yield bytes.subarray(start, end);
          })();
        },
      });
      const sender = mesh.mailbox(pharmacy, { journal, chunkBytes: 100_000 });
      const more = { sendId: 'itk-3', compress: 'never' };
      await assert.rejects(sender.send(message({ ...more, payload: payload(1) })), /disk is gone/);
      assert.deepEqual(await waiting(), []);
      assert.equal((await sender.openSends())[0]?.state, 'uploading');
      const sent = await sender.send(message({ ...more, payload: payload(9) }));
      const got = await collect((await mesh.practice.download(sent.messageId)).payload);
      assert.ok(got.equals(bytes));
      assert.deepEqual(await waiting(), [sent.messageId]);
      assert.equal((await sender.send(message({ ...more, payload: payload(9) }))).before, true);
      await clear();
    });

    test('the checks of a download: too large, wrong checksum; nothing half stays on disk', async () => {
      const { messageId } = await mesh.pharmacy.send(message({ checksum: `sha256:${'0'.repeat(64)}` }));
      const target = join(mesh.folder, 'never');
      await assert.rejects(mesh.practice.downloadTo(messageId, target), MeshIntegrityError);
      await assert.rejects(mesh.practice.downloadTo(messageId, target, { maxBytes: 3 }), MeshTooLargeError);
      assert.ok(!existsSync(target));
      assert.deepEqual(
        readdirSync(mesh.folder).filter((file) => file.startsWith('never')),
        [],
      );
      await clear();
    });

    test('the poller: handshake, every message once, faults passed by, messages left come again', async () => {
      const ids: string[] = [];
      for (let i = 0; i < 12; i++) ids.push((await mesh.pharmacy.send(message())).messageId);
      const seen: string[] = [];
      const faults: unknown[] = [];
      const poller = createPoller(mesh.practice, {
        pageSize: 10,
        onFault: (_error, id) => faults.push(id),
        handle: async (id, mailbox) => {
          seen.push(id);
          await collect((await mailbox.download(id)).payload);
          if (id === ids[0]) throw new Error('poison');
          return id === ids[1] && seen.length < 13 ? 'leave' : 'acknowledge';
        },
      });
      assert.deepEqual(await poller.poll(), { acknowledged: 10, left: 2 });
      assert.deepEqual(seen, ids);
      assert.deepEqual(faults, [ids[0]]);
      assert.deepEqual(await poller.poll(), { acknowledged: 1, left: 1 });
      assert.deepEqual(await waiting(), [ids[0]]);
      poller.start();
      await poller.stop();
      await clear();
      const options = { handle: async () => 'leave' as const, onFault: () => undefined };
      assert.throws(() => createPoller(mesh.practice, { ...options, idleMs: 299_999 }), RangeError);
    });

    test('many sends at once over one connection arrive once each, and a download that breaks off is taken up again', async () => {
      const sends = Array.from({ length: 20 }, () => mesh.pharmacy.send(message()));
      const sent = await Promise.all(sends);
      assert.deepEqual((await waiting()).sort(), sent.map(({ messageId }) => messageId).sort());
      await clear();
      const bytes = randomBytes(2_000_000);
      const { messageId } = await mesh.pharmacy.send(message({ payload: bytes }));
      const relay = await startRelay(mesh.server.address.port);
      const connection = openConnection({ url: relay.origin, tls: mesh.client });
      let pauses = 0;
      const pause = async () => {
        // Broken twice: the second time it is taken up in the middle of what came again.
        relay.answerBytes = ++pauses === 1 ? 1_000_000 : Number.POSITIVE_INFINITY;
      };
      const reader = mesh.mailbox(practice, { connection }, { pause });
      relay.answerBytes = 100_000;
      const got = await collect((await reader.download(messageId)).payload);
      assert.ok(got.equals(bytes));
      assert.equal(pauses, 2, 'the connection did break twice');
      await connection.close();
      await relay.close();
      await clear();
    });

    test('C4 the answer to a send lost on the way: one message', async () => {
      const relay = await startRelay(mesh.server.address.port);
      const connection = openConnection({ url: relay.origin, tls: mesh.client });
      let pauses = 0;
      const pause = async () => {
        pauses++;
        relay.answerBytes = Number.POSITIVE_INFINITY;
      };
      const sender = mesh.mailbox(pharmacy, { connection }, { pause });
      await sender.handshake();
      relay.answerBytes = 10;
      const sent = await sender.send(message({ payload: randomBytes(10_000) }));
      assert.equal(pauses, 1, 'the answer was lost');
      assert.deepEqual(await waiting(), [sent.messageId]);
      await connection.close();
      await relay.close();
      await clear();
    });
  });
}
