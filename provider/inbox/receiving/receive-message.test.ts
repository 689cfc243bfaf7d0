// Receiving, R1 to R19, over a mailbox and real databases. spec: messaging §4, "What bad input gets", examples A–H
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { composeResponse, unreadable } from '@gp-connect/foundation/itk3';
import { nationalRulePack } from '@gp-connect/foundation/plausibility';
import { sql, testStores } from '@gp-connect/foundation/store';
import { isSealed } from '@gp-connect/foundation/trust';
import type { CareSetting } from '../../controls/index.ts';
import {
  doctor,
  fillTestPractice,
  type InboxUnderTest,
  openTestInbox,
  people,
  practice,
  startOfTest,
  testVault,
} from '../inbox-under-test.ts';
import { flucloxacillin, pdfBytes, pressure, sendDocument, updateRecord } from '../messages-for-tests.ts';
import { storedMessage } from '../review/stored-message.ts';
import { rawBytes, sealEarlier } from './kept-raw.ts';

const at = startOfTest;
const by = { actor: 'test', reason: 'test' };
const send = { workflowId: 'GPCONNECT_SEND_DOCUMENT' };
const correct = () => updateRecord({ patient: people.lark, at, extras: [pressure(128, 76)] });

/** A message with one thing wrong, and what it gets. */
interface Spoilt {
  readonly what: string;
  readonly body: () => string | Uint8Array;
  readonly meta?: object;
  readonly codes: readonly string[];
  readonly issue?: string;
}

const replaced = (from: string | RegExp, to: string) => () => {
  const { xml } = correct();
  const changed = xml.replace(from, to);
  assert.notEqual(changed, xml, 'the message was spoilt');
  return changed;
};
const changedResources = (type: string, change: (resource: Record<string, unknown>) => void) => () =>
  updateRecord({
    patient: people.lark,
    at,
    extras: [pressure(128, 76)],
    change: (resources) =>
      resources.map((resource) => {
        const copy = structuredClone(resource);
        if (copy.resourceType === type) change(copy);
        return copy;
      }),
  }).xml;

const spoilt: readonly Spoilt[] = [
  { what: 'a body that is not XML', body: () => 'not XML at all', codes: ['10009'] },
  { what: 'a truncated gzip body', body: () => gzipSync(correct().xml).subarray(0, 200), codes: ['10009'] },
  {
    what: 'XML with a document type and an external entity',
    body: () => `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${correct().xml}`,
    codes: ['10009'],
  },
  { what: 'a message of 6 MB', body: () => Buffer.alloc(6 * 1024 * 1024, 0x20), codes: ['20015'] },
  {
    what: 'a message without a handling sub-extension',
    body: replaced(/<extension url="BusAckRequested">.*?<\/extension>/s, ''),
    codes: ['10008'],
  },
  {
    what: 'InfAckRequested false',
    body: replaced(/(url="InfAckRequested"><valueBoolean value=)"true"/, '$1"false"'),
    codes: ['10002'],
  },
  {
    what: 'BusAckRequested false',
    body: replaced(/(url="BusAckRequested"><valueBoolean value=)"true"/, '$1"false"'),
    codes: ['10003'],
  },
  { what: 'RecipientType XX', body: replaced('<code value="FI"/>', '<code value="XX"/>'), codes: ['10010'] },
  {
    what: 'an unknown MessageDefinition',
    body: replaced('https://fhir.nhs.uk/MessageDefinition', 'https://elsewhere.example/Definition'),
    codes: ['10004'],
  },
  {
    what: 'a blank SenderReference',
    body: replaced(/(url="SenderReference"><valueString value=)"[^"]*"/, '$1" "'),
    codes: ['10007'],
  },
  {
    what: 'event ITK009D on the Send Document workflow',
    body: () => sendDocument({ patient: people.lark, at }).xml.replace('ITK007C', 'ITK009D'),
    meta: send,
    codes: ['10008'],
  },
  { what: 'event ITK999X', body: replaced('ITK014M', 'ITK999X'), codes: ['20006'], issue: 'code-invalid' },
  {
    what: 'a sender that does not resolve',
    body: replaced(
      /<sender><reference value="[^"]*"\/>/,
      `<sender><reference value="urn:uuid:${randomUUID()}"/>`,
    ),
    codes: ['20006'],
    issue: 'structure',
  },
  {
    what: 'an unresolved reference in the document',
    body: changedResources('Encounter', (one) => {
      one.serviceProvider = { reference: `urn:uuid:${randomUUID()}` };
    }),
    codes: ['20009'],
    issue: 'structure',
  },
  {
    what: 'a restricted document',
    body: changedResources('Composition', (one) => {
      one.confidentiality = 'R';
    }),
    codes: ['20009'],
    issue: 'business-rule',
  },
  {
    what: 'a program as attachment',
    body: () =>
      sendDocument({
        patient: people.lark,
        at,
        attachments: [{ contentType: 'application/x-msdownload', bytes: Buffer.from('MZ') }],
      }).xml,
    meta: send,
    codes: ['20005'],
  },
  {
    what: 'an attachment that is not what it says',
    body: () =>
      sendDocument({
        patient: people.lark,
        at,
        attachments: [{ contentType: 'application/pdf', bytes: Buffer.from('MZ\x00\x00') }],
      }).xml,
    meta: send,
    codes: ['20005'],
  },
  {
    what: 'an attachment that is not base64',
    body: () =>
      sendDocument({ patient: people.lark, at }).xml.replace(
        /<content value="[^"]*"/,
        '<content value="***"',
      ),
    meta: send,
    codes: ['20009'],
    issue: 'value',
  },
  ...['ReferralRequest', 'Flag', 'Appointment', 'Procedure'].map(
    (type): Spoilt => ({
      what: `Update Record with a ${type}`,
      body: () =>
        updateRecord({
          patient: people.lark,
          at,
          change: (resources) => [...resources, { resourceType: type, id: randomUUID(), status: 'active' }],
        }).xml,
      codes: ['20009'],
      issue: 'not-supported',
    }),
  ),
  {
    what: 'an unknown Composition.type',
    body: () => updateRecord({ patient: people.lark, at, service: ['371531000', 'Report'] }).xml,
    codes: ['20009'],
    issue: 'code-invalid',
  },
  {
    what: 'no clinical summary',
    body: changedResources('ClinicalImpression', (one) => {
      (one.meta as { tag: { code: string }[] }).tag[0]!.code = 'history';
    }),
    codes: ['20009'],
    issue: 'required',
  },
  {
    what: 'section.text in Update Record',
    body: changedResources('Composition', (one) => {
      (one.section as Record<string, unknown>[])[0]!.text = {
        status: 'generated',
        div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
      };
    }),
    codes: ['20009'],
    issue: 'business-rule',
  },
  {
    what: 'an NHS number with a wrong check digit',
    body: () => updateRecord({ patient: { ...people.lark, nhsNumber: '9990000000' }, at }).xml,
    codes: ['20009'],
    issue: 'value',
  },
  {
    what: 'an NHS number other than that of the address',
    body: () => correct().xml,
    meta: { to: `GPPROVIDER_${people.finch.nhsNumber}_06051997_FINCH` },
    codes: ['20009'],
    issue: 'value',
  },
  {
    what: 'another version of a known MessageDefinition',
    body: () =>
      sendDocument({ patient: people.lark, at }).xml.replace(
        'ITK-GPConnectSendDocument-MessageDefinition-1',
        'ITK-GPConnectSendDocument-MessageDefinition-2',
      ),
    meta: send,
    codes: ['10005'],
  },
  {
    what: 'a first entry that is not the MessageHeader',
    body: () => {
      const { xml } = correct();
      const [header, organisation] = xml.match(
        /<entry><fullUrl[^>]*\/><resource>(?=<(MessageHeader|Organization))/g,
      )!;
      const from = xml.indexOf(header!);
      const middle = xml.indexOf(organisation!, from + 1);
      const end = xml.indexOf('</entry>', middle) + '</entry>'.length;
      return xml.slice(0, from) + xml.slice(middle, end) + xml.slice(from, middle) + xml.slice(end);
    },
    codes: ['20006'],
    issue: 'structure',
  },
  {
    what: 'no Encounter',
    body: () =>
      updateRecord({
        patient: people.lark,
        at,
        change: (resources) =>
          resources
            .filter(({ resourceType }) => resourceType !== 'Encounter')
            .map((resource) => {
              const { encounter, context, ...rest } = resource;
              const section = rest.section as { entry: { reference: string }[] }[] | undefined;
              const gone = (encounter as { reference: string } | undefined)?.reference;
              return section === undefined
                ? rest
                : {
                    ...rest,
                    section: [{ entry: section[0]!.entry.filter(({ reference }) => reference !== gone) }],
                  };
            }) as typeof resources,
      }).xml,
    codes: ['20009'],
    issue: 'required',
  },
  {
    what: 'an Observation without display',
    body: changedResources('Observation', (one) => {
      delete (one.code as { coding: { display?: string }[] }).coding[0]!.display;
    }),
    codes: ['20009'],
    issue: 'required',
  },
  ...['quantity.code', 'dosageInstruction.patientInstruction'].map(
    (element): Spoilt => ({
      what: `a MedicationDispense without ${element}`,
      body: () =>
        updateRecord({
          patient: people.lark,
          at,
          extras: [flucloxacillin()],
          change: (resources) =>
            resources.map((resource) => {
              const copy = structuredClone(resource);
              const quantity = copy.quantity as { code?: string } | undefined;
              const [dosage] =
                (copy.dosageInstruction as { patientInstruction?: string }[] | undefined) ?? [];
              if (element === 'quantity.code') delete quantity?.code;
              else delete dosage?.patientInstruction;
              return copy;
            }),
        }).xml,
      codes: ['20009'],
      issue: 'required',
    }),
  ),
  ...(['issued', 'identifier'] as const).map(
    (element): Spoilt => ({
      what: `an Observation without ${element}`,
      body: changedResources('Observation', (one) => {
        delete one[element];
      }),
      codes: ['20009'],
      issue: 'required',
    }),
  ),
];

for (const { name, fresh } of testStores()) {
  describe(`receiving on ${name}`, () => {
    let it: InboxUnderTest;
    before(async () => {
      it = await openTestInbox(await fresh(), { careSettingOf: async () => careSetting });
      await fillTestPractice(it);
    });
    after(() => it.close());
    let careSetting: CareSetting | undefined;
    const codesOf = async (...given: Parameters<InboxUnderTest['deliver']>) =>
      it.codes(await it.deliver(...given));

    test('a correct message gets 20013, then 30001, to its sender under the _ACK workflow (examples A, G)', async () => {
      const message = correct();
      const answers = await it.deliver(message);
      assert.deepEqual(it.codes(answers), ['20013', '30001']);
      for (const answer of answers) {
        assert.equal(answer.positive, true);
        assert.equal(answer.answers, message.messageId);
        assert.equal(answer.senderReference, message.senderReference);
        assert.equal(answer.to, 'X26OT900');
        assert.equal(answer.workflowId, 'GPCONNECT_UPDATE_RECORD_ACK');
        assert.equal(answer.localId, practice.ods);
      }
      assert.notEqual(answers[0]?.messageId, answers[1]?.messageId);
    });

    for (const { what, body, meta, codes, issue } of spoilt) {
      test(`${what} gets ${codes.join(' then ')}${issue ? ` ${issue}` : ''} and files nothing`, async () => {
        const waiting = (await it.inbox.list(practice.ods, doctor)).length;
        const answers = await it.deliver(body(), meta);
        assert.deepEqual(it.codes(answers), codes);
        assert.equal(answers[0]?.positive, false);
        if (issue !== undefined) assert.equal(answers[0]?.issue, issue);
        assert.ok((answers[0]?.diagnostics ?? '').length > 0, 'where and why');
        assert.equal((await it.inbox.list(practice.ods, doctor)).length, waiting);
      });
    }

    test('RecipientType FI on Send Document v1 is accepted (published v1 receivers refuse it)', async () => {
      const message = sendDocument({ patient: people.lark, at, style: 'send-document-1' });
      const informing = message.xml
        .replace('<code value="FA"/>', '<code value="FI"/>')
        .replace('For Action', 'For Information');
      assert.notEqual(informing, message.xml);
      const answers = await it.deliver(informing, { workflowId: 'GPFED_CONSULT_REPORT' });
      assert.deepEqual(it.codes(answers), ['20013', '30001']);
      assert.equal(answers[0]?.workflowId, 'GPFED_CONSULT_REPORT_ACK');
    });

    test('an unreadable message is answered with the literal in place of its ids (§3.4)', async () => {
      const [answer] = await it.deliver('<broken');
      assert.equal(answer?.answers, unreadable);
      assert.equal(answer?.senderReference, unreadable);
    });

    test('a message of an unknown workflow is quarantined, told and never answered', async () => {
      const answers = await it.deliver(correct(), { workflowId: 'SOMETHING_ELSE' });
      assert.deepEqual(answers, []);
      assert.equal(it.alerts.at(-1)?.kind, 'quarantined');
      const kept = await sql<{ n: number }>`select count(*)::int as n from inbox_quarantine`.execute(
        it.store.db,
      );
      assert.equal(kept.rows[0]?.n, 1);
    });

    test('UPD-12: the same MESH message again is swallowed; the same ITK message under a new MESH id gets 20007', async () => {
      const message = correct();
      const meshMessageId = randomUUID();
      assert.deepEqual(await codesOf(message, { meshMessageId }), ['20013', '30001']);
      const items = (await it.inbox.list(practice.ods, doctor)).length;
      assert.deepEqual(await codesOf(message, { meshMessageId }), []);
      assert.deepEqual(await codesOf(message), ['20007']);
      assert.equal((await it.inbox.list(practice.ods, doctor)).length, items);
    });

    test('a new message with the same document identifier gets 20008', async () => {
      const documentId = randomUUID();
      const message = () => updateRecord({ patient: people.lark, at, documentId });
      assert.deepEqual(await codesOf(message()), ['20013', '30001']);
      assert.deepEqual(await codesOf(message()), ['20008']);
    });

    test('SG-04: Update Record off gets 20010, for all or for one service; others go on (example F)', async () => {
      await it.inbound.set(practice.ods, ['update-record:blood-pressure'], false, by);
      const [answer] = await it.deliver(correct());
      assert.equal(answer?.code, '20010');
      assert.match(answer.diagnostics, /switched off at practice Z90001/);
      const other = updateRecord({
        patient: people.lark,
        at,
        service: ['1577041000000109', 'Community Pharmacist Consultation Service for minor illness'],
      });
      assert.deepEqual(await codesOf(other), ['20013', '30001']);
      await it.inbound.set(practice.ods, ['update-record:blood-pressure'], true, by);
      await it.inbound.set(practice.ods, ['update-record'], false, by);
      assert.deepEqual(await codesOf(correct()), ['20010']);
      await it.inbound.set(practice.ods, ['update-record'], true, by);
      assert.deepEqual(await codesOf(correct()), ['20013', '30001']);
      const changes = await it.inbound.changes(practice.ods);
      assert.deepEqual(changes.at(-1)?.control, 'update-record');
      assert.deepEqual(
        [changes.at(-1)?.from, changes.at(-1)?.to, changes.at(-1)?.reason],
        ['off', 'on', 'test'],
      );
    });

    test('§10.9: a rule that says REJECT refuses the message with 20009, before anything is said of the patient', async () => {
      const base = nationalRulePack();
      const rules = base.rules.map((rule) =>
        rule.id === 'BP-08' ? { ...rule, severity: 'REJECT' as const } : rule,
      );
      it.rules.usePack({ ...base, version: 'strict', rules });
      try {
        const high = () => updateRecord({ patient: people.stranger, at, extras: [pressure(164, 96)] });
        const [answer, ...more] = await it.deliver(high());
        assert.deepEqual([answer?.code, answer?.issue, more.length], ['20009', 'business-rule', 0]);
        assert.match(answer!.diagnostics, /BP-08/);
      } finally {
        it.rules.usePack(base);
      }
    });

    test('DCC-03: a blocked sender gets 20010 with the reason, until it is taken again', async () => {
      await it.inbound.block(practice.ods, 'FZZ01', true, by);
      assert.deepEqual(await codesOf(correct()), ['20010']);
      await it.inbound.block(practice.ods, 'FZZ01', false, by);
      assert.deepEqual(await codesOf(correct()), ['20013', '30001']);
    });

    const matches: readonly (readonly [string, Parameters<typeof updateRecord>[0]['patient'], string])[] = [
      ['an NHS number not at the practice', people.stranger, '30002'],
      ['another birth date', { ...people.lark, birthDate: '1970-01-01' }, '30002'],
      ['another surname', { ...people.lark, family: 'Sparrow' }, '30002'],
      ['a surname in other case', { ...people.lark, family: 'LARK' }, '30001'],
      ['a patient who left two years ago', people.left, '30003'],
      ['a patient who died seven months ago', people.diedLongAgo, '30003'],
      ['a patient who died two months ago', people.diedRecently, '30004'],
    ];
    for (const [what, patient, code] of matches) {
      test(`R17, R18: ${what} gets 20013 then ${code}`, async () => {
        assert.deepEqual(await codesOf(updateRecord({ patient, at })), ['20013', code]);
      });
    }

    test('DCC-03: a product taken from chosen care settings gets 20010 from others, and from senders of none', async () => {
      const by = { actor: 'test', reason: 'pharmacies only' };
      const send = async () => it.codes(await it.deliver(updateRecord({ patient: people.finch, at })));
      careSetting = 'nhs111';
      assert.deepEqual(await send(), ['20013', '30001'], 'from all where none is chosen');
      await it.inbound.takeFrom(practice.ods, 'update-record', ['pharmacy'], by);
      assert.deepEqual(await send(), ['20010']);
      careSetting = undefined;
      assert.deepEqual(await send(), ['20010'], 'one whose setting nobody knows');
      careSetting = 'pharmacy';
      assert.deepEqual(await send(), ['20013', '30001']);
      await it.inbound.takeFrom(practice.ods, 'update-record', undefined, by);
      careSetting = undefined;
      assert.deepEqual(await send(), ['20013', '30001']);
      const changes = await it.inbound.changes(practice.ods);
      assert.deepEqual(
        changes.slice(-2).map(({ control, from, to }) => [control, from, to]),
        [
          ['from:update-record', 'all', '["pharmacy"]'],
          ['from:update-record', '["pharmacy"]', 'all'],
        ],
      );
    });

    test('R17: an NHS number with other demographics is told to the practice as a possible wrong patient', async () => {
      await it.deliver(updateRecord({ patient: { ...people.lark, birthDate: '1970-01-01' }, at }));
      const tasks = await it.inbox.tasks(practice.ods, doctor);
      assert.ok(tasks.some(({ kind, priority }) => kind === 'possible-wrong-patient' && priority === 1));
    });

    test('a response for an id never sent is told, acknowledged and not answered', async () => {
      const before = it.mailbox.acknowledged.length;
      const answers = await it.deliver('<Bundle/>', { workflowId: 'GPCONNECT_SEND_DOCUMENT_ACK' });
      assert.deepEqual(answers, []);
      assert.equal(it.alerts.at(-1)?.kind, 'response-to-nothing');
      assert.equal(it.mailbox.acknowledged.length, before + 1);
    });

    test('MESH says an answer was not delivered: kept and told, not sent again', async () => {
      await it.deliver(correct());
      const linkedMessageId = `sent-${it.mailbox.sent.length}`;
      await it.deliver('', { messageType: 'REPORT', linkedMessageId, statusCode: '14' });
      assert.equal(it.alerts.at(-1)?.kind, 'answer-undeliverable');
      const sent = it.mailbox.sent.length;
      await it.inbox.sendAnswers(it.mailbox);
      assert.equal(it.mailbox.sent.length, sent);
    });

    test('answers that cannot be sent wait, and go out in order once MESH is back', async () => {
      it.mailbox.failSending = true;
      assert.deepEqual(await codesOf(correct()), []);
      it.mailbox.failSending = false;
      const from = it.mailbox.sent.length;
      await it.inbox.sendAnswers(it.mailbox);
      const subjects = it.mailbox.sent.slice(from).map(({ subject }) => subject);
      assert.deepEqual(subjects, ['ITK Response 20013', 'ITK Response 30001']);
    });

    test('example H: version 2 replaces version 1, which is archived; there is one task', async () => {
      const first = sendDocument({ patient: people.finch, at });
      assert.deepEqual(await codesOf(first, send), ['20013', '30001']);
      const second = sendDocument({
        patient: people.finch,
        at,
        replaces: { documentId: first.documentId, version: 2 },
      });
      assert.deepEqual(await codesOf(second, send), ['20013', '30001']);
      const open = (await it.inbox.list(practice.ods, doctor)).filter(
        ({ product }) => product === 'send-document-2',
      );
      assert.equal(open.length, 1);
      const archived = await it.inbox.list(practice.ods, doctor, { state: 'superseded' });
      assert.equal(open[0]?.replaces, archived.find(({ product }) => product === 'send-document-2')?.item);
    });

    test('a replacement of an unknown or void document gets 20014 and both are void', async () => {
      const unknown = randomUUID();
      const second = sendDocument({
        patient: people.finch,
        at,
        replaces: { documentId: unknown, version: 2 },
      });
      assert.deepEqual(await codesOf(second, send), ['20014']);
      const third = sendDocument({
        patient: people.finch,
        at,
        replaces: { documentId: second.documentId, version: 3 },
      });
      assert.deepEqual(await codesOf(third, send), ['20014']);
      const late = sendDocument({ patient: people.finch, at, documentId: unknown });
      assert.deepEqual(await codesOf(late, send), ['20008'], 'the void version is not taken in late');
    });

    test('out of order: version 3 waits for version 2, then both are answered in order', async () => {
      const first = sendDocument({ patient: people.swift, at });
      const second = sendDocument({
        patient: people.swift,
        at,
        replaces: { documentId: first.documentId, version: 2 },
      });
      const third = sendDocument({
        patient: people.swift,
        at,
        replaces: { documentId: second.documentId, version: 3 },
      });
      assert.deepEqual(await codesOf(first, send), ['20013', '30001']);
      assert.deepEqual(await codesOf(third, send), [], 'held');
      const answers = await it.deliver(second, send);
      assert.deepEqual(it.codes(answers), ['20013', '30001', '20013', '30001']);
      assert.deepEqual(
        answers.map(({ answers: id }) => id),
        [second.messageId, second.messageId, third.messageId, third.messageId],
      );
    });

    test('out of order: version 3 gets 20014 after 24 hours', async () => {
      const orphan = sendDocument({
        patient: people.swift,
        at,
        replaces: { documentId: randomUUID(), version: 3 },
      });
      assert.deepEqual(await codesOf(orphan, send), []);
      const from = it.mailbox.sent.length;
      it.clock.now = new Date(at.getTime() + 24 * 3_600_000 + 1);
      await it.inbox.tick([{ ods: practice.ods, name: practice.name, mailbox: it.mailbox.id }]);
      await it.inbox.sendAnswers(it.mailbox);
      it.clock.now = at;
      assert.deepEqual(
        it.mailbox.sent.slice(from).map(({ subject }) => subject),
        ['ITK Response 20014'],
      );
    });

    test('many messages at once: each is kept once and answered once', async () => {
      const messages = Array.from({ length: 6 }, () => correct());
      const from = it.mailbox.sent.length;
      for (const { xml } of messages) it.mailbox.put(xml);
      await Promise.all([it.inbox.collect(it.mailbox), it.inbox.collect(it.mailbox)]);
      await it.inbox.collect(it.mailbox);
      const rows = await sql<{ n: number }>`select count(*)::int as n from inbox_message
        where message_id = any(${messages.map(({ messageId }) => messageId)}::text[])`.execute(it.store.db);
      assert.equal(rows.rows[0]?.n, 6);
      const answered = it.mailbox.sent.slice(from).filter(({ subject }) => subject.endsWith('30001'));
      assert.equal(answered.length, 6);
    });

    test('A2: the message is kept unaltered with its SHA-256, and the chain of events is whole', async () => {
      const message = sendDocument({
        patient: people.finch,
        at,
        attachments: [{ contentType: 'application/pdf', bytes: pdfBytes('kept') }],
      });
      await it.deliver(gzipSync(message.xml), send);
      const kept = await sql<{
        message_key: number;
        content: string;
        sha256: string;
      }>`select m.message_key, r.content, m.sha256 from inbox_message m
        join inbox_raw r on r.practice = m.practice and r.message_key = m.message_key
        where m.message_id = ${message.messageId}`.execute(it.store.db);
      const { createHash } = await import('node:crypto');
      const { content, message_key: messageKey } = kept.rows[0]!;
      const bytes = rawBytes(testVault, { practice: practice.ods, messageKey }, content);
      assert.equal(createHash('sha256').update(bytes).digest('hex'), kept.rows[0]?.sha256);
      assert.deepEqual(bytes, Buffer.from(gzipSync(message.xml)));
      assert.equal(await it.inbox.firstBrokenEvent(practice.ods), undefined);
    });

    test('A2: raw messages, answers and quarantine are sealed at rest', async () => {
      const message = correct();
      await it.deliver(message);
      await it.deliver(message, { workflowId: 'SOMETHING_ELSE' });
      const stored = await sql<{ text: string }>`select content as text from inbox_raw
        union all select body from inbox_outbox union all select content from inbox_quarantine`.execute(
        it.store.db,
      );
      const texts = stored.rows.map(({ text }) => text);
      assert.ok(texts.length > 3);
      assert.deepEqual(
        texts.filter((text) => !isSealed(text)),
        [],
      );
      const base64 = Buffer.from(message.xml).toString('base64').slice(100, 160);
      assert.equal(
        texts.some((text) => text.includes('<Bundle') || text.includes(base64)),
        false,
      );
    });

    test('A2: what an earlier version kept plain is still read, and sealed at the next start', async () => {
      const message = correct();
      await it.deliver(message);
      const plain = Buffer.from(message.xml).toString('base64');
      const key = await sql<{ message_key: number }>`select message_key from inbox_message
        where message_id = ${message.messageId}`.execute(it.store.db);
      const messageKey = key.rows[0]!.message_key;
      await sql`update inbox_raw set content = ${plain} where message_key = ${messageKey}`.execute(
        it.store.db,
      );
      await sql`update inbox_outbox set body = '<Bundle/>' where message_key = ${messageKey}`.execute(
        it.store.db,
      );
      const read = async () =>
        (await storedMessage(it.inbox.rooms, practice.ods, messageKey)).header.messageId;
      assert.equal(await read(), message.messageId);
      assert.equal(await sealEarlier(it.store.db, testVault), 3);
      assert.equal(await sealEarlier(it.store.db, testVault), 0);
      const after = await sql<{ content: string }>`select content from inbox_raw
        where message_key = ${messageKey}`.execute(it.store.db);
      assert.ok(isSealed(after.rows[0]!.content));
      assert.equal(await read(), message.messageId);
    });

    test('UPD-06: both acknowledgements of an Update Record message name the rule set it was checked by', async () => {
      const { version } = nationalRulePack();
      const stamped = async (message: ReturnType<typeof correct>) =>
        (await it.deliver(message)).map(({ code, diagnostics, positive }) => [code, diagnostics, positive]);
      const words = `Checked by rule set ${version}`;
      assert.deepEqual(await stamped(correct()), [
        ['20013', words, true],
        ['30001', words, true],
      ]);
      const [first] = await stamped(updateRecord({ patient: people.stranger, at, extras: [] }));
      assert.deepEqual(first, ['20013', words, true]);
    });

    test('20015 names the message that was too large, so that its sender knows', async () => {
      const message = correct();
      const [answer] = await it.deliver(`${message.xml}<!--${'x'.repeat(6 * 1024 * 1024)}-->`);
      assert.equal(answer?.code, '20015');
      assert.equal(answer?.answers, message.messageId);
    });

    test('a response under a workflow of requests is put aside, alerted and never answered', async () => {
      const { xml } = composeResponse({
        code: '20013',
        answers: noAnswer,
        responderOds: 'A82999',
        responderMailbox: 'A82999OT1',
        at,
        newId: randomUUID,
      });
      const alerts = it.alerts.length;
      assert.deepEqual(await it.deliver(xml), []);
      assert.deepEqual(
        it.alerts.slice(alerts).map(({ kind }) => kind),
        ['quarantined'],
      );
    });
  });
}

const noAnswer = {
  messageId: undefined,
  bundleIdentifier: undefined,
  senderReference: undefined,
  recipientType: undefined,
  messageDefinition: undefined,
  localExtension: undefined,
};
