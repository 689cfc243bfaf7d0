// The Send Document document, v1 and v2. spec: messaging §5.2
import { hl7UkProfile, nhsProfile } from '../nhs/index.ts';
import type { DocumentModel } from './document-model.ts';
import { type ElementFault, refersTo } from './element-rules.ts';
import type { ItkDocument, MessageEntry } from './message.ts';
import {
  compositionRules,
  organisationRules,
  patientRules,
  practitionerRoleRules,
  practitionerRules,
} from './shared-element-tables.ts';

/** Document types of refset 1127551000000109 that the guides name. */
export const documentTypes = {
  clinicalEncounter: { code: '371531000', display: 'Report of clinical encounter' },
  remoteHealth: { code: '149701000000109', display: 'Remote health correspondence' },
  remoteConsultation: { code: '325871000000103', display: 'Remote consultation encounter type' },
  onlineConsultation: { code: '149951000000107', display: 'Online consultation report' },
} as const;

/**
 * The attachments of a document in the order of its sections; the first is the primary document.
 * Deployed senders list other resources in the same section: only Binary entries count.
 */
export function attachmentEntries(document: ItkDocument): MessageEntry[] {
  const listed = (document.composition?.section ?? []).flatMap((section) =>
    (section.entry ?? []).flatMap(({ reference }) => document.resolve(reference) ?? []),
  );
  const ordered = [...listed, ...document.ofType('Binary')];
  return [...new Set(ordered)].filter(({ resource }) => resource.resourceType === 'Binary');
}

const isListed = (document: ItkDocument): ElementFault | undefined => {
  const listed = (document.composition?.section ?? []).some((section) =>
    section.entry?.some(({ reference }) => document.resolve(reference)?.resource.resourceType === 'Binary'),
  );
  return listed
    ? undefined
    : { path: `${document.path}.section`, issue: 'required', reason: 'no section refers to an attachment' };
};

export const sendDocumentModel: DocumentModel = {
  resources: {
    Composition: {
      profiles: [hl7UkProfile('CareConnect-Composition-1'), hl7UkProfile('CareConnect-GPC-Composition-1')],
      min: 1,
      max: 1,
      rules: [
        ...compositionRules,
        { path: 'text', min: 1, level: 'note' },
        { path: 'custodian', min: 1, level: 'note' },
        { path: 'section.entry', min: 1 },
        { path: 'encounter', check: refersTo('Encounter') },
      ],
    },
    Patient: {
      profiles: [hl7UkProfile('CareConnect-Patient-1'), nhsProfile('CareConnect-GPC-Patient-1')],
      min: 1,
      max: 1,
      rules: [...patientRules, { path: 'gender', min: 1, level: 'note' }],
    },
    Organization: {
      profiles: [hl7UkProfile('CareConnect-Organization-1'), nhsProfile('CareConnect-GPC-Organization-1')],
      min: 1,
      max: 20,
      rules: organisationRules,
    },
    Practitioner: {
      profiles: [hl7UkProfile('CareConnect-Practitioner-1'), nhsProfile('CareConnect-GPC-Practitioner-1')],
      min: 0,
      max: 50,
      rules: practitionerRules,
    },
    PractitionerRole: {
      profiles: [
        hl7UkProfile('CareConnect-PractitionerRole-1'),
        nhsProfile('CareConnect-GPC-PractitionerRole-1'),
      ],
      min: 0,
      max: 50,
      rules: practitionerRoleRules,
    },
    Encounter: {
      profiles: [hl7UkProfile('CareConnect-Encounter-1'), nhsProfile('CareConnect-GPC-Encounter-1')],
      min: 0,
      max: 1,
      rules: [],
    },
    Binary: {
      profiles: [nhsProfile('ITK-Attachment-Binary-1')],
      min: 1,
      max: 100,
      rules: [
        { path: 'contentType', min: 1 },
        { path: 'content', min: 1 },
        { path: 'securityContext', max: 0 },
      ],
    },
  },
  wholes: [isListed],
};
