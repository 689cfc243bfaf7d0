// Every step R1 to R16 and every row of "What bad input gets" that the envelope answers. spec: messaging §4
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Bundle } from '../fhir/index.ts';
import { bytesOf, countedIds, type Loose, partsOf, testMessage, testNow } from './messages-for-tests.ts';
import { answeredWorkflow, type ProductId, product } from './products.ts';
import { receive, receiveSteps } from './receive.ts';
import type { Arrival, Outcome, ReceivePorts } from './receive-run.ts';
import { composeResponse } from './response.ts';
import { noIds } from './salvage.ts';

const ports: ReceivePorts = { now: () => testNow };

function arrive(
  body: Uint8Array,
  kind: ProductId,
  more: Partial<Arrival> & { ports?: Partial<ReceivePorts> } = {},
) {
  const { ports: own, ...arrival } = more;
  return receive({ workflowId: product(kind).workflowIds[0]!, body, ...arrival }, { ...ports, ...own });
}

type Parts = ReturnType<typeof partsOf>;
interface Row {
  readonly name: string;
  readonly product?: ProductId;
  readonly spoil?: (parts: Parts, bundle: Loose) => void;
  readonly text?: (xml: string) => string;
  readonly ports?: Partial<ReceivePorts>;
  readonly to?: string;
  readonly gets: string;
  readonly issue?: string;
  readonly step: string;
}

const sub = (header: Loose, name: string): Loose =>
  header.extension[0].extension.find((one: Loose) => one.url === name);
const drop = (header: Loose, name: string): void => {
  header.extension[0].extension = header.extension[0].extension.filter((one: Loose) => one.url !== name);
};
const isRemoved =
  (type: string) =>
  ({ document }: Parts): void => {
    const gone = document.entry.find((one: Loose) => one.resource.resourceType === type);
    document.entry = document.entry.filter((one: Loose) => one !== gone);
    const composition = document.entry[0].resource;
    for (const section of composition.section) {
      section.entry = section.entry.filter((one: Loose) => one.reference !== gone.fullUrl);
    }
  };
const added =
  (resource: Loose) =>
  ({ document }: Parts): void => {
    const id = '3f1d2c10-0001-4a00-8a00-0000000000ee';
    document.entry.push({ fullUrl: `urn:uuid:${id}`, resource: { id, ...resource } });
  };
const sd: ProductId = 'send-document-2';
const embed = (observation: Loose, contentType: string, content: string): void => {
  delete observation.component;
  const data = Buffer.from(content).toString('base64');
  observation.valueAttachment = { contentType, data, title: 'Report' };
};

const rows: readonly Row[] = [
  {
    name: 'a document type',
    text: (xml) => xml.replace('?>', '?><!DOCTYPE Bundle [<!ENTITY a "b">]>'),
    gets: '10009',
    step: 'R3',
  },
  { name: 'a body that is cut off', text: (xml) => xml.slice(0, 3000), gets: '10009', step: 'R3' },
  {
    name: 'another resource as root',
    text: () => '<Patient xmlns="http://hl7.org/fhir"/>',
    gets: '10009',
    step: 'R3',
  },
  {
    name: 'a Bundle of no namespace',
    text: (xml) => xml.replace(' xmlns="http://hl7.org/fhir"', ''),
    gets: '10009',
    step: 'R3',
  },
  { name: 'a message past the limit', ports: { maxBytes: 2000 }, gets: '20015', step: 'R2' },
  {
    name: 'an unknown element in the payload',
    text: (xml) => xml.replace('<gender ', '<sex value="x"/><gender '),
    gets: '20009',
    issue: 'structure',
    step: 'R3',
  },
  {
    name: 'an unknown element in the header',
    text: (xml) => xml.replace('<timestamp ', '<moment value="x"/><timestamp '),
    gets: '20006',
    issue: 'structure',
    step: 'R3',
  },
  {
    name: 'a bundle of another type',
    spoil: (_, bundle) => {
      bundle.type = 'collection';
    },
    gets: '20006',
    issue: 'structure',
    step: 'R4',
  },
  {
    name: 'a bundle without identifier',
    spoil: (_, bundle) => {
      delete bundle.identifier;
    },
    gets: '20006',
    issue: 'required',
    step: 'R4',
  },
  {
    name: 'an Update Record bundle that names no profile',
    spoil: (_, bundle) => {
      delete bundle.meta.profile;
    },
    gets: '20006',
    issue: 'required',
    step: 'R4',
  },
  {
    name: 'a header that is not first',
    spoil: (_, bundle) => {
      bundle.entry.unshift(bundle.entry.pop());
    },
    gets: '20006',
    issue: 'structure',
    step: 'R4',
  },
  {
    name: 'no header',
    spoil: (_, bundle) => {
      bundle.entry.shift();
    },
    gets: '20006',
    issue: 'required',
    step: 'R4',
  },
  {
    name: 'a timestamp that is no instant',
    spoil: ({ header }) => {
      header.timestamp = 'yesterday';
    },
    gets: '20006',
    issue: 'value',
    step: 'R4',
  },
  {
    name: 'no ITKMessageHandling',
    spoil: ({ header }) => {
      delete header.extension;
    },
    gets: '10008',
    step: 'R5',
  },
  {
    name: 'a repeated sub-extension',
    spoil: ({ header }) => {
      header.extension[0].extension.push(sub(header, 'SenderReference'));
    },
    gets: '10001',
    step: 'R5',
  },
  ...[
    'BusAckRequested',
    'InfAckRequested',
    'RecipientType',
    'MessageDefinition',
    'SenderReference',
    'LocalExtension',
  ].map(
    (name): Row => ({
      name: `${name} missing`,
      spoil: ({ header }) => drop(header, name),
      gets: '10008',
      step: 'R6',
    }),
  ),
  {
    name: 'InfAckRequested false',
    spoil: ({ header }) => {
      sub(header, 'InfAckRequested').valueBoolean = false;
    },
    gets: '10002',
    step: 'R6',
  },
  {
    name: 'InfAckRequested that is no boolean',
    text: (xml) =>
      xml.replace(
        '"InfAckRequested"><valueBoolean value="true"',
        '"InfAckRequested"><valueBoolean value="yes"',
      ),
    gets: '10002',
    step: 'R3',
  },
  {
    name: 'BusAckRequested false',
    spoil: ({ header }) => {
      sub(header, 'BusAckRequested').valueBoolean = false;
    },
    gets: '10003',
    step: 'R6',
  },
  {
    name: 'RecipientType XX',
    spoil: ({ header }) => {
      sub(header, 'RecipientType').valueCoding.code = 'XX';
    },
    gets: '10010',
    step: 'R6',
  },
  {
    name: 'an unknown MessageDefinition',
    spoil: ({ header }) => {
      sub(header, 'MessageDefinition').valueReference.reference = 'https://example.org/x';
    },
    gets: '10004',
    step: 'R6',
  },
  {
    name: 'a newer MessageDefinition',
    product: sd,
    spoil: ({ header }) => {
      sub(header, 'MessageDefinition').valueReference.reference =
        'https://fhir.nhs.uk/STU3/MessageDefinition/ITK-GPConnectSendDocument-MessageDefinition-2';
    },
    gets: '10005',
    step: 'R6',
  },
  {
    name: 'an empty SenderReference',
    text: (xml) => xml.replace(/(<extension url="SenderReference"><valueString value=")[^"]*"/, '$1"'),
    gets: '10007',
    step: 'R3',
  },
  {
    name: 'a blank SenderReference',
    spoil: ({ header }) => {
      sub(header, 'SenderReference').valueString = ' ';
    },
    gets: '10007',
    step: 'R6',
  },
  {
    name: 'event ITK009D on Send Document',
    product: sd,
    spoil: ({ header }) => {
      header.event.code = 'ITK009D';
    },
    gets: '10008',
    step: 'R7',
  },
  {
    name: 'event ITK999X',
    spoil: ({ header }) => {
      header.event.code = 'ITK999X';
    },
    gets: '20006',
    issue: 'code-invalid',
    step: 'R7',
  },
  {
    name: 'a sender that does not resolve',
    spoil: ({ header }) => {
      header.sender.reference = 'urn:uuid:3f1d2c10-0001-4a00-8a00-0000000000ff';
    },
    gets: '20006',
    issue: 'structure',
    step: 'R8',
  },
  {
    name: 'a named person who is not here',
    ports: { receiverHere: async () => 'no-such-person' },
    gets: '20001',
    step: 'R8',
  },
  {
    name: 'a named organisation that is not here',
    ports: { receiverHere: async () => 'no-such-organisation' },
    gets: '20002',
    step: 'R8',
  },
  { name: 'a message seen before', ports: { messageSeen: async () => true }, gets: '20007', step: 'R9' },
  {
    name: 'a practice that has it off',
    ports: { productOn: async () => 'Update Record is switched off' },
    gets: '20010',
    step: 'R10',
  },
  {
    name: 'a focus that does not resolve',
    spoil: ({ header }) => {
      header.focus = [{ reference: 'urn:uuid:3f1d2c10-0001-4a00-8a00-0000000000ff' }];
    },
    gets: '20009',
    issue: 'structure',
    step: 'R11',
  },
  {
    name: 'a document of another type',
    spoil: ({ document }) => {
      document.type = 'collection';
    },
    gets: '20009',
    issue: 'structure',
    step: 'R11',
  },
  {
    name: 'a Composition that is not first',
    spoil: ({ document }) => {
      document.entry.push(document.entry.shift());
    },
    gets: '20009',
    issue: 'structure',
    step: 'R11',
  },
  {
    name: 'an unresolved reference',
    spoil: ({ first }) => {
      first('Encounter').subject.reference = 'urn:uuid:3f1d2c10-0001-4a00-8a00-0000000000ff';
    },
    gets: '20009',
    issue: 'structure',
    step: 'R11',
  },
  {
    name: 'a relative reference',
    spoil: ({ first }) => {
      first('Encounter').subject.reference = 'Patient/1';
    },
    gets: '20009',
    issue: 'structure',
    step: 'R11',
  },
  { name: 'a document seen before', ports: { documentSeen: async () => true }, gets: '20008', step: 'R12' },
  ...['ReferralRequest', 'Flag', 'Appointment', 'Procedure'].map(
    (resourceType): Row => ({
      name: `a ${resourceType}`,
      spoil: added({ resourceType }),
      gets: '20009',
      issue: 'not-supported',
      step: 'R13',
    }),
  ),
  {
    name: 'an unsupported profile',
    spoil: ({ first }) => {
      first('Observation').meta.profile = ['https://example.org/x'];
    },
    gets: '20009',
    issue: 'not-supported',
    step: 'R13',
  },
  {
    name: 'an unknown Composition.type',
    spoil: ({ first }) => {
      first('Composition').type.coding[0].code = '1321521000000101';
    },
    gets: '20009',
    issue: 'code-invalid',
    step: 'R13',
  },
  ...['Composition', 'Encounter', 'Observation', 'ClinicalImpression', 'Condition'].map(
    (type): Row => ({
      name: `an Update Record ${type} that names no profile`,
      spoil: ({ first }) => {
        const { profile: _, ...meta } = first(type).meta;
        first(type).meta = { ...meta, lastUpdated: '2025-10-01T15:05:00+01:00' };
      },
      gets: '20009',
      issue: 'required',
      step: 'R13',
    }),
  ),
  ...['preliminary', 'amended', 'entered-in-error'].map(
    (status): Row => ({
      name: `an Update Record document that is ${status}`,
      spoil: ({ first }) => {
        first('Composition').status = status;
      },
      gets: '20009',
      issue: 'code-invalid',
      step: 'R13',
    }),
  ),
  {
    name: 'an Update Record document of another confidentiality than N',
    spoil: ({ first }) => {
      first('Composition').confidentiality = 'L';
    },
    gets: '20009',
    issue: 'code-invalid',
    step: 'R13',
  },
  ...['Encounter', 'ClinicalImpression'].map(
    (type): Row => ({
      name: `a section that does not list the ${type}`,
      spoil: ({ document, first }) => {
        const { fullUrl } = document.entry.find((one: Loose) => one.resource === first(type));
        const [section] = first('Composition').section;
        section.entry = section.entry.filter((one: Loose) => one.reference !== fullUrl);
      },
      gets: '20009',
      issue: 'required',
      step: 'R13',
    }),
  ),
  {
    name: 'an Encounter without type',
    spoil: ({ first }) => {
      delete first('Encounter').type;
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'a patient with two official names',
    spoil: ({ first }) => {
      first('Patient').name.push({ use: 'official', family: 'Other' });
    },
    gets: '20009',
    issue: 'structure',
    step: 'R13',
  },
  {
    name: 'no Encounter',
    spoil: (parts) => {
      isRemoved('Encounter')(parts);
      for (const { resource } of parts.document.entry) {
        delete resource.context;
        delete resource.encounter;
      }
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'no clinical summary',
    spoil: ({ first }) => {
      first('ClinicalImpression').meta.tag[0].code = 'history';
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'section.text in Update Record',
    spoil: ({ first }) => {
      first('Composition').section[0].text = {
        status: 'generated',
        div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>',
      };
    },
    gets: '20009',
    issue: 'business-rule',
    step: 'R13',
  },
  {
    name: 'an NHS number with a wrong check digit',
    spoil: ({ first }) => {
      first('Patient').identifier[0].value = '4857773456';
    },
    gets: '20009',
    issue: 'value',
    step: 'R13',
  },
  {
    name: 'an NHS number that is not the one of the address',
    to: 'GPPROVIDER_9010000044_03021968_Heron',
    gets: '20009',
    issue: 'value',
    step: 'R13',
  },
  {
    name: 'a birth date that is not the one of the address',
    to: 'GPPROVIDER_9010000036_04021968_Heron',
    gets: '20009',
    issue: 'value',
    step: 'R13',
  },
  {
    name: 'a surname that is not the one of the address',
    to: 'GPPROVIDER_9010000036_03021968_Egret',
    gets: '20009',
    issue: 'value',
    step: 'R13',
  },
  {
    name: 'an Observation without display',
    spoil: ({ first }) => {
      delete first('Observation').code.coding[0].display;
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'an Observation without issued',
    spoil: ({ first }) => {
      delete first('Observation').issued;
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'an Observation without identifier',
    spoil: ({ first }) => {
      delete first('Observation').identifier;
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'an Observation about another patient',
    spoil: ({ document, first }) => {
      const other = { ...structuredClone(first('Organization')), id: '3f1d2c10-0001-4a00-8a00-0000000000ee' };
      document.entry.push({ fullUrl: `urn:uuid:${other.id}`, resource: other });
      first('Observation').subject.reference = `urn:uuid:${other.id}`;
    },
    gets: '20009',
    issue: 'structure',
    step: 'R13',
  },
  {
    name: 'a MedicationDispense without quantity.code',
    spoil: ({ first }) => {
      delete first('MedicationDispense').quantity.code;
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'a MedicationDispense without patientInstruction',
    spoil: ({ first }) => {
      delete first('MedicationDispense').dosageInstruction[0].patientInstruction;
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'an empty summary',
    spoil: ({ first }) => {
      first('ClinicalImpression').summary = ' ';
    },
    gets: '20009',
    issue: 'required',
    step: 'R13',
  },
  {
    name: 'a birth date that is no date',
    spoil: ({ first }) => {
      first('Patient').birthDate = '1968-02-31';
    },
    gets: '20009',
    issue: 'value',
    step: 'R13',
  },
  {
    name: 'a program as attachment',
    product: sd,
    spoil: ({ first }) => {
      first('Binary').contentType = 'application/x-msdownload';
    },
    gets: '20005',
    step: 'R14',
  },
  {
    name: 'a program called a PDF',
    product: sd,
    spoil: ({ first }) => {
      first('Binary').content = Buffer.from('MZ program').toString('base64');
    },
    gets: '20005',
    step: 'R14',
  },
  {
    name: 'an attachment that is not base64',
    product: sd,
    spoil: ({ first }) => {
      first('Binary').content = 'not base64!';
    },
    gets: '20009',
    issue: 'value',
    step: 'R14',
  },
  {
    name: 'an ambulatory report that is a program',
    spoil: ({ first }) => embed(first('Observation'), 'application/pdf', 'MZ program'),
    gets: '20005',
    step: 'R14',
  },
  {
    name: 'an ambulatory report that is no PDF',
    spoil: ({ first }) => embed(first('Observation'), 'text/plain', 'a report'),
    gets: '20005',
    step: 'R14',
  },
  {
    name: 'an ambulatory report the scanner refuses',
    spoil: ({ first }) => embed(first('Observation'), 'application/pdf', '%PDF-1.4'),
    ports: { scan: async () => 'a virus was found' },
    gets: '20004',
    step: 'R14',
  },
  {
    name: 'an attachment the scanner refuses',
    product: sd,
    ports: { scan: async () => 'a virus was found' },
    gets: '20004',
    step: 'R14',
  },
  {
    name: 'a restricted document',
    product: sd,
    spoil: ({ first }) => {
      first('Composition').confidentiality = 'R';
    },
    gets: '20009',
    issue: 'business-rule',
    step: 'R15',
  },
  ...(['unknown', 'void'] as const).map(
    (known): Row => ({
      name: `a replacement of a document that is ${known}`,
      product: sd,
      spoil: ({ first }) => {
        first('Composition').relatesTo = [
          { code: 'replaces', targetIdentifier: { system: 'urn:x', value: 'v1' } },
        ];
      },
      ports: { replaced: async () => known },
      gets: '20014',
      step: 'R16',
    }),
  ),
];

for (const {
  name,
  product: kind = 'update-record',
  spoil,
  text,
  ports: own = {},
  to,
  gets,
  issue,
  step,
} of rows) {
  test(`${step}: ${name} is refused with ${gets}`, async () => {
    const bundle = structuredClone(testMessage(kind)) as Bundle;
    spoil?.(partsOf(bundle), bundle);
    const xml = Buffer.from(bytesOf(bundle)).toString();
    const body = Buffer.from(text?.(xml) ?? xml);
    const outcome = await arrive(body, kind, { ports: own, ...(to === undefined ? {} : { to }) });
    assert.ok(outcome.kind === 'refused', outcome.kind);
    const { refusal } = outcome;
    assert.equal(`${refusal.step} ${refusal.code}`, `${step} ${gets}`, `${refusal.path} ${refusal.reason}`);
    if (issue !== undefined) assert.equal(refusal.issue, issue);
    const declared = receiveSteps.find(({ id }) => id === step)!;
    assert.ok(declared.codes.includes(gets), `${step} declares ${gets}`);
  });
}

test('every code that a step declares is reached by a row or a test of its own', () => {
  const reached = new Set(rows.map(({ gets }) => gets));
  const declared = new Set(receiveSteps.flatMap(({ codes }) => codes));
  assert.deepEqual(
    [...declared].filter((code) => !reached.has(code)),
    [],
  );
});

for (const kind of ['update-record', 'send-document-2', 'send-document-1'] as const) {
  test(`a right message of ${kind} is accepted, plain and as gzip`, async () => {
    const body = bytesOf(testMessage(kind));
    for (const sent of [{ body }, { body: gzipSync(body), compressed: true }]) {
      const outcome = await arrive(sent.body, kind, sent);
      assert.equal(outcome.kind, 'accepted', JSON.stringify(refusalOf(outcome)));
      assert.deepEqual(outcome.kind === 'accepted' && outcome.notes, []);
    }
  });
}

const refusalOf = (outcome: Outcome) => (outcome.kind === 'refused' ? outcome.refusal : undefined);

test('R1: a broken gzip body, or none where one is promised, is unreadable', async () => {
  const body = bytesOf(testMessage('update-record'));
  const cut = gzipSync(body).subarray(0, 200);
  assert.equal(refusalOf(await arrive(cut, 'update-record'))?.code, '10009');
  assert.equal(refusalOf(await arrive(body, 'update-record', { compressed: true }))?.code, '10009');
});

test('R1: a gzip body that grows past the limit is too large, not inflated', async () => {
  const bomb = gzipSync(Buffer.alloc(20_000_000, 32));
  assert.equal(refusalOf(await arrive(bomb, 'update-record'))?.code, '20015');
});

test('20015 names the message, plain or gzip, though it is not read as a whole', async () => {
  const bundle = testMessage('update-record');
  const body = bytesOf(bundle);
  const padding = Buffer.from(`<!--${'x'.repeat(6 * 1024 * 1024)}-->`);
  const large = Buffer.concat([body, padding]);
  const noisy = Buffer.concat([body, Buffer.from(`<!--${randomBytes(5_000_000).toString('hex')}-->`)]);
  for (const sent of [large, gzipSync(large), noisy, gzipSync(noisy)]) {
    const outcome = await arrive(sent, 'update-record');
    assert.ok(outcome.kind === 'refused');
    assert.equal(outcome.refusal.code, '20015');
    assert.equal(outcome.ids.messageId, partsOf(bundle).header.id);
    assert.equal(outcome.ids.senderReference, 'urn:uuid:3f1d2c10-0001-4a00-8a00-00000000ffff');
  }
});

test('a response under a workflow of requests is put aside: no response is ever answered', async () => {
  const { xml } = composeResponse({
    code: '20013',
    answers: noIds,
    responderOds: 'A82999',
    responderMailbox: 'A82999OT1',
    at: testNow,
    newId: countedIds(9),
  });
  assert.equal((await arrive(Buffer.from(xml), 'update-record')).kind, 'quarantined');
});

test('Send Document names no profiles in published messages: missing ones are noted, not refused', async () => {
  const bundle = structuredClone(testMessage(sd));
  delete (bundle.meta as Loose).profile;
  for (const { resource } of partsOf(bundle).document.entry) delete resource.meta;
  const outcome = await arrive(bytesOf(bundle), sd);
  assert.equal(outcome.kind, 'accepted', JSON.stringify(refusalOf(outcome)));
  assert.ok(outcome.kind === 'accepted' && outcome.notes.some(({ path }) => path === 'Bundle.meta.profile'));
});

test('R1: an unknown workflow is put aside and not answered', async () => {
  const outcome = await receive({ workflowId: 'SOMETHING_ELSE', body: new Uint8Array() }, ports);
  assert.equal(outcome.kind, 'quarantined');
});

test('a message that cannot be read leaves no ids; one at fault in its payload keeps them', async () => {
  const unreadableOne = await arrive(Buffer.from('not XML'), 'update-record');
  assert.ok(unreadableOne.kind === 'refused');
  assert.equal(unreadableOne.ids.messageId, undefined);
  const bundle = testMessage('update-record');
  const xml = Buffer.from(bytesOf(bundle)).toString().replace('<gender ', '<sex value="x"/><gender ');
  const malformed = await arrive(Buffer.from(xml), 'update-record');
  assert.ok(malformed.kind === 'refused');
  assert.equal(malformed.ids.messageId, partsOf(bundle).header.id);
  assert.equal(malformed.ids.senderReference, 'urn:uuid:3f1d2c10-0001-4a00-8a00-00000000ffff');
});

test('FI is accepted on Send Document v1 too (ours)', async () => {
  const bundle = structuredClone(testMessage('send-document-1'));
  sub(partsOf(bundle).header, 'RecipientType').valueCoding.code = 'FI';
  assert.equal((await arrive(bytesOf(bundle), 'send-document-1')).kind, 'accepted');
});

test('a later version whose predecessor is still on its way is held', async () => {
  const bundle = structuredClone(testMessage(sd));
  partsOf(bundle).first('Composition').relatesTo = [
    { code: 'replaces', targetIdentifier: { system: 'urn:x', value: 'v2' } },
  ];
  const outcome = await arrive(bytesOf(bundle), sd, { ports: { replaced: async () => 'wait' } });
  assert.ok(outcome.kind === 'held');
  assert.equal(outcome.waitsFor.value, 'v2');
});

test('the retired minor illness document is answered as not supported', async () => {
  const bundle = structuredClone(testMessage('minor-illness'));
  assert.equal(refusalOf(await arrive(bytesOf(bundle), 'minor-illness'))?.code, '20010');
});

test('both spellings of the vaccination workflow are known, with their own answer', () => {
  assert.equal(answeredWorkflow('DIGMED_FLU_VAC_ACK'), 'DIGMED_FLU_VAC');
  assert.equal(answeredWorkflow('DIGIMED_FLU_VAC_ACK'), 'DIGIMED_FLU_VAC');
  assert.equal(answeredWorkflow('OTHER_ACK'), undefined);
});

test('diagnostics carry no value of the patient', async () => {
  for (const row of rows) {
    const bundle = structuredClone(testMessage(row.product ?? 'update-record')) as Bundle;
    row.spoil?.(partsOf(bundle), bundle);
    const xml = Buffer.from(bytesOf(bundle)).toString();
    const outcome = await arrive(Buffer.from(row.text?.(xml) ?? xml), row.product ?? 'update-record', {
      ports: row.ports ?? {},
      ...(row.to === undefined ? {} : { to: row.to }),
    });
    const said = JSON.stringify(refusalOf(outcome));
    assert.doesNotMatch(said, /9010000036|4857773456|HERON|Heron|1968/);
  }
});
