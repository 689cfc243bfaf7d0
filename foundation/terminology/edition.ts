// What a terminology needs to know of its data, wherever that data is. spec: terminology §4, §6
import type { EditionRef, ProductLevel, Replacement } from './types.ts';

export interface EditionTerm {
  readonly term: string;
  readonly descriptionId?: string | undefined;
  readonly type: 'fsn' | 'synonym';
  readonly active: boolean;
}

export interface EditionProduct {
  readonly level?: ProductLevel | undefined;
  readonly vmp?: string | undefined;
  readonly vtm?: string | undefined;
  readonly ingredients?: readonly string[] | undefined;
  readonly discontinued?: boolean | undefined;
  readonly invalid?: boolean | undefined;
}

export interface EditionConcept {
  readonly id: string;
  readonly active: boolean;
  readonly semanticTag?: string | undefined;
  /** The preferred term first. */
  readonly terms: readonly EditionTerm[];
  /** Nearest ancestors; undefined where the place in the hierarchy is not known. */
  readonly parents?: readonly string[] | undefined;
  readonly product?: EditionProduct | undefined;
  readonly replacements?: readonly Replacement[] | undefined;
  /** For an allergy: the substance it is an allergy to. */
  readonly allergen?: string | undefined;
}

/** How far an edition can be trusted about a code it does not hold. */
export type Absence =
  /** A whole release: the code does not exist in it. */
  | 'unknown'
  /** The demonstration table: it says nothing about other codes. */
  | 'notInDemo'
  /** The remote server could not be asked. */
  | 'unavailable';

export interface Edition {
  readonly ref: EditionRef;
  readonly complete: boolean;
  concept(id: string): EditionConcept | undefined;
  conceptOfDescription(descriptionId: string): EditionConcept | undefined;
  absence(id: string): Absence;
  concepts(): Iterable<EditionConcept>;
}

/** An edition held in memory. */
export function editionOf(
  ref: EditionRef,
  rows: Iterable<EditionConcept>,
  options: { complete: boolean; absence: (id: string) => Absence },
): Edition {
  const concepts = new Map<string, EditionConcept>();
  const byDescription = new Map<string, EditionConcept>();
  for (const row of rows) {
    concepts.set(row.id, row);
    for (const { descriptionId } of row.terms) {
      if (descriptionId !== undefined) byDescription.set(descriptionId, row);
    }
  }
  return {
    ref,
    complete: options.complete,
    concept: (id) => concepts.get(id),
    conceptOfDescription: (id) => byDescription.get(id),
    absence: options.absence,
    concepts: () => concepts.values(),
  };
}
