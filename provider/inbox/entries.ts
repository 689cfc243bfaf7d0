// What a message proposes for the record, one entry an item, and the ways each kind may be filed.
// spec: messaging §6.1–§6.3, §7, SG-02, MD-07
import { decimalText, findCodings } from '@gp-connect/foundation/fhir';
import {
  attachmentEntries,
  headingOf,
  htmlToText,
  type ItkDocument,
  itkSystem,
  type MessageEntry,
  type MessageResource,
  sectionsOf,
} from '@gp-connect/foundation/itk3';
import { system } from '@gp-connect/foundation/nhs';

export type EntryKind =
  | 'observation'
  | 'condition'
  | 'medicine'
  | 'immunisation'
  | 'report'
  | 'not-supplied'
  | 'allergy'
  | 'text'
  | 'document';

/** Whether an entry of a kind may enter the record as coded data, and what it is called. */
export const entryKinds: Readonly<Record<EntryKind, { coded: boolean; label: string }>> = {
  observation: { coded: true, label: 'Observation' },
  condition: { coded: true, label: 'Presenting complaint' },
  medicine: { coded: true, label: 'Medicine supplied' },
  immunisation: { coded: true, label: 'Vaccination' },
  report: { coded: false, label: 'Report' },
  // A medicine that was not supplied is told, never filed as a medicine. spec: MD-07
  'not-supplied': { coded: false, label: 'Medicine not supplied' },
  // Allergies are for the practice to enter. spec: SG-07
  allergy: { coded: false, label: 'Allergy as told by the sender' },
  text: { coded: false, label: 'Text' },
  document: { coded: false, label: 'Document' },
};

export interface ProposedEntry {
  /** How findings and decisions name it: the `urn:uuid:…` of its resource, or `section:{n}`. */
  readonly ref: string;
  readonly kind: EntryKind;
  readonly heading: string | undefined;
  readonly codeSystem: string | undefined;
  readonly code: string | undefined;
  /** The sender's own term for the code. */
  readonly sentTerm: string | undefined;
  /** The entry in words, for reading and for filing as text. */
  readonly words: string;
  /** The resource as it came; references between resources of the message stay `urn:uuid:…`. */
  readonly resource: MessageResource;
}

interface Coding {
  system?: string;
  code?: string;
  display?: string;
}
export interface Concept {
  coding?: Coding[];
  text?: string;
}

/** The ref of a resource of a message, as the plausibility rules name it. */
export const refOf = ({ fullUrl, resource }: MessageEntry): string =>
  fullUrl === '' ? `${resource.resourceType}/${resource.id ?? ''}` : fullUrl;

/** The coding that counts: dm+d, else SNOMED CT, else the first. */
export function mainCoding(concept: Concept | undefined): Coding | undefined {
  const codings = concept?.coding ?? [];
  return (
    codings.find((coding) => coding.system === itkSystem.dmd) ??
    (findCodings(concept as never, system.snomed)[0] as Coding | undefined) ??
    codings[0]
  );
}

/** The words of a concept as sent. */
export const termOf = (concept: Concept | undefined): string =>
  mainCoding(concept)?.display ?? concept?.text ?? mainCoding(concept)?.code ?? '';

type Quantity = { value?: unknown; unit?: string; code?: string; comparator?: string };
const quantityWords = (quantity: Quantity | undefined): string =>
  quantity?.value === undefined
    ? ''
    : `${quantity.comparator ?? ''}${decimalText(quantity.value) ?? ''} ${quantity.unit ?? quantity.code ?? ''}`.trim();
const day = (value: unknown): string => (typeof value === 'string' ? value.slice(0, 10) : '');
const parts = (...given: readonly (string | undefined)[]): string =>
  given.filter((part) => part !== undefined && part !== '').join(', ');

type Members = Record<string, unknown>;

function observationWords(resource: Members): string {
  const components = (resource.component as { code?: Concept; valueQuantity?: Quantity }[] | undefined) ?? [];
  const values = components.map((one) => `${termOf(one.code)} ${quantityWords(one.valueQuantity)}`);
  const own = quantityWords(resource.valueQuantity as Quantity | undefined);
  const valueText = typeof resource.valueString === 'string' ? resource.valueString : undefined;
  return parts(
    `${termOf(resource.code as Concept)}${own === '' ? '' : ` ${own}`}`,
    ...values,
    valueText,
    typeof resource.comment === 'string' ? resource.comment : undefined,
    day(resource.effectiveDateTime),
  );
}

function dispenseWords(resource: Members, medicine: Concept | undefined): string {
  const dosage = (resource.dosageInstruction as { text?: string }[] | undefined)?.[0]?.text;
  const notes = ((resource.note as { text?: string }[] | undefined) ?? []).map(({ text }) => text);
  const supplied = resource.status === 'stopped' ? 'not supplied' : 'supplied';
  return parts(
    `${termOf(medicine)} ${supplied}`,
    quantityWords(resource.quantity as Quantity | undefined),
    dosage,
    ...notes,
    day(resource.whenHandedOver),
  );
}

function immunisationWords(resource: Members): string {
  const lot = typeof resource.lotNumber === 'string' ? `batch ${resource.lotNumber}` : undefined;
  return parts(
    `${termOf(resource.vaccineCode as Concept)}${resource.notGiven === true ? ' not given' : ' given'}`,
    lot,
    day(resource.date),
  );
}

interface Draft {
  readonly kind: EntryKind;
  readonly concept?: Concept | undefined;
  readonly words: string;
  readonly resource?: MessageResource;
}

type EntryRule = (resource: MessageResource, document: ItkDocument) => Draft | undefined;

/** Which resource types are entries of their own. What is not here tells who, when and where. */
const entryRules: Readonly<Record<string, EntryRule>> = {
  Observation: (resource) => {
    const concept = resource.code as Concept;
    return resource.valueAttachment === undefined
      ? { kind: 'observation', concept, words: observationWords(resource) }
      : { kind: 'report', concept, words: attachmentWords(resource) };
  },
  Condition: (resource) => ({
    kind: 'condition',
    concept: resource.code as Concept,
    words: parts(termOf(resource.code as Concept), day(resource.assertedDate)),
  }),
  MedicationDispense: (resource, document) => {
    const concept = medicineOf(resource, document);
    const kind = resource.status === 'stopped' || resource.notDone === true ? 'not-supplied' : 'medicine';
    const whole = concept === undefined ? resource : { ...resource, medicationCodeableConcept: concept };
    return { kind, concept, words: dispenseWords(resource, concept), resource: whole };
  },
  Immunization: (resource) => ({
    kind: 'immunisation',
    concept: resource.vaccineCode as Concept,
    words: immunisationWords(resource),
  }),
  AllergyIntolerance: (resource) => ({
    kind: 'allergy',
    concept: resource.code as Concept,
    words: termOf(resource.code as Concept),
  }),
  ClinicalImpression: (resource) => ({ kind: 'text', words: String(resource.summary ?? '') }),
};

const attachmentWords = (resource: Members): string =>
  String((resource.valueAttachment as { title?: string }).title ?? 'Attached report');

function medicineOf(resource: MessageResource, document: ItkDocument): Concept | undefined {
  const own = resource.medicationCodeableConcept as Concept | undefined;
  const reference = (resource.medicationReference as { reference?: string } | undefined)?.reference;
  return own ?? (document.resolve(reference)?.resource.code as Concept | undefined);
}

/** The entries of a document in its own order; attachments come first, the primary one leading. */
export function entriesOf(document: ItkDocument): ProposedEntry[] {
  const attachments = attachmentEntries(document).map(
    (entry): ProposedEntry => ({
      ref: refOf(entry),
      kind: 'document',
      heading: undefined,
      codeSystem: undefined,
      code: undefined,
      sentTerm: undefined,
      words: String(entry.resource.contentType ?? ''),
      resource: entry.resource,
    }),
  );
  const coded = document.entries.flatMap((entry): ProposedEntry[] => {
    const draft = entryRules[entry.resource.resourceType]?.(entry.resource, document);
    if (draft === undefined) return [];
    const coding = mainCoding(draft.concept);
    return [
      {
        ref: refOf(entry),
        kind: draft.kind,
        heading: headingOf(entry.resource),
        codeSystem: coding?.system,
        code: coding?.code,
        sentTerm: coding?.display ?? draft.concept?.text,
        words: draft.words,
        resource: draft.resource ?? entry.resource,
      },
    ];
  });
  return [...attachments, ...coded, ...sectionEntries(document)];
}

/** The narrative sections of a Digital Medicines document. spec: messaging §7 */
function sectionEntries(document: ItkDocument): ProposedEntry[] {
  return sectionsOf(document).flatMap((section, at): ProposedEntry[] => {
    const words = htmlToText(String(section.text?.div ?? '')).trim();
    if (words === '') return [];
    return [
      {
        ref: `section:${at}`,
        kind: 'text',
        heading: section.title ?? termOf(section.code as Concept | undefined),
        codeSystem: undefined,
        code: undefined,
        sentTerm: undefined,
        words,
        resource: { resourceType: 'Section' },
      },
    ];
  });
}
