// The sender on both databases: checks, queue, sending once, answers in either order, tasks. spec: messaging §2.5–§5.4
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openStore, type Store, testStores } from '@gp-connect/foundation/store';
import type { ComposedMessage } from './composed.ts';
import { crashVault, rememberedMailbox } from './crash-for-tests.ts';
import { desk, document, sentUpdate, update } from './desk-for-tests.ts';
import type { PlausibilityFinding } from './ports.ts';
import { type MessageSender, openMessageSender, StaleVersionError } from './sender.ts';
import { countedIds, sender, testDirectory } from './sender-for-tests.ts';
import { type SenderDatabase, senderMigrations } from './tables.ts';

const stateOf = async (messages: MessageSender, id: string) => (await messages.message(id))?.state;
const tasksOf = async (messages: MessageSender) => (await messages.tasksForPeople()).map(({ kind }) => kind);

for (const { name, fresh } of testStores()) {
  const place = await fresh();
  const store = await openStore<SenderDatabase>(place, senderMigrations);
  after(() => store.close());
  const on = (what: string, run: () => Promise<void>) => test(`${what} (${name})`, run);

  on('a message is sent once, acknowledged twice, and delivered', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    assert.equal(await stateOf(messages, id), 'sent');
    mesh.respond('20013', id);
    await messages.receiveResponses();
    assert.equal(await stateOf(messages, id), 'inf-ok');
    mesh.respond('30001', id);
    const collected = await messages.receiveResponses();
    assert.equal(collected.acknowledgements, 1);
    assert.equal(await stateOf(messages, id), 'delivered');
    assert.deepEqual(await messages.tasksForPeople(), []);
    assert.equal(mesh.acknowledged.length, 2);
    assert.equal((await messages.sendDue()).sent.length, 0);
    assert.equal(mesh.sent.length, 1);
    assert.equal(mesh.sent[0]!.fields.localId, 'FZZ01');
  });

  on('the business acknowledgement first, alone or followed by the other: delivered', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    mesh.respond('30004', id);
    await messages.receiveResponses();
    assert.equal(await stateOf(messages, id), 'delivered');
    assert.equal((await messages.message(id))?.infrastructure_at, null);
    mesh.respond('20013', id);
    await messages.receiveResponses();
    assert.equal(await stateOf(messages, id), 'delivered');
  });

  on('a negative answer fails the message and a person is told, with patient, code and reason', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    mesh.respond('20013', id);
    mesh.respond('30002', id);
    await messages.receiveResponses();
    assert.equal(await stateOf(messages, id), 'failed');
    const [task] = await messages.tasksForPeople();
    assert.equal(task!.kind, 'failed');
    assert.equal(task!.code, '30002');
    assert.match(task!.text, /because of 30002/);
    assert.equal(task!.message?.patientName, 'HERON, Jo (Ms)');
    assert.equal(task!.message?.practice, 'A82999');
    assert.ok(task!.message?.sentAt);
    assert.equal(await messages.closeTask(task!.id, 'u1', 'phoned the practice'), true);
    assert.equal(await messages.closeTask(task!.id, 'u1', 'again'), false);
    assert.deepEqual(await messages.tasksForPeople(), []);
  });

  on('a MESH report fails the message', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    mesh.report('EPL-151', (await messages.message(id))!.mesh_id!);
    assert.equal((await messages.receiveResponses()).reports, 1);
    assert.equal(await stateOf(messages, id), 'failed');
    assert.deepEqual(await tasksOf(messages), ['failed']);
  });

  on('two contradicting business acknowledgements: the negative one wins and both orders alert', async () => {
    for (const codes of [
      ['30001', '30002'],
      ['30002', '30001'],
    ]) {
      const { messages, mesh } = desk(store);
      const id = await sentUpdate(messages);
      for (const code of codes) mesh.respond(code, id);
      await messages.receiveResponses();
      assert.equal(await stateOf(messages, id), 'failed', codes.join());
      assert.deepEqual((await tasksOf(messages)).sort(), ['contradiction', 'failed'], codes.join());
    }
  });

  on('the same acknowledgement delivered twice changes nothing the second time', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    mesh.respond('30002', id);
    const { acknowledge } = mesh;
    mesh.acknowledge = async () => Promise.reject(new Error('the connection broke'));
    await assert.rejects(messages.receiveResponses());
    assert.equal(await stateOf(messages, id), 'failed');
    mesh.acknowledge = acknowledge;
    assert.equal((await messages.receiveResponses()).acknowledgements, 0);
    assert.equal(mesh.acknowledged.length, 1);
    assert.deepEqual(await tasksOf(messages), ['failed']);
  });

  on(
    'responses for what was never sent, or unreadable, are alerted, acknowledged and never answered',
    async () => {
      const { messages, mesh } = desk(store);
      mesh.respond('20013', '5a6b0000-ffff-4a00-8a00-000000000001');
      mesh.report('14', '20200101000000000000_XXXXXX');
      const ack = { type: 'DATA' as const, workflowId: 'GPCONNECT_UPDATE_RECORD_ACK', subject: '' };
      mesh.put({ ...ack, body: Buffer.from('not XML \0') });
      mesh.put({ ...ack, workflowId: 'SOMETHING', body: Buffer.from('x') });
      const payload = mesh.put({ ...ack, workflowId: 'GPCONNECT_SEND_DOCUMENT', body: Buffer.from('x') });
      const collected = await messages.receiveResponses();
      assert.deepEqual(collected, { reports: 0, acknowledgements: 0, alerts: 4, left: 1 });
      assert.deepEqual((await tasksOf(messages)).sort(), [
        'quarantined',
        'unknown-response',
        'unknown-response',
        'unreadable-response',
      ]);
      assert.deepEqual(await mesh.waiting(), [payload]);
      assert.equal(mesh.sent.length, 0);
    },
  );

  on('a response that could not name the message is found by the sender reference', async () => {
    const { messages, mesh } = desk(store);
    const id = await sentUpdate(messages);
    mesh.respond('10009', id, { messageId: undefined });
    await messages.receiveResponses();
    assert.equal(await stateOf(messages, id), 'failed');
  });

  on('one mailbox never sees the messages or tasks of another', async () => {
    const one = desk(store);
    const other = desk(store);
    const id = await sentUpdate(one.messages);
    one.mesh.respond('30002', id);
    await one.messages.receiveResponses();
    assert.equal(await other.messages.message(id), undefined);
    assert.deepEqual(await other.messages.tasksForPeople(), []);
    assert.equal(
      await other.messages.closeTask((await one.messages.tasksForPeople())[0]!.id, 'u', 'x'),
      false,
    );
  });

  on(
    'no answer in time: unconfirmed, a person is told; a late answer counts and closes the task',
    async () => {
      const { messages, mesh, later } = desk(store);
      const id = await sentUpdate(messages);
      later(23);
      assert.equal((await messages.followUp()).unconfirmed, 0);
      later(2);
      assert.equal((await messages.followUp()).unconfirmed, 1);
      assert.equal(await stateOf(messages, id), 'unconfirmed');
      assert.deepEqual(await tasksOf(messages), ['unconfirmed']);
      mesh.respond('20013', id);
      await messages.receiveResponses();
      assert.equal(await stateOf(messages, id), 'inf-ok');
      assert.deepEqual(await tasksOf(messages), []);
      later(25);
      assert.equal((await messages.followUp()).unconfirmed, 1);
      mesh.respond('30001', id);
      await messages.receiveResponses();
      assert.equal(await stateOf(messages, id), 'delivered');
      assert.deepEqual(await tasksOf(messages), []);
    },
  );

  on('MESH out of reach: the message waits, is sent later, and a long wait is told', async () => {
    const { messages, mesh, later } = desk(store);
    const message = await update(messages);
    await messages.submit(message, { activity: 'visit-1' });
    mesh.answers.push({ outcome: 'not-sent', reason: 'no connection' });
    assert.equal((await messages.sendDue()).waiting, 1);
    later(5);
    await messages.followUp();
    assert.deepEqual(await tasksOf(messages), ['unsent']);
    assert.equal((await messages.sendDue()).sent.length, 1);
    assert.deepEqual(await tasksOf(messages), []);
  });

  on('MESH refuses: failed. Nobody knows whether it left: unconfirmed, and never sent again', async () => {
    const { messages, mesh, later } = desk(store);
    for (const answer of [
      { outcome: 'refused', code: '17', reason: 'not registered' },
      { outcome: 'unknown', reason: 'no answer' },
    ] as const) {
      mesh.answers.push(answer);
      await messages.submit(await update(messages), { activity: answer.outcome });
      await messages.sendDue();
      later(1);
    }
    assert.deepEqual(await tasksOf(messages), ['failed', 'unconfirmed']);
    assert.deepEqual((await messages.sendDue()).sent, []);
    assert.equal(mesh.sent.length, 0);
  });

  on('PDS: unknown, changed, sensitive or unregistered patients are not sent', async () => {
    const traces = {
      'patient.nhsNumber': [
        undefined,
        { problems: ['superseded'] },
        { problems: ['restricted'], practice: null },
        { practice: null },
      ],
      'patient.birthDate': [{ birthDate: '1968-02-04' }],
      'patient.family': [{ families: ['EGRET'] }],
    };
    for (const [field, answers] of Object.entries(traces)) {
      for (const answer of answers) {
        const directory = {
          trace: async (nhsNumber: string) =>
            answer && { ...(await testDirectory.trace(nhsNumber))!, ...answer },
        };
        const { messages, mesh } = desk(store, { directory });
        const submitted = await messages.submit(await update(messages), { activity: 'visit' });
        assert.ok(submitted.state === 'stopped');
        assert.deepEqual(
          submitted.problems.map((problem) => problem.field),
          [field],
        );
        await messages.sendDue();
        assert.equal(mesh.sent.length, 0);
      }
    }
  });

  on('S1: a practice does not send a document about its own patient', async () => {
    const directory = {
      trace: async (nhsNumber: string) => ({
        ...(await testDirectory.trace(nhsNumber))!,
        practice: 'B82001',
      }),
    };
    const { messages } = desk(store, { directory });
    const submitted = await messages.submit(await document(messages, 'c1'), { activity: 'c1' });
    assert.equal(submitted.state, 'stopped');
  });

  on('SG-20: BLOCK stops; ACTION and WARN need a person to confirm each', async () => {
    const found = (ruleId: string, severity: PlausibilityFinding['severity']) => ({
      ruleId,
      severity,
      itemRef: 'urn:uuid:x',
      message: ruleId,
    });
    let findings = [found('BP-03', 'BLOCK'), found('BP-08', 'ACTION')];
    const { messages, mesh } = desk(store, { plausibility: async () => findings });
    const message = await update(messages);
    const stopped = await messages.submit(message, { activity: 'v', confirmed: ['BP-03|urn:uuid:x'] });
    assert.ok(stopped.state === 'stopped');
    assert.deepEqual(
      stopped.findings.map(({ ruleId }) => ruleId),
      ['BP-03'],
    );
    findings = [found('BP-08', 'ACTION'), found('T-05', 'WARN'), found('DU-04', 'INFO')];
    const asked = await messages.submit(message, { activity: 'v', confirmed: ['BP-08|urn:uuid:x'] });
    assert.ok(asked.state === 'confirm');
    assert.deepEqual(
      asked.confirmations.map(({ ref }) => ref),
      ['T-05|urn:uuid:x'],
    );
    const confirmed = ['BP-08|urn:uuid:x', 'T-05|urn:uuid:x'];
    const queued = await messages.submit(message, { activity: 'v', confirmed, user: 'u1' });
    assert.ok(queued.state === 'queued');
    assert.deepEqual(queued.notes, ['DU-04']);
    await messages.sendDue();
    assert.equal(mesh.sent.length, 1);
    const events = await store.db
      .selectFrom('sender_event')
      .select(['event', 'by_user'])
      .where('message_id', '=', message.messageId)
      .orderBy('id')
      .execute();
    assert.deepEqual(
      events.map(({ event, by_user: user }) => `${event} ${user}`),
      ['queued u1', 'confirmed u1', 'confirmed u1', 'accepted null'],
    );
  });

  on('S4: a document waits three hours, and only the newest version leaves', async () => {
    const { messages, mesh, later } = desk(store);
    const first = await document(messages, 'c1');
    await messages.submit(first, { activity: 'c1' });
    later(2);
    assert.equal((await messages.sendDue()).sent.length, 0);
    const second = await document(messages, 'c1');
    assert.equal(second.version, 1);
    await messages.submit(second, { activity: 'c1' });
    later(2);
    assert.equal((await messages.sendDue()).sent.length, 0);
    later(1);
    assert.deepEqual(
      (await messages.sendDue()).sent.map(({ messageId }) => messageId),
      [second.messageId],
    );
    assert.equal(await stateOf(messages, first.messageId), 'superseded');
    assert.equal(mesh.sent.length, 1);
  });

  on('S5: an edit after sending becomes version 2 and replaces version 1', async () => {
    const { messages } = desk(store);
    const first = await document(messages, 'c1');
    await messages.submit(first, { activity: 'c1', atOnce: true });
    await messages.sendDue();
    const second = await document(messages, 'c1');
    assert.deepEqual(second.replaces, { documentId: first.documentId, version: 1 });
    await messages.submit(second, { activity: 'c1', atOnce: true });
    await messages.sendDue();
    assert.equal((await document(messages, 'c1')).version, 3);
  });

  on('§5.4: a message that names a version overtaken meanwhile must be composed again', async () => {
    const { messages } = desk(store);
    const first = await document(messages, 'c1');
    const alsoFirst = await document(messages, 'c1');
    await messages.submit(first, { activity: 'c1', atOnce: true });
    await messages.sendDue();
    await assert.rejects(messages.submit(alsoFirst, { activity: 'c1' }), StaleVersionError);
  });

  on('§5.4: after 20014 both versions are void, a person is told, and the next one starts anew', async () => {
    const { messages, mesh } = desk(store);
    const versions: ComposedMessage[] = [];
    for (const _ of [1, 2]) {
      const message = await document(messages, 'c1');
      versions.push(message);
      await messages.submit(message, { activity: 'c1', atOnce: true });
      await messages.sendDue();
    }
    mesh.respond('20014', versions[1]!.messageId);
    await messages.receiveResponses();
    for (const { messageId } of versions) assert.equal((await messages.message(messageId))?.is_void, true);
    assert.deepEqual((await tasksOf(messages)).sort(), ['failed', 'void-replacement']);
    assert.equal((await document(messages, 'c1')).version, 1);
  });

  on('a version that failed does not count: the next one replaces the last that arrived', async () => {
    const { messages, mesh } = desk(store);
    const versions: ComposedMessage[] = [];
    for (const code of ['30001', '20009']) {
      const message = await document(messages, 'c1');
      versions.push(message);
      await messages.submit(message, { activity: 'c1', atOnce: true });
      await messages.sendDue();
      mesh.respond(code, message.messageId);
      await messages.receiveResponses();
    }
    const next = await document(messages, 'c1');
    assert.deepEqual(next.replaces, { documentId: versions[0]!.documentId, version: 1 });
    assert.notEqual(next.documentId, versions[1]!.documentId);
  });

  on('S6: deleting an activity takes back what waits and warns of what has left', async () => {
    const { messages, mesh } = desk(store);
    await messages.submit(await document(messages, 'c1'), { activity: 'c1' });
    assert.deepEqual(await messages.activityDeleted('c1'), []);
    await messages.submit(await document(messages, 'c1'), { activity: 'c1', atOnce: true });
    await messages.sendDue();
    const [warning] = await messages.activityDeleted('c1');
    assert.equal(warning!.nhsNumber, '9010000036');
    assert.equal(warning!.practice, 'A82999');
    assert.equal(mesh.sent.length, 1);
  });

  on('two senders on one mailbox send each message once', async () => {
    const { messages, mesh, settings } = desk(store, {});
    for (let visit = 0; visit < 8; visit += 1) {
      await messages.submit(await update(messages), { activity: `visit-${visit}` });
    }
    const twin = openMessageSender(settings);
    await Promise.all([messages.sendDue(), twin.sendDue(), messages.sendDue()]);
    const ids = mesh.sent.map(({ sendId }) => sendId);
    assert.equal(ids.length, 8);
    assert.equal(new Set(ids).size, 8);
  });

  test(`a process killed between sending and recording never makes a second message (${name})`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'gpc-sender-'));
    const memory = join(folder, 'mesh');
    writeFileSync(memory, '');
    const crashing = await fresh();
    const open = () => openStore<SenderDatabase>(crashing, senderMigrations);
    const now = new Date('2025-10-01T14:05:00Z');
    const settings = (at: Date, sendsOnce: boolean, own: Store<SenderDatabase>) => ({
      store: own,
      sender,
      vault: crashVault,
      mesh: rememberedMailbox(memory, sendsOnce, () => undefined),
      directory: testDirectory,
      now: () => at,
      newId: countedIds(60 + Number(sendsOnce)),
    });
    try {
      let messageId = '';
      for (const sendsOnce of [true, false]) {
        const before = await open();
        const messages = openMessageSender(settings(now, sendsOnce, before));
        const message = await update(messages);
        messageId = message.messageId;
        await messages.submit(message, { activity: `visit-${sendsOnce}` });
        await before.close();
        const child = spawnSync(
          process.execPath,
          [join(import.meta.dirname, 'crash-for-tests.ts'), crashing.url, crashing.schema ?? '-', memory],
          { encoding: 'utf8' },
        );
        assert.equal(child.signal, 'SIGKILL', child.stderr);
        const afterwards = await open();
        const restarted = openMessageSender(
          settings(new Date(now.getTime() + 2 * 3_600_000), sendsOnce, afterwards),
        );
        assert.equal(await stateOf(restarted, messageId), 'sending');
        assert.equal((await restarted.followUp()).recovered, 1);
        await restarted.sendDue();
        assert.equal(await stateOf(restarted, messageId), sendsOnce ? 'sent' : 'unconfirmed');
        assert.deepEqual(await tasksOf(restarted), sendsOnce ? [] : ['unconfirmed']);
        const taken = readFileSync(memory, 'utf8')
          .split('\n')
          .filter((line) => line === messageId);
        assert.equal(taken.length, 1);
        await afterwards.close();
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
