// The Update Record document: its element tables. spec: messaging §6.1–§6.3
import { hl7UkProfile, nhsProfile } from '../nhs/index.ts';
import type { DocumentModel, ResourceModel } from './document-model.ts';
import {
  documentSubject,
  type ElementFault,
  type ElementRule,
  filled,
  oneOf,
  refersTo,
} from './element-rules.ts';
import type { ItkDocument, MessageEntry } from './message.ts';
import { headingOf, recordHeadings, serviceOf } from './pharmacy-services.ts';
import {
  compositionRules,
  needs,
  organisationRules,
  patientRules,
  practitionerRoleRules,
  practitionerRules,
} from './shared-element-tables.ts';

const identified: readonly ElementRule[] = [
  { path: 'identifier', min: 1 },
  { path: 'identifier.system', min: 1 },
  { path: 'identifier.value', min: 1 },
];
const aboutThePatient: readonly ElementRule[] = [
  { path: 'subject', min: 1, check: refersTo('Patient'), issue: 'structure' },
  { path: 'subject', check: documentSubject, issue: 'business-rule' },
];
const inTheEncounter: ElementRule = { path: 'context', check: refersTo('Encounter'), issue: 'structure' };
const snomedCoded = (path: string): readonly ElementRule[] => [
  { path, min: 1 },
  { path: `${path}.coding:snomed`, min: 1 },
  { path: `${path}.coding:snomed.code`, min: 1 },
  { path: `${path}.coding:snomed.display`, min: 1, check: filled },
];
const tagged: readonly ElementRule[] = [
  { path: 'meta', min: 1 },
  { path: 'meta.tag:heading', min: 1, max: 1 },
];
const taggedAs = (carrier: string): ElementRule => ({
  path: 'meta.tag:heading.code',
  check: (code) =>
    (recordHeadings as Record<string, { carrier: string }>)[String(code)]?.carrier === carrier
      ? undefined
      : `is not a record heading that ${carrier} carries`,
  issue: 'code-invalid',
});

const composition: readonly ElementRule[] = [
  ...compositionRules,
  { path: 'encounter', min: 1, check: refersTo('Encounter'), issue: 'structure' },
  {
    path: 'type',
    check: (_, { document }) =>
      serviceOf(document) === undefined ? 'is not one of the four pharmacy services' : undefined,
    issue: 'code-invalid',
  },
  { path: 'status', check: oneOf('final'), issue: 'code-invalid' },
  // R and V are refused in a step of their own (R15).
  { path: 'confidentiality', check: oneOf('N', 'R', 'V'), issue: 'code-invalid' },
  { path: 'section.text', max: 0, issue: 'business-rule' },
  { path: 'section.entry', min: 1 },
];

/** What the document's sections must list at least. */
const listed =
  (what: string, is: (resource: MessageEntry['resource']) => boolean) =>
  (document: ItkDocument): ElementFault | undefined => {
    const entries = (document.composition?.section ?? []).flatMap(({ entry = [] }) => entry);
    return entries.some(({ reference }) => {
      const found = document.resolve(reference);
      return found !== undefined && is(found.resource);
    })
      ? undefined
      : { path: `${document.path}.section.entry`, issue: 'required', reason: `does not list ${what}` };
  };

const encounter: readonly ElementRule[] = [
  ...identified,
  { path: 'status', min: 1, check: oneOf('finished') },
  { path: 'type', min: 1, max: 1 },
  { path: 'type.coding:snomed', min: 1, max: 1, issue: 'code-invalid' },
  ...aboutThePatient,
  { path: 'participant', min: 1 },
  { path: 'participant.type', min: 1, level: 'note' },
  { path: 'participant.individual', min: 1, check: refersTo('Practitioner') },
  { path: 'period', min: 1 },
  { path: 'period.start', min: 1 },
  { path: 'reason', min: 1, level: 'note' },
  { path: 'serviceProvider', min: 1, level: 'note' },
];

const isSocial = ({ resource }: { resource: Record<string, unknown> }): boolean =>
  (resource.category as { coding?: { code?: string }[] }[] | undefined)?.some((category) =>
    category.coding?.some(({ code }) => code === 'social-history'),
  ) ?? false;
const hasValue = (resource: Record<string, unknown>): boolean =>
  resource.component !== undefined || Object.keys(resource).some((name) => name.startsWith('value'));
/** Findings that say everything by their code. spec: messaging §6.4 */
const valueless = new Set(['861231000000105', '61086009']);

const observation: readonly ElementRule[] = [
  ...identified,
  taggedAs('Observation'),
  { path: 'status', min: 1, check: oneOf('final') },
  { path: 'category', min: 1 },
  { path: 'category.coding.code', check: oneOf('vital-signs', 'social-history'), issue: 'code-invalid' },
  ...snomedCoded('code'),
  ...aboutThePatient,
  inTheEncounter,
  { path: 'effectiveDateTime', min: 1 },
  { path: 'issued', min: 1 },
  { path: 'performer', min: 1, check: refersTo('Practitioner', 'Patient', 'Organization') },
  {
    path: 'code',
    check: (code, { resource }) =>
      hasValue(resource) ||
      (code as { coding?: { code?: string }[] }).coding?.some((coding) => valueless.has(coding.code ?? ''))
        ? undefined
        : 'has neither a value nor components',
    issue: 'required',
    when: (context) => !isSocial(context),
  },
  { path: 'component.code.coding:snomed.display', min: 1, check: filled },
  { path: 'component.valueQuantity', min: 1 },
  ...['valueQuantity', 'component.valueQuantity'].flatMap((path): ElementRule[] => [
    { path: `${path}.value`, min: 1 },
    { path: `${path}.code`, min: 1 },
  ]),
  { path: 'valueAttachment.title', min: 1 },
];

const impression: readonly ElementRule[] = [
  ...tagged,
  taggedAs('ClinicalImpression'),
  { path: 'identifier', min: 1 },
  { path: 'status', min: 1, check: oneOf('completed') },
  ...aboutThePatient,
  inTheEncounter,
  { path: 'date', level: 'note', min: 1 },
  { path: 'assessor', check: refersTo('Practitioner'), min: 1, level: 'note' },
  { path: 'summary', min: 1, check: filled, issue: 'required' },
];

const condition: readonly ElementRule[] = [
  ...tagged,
  taggedAs('Condition'),
  { path: 'clinicalStatus', min: 1, check: oneOf('active', 'resolved') },
  ...snomedCoded('code'),
  ...aboutThePatient,
  inTheEncounter,
  { path: 'assertedDate', min: 1 },
  { path: 'asserter', min: 1, check: refersTo('Practitioner') },
];

const completed = ({ resource }: { resource: Record<string, unknown> }): boolean =>
  resource.status === 'completed';

const dispense: readonly ElementRule[] = [
  ...identified,
  { path: 'status', min: 1, check: oneOf('completed', 'stopped') },
  { path: 'medicationCodeableConcept', min: 1 },
  { path: 'medicationCodeableConcept.coding:medicine', min: 1, issue: 'code-invalid' },
  { path: 'medicationCodeableConcept.coding:medicine.code', min: 1 },
  { path: 'medicationCodeableConcept.coding:medicine.display', min: 1, check: filled },
  {
    path: 'medicationCodeableConcept.coding:snomed',
    check: () => 'dm+d under the system of SNOMED CT',
    level: 'note',
  },
  ...aboutThePatient,
  inTheEncounter,
  { path: 'performer', min: 1, max: 1 },
  { path: 'performer.actor', min: 1, check: refersTo('Practitioner') },
  { path: 'type', min: 1, level: 'note' },
  { path: 'quantity', min: 1, max: 1 },
  ...['value', 'unit', 'system', 'code'].map((name): ElementRule => ({ path: `quantity.${name}`, min: 1 })),
  { path: 'whenHandedOver', min: 1, when: completed },
  { path: 'dosageInstruction', min: 1 },
  { path: 'dosageInstruction.text', min: 1, check: filled },
  { path: 'dosageInstruction.patientInstruction', min: 1, check: filled },
  { path: 'receiver', max: 1 },
];

const nhs = (tail: string, min: number, max: number, rules: readonly ElementRule[]): ResourceModel => ({
  profiles: [nhsProfile(`CareConnect-GPC-${tail}-1`)],
  min,
  max,
  rules,
});

const plainIdentifier = (slice: string): ElementRule[] =>
  ['use', 'type', 'period', 'assigner'].map((name) => ({ path: `identifier:${slice}.${name}`, max: 0 }));

export const updateRecordModel: DocumentModel = {
  profiled: ['Bundle', 'Composition', 'Encounter', 'Observation', 'ClinicalImpression', 'Condition'],
  resources: {
    Composition: {
      profiles: [hl7UkProfile('CareConnect-Composition-1')],
      min: 1,
      max: 1,
      rules: composition,
    },
    Patient: nhs('Patient', 1, 1, [
      ...patientRules,
      ...plainIdentifier('nhsNumber'),
      { path: 'gender', min: 1 },
      { path: 'address.postalCode', min: 1, level: 'note' },
      { path: 'address.state', max: 0 },
      { path: 'photo', max: 0 },
      { path: 'animal', max: 0 },
      { path: 'communication', max: 0 },
    ]),
    Organization: nhs('Organization', 1, 20, [
      ...organisationRules,
      ...plainIdentifier('ods'),
      { path: 'type', max: 1 },
    ]),
    Practitioner: nhs('Practitioner', 1, 50, [
      ...practitionerRules,
      {
        path: 'identifier:gphc.value',
        check: (value) => (/^\d{7}$/.test(String(value)) ? undefined : 'is not seven digits'),
        level: 'note',
      },
    ]),
    PractitionerRole: nhs('PractitionerRole', 0, 50, [
      ...practitionerRoleRules,
      { path: 'code.coding.display', min: 1, level: 'note' },
    ]),
    Encounter: nhs('Encounter', 1, 1, encounter),
    ClinicalImpression: nhs('ClinicalImpression', 1, 100, impression),
    Observation: nhs('Observation', 0, 500, observation),
    MedicationDispense: nhs('MedicationDispense', 0, 100, dispense),
    Condition: nhs('Condition', 0, 50, condition),
  },
  wholes: [
    needs(
      'ClinicalImpression',
      'a ClinicalImpression tagged clinical-summary',
      (resource) => headingOf(resource) === 'clinical-summary',
    ),
    listed('the Encounter', ({ resourceType }) => resourceType === 'Encounter'),
    listed(
      'a ClinicalImpression tagged clinical-summary',
      (resource) =>
        resource.resourceType === 'ClinicalImpression' && headingOf(resource) === 'clinical-summary',
    ),
  ],
};
