// What every use case of MESH works with; made once at start.
import type { Logger } from '@gp-connect/foundation/http';
import type { MeshAudit } from './audit-trail.ts';
import type { TakesProduct } from './enablement.ts';
import type { Faults } from './faults.ts';
import type { KeyRing } from './keys.ts';
import type { Mailboxes } from './mailboxes.ts';
import type { MessageStore } from './message-store.ts';
import type { MeshMetrics } from './metrics.ts';
import type { PauseControl } from './pause-control.ts';
import type { PayloadStorage } from './payload-storage.ts';
import type { ReplayStore } from './replay.ts';
import type { MeshSettings } from './settings.ts';
import type { Message } from './types.ts';

export interface Mesh {
  readonly settings: MeshSettings;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly logger: Logger;
  readonly metrics: MeshMetrics;
  readonly mailboxes: Mailboxes;
  readonly messages: MessageStore;
  readonly replay: ReplayStore;
  readonly ring: KeyRing;
  readonly storage: PayloadStorage;
  readonly audit: MeshAudit;
  readonly pauses: PauseControl;
  readonly faults: Faults;
  readonly takes: TakesProduct;
  readonly nextId: () => string;
  /** Hands an accepted GPPROVIDER message to the router; returns at once. */
  readonly route: (message: Message) => void;
  /** Removes payloads no message needs any more; a failure is logged and left to the next sweep. */
  readonly removeDiscarded: () => Promise<void>;
}
