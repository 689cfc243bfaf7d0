// What a decision looks at and what it answers. spec: national-service §21
import type { ClinicalArea, ErrorCode, Interaction } from '@gp-connect/foundation/nhs';
import type { AccreditedSystem, Organisation } from '../directory/index.ts';
import type { Effective, SwitchLookup } from './effective-state.ts';
import type { Agreement, PracticeBlock, UseCase } from './types.ts';

/** The directory's index satisfies this; so does anything with the same look-ups. */
export interface DecisionSnapshot extends SwitchLookup {
  system(asid: string): AccreditedSystem | undefined;
  organisation(ods: string): Organisation | undefined;
  agreement(ods: string): Agreement | undefined;
  isPairRefused(from: string, to: string): boolean;
  useCases(asid: string): readonly UseCase[];
  blocks(practice: string): readonly PracticeBlock[];
  hasOptedIn(practice: string, privateOrganisation: string): boolean;
  /** True where the party has an MHS record for the interaction. */
  receives(partyKey: string, interaction: string): boolean;
  /** ODS code of the practice's own supplier. */
  supplierOf(practice: string): string | undefined;
}

export interface DecisionRequest {
  /** How the request came in: it decides the wording of a missing arrangement (rows 17 and 25). */
  readonly mode: 'A' | 'B' | 'C';
  /** `Ssp-From`: the sender's ASID. */
  readonly from: string;
  /** `requesting_organization` of the token and `Ods-from`, those that are there: each must be the sender's. */
  readonly organisations: readonly string[];
  /** The receiver's ASID where it is known. */
  readonly to: string | null;
  /** ODS code of the practice; null while it is unknown. */
  readonly practice: string | null;
  readonly interaction: Interaction;
  /** Areas asked of Structured; empty for everything else. */
  readonly areas: readonly ClinicalArea[];
  /** Start of the earliest period asked for, `yyyy-mm-dd`; null where some part has no start. */
  readonly dateFrom: string | null;
  /** Evidence of the patient's explicit permission in the token (CON-08). */
  readonly patientPermission: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A refusal in the terms of national-service §21: `ssp` bodies carry the status as code, `gpc` ones the catalogue's. */
export interface Refused {
  readonly allowed: false;
  readonly row: string;
  readonly status: number;
  readonly dialect: 'ssp' | 'gpc';
  readonly issueType: string;
  readonly code: ErrorCode | '403';
  readonly diagnostics: string;
}

/** What counts for a product or one of its areas, and the name it goes by in diagnostics. */
export interface Enablement {
  readonly name: string;
  readonly effective: Effective;
}

export interface Facts {
  readonly snapshot: DecisionSnapshot;
  readonly request: DecisionRequest;
  readonly sender: AccreditedSystem | undefined;
  /** The sender's use cases that cover the product. */
  readonly useCases: readonly UseCase[];
  /** Of the practice; empty while it is unknown. */
  readonly enablement: readonly Enablement[];
}

/** One row of the table: how it is answered, and when. */
export interface Check extends Pick<Refused, 'row' | 'status' | 'dialect' | 'issueType'> {
  code(interaction: Interaction): Refused['code'];
  /** The diagnostics where it refuses, null where it lets pass. */
  refuses(facts: Facts): string | null;
}

type Refuses = Check['refuses'];

/** An answer of the proxy itself. */
export const ssp = (row: string, refuses: Refuses): Check => ({
  row,
  status: 403,
  dialect: 'ssp',
  issueType: 'forbidden',
  code: () => '403',
  refuses,
});

/** An answer from the GP Connect catalogue; for `ar-html` (0.x) another code where that set lacks this one. */
export const gpc = (row: string, code: ErrorCode, refuses: Refuses, html: ErrorCode = code): Check => ({
  row,
  status: code === 'INVALID_PARAMETER' ? 422 : 403,
  dialect: 'gpc',
  issueType: code === 'INVALID_PARAMETER' ? 'invalid' : 'forbidden',
  code: (interaction) => (interaction.fhir === 'DSTU2' ? html : code),
  refuses,
});

/** A capability statement holds no patient's data: switches do not apply to it (the capability poll reads it). */
export function isMetadata(interaction: Interaction): boolean {
  return interaction.path === '/metadata';
}
