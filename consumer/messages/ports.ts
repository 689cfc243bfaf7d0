// What the sender asks of the world: MESH, the patient directory, the plausibility rules. spec: mesh §8; messaging §2.5
import type { Bundle } from '@gp-connect/foundation/fhir';
import type { Directory, TraceProblem } from '../client/index.ts';
import type { MeshFields } from './composed.ts';

/** What became of a POST to the outbox. Only `accepted` has an id; only `not-sent` may be tried again. */
export type SendResult =
  | { readonly outcome: 'accepted'; readonly meshId: string }
  | { readonly outcome: 'refused'; readonly code: string; readonly reason: string }
  | { readonly outcome: 'not-sent'; readonly reason: string }
  | { readonly outcome: 'unknown'; readonly reason: string };

/** A message of the inbox, as far as a sender cares. */
export interface InboxMessage {
  readonly type: 'DATA' | 'REPORT';
  readonly workflowId: string;
  readonly subject: string;
  /** The mailbox it came from; none for a report. */
  readonly from?: string;
  /** Reports: the message that failed, and why. */
  readonly report?: { readonly linkedMeshId: string; readonly code: string; readonly text: string };
  readonly body: Uint8Array;
}

/** What leaves: `sendId` names the send and is the same whenever it is tried again. */
export interface OutgoingMessage {
  readonly sendId: string;
  readonly fields: MeshFields;
  readonly body: Uint8Array;
  /** Default `application/fhir+xml`. */
  readonly contentType?: string;
}

export interface SenderMailbox {
  /**
   * True if `send` with a send id of before finds out what became of it and never makes a second message, also after
   * a restart. Otherwise a message whose sending broke off is never tried again.
   */
  readonly sendsOnce: boolean;
  send(message: OutgoingMessage): Promise<SendResult>;
  /** Every waiting message id, oldest first, all pages. */
  waiting(): Promise<readonly string[]>;
  /** Undefined if it is no longer there. */
  download(meshId: string): Promise<InboxMessage | undefined>;
  acknowledge(meshId: string): Promise<void>;
}

export interface TracedForSending {
  readonly nhsNumber: string;
  readonly families: readonly string[];
  readonly birthDate: string | undefined;
  readonly practice: string | null;
  readonly problems: readonly TraceProblem[];
}

export interface PatientDirectory {
  /** PDS trace; undefined where the number is unknown or was invalidated. */
  trace(nhsNumber: string): Promise<TracedForSending | undefined>;
  /** Whether the practice has a mailbox for the workflow: advisory, routing decides at delivery. */
  mailboxes?(practice: string, workflowId: string): Promise<number>;
  /** Whether an organisation is an active pharmacy; without it the receiver alone asks. spec: national-service UPD-04 */
  isActivePharmacy?(ods: string): Promise<boolean>;
}

/** The patient directory over the client library. */
export function patientDirectory(directory: Directory, accessToken: () => Promise<string>): PatientDirectory {
  return {
    async trace(nhsNumber) {
      const found = await directory.trace(nhsNumber, await accessToken());
      if (found === undefined) return undefined;
      const { patient, practice, problems } = found;
      return {
        nhsNumber: found.nhsNumber,
        families: (patient.name ?? []).flatMap(({ family }) => family ?? []),
        birthDate: patient.birthDate,
        practice,
        problems,
      };
    },
  };
}

/** What a plausibility rule says of one item. */
export interface PlausibilityFinding {
  readonly ruleId: string;
  readonly severity: 'INFO' | 'WARN' | 'ACTION' | 'BLOCK' | 'REJECT';
  readonly itemRef: string;
  readonly message: string;
}

/** The rules a receiver will run, run before sending. spec: messaging §10.2 SG-20; national-service UPD-05 */
export interface PlausibilityCheck {
  (document: Bundle, now: Date): Promise<readonly PlausibilityFinding[]>;
  /** Version of the rule pack that is run; kept with each message that was checked by it. */
  readonly ruleSetVersion?: string;
}
