// Update Record for the four pharmacy services. spec: messaging §6
import { londonDateTime } from '@gp-connect/foundation/fhir';
import {
  itkExtension,
  itkSystem,
  type MessageResource,
  messageSubject,
  pharmacyServices,
  type RecordHeading,
  recordHeadings,
} from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';
import { type Composed, finished, stopped, subjectParts } from './composed.ts';
import type { CodeInput, ComposeContext, SupplyInput, UpdateRecordInput } from './input.ts';
import {
  bloodPressureCodes,
  findingCodes,
  measurementCodes,
  millimetreOfMercury,
  pregnancyCodes,
} from './observation-codes.ts';
import {
  compositionResource,
  concept,
  identifierOf,
  organisationResource,
  patientResource,
  refer,
  snomedConcept,
  staffResources,
  withId,
} from './resources.ts';
import { updateRecordProblems } from './update-record-problems.ts';

/** What the clinical resources of one message share. */
interface Scene {
  readonly context: ComposeContext;
  readonly input: UpdateRecordInput;
  readonly patient: MessageResource;
  readonly encounter: MessageResource;
  readonly clinician: MessageResource;
}

const tag = (heading: RecordHeading) => ({
  tag: [{ system: itkSystem.heading, code: heading, display: recordHeadings[heading].display }],
});

const quantity = (value: number, [code, unit]: readonly [string, string]) => ({
  value,
  unit,
  system: system.ucum,
  code,
});

function identified(
  { context }: Scene,
  kind: string,
  resourceType: string,
  elements: Record<string, unknown>,
): MessageResource {
  const id = context.newId();
  return withId(id, resourceType, { identifier: [identifierOf(context, kind, id)], ...elements });
}

const categories = { 'vital-signs': 'Vital Signs', 'social-history': 'Social History' } as const;

function observation(
  scene: Scene,
  fields: {
    readonly code: CodeInput;
    readonly category?: keyof typeof categories;
    readonly heading?: RecordHeading;
    readonly at?: string | undefined;
    readonly byPatient?: boolean;
  },
  value: Record<string, unknown> = {},
): MessageResource {
  const category = fields.category ?? 'vital-signs';
  return identified(scene, 'observation', 'Observation', {
    meta: fields.heading && tag(fields.heading),
    status: 'final',
    category: [concept(itkSystem.observationCategory, { code: category, display: categories[category] })],
    code: snomedConcept(fields.code),
    subject: refer(scene.patient),
    context: refer(scene.encounter),
    effectiveDateTime: fields.at ?? scene.input.seen,
    issued: londonDateTime(scene.context.now),
    performer: [refer(fields.byPatient === true ? scene.patient : scene.clinician)],
    ...value,
  });
}

function* observations(scene: Scene): Generator<MessageResource> {
  const { input } = scene;
  for (const { kind, systolic, diastolic, bodySite, at } of input.bloodPressures ?? []) {
    const codes = bloodPressureCodes[kind];
    const part = (code: CodeInput, value: number) => ({
      code: snomedConcept(code),
      valueQuantity: quantity(value, millimetreOfMercury),
    });
    yield observation(
      scene,
      { code: codes.header, at, byPatient: kind === 'self-measured' },
      {
        ...(bodySite === undefined ? {} : { bodySite: snomedConcept(bodySite) }),
        component: [part(codes.systolic, systolic), part(codes.diastolic, diastolic)],
      },
    );
  }
  for (const { kind, value, unit, at } of input.measurements ?? []) {
    const { units, ...code } = measurementCodes[kind];
    const chosen = units.find(([ucum]) => ucum === unit) ?? units[0]!;
    yield observation(
      scene,
      { code, at, byPatient: kind.endsWith('-self') },
      { valueQuantity: quantity(value, chosen) },
    );
  }
  if (input.irregularPulse === true) yield observation(scene, { code: findingCodes.irregularPulse });
  if (input.ambulatoryDeclined === true) {
    yield observation(scene, {
      code: findingCodes.ambulatoryDeclined,
      category: 'social-history',
      heading: 'procedures-and-therapies',
    });
  }
  if (input.ambulatoryReport !== undefined) {
    const { title, pdf } = input.ambulatoryReport;
    const data = Buffer.from(pdf).toString('base64');
    yield observation(
      scene,
      { code: findingCodes.ambulatoryReport },
      { valueAttachment: { contentType: 'application/pdf', data, title } },
    );
  }
  if (input.pregnancy !== undefined) {
    yield observation(scene, {
      code: pregnancyCodes[input.pregnancy.status],
      category: 'social-history',
      heading: 'pregnancy-status',
    });
  }
}

function impression(scene: Scene, heading: RecordHeading, summary: string): MessageResource {
  return identified(scene, 'clinical-impression', 'ClinicalImpression', {
    meta: tag(heading),
    status: 'completed',
    subject: refer(scene.patient),
    context: refer(scene.encounter),
    date: scene.input.seen,
    assessor: refer(scene.clinician),
    summary,
  });
}

function complaint(scene: Scene, code: CodeInput & { status?: string }): MessageResource {
  return identified(scene, 'condition', 'Condition', {
    meta: tag('presenting-complaints-or-issues'),
    clinicalStatus: code.status ?? 'active',
    code: snomedConcept(code),
    subject: refer(scene.patient),
    context: refer(scene.encounter),
    assertedDate: scene.input.seen,
    asserter: refer(scene.clinician),
  });
}

function dispense(scene: Scene, supply: SupplyInput): MessageResource {
  return identified(scene, 'medication-dispense', 'MedicationDispense', {
    status: supply.status,
    category: concept(itkSystem.dispenseCategory, { code: 'community', display: 'Community' }),
    medicationCodeableConcept: concept(itkSystem.dmd, supply.medicine),
    subject: refer(scene.patient),
    context: refer(scene.encounter),
    performer: [{ actor: refer(scene.clinician) }],
    type: concept(itkSystem.supplyType, supply.supplyType),
    quantity: { ...supply.quantity, system: system.snomed },
    daysSupply: supply.daysSupply === undefined ? undefined : quantity(supply.daysSupply, ['d', 'day']),
    whenPrepared: supply.handedOver,
    whenHandedOver: supply.handedOver,
    dosageInstruction: [{ text: supply.dose, patientInstruction: supply.patientInstruction ?? supply.dose }],
  });
}

function encounterResource(
  context: ComposeContext,
  input: UpdateRecordInput,
  id: string,
  patient: MessageResource,
  clinician: MessageResource,
  pharmacy: MessageResource,
): MessageResource {
  const { outcomeOfAttendance: outcome } = input;
  return withId(id, 'Encounter', {
    extension: outcome && [
      {
        url: itkExtension.outcomeOfAttendance,
        valueCodeableConcept: concept(itkSystem.outcomeOfAttendance, outcome),
      },
    ],
    identifier: [identifierOf(context, 'encounter', id)],
    status: 'finished',
    type: [snomedConcept(input.encounterType ?? seenInPrimaryCare)],
    subject: refer(patient),
    participant: [
      {
        type: [concept(itkSystem.participantType, { code: 'REC', display: 'recorder' })],
        individual: refer(clinician),
      },
    ],
    period: { start: input.seen },
    reason: [snomedConcept(pharmacyServices[input.service])],
    serviceProvider: refer(pharmacy),
  });
}

/** What an encounter is where nothing else is said. */
export const seenInPrimaryCare = { code: '307778003', display: 'Seen in primary care establishment' };

/** Composes an Update Record message, or says what must be put right first. */
export async function composeUpdateRecord(
  context: ComposeContext,
  input: UpdateRecordInput,
): Promise<Composed> {
  const refused = stopped(updateRecordProblems(context, input));
  if (refused !== undefined) return refused;
  const service = pharmacyServices[input.service];
  const patient = patientResource(context, input.patient);
  const pharmacy = organisationResource(context, input.organisation);
  const staff = input.practitioners.map((one) => staffResources(context, one, pharmacy));
  const clinician = staff[0]!.practitioner;
  const encounterId = context.newId();
  const encounter = encounterResource(context, input, encounterId, patient, clinician, pharmacy);
  const scene: Scene = { context, input, patient, encounter, clinician };
  const headings = Object.entries(input.headings ?? {}) as [RecordHeading, string][];
  const listed = [
    encounter,
    pharmacy,
    ...staff.flatMap(({ practitioner, role }) =>
      role === undefined ? [practitioner] : [practitioner, role],
    ),
    patient,
    ...observations(scene),
    ...(input.supplies ?? []).map((supply) => dispense(scene, supply)),
    ...(input.presentingComplaints ?? []).map((code) => complaint(scene, code)),
    impression(scene, 'clinical-summary', input.clinicalSummary),
    ...headings.map(([heading, text]) => impression(scene, heading, text)),
  ];
  const documentId = context.newId();
  const title = `${input.organisation.name} - ${service.display}`;
  const composition = compositionResource(context, documentId, {
    type: service,
    title,
    date: context.now,
    subject: patient,
    authors: [clinician],
    custodian: pharmacy,
    replaces: input.replaces,
    section: [{ entry: listed.map(refer) }],
    more: { encounter: refer(encounter) },
  });
  return finished(context, {
    product: 'update-record',
    recipientType: input.recipientType,
    patient: input.patient,
    organisation: input.organisation,
    title,
    subject: messageSubject(subjectParts({ ...input, title: service.display })),
    documentId,
    senderReference: `urn:uuid:${encounterId}`,
    replaces: input.replaces,
    resources: [composition, ...listed],
  });
}
