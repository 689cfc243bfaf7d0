// A structured record as a person reads it: areas with their items, and everything that is not there said so.
// spec: access-record-structured §15 (consumer duties)
import type { ClinicalArea } from '@gp-connect/foundation/nhs';

/** A date with the precision it was recorded in; `sort` is comparable text, null where nothing was recorded. */
export interface RecordedDate {
  readonly text: string;
  readonly sort: string | null;
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** How an item must be told apart from what is simply so. */
export type Standing =
  | 'current'
  | 'past'
  /** An allergy that ended: never to be fed to decision support. */
  | 'ended'
  /** Planned, not done. */
  | 'planned'
  /** An immunisation that did not take place. */
  | 'not-given'
  | 'draft';

export type Caution =
  /** The code did not survive a transfer between systems: only the text is to be relied on. */
  | 'transfer-degraded'
  | 'uncoded'
  /** Not to be shown to the patient (NOPAT). */
  | 'not-for-patient';

export interface Measurement {
  /** Code that makes a series, e.g. a SNOMED code. */
  readonly series: string;
  readonly title: string;
  readonly value: number;
  readonly unit: string;
  readonly low?: number;
  readonly high?: number;
  /** Title of the observation this is a component of: systolic and diastolic belong together. */
  readonly group?: string;
}

export interface Item {
  /** `Type/id` */
  readonly reference: string;
  readonly area: ClinicalArea | 'documents';
  /** What kind of thing, in words a clinician uses: `Repeat medication`, `Test result`. */
  readonly kind: string;
  readonly date: RecordedDate;
  /** The words the author saw. */
  readonly title: string;
  readonly standing: Standing;
  readonly cautions: readonly Caution[];
  readonly facts: readonly Fact[];
  readonly notes: readonly string[];
  /** What is known to be left out here, in the practice's words. */
  readonly missing?: readonly string[];
  readonly author: string | null;
  /** Titles of the problems it is linked to. */
  readonly problems: readonly string[];
  readonly measurements: readonly Measurement[];
  /** Issues of a medication, results of a report, entries of a problem. */
  readonly children: readonly Item[];
  /** Heading over the children. */
  readonly childrenTitle?: string;
}

export interface ConsultationTopic {
  readonly title: string | null;
  readonly problems: readonly string[];
  readonly headings: readonly { readonly title: string | null; readonly items: readonly (Item | string)[] }[];
}

export interface Consultation extends Item {
  readonly topics: readonly ConsultationTopic[];
}

/**
 * One area of the answer. `nothingRecorded` is true only where the practice says so and nothing was withheld;
 * `missing` says in words what is known to be left out, `unavailable` why there is no answer at all.
 */
export interface AreaView {
  readonly area: ClinicalArea;
  readonly title: string;
  readonly items: readonly Item[];
  readonly missing: readonly string[];
  readonly unavailable: string | null;
  readonly nothingRecorded: boolean;
}

export interface RecordView {
  readonly patient: {
    readonly nhsNumber: string;
    readonly name: string;
    readonly family: string;
    readonly given: string;
    readonly gender: string | null;
    readonly birthDate: string | null;
    readonly address: string | null;
    readonly usualGp: string | null;
  };
  readonly practice: { readonly ods: string | null; readonly name: string | null };
  /** Areas asked for, in the order of the national list. */
  readonly areas: readonly AreaView[];
  /** Items that came along with problems or consultations and are no answer of an area asked for. */
  readonly context: readonly Item[];
  /** Data missing for the whole answer, in words. */
  readonly warnings: readonly string[];
  /** Resource types in the answer that this view does not show, with their number. */
  readonly notShown: readonly Fact[];
}
