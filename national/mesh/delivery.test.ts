// Delivery to the registered practice, reports, life cycle, what rests where, and the audit, on both databases.
// spec: mesh §4, §5, §7, "What bad input gets" (GPPROVIDER rows), national-service RTE-18, AUD-01, AUD-07
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { MessagePart } from '@gp-connect/foundation/audit';
import { sql, testStores } from '@gp-connect/foundation/store';
import { DOCUMENT, filesHolding, type MeshUnderTest, startTestMesh, UPDATE, V2 } from './mesh-under-test.ts';

const DAY = 86_400_000;
const GOOD = "GPPROVIDER_9010000028_04031988_O'Hara-Lund";

for (const { name, fresh } of testStores()) {
  describe(`MESH delivery, ${name}`, () => {
    let mesh: MeshUnderTest;
    const v2 = (path: string, method = 'GET') => mesh.ask(path, { method, headers: { accept: V2 } });
    const track = async (id: string) => (await v2(`/X26OT900/outbox/tracking?messageID=${id}`)).body;
    const acknowledge = (mailbox: string, id: string) =>
      v2(`/${mailbox}/inbox/${id}/status/acknowledged`, 'PUT');
    const reportOn = async (id: string) => {
      const ids = await mesh.inbox('X26OT900');
      const all = await Promise.all(ids.map((one) => v2(`/X26OT900/inbox/${one}`)));
      return all.filter(({ headers }) => headers['mex-linkedmsgid'] === id);
    };
    const steps = (id: string) =>
      mesh.audited
        .filter(({ technical }) => technical?.messageId === id)
        .map(({ patient }) => patient as MessagePart);

    before(async () => {
      mesh = await startTestMesh(await fresh());
    });
    after(() => mesh.close());

    test('mesh §4 example B: a message by patient reaches the practice, which sees its own mailbox', async () => {
      const id = await mesh.send({
        'content-type': 'application/fhir+xml',
        'mex-from': 'X26OT900',
        'mex-to': GOOD,
        'mex-localid': 'FZZ01',
        'mex-subject': "Pharmacy First for O'HARA-LUND Edda, NHS Number: 9010000028",
      });
      await mesh.running.routed();
      assert.deepEqual(await mesh.inbox('A82999OT1'), [id]);
      const got = await v2(`/A82999OT1/inbox/${id}`);
      assert.equal(got.headers['mex-to'], 'A82999OT1');
      assert.equal(got.headers['mex-from'], 'X26OT900');
      assert.equal((await track(id)).recipient_ods_code, 'A82999');
      await acknowledge('A82999OT1', id);
    });

    const failures: [string, string, string, string, Record<string, string>?][] = [
      ['bad check digit', 'GPPROVIDER_9010000029_04031988_X', 'EPL-152', 'SEND'],
      ['no number', 'GPPROVIDER_', 'EPL-152', 'SEND'],
      ['too few parts', 'GPPROVIDER_9010000028_04031988', '06', 'TRANSFER'],
      ['no date', 'GPPROVIDER_9010000028_99999999_X', '06', 'TRANSFER'],
      ['number unknown to PDS', 'GPPROVIDER_9000000009_04031988_X', 'EPL-153', 'SEND'],
      ['other surname', 'GPPROVIDER_9010000028_04031988_Smith', 'EPL-154', 'SEND'],
      ['other birth date', "GPPROVIDER_9010000028_05031988_O'Hara-Lund", 'EPL-154', 'SEND'],
      ['patient without practice', 'GPPROVIDER_9990554412_02011960_Gone', 'EPL-151', 'SEND'],
      ['practice without mailbox', 'GPPROVIDER_9123456787_05051950_Nobox', 'EPL-151', 'SEND'],
      [
        'two mailboxes, surname with an underscore',
        'GPPROVIDER_9434765919_11121970_Two_Boxes',
        'EPL-150',
        'SEND',
        { 'mex-workflowid': DOCUMENT },
      ],
    ];
    for (const [what, to, code, event, more] of failures)
      test(`mesh §4, §5 example E: ${what} gets 202, then a report ${code}`, async () => {
        const subject = `subject about ${what}`;
        const id = await mesh.send({ 'mex-to': to, 'mex-localid': 'FZZ01', 'mex-subject': subject, ...more });
        await mesh.running.routed();
        const [report, second] = await reportOn(id);
        assert.ok(report);
        assert.equal(second, undefined);
        assert.equal(report.status, 200);
        assert.equal(report.text, '');
        const expected = {
          'mex-messagetype': 'REPORT',
          'mex-to': 'X26OT900',
          'mex-from': undefined,
          'mex-workflowid': more?.['mex-workflowid'] ?? UPDATE,
          'mex-localid': 'FZZ01',
          'mex-subject': subject,
          'mex-statussuccess': 'ERROR',
          'mex-statusevent': event,
          'mex-statuscode': code,
        };
        for (const [header, value] of Object.entries(expected))
          assert.equal(report.headers[header], value, header);
        assert.match(String(report.headers['mex-statustimestamp']), /^\d{14}$/);
        const tracked = await track(id);
        assert.equal(tracked.status, 'undeliverable');
        assert.equal(tracked.status_success, false);
        assert.equal(tracked.status_code, code);
        assert.deepEqual(
          steps(id).map(({ event: step }) => step),
          ['handed-over', 'refused'],
        );
        const reportId = String(report.headers['mex-messageid']);
        assert.equal((await acknowledge('X26OT900', reportId)).status, 200);
        assert.deepEqual(mesh.storedFiles(), [], 'the payload is destroyed with the failure');
      });

    test('mesh §4 a date as YYYYMMDD is taken only where it is no DDMMYYYY', async () => {
      const id = await mesh.send({ 'mex-to': "GPPROVIDER_9010000028_19880304_O'HARA-LUND" });
      await mesh.running.routed();
      assert.deepEqual(await mesh.inbox('A82999OT1'), [id]);
      await acknowledge('A82999OT1', id);
    });

    test('mesh §4 while PDS does not answer the message waits, and is delivered when it does', async () => {
      mesh.pds.down = true;
      const id = await mesh.send({ 'mex-to': GOOD });
      assert.deepEqual(await mesh.inbox('A82999OT1'), []);
      assert.equal((await track(id)).status, 'accepted');
      mesh.pds.down = false;
      for (let i = 0; i < 200 && (await mesh.inbox('A82999OT1')).length === 0; i++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      assert.deepEqual(await mesh.inbox('A82999OT1'), [id]);
      await acknowledge('A82999OT1', id);
    });

    test('RTE-18 nothing clinical and nothing about the patient rests in clear, in the database or on disk', async () => {
      const marker = 'MARKER-haemoptysis-9010000028';
      const words = [marker, '9010000028', '04031988', "O'HARA-LUND", 'MARKED-SUBJECT', 'MARKED-FILE'];
      const direct = {
        'mex-subject': 'MARKED-SUBJECT',
        'mex-filename': 'MARKED-FILE',
        'mex-partnerid': marker,
      };
      const headers = { ...direct, 'content-type': `text/${marker}` };
      mesh.pds.down = true;
      const ids = [
        await mesh.send(headers, marker.repeat(20)),
        await mesh.send({ ...headers, 'mex-to': GOOD }, marker.repeat(20)),
        await mesh.send({ ...headers, 'mex-chunk-range': '1:2' }, marker.repeat(20)),
      ];
      const tables = [
        'mesh_mailbox',
        'mesh_workflow',
        'mesh_message',
        'mesh_chunk',
        'mesh_discard',
        'mesh_token',
      ];
      const dump = async () => {
        const texts: string[] = [];
        for (const table of tables) {
          const { rows } = await sql<{
            row: string;
          }>`select row_to_json(t)::text as row from ${sql.table(table)} t`.execute(mesh.store.db);
          texts.push(...rows.map(({ row }) => row));
        }
        return texts.join('\n');
      };
      const clear = await dump();
      assert.ok(
        ids.every((id) => clear.includes(id)),
        'the dump holds the rows',
      );
      for (const word of words) assert.ok(!clear.includes(word), word);
      assert.ok(!clear.includes('s3cret-pass'));
      const files = mesh.storedFiles();
      assert.equal(files.length, 3);
      for (const word of words) assert.deepEqual(filesHolding(files, word), []);
      mesh.pds.down = false;
      for (let i = 0; i < 200 && (await mesh.inbox('A82999OT1')).length < 2; i++)
        await new Promise((resolve) => setTimeout(resolve, 10));
      for (const id of ids.slice(0, 2)) await acknowledge('A82999OT1', id);
      const { rows } = await sql`select wrapped_key, sealed from mesh_message
        where status = 'acknowledged' and (wrapped_key is not null or sealed is not null)`.execute(
        mesh.store.db,
      );
      assert.deepEqual(rows, [], 'keys and envelopes are destroyed at acknowledgement');
      assert.equal(mesh.storedFiles().length, 1, 'only the unfinished upload is left');
      const columns = await sql<{ name: string }>`select column_name as name from information_schema.columns
        where table_name like 'mesh_%' and data_type in ('bytea', 'json', 'jsonb', 'xml')`.execute(
        mesh.store.db,
      );
      assert.deepEqual(columns.rows, [], 'no column could hold a document');
    });

    test('mesh §7 not collected for 5 days: undeliverable, report 14, payload destroyed; uploads discarded', async () => {
      const id = await mesh.send({ 'mex-localid': 'late', 'mex-subject': 'S' });
      await mesh.running.sweep();
      mesh.time.now += 5 * DAY - 60_000;
      await mesh.running.sweep();
      assert.ok((await mesh.inbox('A82999OT1')).includes(id));
      mesh.time.now += 61_000;
      await mesh.running.sweep();
      assert.deepEqual(await mesh.inbox('A82999OT1'), []);
      const [report] = await reportOn(id);
      assert.equal(report?.headers['mex-statuscode'], '14');
      assert.equal(report?.headers['mex-statusevent'], 'SEND');
      assert.equal(
        report?.headers['mex-statusdescription'],
        'Message not collected by recipient after 5 days',
      );
      const failed = (await mesh.ask(`/X26OT900/outbox/tracking?messageID=${id}`)).body;
      assert.deepEqual(
        [failed.status, failed.statusSuccess, failed.downloadTimestamp],
        ['Undeliverable', 'ERROR', ''],
      );
      assert.equal(report?.headers['mex-subject'], 'S');
      assert.equal((await v2(`/A82999OT1/inbox/${id}`)).status, 410);
      assert.equal((await track(id)).status, 'undeliverable');
      assert.deepEqual(mesh.storedFiles(), []);
      assert.deepEqual(
        steps(id).map(({ event }) => event),
        ['handed-over', 'expired'],
      );
      mesh.time.now += 30 * DAY - 60_000;
      await mesh.running.sweep();
      assert.equal((await track(id)).status, 'undeliverable');
      mesh.time.now += 61_000;
      await mesh.running.sweep();
      assert.equal((await v2(`/X26OT900/outbox/tracking?messageID=${id}`)).status, 404);
      const { rows } = await sql<{ n: number }>`select count(*)::int as n from mesh_message
        where status = 'acknowledged' or status = 'uploading'`.execute(mesh.store.db);
      assert.equal(rows[0]?.n, 0);
    });

    test('mesh §2 tokens are remembered for four hours and then forgotten', async () => {
      const held = async () => {
        const { rows } = await sql<{ n: number }>`select count(*)::int as n from mesh_token`.execute(
          mesh.store.db,
        );
        return rows[0]!.n;
      };
      mesh.time.now += DAY;
      await mesh.running.sweep();
      assert.equal(await held(), 0);
      await mesh.inbox('A82999OT1');
      mesh.time.now += 4 * 3_600_000;
      await mesh.running.sweep();
      assert.equal(await held(), 1);
    });

    test('AUD-01 AUD-07 each step is audited with both parties before it is answered; without audit nothing passes', async () => {
      const id = await mesh.send({ 'mex-to': GOOD, 'mex-localid': 'FZZ01' });
      await mesh.running.routed();
      await v2(`/A82999OT1/inbox/${id}`);
      await acknowledge('A82999OT1', id);
      const parts = mesh.audited.filter(({ technical }) => technical?.messageId === id);
      assert.deepEqual(
        parts.map(({ patient }) => (patient as MessagePart).event),
        ['handed-over', 'collected', 'acknowledged'],
      );
      for (const { patient } of parts) {
        const part = patient as MessagePart;
        assert.equal(part.nhsNumber, '9010000028');
        assert.equal(part.product, 'update-record');
        assert.equal(part.organisation?.ods, 'FZZ01');
      }
      assert.deepEqual(parts[2]?.technical?.recipient, {
        mailbox: 'A82999OT1',
        ods: 'A82999',
        name: 'TEST HILL SURGERY',
      });
      assert.equal(parts[2]?.technical?.fileSize, 7);
      assert.equal(parts[2]?.technical?.localId, 'FZZ01');
      const before = mesh.audited.length;
      const refused = await mesh.ask('/X26OT900/outbox', {
        method: 'POST',
        headers: { 'mex-to': 'NOBODY' },
        body: 'x',
      });
      assert.equal(refused.status, 400);
      const [entry, ...others] = mesh.audited.slice(before);
      assert.equal(others.length, 0);
      assert.ok(entry?.patient.kind === 'message' && entry.patient.event === 'refused');
      assert.equal(entry.patient.organisation?.ods, 'FZZ01');
      const forged = { authorization: mesh.authorization('A82999OT1', { password: 'guess' }) };
      await mesh.ask('/A82999OT1/inbox', { as: null, headers: forged });
      await v2(`/A82998OT1/inbox/${id}`);
      const outcomes = mesh.audited.slice(before + 1).map(({ patient }) => (patient as MessagePart).outcome);
      assert.deepEqual(outcomes, ['Invalid Authentication Token', 'not a party to this message']);
    });
  });
}

const { fresh } = testStores()[0]!;

test('AUD-01 where the audit cannot be written a send is 500 and leaves nothing', async (t) => {
  const mesh = await startTestMesh(await fresh(), {
    dependencies: { audit: () => Promise.reject(new Error('disk full')) },
  });
  t.after(() => mesh.close());
  await assert.rejects(mesh.send(), /500/);
  assert.deepEqual(await mesh.inbox('A82999OT1'), []);
  assert.deepEqual(mesh.storedFiles(), []);
});

test('mesh §10 lenient mode serves an acknowledged message again', async (t) => {
  const mesh = await startTestMesh(await fresh(), { settings: { lenient: true } });
  t.after(() => mesh.close());
  const id = await mesh.send({}, 'kept');
  await mesh.ask(`/A82999OT1/inbox/${id}/status/acknowledged`, { method: 'PUT' });
  assert.deepEqual(await mesh.inbox('A82999OT1'), []);
  assert.equal((await mesh.ask(`/A82999OT1/inbox/${id}`)).text, 'kept');
});

test('mesh §10 authentication none and canned', async (t) => {
  const none = await startTestMesh(await fresh(), { settings: { authentication: 'none' } });
  t.after(() => none.close());
  assert.equal((await none.ask('/X26OT900/inbox', { as: null })).status, 200);
  assert.equal((await none.ask('/NOBODY/inbox', { as: null })).status, 403);
  const canned = await startTestMesh(await fresh(), { settings: { authentication: 'canned' } });
  t.after(() => canned.close());
  const as = (nonce: string) =>
    canned.ask('/X26OT900/inbox', {
      as: null,
      headers: { authorization: `NHSMESH X26OT900:${nonce}:0:202001010000:x` },
    });
  assert.equal((await as('VALID')).status, 200);
  assert.equal((await as('OTHER')).status, 403);
});

test('mesh §10 replay protection, workflow rights and page size can be switched', async (t) => {
  const mesh = await startTestMesh(await fresh(), {
    settings: { replayProtection: false, workflowRights: false, pageSize: 10, gzipDownloads: true },
  });
  t.after(() => mesh.close());
  const headers = { authorization: mesh.authorization('X26OT900') };
  for (let i = 0; i < 2; i++)
    assert.equal((await mesh.ask('/X26OT900/inbox', { as: null, headers })).status, 200);
  const text = 'words '.repeat(1000);
  const id = await mesh.send({ 'mex-workflowid': 'ANY' }, text);
  for (let i = 0; i < 10; i++) await mesh.send({ 'mex-workflowid': 'ANY' });
  assert.equal((await mesh.inbox('A82999OT1')).length, 10);
  const get = (more: Record<string, string>) => mesh.ask(`/A82999OT1/inbox/${id}`, { headers: more });
  const coded = await get({ accept: V2, 'accept-encoding': 'gzip' });
  assert.equal(coded.headers['content-encoding'], 'gzip');
  assert.equal(gunzipSync(coded.bytes).toString(), text);
  assert.equal((await get({ 'accept-encoding': 'gzip' })).text, text, 'version 1 as stored');
});

test('mesh §10 faults on purpose: answer dropped, 429, 503, message again after acknowledgement', async (t) => {
  const mesh = await startTestMesh(await fresh());
  t.after(() => mesh.close());
  const { faults } = mesh.running;
  faults.dropAnswer = 1;
  await assert.rejects(mesh.send());
  faults.dropAnswer = 0;
  const [id] = await mesh.inbox('A82999OT1');
  assert.ok(id, 'accepted although the answer was lost');
  faults.tooMany = 1;
  assert.equal((await mesh.ask('/X26OT900/inbox')).status, 429);
  faults.tooMany = 0;
  faults.unavailable = 1;
  assert.equal((await mesh.ask('/X26OT900/inbox')).status, 503);
  faults.unavailable = 0;
  const acknowledge = () => mesh.ask(`/A82999OT1/inbox/${id}/status/acknowledged`, { method: 'PUT' });
  faults.deliverAgain = 1;
  assert.equal((await acknowledge()).status, 200);
  assert.deepEqual(await mesh.inbox('A82999OT1'), [id]);
  faults.deliverAgain = 0;
  await acknowledge();
  assert.deepEqual(await mesh.inbox('A82999OT1'), []);
});
