// Reads a structured record answer for people: areas from their lists, warnings beside the data they concern.
// spec: access-record-structured §6, §9, §15
import type {
  AllergyIntolerance,
  Bundle,
  Condition,
  DiagnosticReport,
  DocumentReference,
  Encounter,
  Immunization,
  List,
  MedicationRequest,
  MedicationStatement,
  Observation,
  Organization,
  Patient,
  ProcedureRequest,
  Reference,
  ReferralRequest,
  Resource,
} from '@gp-connect/foundation/fhir';
import {
  type ClinicalArea,
  clinicalAreaNames,
  clinicalAreas,
  endedAllergiesList,
  system,
} from '@gp-connect/foundation/nhs';
import { BundleIndex, linkedContent } from './bundle-index.ts';
import { consultationItem, itemsOfTopics } from './consultations.ts';
import { reportItem } from './investigations.ts';
import {
  allergyItem,
  diaryItem,
  documentItem,
  immunisationItem,
  observationItem,
  problemItem,
  referralItem,
} from './items.ts';
import { listOf } from './list-of.ts';
import { medicationItem } from './medications.ts';
import type { AreaView, Item, RecordView } from './record-view.ts';
import { isAreaRefusal, refusalWords, warningWords } from './warnings.ts';
import { actorText, factsOf, nameText } from './words.ts';

/** Types that carry no clinical content of their own, or are read as part of another. */
const CONTEXT_TYPES = new Set(
  'Patient Practitioner PractitionerRole Organization Location HealthcareService Device List OperationOutcome Medication Specimen QuestionnaireResponse'.split(
    ' ',
  ),
);

/** The view of a whole answer. Items of an area come from its primary list, never from the order of the Bundle. */
export function readRecord(bundle: Bundle): RecordView {
  const index = new BundleIndex(bundle);
  const reader = new ItemReader(index);
  const outcome = index.warnings()?.issue ?? [];
  const refused = new Map(outcome.map((issue) => [issue.diagnostics ?? '', refusalWords(issue)]));
  const areas = clinicalAreaNames.flatMap((area) => {
    const view = areaView(area, index, reader, refused.get(clinicalAreas[area].parameter));
    return view ? [view] : [];
  });
  const shown = new Set(areas.flatMap((area) => area.items.flatMap(shownWith)));
  return {
    patient: patientView(index),
    practice: practiceView(index),
    areas,
    context: reader.contextItems(shown),
    warnings: [
      ...outcome.filter((issue) => !isAreaRefusal(issue)).map(warningWords),
      ...looseListWarnings(index, areas),
    ],
    notShown: unknownTypes(index),
  };
}

function areaView(
  area: ClinicalArea,
  index: BundleIndex,
  reader: ItemReader,
  refused?: string,
): AreaView | null {
  const list = index.list(clinicalAreas[area].listCode);
  const ended = area === 'allergies' ? index.list(endedAllergiesList.code) : undefined;
  if (!list && !refused) return null;
  const references = [...entriesOf(list), ...entriesOf(ended)];
  const items = references.flatMap((reference) => reader.item(reference) ?? []);
  const missing = [...new Set([...missingIn(list), ...missingIn(ended), ...missingAround(area, index)])];
  const lost = references.length - items.length;
  if (lost > 0)
    missing.push(`${lost} item${lost === 1 ? '' : 's'} of this list could not be read from the answer.`);
  return {
    area,
    title: clinicalAreas[area].title,
    items: items.sort(newestFirst),
    missing,
    unavailable: refused ?? null,
    nothingRecorded: items.length === 0 && missing.length === 0 && !refused,
  };
}

function entriesOf(list: List | undefined): Reference[] {
  return listOf(list?.entry).map((entry) => entry.item);
}

/** The warning sentences of a list, without the words that only say it is empty. */
function missingIn(list: List | undefined): string[] {
  const text = (list?.note ?? [])
    .map((note) => note.text)
    .join(' ')
    .replace('Information not available', '')
    .trim();
  const coded = list?.extension?.some((extension) => extension.url.endsWith('ListWarningCode-1'));
  if (text) return [text];
  return coded ? ['Some items are missing from this list; the practice gave no further words.'] : [];
}

/** Warnings of the secondary lists that hold items around an area, e.g. `Problems - medications related to problems`. */
function missingAround(area: ClinicalArea, index: BundleIndex): string[] {
  const own = new Set(missingIn(index.list(clinicalAreas[area].listCode)));
  return [...index.listsByCode()].flatMap(([code, list]) =>
    code.startsWith(`${area}-`)
      ? missingIn(list)
          .filter((text) => !own.has(text))
          .map((text) => `${(list.title ?? code).split(' - ').at(-1)}: ${text}`)
      : [],
  );
}

/** Warnings of lists no area of the view stands for, so that none is lost. */
function looseListWarnings(index: BundleIndex, areas: readonly AreaView[]): string[] {
  const primary = new Set([
    ...clinicalAreaNames.map((area) => clinicalAreas[area].listCode as string),
    endedAllergiesList.code,
  ]);
  const known = new Set(areas.flatMap((area) => area.missing));
  return [...index.listsByCode()].flatMap(([code, list]) => {
    const around = areas.some(({ area }) => code.startsWith(`${area}-`));
    if (around || (primary.has(code) && areas.some(({ area }) => holds(area, code)))) return [];
    return missingIn(list)
      .filter((text) => !known.has(text))
      .map((text) => `${list.title ?? 'A list'}: ${text}`);
  });
}

function holds(area: ClinicalArea, code: string): boolean {
  return clinicalAreas[area].listCode === code || (area === 'allergies' && code === endedAllergiesList.code);
}

/** An item and what is shown as part of it: results of a report, words of a consultation. */
function shownWith(item: Item): string[] {
  const parts = item.area === 'investigations' ? item.children.flatMap(shownWith) : [];
  const words = itemsOfTopics(item).filter((each) => each.kind === 'Observation');
  return [item.reference, ...parts, ...words.map((each) => each.reference)];
}

export function newestFirst(a: Item, b: Item): number {
  return (b.date.sort ?? '').localeCompare(a.date.sort ?? '') || a.title.localeCompare(b.title);
}

type Make = (index: BundleIndex, resource: never, reader: ItemReader) => Item;

/** Each type's item. A plan or an order leads to its statement where the answer has one. */
const makers: Readonly<Record<string, Make>> = {
  AllergyIntolerance: (index, it: AllergyIntolerance) => allergyItem(index, it),
  MedicationStatement: (index, it: MedicationStatement) => medicationItem(index, it),
  Immunization: (index, it: Immunization) => immunisationItem(index, it),
  Observation: (index, it: Observation) => observationItem(index, it, 'uncategorised'),
  DiagnosticReport: (index, it: DiagnosticReport) => reportItem(index, it),
  ReferralRequest: (index, it: ReferralRequest) => referralItem(index, it),
  ProcedureRequest: (index, it: ProcedureRequest) => diaryItem(index, it),
  DocumentReference: (index, it: DocumentReference) => documentItem(index, it),
  Condition: (index, it: Condition, reader) => problemItem(index, it, reader.linkedTo(it)),
  Encounter: (index, it: Encounter, reader) =>
    consultationItem(index, it, (reference) => reader.item(reference)),
};

/** Makes each item once, however many lists and links lead to it. */
class ItemReader {
  readonly #index: BundleIndex;
  readonly #made = new Map<string, Item | null>();
  readonly #statementOfPlan = new Map<string, string>();

  constructor(index: BundleIndex) {
    this.#index = index;
    for (const statement of index.ofType<MedicationStatement>('MedicationStatement')) {
      const plan = listOf(statement.basedOn)[0]?.reference;
      if (plan) this.#statementOfPlan.set(plan, `MedicationStatement/${statement.id}`);
    }
  }

  item(reference: Reference | string): Item | null {
    const text = typeof reference === 'string' ? reference : (reference.reference ?? '');
    const known = this.#made.get(text);
    if (known !== undefined) return known;
    // Set before making: a problem links to an encounter that links back.
    this.#made.set(text, null);
    const resource = this.#index.find(text);
    const item = resource ? this.#make(resource) : null;
    this.#made.set(text, item);
    return item;
  }

  #make(resource: Resource): Item | null {
    if (resource.resourceType === 'MedicationRequest') return this.#medication(resource as MedicationRequest);
    const make = makers[resource.resourceType];
    return make ? make(this.#index, resource as never, this) : null;
  }

  #medication(request: MedicationRequest): Item | null {
    const plan =
      request.intent === 'order' ? listOf(request.basedOn)[0]?.reference : `MedicationRequest/${request.id}`;
    const statement = plan && this.#statementOfPlan.get(plan);
    return statement ? this.item(statement) : null;
  }

  /** What a problem links to, without the encounters (they are consultations, listed as such). */
  linkedTo(problem: Condition): Item[] {
    const targets = [...new Set(linkedContent(problem))].filter(
      (target) => !/^(Encounter|List)\//.test(target),
    );
    return targets.flatMap((target) => this.item(target) ?? []).sort(newestFirst);
  }

  /** Clinical items of the answer that no area's own list holds. */
  contextItems(shown: ReadonlySet<string>): Item[] {
    return this.#index.resources
      .filter(
        (resource) =>
          !CONTEXT_TYPES.has(resource.resourceType) && resource.resourceType !== 'MedicationRequest',
      )
      .filter(
        (resource) =>
          !(resource.resourceType === 'ProcedureRequest' && (resource as ProcedureRequest).intent !== 'plan'),
      )
      .map((resource) => `${resource.resourceType}/${resource.id}`)
      .filter((reference) => !shown.has(reference))
      .flatMap((reference) => this.item(reference) ?? [])
      .sort(newestFirst);
  }
}

function patientView(index: BundleIndex): RecordView['patient'] {
  const patient = index.ofType<Patient>('Patient')[0];
  const name = patient?.name?.find((each) => each.use === 'official') ?? patient?.name?.[0];
  const address = patient?.address?.[0];
  return {
    nhsNumber: patient?.identifier?.find((identifier) => identifier.system === system.nhsNumber)?.value ?? '',
    name: nameText(name),
    family: name?.family ?? '',
    given: name?.given?.join(' ') ?? '',
    gender: patient?.gender ?? null,
    birthDate: patient?.birthDate ?? null,
    address: address
      ? [...(address.line ?? []), address.city, address.district, address.postalCode]
          .filter(Boolean)
          .join(', ')
      : null,
    usualGp: actorText(
      index,
      listOf(patient?.generalPractitioner).find(
        (reference) => index.find(reference)?.resourceType !== 'Organization',
      ),
    ),
  };
}

function practiceView(index: BundleIndex): RecordView['practice'] {
  const patient = index.ofType<Patient>('Patient')[0];
  const registered = listOf(patient?.generalPractitioner)
    .map((reference) => index.find(reference))
    .find((found) => found?.resourceType === 'Organization');
  const organisation = (registered ?? index.find(patient?.managingOrganization)) as Organization | undefined;
  return {
    ods:
      organisation?.identifier?.find((identifier) => identifier.system === system.odsOrganisation)?.value ??
      null,
    name: organisation?.name ?? null,
  };
}

/** What a consumer that does not know a type must tell its user (§17). */
function unknownTypes(index: BundleIndex): RecordView['notShown'] {
  const counts: Record<string, number> = {};
  for (const { resourceType } of index.resources) {
    if (CONTEXT_TYPES.has(resourceType) || resourceType in makers || resourceType === 'MedicationRequest')
      continue;
    counts[resourceType] = (counts[resourceType] ?? 0) + 1;
  }
  return factsOf(Object.fromEntries(Object.entries(counts).map(([type, count]) => [type, String(count)])));
}
