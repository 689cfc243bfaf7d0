// The record model every provider capability reads: index entries, links, and resources kept as text.
// spec: design §2 (one record model, many views), access-record-structured §7
import type { ClinicalArea } from '@gp-connect/foundation/nhs';

/** Registration facts of a person at one practice. */
export interface PatientEntry {
  /** Internal key of (practice, person): never leaves the provider. */
  key: number;
  /** Logical id of the Patient resource. */
  id: string;
  nhsNumber: string;
  /** NHS number verification status, `01` is verified. spec: foundations §11.2 */
  verification: string;
  registration: 'regular' | 'temporary' | 'other';
  /** False once the person has left, or died. */
  active: boolean;
  /** Date of death, where recorded. */
  deceased: string | null;
  /** S-flag: nothing may show that the person is known here. */
  sensitive: boolean;
  sharing: 'share' | 'dissent';
  /** `yyyy-mm-dd` of registration while the previous practice's record is still to come. spec: §9.1 */
  inTransitSince: string | null;
  /** `yyyy-mm-dd` of the oldest unfiled inbound item, with the areas it would affect. spec: §9.1 */
  awaitingFiling: { since: string; areas: readonly ClinicalArea[] } | null;
  /** Rises with every change to the record. */
  version: number;
}

/** What a resource is within the record, finer than its type; decides area and list membership. */
export type Role =
  | 'patient'
  | 'actor' // Practitioner, PractitionerRole, Organization, Location, HealthcareService, Device
  | 'allergy-active'
  | 'allergy-ended'
  | 'medication' // the Medication resource
  | 'statement'
  | 'plan'
  | 'order'
  | 'encounter'
  | 'consultation-list'
  | 'topic-list'
  | 'heading-list'
  | 'problem'
  | 'immunisation'
  | 'immunisation-status' // consent, dissent or invitation Observation
  | 'uncategorised'
  | 'narrative' // comment-note Observation: only inside consultations
  | 'report'
  | 'report-part' // Observation reached from a report: header, result, filing comment
  | 'specimen'
  | 'test-request'
  | 'referral'
  | 'diary'
  | 'document'
  | 'binary'
  | 'questionnaire-response'
  | 'other';

/** One resource as its indexed columns: everything selection needs, without the JSON. */
export interface IndexEntry {
  /** Position in the record; also the order of streaming. Shared actors stand after a person's own entries. */
  seq: number;
  type: string;
  id: string;
  role: Role;
  /** First and last instant of the item's relevant date (§4), epoch milliseconds; null where none is recorded. */
  from: number | null;
  to: number | null;
  /** Status that filters look at: clinicalStatus, plan status, Encounter status. */
  status: string | null;
  /**
   * `major`/`minor` for problems; prescription type for plans and orders; prescribing agency for statements;
   * `given`/`not-given` for immunisations; else null.
   */
  detail: string | null;
  /** Main SNOMED code, where there is one. */
  code: string | null;
  confidential: boolean;
}

/** A reference between two resources of one record. `path` is the element path with array indices left out. */
export interface Link {
  fromSeq: number;
  /** e.g. `context`, `basedOn`, `medicationReference`, `entry.item`, `extension(actualProblem)`, `extension(relatedClinicalContent)`,
   *  `extension(relatedProblemHeader)`, `extension(encounter)`, `result`, `related.target`, `performer.actor`. */
  path: string;
  toType: string;
  toId: string;
}

/** A consistent view of one person's record at one version. */
export interface RecordReader {
  readonly patient: PatientEntry;
  /** Every entry in `seq` order, actors included. */
  index(): Promise<readonly IndexEntry[]>;
  links(): Promise<readonly Link[]>;
  /** The resources' wire JSON text (confidentiality markers removed), in the order of `seqs`. */
  resources(seqs: readonly number[]): AsyncIterable<{ seq: number; json: string }>;
}

/** The record room's public face. Every call names its practice. */
export interface RecordStore {
  findPatient(practice: string, nhsNumber: string): Promise<PatientEntry | undefined>;
  findPatientById(practice: string, id: string): Promise<PatientEntry | undefined>;
  /**
   * Runs `work` on a consistent view. On PostgreSQL one repeatable-read transaction spans it; on the embedded
   * store pages are fetched whole and then released, so that a slow reader cannot hold up the practice.
   */
  read<Result>(
    practice: string,
    patient: PatientEntry,
    work: (reader: RecordReader) => Promise<Result>,
  ): Promise<Result>;
  /** Shared actors of a practice (JSON text) that carry the identifier. spec: foundations §13.3, §13.5 */
  findActors(
    practice: string,
    type: 'Practitioner' | 'Organization',
    system: string,
    value: string,
  ): Promise<readonly string[]>;
  /** One resource by type and id at a practice, with the person it belongs to (null for shared actors). */
  resource(
    practice: string,
    type: string,
    id: string,
  ): Promise<{ json: string; entry: IndexEntry; patientKey: number | null } | undefined>;
}
