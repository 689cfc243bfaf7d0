// What recall needs of the rest of the national service. spec: national-service §15
import type { EventParts } from '@gp-connect/foundation/audit';
import type { ResolvedSelector } from './selector.ts';

/** A practice that may hold entries. */
export interface RecallPractice {
  readonly ods: string;
  readonly icb: string | null;
  /** ODS code of the maker of its system. */
  readonly supplier: string | null;
}

export interface RecallPractices {
  /** Every practice whose system can be asked. */
  all(): Promise<readonly RecallPractice[]>;
  /** `https://host[:port]` of the practice's system; undefined where none is registered. */
  origin(ods: string): Promise<string | undefined>;
}

/** What is known of messages from their envelopes alone: sender, time, product. */
export type EnvelopeScope = Pick<ResolvedSelector, 'product' | 'senderOds' | 'sentFrom' | 'sentTo'>;

export interface Recipient {
  readonly practice: string;
  readonly messages: number;
  /** ISO 8601. */
  readonly firstAt: string;
  readonly lastAt: string;
}

export interface Envelopes {
  /** Practices that received messages in scope (INC-05). */
  recipients(scope: EnvelopeScope): Promise<readonly Recipient[]>;
  /** Messages in scope that nobody collected yet (INC-06). */
  inTransit(scope: EnvelopeScope): Promise<number>;
}

export interface RecallPorts {
  readonly practices: RecallPractices;
  readonly envelopes: Envelopes;
  /** State of a practice's switch for a product at an instant (ENB-05). */
  enablementAt(practice: string, product: string, at: string): Promise<string>;
  /** Stops undelivered and new messages in scope (UPD-07), and answers the pause's reference. Absent: not offered. */
  readonly pause?: (scope: EnvelopeScope & { recall: string; reason: string }) => Promise<string>;
  /** The national audit log: durable when it resolves. */
  append(event: EventParts): Promise<unknown>;
}
