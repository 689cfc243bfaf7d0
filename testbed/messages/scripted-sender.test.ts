// Sending from scripts over a real MESH: the same id never sends twice, whatever happens to the process.
// spec: messaging §3.5, §5.4; mesh §8 C4
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import type { ScriptedSender } from '@gp-connect/consumer';
import { testStores } from '@gp-connect/foundation/store';
import { type MeshTogether, pharmacy, practice, startMeshTogether } from '../mesh/mesh-for-tests.ts';
import { type ScriptedPlace, scriptedDocument, scriptedPlace } from './scripted-for-tests.ts';

const [{ fresh }] = testStores() as [ReturnType<typeof testStores>[0]];
const workflow = 'GPCONNECT_SEND_DOCUMENT';

describe('sending from scripts', () => {
  let mesh: MeshTogether;
  let place: ScriptedPlace;
  before(async () => {
    mesh = await startMeshTogether(await fresh());
    const rights = (sends: boolean) => [
      { workflow, send: sends, receive: !sends },
      { workflow: `${workflow}_ACK`, send: !sends, receive: sends },
    ];
    await mesh.server.putMailboxes([
      { ...pharmacy, workflows: rights(true) },
      { ...practice, workflows: rights(false) },
    ]);
    const { key, cert, ca } = mesh.client;
    place = { folder: join(mesh.folder, 'scripts'), url: mesh.origin, tls: { key, cert, ca } };
  });
  after(async () => {
    await mesh?.close();
  });

  /** What the practice has been sent since the last look. */
  async function delivered(): Promise<number> {
    await mesh.server.routed();
    let count = 0;
    for await (const id of mesh.practice.list()) {
      await mesh.practice.acknowledge(id);
      count += 1;
    }
    return count;
  }
  async function using<Value>(work: (sender: ScriptedSender) => Promise<Value>): Promise<Value> {
    const sender = await scriptedPlace(place);
    try {
      return await work(sender);
    } finally {
      await sender.close();
    }
  }
  const start = (id: string, title: string): ChildProcess =>
    spawn(process.execPath, [
      join(import.meta.dirname, 'scripted-child-for-tests.ts'),
      JSON.stringify({ place, id, title }),
    ]);

  test('the same id and content again sends nothing; other content under the id is refused', async () => {
    const states = await using(async (sender) => {
      const first = await sender.handIn(scriptedDocument('letter-1', 'One'));
      await sender.round();
      const again = await sender.handIn(scriptedDocument('letter-1', 'One'));
      const other = await sender.handIn(scriptedDocument('letter-1', 'Two'));
      await sender.round();
      return [first.state, again.state, other.state];
    });
    assert.deepEqual(states, ['queued', 'before', 'other-content']);
    assert.equal(await delivered(), 1);
  });

  test('messaging §5.4: a new version replaces the one that was sent, and is itself sent once', async () => {
    const messages = await using(async (sender) => {
      const made = [];
      for (let time = 0; time < 2; time++) {
        made.push(await sender.handIn(scriptedDocument('letter-1', 'Corrected', { again: true })));
        await sender.round();
      }
      const versions = await sender.messages.versions('letter-1');
      return { states: made.map(({ state }) => state), versions };
    });
    assert.deepEqual(messages.states, ['queued', 'before']);
    assert.deepEqual(
      messages.versions.map(({ version }) => version),
      [1, 2],
    );
    assert.equal(messages.versions[1]!.replaces_document, messages.versions[0]!.document_id);
    assert.equal(await delivered(), 1);
  });

  test('mesh C4: killed after MESH took it and before the answer came: the same command again sends nothing', async () => {
    mesh.server.faults.dropAnswer = 1;
    const child = start('letter-2', 'Killed');
    let waiting = 0;
    for (let look = 0; look < 200 && waiting === 0; look++) {
      await wait(100);
      waiting = (await mesh.practice.listPage()).waiting;
    }
    child.kill('SIGKILL');
    await once(child, 'exit');
    mesh.server.faults.dropAnswer = 0;
    assert.equal(waiting, 1, 'MESH had taken it');
    const found = await using(async (sender) => {
      const handed = await sender.handIn(scriptedDocument('letter-2', 'Killed'));
      await sender.round();
      return { state: handed.state, message: await sender.find('letter-2') };
    });
    assert.equal(found.state, 'before');
    assert.equal(found.message?.state, 'sent');
    assert.ok(found.message.mesh_id);
    assert.equal(await delivered(), 1);
  });

  test('killed before it left: the next command sends it', async () => {
    await using((sender) => sender.handIn(scriptedDocument('letter-3', 'Left behind')));
    assert.equal(await delivered(), 0);
    await using((sender) => sender.round());
    assert.equal(await delivered(), 1);
  });

  test('several scripts at once take turns; of the same id only one sends', async () => {
    const children = ['same', 'same', 'same', 'other'].map((id) => start(id, 'At once'));
    const codes = await Promise.all(
      children.map(async (child) => ((await once(child, 'exit')) as [number | null])[0]),
    );
    assert.deepEqual(codes, [0, 0, 0, 0]);
    assert.equal(await delivered(), 2);
  });

  test('only to the practice that was said, where one was', async () => {
    const stopped = await using((sender) =>
      sender.handIn(scriptedDocument('letter-4', 'Elsewhere', { practice: 'A82001' })),
    );
    assert.ok(stopped.state === 'stopped' && stopped.problems[0]?.field === 'practice');
    assert.equal(await delivered(), 0);
    rmSync(place.folder, { recursive: true });
  });
});
