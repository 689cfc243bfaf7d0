// NHS 111: the nurse reads the record to triage, attends to the patient, sends the report as a PDF to the practice; its
// GP files it, and the next reader finds it in Access Document and in Access Record. Booking joins between triage and
// attendance. spec: design §3; messaging §3, §5; access-document §4
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  composeSendDocument,
  consultationReport,
  type MessageSender,
  openMessageSender,
  patientDirectory,
  readRecord,
  type SenderDatabase,
  senderJournal,
  senderMailbox,
  senderMigrations,
  structuredParameters,
} from '@gp-connect/consumer';
import { openConnection, openMailbox } from '@gp-connect/consumer/mesh';
import { interactionId, system } from '@gp-connect/foundation/nhs';
import { openStore } from '@gp-connect/foundation/store';
import { namedPatient } from '../england/index.ts';
import { type Caller, demonstrationToken } from './caller.ts';
import { certificateFiles, meshIdentity } from './certificates.ts';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';
import { mailboxPassword, senderMailboxId } from './mailboxes.ts';
import { planFrom } from './plan.ts';
import { issuerOf } from './service-settings.ts';

const { nhsNumber } = namedPatient('rich');
const summary = 'NHS 111: chest infection, seen in the treatment centre';

export function urgentCareJourney(running: () => EnglandUnderTest): void {
  test('messaging §5.5: triage read, attendance, PDF back to the practice, filed, visible to the next reader', async () => {
    const nurse = running().caller('nhs111-nurse');
    const hospital = running().caller('hospital-doctor');

    const triage = await recordOf(nurse);
    assert.equal(triage.patient.nhsNumber, nhsNumber);
    assert.ok(
      triage.areas.every((area) => area.items.length > 0),
      'the nurse reads all of the record',
    );
    assert.deepEqual(titled(await documentsOf(hospital), summary), [], 'nothing is there before');

    const traced = await nurse.directory.trace(nhsNumber, await nurse.accessToken());
    const [name] = traced!.patient.name!;
    const about = {
      title: summary,
      patient: {
        ...{ nhsNumber, family: name!.family!, given: name!.given! },
        ...{ birthDate: traced!.patient.birthDate!, gender: traced!.patient.gender! },
      },
      practitioners: [
        { ...nurse.user.name, given: nurse.user.name.given ?? [], sdsUserId: nurse.user.sdsUserId! },
      ],
    };
    const { organisation } = nurse.product;
    const report = await consultationReport({
      ...{ ...about, version: 1, sender: organisation, recipient: traced!.practice!, startedAt: new Date() },
      sections: [
        {
          heading: 'Triage',
          entries: triage.areas.map(({ title, items }) => ({ text: `${title}: ${items.length} read` })),
        },
        {
          heading: 'Attendance',
          entries: [
            { terminology: 'SNOMED CT', code: '50417007', display: 'Lower respiratory tract infection' },
            { text: 'Crackles at the right base. Safety netting given.' },
          ],
        },
      ],
    });
    const sender = await senderOf(running(), nurse);
    try {
      const made = await composeSendDocument(sender.messages.context(), {
        ...{ ...about, style: 'v2', organisation, lastSaved: new Date() },
        primary: { contentType: 'application/pdf', bytes: report },
      });
      assert.ok(made.ok, JSON.stringify(made));
      const submitted = await sender.messages.submit(made.message, { activity: randomUUID(), atOnce: true });
      assert.equal(submitted.state, 'queued', JSON.stringify(submitted));
      assert.equal((await sender.messages.sendDue()).sent.length, 1);
      await untilFound(async () => {
        await sender.messages.receiveResponses();
        return (await sender.messages.message(made.message.messageId))?.state === 'delivered'
          ? true
          : undefined;
      });
    } finally {
      await sender.close();
    }
    assert.deepEqual(titled(await documentsOf(hospital), summary), [], 'received is not yet filed');

    await fileAsGp(running(), summary);

    const [document] = titled(await documentsOf(hospital), summary);
    assert.ok(document, 'Access Document finds it');
    assert.match(
      document.description,
      new RegExp(`Recorded by another organisation: ${nurse.product.organisation.name}`),
    );
    const { url } = document.content[0].attachment;
    const binary = await ask(hospital, interactionId.documentsRead, `/Binary/${url.split('/').at(-1)}`);
    assert.deepEqual(Buffer.from(binary.content, 'base64'), report, 'the PDF as it was sent');
    const next = await structured(hospital);
    assert.ok(next.includes(nurse.product.organisation.name), 'Access Record tells of the attendance');
  });
}

// biome-ignore lint/suspicious/noExplicitAny: FHIR resources of several types
type Resource = any;

const titled = (documents: Resource[], title: string): Resource[] =>
  documents.filter(({ description }) => description.includes(title));

async function ask(caller: Caller, interaction: string, path: string, body?: object): Promise<Resource> {
  const traced = await caller.directory.trace(nhsNumber, await caller.accessToken());
  const service = await caller.directory.service(traced!.practice!, interaction, randomUUID());
  const answer = await caller.proxy({
    ...{ interaction, path, service: service! },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  assert.equal(answer.status, 200, text.slice(0, 400));
  return JSON.parse(text);
}

const structured = async (caller: Caller): Promise<string> =>
  JSON.stringify(
    await ask(
      caller,
      interactionId.structuredRecord,
      '/Patient/$gpc.getstructuredrecord',
      structuredParameters({ nhsNumber }),
    ),
  );
const recordOf = async (caller: Caller) => readRecord(JSON.parse(await structured(caller)));

async function documentsOf(caller: Caller): Promise<Resource[]> {
  const identifier = encodeURIComponent(`${system.nhsNumber}|${nhsNumber}`);
  const found = await ask(caller, interactionId.documentsFindPatient, `/Patient?identifier=${identifier}`);
  const includes = [
    ...['subject:Patient', 'custodian:Organization', 'author:Organization', 'author:Practitioner'].map(
      (each) => `_include=DocumentReference:${each}`,
    ),
    '_revinclude:recurse=PractitionerRole:practitioner',
  ];
  const path = `/Patient/${found.entry[0].resource.id}/DocumentReference?${includes.join('&')}`;
  const answer = await ask(caller, interactionId.documentsSearch, path);
  return answer.entry
    .map(({ resource }: Resource) => resource)
    .filter(({ resourceType }: Resource) => resourceType === 'DocumentReference');
}

/** The sender of the caller's organisation, over the real MESH, with a store of its own. */
async function senderOf(
  { england }: EnglandUnderTest,
  caller: Caller,
): Promise<{ messages: MessageSender; close(): Promise<void> }> {
  const plan = planFrom(england.choices);
  const { organisation } = caller.product;
  const mailboxId = senderMailboxId(plan, organisation);
  const files = certificateFiles(plan.layout, meshIdentity(organisation.ods));
  const read = (path: string) => readFileSync(path, 'utf8');
  const connection = openConnection({
    url: `https://localhost:${plan.ports.mesh}`,
    tls: { key: read(files.key), cert: read(files.cert), ca: read(files.ca) },
  });
  const store = await openStore<SenderDatabase>({ url: 'memory:' }, senderMigrations);
  const mailbox = openMailbox({
    ...{ mailboxId, connection, password: mailboxPassword(plan, mailboxId) },
    sharedKey: plan.secrets.text('mesh-shared-key'),
    journal: senderJournal(store, mailboxId),
  });
  const messages = openMessageSender({
    ...{ store, mesh: senderMailbox(mailbox), now: () => new Date(), newId: randomUUID },
    sender: { mailbox: mailboxId, identifierSystem: `${caller.product.issuer}id` },
    directory: patientDirectory(caller.directory, caller.accessToken),
  });
  return {
    messages,
    async close() {
      await connection.close();
      await store.close();
    },
  };
}

/** The GP of the practice accepts every entry of the item with the title, and files it. */
async function fileAsGp({ ports, england }: EnglandUnderTest, title: string): Promise<void> {
  const { personas } = planFrom(england.choices).england;
  const practice = personas.find(({ id }) => id === 'gp')!.organisation.ods;
  const token = await demonstrationToken(issuerOf(ports), 'gp');
  const inbox = async (path: string, body?: object): Promise<Resource> => {
    const answer = await fetch(
      `http://127.0.0.1:${ports.orchardInbox}/practice/v1/${practice}/inbox${path}`,
      {
        method: body === undefined ? 'GET' : 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
    );
    const text = await answer.text();
    assert.equal(answer.status, 200, `${path}: ${text.slice(0, 400)}`);
    return JSON.parse(text);
  };
  const item = await untilFound(async () => {
    const items: Resource[] = await inbox('?state=open');
    return items.find((one) => JSON.stringify(one).includes(title))?.item as number | undefined;
  });
  const view = await inbox(`/items/${item}`);
  const { version } = await inbox(`/items/${item}/decisions`, {
    version: view.version,
    decisions: view.entries.map(({ ref }: Resource) => ({ ref, decision: 'accept', confirmed: true })),
  });
  await inbox(`/items/${item}/complete`, { version });
}
