// The two Digital Medicines documents: coded sections with mandatory text beside coded entries. spec: messaging §7
import { type CompositionSection, parseFhirDate } from '../fhir/index.ts';
import { hl7UkProfile, nhsProfile, system } from '../nhs/index.ts';
import type { DocumentModel, ResourceModel } from './document-model.ts';
import {
  type ElementFault,
  type ElementRule,
  filled,
  oneOf,
  refersTo,
  spacedNhsNumberCheck,
  type ValueCheck,
  wholeDate,
} from './element-rules.ts';
import type { ItkDocument } from './message.ts';
import {
  compositionRules,
  documentType,
  organisationRules,
  practitionerRoleRules,
  practitionerRules,
  verified,
} from './shared-element-tables.ts';
import { itkSystem } from './systems.ts';

export interface SectionKind {
  readonly code: string;
  readonly display: string;
  readonly system: string;
  readonly min: number;
  readonly max: number;
}

const section = (code: string, display: string, min = 0, max = 1, codeSystem: string = system.snomed) => ({
  code,
  display,
  system: codeSystem,
  min,
  max,
});

const gpPractice = section('886711000000101', 'GP practice', 1);
const demographics = section('886731000000109', 'Patient demographics', 1);

/** Sections of an Emergency Supply document. spec: messaging §7.1 */
export const emergencySupplySections = {
  gpPractice,
  demographics,
  medications: section('933361000000108', 'Medications and medical devices', 1),
  referral: section('886721000000107', 'Referral details'),
  contacts: section(
    'contacts-with-professionals',
    'Contacts with professionals',
    0,
    1,
    itkSystem.sectionCode,
  ),
  allergies: section('886921000000105', 'Allergies and adverse reactions'),
  history: section('717121000000105', 'History'),
  advice: section('1052951000000105', 'Information and advice given'),
  plan: section('887201000000105', 'Plan and requested actions'),
  legal: section('886961000000102', 'Legal information'),
  distribution: section('887261000000109', 'Distribution list'),
} as const satisfies Record<string, SectionKind>;

/** Sections of a Vaccination document. spec: messaging §7.2 */
export const vaccinationSections = {
  vaccinations: section('1102181000000102', 'Vaccinations', 1, 50),
  gpPractice,
  demographics,
  consent: section('61861000000100', 'Consent'),
  eligibility: section('61871000000107', 'Eligibility'),
  attendance: section('1077881000000105', 'Attendance details'),
} as const satisfies Record<string, SectionKind>;

export const digitalMedicinesTypes = {
  emergencySupply: {
    code: '1218611000000102',
    display: 'Urgent supply of prescription items by community pharmacy',
  },
  vaccination: { code: '41000179103', display: 'Immunization record' },
} as const;

const flattened = (sections: readonly CompositionSection[]): CompositionSection[] =>
  sections.flatMap((one) => [one, ...flattened(one.section ?? [])]);

/** Every section of the document, nested ones too. */
export function sectionsOf(document: ItkDocument): CompositionSection[] {
  return flattened(document.composition?.section ?? []);
}

const codesOf = (one: CompositionSection): string[] =>
  (one.code?.coding ?? []).flatMap(({ code }) => code ?? []);

const sectionCardinality =
  (kinds: Readonly<Record<string, SectionKind>>) =>
  (document: ItkDocument): ElementFault | undefined => {
    const present = sectionsOf(document);
    for (const kind of Object.values(kinds)) {
      const count = present.filter((one) => codesOf(one).includes(kind.code)).length;
      const path = `${document.path}.section`;
      if (count < kind.min) return { path, issue: 'required', reason: `section ${kind.display} is missing` };
      if (count > kind.max)
        return { path, issue: 'structure', reason: `section ${kind.display} is repeated` };
    }
    return undefined;
  };

const sectionTexts = (document: ItkDocument): ElementFault | undefined => {
  const bare = sectionsOf(document).some(
    ({ text, section: nested }) =>
      nested === undefined && !['generated', 'additional'].includes(text?.status ?? ''),
  );
  return bare
    ? { path: `${document.path}.section.text`, issue: 'required', reason: 'every section needs its text' }
    : undefined;
};

const typed =
  (code: string) =>
  (document: ItkDocument): ElementFault | undefined =>
    documentType(document) === code
      ? undefined
      : { path: `${document.path}.type`, issue: 'code-invalid', reason: 'is not the type of this product' };

/** Ten minutes of clock difference are forgiven. spec: messaging §10.6 DT-01 */
const notFuture: ValueCheck = (value, { now }) => {
  const date = parseFhirDate(String(value));
  if (date === undefined) return 'is not a date';
  return date.start > now.getTime() + 600_000 ? 'is in the future' : undefined;
};

const isGiven = ({ resource }: { resource: Record<string, unknown> }): boolean => resource.notGiven !== true;
const isNotGiven = ({ resource }: { resource: Record<string, unknown> }): boolean =>
  resource.notGiven === true;

const immunization: readonly ElementRule[] = [
  { path: 'status', min: 1, check: oneOf('completed') },
  { path: 'notGiven', min: 1 },
  ...['site', 'route', 'doseQuantity', 'lotNumber', 'expirationDate'].map(
    (path): ElementRule => ({ path, max: 0, issue: 'business-rule', when: isNotGiven }),
  ),
  { path: 'vaccineCode', min: 1 },
  { path: 'vaccineCode.coding', min: 1, when: isGiven },
  { path: 'patient', min: 1, check: refersTo('Patient'), issue: 'structure' },
  { path: 'date', min: 1, check: notFuture },
  { path: 'primarySource', min: 1 },
  ...['manufacturer', 'lotNumber', 'expirationDate'].map(
    (path): ElementRule => ({ path, min: 1, level: 'note', when: isGiven }),
  ),
  {
    path: 'practitioner.role.coding.code',
    check: oneOf('AP', 'EP', 'OP'),
    issue: 'code-invalid',
    level: 'note',
  },
  { path: 'practitioner.actor', check: refersTo('Practitioner') },
];

const dispense: readonly ElementRule[] = [
  { path: 'status', min: 1 },
  { path: 'medicationReference', min: 1, check: refersTo('Medication') },
  { path: 'subject', min: 1, check: refersTo('Patient'), issue: 'structure' },
  { path: 'performer', max: 1 },
  { path: 'quantity', min: 1 },
  { path: 'note', max: 1 },
  { path: 'detectedIssue', max: 0 },
  { path: 'notDone', max: 0 },
  { path: 'eventHistory', max: 0 },
  { path: 'dosageInstruction.method', max: 0 },
];

const patient: readonly ElementRule[] = [
  { path: 'identifier:nhsNumber', min: 1, max: 1, check: verified },
  { path: 'identifier:nhsNumber.value', min: 1, check: spacedNhsNumberCheck },
  {
    path: 'identifier:nhsNumber.value',
    check: (value) => (String(value).includes(' ') ? 'NHS number was sent with blanks' : undefined),
    level: 'note',
  },
  { path: 'name:official', min: 1 },
  { path: 'name:official.family', min: 1, check: filled },
  { path: 'birthDate', min: 1, check: wholeDate },
];

const any = (max: number, rules: readonly ElementRule[] = [], min = 0): ResourceModel => ({
  profiles: [],
  min,
  max,
  rules,
});

const sharedResources = (compositionProfile: string): Record<string, ResourceModel> => ({
  Composition: { profiles: [compositionProfile], min: 1, max: 1, rules: compositionRules },
  Patient: {
    profiles: [hl7UkProfile('CareConnect-Patient-1'), nhsProfile('CareConnect-GPC-Patient-1')],
    min: 1,
    max: 1,
    rules: patient,
  },
  Organization: any(20, organisationRules, 1),
  Practitioner: any(50, practitionerRules),
  PractitionerRole: any(50, practitionerRoleRules),
  Encounter: any(1),
  HealthcareService: any(20),
  Location: any(20),
  Condition: any(50),
  Observation: any(100),
  Consent: any(10),
});

export const emergencySupplyModel: DocumentModel = {
  resources: {
    ...sharedResources(nhsProfile('CareConnect-ITK-DM-EmergencySupply-Composition-1')),
    List: any(10, [
      { path: 'status', min: 1, check: oneOf('current') },
      { path: 'mode', min: 1, check: oneOf('snapshot') },
      { path: 'code', min: 1 },
    ]),
    Medication: any(100, [{ path: 'code', min: 1 }]),
    MedicationDispense: {
      profiles: [nhsProfile('CareConnect-ITK-MedicationDispense-1')],
      min: 0,
      max: 100,
      rules: dispense,
    },
    AllergyIntolerance: any(100),
  },
  wholes: [
    typed(digitalMedicinesTypes.emergencySupply.code),
    sectionCardinality(emergencySupplySections),
    sectionTexts,
  ],
};

export const vaccinationModel: DocumentModel = {
  resources: {
    ...sharedResources(nhsProfile('CareConnect-ITK-DM-Immunization-Composition-1')),
    Immunization: {
      profiles: [nhsProfile('CareConnect-ITK-DM-Immunization-1')],
      min: 0,
      max: 50,
      rules: immunization,
    },
    AllergyIntolerance: any(100),
  },
  wholes: [
    typed(digitalMedicinesTypes.vaccination.code),
    sectionCardinality(vaccinationSections),
    sectionTexts,
  ],
};
