// Emergency supply of medicines by a pharmacy. spec: messaging §7.1
import {
  digitalMedicinesTypes,
  emergencySupplySections,
  itkExtension,
  itkSystem,
  type MessageResource,
  messageSubject,
} from '@gp-connect/foundation/itk3';
import { nhsProfile, system } from '@gp-connect/foundation/nhs';
import { type Composed, finished, stopped, subjectParts } from './composed.ts';
import type {
  ComposeContext,
  EmergencySupplyHeading,
  EmergencySupplyInput,
  EmergencySupplyItem,
} from './input.ts';
import { organisationProblems, Problems, patientProblems, practitionerProblems } from './problems.ts';
import {
  compositionResource,
  concept,
  identifierOf,
  made,
  organisationResource,
  patientResource,
  refer,
  snomedConcept,
  staffResources,
  withId,
} from './resources.ts';
import { patientText, practiceText, section } from './sections.ts';

const pharmacySetting = { code: '310080006', display: 'Pharmacy service' };
const dispensedList = { code: '163541000000107', display: 'Dispensed Medication' };
const allergyList = { code: '886921000000105', display: 'Allergies and adverse reactions' };
const noKnownDrugAllergy = { code: '409137002', display: 'No known drug allergy' };

function problemsOf(context: ComposeContext, input: EmergencySupplyInput): Problems {
  const problems = new Problems();
  const { now } = context;
  patientProblems(problems, input.patient, now);
  organisationProblems(problems, 'organisation', input.organisation);
  organisationProblems(problems, 'practice', input.practice);
  practitionerProblems(problems, input.practitioners, 1);
  problems.past('seen', input.seen, 'The day the patient was seen', now);
  if (input.supplies.length === 0) problems.add('supplies', 'Add the medicine supplied');
  for (const [at, item] of input.supplies.entries()) {
    const field = `supplies[${at}]`;
    problems.code(`${field}.medicine`, item.medicine, 'the medicine (dm+d)');
    problems.need(`${field}.dose`, item.dose, 'the dose in words');
    problems.need(`${field}.quantity.text`, item.quantity.text, 'the quantity in words');
    if (!(item.quantity.value > 0))
      problems.add(`${field}.quantity.value`, 'The quantity must be more than nothing');
    problems.past(`${field}.handedOver`, item.handedOver, 'The day of handing over', now);
  }
  if (input.noKnownDrugAllergy === true && input.allergies) {
    problems.add('allergies', 'Either there are allergies, or none are known');
  }
  return problems;
}

function withIdentifier(
  context: ComposeContext,
  kind: string,
  resourceType: string,
  elements: Record<string, unknown>,
): MessageResource {
  const id = context.newId();
  return withId(id, resourceType, { identifier: [identifierOf(context, kind, id)], ...elements });
}

/** A resource of the supply with the profile its product's table leaves open. */
const profiled = (
  context: ComposeContext,
  resourceType: string,
  profile: string,
  elements: Record<string, unknown>,
): MessageResource => made(context, resourceType, { meta: { profile: [nhsProfile(profile)] }, ...elements });

function dispense(
  context: ComposeContext,
  item: EmergencySupplyItem,
  medication: MessageResource,
  patient: MessageResource,
  clinician: MessageResource,
): MessageResource {
  const id = context.newId();
  const { value, unit, text } = item.quantity;
  return withId(id, 'MedicationDispense', {
    identifier: [identifierOf(context, 'medication-dispense', id)],
    status: 'completed',
    medicationReference: refer(medication),
    subject: refer(patient),
    performer: [{ actor: refer(clinician) }],
    quantity: { extension: [{ url: itkExtension.quantityText, valueString: text }], value, unit },
    whenHandedOver: item.handedOver,
    note: item.note ? [{ text: item.note }] : undefined,
    dosageInstruction: [{ text: item.dose }],
  });
}

const itemText = ({ medicine, quantity, dose, handedOver }: EmergencySupplyItem): string =>
  `${medicine.display}: ${quantity.text}. ${dose}. Handed over ${handedOver}`;

/** Composes an emergency supply message, or says what must be put right first. */
export async function composeEmergencySupply(
  context: ComposeContext,
  input: EmergencySupplyInput,
): Promise<Composed> {
  const refused = stopped(problemsOf(context, input));
  if (refused !== undefined) return refused;
  const kinds = emergencySupplySections;
  const patient = patientResource(context, input.patient);
  const pharmacy = organisationResource(context, input.organisation);
  const practice = organisationResource(context, input.practice);
  const staff = input.practitioners.map((one) => staffResources(context, one, pharmacy));
  const clinician = staff[0]!.practitioner;
  const encounterId = context.newId();
  const encounter = withId(encounterId, 'Encounter', {
    meta: { profile: [nhsProfile('CareConnect-ITK-Encounter-1')] },
    identifier: [identifierOf(context, 'encounter', encounterId)],
    status: 'finished',
    subject: refer(patient),
    participant: [
      {
        type: [concept(itkSystem.encounterParticipation, { code: 'PPRF', display: 'primary performer' })],
        individual: refer(clinician),
      },
    ],
    period: { start: input.seen },
    serviceProvider: refer(pharmacy),
  });
  const medications = input.supplies.map(({ medicine }) =>
    profiled(context, 'Medication', 'CareConnect-ITK-Medication-1', { code: snomedConcept(medicine) }),
  );
  const dispenses = input.supplies.map((item, at) =>
    dispense(context, item, medications[at]!, patient, clinician),
  );
  const list = (profile: string, code: typeof dispensedList, entries: readonly MessageResource[]) =>
    withIdentifier(context, 'list', 'List', {
      meta: { profile: [nhsProfile(profile)] },
      status: 'current',
      mode: 'snapshot',
      title: code.display,
      // Both lists' profiles leave no place for text beside the code.
      code: { coding: [{ system: system.snomed, ...code }] },
      subject: refer(patient),
      entry: entries.map((entry) => ({ item: refer(entry) })),
    });
  const dispensed = list('CareConnect-ITK-MedicationDispense-List-1', dispensedList, dispenses);
  const allergies =
    input.noKnownDrugAllergy === true
      ? [
          profiled(context, 'AllergyIntolerance', 'CareConnect-ITK-AllergyIntolerance-1', {
            clinicalStatus: 'active',
            verificationStatus: 'unconfirmed',
            category: ['medication'],
            code: snomedConcept(noKnownDrugAllergy),
            patient: refer(patient),
            assertedDate: input.seen,
          }),
        ]
      : [];
  const allergyLists = allergies.map((one) => list('CareConnect-ITK-Allergy-List-1', allergyList, [one]));
  const allergyText = input.allergies ?? (allergies.length > 0 ? noKnownDrugAllergy.display : undefined);
  const headings = Object.entries(input.headings ?? {}) as [EmergencySupplyHeading, string][];
  const documentId = context.newId();
  const title = `${input.organisation.name} - Emergency supply of medicines`;
  const composition = compositionResource(context, documentId, {
    type: digitalMedicinesTypes.emergencySupply,
    title,
    date: context.now,
    subject: patient,
    authors: [clinician],
    custodian: pharmacy,
    replaces: input.replaces,
    section: [
      section(kinds.gpPractice, practiceText(input.practice), [practice]),
      section(kinds.demographics, patientText(input.patient), [patient]),
      section(kinds.medications, input.supplies.map(itemText).join('\n'), [dispensed]),
      ...(allergyText ? [section(kinds.allergies, allergyText, allergyLists)] : []),
      ...headings.map(([heading, text]) => section(kinds[heading], text)),
    ],
    more: {
      encounter: refer(encounter),
      extension: [{ url: itkExtension.careSetting, valueCodeableConcept: snomedConcept(pharmacySetting) }],
    },
  });
  return finished(context, {
    product: 'emergency-supply',
    recipientType: input.recipientType,
    patient: input.patient,
    organisation: input.organisation,
    title,
    subject: messageSubject(subjectParts({ ...input, title: 'Emergency supply of medicines' })),
    documentId,
    senderReference: input.activityId ?? `urn:uuid:${encounterId}`,
    replaces: input.replaces,
    resources: [
      composition,
      encounter,
      patient,
      pharmacy,
      practice,
      ...staff.flatMap(({ practitioner, role }) =>
        role === undefined ? [practitioner] : [practitioner, role],
      ),
      ...medications,
      ...dispenses,
      dispensed,
      ...allergies,
      ...allergyLists,
    ],
  });
}
