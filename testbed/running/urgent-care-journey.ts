// NHS 111: the nurse reads the record to triage, attends to the patient, sends the report as a PDF to the practice; its
// GP files it, and the next reader finds it in Access Document and in Access Record. Booking joins between triage and
// attendance. spec: design §3; messaging §3, §5; access-document §4
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import {
  composeSendDocument,
  consultationReport,
  patientFromPds,
  type RecordView,
  readRecord,
  structuredParameters,
} from '@gp-connect/consumer';
import { interactionId, system } from '@gp-connect/foundation/nhs';
import { openInboxClient } from '@gp-connect/portals/practice-inbox';
import { namedPatient } from '../england/index.ts';
import type { Caller } from './caller.ts';
import { type EnglandUnderTest, untilFound } from './england-under-test.ts';
import { practiceAccount, type ScriptedOrganisation, scriptedOrganisation } from './script-accounts.ts';

const { nhsNumber } = namedPatient('rich');
const title = 'NHS 111: chest infection, seen in the treatment centre';

export function urgentCareJourney(running: () => EnglandUnderTest): void {
  test('messaging §5.5: triage read, attendance, PDF back to the practice, filed, visible to the next reader', async () => {
    const hospital = running().caller('hospital-doctor');
    const attending = scriptedOrganisation(running().england.choices, 'nhs111-nurse');
    try {
      const triage = await recordOf(attending.caller);
      assert.equal(triage.patient.nhsNumber, nhsNumber);
      assert.ok(
        triage.areas.every(({ items }) => items.length > 0),
        'the nurse reads all of the record',
      );

      const report = await sendReport(attending, triage);
      assert.deepEqual(titled(await documentsOf(hospital)), [], 'received is not yet filed');
      await fileAsGp(running());

      const [document] = titled(await documentsOf(hospital));
      assert.ok(document, 'Access Document finds it');
      assert.ok(document.description.includes(`Recorded by another organisation: ${attending.name}`));
      const { url } = document.content[0].attachment;
      const binary = await ask(hospital, interactionId.documentsRead, `/Binary/${url.split('/').at(-1)}`);
      assert.deepEqual(Buffer.from(binary.content, 'base64'), report, 'the PDF as it was sent');
      const next = JSON.stringify(await structured(hospital));
      assert.ok(next.includes(attending.name), 'Access Record tells of the attendance');
    } finally {
      await attending.close();
    }
  });
}

/** The PDF, once both acknowledgements of the message that carried it are in. */
async function sendReport(
  { ods, name, author, caller, practiceName, open }: ScriptedOrganisation,
  triage: RecordView,
): Promise<Buffer> {
  const traced = await caller.directory.trace(nhsNumber, await caller.accessToken());
  const patient = patientFromPds(traced!);
  const now = new Date();
  const about = { title, patient, practitioners: [author] };
  const report = await consultationReport({
    ...{
      ...about,
      version: 1,
      sender: { ods, name },
      recipient: practiceName(traced!.practice!)!,
      startedAt: now,
    },
    sections: [
      {
        heading: 'Read at triage',
        entries: triage.areas.map((area) => ({ text: `${area.title}: ${area.items.length}` })),
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
  const sender = await open();
  try {
    const { messages } = sender;
    const made = await composeSendDocument(messages.context(), {
      ...{ ...about, style: 'v2', organisation: { ods, name }, lastSaved: now },
      primary: { contentType: 'application/pdf', bytes: report },
    });
    assert.ok(made.ok, JSON.stringify(made));
    const submitted = await messages.submit(made.message, { activity: randomUUID(), atOnce: true });
    assert.equal(submitted.state, 'queued', JSON.stringify(submitted));
    await untilFound(async () => {
      await sender.round();
      return (await messages.message(made.message.messageId))?.state === 'delivered' ? true : undefined;
    });
  } finally {
    await sender.close();
  }
  return report;
}

/** The GP of the practice accepts every entry of the item, and files it. */
async function fileAsGp({ england }: EnglandUnderTest): Promise<void> {
  const { ods, inbox, accessToken } = practiceAccount(england.choices, 'gp');
  const client = openInboxClient({ inboxes: { [ods]: inbox }, timeoutSeconds: 20 });
  try {
    const api = client.as({ ods, accessToken: await accessToken() });
    const item = await untilFound(async () => (await api.list()).find((one) => one.title === title)?.item);
    const view = await api.open(item);
    const version = await api.decide(
      item,
      view.version,
      view.entries.map(({ ref }) => ({ ref, decision: 'accept', confirmed: true })),
    );
    await api.complete(item, version);
  } finally {
    await client.close();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: FHIR resources of several types
type Resource = any;

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

const structured = (caller: Caller): Promise<Resource> =>
  ask(
    caller,
    interactionId.structuredRecord,
    '/Patient/$gpc.getstructuredrecord',
    structuredParameters({ nhsNumber }),
  );
const recordOf = async (caller: Caller): Promise<RecordView> => readRecord(await structured(caller));

const titled = (documents: Resource[]): Resource[] =>
  documents.filter(({ description }) => description.includes(title));

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
