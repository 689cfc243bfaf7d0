// What a resource is within the record, by type and the elements that tell its uses apart.
// spec: access-record-structured §6.5, §8, §11 (uses), design §2

import { system } from '@gp-connect/foundation/nhs';
import { immunisationStatusCodes } from './immunisation-status.ts';
import { codeIn, extension, type ResourceJson } from './json.ts';
import type { Role } from './types.ts';

/** What is known about an entry from its surroundings rather than from itself. */
export interface Surroundings {
  /** Reached from a DiagnosticReport. */
  reportPart: boolean;
  /** The source's Immunisations list named it. */
  immunisationStatus: boolean;
}

export const alone: Surroundings = { reportPart: false, immunisationStatus: false };

/** Free text of a consultation. spec: §8 */
export const commentNoteCode = '37331000000100';

export const structureListRoles: Readonly<Record<string, Role>> = {
  '325851000000107': 'consultation-list',
  '25851000000105': 'topic-list',
  '24781000000107': 'heading-list',
};

export const actorTypes: ReadonlySet<string> = new Set([
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Location',
  'HealthcareService',
  'Device',
]);

type RoleRule = Role | ((resource: ResourceJson, around: Surroundings) => Role);

const roleRules: Readonly<Record<string, RoleRule>> = {
  Patient: 'patient',
  Practitioner: 'actor',
  PractitionerRole: 'actor',
  Organization: 'actor',
  Location: 'actor',
  HealthcareService: 'actor',
  Device: 'actor',
  RelatedPerson: 'actor',
  AllergyIntolerance: (allergy) =>
    allergy.clinicalStatus === 'resolved' ||
    allergy.clinicalStatus === 'inactive' ||
    extension(allergy, 'Extension-CareConnect-GPC-AllergyIntoleranceEnd-1') !== undefined
      ? 'allergy-ended'
      : 'allergy-active',
  Binary: 'binary',
  Condition: 'problem',
  DiagnosticReport: 'report',
  DocumentReference: 'document',
  Encounter: 'encounter',
  Immunization: 'immunisation',
  List: (list) => structureListRoles[codeIn(list.code, system.snomed) ?? ''] ?? 'other',
  Medication: 'medication',
  MedicationRequest: (request) => (request.intent === 'plan' ? 'plan' : 'order'),
  MedicationStatement: 'statement',
  Observation: observationRole,
  ProcedureRequest: (request) => (request.intent === 'plan' ? 'diary' : 'test-request'),
  QuestionnaireResponse: 'questionnaire-response',
  ReferralRequest: 'referral',
  Specimen: 'specimen',
};

function observationRole(observation: ResourceJson, around: Surroundings): Role {
  if (around.reportPart) return 'report-part';
  const code = codeIn(observation.code, system.snomed) ?? '';
  if (code === commentNoteCode) return 'narrative';
  if (around.immunisationStatus || immunisationStatusCodes.has(code)) return 'immunisation-status';
  return 'uncategorised';
}

/** The role of a resource. One that was entered in error is `other`: in no area and no list. */
export function roleOf(resource: ResourceJson, around: Surroundings): Role {
  if (isEnteredInError(resource)) return 'other';
  const rule = roleRules[resource.resourceType];
  if (rule === undefined) return 'other';
  return typeof rule === 'function' ? rule(resource, around) : rule;
}

export function isEnteredInError(resource: ResourceJson): boolean {
  return resource.status === 'entered-in-error' || resource.verificationStatus === 'entered-in-error';
}
