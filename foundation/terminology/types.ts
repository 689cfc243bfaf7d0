// The terminology interface every caller uses, whatever stands behind it. spec: terminology §1.3, §4
import type { DisplayMatch } from './display-match.ts';
import type { SctidFault, SctidKind } from './sctid.ts';

/** An answer that may honestly be missing. Compare with `=== 'yes'`: 'unknown' is never taken for true. */
export type Answer = 'yes' | 'no' | 'unknown';

/** Four separate answers, and `notInDemo` where only the demonstration table was asked. spec: terminology §1.3 rule 3 */
export type CodeStatus = 'active' | 'inactive' | 'unknown' | 'notInDemo' | 'invalidFormat';

export interface EditionRef {
  readonly uri: string;
  readonly version: string;
  readonly source: 'rf2' | 'demo' | 'synthetic' | 'remote';
}

export interface Issue {
  readonly code: string;
  readonly severity: 'block' | 'warn' | 'info';
  /** Words for a support desk; never patient data. */
  readonly detail?: string;
}

export interface CodeQuery {
  readonly system?: string | undefined;
  readonly code: unknown;
  readonly display?: string | undefined;
  readonly version?: string | undefined;
  /** The value set of the element: names the sibling concepts a display may belong to by mistake. */
  readonly valueSet?: string | undefined;
}

export interface CodeCheck {
  readonly status: CodeStatus;
  readonly reason?: SctidFault | 'relationshipId';
  readonly kind?: SctidKind;
  readonly systemKnown: boolean;
  readonly conceptId?: string;
  readonly preferredTerm?: string;
  readonly semanticTag?: string;
  /** A description id was sent in place of a concept id: what was meant. An offer, never a substitution. */
  readonly repair?: { readonly conceptId: string; readonly descriptionId: string; readonly term: string };
  readonly replacements?: readonly Replacement[];
  readonly namespaceOwner?: string;
  readonly displayMatch?: DisplayMatch;
  readonly issues: readonly Issue[];
}

/** Successor of a retired code, offered to a human. spec: terminology §1.3 rule 2, §4.9 */
export interface Replacement {
  readonly conceptId: string;
  readonly term?: string;
  readonly path: string;
  readonly ambiguous: boolean;
}

export interface Description {
  readonly descriptionId?: string;
  readonly conceptId: string;
  readonly term: string;
  readonly type: 'fsn' | 'synonym';
  readonly active: boolean;
}

export interface ConceptDetails {
  readonly conceptId: string;
  readonly status: 'active' | 'inactive';
  readonly preferredTerm?: string;
  readonly fsn?: string;
  readonly semanticTag?: string;
  readonly descriptions: readonly Description[];
  readonly parents: readonly string[];
  readonly childCount: number;
  readonly product?: Product;
}

export type ProductLevel = 'VTM' | 'VMP' | 'AMP' | 'VMPP' | 'AMPP' | 'TF';

export interface Product {
  readonly id: string;
  /** Undefined where the source cannot tell the level. */
  readonly level?: ProductLevel;
  /** The id in use today; differs from `id` for a previous dm+d id. */
  readonly currentId: string;
  readonly name: string;
  readonly vmp?: string;
  readonly vtm?: string;
  /** Substances; undefined where the source does not hold them (which is not "none"). */
  readonly ingredients?: readonly string[];
  readonly discontinued: boolean;
  readonly invalid: boolean;
}

export interface AllergenMatch {
  readonly outcome: 'match' | 'classMatch' | 'unknown' | 'none';
  readonly reasons: readonly string[];
}

export type Subsumption = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed' | 'unknown';

export interface SearchQuery {
  readonly text: string;
  /** Only concepts at or below this one. */
  readonly under?: string;
  readonly semanticTags?: readonly string[];
  readonly includeInactive?: boolean;
  /** At most 200; 20 where left out. */
  readonly limit?: number;
}

export interface SearchHit {
  readonly conceptId: string;
  readonly term: string;
  readonly preferredTerm?: string;
  readonly semanticTag?: string;
  readonly score: number;
}

/**
 * A loaded edition. Every function is pure and synchronous and never throws for bad input; ids are strings. What the
 * edition cannot tell is said (`unknown`), never guessed.
 */
export interface Terminology {
  readonly edition: EditionRef;
  /** False for the demonstration table: "not in it" says nothing about the code. */
  readonly complete: boolean;
  validateCode(query: CodeQuery): CodeCheck;
  displayMatch(conceptId: string, display: string | undefined, valueSet?: string): DisplayMatch;
  lookup(conceptId: string): ConceptDetails | undefined;
  description(descriptionId: string): Description | undefined;
  preferredTerm(conceptId: string): string | undefined;
  isActive(conceptId: string): Answer;
  /** `subsumes` when `a` is above `b`. */
  subsumes(a: string, b: string): Subsumption;
  /** Whether `concept` is `ancestor` or below it. */
  isA(concept: string, ancestor: string): Answer;
  ancestors(conceptId: string): readonly string[];
  descendants(conceptId: string): readonly string[];
  inValueSet(name: string, code: string): Answer;
  replacementsOf(conceptId: string): readonly Replacement[];
  product(code: string): Product | undefined;
  allergenMatch(allergyCode: string, productCode: string): AllergenMatch;
  search(query: SearchQuery): readonly SearchHit[];
}

/** Codes one piece of work will ask about, so that a distant source can fetch them first. */
export interface CodesNeeded {
  readonly codes: Iterable<string>;
}

/**
 * Where terminologies come from. An embedded edition answers with itself; a remote one fetches what is named and
 * answers with a terminology of just those codes. Callers `await source.load({ codes })` and then work synchronously.
 */
export interface TerminologySource {
  load(needed: CodesNeeded): Promise<Terminology>;
}
