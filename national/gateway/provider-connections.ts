// Connections to providers: one pool for each origin, mutual TLS, HTTP/1.1, time-outs. spec: national-service RTE-24, RTE-25; foundations §6.6
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { buildConnector, type Dispatcher, Pool } from 'undici';

export interface ConnectionSettings {
  /** Connections to one provider origin at the same time. */
  readonly connections: number;
  /** Requests under way or waiting for one provider origin; above it the router answers 503. */
  readonly outstanding: number;
  readonly connectSeconds: number;
  /** Longest silence within an answer. */
  readonly betweenBytesSeconds: number;
  /** `host` or `host:port` of a registered endpoint → `host:port` really connected to; the certificate is still checked against the registered host. */
  readonly hosts: Readonly<Record<string, string>>;
}

export type ProviderRequest = Omit<Dispatcher.DispatchOptions, 'origin'>;

export interface ProviderConnections {
  /** False where the provider has too many requests waiting already. */
  hasRoom(origin: string): boolean;
  dispatch(origin: string, request: ProviderRequest, handler: Dispatcher.DispatchHandler): void;
  /** Ends every connection: to be called once no request is under way. */
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 4000;
const LONGEST_RESPONSE_HEAD = 65_536;

/** `identity` is the router's own certificate: what providers know it by. */
export function openProviderConnections(options: {
  identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;
  settings: ConnectionSettings;
}): ProviderConnections {
  const { settings } = options;
  const pools = new Map<string, Pool>();
  const connect = connector(options.identity, settings);

  const poolOf = (origin: string): Pool => {
    let pool = pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, {
        allowH2: false,
        pipelining: 1,
        connections: settings.connections,
        connect,
        keepAliveTimeout: KEEP_ALIVE_MS,
        maxHeaderSize: LONGEST_RESPONSE_HEAD,
        bodyTimeout: settings.betweenBytesSeconds * 1000,
      });
      // Failures reach the request they belong to; without a listener they would also end the process.
      pool.on('connectionError', () => {});
      pools.set(origin, pool);
    }
    return pool;
  };

  return {
    hasRoom: (origin) => (pools.get(origin)?.stats.size ?? 0) < settings.outstanding,
    dispatch(origin, request, handler) {
      poolOf(origin).dispatch({ ...request, origin }, handler);
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}

function connector(
  identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>,
  settings: ConnectionSettings,
): buildConnector.connector {
  const connect = buildConnector({
    ...(clientTls(identity) as buildConnector.BuildOptions),
    allowH2: false,
    timeout: settings.connectSeconds * 1000,
  });
  return (target, callback) => {
    const elsewhere = settings.hosts[target.host ?? ''] ?? settings.hosts[target.hostname];
    if (elsewhere === undefined) return connect(target, callback);
    const [hostname = '', port = '443'] = elsewhere.split(':');
    return connect({ ...target, hostname, port, servername: target.hostname }, callback);
  };
}
