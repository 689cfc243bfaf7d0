// The embedded demonstration edition: the table of real codes plus the codes the contract itself names.
// It says `notInDemo` of every other code, never `unknown`. spec: terminology §7.2, §8
import { readFileSync } from 'node:fs';
import { type DemonstrationConcept, demonstrationConcepts } from './demonstration.ts';
import { type EditionConcept, type EditionProduct, type EditionTerm, editionOf } from './edition.ts';
import { withoutTag } from './normalise.ts';
import { terminologyOver } from './over-edition.ts';
import type { ProductLevel, Replacement, Terminology, TerminologySource } from './types.ts';
import { shippedValueSets, type ValueSets } from './value-sets.ts';

/** A code named in the Update Record tables or rules that the table does not hold, or more terms for one it does. */
interface ContractCode {
  readonly conceptId: string;
  readonly terms: readonly string[];
  readonly semanticTag?: string;
  readonly parents?: readonly string[];
}

const root = '138875005';
/** Product roots themselves are no products. */
const levelOf: Readonly<Record<string, ProductLevel>> = {
  VTM: 'VTM',
  VMP: 'VMP',
  AMP: 'AMP',
  'VMP-previous': 'VMP',
  'VMP-unverified': 'VMP',
};

function productRow(row: DemonstrationConcept): EditionProduct | undefined {
  if (row.dmdLevel === undefined) return undefined;
  return { level: levelOf[row.dmdLevel], vmp: row.vmp, vtm: row.vtm, ingredients: row.ingredients };
}

function termsOf(row: DemonstrationConcept): EditionTerm[] {
  const terms: EditionTerm[] = [
    { term: row.term, descriptionId: row.descriptionId, type: 'synonym', active: true },
  ];
  for (const { term, descriptionId } of row.otherDescriptions ?? []) {
    terms.push({ term, descriptionId, type: 'synonym', active: true });
  }
  if (row.fsn !== undefined) {
    // A few published full names belong to another strength or medicine: a name that shares no word is not ours.
    const own = new Set(row.term.toLowerCase().split(/\W+/));
    const shares = withoutTag(row.fsn)
      .toLowerCase()
      .split(/\W+/)
      .some((word) => word.length > 3 && own.has(word));
    if (shares || row.dmdLevel === undefined) terms.push({ term: row.fsn, type: 'fsn', active: true });
  }
  return terms;
}

function conceptRow(row: DemonstrationConcept, termOf: (id: string) => string | undefined): EditionConcept {
  const replacement: Replacement[] = [];
  if (row.replacedBy !== undefined) {
    const term = termOf(row.replacedBy);
    const isProduct = row.dmdLevel !== undefined;
    replacement.push({
      conceptId: row.replacedBy,
      ...(term === undefined ? {} : { term }),
      path: isProduct ? 'dm+d previous id' : 'REPLACED BY',
      ambiguous: false,
    });
  }
  return {
    id: row.conceptId,
    active: row.active !== false,
    semanticTag: row.semanticTag,
    terms: termsOf(row),
    parents: row.conceptId === root ? [] : row.parents,
    product: productRow(row),
    replacements: replacement,
    allergen: row.allergen,
  };
}

function contractCodes(): readonly ContractCode[] {
  return JSON.parse(
    readFileSync(new URL('./data/contract-codes.json', import.meta.url), 'utf8'),
  ) as ContractCode[];
}

function demonstrationRows(): EditionConcept[] {
  const table = demonstrationConcepts();
  const terms = new Map(table.map(({ conceptId, term }) => [conceptId, term]));
  const rows = new Map(table.map((row) => [row.conceptId, conceptRow(row, (id) => terms.get(id))]));
  for (const { conceptId, terms: more, semanticTag, parents } of contractCodes()) {
    const known = rows.get(conceptId);
    const added = more.map((term): EditionTerm => ({ term, type: 'synonym', active: true }));
    rows.set(
      conceptId,
      known === undefined
        ? { id: conceptId, active: true, semanticTag, terms: added, parents }
        : { ...known, terms: [...known.terms, ...added] },
    );
  }
  return [...rows.values()];
}

let shared: Terminology | undefined;

/** The demonstration terminology. Built once; pass `sets` to try other code sets. */
export function demonstrationTerminology(sets?: ValueSets): Terminology {
  if (sets === undefined && shared !== undefined) return shared;
  const edition = editionOf(
    { uri: 'urn:gpc:edition:demo', version: 'demonstration', source: 'demo' },
    demonstrationRows(),
    { complete: false, absence: () => 'notInDemo' },
  );
  const built = terminologyOver(edition, sets ?? shippedValueSets());
  if (sets === undefined) shared = built;
  return built;
}

/** The same as a source, for callers that may be given a remote one. */
export function demonstrationSource(): TerminologySource {
  return { load: async () => demonstrationTerminology() };
}
