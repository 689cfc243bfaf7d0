// A kept Update Record message back as the input it was composed of, so that it can be corrected and sent again.
// Reads what `composeUpdateRecord` writes. spec: messaging §5.4, §6.2–§6.4
import { type Bundle, fromXml } from '@gp-connect/foundation/fhir';
import {
  headingOf,
  type ItkDocument,
  itkExtension,
  itkSystem,
  type MessageResource,
  readMessage,
  serviceOf,
} from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';
import { seenInPrimaryCare } from './compose-update-record.ts';
import type {
  BloodPressureInput,
  BloodPressureKind,
  CodeInput,
  MeasurementInput,
  MeasurementKind,
  PractitionerInput,
  SupplyInput,
  TextHeading,
  UpdateRecordInput,
} from './input.ts';
import { bloodPressureCodes, findingCodes, measurementCodes, pregnancyCodes } from './observation-codes.ts';

// biome-ignore lint/suspicious/noExplicitAny: what is read was composed here
type Composed = any;

const codeOf = (concept: Composed): CodeInput => {
  const { code, display } = concept.coding[0];
  return { code, display };
};
const kindOf = <Kind extends string>(
  table: Readonly<Record<Kind, unknown>>,
  is: (kind: Kind) => boolean,
): Kind | undefined => (Object.keys(table) as Kind[]).find(is);

/** Undefined for a message that is no Update Record message. */
export function readUpdateRecord(xml: string): UpdateRecordInput | undefined {
  const document = readMessage(fromXml(xml) as unknown as Bundle)?.document;
  const service = document && serviceOf(document);
  if (document === undefined || service === undefined) return undefined;
  const of = (type: string): Composed[] => document.ofType(type).map(({ resource }) => resource);
  const [encounter] = of('Encounter');
  const [organisation] = of('Organization');
  const impressions = of('ClinicalImpression');
  const textOf = (heading: string) => impressions.find((one) => headingOf(one) === heading)?.summary;
  const headings = Object.fromEntries(
    impressions
      .filter((one) => headingOf(one) !== 'clinical-summary')
      .map((one) => [headingOf(one), one.summary]),
  ) as Partial<Record<TextHeading, string>>;
  const outcome = encounter.extension?.find(
    ({ url }: { url: string }) => url === itkExtension.outcomeOfAttendance,
  );
  const visit = codeOf(encounter.type[0]);
  const seen: string = encounter.period.start;
  const phone = organisation.telecom?.[0]?.value;
  const complaints = of('Condition').map((one) => ({
    ...codeOf(one.code),
    ...(one.clinicalStatus === 'active' ? {} : { status: one.clinicalStatus }),
  }));
  const supplies = of('MedicationDispense').map(supplyOf);
  return {
    patient: patientOf(of('Patient')[0]),
    organisation: {
      ods: organisation.identifier[0].value,
      name: organisation.name,
      ...(phone ? { phone } : {}),
    },
    practitioners: practitionersOf(document),
    service,
    seen,
    ...(visit.code === seenInPrimaryCare.code ? {} : { encounterType: visit }),
    ...(outcome ? { outcomeOfAttendance: codeOf(outcome.valueCodeableConcept) } : {}),
    clinicalSummary: textOf('clinical-summary'),
    ...(Object.keys(headings).length > 0 ? { headings } : {}),
    ...(complaints.length > 0 ? { presentingComplaints: complaints } : {}),
    ...observationsOf(of('Observation'), seen),
    ...(supplies.length > 0 ? { supplies } : {}),
    ...(service === 'contraception' ? { consentToShare: true } : {}),
  };
}

function patientOf({ identifier, name, gender, birthDate, address }: Composed): UpdateRecordInput['patient'] {
  const [{ family, given = [], prefix }] = name;
  const { line, postalCode } = address?.[0] ?? {};
  return {
    nhsNumber: identifier.find((one: Composed) => one.system === system.nhsNumber).value,
    family,
    given,
    ...(prefix ? { title: prefix[0] } : {}),
    birthDate,
    gender,
    ...(line ? { addressLines: line } : {}),
    ...(postalCode ? { postcode: postalCode } : {}),
  };
}

function practitionersOf(document: ItkDocument): PractitionerInput[] {
  return document.ofType('Practitioner').map(({ resource }: { resource: Composed }) => {
    const [{ family, given, prefix }] = resource.name;
    const identifier = (of: string) =>
      resource.identifier.find((one: Composed) => one.system === of)?.value as string | undefined;
    const role: Composed = document
      .ofType('PractitionerRole')
      .find(
        ({ resource: one }: { resource: Composed }) =>
          document.resolve(one.practitioner?.reference)?.resource === resource,
      )?.resource;
    const [sdsUserId, gphcNumber] = [identifier(system.sdsUser), identifier(itkSystem.gphc)];
    const phone = resource.telecom?.[0]?.value;
    return {
      family,
      ...(given ? { given } : {}),
      ...(prefix ? { title: prefix[0] } : {}),
      ...(sdsUserId ? { sdsUserId } : {}),
      ...(gphcNumber ? { gphcNumber } : {}),
      ...(phone ? { phone } : {}),
      ...(role ? { role: codeOf(role.code[0]) } : {}),
    };
  });
}

type Observed = Pick<
  UpdateRecordInput,
  | 'bloodPressures'
  | 'measurements'
  | 'irregularPulse'
  | 'ambulatoryDeclined'
  | 'ambulatoryReport'
  | 'pregnancy'
>;

function observationsOf(all: readonly Composed[], seen: string): Observed {
  const bloodPressures: BloodPressureInput[] = [];
  const measurements: MeasurementInput[] = [];
  let rest: Observed = {};
  for (const one of all) {
    const { code } = codeOf(one.code);
    const at = one.effectiveDateTime === seen ? {} : { at: one.effectiveDateTime as string };
    const pressure = kindOf<BloodPressureKind>(
      bloodPressureCodes,
      (kind) => bloodPressureCodes[kind].header.code === code,
    );
    const measure = kindOf<MeasurementKind>(measurementCodes, (kind) => measurementCodes[kind].code === code);
    const pregnancy = kindOf(pregnancyCodes, (kind) => pregnancyCodes[kind].code === code);
    if (pressure !== undefined) {
      const [systolic, diastolic] = one.component.map((part: Composed) => part.valueQuantity.value);
      const site = one.bodySite ? { bodySite: codeOf(one.bodySite) } : {};
      bloodPressures.push({ kind: pressure, systolic, diastolic, ...site, ...at });
    } else if (measure !== undefined) {
      const { value, code: unit } = one.valueQuantity;
      measurements.push({ kind: measure, value, unit, ...at });
    } else if (pregnancy !== undefined) {
      rest = { ...rest, pregnancy: { status: pregnancy, confirmedTerm: pregnancyCodes[pregnancy].display } };
    } else if (code === findingCodes.irregularPulse.code) rest = { ...rest, irregularPulse: true };
    else if (code === findingCodes.ambulatoryDeclined.code) rest = { ...rest, ambulatoryDeclined: true };
    else if (code === findingCodes.ambulatoryReport.code) {
      const { title, data } = one.valueAttachment;
      rest = { ...rest, ambulatoryReport: { title, pdf: Buffer.from(data, 'base64') } };
    }
  }
  return {
    ...(bloodPressures.length > 0 ? { bloodPressures } : {}),
    ...(measurements.length > 0 ? { measurements } : {}),
    ...rest,
  };
}

function supplyOf(resource: MessageResource): SupplyInput {
  const one = resource as Composed;
  const [{ text, patientInstruction }] = one.dosageInstruction;
  const { value, unit, code } = one.quantity;
  return {
    status: one.status,
    medicine: codeOf(one.medicationCodeableConcept),
    supplyType: codeOf(one.type),
    quantity: { value, unit, code },
    ...(one.daysSupply ? { daysSupply: one.daysSupply.value } : {}),
    ...(one.whenHandedOver ? { handedOver: one.whenHandedOver } : {}),
    dose: text,
    ...(patientInstruction === text ? {} : { patientInstruction }),
  };
}
