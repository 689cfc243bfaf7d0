// Vaccinations given by a pharmacy or vaccination service. spec: messaging §7.2
import { londonDateTime } from '@gp-connect/foundation/fhir';
import {
  digitalMedicinesTypes,
  itkExtension,
  itkSystem,
  type MessageResource,
  messageSubject,
  vaccinationSections,
} from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';
import { type Composed, finished, stopped, subjectParts } from './composed.ts';
import type { ComposeContext, VaccinationInput, VaccineInput } from './input.ts';
import { organisationProblems, Problems, patientProblems, practitionerProblems } from './problems.ts';
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
import { patientText, practiceText, section } from './sections.ts';

function vaccineProblems(problems: Problems, vaccine: VaccineInput, at: number, now: Date): void {
  const field = `vaccinations[${at}]`;
  problems.code(`${field}.procedure`, vaccine.procedure, 'the vaccination procedure');
  problems.code(`${field}.vaccine`, vaccine.vaccine, 'the vaccine (dm+d)');
  problems.need(`${field}.date`, vaccine.date, 'the day of the vaccination');
  problems.past(`${field}.date`, vaccine.date, 'The day of the vaccination', now);
  const details = [vaccine.site, vaccine.route, vaccine.dose, vaccine.batch, vaccine.expires];
  if (!vaccine.given && details.some((detail) => detail !== undefined)) {
    problems.add(field, 'A vaccine that was not given has no site, route, dose or batch');
  }
  if (!vaccine.given && vaccine.reason === undefined) {
    problems.add(`${field}.reason`, 'Say why the vaccine was not given');
  }
  if (vaccine.given) {
    problems.need(`${field}.manufacturer`, vaccine.manufacturer, 'the manufacturer');
    problems.need(`${field}.batch`, vaccine.batch, 'the batch number');
    problems.need(`${field}.expires`, vaccine.expires, 'the expiry date of the batch');
    if (vaccine.expires !== undefined && vaccine.expires < vaccine.date.slice(0, 10)) {
      problems.add(`${field}.expires`, 'The batch had expired on the day of the vaccination');
    }
  }
}

function problemsOf(context: ComposeContext, input: VaccinationInput): Problems {
  const problems = new Problems();
  patientProblems(problems, input.patient, context.now);
  organisationProblems(problems, 'organisation', input.organisation);
  organisationProblems(problems, 'practice', input.practice);
  practitionerProblems(problems, input.practitioners, 1);
  problems.past('seen', input.seen, 'The day the patient was seen', context.now);
  if (input.vaccinations.length === 0) problems.add('vaccinations', 'Add the vaccination');
  for (const [at, vaccine] of input.vaccinations.entries())
    vaccineProblems(problems, vaccine, at, context.now);
  return problems;
}

function immunization(
  context: ComposeContext,
  vaccine: VaccineInput,
  patient: MessageResource,
  clinician: MessageResource,
): MessageResource {
  const id = context.newId();
  const { given, dose, reason } = vaccine;
  return withId(id, 'Immunization', {
    extension: [
      { url: itkExtension.vaccinationProcedure, valueCodeableConcept: snomedConcept(vaccine.procedure) },
      { url: itkExtension.dateRecorded, valueDateTime: londonDateTime(context.now) },
    ],
    identifier: [identifierOf(context, 'immunization', id)],
    status: 'completed',
    notGiven: !given,
    vaccineCode: concept(system.snomed, vaccine.vaccine),
    patient: refer(patient),
    date: vaccine.date,
    primarySource: true,
    manufacturer: vaccine.manufacturer && { display: vaccine.manufacturer },
    lotNumber: vaccine.batch,
    expirationDate: vaccine.expires,
    site: vaccine.site && snomedConcept(vaccine.site),
    route: vaccine.route && snomedConcept(vaccine.route),
    doseQuantity: dose && { ...dose, system: system.snomed },
    practitioner: [
      {
        role: concept(itkSystem.immunizationRole, {
          code: given ? 'AP' : 'EP',
          display: given ? 'Administering Provider' : 'Entering Provider',
        }),
        actor: refer(clinician),
      },
    ],
    explanation: reason && { [given ? 'reason' : 'reasonNotGiven']: [snomedConcept(reason)] },
  });
}

const vaccineText = ({ given, vaccine, date, batch, manufacturer, expires }: VaccineInput): string =>
  given
    ? `${vaccine.display}, ${date}, batch ${batch} (${manufacturer}, expires ${expires})`
    : `Not given: ${vaccine.display}, ${date}`;

/** Composes a vaccination message, or says what must be put right first. */
export async function composeVaccination(
  context: ComposeContext,
  input: VaccinationInput,
): Promise<Composed> {
  const refused = stopped(problemsOf(context, input));
  if (refused !== undefined) return refused;
  const kinds = vaccinationSections;
  const patient = patientResource(context, input.patient);
  const organisation = organisationResource(context, input.organisation);
  const practice = organisationResource(context, input.practice);
  const staff = input.practitioners.map((one) => staffResources(context, one, organisation));
  const given = input.vaccinations.map((vaccine) =>
    immunization(context, vaccine, patient, staff[0]!.practitioner),
  );
  const documentId = context.newId();
  const title = `${input.organisation.name} - Vaccination`;
  const composition = compositionResource(context, documentId, {
    type: digitalMedicinesTypes.vaccination,
    title,
    date: context.now,
    subject: patient,
    authors: [staff[0]!.practitioner],
    custodian: organisation,
    replaces: input.replaces,
    section: [
      section(kinds.gpPractice, practiceText(input.practice), [practice]),
      section(kinds.demographics, patientText(input.patient), [patient]),
      ...input.vaccinations.map((one, at) => section(kinds.vaccinations, vaccineText(one), [given[at]!])),
      ...(input.consent ? [section(kinds.consent, input.consent)] : []),
      ...(input.eligibility ? [section(kinds.eligibility, input.eligibility)] : []),
    ],
  });
  return finished(context, {
    product: 'vaccination',
    recipientType: input.recipientType,
    patient: input.patient,
    organisation: input.organisation,
    title,
    subject: messageSubject(subjectParts({ ...input, title: 'Vaccination' })),
    documentId,
    senderReference: input.activityId ?? context.newId(),
    replaces: input.replaces,
    resources: [
      composition,
      patient,
      organisation,
      practice,
      ...staff.flatMap(({ practitioner, role }) =>
        role === undefined ? [practitioner] : [practitioner, role],
      ),
      ...given,
    ],
  });
}
