// The inbox inside a whole provider: messages in, review over HTTP, and what consumers then get over real TLS.
// spec: messaging SG-01, SG-03, §5.5; national-service DCC-05, DCC-06; access-document §4
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { system } from '@gp-connect/foundation/nhs';
import { openStore, sql, testStores } from '@gp-connect/foundation/store';
import { inboundSwitchNames, openInbound } from '../../controls/index.ts';
import { people, practice } from '../../service/made-up-practice-for-tests.ts';
import { type ProviderUnderTest, startTestProvider } from '../../service/provider-under-test.ts';
import { doctor, lead, practiceMailbox, reader, testMailbox } from '../inbox-under-test.ts';
import type { StaffUser } from '../index.ts';
import { type MadeMessage, pdfBytes, pressure, sendDocument, updateRecord } from '../messages-for-tests.ts';

const patient = {
  nhsNumber: people.shared.number,
  family: 'Pargeter',
  given: 'Tamsin',
  birthDate: '1974-09-30',
  gender: 'female',
};
const users: Readonly<Record<string, StaffUser>> = {
  'token-doctor': doctor,
  'token-lead': lead,
  'token-reader': reader,
  'token-elsewhere': { ...doctor, practice: 'A83999' },
};

for (const { name, fresh } of testStores()) {
  describe(`the practice listener on ${name}`, () => {
    let provider: ProviderUnderTest;
    const mailbox = testMailbox();
    before(async () => {
      provider = await startTestProvider(await fresh(), {
        inbox: {
          staff: async (authorization) => users[authorization?.replace(/^Bearer /, '') ?? ''],
          mailboxes: [{ practice: practice.ods, mailbox: { ...mailbox, id: practiceMailbox } }],
          pauseMs: 3_600_000,
        },
      });
      await call('POST', '/inbox/controls/switches', {
        body: { names: inboundSwitchNames, enabled: true, reason: 'go-live' },
        token: 'token-lead',
      });
    });
    after(() => provider?.close());

    const call = async (
      method: string,
      path: string,
      {
        body,
        token = 'token-doctor',
        ods = practice.ods,
      }: { body?: unknown; token?: string; ods?: string } = {},
    ) => {
      const { port } = provider.running.inbox!.address;
      const answer = await fetch(`http://127.0.0.1:${port}/practice/v1/${ods}${path}`, {
        method,
        headers: {
          ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.text();
      const isJson = answer.headers.get('content-type')?.startsWith('application/json');
      return {
        status: answer.status,
        headers: answer.headers,
        text,
        // biome-ignore lint/suspicious/noExplicitAny: answers of many shapes
        body: (isJson ? JSON.parse(text) : undefined) as any,
      };
    };
    const deliver = async (message: MadeMessage, workflowId = 'GPCONNECT_UPDATE_RECORD') => {
      mailbox.put(message.xml, { workflowId });
      await provider.running.inbox!.collect();
      const list = await call('GET', '/inbox');
      assert.equal(list.status, 200, list.text);
      const newest = Math.max(...list.body.map(({ item }: { item: number }) => item));
      const view = await call('GET', `/inbox/items/${newest}`);
      assert.equal(view.status, 200, view.text);
      return view.body;
    };
    // biome-ignore lint/suspicious/noExplicitAny: a view of the API
    const fileAll = async (view: any) => {
      const decisions = [
        ...(view.message.choices.length > 0
          ? [{ ref: 'message', decision: 'accept', confirmed: true, actionTaken: 'task-made' }]
          : []),
        ...view.entries.map(({ ref }: { ref: string }) => ({
          ref,
          decision: 'accept',
          confirmed: true,
          actionTaken: 'task-made',
        })),
      ];
      const decided = await call('POST', `/inbox/items/${view.item}/decisions`, {
        body: { version: view.version, decisions },
      });
      assert.equal(decided.status, 200, decided.text);
      const completed = await call('POST', `/inbox/items/${view.item}/complete`, {
        body: { version: decided.body.version },
      });
      assert.equal(completed.status, 200, completed.text);
      return completed.body;
    };
    const structured = async (): Promise<string> => {
      const parameter = (name: string) => ({ name });
      const answer = await provider.ask({
        row: '19',
        path: '/Patient/$gpc.getstructuredrecord',
        body: JSON.stringify({
          resourceType: 'Parameters',
          parameter: [
            {
              name: 'patientNHSNumber',
              valueIdentifier: { system: system.nhsNumber, value: people.shared.number },
            },
            parameter('includeUncategorisedData'),
            {
              name: 'includeConsultations',
              part: [{ name: 'includeNumberOfMostRecent', valuePositiveInt: 5 }],
            },
          ],
        }),
      });
      assert.equal(answer.status, 200, answer.text.slice(0, 500));
      return answer.text;
    };
    const documentsFound = async (): Promise<string> => {
      const includes = [
        '_include=DocumentReference%3Asubject%3APatient',
        '_include=DocumentReference%3Acustodian%3AOrganization',
        '_include=DocumentReference%3Aauthor%3AOrganization',
        '_include=DocumentReference%3Aauthor%3APractitioner',
        '_revinclude%3Arecurse=PractitionerRole%3Apractitioner',
      ];
      const answer = await provider.ask({
        row: '23',
        path: `/Patient/${people.shared.id}/DocumentReference?${includes.join('&')}`,
      });
      assert.equal(answer.status, 200, answer.text.slice(0, 500));
      return answer.text;
    };

    test('nobody without a token, of another practice, or for a practice not hosted here', async () => {
      assert.equal((await call('GET', '/inbox', { token: '' })).status, 401);
      assert.equal((await call('GET', '/inbox', { token: 'made up' })).status, 401);
      const elsewhere = await call('GET', '/inbox', { token: 'token-elsewhere' });
      assert.equal(elsewhere.status, 404);
      const unknown = await call('GET', '/inbox', { token: 'token-elsewhere', ods: 'A83999' });
      assert.deepEqual([unknown.status, unknown.body], [elsewhere.status, elsewhere.body]);
      assert.equal((await call('DELETE', '/inbox')).status, 404);
    });

    test('input that is not as described is refused with where and why', async () => {
      const wrong = await call('POST', '/inbox/items/1/decisions', { body: { version: 1, decisions: [{}] } });
      assert.deepEqual([wrong.status, wrong.body.error], [400, 'INPUT']);
      assert.match(wrong.body.message, /decisions/);
      assert.equal((await call('GET', '/inbox/items/999')).status, 404);
      assert.equal((await call('GET', '/inbox/items/..%2f1')).status, 404);
      assert.equal((await call('GET', '/inbox/counters')).status, 400);
      const noRight = await call('POST', '/inbox/controls/switches', {
        body: { names: ['update-record'], enabled: false, reason: 'x' },
        token: 'token-reader',
      });
      assert.deepEqual([noRight.status, noRight.body.requirement], [403, 'SG-03']);
    });

    test('SG-01: a structured answer shows nothing before acceptance, and afterwards the consultation with its source', async () => {
      const view = await deliver(updateRecord({ patient, at: new Date(), extras: [pressure(137, 77)] }));
      assert.doesNotMatch(await structured(), /Example Pharmacy/);
      await fileAll(view);
      const shown = JSON.parse(await structured());
      const resources: { resourceType: string; id: string; [element: string]: unknown }[] = shown.entry.map(
        ({ resource }: { resource: unknown }) => resource,
      );
      const encounter = resources.find(
        ({ resourceType, type }) =>
          resourceType === 'Encounter' && JSON.stringify(type ?? '').includes('Blood Pressure Check'),
      );
      assert.ok(encounter, 'the consultation is shown');
      const reading = resources.find(
        ({ resourceType, component }) =>
          resourceType === 'Observation' && JSON.stringify(component ?? '').includes('137'),
      );
      assert.match(String(reading?.comment), /Recorded by another organisation: Example Pharmacy \(FZZ01\)/);
      const lists = resources.filter(
        ({ resourceType, encounter: of }) =>
          resourceType === 'List' && JSON.stringify(of ?? '').includes(encounter.id),
      );
      assert.ok(
        lists.some((list) => JSON.stringify(list.entry).includes(`Observation/${reading?.id}`)),
        'in the flat consultation',
      );
      assert.ok(!resources.some(({ resourceType }) => resourceType === 'Provenance'));
    });

    test('§5.5: a filed document is found by Access Document and read whole; its replacement takes its place', async () => {
      const at = new Date();
      const bytes = pdfBytes('a consultation report');
      const first = sendDocument({ patient, at, attachments: [{ contentType: 'application/pdf', bytes }] });
      assert.doesNotMatch(await documentsFound(), /Consultation report/);
      const view = await deliver(first, 'GPCONNECT_SEND_DOCUMENT');
      assert.doesNotMatch(await documentsFound(), /Consultation report/, 'nothing before acceptance');
      const attachment = await call('GET', `/inbox/items/${view.item}/attachments/0`);
      assert.equal(attachment.headers.get('content-type'), 'application/pdf');
      assert.equal(attachment.headers.get('content-security-policy'), "default-src 'none'; sandbox");
      assert.equal(attachment.text, bytes.toString());
      const { filed } = await fileAll(view);
      const found = JSON.parse(await documentsFound());
      const document = found.entry
        .map(({ resource }: { resource: { resourceType: string; id: string } }) => resource)
        .find(({ id }: { id: string }) => id === filed[0].id);
      assert.match(document.description, /Consultation report.*Example General Hospital \(Z90055\)/);
      const [{ attachment: content }] = document.content;
      const binary = await provider.ask({ row: '24', path: `/Binary/${content.url.split('/').at(-1)}` });
      assert.equal(binary.status, 200, binary.text.slice(0, 300));
      assert.equal(Buffer.from(binary.body.content, 'base64').toString(), bytes.toString());
      const second = await deliver(
        sendDocument({ patient, at, replaces: { documentId: first.documentId, version: 2 } }),
        'GPCONNECT_SEND_DOCUMENT',
      );
      const newer = await fileAll(second);
      const after = await documentsFound();
      assert.match(after, new RegExp(newer.filed[0].id));
      assert.doesNotMatch(after, new RegExp(filed[0].id), 'the version before is archived');
    });

    test('DCC-06: a quarantined entry leaves the structured answer at once, and the consumer that read it is named', async () => {
      const view = await deliver(updateRecord({ patient, at: new Date(), extras: [pressure(133, 73)] }));
      const { filed } = await fileAll(view);
      const wrong = filed.find(({ as }: { as: string }) => as === 'coded');
      assert.match(await structured(), new RegExp(wrong.id));
      const rows = await call('POST', '/inbox/look-back', {
        body: { code: '163035008' },
        token: 'token-lead',
      });
      const entry = rows.body.find(({ resource }: { resource: string }) => resource.endsWith(wrong.id));
      const answer = await call('POST', `/inbox/filed/${entry.filed}/quarantine`, {
        body: { reason: 'misfiled' },
      });
      assert.equal(answer.status, 200, answer.text);
      assert.ok(
        answer.body.readers.some(({ organisation }: { organisation: string }) => organisation === 'X99998'),
      );
      assert.doesNotMatch(await structured(), new RegExp(wrong.id));
      await call('POST', `/inbox/filed/${entry.filed}/release`, { body: { reason: 'it was right' } });
      assert.match(await structured(), new RegExp(wrong.id));
    });

    test('SG-12: entered in error over the API: the entry leaves the structured answer', async () => {
      const view = await deliver(updateRecord({ patient, at: new Date(), extras: [pressure(131, 72)] }));
      const { filed } = await fileAll(view);
      const wrong = filed.find(({ as }: { as: string }) => as === 'coded');
      const rows = await call('POST', '/inbox/look-back', {
        body: { code: '163035008' },
        token: 'token-lead',
      });
      const entry = rows.body.find(({ resource }: { resource: string }) => resource.endsWith(wrong.id));
      const marked = await call('POST', '/inbox/look-back/entered-in-error', {
        body: { filed: [entry.filed], confirmed: 1, reason: 'wrong code' },
      });
      assert.deepEqual(marked.body, { marked: 1 });
      assert.doesNotMatch(await structured(), new RegExp(wrong.id));
    });

    test('SG-04, SG-18: controls over the API, with the consequence stated and every change listed', async () => {
      const stopped = await call('POST', '/inbox/controls/stops', {
        body: { kind: 'sender', value: 'FZZ01', stopped: true, reason: 'miscoding' },
      });
      assert.equal(stopped.status, 200, stopped.text);
      assert.equal(stopped.body.stops[0].value, 'FZZ01');
      assert.match(stopped.body.consequence, /contracted/);
      const lifted = await call('POST', '/inbox/controls/stops', {
        body: { kind: 'sender', value: 'FZZ01', stopped: false, reason: 'put right' },
        token: 'token-lead',
      });
      assert.deepEqual(lifted.body.stops, []);
      const last = lifted.body.changes.at(-1);
      assert.deepEqual(
        [last.control, last.from, last.to, last.reason],
        ['filing:sender:FZZ01', 'stopped', 'open', 'put right'],
      );
      const settings = await call('POST', '/inbox/settings', {
        body: { change: { workingDaysToReview: 1 }, reason: 'local policy' },
        token: 'token-lead',
      });
      assert.equal(settings.body.workingDaysToReview, 1);
      const wrong = await call('POST', '/inbox/settings', {
        body: { change: { workingDaysToReview: -1 }, reason: 'x' },
        token: 'token-lead',
      });
      assert.equal(wrong.status, 400);
    });

    test('A4: no log line holds an NHS number, a name or clinical text', () => {
      const all = provider.lines.join('\n');
      assert.ok(provider.lines.length > 0);
      assert.doesNotMatch(
        all,
        new RegExp(`${people.shared.number}|Pargeter|Blood Pressure Check|systolic`, 'i'),
      );
    });

    test('SG-24: events are carried over to the practice’s tamper-evident audit', async () => {
      const { rooms } = provider.running.inbox!.inbox;
      await provider.running.inbox!.inbox.tick([]);
      const left = await sql<{
        n: number;
      }>`select count(*)::int as n from inbox_event where not audited`.execute(rooms.db);
      assert.equal(left.rows[0]?.n, 0);
      const entries = await provider.stopAndReadAudit();
      const actions = entries.map(({ patient: part }) => String(part.action ?? ''));
      for (const action of ['inbox:received', 'inbox:filed', 'inbox:quarantined', 'inbox:entered-in-error']) {
        assert.ok(actions.includes(action), action);
      }
    });
  });
}

test('SG-04: the inbound switches ship off', async () => {
  const { fresh } = testStores()[0]!;
  const { inboundMigrations } = await import('../../controls/index.ts');
  const store = await openStore<never>(await fresh(), inboundMigrations);
  try {
    const { switches } = await openInbound(store.db, () => new Date()).of(practice.ods);
    assert.deepEqual(new Set(Object.values(switches)), new Set([false]));
  } finally {
    await store.close();
  }
});
