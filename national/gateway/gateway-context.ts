// What every journey of the router uses: made once at start, passed in everywhere.
import type { Logger } from '@gp-connect/foundation/http';
import type { Revocations } from '@gp-connect/foundation/trust';
import type { AuditTrail } from './audit-trail.ts';
import type { TrustedDirectory } from './directory-snapshot.ts';
import type { ProviderConnections } from './provider-connections.ts';
import type { RateLimits } from './rate-limits.ts';
import type { GatewaySettings } from './settings.ts';

export interface GatewayContext {
  readonly settings: GatewaySettings;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  readonly directory: TrustedDirectory;
  readonly trail: AuditTrail;
  readonly connections: ProviderConnections;
  readonly limits: RateLimits;
  readonly revocations: Revocations | undefined;
  readonly logger: Logger;
}
