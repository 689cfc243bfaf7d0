// kill -9 of the server at any instant: nothing that was answered is lost, nothing is doubled. spec: mesh §3.6, §8 C4
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type MeshMailbox, memoryJournal, openConnection, openMailbox } from '@gp-connect/consumer/mesh';
import { createLogger } from '@gp-connect/foundation/http';
import { testStores } from '@gp-connect/foundation/store';
import { meshSettings, startMesh } from '@gp-connect/national';
import { killNow, makeMeshHome } from './mesh-child.ts';
import { pharmacy, practice, SHARED_KEY, WORKFLOW } from './mesh-for-tests.ts';

const ROUNDS = 4;
const SENDS = 20;

/** A payload that can be made again from the name of its send. */
const payloadOf = (sendId: string) =>
  Buffer.concat(
    Array.from({ length: 700 }, (_, i) => createHash('sha256').update(`${sendId}/${i}`).digest()),
  );

async function bytesOf(mailbox: MeshMailbox, id: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const bytes of (await mailbox.download(id)).payload) parts.push(bytes);
  return Buffer.concat(parts);
}

for (const { name, fresh } of testStores()) {
  test(`on ${name}, killed ${ROUNDS} times while sending, receiving and uploading: every 202 is there once, every acknowledgement stays`, async (t) => {
    const at = await fresh();
    const home = await makeMeshHome(at);
    t.after(() => home.remove());
    const journal = memoryJournal();
    const accepted = new Map<string, string>();
    const acknowledged = new Set<string>();
    const begun = new Set<string>();
    let unknown = 0;

    const connect = (origin: string) => {
      const connection = openConnection({ url: origin, tls: home.client });
      const open = ({ id, password }: typeof pharmacy) =>
        openMailbox(
          {
            mailboxId: id,
            password,
            sharedKey: SHARED_KEY,
            connection,
            journal,
            settleMs: 0,
            chunkBytes: 15_000,
          },
          { pause: async () => undefined },
        );
      return { connection, sender: open(pharmacy), receiver: open(practice) };
    };
    const send = async (sender: MeshMailbox, sendId: string) => {
      begun.add(sendId);
      const whole = payloadOf(sendId);
      const payload = sendId.endsWith('chunked') ? whole : whole.subarray(0, 15_000);
      const { messageId } = await sender.send({
        to: practice.id,
        workflowId: WORKFLOW,
        sendId,
        payload,
        compress: 'never',
      });
      accepted.set(sendId, messageId);
    };

    for (let round = 0; round < ROUNDS; round++) {
      const { child, origin } = await home.start();
      const { connection, sender, receiver } = connect(origin);
      const killAfter = Math.floor(Math.random() * SENDS);
      let done = 0;
      let killed: Promise<void> | undefined;
      const step = async (work: Promise<unknown>) => {
        await work.then(
          () => ++done,
          () => ++unknown,
        );
        if (done >= killAfter) killed ??= killNow(child);
      };
      const waiting = await receiver.listPage({ pageSize: 10 });
      const acknowledging = waiting.ids.map(async (id) => {
        await receiver.acknowledge(id);
        acknowledged.add(id);
      });
      const sending = Array.from({ length: SENDS }, (_, i) =>
        send(sender, `round-${round}-${i}${i % 5 === 0 ? '-chunked' : ''}`),
      );
      await Promise.all([...acknowledging, ...sending].map(step));
      await (killed ?? killNow(child));
      await connection.dispatcher.destroy();
    }
    assert.ok(unknown > 0, 'the kills did hit requests');
    assert.ok(accepted.size > 0 && acknowledged.size > 0);

    const { child, origin } = await home.start();
    const { connection, sender, receiver } = connect(origin);
    const list = async () => {
      const ids: string[] = [];
      for await (const id of receiver.list({ pageSize: 10 })) ids.push(id);
      return ids;
    };
    const before = await list();
    for (const [sendId, id] of accepted)
      if (!acknowledged.has(id))
        assert.ok(
          before.includes(id) || (await sender.track(id)).status === 'acknowledged',
          `${sendId} is lost`,
        );
    for (const id of acknowledged) assert.ok(!before.includes(id), 'acknowledged and there again');

    await Promise.all([...begun].map((sendId) => send(sender, sendId)));
    assert.equal(accepted.size, begun.size);
    assert.equal(new Set(accepted.values()).size, begun.size, 'one message for each send');
    const after = await list();
    assert.equal(new Set(after).size, after.length, 'listed once');
    const byId = new Map([...accepted].map(([sendId, id]) => [id, sendId]));
    const check = async (id: string) => {
      const sendId = byId.get(id);
      assert.ok(sendId, 'a message nobody knows of');
      const whole = payloadOf(sendId);
      const expected = sendId.endsWith('chunked') ? whole : whole.subarray(0, 15_000);
      assert.ok((await bytesOf(receiver, id)).equals(expected), sendId);
      await receiver.acknowledge(id);
    };
    await Promise.all(after.map(check));
    await connection.close();
    await killNow(child);

    const later = await startMesh(
      meshSettings.parse({
        port: 0,
        operationsPort: 0,
        sharedKey: SHARED_KEY,
        databaseUrl: at.url,
        payloadFolder: join(home.folder, 'payloads'),
        keyFile: join(home.folder, 'keys/kek'),
      }),
      {
        logger: createLogger({ name: 'mesh', level: 'silent' }),
        audit: async () => undefined,
        resolvePatient: async () => ({ problem: 'not-found' }),
        clock: () => Date.now() + 6 * 86_400_000,
      },
    );
    await later.sweep();
    await later.close();
    const files = readdirSync(join(home.folder, 'payloads'), { recursive: true, withFileTypes: true });
    assert.deepEqual(
      files.filter((file) => file.isFile()).map(({ name: file }) => file),
      [],
      'no payload outlives its message, and none is left of what was interrupted',
    );
  });
}
