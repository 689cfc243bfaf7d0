// Pauses: what is refused, queued, held, released and returned, by the operator alone. spec: national-service UPD-07, INC-06
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { AdminPart } from '@gp-connect/foundation/audit';
import { sql, testStores } from '@gp-connect/foundation/store';
import { clientTls } from '@gp-connect/foundation/trust';
import { Agent, request } from 'undici';
import { type MeshPauses, meshPausesAt, PauseRefused, type PauseRequest } from './index.ts';
import { DOCUMENT, filesHolding, type MeshUnderTest, startTestMesh, UPDATE, V2 } from './mesh-under-test.ts';
import { senderProduct, versionMatches } from './product-version.ts';

const DAY = 86_400_000;
const OPERATOR = 'oversight.national.example';
const GOOD = "GPPROVIDER_9010000028_04031988_O'Hara-Lund";
const reason = 'Pregnancy status miscoded by this system';

test('UPD-07 the sending system is read from the envelope: User-Agent of a MESH client, else the handshake', () => {
  const rows: [string | undefined, string | null, string | undefined, string | null][] = [
    ['PharmaSoft;mesh_client;3.1.2;N/A;x64;Linux;6.1', null, 'PharmaSoft', '3.1.2'],
    ['PharmaSoft/3.1.2;mesh_client;9.9;N/A;x64;Linux;6.1', null, 'PharmaSoft', '3.1.2'],
    ['mesh_client;2.0.1;N/A;x64;Linux;6.1', 'PharmaSoft==3.1.2', 'PharmaSoft', '3.1.2'],
    ['python-requests/2.31', 'PharmaSoft==3.1.2', 'PharmaSoft', '3.1.2'],
    ['PharmaSoft/3.1.2 (Linux)', null, 'PharmaSoft', '3.1.2'],
    ['undici', null, undefined, null],
    [undefined, null, undefined, null],
  ];
  for (const [agent, handshake, name, version] of rows) {
    const found = senderProduct(agent, handshake);
    assert.equal(found?.name, name, agent);
    assert.equal(found?.version ?? null, version, agent);
  }
});

test('UPD-07 a range of versions; an unknown version may be any, so it is inside', () => {
  const range = '>=3.1.0 <3.1.4 || =4.0';
  for (const inside of ['3.1.0', '3.1.3', '4.0', '4.0.0', 'v3.1.1', null, 'nightly'])
    assert.ok(versionMatches(inside, range), String(inside));
  for (const outside of ['3.0.9', '3.1.4', '4.0.1', '3.10.0'])
    assert.ok(!versionMatches(outside, range), outside);
});

for (const { name, fresh } of testStores())
  describe(`MESH pauses, ${name}`, () => {
    let mesh: MeshUnderTest;
    let pauses: MeshPauses & { close(): Promise<void> };
    const v2 = (path: string, method = 'GET') => mesh.ask(path, { method, headers: { accept: V2 } });
    const send = (headers: Record<string, string> = {}, as = 'X26OT900') =>
      mesh.ask(`/${as}/outbox`, {
        method: 'POST',
        headers: { accept: V2, 'mex-to': 'A82999OT1', 'mex-workflowid': UPDATE, ...headers },
        body: 'payload',
      });
    const waiting = () => mesh.inbox('A82999OT1');
    const count = async () => (await v2('/A82999OT1/count')).body.count as number;
    const acknowledge = (id: string) => v2(`/A82999OT1/inbox/${id}/status/acknowledged`, 'PUT');
    const track = async (id: string) => (await v2(`/X26OT900/outbox/tracking?messageID=${id}`)).body;
    const during = async (asked: Partial<PauseRequest>, work: (id: string) => Promise<void>) => {
      const { id } = await pauses.create({ scope: {}, reason, ...asked });
      try {
        await work(id);
      } finally {
        await pauses.lift(id, { reason: 'looked into' });
      }
    };
    const operator = async (
      path: string,
      init: { method?: string; body?: string } = {},
      commonName = OPERATOR,
    ) => {
      const identity = await mesh.authority.issue({ commonName, usages: 'client' });
      const agent = new Agent({ allowH2: false, connect: clientTls(identity) as object });
      try {
        const answer = await request(`${mesh.origin}/operator/v1/mesh${path}`, {
          method: (init.method ?? 'GET') as 'GET',
          dispatcher: agent,
          ...(init.body ? { body: init.body, headers: { 'content-type': 'application/json' } } : {}),
        });
        const text = await answer.body.text();
        // biome-ignore lint/suspicious/noExplicitAny: bodies of many shapes
        const body: any = text.startsWith('{') ? JSON.parse(text) : undefined;
        return {
          status: answer.statusCode,
          type: answer.headers['content-type'],
          body,
          headers: answer.headers,
        };
      } finally {
        await agent.close();
      }
    };

    before(async () => {
      mesh = await startTestMesh(await fresh(), { settings: { operatorCertificates: [OPERATOR] } });
      const tls = await mesh.authority.issue({ commonName: OPERATOR, usages: 'client' });
      pauses = meshPausesAt({ url: mesh.origin, tls });
    });
    after(async () => {
      await pauses.close();
      await mesh.close();
    });

    test('UPD-07 by default sends in scope are refused with the reason, others pass, and lifting ends it', async () => {
      await during({ scope: { senderOds: ['FZZ01'], workflows: [UPDATE] } }, async () => {
        const before = mesh.storedFiles().length;
        const refused = await send();
        assert.equal(refused.status, 417);
        assert.deepEqual(refused.body.detail, [
          { event: 'SEND', code: '16', msg: `Sender is not allowed to send this message type: ${reason}` },
        ]);
        const first = await mesh.ask('/X26OT900/outbox', {
          method: 'POST',
          headers: { 'mex-to': GOOD, 'mex-workflowid': UPDATE },
          body: 'x',
        });
        assert.equal(first.body.errorCode, '16');
        assert.equal(mesh.storedFiles().length, before);
        assert.equal((await send({ 'mex-workflowid': DOCUMENT })).status, 202);
        assert.equal((await send({ 'mex-workflowid': DOCUMENT }, 'X26OT901')).status, 202);
      });
      assert.equal((await send()).status, 202);
      for (const id of await waiting()) await acknowledge(id);
    });

    test('UPD-07 a pause by system and version refuses that version only', async () => {
      const scope = { senderProduct: { name: 'pharmasoft', versionRange: '>=3.1.0 <3.1.4' } };
      await during({ scope }, async () => {
        const agent = (version: string) => ({
          'user-agent': `PharmaSoft;mesh_client;${version};N/A;x64;Linux;6.1`,
        });
        assert.equal((await send(agent('3.1.2'))).status, 417);
        assert.equal((await send(agent('3.1.4'))).status, 202);
        assert.equal((await send({ 'user-agent': 'OtherSoft;mesh_client;3.1.2;N/A' })).status, 202);
        const facts = { 'mex-clientversion': 'PharmaSoft==3.1.0', 'mex-osname': 'x', 'mex-osversion': 'x' };
        await mesh.ask('/X26OT900', { method: 'POST', headers: { accept: V2, ...facts } });
        assert.equal((await send()).status, 417, 'as the last handshake said');
      });
      const facts = { 'mex-clientversion': 'OtherSoft==1', 'mex-osname': 'x', 'mex-osversion': 'x' };
      await mesh.ask('/X26OT900', { method: 'POST', headers: { accept: V2, ...facts } });
      for (const id of await waiting()) await acknowledge(id);
    });

    test('UPD-07 queued messages rest encrypted, unseen by the practice, and are delivered in order when lifted', async () => {
      const before = await mesh.send({ 'mex-workflowid': DOCUMENT });
      let ids: string[] = [];
      await during({ scope: { products: ['update-record'] }, mode: 'queue' }, async (id) => {
        ids = [await mesh.send({}, 'first patient'), await mesh.send({ 'mex-to': GOOD }), await mesh.send()];
        await mesh.running.routed();
        assert.deepEqual(await waiting(), [before]);
        assert.equal(await count(), 1);
        assert.equal(
          (await v2('/A82999OT1/inbox/rich')).body.messages.filter((one: { message_id: string }) =>
            ids.includes(one.message_id),
          ).length,
          0,
        );
        for (const method of ['GET', 'HEAD']) {
          const got = await v2(`/A82999OT1/inbox/${ids[0]}`, method);
          assert.equal(got.status, 423);
        }
        assert.equal((await acknowledge(ids[0]!)).status, 423);
        assert.equal((await track(ids[0]!)).status, 'accepted');
        assert.match((await track(ids[0]!)).status_description, /held by the national operator/i);
        assert.deepEqual(filesHolding(mesh.storedFiles(), 'first patient'), []);
        assert.equal((await pauses.find(id))?.held, 3);
      });
      await mesh.running.routed();
      const after = await waiting();
      assert.equal(after[0], before);
      assert.deepEqual([...after].sort(), [before, ...ids].sort());
      assert.deepEqual(
        after.filter((one) => one !== ids[1]),
        [before, ids[0], ids[2]],
        'by patient it is routed anew',
      );
      assert.equal((await v2(`/A82999OT1/inbox/${ids[0]}`)).text, 'first patient');
      for (const id of after) await acknowledge(id);
    });

    test('INC-06 undelivered messages in scope are stopped: listed no more, uploads and those by patient too', async () => {
      const [one, other] = [await mesh.send(), await mesh.send()];
      const document = await mesh.send({ 'mex-workflowid': DOCUMENT });
      mesh.pds.down = true;
      const byPatient = await mesh.send({ 'mex-to': GOOD });
      const chunked = await mesh.send({ 'mex-chunk-range': '1:2' });
      await v2(`/A82999OT1/inbox/${other}`);
      await during({ scope: { senderMailboxes: ['X26OT900'], workflows: [UPDATE] } }, async (id) => {
        mesh.pds.down = false;
        await mesh.running.sweep();
        assert.deepEqual(await waiting(), [document]);
        const last = await mesh.ask(`/X26OT900/outbox/${chunked}/2`, {
          method: 'POST',
          headers: { accept: V2, 'mex-chunk-range': '2:2' },
          body: 'x',
        });
        assert.equal(last.status, 202);
        assert.deepEqual(await waiting(), [document], 'an upload that ends under the pause is held');
        assert.equal(
          (await acknowledge(other)).status,
          200,
          'it was downloaded before: it has been taken in',
        );
        const { body } = await operator('/messages?state=held');
        const held = body.messages as { id: string; pauses: string[] }[];
        assert.deepEqual(held.map((message) => message.id).sort(), [byPatient, chunked, one].sort());
        assert.deepEqual(held[0]!.pauses, [id]);
        assert.equal(
          (await operator(`/messages/${one}/hold`, { method: 'DELETE', body: '{"reason":"checked"}' }))
            .status,
          204,
        );
        assert.deepEqual(await waiting(), [document, one], 'one message is released while the pause goes on');
      });
      await mesh.running.routed();
      assert.deepEqual((await waiting()).sort(), [document, one, byPatient, chunked].sort());
      for (const id of await waiting()) await acknowledge(id);
    });

    test('INC-06 messages may be named one by one; two pauses hold until both are lifted', async () => {
      const [one, other] = [await mesh.send(), await mesh.send()];
      await during({ scope: { messageIds: [one] } }, async () => {
        await during({ scope: { senderOds: ['FZZ01'] }, mode: 'queue' }, async () => {
          assert.deepEqual(await waiting(), []);
        });
        assert.deepEqual(await waiting(), [other]);
      });
      assert.deepEqual(await waiting(), [other, one]);
      for (const id of [one, other]) await acknowledge(id);
    });

    test('INC-06 lifting may return what is held: ended, payload gone, and the sender gets a report 16', async () => {
      const id = await mesh.send({ 'mex-localid': 'L-returned' }, 'a wrong code');
      const pause = await pauses.create({ scope: { messageIds: [id] }, reason: `${reason} – ‘3.1’` });
      const lifted = await pauses.lift(pause.id, {
        reason: 'the sender sends again',
        messages: 'return',
        actor: 'O. Officer',
      });
      assert.equal(lifted?.held, 0);
      assert.equal(lifted?.liftReason, 'the sender sends again');
      assert.equal(lifted?.liftedBy, `O. Officer through ${OPERATOR}`);
      assert.equal((await track(id)).status, 'undeliverable');
      const [report] = await mesh.inbox('X26OT900');
      const { headers } = await v2(`/X26OT900/inbox/${report}`);
      assert.equal(headers['mex-messagetype'], 'REPORT');
      assert.equal(headers['mex-linkedmsgid'], id);
      assert.equal(headers['mex-statuscode'], '16');
      assert.match(
        String(headers['mex-statusdescription']),
        /Pregnancy status miscoded by this system \? \?3\.1\?\)$/,
      );
      assert.deepEqual(await waiting(), []);
      await v2(`/X26OT900/inbox/${report}/status/acknowledged`, 'PUT');
    });

    test('UPD-07 a queued message expires after five days like any other, with report 14; a pause ends at its time', async () => {
      const until = new Date(mesh.time.now + 6 * DAY).toISOString();
      const pause = await pauses.create({ scope: { senderOds: ['FZZ01'] }, mode: 'queue', reason, until });
      const id = await mesh.send();
      mesh.time.now += 5 * DAY + 60_000;
      const later = await mesh.send();
      await mesh.running.sweep();
      assert.equal((await track(id)).status, 'undeliverable');
      const [report] = await mesh.inbox('X26OT900');
      assert.equal((await v2(`/X26OT900/inbox/${report}`)).headers['mex-statuscode'], '14');
      assert.deepEqual(await waiting(), []);
      mesh.time.now += DAY;
      await mesh.running.sweep();
      assert.deepEqual(await waiting(), [later]);
      assert.ok((await pauses.find(pause.id))?.liftedAt);
      await acknowledge(later);
      await v2(`/X26OT900/inbox/${report}/status/acknowledged`, 'PUT');
    });

    test('API-09 the operator alone: other certificates are refused, MESH paths take no operator certificate', async () => {
      const client = await operator('/pauses', {}, 'test-9.fzz09.api.mesh-client.nhs.uk');
      assert.equal(client.status, 403);
      assert.equal(client.type, 'application/problem+json');
      await assert.rejects(operator('/pauses', {}, 'stranger.example'));
      const identity = await mesh.authority.issue({ commonName: OPERATOR, usages: 'client' });
      const agent = new Agent({ allowH2: false, connect: clientTls(identity) as object });
      await assert.rejects(request(`${mesh.origin}/messageexchange/_ping`, { dispatcher: agent }));
      await agent.close();
    });

    test('API-09 what a pause must say, answers and paging', async () => {
      const post = (body: object | string) =>
        operator('/pauses', { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) });
      const wrong: [object | string, number, string][] = [
        ['{', 400, ''],
        [{ scope: {}, reason }, 422, 'scope'],
        [{ scope: { senderOds: [] }, reason }, 422, 'scope'],
        [{ scope: { senderOds: ['FZZ01'] } }, 422, 'reason'],
        [{ scope: { senderOds: ['FZZ01'] }, reason: 'two\nlines' }, 422, 'reason'],
        [{ scope: { senderOds: ['FZZ01'] }, reason, mode: 'stop' }, 422, 'mode'],
        [{ scope: { codes: ['77386006'] }, reason }, 422, 'scope'],
        [
          { scope: { senderProduct: { name: 'x', versionRange: '^3' } }, reason },
          422,
          'scope.senderProduct.versionRange',
        ],
        [{ scope: { senderOds: ['FZZ01'] }, reason, until: '2020-01-01T00:00:00Z' }, 422, 'until'],
      ];
      for (const [body, status, field] of wrong) {
        const answer = await post(body);
        assert.equal(answer.status, status, JSON.stringify(body));
        assert.equal(answer.body.errors?.[0].field ?? '', field);
      }
      await assert.rejects(pauses.create({ scope: {}, reason }), PauseRefused);
      const made = await post({ scope: { messageIds: ['20200101000000000000_AAAAAA'] }, reason });
      assert.equal(made.status, 201);
      assert.equal(made.headers.location, `/operator/v1/mesh/pauses/${made.body.id}`);
      assert.equal(made.body.mode, 'refuse');
      assert.equal(made.body.createdBy, `system:${OPERATOR}`);
      assert.ok((await pauses.list()).some(({ id }) => id === made.body.id));
      const path = `/pauses/${made.body.id}`;
      assert.equal((await operator(path, { method: 'DELETE', body: '{}' })).status, 422);
      for (let twice = 0; twice < 2; twice++) {
        const lifted = await operator(path, { method: 'DELETE', body: '{"reason":"done"}' });
        assert.equal(lifted.status, 200);
        assert.equal(lifted.body.liftReason, 'done');
      }
      assert.ok(!(await pauses.list()).some(({ id }) => id === made.body.id));
      assert.ok((await pauses.list('all')).some(({ id }) => id === made.body.id));
      assert.equal((await operator('/pauses/none')).status, 404);
      assert.equal(await pauses.find('none'), undefined);
      assert.equal(await pauses.lift('none', { reason }), undefined);
      const ids = [
        await mesh.send({ 'mex-subject': 'about a patient' }),
        await mesh.send(),
        await mesh.send(),
      ];
      const first = await operator('/messages?limit=2');
      const rest = await operator(`/messages?limit=2&cursor=${first.body.cursor}`);
      assert.deepEqual(
        [...first.body.messages, ...rest.body.messages].map(({ id }) => id),
        ids,
      );
      assert.equal(rest.body.cursor, undefined);
      assert.ok(!JSON.stringify(first.body).includes('patient'));
      assert.equal((await operator('/messages?limit=0')).status, 422);
      assert.equal((await operator('/messages?state=all')).status, 422);
      for (const id of ids) await acknowledge(id);
    });

    test('LOG-06 each pause and lift is in the audit with actor, scope and reason before it takes effect', async () => {
      const pause = await pauses.create({ scope: { messageIds: ['X'] }, reason, actor: 'S. Safety' });
      await pauses.lift(pause.id, { reason: 'no longer needed' });
      const steps = mesh.audited.filter(({ patient }) => (patient as AdminPart).subject === pause.id);
      assert.deepEqual(
        steps.map(({ patient, staff }) => [
          (patient as AdminPart).action,
          (patient as AdminPart).to,
          (patient as AdminPart).reason,
          staff?.userId,
        ]),
        [
          ['mesh-pause', 'refuse', reason, `S. Safety through ${OPERATOR}`],
          ['mesh-pause-lift', 'release', 'no longer needed', `system:${OPERATOR}`],
        ],
      );
      assert.deepEqual((steps[0]!.technical as { scope: { messageIds: string[] } }).scope.messageIds, ['X']);
    });

    test('UPD-07 sends that race the pause are either seen by the practice before it or held: none slips through', async () => {
      const sending = Array.from({ length: 30 }, () => send());
      const pausing = pauses.create({ scope: { senderOds: ['FZZ01'] }, reason });
      const answers = await Promise.all(sending);
      const pause = await pausing;
      const accepted = answers.filter(({ status }) => status === 202).length;
      assert.ok(answers.every(({ status }) => status === 202 || status === 417));
      assert.deepEqual(await waiting(), []);
      assert.equal((await pauses.find(pause.id))?.held, accepted);
      await pauses.lift(pause.id, { reason: 'done' });
      assert.equal((await waiting()).length, accepted);
      for (const id of await waiting()) await acknowledge(id);
    });
  });

for (const { name, fresh } of testStores())
  test(`UPD-07 a pause outlives the server, and what an interruption left undone is done at the next sweep, ${name}`, async (t) => {
    const at = await fresh();
    const dependencies = { keys: [randomBytes(32)] };
    const first = await startTestMesh(at, { dependencies });
    const { id } = await first.running.pauses.create({ scope: { workflows: [UPDATE] }, reason });
    await first.close();
    const mesh = await startTestMesh(at, { dependencies });
    t.after(() => mesh.close());
    await assert.rejects(mesh.send(), /417/);
    assert.deepEqual(
      (await mesh.running.pauses.list()).map((pause) => pause.id),
      [id],
    );
    const sent = await mesh.send({ 'mex-workflowid': DOCUMENT });
    const scope = JSON.stringify({ ...(await mesh.running.pauses.find(id))!.scope, workflows: [DOCUMENT] });
    await sql`insert into mesh_pause (id, scope, mode, reason, created_at, created_by)
      values ('interrupted', ${scope}, 'queue', 'r', now(), 'x')`.execute(mesh.store.db);
    await mesh.running.sweep();
    assert.deepEqual(await mesh.inbox('A82999OT1'), []);
    await sql`update mesh_pause set lifted_at = now(), lift_messages = 'return' where id = 'interrupted'`.execute(
      mesh.store.db,
    );
    await mesh.running.sweep();
    const [report] = await mesh.inbox('X26OT900');
    const { headers } = await mesh.ask(`/X26OT900/inbox/${report}`, { headers: { accept: V2 } });
    assert.equal(headers['mex-linkedmsgid'], sent);
  });
