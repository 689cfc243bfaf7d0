// Allergies and intolerances: active, ended, degraded, and the statement that none is known.
// spec: access-record-structured §11.1

import type { AllergyIntolerance, CodeableConcept, Reference } from '@gp-connect/foundation/fhir';
import { nhsProfile } from '@gp-connect/foundation/nhs';
import { isoDay } from '../calendar.ts';
import { codeable, coded } from './codes.ts';
import { dateOf, type Occasion, type RecordWriter } from './writer.ts';

export interface AllergyFacts {
  readonly conceptId: string;
  readonly code?: CodeableConcept;
  readonly category?: 'medication' | 'environment';
  readonly type?: 'allergy' | 'intolerance';
  readonly criticality?: 'high' | 'low' | 'unable-to-assess';
  readonly reaction?: { readonly manifestation: string; readonly severity?: 'mild' | 'moderate' | 'severe' };
  readonly onset?: number;
  readonly note?: string;
  readonly ended?: { readonly day: number; readonly reason: string };
}

/** Files one allergy. A reaction without a code carries the null flavour NI. */
export function allergy(writer: RecordWriter, at: Occasion, facts: AllergyFacts): Reference {
  const id = writer.newId();
  const made: AllergyIntolerance = {
    resourceType: 'AllergyIntolerance',
    id,
    meta: writer.meta('AllergyIntolerance'),
    identifier: writer.identifier(id),
    clinicalStatus: facts.ended ? 'resolved' : 'active',
    verificationStatus: 'unconfirmed',
    ...(facts.type === undefined ? {} : { type: facts.type }),
    category: [facts.category ?? 'medication'],
    ...(facts.criticality === undefined ? {} : { criticality: facts.criticality }),
    code: facts.code ?? codeable(writer.style, facts.conceptId),
    patient: writer.patient,
    ...(facts.onset === undefined ? {} : { onsetDateTime: isoDay(facts.onset).slice(0, 4) }),
    assertedDate: dateOf(at),
    recorder: at.clinician.reference,
    asserter: at.clinician.reference,
    ...(facts.note === undefined ? {} : { note: [{ text: facts.note }] }),
  };
  const extension = [
    ...(at.encounter === undefined
      ? []
      : [
          {
            url: 'http://hl7.org/fhir/StructureDefinition/encounter-associatedEncounter',
            valueReference: at.encounter,
          },
        ]),
    ...(facts.ended === undefined
      ? []
      : [
          {
            url: nhsProfile('Extension-CareConnect-GPC-AllergyIntoleranceEnd-1'),
            extension: [
              { url: 'endDate', valueDateTime: isoDay(facts.ended.day) },
              { url: 'reasonEnded', valueString: facts.ended.reason },
            ],
          },
        ]),
  ];
  if (extension.length > 0) made.extension = extension;
  if (facts.reaction) {
    const { manifestation, severity } = facts.reaction;
    made.reaction = [
      {
        manifestation: [
          manifestation === 'NI'
            ? coded('http://hl7.org/fhir/v3/NullFlavor', 'NI', 'NoInformation')
            : codeable(writer.style, manifestation),
        ],
        ...(severity === undefined ? {} : { severity }),
        ...(facts.category === 'environment' ? {} : { exposureRoute: codeable(writer.style, '26643006') }),
      },
    ];
  }
  return writer.add(made);
}

/** "No known allergy": only where the record has no active allergy. */
export function noKnownAllergies(writer: RecordWriter, at: Occasion): Reference {
  return allergy(writer, at, { conceptId: '716186003' });
}

/** What people of England are allergic to, and how common it is. */
export const commonAllergies: readonly { share: number; facts: AllergyFacts; children: boolean }[] = [
  {
    share: 0.055,
    children: true,
    facts: {
      conceptId: '91936005',
      reaction: { manifestation: '247472004', severity: 'moderate' },
      type: 'allergy',
      criticality: 'low',
    },
  },
  {
    share: 0.02,
    children: true,
    facts: { conceptId: '294505008', reaction: { manifestation: '271807003', severity: 'mild' } },
  },
  {
    share: 0.015,
    children: false,
    facts: {
      conceptId: '293586001',
      reaction: { manifestation: 'NI', severity: 'moderate' },
      note: 'Wheeze after aspirin',
    },
  },
  {
    share: 0.012,
    children: false,
    facts: {
      conceptId: '91931000',
      type: 'intolerance',
      reaction: { manifestation: '422587007', severity: 'mild' },
    },
  },
  { share: 0.006, children: false, facts: { conceptId: '293584003' } },
  {
    share: 0.012,
    children: true,
    facts: {
      conceptId: '91935009',
      category: 'environment',
      criticality: 'high',
      reaction: { manifestation: '39579001', severity: 'severe' },
    },
  },
  {
    share: 0.008,
    children: true,
    facts: { conceptId: '91930004', category: 'environment', reaction: { manifestation: '247472004' } },
  },
  {
    share: 0.012,
    children: false,
    facts: { conceptId: '1003755004', category: 'environment', reaction: { manifestation: '247472004' } },
  },
  { share: 0.02, children: true, facts: { conceptId: '232346004', category: 'environment' } },
  {
    share: 0.008,
    children: false,
    facts: { conceptId: '300915004', category: 'environment', note: 'Certainty: Definite' },
  },
  {
    share: 0.01,
    children: true,
    facts: { conceptId: '738069006', category: 'environment', type: 'intolerance' },
  },
];
