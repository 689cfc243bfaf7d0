// Starts the router: front door, public log, operations; ends it in the order nothing is lost.
// spec: national-service §3, AUD-01, LOG-13, SLA-12
import { type AuditLog, publishedFolder } from '@gp-connect/foundation/audit';
import {
  createMetrics,
  type ListenAddress,
  type Logger,
  type Metrics,
  startOperations,
} from '@gp-connect/foundation/http';
import type { AccessTokenVerifier, Revocations, TlsIdentity } from '@gp-connect/foundation/trust';
import { createAuditTrail } from './audit-trail.ts';
import { type ClientCredentials, openDirectoryHttp } from './directory-access.ts';
import { createDirectoryLookup } from './directory-lookup.ts';
import type { TrustedDirectory } from './directory-snapshot.ts';
import { openFrontDoor } from './front-door.ts';
import type { GatewayContext } from './gateway-context.ts';
import { patientBasedJourney } from './patient-based.ts';
import { practicePathJourney } from './practice-path.ts';
import { openProviderConnections } from './provider-connections.ts';
import { startPublicLog } from './public-log.ts';
import { createRateLimits } from './rate-limits.ts';
import { createServe } from './serve.ts';
import type { GatewaySettings } from './settings.ts';

export interface GatewayDependencies {
  /** The router's certificate: server to consumers, client to providers. */
  readonly identity: TlsIdentity;
  /** This replica's own log; the gateway shuts it down when it closes. */
  readonly audit: AuditLog;
  readonly directory: TrustedDirectory;
  readonly logger: Logger;
  readonly revocations?: Revocations;
  /** Text of the tlog-policy file (LOG-03). */
  readonly policyText?: () => string;
  /** What mode C needs besides its settings; without it its paths answer 404. */
  readonly patientBased?: {
    readonly accessTokens: AccessTokenVerifier;
    /** For the application-restricted token of PDS and SDS. */
    readonly credentials?: ClientCredentials;
    /** For SDS. */
    readonly apiKey?: string;
  };
  readonly metrics?: Metrics;
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number;
}

export interface Gateway {
  readonly address: ListenAddress;
  readonly operations: ListenAddress;
  readonly publicLog: ListenAddress;
  /** Finishes what is under way, then closes the directory feed and the audit log. */
  close(): Promise<void>;
}

export async function startGateway(
  settings: GatewaySettings,
  dependencies: GatewayDependencies,
): Promise<Gateway> {
  const { audit, directory, logger, identity, revocations, patientBased } = dependencies;
  const now = dependencies.now ?? Date.now;
  const metrics = dependencies.metrics ?? createMetrics('gateway');
  const turnedAway = metrics.counter('gpc_gateway_turned_away', 'Connections that came to no request', [
    'reason',
  ]);
  let outOfService = false;

  const trail = createAuditTrail({
    log: audit,
    now,
    failed: (error) => {
      outOfService = true;
      logger.error({ err: error }, 'the audit log cannot append: out of service');
    },
  });
  const connections = openProviderConnections({ identity, settings: settings.provider });
  const gateway: GatewayContext = {
    settings,
    now,
    directory,
    trail,
    connections,
    limits: createRateLimits(settings.limits, () => performance.now()),
    revocations,
    logger,
  };
  const inService = (): boolean => !outOfService && audit.health().status === 'ok';
  const healthy = (): boolean => inService() && directory.current() !== null;
  const http = openDirectoryHttp({
    identity,
    now,
    ...(patientBased?.credentials ? { credentials: patientBased.credentials } : {}),
  });
  const lookup = createDirectoryLookup(http, {
    ...settings.directory,
    ...(patientBased?.apiKey ? { apiKey: patientBased.apiKey } : {}),
  });
  const serve = createServe(
    gateway,
    {
      practicePath: practicePathJourney,
      ...(patientBased
        ? { patientBased: patientBasedJourney({ accessTokens: patientBased.accessTokens, lookup }) }
        : {}),
    },
    { metrics, healthy },
  );

  const door = await openFrontDoor({
    identity,
    settings,
    serve,
    turnedAway: (reason) => turnedAway.inc({ reason }),
  });
  const publicLog = await startPublicLog(
    {
      origin: audit.origin,
      files: publishedFolder(audit.folders.published),
      policy: dependencies.policyText ?? (() => 'quorum none\n'),
    },
    { host: settings.logHost, port: settings.logPort },
  );
  const operations = await startOperations({
    service: 'gateway',
    address: { host: settings.operationsHost, port: settings.operationsPort },
    metrics,
    health: () => ({
      status: healthy() ? 'healthy' : 'unhealthy',
      audit: audit.health().status,
      directory: directory.current() ? 'trusted' : 'stale',
      underWay: door.underWay(),
    }),
  });

  const end = async (): Promise<void> => {
    await door.close();
    await Promise.all([connections.close(), http.close()]);
    await directory.close();
    await audit.shutdown();
    await Promise.all([publicLog.close(), operations.close()]);
  };
  let ending: Promise<void> | undefined;
  return {
    address: door.address,
    operations: operations.address,
    publicLog: publicLog.address,
    close() {
      ending ??= end();
      return ending;
    },
  };
}
