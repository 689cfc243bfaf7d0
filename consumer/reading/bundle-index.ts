// Finding things in an answer: by reference, by list code, links turned round. Never by order in the Bundle.
// spec: access-record-structured §5 (references), §6.5, §7, §15 rules 4
import type {
  AllergyIntolerance,
  Bundle,
  Condition,
  Extension,
  List,
  MedicationRequest,
  OperationOutcome,
  Reference,
  Resource,
} from '@gp-connect/foundation/fhir';
import { isSameUrl } from '@gp-connect/foundation/fhir';
import { endedAllergiesList } from '@gp-connect/foundation/nhs';
import { listOf } from './list-of.ts';

export class BundleIndex {
  readonly resources: readonly Resource[];
  readonly #byReference = new Map<string, Resource>();
  readonly #ended = new Map<string, AllergyIntolerance>();
  readonly #listsByCode = new Map<string, List>();
  readonly #problemsOf = new Map<string, Condition[]>();
  readonly #byType = new Map<string, Resource[]>();
  readonly #ordersOfPlan = new Map<string, MedicationRequest[]>();
  readonly #structureOf = new Map<string, List[]>();

  constructor(bundle: Bundle) {
    this.resources = (bundle.entry ?? []).flatMap((entry) =>
      entry.resource ? [entry.resource as Resource] : [],
    );
    for (const resource of this.resources) {
      if (resource.id) this.#byReference.set(`${resource.resourceType}/${resource.id}`, resource);
      append(this.#byType, resource.resourceType, resource);
      if (resource.resourceType === 'List') this.#addList(resource as List);
      if (resource.resourceType === 'MedicationRequest') this.#addOrder(resource as MedicationRequest);
    }
    for (const condition of this.ofType<Condition>('Condition')) {
      for (const target of linkedContent(condition)) {
        append(this.#problemsOf, target, condition);
      }
    }
  }

  #addList(list: List): void {
    if (list.encounter?.reference) append(this.#structureOf, list.encounter.reference, list);
    for (const coding of list.code?.coding ?? []) {
      if (coding.code && !list.encounter) this.#listsByCode.set(coding.code, list);
      if (coding.code === endedAllergiesList.code) {
        for (const contained of list.contained ?? []) {
          if (contained.id) this.#ended.set(contained.id, contained as AllergyIntolerance);
        }
      }
    }
  }

  #addOrder(request: MedicationRequest): void {
    if (request.intent !== 'order') return;
    for (const { reference } of listOf(request.basedOn)) {
      if (reference) append(this.#ordersOfPlan, reference, request);
    }
  }

  /** Issues under a plan, `MedicationRequest/id`. */
  ordersOf(plan: string): readonly MedicationRequest[] {
    return this.#ordersOfPlan.get(plan) ?? [];
  }

  /** The lists that hold the structure of a consultation, `Encounter/id`. */
  structureOf(encounter: string): readonly List[] {
    return this.#structureOf.get(encounter) ?? [];
  }

  ofType<Type extends Resource>(type: Type['resourceType']): Type[] {
    return (this.#byType.get(type) ?? []) as Type[];
  }

  /** A primary or secondary list by its code; structure lists are reached through their Encounter. */
  list(code: string): List | undefined {
    return this.#listsByCode.get(code);
  }

  /** Every primary and secondary list, by code. */
  listsByCode(): ReadonlyMap<string, List> {
    return this.#listsByCode;
  }

  /** The target of a reference; undefined where it is not in the answer, which is legitimate (§5). */
  find(reference: Reference | string | undefined): Resource | undefined {
    const text = typeof reference === 'string' ? reference : reference?.reference;
    if (!text) return undefined;
    const found = this.#byReference.get(text);
    if (found) return found;
    const id = /^(?:#|AllergyIntolerance\/)(.+)$/.exec(text)?.[1];
    return id === undefined ? undefined : this.#ended.get(id);
  }

  /** Problems that link to the resource: links are stored on the problem's side only. */
  problemsOf(reference: string): readonly Condition[] {
    return this.#problemsOf.get(reference) ?? [];
  }

  warnings(): OperationOutcome | undefined {
    return this.ofType<OperationOutcome>('OperationOutcome')[0];
  }
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const known = lists.get(key);
  if (known) known.push(value);
  else lists.set(key, [value]);
}

/** What a problem's links say in words only: placeholders of areas that are switched off or not supported (§9). */
export function linkPlaceholders(condition: Condition): string[] {
  return (condition.extension ?? []).flatMap((extension) =>
    isExtension(extension, 'ActualProblem', 'RelatedClinicalContent') &&
    !extension.valueReference?.reference &&
    extension.valueReference?.display
      ? [extension.valueReference.display]
      : [],
  );
}

/** The references a problem's extensions hold: the promoted item and the related content. */
export function linkedContent(condition: Condition): string[] {
  return (condition.extension ?? []).flatMap((extension) =>
    isExtension(extension, 'ActualProblem', 'RelatedClinicalContent') && extension.valueReference?.reference
      ? [extension.valueReference.reference]
      : [],
  );
}

/** Whether an extension has one of these names, under either host and in either spelling of the prefix. */
export function isExtension(extension: Extension, ...names: readonly string[]): boolean {
  return names.some((name) =>
    ['Extension-CareConnect-', 'Extension-CareConnect-GPC-'].some((prefix) =>
      isSameUrl(extension.url, `https://fhir.nhs.uk/STU3/StructureDefinition/${prefix}${name}-1`),
    ),
  );
}

export function extensionOf(
  element: { readonly extension?: readonly Extension[] | undefined } | undefined,
  name: string,
): Extension | undefined {
  return element?.extension?.find((extension) => isExtension(extension, name));
}

/** A sub-extension by its short url, whatever its letter case. */
export function partOf(extension: Extension | undefined, url: string): Extension | undefined {
  return extension?.extension?.find((part) => part.url.toLowerCase() === url.toLowerCase());
}
