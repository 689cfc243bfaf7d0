// What recall needs of the rest of the national service. spec: national-service §15
import type { EventParts } from '@gp-connect/foundation/audit';
import type { MeshPauses } from '../../mesh/index.ts';
import type { By } from './cases.ts';
import type { ResolvedSelector } from './selector.ts';

/** A practice that may hold entries. */
export interface RecallPractice {
  readonly ods: string;
  readonly icb: string | null;
  /** ODS code of the maker of its system. */
  readonly supplier: string | null;
  /** The system it runs, as it is registered. */
  readonly system?: { readonly name: string; readonly version: string } | null;
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
  /** Stops new and undelivered messages (UPD-07). Absent: not offered. */
  readonly pauses?: Pick<MeshPauses, 'create' | 'list' | 'lift'>;
  /** The operator's hold of a practice's product (ENB-02). Absent: not offered. */
  readonly holds?: PracticeHolds;
  readonly append: AppendEvent;
}

/** Where an entry stands in an audit log. */
export interface AuditPlace {
  readonly origin: string;
  readonly index: number;
}

/** The operator's audit log: durable when it resolves. */
export type AppendEvent = (event: EventParts) => Promise<AuditPlace | undefined>;

export interface PracticeHolds {
  /** False where the practice's product is held for another incident already. */
  hold(practice: string, hold: Hold, by: By): Promise<boolean>;
  /** False where it is not held for this incident. */
  lift(practice: string, hold: Hold, by: By): Promise<boolean>;
}

export interface Hold {
  readonly product: string;
  /** Reference of the incident: a hold is lifted by it alone. */
  readonly incident: string;
  readonly reason: string;
}
