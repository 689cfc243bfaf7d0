// A supplied (or refused) medicine as rules need it. spec: messaging §6.2 MedicationDispense, §10.7
import {
  type Coding,
  decimalNumber,
  type FhirDate,
  type MedicationDispense,
  parseFhirDate,
} from '../fhir/index.ts';
import { dmdSystem, type Product, type Terminology } from '../terminology/index.ts';
import type { Entry } from './content.ts';
import { type Dose, doseFromStructure, doseFromText } from './dose.ts';
import type { MedicineGroup } from './pack.ts';

export interface DispenseFacts {
  readonly ref: string;
  readonly resource: MedicationDispense;
  readonly isCompleted: boolean;
  readonly isStopped: boolean;
  readonly coding: Coding | undefined;
  readonly product: Product | undefined;
  /** The release's term, the display and the text, in lower case. */
  readonly names: string;
  /** Groups of the rule pack it belongs to, by code or by name. */
  readonly groups: ReadonlySet<string>;
  readonly quantity: number | undefined;
  readonly quantityUnit: string | undefined;
  readonly days: number | undefined;
  readonly handedOver: FhirDate | undefined;
  readonly prepared: FhirDate | undefined;
  readonly doseText: string;
  readonly written: Dose;
  readonly structured: Dose;
  readonly supplyType: string | undefined;
}

const wordPatterns = new WeakMap<MedicineGroup, RegExp>();

function patternOf(group: MedicineGroup): RegExp {
  let pattern = wordPatterns.get(group);
  if (pattern === undefined) {
    pattern = group.words.length === 0 ? /(?!)/ : new RegExp(`\\b(?:${group.words.join('|')})`, 'i');
    wordPatterns.set(group, pattern);
  }
  return pattern;
}

/** The groups a medicine belongs to, by its code, its generic's code, or a word of its names. */
export function groupsOf(
  codes: readonly (string | undefined)[],
  names: string,
  groups: Readonly<Record<string, MedicineGroup>>,
): ReadonlySet<string> {
  const found = new Set<string>();
  for (const [name, group] of Object.entries(groups)) {
    if (
      codes.some((code) => code !== undefined && group.codes.includes(code)) ||
      patternOf(group).test(names)
    ) {
      found.add(name);
    }
  }
  return found;
}

/** The dm+d coding of a medicine, or the SNOMED one that is tolerated in its place. */
export function medicineCoding(resource: MedicationDispense): Coding | undefined {
  const codings = resource.medicationCodeableConcept?.coding ?? [];
  return codings.find(({ system }) => system === dmdSystem) ?? codings[0];
}

const dateOf = (text: string | undefined): FhirDate | undefined =>
  text === undefined ? undefined : parseFhirDate(text);

export function dispenseFacts(
  { fullUrl, resource }: Entry<MedicationDispense>,
  terminology: Terminology,
  groups: Readonly<Record<string, MedicineGroup>>,
): DispenseFacts {
  const coding = medicineCoding(resource);
  const product = coding?.code === undefined ? undefined : terminology.product(coding.code);
  const names = [product?.name, coding?.display, resource.medicationCodeableConcept?.text]
    .filter((name) => name !== undefined)
    .join(' | ')
    .toLowerCase();
  const [dosage] = resource.dosageInstruction ?? [];
  const doseText = dosage?.text ?? dosage?.patientInstruction ?? '';
  return {
    ref: fullUrl,
    resource,
    isCompleted: resource.status === 'completed',
    isStopped: resource.status === 'stopped',
    coding,
    product,
    names,
    groups: groupsOf([coding?.code, product?.vmp, product?.vtm], names, groups),
    quantity: decimalNumber(resource.quantity?.value),
    quantityUnit: resource.quantity?.unit,
    days: decimalNumber(resource.daysSupply?.value),
    handedOver: dateOf(resource.whenHandedOver),
    prepared: dateOf(resource.whenPrepared),
    doseText,
    written: doseFromText(doseText),
    structured: doseFromStructure(dosage),
    supplyType: resource.type?.coding?.[0]?.code,
  };
}
