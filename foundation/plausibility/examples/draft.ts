// A message being written, with the record it goes to: made-up people, real codes. For tests and benchmarks.

import type {
  ClinicalImpression,
  Composition,
  Condition,
  Encounter,
  MedicationDispense,
  Observation,
  Organization,
  Patient,
  Practitioner,
  PractitionerRole,
} from '../../fhir/index.ts';
import { makeNhsNumber } from '../../nhs/index.ts';
import type { Entry, UpdateRecordContent } from '../content.ts';
import { headingSystem } from '../contract-tables.ts';
import type { RecordContext } from '../record-context.ts';

export type Random = () => number;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The parts of a record, each of which may be taken away or replaced. */
export type DraftRecord = Mutable<Required<RecordContext>>;

export interface Draft {
  composition: Entry<Composition>;
  patient: Entry<Patient>;
  encounter: Entry<Encounter>;
  organizations: Entry<Organization>[];
  practitioners: Entry<Practitioner>[];
  practitionerRoles: Entry<PractitionerRole>[];
  clinicalImpressions: Entry<ClinicalImpression>[];
  observations: Entry<Observation>[];
  medicationDispenses: Entry<MedicationDispense>[];
  conditions: Entry<Condition>[];
  sentAt: string;
  record: DraftRecord;
  readonly now: Date;
  /** The day of the encounter, `2026-11-20`. */
  readonly day: string;
  readonly random: Random;
  readonly next: () => string;
}

export interface Medicine {
  readonly code: string;
  readonly display: string;
  readonly quantity: number;
  readonly unit: readonly [name: string, code: string];
  readonly days: number;
  readonly perDay: number;
  readonly text: string;
}

const snomed = 'http://snomed.info/sct';
const dmd = 'https://dmd.nhs.uk';
const ucum = 'http://unitsofmeasure.org';
const identifiers = 'https://pharmacy.example/id';
const dayMs = 86_400_000;

/** Small seeded generator (mulberry32): the same seed gives the same messages. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
export const between = (random: Random, from: number, to: number): number =>
  from + Math.floor(random() * (to - from + 1));
/** A day so many days from a day. */
export const daysFrom = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * dayMs).toISOString().slice(0, 10);

export const coded = (code: string, display: string) => ({
  coding: [{ system: snomed, code, display }],
  text: display,
});

function tagged(heading: string) {
  return { tag: [{ system: headingSystem, code: heading }] };
}

function entryOf<T extends { id?: string | undefined }>(
  draft: Pick<Draft, 'next'>,
  build: (id: string) => T,
): Entry<T> {
  const id = draft.next();
  return { fullUrl: `urn:uuid:${id}`, resource: build(id) };
}

const subjectOf = (draft: Draft) => ({ reference: draft.patient.fullUrl });
const staffOf = (draft: Draft) => ({ reference: draft.practitioners[0]!.fullUrl });

export function addText(draft: Draft, heading: string, summary: string): Entry<ClinicalImpression> {
  const entry = entryOf<ClinicalImpression>(draft, (id) => ({
    resourceType: 'ClinicalImpression',
    id,
    meta: tagged(heading),
    identifier: [{ system: identifiers, value: id }],
    status: 'completed',
    subject: subjectOf(draft),
    context: { reference: draft.encounter.fullUrl },
    date: draft.day,
    assessor: staffOf(draft),
    summary,
  }));
  draft.clinicalImpressions.push(entry);
  return entry;
}

function addObservation(
  draft: Draft,
  category: string,
  code: string,
  display: string,
  more: Partial<Observation>,
): Entry<Observation> {
  const entry = entryOf<Observation>(draft, (id) => ({
    resourceType: 'Observation',
    id,
    identifier: [{ system: identifiers, value: id }],
    status: 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: category }] },
    ],
    code: coded(code, display),
    subject: subjectOf(draft),
    context: { reference: draft.encounter.fullUrl },
    effectiveDateTime: draft.day,
    issued: `${draft.day}T14:40:00+00:00`,
    performer: [staffOf(draft)],
    ...more,
  }));
  draft.observations.push(entry);
  return entry;
}

/** A statement without a value, under social history. */
export function addStatement(
  draft: Draft,
  code: string,
  display: string,
  heading?: string,
): Entry<Observation> {
  return addObservation(
    draft,
    'social-history',
    code,
    display,
    heading === undefined ? {} : { meta: tagged(heading) },
  );
}

export function addMeasurement(
  draft: Draft,
  code: string,
  display: string,
  value: number,
  unit: string,
): Entry<Observation> {
  return addObservation(draft, 'vital-signs', code, display, {
    valueQuantity: { value, unit, system: ucum, code: unit },
  });
}

/** Header, systolic and diastolic, each with its display. */
export type PressureCodes = readonly [
  header: readonly [string, string],
  systolic: readonly [string, string],
  diastolic: readonly [string, string],
];

export const pressureCodes: readonly PressureCodes[] = [
  [
    ['163020007', 'O/E - blood pressure reading'],
    ['72313002', 'Systolic arterial pressure'],
    ['1091811000000102', 'Diastolic arterial pressure'],
  ],
  [
    ['163035008', 'Sitting blood pressure'],
    ['407554009', 'Sitting systolic blood pressure'],
    ['407555005', 'Sitting diastolic blood pressure'],
  ],
  [
    ['163034007', 'Standing blood pressure'],
    ['400974009', 'Standing systolic blood pressure'],
    ['400975005', 'Standing diastolic blood pressure'],
  ],
  [
    ['163033001', 'Lying blood pressure reading'],
    ['407556006', 'Lying systolic blood pressure'],
    ['407557002', 'Lying diastolic blood pressure'],
  ],
  [
    ['335661000000109', 'Self measured blood pressure reading'],
    ['1162737008', 'Self reported systolic blood pressure'],
    ['1162735000', 'Self reported diastolic blood pressure'],
  ],
];
export const sitting = pressureCodes[1]!;
export const ambulatory: PressureCodes = [
  ['2181371000000107', 'Average ambulatory blood pressure'],
  ['2181381000000109', 'Average ambulatory systolic blood pressure'],
  ['2181391000000106', 'Average ambulatory diastolic blood pressure'],
];

export function addPressure(
  draft: Draft,
  codes: PressureCodes,
  systolic: number,
  diastolic: number,
): Entry<Observation> {
  const part = ([code, display]: readonly [string, string], value: number) => ({
    code: coded(code, display),
    valueQuantity: { value, unit: 'millimeter of mercury', system: ucum, code: 'mm[Hg]' },
  });
  return addObservation(draft, 'vital-signs', codes[0][0], codes[0][1], {
    component: [part(codes[1], systolic), part(codes[2], diastolic)],
  });
}

export function addCondition(draft: Draft, code: string, display: string): Entry<Condition> {
  const entry = entryOf<Condition>(draft, (id) => ({
    resourceType: 'Condition',
    id,
    meta: tagged('presenting-complaints-or-issues'),
    identifier: [{ system: identifiers, value: id }],
    clinicalStatus: 'active',
    code: coded(code, display),
    subject: subjectOf(draft),
    context: { reference: draft.encounter.fullUrl },
    assertedDate: draft.day,
    asserter: staffOf(draft),
  }));
  draft.conditions.push(entry);
  return entry;
}

export function addDispense(
  draft: Draft,
  medicine: Medicine,
  supplyType = 'patient-group-direction',
): Entry<MedicationDispense> {
  const { code, display, quantity, unit, days, perDay, text } = medicine;
  const entry = entryOf<MedicationDispense>(draft, (id) => ({
    resourceType: 'MedicationDispense',
    id,
    identifier: [{ system: identifiers, value: id }],
    status: 'completed',
    medicationCodeableConcept: { coding: [{ system: dmd, code, display }], text: display },
    subject: subjectOf(draft),
    context: { reference: draft.encounter.fullUrl },
    performer: [{ actor: staffOf(draft) }],
    type: {
      coding: [
        {
          system: 'https://fhir.hl7.org.uk/STU3/CodeSystem/CareConnect-MedicationSupplyType-1',
          code: supplyType,
        },
      ],
    },
    quantity: { value: quantity, unit: unit[0], system: snomed, code: unit[1] },
    daysSupply: { value: days, unit: 'day', system: ucum, code: 'd' },
    whenPrepared: draft.day,
    whenHandedOver: draft.day,
    dosageInstruction: [
      {
        text,
        patientInstruction: text,
        timing: { repeat: { frequency: perDay, period: 1, periodUnit: 'd' } },
      },
    ],
  }));
  draft.medicationDispenses.push(entry);
  return entry;
}

const services = {
  bloodPressure: ['1659111000000107', 'Community Pharmacy Blood Pressure Check Service'],
  contraception: ['1659121000000101', 'Community Pharmacy Contraception Service'],
  minorIllness: ['1577041000000109', 'Community Pharmacist Consultation Service for minor illness'],
  urgentSupply: [
    '1577321000000100',
    'Community Pharmacist Consultation Service for urgent supply of prescription items',
  ],
} as const;

export type ServiceName = keyof typeof services;
const families = ['LARK', 'WREN', 'FINCH', 'HERON', 'SWIFT', 'CURLEW', 'DUNNOCK', 'PLOVER'];
const forenames = {
  female: ['Ada', 'Bess', 'Clara', 'Dora', 'Greta', 'Hilda'],
  male: ['Alfred', 'Bruno', 'Cuthbert', 'Dennis', 'Hugo', 'Oswin'],
};

export interface Person {
  readonly sex: 'female' | 'male';
  readonly age: number;
}

/** A message of one service with its people and an empty body, and a record that knows the same patient. */
export function newDraft(name: ServiceName, person: Person, random: Random, now: Date): Draft {
  let count = 0;
  const run = between(random, 0, 0xffffffff).toString(16).padStart(8, '0');
  const next = (): string => {
    count += 1;
    return `${run}-0001-4a00-8a00-${count.toString(16).padStart(12, '0')}`;
  };
  const today = now.toISOString().slice(0, 10);
  const day = daysFrom(today, -between(random, 0, 2));
  const birthDate = `${Number(day.slice(0, 4)) - person.age - 1}-12-${String(between(random, 10, 28)).padStart(2, '0')}`;
  const family = pick(random, families);
  const given = [pick(random, forenames[person.sex])];
  const postcode = `ZZ${between(random, 1, 9)} ${between(random, 1, 9)}ZZ`;
  let nhsNumber: string | null = null;
  while (nhsNumber === null)
    nhsNumber = makeNhsNumber(`9${String(between(random, 0, 99_999_999)).padStart(8, '0')}`);
  const make = <T extends { id?: string | undefined }>(build: (id: string) => T) => entryOf({ next }, build);
  const service = coded(services[name][0], services[name][1]);
  const patient = make<Patient>((id) => ({
    resourceType: 'Patient',
    id,
    identifier: [{ system: 'https://fhir.nhs.uk/Id/nhs-number', value: nhsNumber }],
    name: [{ use: 'official', family, given }],
    gender: person.sex,
    birthDate,
    address: [{ postalCode: postcode }],
  }));
  const organization = make<Organization>((id) => ({
    resourceType: 'Organization',
    id,
    identifier: [{ system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: 'FZZ01' }],
    name: 'Made-up Pharmacy',
  }));
  const practitioner = make<Practitioner>((id) => ({
    resourceType: 'Practitioner',
    id,
    identifier: [
      {
        system: 'https://fhir.hl7.org.uk/Id/gphc-number',
        value: String(between(random, 2_000_000, 2_999_999)),
      },
    ],
    name: [{ family: 'Teal', given: ['Robin'] }],
  }));
  const encounter = make<Encounter>((id) => ({
    resourceType: 'Encounter',
    id,
    identifier: [{ system: identifiers, value: id }],
    status: 'finished',
    type: [coded('307778003', 'Seen in primary care establishment')],
    subject: { reference: patient.fullUrl },
    participant: [{ individual: { reference: practitioner.fullUrl } }],
    period: { start: day },
    reason: [service],
    serviceProvider: { reference: organization.fullUrl },
  }));
  const composition = make<Composition>((id) => ({
    resourceType: 'Composition',
    id,
    identifier: { system: identifiers, value: id },
    status: 'final',
    type: service,
    subject: { reference: patient.fullUrl },
    encounter: { reference: encounter.fullUrl },
    date: day,
    author: [{ reference: practitioner.fullUrl }],
    title: `Made-up Pharmacy - ${services[name][1]}`,
  }));
  const role = make<PractitionerRole>((id) => ({
    resourceType: 'PractitionerRole',
    id,
    practitioner: { reference: practitioner.fullUrl },
    organization: { reference: organization.fullUrl },
  }));
  return {
    composition,
    patient,
    encounter,
    organizations: [organization],
    practitioners: [practitioner],
    practitionerRoles: [role],
    clinicalImpressions: [],
    observations: [],
    medicationDispenses: [],
    conditions: [],
    sentAt: `${day}T17:30:00+00:00`,
    record: {
      demographics: { gender: person.sex, birthDate, family, given, postcode },
      observations: [],
      problems: [],
      allergies: [],
      medicines: [],
      pregnancy: { state: 'unknown' },
      bloodPressureTarget: null,
      recentMessages: [],
      sender: { ods: 'FZZ01', isActivePharmacy: true },
      receivedAt: now.toISOString(),
    },
    now,
    day,
    random,
    next,
  };
}

/** A draft as the engine takes it. */
export function contentOf(draft: Draft): UpdateRecordContent {
  const { record: _record, now: _now, day: _day, random: _random, next: _next, ...content } = draft;
  return content;
}
