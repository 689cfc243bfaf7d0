// Element tables shared by the products: what every Composition, Patient and sender must say. spec: messaging §5.2, §6.2
import { system } from '../nhs/index.ts';
import {
  type ElementFault,
  type ElementRule,
  filled,
  hasTime,
  nhsNumberCheck,
  oneOf,
  refersTo,
  type ValueCheck,
  wholeDate,
} from './element-rules.ts';
import type { ItkDocument } from './message.ts';
import { jobRoleSystems, verificationExtensions } from './systems.ts';

const verificationStatus = (extension: unknown): boolean =>
  verificationExtensions.includes((extension as { url?: string }).url ?? '');

export const verified: ValueCheck = (value) => {
  const found = (
    value as { extension?: { url: string; valueCodeableConcept?: { coding?: { code?: string }[] } }[] }
  ).extension?.filter(verificationStatus);
  if (found === undefined || found.length !== 1) return 'needs exactly one NHS number verification status';
  return found[0]!.valueCodeableConcept?.coding?.[0]?.code === '01'
    ? undefined
    : 'needs verification status 01, number present and verified';
};

export const compositionRules: readonly ElementRule[] = [
  { path: 'identifier', min: 1 },
  { path: 'identifier.value', min: 1, check: filled },
  { path: 'status', min: 1, check: oneOf('final', 'preliminary', 'amended', 'entered-in-error') },
  { path: 'type', min: 1 },
  { path: 'type.coding:snomed', min: 1, issue: 'code-invalid' },
  { path: 'type.coding:snomed.code', min: 1 },
  { path: 'subject', min: 1, check: refersTo('Patient'), issue: 'structure' },
  { path: 'date', min: 1 },
  { path: 'date', check: hasTime, level: 'note' },
  { path: 'author', min: 1, check: refersTo('Practitioner', 'Organization', 'PractitionerRole') },
  { path: 'title', min: 1, check: filled },
  {
    path: 'confidentiality',
    // R is refused in a step of its own (R15).
    check: oneOf('U', 'L', 'M', 'N', 'R', 'V'),
    issue: 'code-invalid',
  },
  { path: 'custodian', check: refersTo('Organization') },
  { path: 'relatesTo:replaces', max: 1 },
  { path: 'relatesTo:replaces.targetIdentifier', min: 1 },
  { path: 'relatesTo:replaces.targetIdentifier.value', min: 1 },
  { path: 'section', min: 1 },
];

export const patientRules: readonly ElementRule[] = [
  { path: 'identifier:nhsNumber', min: 1, max: 1, check: verified },
  { path: 'identifier:nhsNumber.value', min: 1, check: nhsNumberCheck },
  { path: 'name:official', min: 1 },
  { path: 'name:named', max: 1 },
  { path: 'name:official.family', min: 1, check: filled },
  { path: 'birthDate', min: 1, check: wholeDate },
];

export const organisationRules: readonly ElementRule[] = [
  { path: 'identifier:ods', min: 1, max: 1 },
  { path: 'identifier:ods.value', min: 1, check: filled },
  { path: 'name', min: 1, check: filled },
];

export const practitionerRules: readonly ElementRule[] = [
  { path: 'name', min: 1, max: 1 },
  { path: 'name.family', min: 1, check: filled },
];

export const practitionerRoleRules: readonly ElementRule[] = [
  { path: 'practitioner', check: refersTo('Practitioner') },
  { path: 'organization', check: refersTo('Organization') },
  {
    path: 'code.coding.system',
    check: (value) => (jobRoleSystems.includes(String(value)) ? undefined : 'is not a system of job roles'),
    level: 'note',
  },
];

/** The code of a document's type. */
export function documentType(document: ItkDocument): string | undefined {
  return document.composition?.type?.coding?.find((coding) => coding.system === system.snomed)?.code;
}

/** A whole-document rule: at least one of a resource type must be there, of which `is` is true. */
export const needs =
  (
    resourceType: string,
    what: string,
    is: (resource: Record<string, unknown>) => boolean,
  ): ((document: ItkDocument) => ElementFault | undefined) =>
  (document) =>
    document.ofType(resourceType).some(({ resource }) => is(resource))
      ? undefined
      : { path: document.path, issue: 'required', reason: `${what} is missing` };
