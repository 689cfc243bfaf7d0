// An entry with other values than the sender gave it: what may be changed in each kind, and the changed resource. The
// message itself stays as it came. spec: national-service UPD-09
import { decimalNumber, parseFhirDate, parseJson } from '@gp-connect/foundation/fhir';
import type { MessageResource } from '@gp-connect/foundation/itk3';
import { contractTables } from '@gp-connect/foundation/plausibility';
import { z } from 'zod';
import { type Concept, type EntryKind, mainCoding } from '../entries.ts';
import type { KeptFinding } from '../severity.ts';
import { InboxRefusal } from './refusals.ts';

const figure = z.number().min(-1_000_000).max(1_000_000);

/** The changes of an amendment, as a reviewer sends them. */
export const amendmentChanges = z
  .strictObject({
    code: z.string().regex(/^\d{6,18}$/),
    value: figure,
    unit: z.string().min(1).max(20),
    systolic: figure,
    diastolic: figure,
    effective: z.string().max(40),
    quantity: figure,
    daysSupply: figure,
    dosage: z.string().trim().min(1).max(1_000),
    text: z.string().trim().min(1).max(4_000),
  })
  .partial()
  .refine((changes) => Object.values(changes).some((value) => value !== undefined), 'nothing is changed');
export type AmendmentChanges = z.infer<typeof amendmentChanges>;
export type AmendmentMember = keyof AmendmentChanges;

type Figure = { value?: unknown; unit?: string; code?: string };
type Part = { code?: Concept; valueQuantity?: Figure };

/** One thing that can be changed: where it stands, as it is now, and the resource with another value in its place. */
interface Member {
  readonly of: (resource: MessageResource) => string | number | undefined;
  readonly with: (resource: MessageResource, value: never, term: string | undefined) => MessageResource;
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function quantityMember(element: string): Member {
  return {
    of: (resource) => decimalNumber((resource[element] as Figure | undefined)?.value),
    with: (resource, value) => ({ ...resource, [element]: { ...(resource[element] as Figure), value } }),
  };
}

const textMember = (element: string): Member => ({
  of: (resource) => textOf(resource[element]),
  with: (resource, value) => ({ ...resource, [element]: value }),
});

/** The receiver's own term stands with the new code; the sender's words spoke of the old one. spec: SG-19 */
const codeMember = (element: string): Member => ({
  of: (resource) => mainCoding(resource[element] as Concept | undefined)?.code,
  with({ medicationReference: _, ...resource }, code, term) {
    const system = mainCoding(resource[element] as Concept | undefined)?.system;
    const coding = [
      { ...(system === undefined ? {} : { system }), code, ...(term === undefined ? {} : { display: term }) },
    ];
    return { ...resource, [element]: { coding } } as MessageResource;
  },
});

function partMember(codes: ReadonlySet<string>): Member {
  const isMeant = ({ code }: Part): boolean =>
    (code?.coding ?? []).some((coding) => codes.has(coding.code ?? ''));
  const partsOf = (resource: MessageResource): Part[] => (resource.component as Part[] | undefined) ?? [];
  return {
    of: (resource) => decimalNumber(partsOf(resource).find(isMeant)?.valueQuantity?.value),
    with: (resource, value) => ({
      ...resource,
      component: partsOf(resource).map((part) =>
        isMeant(part) ? { ...part, valueQuantity: { ...part.valueQuantity, value } } : part,
      ),
    }),
  };
}

const unitMember: Member = {
  of: (resource) => (resource.valueQuantity as Figure | undefined)?.code,
  with: (resource, unit) => ({
    ...resource,
    valueQuantity: { ...(resource.valueQuantity as Figure), unit, code: unit },
  }),
};

interface DosageText {
  text?: string;
  patientInstruction?: string;
}
/** The structured part of a dose said something else: it goes. */
const dosageMember: Member = {
  of: (resource) => (resource.dosageInstruction as DosageText[] | undefined)?.[0]?.text,
  with: (resource, text) => ({ ...resource, dosageInstruction: [{ text, patientInstruction: text }] }),
};

type Members = Readonly<Partial<Record<AmendmentMember, Member>>>;

const membersOf: Readonly<Partial<Record<EntryKind, Members>>> = {
  observation: {
    code: codeMember('code'),
    value: quantityMember('valueQuantity'),
    unit: unitMember,
    systolic: partMember(contractTables.systolicCodes),
    diastolic: partMember(contractTables.diastolicCodes),
    effective: textMember('effectiveDateTime'),
    text: textMember('comment'),
  },
  condition: { code: codeMember('code') },
  medicine: {
    code: codeMember('medicationCodeableConcept'),
    quantity: quantityMember('quantity'),
    daysSupply: quantityMember('daysSupply'),
    dosage: dosageMember,
    effective: textMember('whenHandedOver'),
  },
  immunisation: { code: codeMember('vaccineCode'), effective: textMember('date') },
};
/** Taken although the sender left them out. */
const addable: ReadonlySet<AmendmentMember> = new Set(['code', 'effective', 'dosage', 'text']);

export interface AmendableEntry {
  readonly kind: EntryKind;
  readonly resource: MessageResource;
}

/** The names an amendment of this entry may use. */
export function amendableMembers({ kind, resource }: AmendableEntry): AmendmentMember[] {
  const members = Object.entries(membersOf[kind] ?? {}) as [AmendmentMember, Member][];
  return members
    .filter(([name, member]) => addable.has(name) || member.of(resource) !== undefined)
    .map(([name]) => name);
}

export interface AmendedResource {
  readonly resource: MessageResource;
  /** What stood in each changed place; null where nothing did. */
  readonly was: Readonly<Record<string, string | number | null>>;
}

/**
 * The entry's resource with the changes. `term` is the practice's own for a new code.
 * @throws InboxRefusal AMENDMENT for a change this kind of entry cannot take
 */
export function amendedResource(
  entry: AmendableEntry,
  changes: AmendmentChanges,
  term: string | undefined,
): AmendedResource {
  const may = new Set(amendableMembers(entry));
  let { resource } = entry;
  const was: Record<string, string | number | null> = {};
  for (const [name, value] of Object.entries(changes) as [AmendmentMember, string | number | undefined][]) {
    if (value === undefined) continue;
    if (!may.has(name))
      throw new InboxRefusal('AMENDMENT', `${name} cannot be changed in this entry`, 'UPD-09');
    if (name === 'effective' && parseFhirDate(String(value)) === undefined) {
      throw new InboxRefusal('AMENDMENT', 'effective is no FHIR date', 'UPD-09');
    }
    const member = membersOf[entry.kind]![name]!;
    was[name] = member.of(resource) ?? null;
    resource = member.with(resource, value as never, term);
  }
  return { resource, was };
}

/** An amendment with what it makes of the entry, as it is kept with the decision. */
export interface JudgedAmendment extends AmendedResource {
  readonly changes: AmendmentChanges;
  readonly code: string | null;
  readonly codeSystem: string | null;
  readonly ownTerm: string | null;
  readonly words: string;
  readonly findings: readonly KeptFinding[];
  readonly ruleSetVersion: string;
}

/** The resource stands as text of its own in what is kept, so that its figures stay as they were written. */
export const writeAmendment = ({ resource, ...rest }: JudgedAmendment): string =>
  JSON.stringify({ ...rest, resource: JSON.stringify(resource) });

export function readAmendment(text: string): JudgedAmendment {
  const { resource, ...rest } = JSON.parse(text) as Omit<JudgedAmendment, 'resource'> & { resource: string };
  return { ...rest, resource: parseJson(resource) as MessageResource };
}

/** `code 77386006 was 60001007, value 71.5 was 715`: for the record, with nothing of the sender's rewritten. */
export const amendmentWords = (changes: AmendmentChanges, was: AmendedResource['was']): string =>
  Object.entries(changes)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name} ${value} (sent: ${was[name] ?? 'none'})`)
    .join(', ');
