// Everything rules ask about a message, worked out once. No judgement is made here.
import {
  type CodeableConcept,
  type Coding,
  decimalNumber,
  type FhirDate,
  findCodings,
  isSameUrl,
  type Meta,
  type Observation,
  parseFhirDate,
  type Reference,
  snomedSystem,
} from '../fhir/index.ts';
import { dmdSystem, type Terminology } from '../terminology/index.ts';
import { type CodedItem, codedItemsOf } from './coded-items.ts';
import type { Entry, UpdateRecordContent } from './content.ts';
import { headingSystem, type Quantity, quantityOf, unitsOf } from './contract-tables.ts';
import { type DispenseFacts, dispenseFacts } from './dispense-facts.ts';
import type { MedicineGroup } from './pack.ts';
import { type PressureReading, pressureReadingOf } from './pressure-reading.ts';
import type { RecordContext } from './record-context.ts';

/** An observation by its SNOMED code. */
export interface ObservationFacts {
  readonly ref: string;
  readonly resource: Observation;
  readonly code: string;
  readonly heading: string | undefined;
  readonly effective: FhirDate | undefined;
  readonly quantity: Quantity | undefined;
  readonly value: number | undefined;
  readonly unit: string | undefined;
  /** The value in the unit rules reckon in; undefined if the unit is not allowed. */
  readonly standardValue: number | undefined;
  /** Display and text as sent. */
  readonly words: readonly string[];
}

export interface FreeText {
  readonly ref: string;
  readonly heading: string | undefined;
  readonly text: string;
}

export interface Facts {
  readonly content: UpdateRecordContent;
  readonly record: RecordContext;
  readonly terminology: Terminology;
  readonly groups: Readonly<Record<string, MedicineGroup>>;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly receivedAt: number;
  readonly service: string | undefined;
  readonly encounterStart: FhirDate | undefined;
  readonly birth: FhirDate | undefined;
  /** Years and months of age at the encounter; undefined without a birth date. */
  readonly age: number | undefined;
  readonly ageInMonths: number | undefined;
  /** Recorded sex in the record and in the message, where said. */
  readonly sexes: ReadonlySet<string>;
  readonly codedItems: readonly CodedItem[];
  readonly observations: readonly ObservationFacts[];
  readonly pressures: readonly PressureReading[];
  readonly dispenses: readonly DispenseFacts[];
  readonly texts: readonly FreeText[];
  readonly conditionCodes: readonly { readonly ref: string; readonly code: string }[];
}

/** The SNOMED coding of a concept. */
export function snomedCoding(concept: CodeableConcept | undefined): Coding | undefined {
  return findCodings(concept, snomedSystem)[0] ?? findCodings(concept, dmdSystem)[0];
}

/** Display and text of a concept, as sent. */
export function wordsOf(concept: CodeableConcept | undefined): string[] {
  const shown = [...(concept?.coding ?? []).map(({ display }) => display), concept?.text];
  return shown.filter((text): text is string => text !== undefined && text.trim() !== '');
}

/** The record heading a resource is tagged with. */
export function headingOf(meta: Meta | undefined): string | undefined {
  return meta?.tag?.find(({ system }) => system !== undefined && isSameUrl(system, headingSystem))?.code;
}

export const dateOf = (text: string | undefined): FhirDate | undefined =>
  text === undefined ? undefined : parseFhirDate(text);

/** Whether a reference names an entry, as `urn:uuid:…`, bare uuid or `Type/id`. */
export function refersTo(
  reference: Reference | undefined,
  entry: Entry<{ id?: string | undefined; resourceType: string }>,
): boolean {
  const text = reference?.reference;
  if (text === undefined) return false;
  const bare = (value: string): string => value.replace(/^urn:uuid:/i, '').toLowerCase();
  if (bare(text) === bare(entry.fullUrl)) return true;
  const { id, resourceType } = entry.resource;
  return id !== undefined && (text === `${resourceType}/${id}` || bare(text) === id.toLowerCase());
}

/** Whole months between two instants by the calendar. */
function monthsBetween(from: number, to: number): number {
  const a = new Date(from);
  const b = new Date(to);
  const months = (b.getUTCFullYear() - a.getUTCFullYear()) * 12 + b.getUTCMonth() - a.getUTCMonth();
  return b.getUTCDate() < a.getUTCDate() ? months - 1 : months;
}

/** Noon of the first day of a date, so that the zone never shifts the calendar day. */
const noon = (date: FhirDate): number => date.start + 12 * 3_600_000;

function observationFacts({ fullUrl, resource }: Entry<Observation>): ObservationFacts {
  const code = snomedCoding(resource.code)?.code ?? '';
  const quantity = quantityOf[code];
  const value = decimalNumber(resource.valueQuantity?.value);
  const unit = resource.valueQuantity?.code;
  const convert = quantity === undefined || unit === undefined ? undefined : unitsOf[quantity][unit];
  return {
    ref: fullUrl,
    resource,
    code,
    heading: headingOf(resource.meta),
    effective: dateOf(resource.effectiveDateTime ?? resource.effectivePeriod?.start),
    quantity,
    value,
    unit,
    standardValue: value === undefined ? undefined : convert?.(value),
    words: wordsOf(resource.code),
  };
}

/** Reads a message for the rules. */
export function factsOf(
  content: UpdateRecordContent,
  record: RecordContext,
  terminology: Terminology,
  groups: Readonly<Record<string, MedicineGroup>>,
  now: Date,
): Facts {
  const encounterStart = dateOf(
    content.encounter.resource.period?.start ?? content.composition.resource.date,
  );
  const birth = dateOf(record.demographics?.birthDate ?? content.patient.resource.birthDate);
  const at = encounterStart === undefined ? now.getTime() : noon(encounterStart);
  const months = birth === undefined ? undefined : monthsBetween(noon(birth), at);
  const sexes = [record.demographics?.gender, content.patient.resource.gender];
  const observations = content.observations.map(observationFacts);
  return {
    content,
    record,
    terminology,
    groups,
    now: now.getTime(),
    receivedAt: dateOf(record.receivedAt)?.start ?? now.getTime(),
    service: snomedCoding(content.composition.resource.type)?.code,
    encounterStart,
    birth,
    age: months === undefined ? undefined : Math.floor(months / 12),
    ageInMonths: months,
    sexes: new Set(sexes.filter((sex): sex is NonNullable<typeof sex> => sex !== undefined)),
    codedItems: codedItemsOf(content),
    observations,
    pressures: content.observations.flatMap((entry) => pressureReadingOf(entry) ?? []),
    dispenses: content.medicationDispenses.map((entry) => dispenseFacts(entry, terminology, groups)),
    texts: content.clinicalImpressions.map(({ fullUrl, resource }) => ({
      ref: fullUrl,
      heading: headingOf(resource.meta),
      text: resource.summary ?? '',
    })),
    conditionCodes: content.conditions.flatMap(({ fullUrl, resource }) => {
      const code = snomedCoding(resource.code)?.code;
      return code === undefined ? [] : [{ ref: fullUrl, code }];
    }),
  };
}
