// Immunisations given and not given, and the consent entries that stand in the same list.
// spec: access-record-structured §11.5

import type { Immunization, Reference } from '@gp-connect/foundation/fhir';
import { hl7UkProfile } from '@gp-connect/foundation/nhs';
import { isoDay } from '../calendar.ts';
import { codeable, coded, deepFreeze } from './codes.ts';
import { quantity } from './observations.ts';
import { dateOf, instantOf, type Occasion, type RecordWriter } from './writer.ts';

const ext = {
  recorded: hl7UkProfile('Extension-CareConnect-DateRecorded-1'),
  procedure: hl7UkProfile('Extension-CareConnect-VaccinationProcedure-1'),
  parentPresent: hl7UkProfile('Extension-CareConnect-ParentPresent-1'),
};
const unknownProduct = deepFreeze(coded('http://hl7.org/fhir/v3/NullFlavor', 'UNK', 'Unknown'));
const role = deepFreeze({
  administered: coded('http://hl7.org/fhir/v2/0443', 'AP', 'Administering Provider'),
  entered: coded('http://hl7.org/fhir/v2/0443', 'EP', 'Entering Provider'),
});

export interface ImmunisationFacts {
  /** The vaccination procedure, or the "not done" situation for one not given. */
  readonly procedure: string;
  readonly product?: string;
  readonly notGiven?: string;
  readonly child?: boolean;
  /** Reported by somebody else, e.g. a pharmacy. */
  readonly reportedBy?: string;
  readonly dose?: { readonly sequence: number; readonly series: number; readonly disease: string };
}

export function immunise(writer: RecordWriter, at: Occasion, facts: ImmunisationFacts): Reference {
  const id = writer.newId();
  const given = facts.notGiven === undefined;
  const administered = given && facts.reportedBy === undefined;
  const left = (at.day & 1) === 0;
  const made: Immunization = {
    resourceType: 'Immunization',
    id,
    meta: writer.meta('Immunization'),
    extension: [
      ...(facts.child && administered ? [{ url: ext.parentPresent, valueBoolean: true }] : []),
      { url: ext.recorded, valueDateTime: instantOf(at) },
      { url: ext.procedure, valueCodeableConcept: codeable(writer.style, facts.procedure) },
    ],
    identifier: writer.identifier(id),
    status: 'completed',
    notGiven: !given,
    vaccineCode: facts.product === undefined ? unknownProduct : codeable(writer.style, facts.product),
    patient: writer.patient,
    ...(at.encounter === undefined ? {} : { encounter: at.encounter }),
    date: dateOf(at),
    primarySource: facts.reportedBy === undefined,
    ...(facts.reportedBy === undefined ? {} : { reportOrigin: { text: facts.reportedBy } }),
  };
  if (administered) {
    made.location = { reference: `Location/${writer.actors.locations[0]!.id}` };
    made.lotNumber = `LOT${String((Math.abs(at.day) * 7919) % 100_000).padStart(5, '0')}`;
    made.expirationDate = isoDay(at.day + 240);
    made.site = codeable(writer.style, left ? '368208006' : '368209003');
    made.route = codeable(writer.style, '78421000');
    made.doseQuantity = quantity(0.5, 'mL');
  }
  made.practitioner = [
    { role: administered ? role.administered : role.entered, actor: at.clinician.reference },
  ];
  if (facts.notGiven !== undefined) made.explanation = { reasonNotGiven: [{ text: facts.notGiven }] };
  if (facts.dose && given) {
    made.vaccinationProtocol = [
      {
        doseSequence: facts.dose.sequence,
        seriesDoses: facts.dose.series,
        targetDisease: [{ text: facts.dose.disease }],
        doseStatus: coded('http://hl7.org/fhir/vaccination-protocol-dose-status', 'count', 'Counts'),
      },
    ];
  }
  return writer.add(made);
}

const SIX_IN_ONE = 'Diphtheria, tetanus, pertussis, polio and Haemophilus influenzae b';
const dose = (sequence: number, series: number, disease: string) => ({ sequence, series, disease });

/** The childhood schedule by age in days, as far as the demonstration codes go. */
export const childhoodSchedule: readonly {
  age: number;
  procedure: string;
  dose: ImmunisationFacts['dose'] & object;
}[] = [
  { age: 57, procedure: '414259000', dose: dose(1, 3, SIX_IN_ONE) },
  { age: 57, procedure: '720539004', dose: dose(1, 3, 'Meningococcal group B disease') },
  { age: 85, procedure: '415507003', dose: dose(2, 3, SIX_IN_ONE) },
  { age: 85, procedure: '247631000000101', dose: dose(1, 2, 'Pneumococcal disease') },
  { age: 113, procedure: '415712004', dose: dose(3, 3, SIX_IN_ONE) },
  {
    age: 368,
    procedure: '428975001',
    dose: dose(1, 1, 'Haemophilus influenzae b and meningococcal group C disease'),
  },
  { age: 368, procedure: '38598009', dose: dose(1, 2, 'Measles, mumps and rubella') },
  { age: 368, procedure: '247641000000105', dose: dose(2, 2, 'Pneumococcal disease') },
  { age: 1240, procedure: '170433008', dose: dose(2, 2, 'Measles, mumps and rubella') },
];

export const vaccines = {
  influenza: '822851000000102',
  influenzaByPharmacist: '955691000000108',
  pneumococcal: '571631000119106',
  covidFirst: '1324681000000101',
  covidSecond: '1324691000000104',
  covidProduct: '39114911000001105',
  hepatitisA: '170378007',
  mmrDeclined: '247151000000100',
  influenzaNoConsent: '868491000000103',
} as const;
