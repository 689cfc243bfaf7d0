// The demonstration concepts: a small table of real codes with the terms seen in public sources.
// spec: terminology §7 (demonstration data)
import { readFileSync } from 'node:fs';

export interface DemonstrationDescription {
  readonly descriptionId: string;
  readonly term: string;
}

/** One concept as the table gives it. Ids are strings: they exceed what a number holds. */
export interface DemonstrationConcept {
  readonly conceptId: string;
  /** The display of this concept. */
  readonly term: string;
  /** The description id of exactly `term`, where one was seen. */
  readonly descriptionId?: string;
  readonly otherDescriptions?: readonly DemonstrationDescription[];
  readonly semanticTag?: string;
  readonly fsn?: string;
  /** Nearest ancestors inside this table. */
  readonly parents?: readonly string[];
  readonly category: string;
  readonly use: string;
  /** Absent means active. */
  readonly active?: boolean;
  readonly replaces?: string;
  readonly replacedBy?: string;
  readonly dmdLevel?: 'VTM' | 'VMP' | 'AMP' | 'VMP-previous' | 'VMP-unverified' | 'unknown';
  readonly vmp?: string;
  readonly vtm?: string;
  readonly ingredients?: readonly string[];
  readonly allergen?: string;
  readonly readv2?: readonly string[];
  readonly ctv3?: readonly string[];
  readonly pcdPregCod?: boolean;
}

let loaded: readonly DemonstrationConcept[] | undefined;

/** The whole table, read once from the file beside this module. */
export function demonstrationConcepts(): readonly DemonstrationConcept[] {
  loaded ??= JSON.parse(
    readFileSync(new URL('./data/demonstration-concepts.json', import.meta.url), 'utf8'),
  ) as DemonstrationConcept[];
  return loaded;
}
