// What the report of a consultation says, in the order it stood on the sender's screen. spec: messaging §5.3
import type { OrganisationInput, PatientInput, PractitionerInput } from '../messages/index.ts';

/** One line of a report: free text, or a code with what was written beside it. */
export type ReportEntry =
  | { readonly text: string }
  | {
      readonly terminology: 'SNOMED CT' | 'dm+d';
      readonly code: string;
      readonly display: string;
      /** Value, dose, quantity or comment, as shown to the sender. */
      readonly detail?: string | undefined;
    };

export interface ReportSection {
  readonly heading: string;
  readonly entries: readonly ReportEntry[];
}

export interface ConsultationReport {
  readonly title: string;
  /** 1 for the first; the number of the message's `meta.versionId`. */
  readonly version: number;
  readonly patient: PatientInput;
  readonly sender: OrganisationInput;
  /** The first is the author. */
  readonly practitioners: readonly PractitionerInput[];
  /** Who it is for, e.g. the registered practice. */
  readonly recipient: string;
  readonly startedAt: Date;
  readonly sections: readonly ReportSection[];
}
