// For tests: whole messages of made-up patients, to be sent as they are or spoilt first.
import { type Bundle, toXml } from '../fhir/index.ts';
import { system } from '../nhs/index.ts';
import { composeMessage } from './compose.ts';

import type { MessageResource } from './message.ts';
import { pharmacyServices } from './pharmacy-services.ts';
import type { ProductId } from './products.ts';
import { itkSystem, verificationExtensions } from './systems.ts';

export const testNow = new Date('2025-10-01T14:05:00Z');

/** Numbered uuids. */
export function countedIds(group = 1): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `3f1d2c10-${String(group).padStart(4, '0')}-4a00-8a00-${String(count).padStart(12, '0')}`;
  };
}

const concept = (of: string, code: string, display: string) => ({
  coding: [{ system: of, code, display }],
  text: display,
});
const sct = (code: string, display: string) => concept(system.snomed, code, display);
const tag = (code: string) => ({ meta: { tag: [{ system: itkSystem.heading, code }] } });

interface Ids {
  readonly [name: string]: { id: string; ref: { reference: string } };
}

function idsFor(names: readonly string[], newId: () => string): Ids {
  return Object.fromEntries(
    names.map((name) => {
      const id = newId();
      return [name, { id, ref: { reference: `urn:uuid:${id}` } }];
    }),
  );
}

const patient = (id: string): MessageResource => ({
  resourceType: 'Patient',
  id,
  identifier: [
    {
      extension: [
        {
          url: verificationExtensions[0]!,
          valueCodeableConcept: concept(system.nhsNumberVerification, '01', 'Number present and verified'),
        },
      ],
      system: system.nhsNumber,
      value: '9010000036',
    },
  ],
  name: [{ use: 'official', family: 'HERON', given: ['Jo'] }],
  gender: 'female',
  birthDate: '1968-02-03',
  address: [{ postalCode: 'ZZ99 9ZZ' }],
});

const pharmacy = (id: string): MessageResource => ({
  resourceType: 'Organization',
  id,
  identifier: [{ system: system.odsOrganisation, value: 'FZZ01' }],
  name: 'Test Pharmacy',
});

const pharmacist = (id: string): MessageResource => ({
  resourceType: 'Practitioner',
  id,
  identifier: [{ system: itkSystem.gphc, value: '2123456' }],
  name: [{ family: 'Finch', given: ['Ada'] }],
});

/** The resources of an Update Record document with one of everything, Composition first. */
export function updateRecordResources(newId: () => string): MessageResource[] {
  const names = [
    'composition',
    'patient',
    'org',
    'staff',
    'encounter',
    'summary',
    'bp',
    'supply',
    'complaint',
  ];
  const ids = idsFor(names, newId);
  const [self, subject, org, staff, visit] = names.slice(0, 5).map((name) => ids[name]!);
  const service = pharmacyServices['minor-illness'];
  const item = (name: string) => ({
    id: ids[name]!.id,
    identifier: [{ system: 'https://pharmacy.example/id', value: ids[name]!.id }],
    subject: subject!.ref,
  });
  return [
    {
      resourceType: 'Composition',
      id: self!.id,
      identifier: { system: itkSystem.uuid, value: newId() },
      status: 'final',
      type: sct(service.code, service.display),
      subject: subject!.ref,
      encounter: visit!.ref,
      date: '2025-10-01T15:05:00+01:00',
      author: [staff!.ref],
      title: `Test Pharmacy - ${service.display}`,
      custodian: org!.ref,
      section: [{ entry: names.slice(1).map((name) => ids[name]!.ref) }],
    },
    patient(subject!.id),
    pharmacy(org!.id),
    pharmacist(staff!.id),
    {
      resourceType: 'Encounter',
      ...item('encounter'),
      status: 'finished',
      type: [sct('307778003', 'Seen in primary care establishment')],
      participant: [
        { type: [concept(itkSystem.participantType, 'REC', 'recorder')], individual: staff!.ref },
      ],
      period: { start: '2025-10-01' },
      reason: [sct(service.code, service.display)],
      serviceProvider: org!.ref,
    },
    {
      resourceType: 'ClinicalImpression',
      ...item('summary'),
      ...tag('clinical-summary'),
      status: 'completed',
      context: visit!.ref,
      date: '2025-10-01',
      assessor: staff!.ref,
      summary: 'Insect bite on the left calf, no spreading redness.',
    },
    {
      resourceType: 'Observation',
      ...item('bp'),
      status: 'final',
      category: [concept(itkSystem.observationCategory, 'vital-signs', 'Vital Signs')],
      code: sct('163035008', 'Sitting blood pressure'),
      context: visit!.ref,
      effectiveDateTime: '2025-10-01',
      issued: '2025-10-01T14:40:00+01:00',
      performer: [staff!.ref],
      component: [
        ['407554009', 'Sitting systolic blood pressure', 128],
        ['407555005', 'Sitting diastolic blood pressure', 76],
      ].map(([code, display, value]) => ({
        code: sct(String(code), String(display)),
        valueQuantity: { value, unit: 'millimeter of mercury', system: system.ucum, code: 'mm[Hg]' },
      })),
    },
    {
      resourceType: 'MedicationDispense',
      ...item('supply'),
      status: 'completed',
      medicationCodeableConcept: concept(itkSystem.dmd, '289411000001107', 'Flucloxacillin 500mg capsules'),
      context: visit!.ref,
      performer: [{ actor: staff!.ref }],
      type: concept(itkSystem.supplyType, 'patient-group-direction', 'Patient group direction'),
      quantity: { value: 20, unit: 'Capsule', system: system.snomed, code: '428641000' },
      whenHandedOver: '2025-10-01',
      dosageInstruction: [{ text: 'One four times a day', patientInstruction: 'One four times a day' }],
    },
    {
      resourceType: 'Condition',
      ...item('complaint'),
      ...tag('presenting-complaints-or-issues'),
      clinicalStatus: 'active',
      code: sct('276433004', 'Insect bite - wound'),
      context: visit!.ref,
      assertedDate: '2025-10-01',
      asserter: staff!.ref,
    },
  ];
}

/** The resources of a Send Document v2 document with a PDF. */
export function sendDocumentResources(newId: () => string): MessageResource[] {
  const names = ['composition', 'patient', 'org', 'staff', 'binary'];
  const ids = idsFor(names, newId);
  const [self, subject, org, staff, binary] = names.map((name) => ids[name]!);
  return [
    {
      resourceType: 'Composition',
      id: self!.id,
      meta: { versionId: '1' },
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Report</div>' },
      identifier: { system: itkSystem.uuid, value: newId() },
      status: 'final',
      type: sct('371531000', 'Report of clinical encounter'),
      subject: subject!.ref,
      date: '2025-10-01T15:05:00+01:00',
      author: [staff!.ref],
      title: 'Consultation report',
      custodian: org!.ref,
      section: [{ entry: [binary!.ref] }],
    },
    patient(subject!.id),
    pharmacy(org!.id),
    pharmacist(staff!.id),
    {
      resourceType: 'Binary',
      id: binary!.id,
      contentType: 'application/pdf',
      content: Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64'),
    },
  ];
}

/** A whole message as JSON. */
export function testMessage(productId: ProductId, group = 1): Bundle {
  const newId = countedIds(group);
  const resources = productId.startsWith('send-document')
    ? sendDocumentResources(newId)
    : updateRecordResources(newId);
  return composeMessage(
    {
      product: productId,
      senderOds: 'FZZ01',
      senderMailbox: 'X26OT900',
      senderReference: 'urn:uuid:3f1d2c10-0001-4a00-8a00-00000000ffff',
      at: testNow,
      newId,
    },
    resources,
  ).bundle;
}

export const bytesOf = (bundle: object): Uint8Array => Buffer.from(toXml(bundle));

/** Any part of a message, to be changed by a test. */
// biome-ignore lint/suspicious/noExplicitAny: tests spoil messages in ways no type allows
export type Loose = any;

/** The header, and the first resource of a type in the document, of a message to be spoilt. */
export function partsOf(bundle: Bundle): { header: Loose; document: Loose; first: (type: string) => Loose } {
  const entry = bundle.entry as Loose[];
  const document = entry[2].resource;
  return {
    header: entry[0].resource,
    document,
    first: (type) => document.entry.find((one: Loose) => one.resource.resourceType === type).resource,
  };
}
