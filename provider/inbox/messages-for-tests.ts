// For tests: made-up messages of every product, with room to spoil any part of them.
import { randomUUID } from 'node:crypto';
import { toXml } from '@gp-connect/foundation/fhir';
import {
  composeMessage,
  itkExtension,
  itkSystem,
  type MessageResource,
  type ProductId,
  type RecipientType,
} from '@gp-connect/foundation/itk3';
import { nhsProfile, system } from '@gp-connect/foundation/nhs';

export interface Person {
  readonly nhsNumber: string;
  readonly family: string;
  readonly given: string;
  readonly birthDate: string;
  readonly gender: string;
}

export const pharmacy = { ods: 'FZZ01', name: 'Example Pharmacy', mailbox: 'X26OT900' } as const;
export const snomedConcept = (code: string, display: string) => ({
  coding: [{ system: system.snomed, code, display }],
  text: display,
});

export type Extra = (scene: Scene) => MessageResource;

export interface Scene {
  readonly at: Date;
  readonly day: string;
  readonly patient: string;
  readonly encounter: string;
  readonly clinician: string;
  readonly id: () => string;
}

const urn = (id: string): { reference: string } => ({ reference: `urn:uuid:${id}` });
const identifier = (value: string) => [{ system: 'https://pharmacy.example/id', value }];

export interface UpdateRecordOptions {
  readonly patient: Person;
  readonly at: Date;
  readonly service?: readonly [code: string, display: string];
  readonly summary?: string;
  readonly extras?: readonly Extra[];
  readonly documentId?: string;
  readonly replaces?: { readonly documentId: string; readonly version: number };
  readonly recipientType?: RecipientType;
  readonly sender?: { readonly ods: string; readonly name: string };
  /** Last changes to the resources before they are wrapped. */
  readonly change?: (resources: MessageResource[]) => MessageResource[];
}

export const services = {
  bloodPressure: ['1659111000000107', 'Community Pharmacy Blood Pressure Check Service'],
  contraception: ['1659121000000101', 'Community Pharmacy Contraception Service'],
  minorIllness: ['1577041000000109', 'Community Pharmacist Consultation Service for minor illness'],
  urgentSupply: ['1577321000000100', 'Community Pharmacist Consultation Service for urgent medicine supply'],
} as const;

export const observation =
  (code: string, display: string, more: Record<string, unknown> = {}): Extra =>
  ({ id, patient, encounter, clinician, day, at }) => {
    const own = id();
    return {
      resourceType: 'Observation',
      id: own,
      identifier: identifier(own),
      status: 'final',
      category: [
        { coding: [{ system: itkSystem.observationCategory, code: 'vital-signs', display: 'Vital Signs' }] },
      ],
      code: snomedConcept(code, display),
      subject: urn(patient),
      context: urn(encounter),
      effectiveDateTime: day,
      issued: at.toISOString(),
      performer: [urn(clinician)],
      ...more,
    };
  };

export const social = (code: string, display: string, text = display): Extra =>
  observation(code, display, {
    meta: { tag: [{ system: itkSystem.heading, code: 'pregnancy-status', display: 'Pregnancy status' }] },
    category: [
      {
        coding: [
          { system: itkSystem.observationCategory, code: 'social-history', display: 'Social History' },
        ],
      },
    ],
    code: { coding: [{ system: system.snomed, code, display }], text },
  });

const mmHg = (value: number) => ({
  valueQuantity: { value, unit: 'millimeter of mercury', system: system.ucum, code: 'mm[Hg]' },
});

/** A sitting blood pressure. */
export const pressure = (systolic: number, diastolic: number, diastolicCode = '407555005'): Extra =>
  observation('163035008', 'Sitting blood pressure reading', {
    component: [
      { code: snomedConcept('407554009', 'Sitting systolic blood pressure'), ...mmHg(systolic) },
      { code: snomedConcept(diastolicCode, 'Sitting diastolic blood pressure'), ...mmHg(diastolic) },
    ],
  });

export const heading =
  (tag: string, summary: string): Extra =>
  ({ id, patient, encounter, clinician, day }) => {
    const own = id();
    return {
      resourceType: 'ClinicalImpression',
      id: own,
      meta: { tag: [{ system: itkSystem.heading, code: tag }] },
      identifier: identifier(own),
      status: 'completed',
      subject: urn(patient),
      context: urn(encounter),
      date: day,
      assessor: urn(clinician),
      summary,
    };
  };

export const complaint =
  (code: string, display: string): Extra =>
  ({ id, patient, encounter, clinician, day }) => ({
    resourceType: 'Condition',
    id: id(),
    meta: { tag: [{ system: itkSystem.heading, code: 'presenting-complaints-or-issues' }] },
    clinicalStatus: 'active',
    code: snomedConcept(code, display),
    subject: urn(patient),
    context: urn(encounter),
    assertedDate: day,
    asserter: urn(clinician),
  });

/** Flucloxacillin 500 mg capsules, one four times a day for five days. */
export const flucloxacillin =
  (status: 'completed' | 'stopped' = 'completed'): Extra =>
  ({ id, patient, encounter, clinician, day }) => {
    const own = id();
    const text = 'One capsule four times a day for 5 days';
    return {
      resourceType: 'MedicationDispense',
      id: own,
      identifier: identifier(own),
      status,
      medicationCodeableConcept: {
        coding: [
          {
            system: itkSystem.dmd,
            code: '289411000001107',
            display: 'Flucloxacillin 500mg capsules (A A H Pharmaceuticals Ltd)',
          },
        ],
      },
      subject: urn(patient),
      context: urn(encounter),
      performer: [{ actor: urn(clinician) }],
      type: { coding: [{ system: itkSystem.supplyType, code: 'patient-group-direction' }] },
      quantity: { value: 20, unit: 'Capsule', system: system.snomed, code: '428641000' },
      daysSupply: { value: 5, unit: 'day', system: system.ucum, code: 'd' },
      ...(status === 'completed' ? { whenHandedOver: day } : {}),
      dosageInstruction: [{ text, patientInstruction: text }],
    };
  };

export const patientResource = (id: string, person: Person): MessageResource => ({
  resourceType: 'Patient',
  id,
  identifier: [
    {
      extension: [
        {
          url: nhsProfile('Extension-CareConnect-GPC-NHSNumberVerificationStatus-1'),
          valueCodeableConcept: { coding: [{ system: system.nhsNumberVerification, code: '01' }] },
        },
      ],
      system: system.nhsNumber,
      value: person.nhsNumber,
    },
  ],
  name: [{ use: 'official', family: person.family, given: [person.given] }],
  gender: person.gender,
  birthDate: person.birthDate,
  address: [{ use: 'home', postalCode: 'ZZ99 3CZ' }],
});

const organisation = (id: string, { ods, name }: { ods: string; name: string }): MessageResource => ({
  resourceType: 'Organization',
  id,
  identifier: [{ system: system.odsOrganisation, value: ods }],
  name,
});

const pharmacist = (id: string): MessageResource => ({
  resourceType: 'Practitioner',
  id,
  identifier: [{ system: itkSystem.gphc, value: '2099999' }],
  name: [{ use: 'official', family: 'Quill', given: ['Ada'] }],
});

const pharmacistRole = (id: string, clinician: string, organization: string): MessageResource => ({
  resourceType: 'PractitionerRole',
  id,
  practitioner: urn(clinician),
  organization: urn(organization),
  code: [{ coding: [{ system: system.jobRole, code: 'R1290', display: 'Pharmacist' }] }],
});

export interface MadeMessage {
  readonly xml: string;
  readonly messageId: string;
  readonly documentId: string;
  readonly senderReference: string;
}

interface Wrapping {
  readonly product: ProductId;
  readonly at: Date;
  readonly sender: { readonly ods: string };
  readonly documentId: string;
  readonly recipientType?: RecipientType | undefined;
}

function wrapped(resources: readonly MessageResource[], fields: Wrapping): MadeMessage {
  const senderReference = `urn:uuid:${randomUUID()}`;
  const { bundle, messageId } = composeMessage(
    {
      product: fields.product,
      senderOds: fields.sender.ods,
      senderMailbox: pharmacy.mailbox,
      senderReference,
      at: fields.at,
      newId: randomUUID,
      ...(fields.recipientType === undefined ? {} : { recipientType: fields.recipientType }),
    },
    resources,
  );
  return { xml: toXml(bundle), messageId, documentId: fields.documentId, senderReference };
}

const relatesTo = (replaces: UpdateRecordOptions['replaces']) =>
  replaces === undefined
    ? {}
    : {
        relatesTo: [
          { code: 'replaces', targetIdentifier: { system: itkSystem.uuid, value: replaces.documentId } },
        ],
      };
const version = (replaces: UpdateRecordOptions['replaces']) => ({
  meta: { versionId: String(replaces?.version ?? 1) },
});

/** An Update Record message: a correct one, unless its options say otherwise. */
export function updateRecord(options: UpdateRecordOptions): MadeMessage {
  const { patient, at, service = services.bloodPressure, sender = pharmacy, replaces } = options;
  const id = randomUUID;
  const [patientId, encounterId, clinicianId, organizationId, roleId, compositionId] = Array.from(
    { length: 6 },
    () => id(),
  ) as [string, string, string, string, string, string];
  const documentId = options.documentId ?? id();
  const day = at.toISOString().slice(0, 10);
  const scene: Scene = { at, day, patient: patientId, encounter: encounterId, clinician: clinicianId, id };
  const summary = options.summary ?? 'Blood pressure taken in the pharmacy, the patient is well';
  const clinical = [heading('clinical-summary', summary), ...(options.extras ?? [])].map((make) =>
    make(scene),
  );
  const encounter: MessageResource = {
    resourceType: 'Encounter',
    id: encounterId,
    identifier: identifier(encounterId),
    status: 'finished',
    type: [snomedConcept('307778003', 'Seen in primary care establishment')],
    subject: urn(patientId),
    participant: [
      {
        type: [{ coding: [{ system: itkSystem.participantType, code: 'REC', display: 'recorder' }] }],
        individual: urn(clinicianId),
      },
    ],
    period: { start: new Date(at.getTime() - 1_800_000).toISOString() },
    reason: [snomedConcept(...service)],
    serviceProvider: urn(organizationId),
  };
  const composition: MessageResource = {
    resourceType: 'Composition',
    id: compositionId,
    ...version(replaces),
    identifier: { system: itkSystem.uuid, value: documentId },
    status: 'final',
    type: snomedConcept(...service),
    subject: urn(patientId),
    encounter: urn(encounterId),
    date: at.toISOString(),
    author: [urn(clinicianId)],
    title: `${sender.name} - ${service[1]}`,
    ...relatesTo(replaces),
    section: [{ entry: [encounter, ...clinical].map((resource) => urn(resource.id!)) }],
  };
  const resources = [
    composition,
    patientResource(patientId, patient),
    organisation(organizationId, sender),
    pharmacist(clinicianId),
    pharmacistRole(roleId, clinicianId, organizationId),
    encounter,
    ...clinical,
  ];
  const changed = options.change?.(resources) ?? resources;
  return wrapped(changed, {
    product: 'update-record',
    at,
    sender,
    documentId,
    recipientType: options.recipientType,
  });
}

export const pdfBytes = (text: string): Buffer => Buffer.from(`%PDF-1.4\n${text}\n%%EOF\n`);

export interface SendDocumentOptions {
  readonly patient: Person;
  readonly at: Date;
  readonly attachments?: readonly { readonly contentType: string; readonly bytes: Buffer }[];
  readonly documentId?: string;
  readonly replaces?: { readonly documentId: string; readonly version: number };
  readonly change?: (resources: MessageResource[]) => MessageResource[];
  readonly style?: 'send-document-2' | 'send-document-1';
}

export const hospital = { ods: 'Z90055', name: 'Example General Hospital' } as const;

export function sendDocument(options: SendDocumentOptions): MadeMessage {
  const { patient, at, replaces } = options;
  const attachments = options.attachments ?? [{ contentType: 'application/pdf', bytes: pdfBytes('report') }];
  const [patientId, clinicianId, organizationId, compositionId] = Array.from({ length: 4 }, () =>
    randomUUID(),
  ) as [string, string, string, string];
  const documentId = options.documentId ?? randomUUID();
  const binaries = attachments.map(
    ({ contentType, bytes }): MessageResource => ({
      resourceType: 'Binary',
      id: randomUUID(),
      contentType,
      content: bytes.toString('base64'),
    }),
  );
  const resources: MessageResource[] = [
    {
      resourceType: 'Composition',
      id: compositionId,
      ...version(replaces),
      text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">Report</div>' },
      identifier: { system: itkSystem.uuid, value: documentId },
      status: 'final',
      type: snomedConcept('371531000', 'Report of clinical encounter'),
      subject: urn(patientId),
      date: at.toISOString(),
      author: [urn(clinicianId)],
      title: 'Consultation report',
      custodian: urn(organizationId),
      ...relatesTo(replaces),
      section: binaries.map((binary) => ({ entry: [urn(binary.id!)] })),
    },
    patientResource(patientId, patient),
    organisation(organizationId, hospital),
    pharmacist(clinicianId),
    ...binaries,
  ];
  const changed = options.change?.(resources) ?? resources;
  return wrapped(changed, { product: options.style ?? 'send-document-2', at, sender: hospital, documentId });
}

const section = (code: string, display: string, text: string, entries: readonly string[] = []) => ({
  title: display,
  code: snomedConcept(code, display),
  text: { status: 'additional', div: `<div xmlns="http://www.w3.org/1999/xhtml">${text}</div>` },
  ...(entries.length === 0 ? {} : { entry: entries.map(urn) }),
});

/** A flu vaccination of the Digital Medicines flow. */
export function vaccination({ patient, at }: { patient: Person; at: Date }): MadeMessage {
  const [patientId, clinicianId, organizationId, compositionId, given] = Array.from({ length: 5 }, () =>
    randomUUID(),
  ) as [string, string, string, string, string];
  const documentId = randomUUID();
  const resources: MessageResource[] = [
    {
      resourceType: 'Composition',
      id: compositionId,
      identifier: { system: itkSystem.uuid, value: documentId },
      status: 'final',
      type: snomedConcept('41000179103', 'Immunization record'),
      subject: urn(patientId),
      date: at.toISOString(),
      author: [urn(clinicianId)],
      title: 'Vaccination',
      custodian: urn(organizationId),
      section: [
        section('1102181000000102', 'Vaccinations', 'Flu vaccine given', [given]),
        section('886711000000101', 'GP practice', 'Sample Lane Surgery'),
        section('886731000000109', 'Patient demographics', 'As above'),
      ],
    },
    patientResource(patientId, patient),
    organisation(organizationId, pharmacy),
    pharmacist(clinicianId),
    {
      resourceType: 'Immunization',
      id: given,
      extension: [
        {
          url: itkExtension.vaccinationProcedure,
          valueCodeableConcept: snomedConcept(
            '955691000000108',
            'Seasonal influenza vaccination given by pharmacist',
          ),
        },
        { url: itkExtension.dateRecorded, valueDateTime: at.toISOString().slice(0, 10) },
      ],
      status: 'completed',
      notGiven: false,
      vaccineCode: snomedConcept('39114911000001105', 'Influenza vaccine'),
      patient: urn(patientId),
      date: at.toISOString().slice(0, 10),
      primarySource: true,
      lotNumber: 'B-17',
      expirationDate: '2027-05-01',
      practitioner: [
        { role: { coding: [{ system: itkSystem.immunizationRole, code: 'AP' }] }, actor: urn(clinicianId) },
      ],
    },
  ];
  return wrapped(resources, { product: 'vaccination', at, sender: pharmacy, documentId });
}
