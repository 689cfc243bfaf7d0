// The change feed and the operator API over real mutual TLS on both databases. spec: RTE-06, API-01, ENB-03, ENB-05
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { interactionById, interactionId } from '@gp-connect/foundation/nhs';
import { testStores } from '@gp-connect/foundation/store';
import { changeAgreement, changeBlock, changePair, decide, readHistory } from '../policy/index.ts';
import { type DirectoryUnderTest, england, person, startTestDirectory } from './directory-under-test.ts';
import { indexSnapshot, loadDirectory } from './index.ts';

const gateway = { as: 'gateway.example' };
const products = '/operator/v1/practices/T99999/products';
const reason = {
  actor: 'op-1',
  role: 'op.ig',
  reasonCode: 'other',
  reasonText: null,
  now: new Date('2026-04-07T09:00:00Z'),
};

for (const { name, fresh } of testStores()) {
  describe(`change feed and operator API on ${name}`, () => {
    let directory: DirectoryUnderTest;
    let practice: string;
    before(async () => {
      directory = await startTestDirectory(await fresh(), {
        load: { ...england, patients: [person('9990000034')] },
      });
      practice = await directory.staffToken({
        roles: ['practice.admin'],
        organisation: 'T99999',
        userId: 'u-77',
      });
    });
    after(() => directory.close());
    const snapshot = async () => (await directory.ask('/directory/v1/snapshot', gateway)).body;
    const changes = async (version: number) =>
      (await directory.ask(`/directory/v1/changes?after=${version}`, gateway)).body;
    const put = async (
      path: string,
      body: unknown,
      { token = practice, etag }: { token?: string; etag?: string | undefined } = {},
    ) =>
      directory.ask(path, {
        method: 'PUT',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'x-request-id': 'r-9',
          ...(etag === undefined ? {} : { 'if-match': etag }),
        },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      });
    const etagOf = async (product: string) => {
      const { body } = await directory.ask(`${products}/${product}`, {
        headers: { authorization: `Bearer ${practice}` },
      });
      return `"${body.etag}"`;
    };
    const hold = { state: 'held', reasonCode: 'incident', incident: 'INC-42' };

    test('RTE-06 the snapshot holds SDS and policy with a version, and no patient', async () => {
      const answer = await directory.ask('/directory/v1/snapshot', gateway);
      assert.equal(answer.status, 200);
      assert.ok(answer.body.version > 1);
      assert.deepEqual(
        [
          answer.body.organisations.length,
          answer.body.accreditedSystems.length,
          answer.body.messageHandlingServices.length,
        ],
        [4, 6, 5],
      );
      assert.equal(answer.body.practiceProducts[0].ods, 'T99999');
      assert.doesNotMatch(answer.text, /9990000034|Tamsin/);
      const index = indexSnapshot(answer.body);
      assert.equal(index.provider('T99999', interactionId.findPatient).found, true);
      assert.equal(index.supplierOf('T99999'), 'YGA01');
    });

    test('RTE-06 only named certificates may read: 496 for none, 495 for another', async () => {
      for (const path of ['/directory/v1/snapshot', '/directory/v1/changes?after=1']) {
        assert.equal((await directory.ask(path)).status, 496);
        assert.equal((await directory.ask(path, { as: 'consumer.example' })).status, 495);
      }
    });

    test('RTE-06 the long poll waits for a change and answers with it; without one, with nothing', async () => {
      const { version } = await snapshot();
      const waiting = changes(version);
      await changePair(directory.store, { from: '200000000115', to: '200000000116', refused: true }, reason);
      assert.deepEqual(await waiting, {
        version: version + 1,
        reload: false,
        changes: [
          {
            version: version + 1,
            kind: 'refused-pair',
            item: { from: '200000000115', to: '200000000116', refused: true },
          },
        ],
      });
      assert.deepEqual(await changes(version + 1), { version: version + 1, reload: false, changes: [] });
      await changePair(directory.store, { from: '200000000115', to: '200000000116', refused: false }, reason);
    });

    test('RTE-06 a follower that is too far behind, or ahead, is told to reload; a bad version is 400', async () => {
      const { version } = await snapshot();
      await directory.running.directory.refresh();
      assert.equal((await changes(1)).reload, true);
      assert.equal((await changes(version + 100)).reload, true);
      assert.equal((await directory.ask('/directory/v1/changes?after=x', gateway)).status, 400);
      await loadDirectory(directory.store, {});
      assert.equal((await changes(version)).reload, true);
    });

    test('ENB-04 a gateway that follows decides the next request by a withdrawn agreement and a block', async () => {
      const index = indexSnapshot(await snapshot());
      const request = {
        mode: 'C' as const,
        from: '200000000115',
        organisations: ['RZ901'],
        to: '200000000116',
        practice: 'T99999',
        interaction: interactionById(interactionId.structuredRecord)!,
        areas: [],
        dateFrom: null,
        patientPermission: false,
        now: Date.now(),
      };
      const row = () => {
        const decision = decide(index, request);
        return decision.allowed ? 'allowed' : decision.row;
      };
      const follow = async () => {
        for (const change of (await changes(index.version)).changes) assert.ok(index.apply(change));
        return row();
      };
      assert.equal(row(), 'allowed');
      const agreement = { ods: 'RZ901', products: ['ar-structured', 'ar-html'], status: 'live' as const };
      await changeAgreement(directory.store, { ...agreement, status: 'withdrawn' }, reason);
      assert.equal(await follow(), '25');
      await changeAgreement(directory.store, agreement, reason);
      assert.equal(await follow(), 'allowed');
      const block = { practice: 'T99999', organisation: 'RZ901', organisationType: null };
      await changeBlock(directory.store, { ...block, blocked: true }, reason);
      assert.equal(await follow(), '23a');
      await changeBlock(directory.store, { ...block, blocked: false }, reason);
      assert.equal(await follow(), 'allowed');
      const history = await readHistory(directory.store.db, 'agreement', 'RZ901', new Date('2027-01-01'));
      assert.deepEqual(
        history.map(({ actor, role, previous, next }) => [
          actor,
          role,
          (previous as { status: string }).status,
          (next as { status: string }).status,
        ]),
        [
          ['op-1', 'op.ig', 'withdrawn', 'live'],
          ['op-1', 'op.ig', 'live', 'withdrawn'],
        ],
      );
    });

    test('§22.5 a practice switches Update Record off: answer, ETag, feed and history', async () => {
      const { version } = await snapshot();
      const body = {
        state: 'disabled',
        reasonCode: 'safety-concern',
        reasonText: 'Waiting for pregnancy code review',
      };
      const answer = await put(`${products}/update-record`, body, { etag: '"1"' });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.etag, '"2"');
      assert.equal(answer.headers['x-request-id'], 'r-9');
      const { since, ...told } = answer.body;
      assert.ok(Date.parse(since));
      assert.deepEqual(told, {
        product: 'update-record',
        practiceState: 'disabled',
        effectiveState: 'disabled',
        reasonCode: 'safety-concern',
        etag: '2',
        fallback: 'nhsmail',
        contract: { required: true, from: '2025-10-01', compliant: false },
      });
      const [change] = (await changes(version)).changes;
      assert.deepEqual([change.kind, change.item.state], ['practice-product', 'disabled']);
      const { body: past } = await directory.ask(`${products}/history`, {
        headers: { authorization: `Bearer ${practice}` },
      });
      const [entry] = past.history;
      assert.deepEqual(
        [entry.actor, entry.role, entry.reasonCode, entry.reasonText, entry.previous.state, entry.next.state],
        [
          'u-77',
          'practice.admin',
          'safety-concern',
          'Waiting for pregnancy code review',
          'enabled',
          'disabled',
        ],
      );
      const before = await directory.ask(`${products}/history?at=2020-01-01`, {
        headers: { authorization: `Bearer ${practice}` },
      });
      assert.deepEqual(before.body.history, []);
    });

    test('ENB-09 anyone signed in may read the state of every product, page by page', async () => {
      const headers = { authorization: `Bearer ${await directory.staffToken()}` };
      const { body } = await directory.ask(products, { headers });
      const row = (product: string, area?: string) =>
        body.products.find(
          (one: { product: string; area?: string }) => one.product === product && one.area === area,
        );
      assert.equal(row('ar-html').effectiveState, 'enabled');
      assert.equal(row('ar-structured', 'diary').effectiveState, 'enabled');
      assert.equal(row('access-document').effectiveState, 'not-available');
      const first = await directory.ask(`${products}?limit=2`, { headers });
      assert.deepEqual([first.body.products.length, first.body.cursor], [2, '2']);
      const second = await directory.ask(`${products}?limit=2&cursor=2`, { headers });
      assert.notDeepEqual(second.body.products, first.body.products);
      assert.equal((await directory.ask(`${products}?limit=501`, { headers })).status, 422);
    });

    test('§4.1 an operator’s hold keeps the practice’s choice beneath; only the operator lifts it', async () => {
      const operator = await directory.staffToken({ roles: ['op.safety'] });
      const held = await put(`${products}/ar-html`, hold, { token: operator, etag: await etagOf('ar-html') });
      assert.deepEqual(
        [held.status, held.body.practiceState, held.body.effectiveState, held.body.operatorHold],
        [200, 'enabled', 'held', { incident: 'INC-42' }],
      );
      const enabling = await put(
        `${products}/ar-html`,
        { state: 'enabled', reasonCode: 'other' },
        { etag: await etagOf('ar-html') },
      );
      assert.equal(enabling.status, 409);
      assert.equal(enabling.headers['content-type'], 'application/problem+json');
      assert.match(enabling.body.detail, /current state is held/);
      const lift = { state: 'lifted', reasonCode: 'incident' };
      assert.equal((await put(`${products}/ar-html`, lift, { etag: await etagOf('ar-html') })).status, 403);
      const lifted = await put(`${products}/ar-html`, lift, {
        token: operator,
        etag: await etagOf('ar-html'),
      });
      assert.deepEqual([lifted.body.practiceState, lifted.body.effectiveState], ['enabled', 'enabled']);
    });

    test('§21 rows 38–41 and preconditions, each as problem+json', async () => {
      const operator = await directory.staffToken({ roles: ['op.service'] });
      const elsewhere = await directory.staffToken({ roles: ['practice.admin'], organisation: 'T99998' });
      const off = { state: 'disabled', reasonCode: 'technical' };
      const etag = await etagOf('ar-structured');
      const html = `${products}/ar-structured`;
      type Row = [
        path: string,
        body: unknown,
        options: Parameters<typeof put>[2],
        status: number,
        field?: string,
      ];
      const rows: Row[] = [
        ['/operator/v1/practices/X1/products/ar-html', off, { etag }, 404],
        ['/operator/v1/practices/RZ901/products/ar-html', off, { etag }, 404],
        [`${products}/nothing`, off, { etag }, 404],
        [`${html}/areas/nothing`, off, { etag }, 404],
        [html, { state: 'disabled' }, { etag }, 422, 'reasonCode'],
        [html, { state: 'disabled', reasonCode: 'because' }, { etag }, 422, 'reasonCode'],
        [html, { ...off, reasonText: 'x'.repeat(501) }, { etag }, 422, 'reasonText'],
        [html, { ...off, state: 'on' }, { etag }, 422, 'state'],
        [html, { ...off, asOf: '2999-01-01T00:00:00Z' }, { etag }, 422, 'asOf'],
        [html, '{', { etag }, 400],
        [html, { state: 'held', reasonCode: 'incident' }, { etag, token: operator }, 422, 'incident'],
        [html, { state: 'enabled', reasonCode: 'other' }, { etag }, 409],
        [`${products}/access-document`, off, { etag: '"0"' }, 409],
        [html, { state: 'enabled', reasonCode: 'other' }, { etag, token: operator }, 403],
        [html, off, { etag, token: elsewhere }, 403],
        [html, off, { etag, token: operator }, 403],
        [html, off, {}, 428],
        [html, off, { etag: '"99"' }, 412],
        [html, off, { etag: 'W/"1"' }, 412],
        [html, off, { etag, token: 'nonsense' }, 401],
        ['/operator/v1/nothing', off, { etag }, 404],
      ];
      for (const [at, [path, body, options, status, field]] of rows.entries()) {
        const answer = await put(path, body, options);
        assert.deepEqual([at, answer.status], [at, status], answer.text);
        assert.equal(answer.headers['content-type'], 'application/problem+json');
        assert.deepEqual([answer.body.status, typeof answer.body.detail], [status, 'string']);
        if (field) assert.equal(answer.body.errors[0].field, field);
      }
      assert.equal(await etagOf('ar-structured'), etag, 'nothing of this changed the switch');
    });

    test('§4.1 an area has a switch of its own; two who move it at once do not both succeed', async () => {
      const path = `${products}/ar-structured/areas/consultations`;
      const off = { state: 'disabled', reasonCode: 'technical' };
      const answers = await Promise.all([put(path, off, { etag: '"0"' }), put(path, off, { etag: '"0"' })]);
      assert.deepEqual(answers.map((answer) => answer.status).sort(), [200, 412]);
      const { body } = await directory.ask(products, { headers: { authorization: `Bearer ${practice}` } });
      const states = body.products
        .filter((row: { product: string }) => row.product === 'ar-structured')
        .map((row: { area?: string; effectiveState: string }) => [row.area, row.effectiveState]);
      assert.deepEqual(new Map(states).get('consultations'), 'disabled');
      assert.deepEqual(new Map(states).get(undefined), 'enabled');
    });

    test('loading again keeps what practices and signatories decided, and changes what SDS says', async () => {
      await changeAgreement(directory.store, { ods: 'FZZ01', products: [], status: 'withdrawn' }, reason);
      const [first] = england.messageHandlingServices!;
      await loadDirectory(directory.store, {
        ...england,
        messageHandlingServices: [{ ...first!, endpoint: 'https://moved.example' }],
        patients: (async function* () {
          yield { ...person('9990000034', { family: 'Wale' }) };
        })(),
      });
      await directory.running.directory.refresh();
      const body = await snapshot();
      const index = indexSnapshot(body);
      assert.equal(index.agreement('FZZ01')?.status, 'withdrawn');
      assert.equal(index.practiceProduct('T99999', 'update-record', null)?.state, 'disabled');
      const provider = directory.running.directory.snapshot().provider('T99999', interactionId.findPatient);
      assert.equal(provider.found && provider.service.endpoint, 'https://moved.example');
      const token = await directory.applicationToken();
      const search = (family: string) =>
        directory.ask(`/personal-demographics/FHIR/R4/Patient?family=${family}&birthdate=eq1990-06-15`, {
          headers: { authorization: `Bearer ${token}`, 'x-request-id': randomUUID() },
        });
      assert.deepEqual([(await search('Wale')).body.total, (await search('Vale')).body.total], [1, 0]);
    });

    test('health and metrics are on their own listener', async () => {
      const { port } = directory.running.operations;
      const health = (await (await fetch(`http://127.0.0.1:${port}/health`)).json()) as { status: string };
      assert.equal(health.status, 'healthy');
      const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
      assert.match(metrics, /gpc_request_seconds_count/);
      assert.doesNotMatch(metrics, /9990000034/);
    });
  });
}
