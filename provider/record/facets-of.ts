// The status, detail and main SNOMED code that filters and lists look at.
// spec: access-record-structured §4 (search semantics), §11
import { system } from '@gp-connect/foundation/nhs';
import { codeIn, extension, isObject, objects, type ResourceJson, text } from './json.ts';

type Lookup = (type: string, id: string) => ResourceJson | undefined;

const statusElements: Readonly<Record<string, string>> = {
  AllergyIntolerance: 'clinicalStatus',
  Condition: 'clinicalStatus',
};

/** The status that filters look at; `entered-in-error` wins, wherever the type carries it. */
export function statusOf(resource: ResourceJson): string | null {
  if (resource.verificationStatus === 'entered-in-error') return 'entered-in-error';
  return text(resource[statusElements[resource.resourceType] ?? 'status']);
}

const detailRules: Readonly<Record<string, (resource: ResourceJson) => string | null>> = {
  Condition: (condition) =>
    text(extension(condition, 'Extension-CareConnect-ProblemSignificance-1')?.valueCode),
  Immunization: (immunisation) => (immunisation.notGiven === true ? 'not-given' : 'given'),
  MedicationRequest: (request) =>
    codeIn(
      extension(request, 'Extension-CareConnect-GPC-PrescriptionType-1')?.valueCodeableConcept,
      system.prescriptionType,
    ),
  MedicationStatement: (statement) =>
    codeIn(
      extension(statement, 'Extension-CareConnect-GPC-PrescribingAgency-1')?.valueCodeableConcept,
      system.prescribingAgency,
    ),
};

/** See IndexEntry.detail. */
export function detailOf(resource: ResourceJson): string | null {
  return detailRules[resource.resourceType]?.(resource) ?? null;
}

const codeElements: Readonly<Record<string, (resource: ResourceJson, lookup: Lookup) => unknown>> = {
  DocumentReference: (document) => document.type,
  Encounter: (encounter) => objects(encounter.type)[0],
  Immunization: (immunisation) =>
    extension(
      immunisation,
      'Extension-CareConnect-VaccinationProcedure-1',
      'Extension-CareConnect-GPC-VaccinationProcedure-1',
    )?.valueCodeableConcept ?? immunisation.vaccineCode,
  MedicationRequest: medicationCode,
  MedicationStatement: medicationCode,
  ReferralRequest: (referral) => objects(referral.reasonCode)[0],
  Specimen: (specimen) => specimen.type,
};

function medicationCode(resource: ResourceJson, lookup: Lookup): unknown {
  if (resource.medicationCodeableConcept !== undefined) return resource.medicationCodeableConcept;
  const reference = isObject(resource.medicationReference)
    ? resource.medicationReference.reference
    : undefined;
  if (typeof reference !== 'string' || !reference.startsWith('Medication/')) return undefined;
  return lookup('Medication', reference.slice('Medication/'.length))?.code;
}

/** The main SNOMED code: a drug's for its statements and requests, the first reason's for a referral. */
export function codeOf(resource: ResourceJson, lookup: Lookup): string | null {
  const find = codeElements[resource.resourceType];
  return codeIn(find === undefined ? resource.code : find(resource, lookup), system.snomed);
}
