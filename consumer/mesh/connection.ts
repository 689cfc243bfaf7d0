// Connections to a MESH server, shared by the mailboxes of a process. spec: mesh §1, §8 C2
import { arch, release, type as systemName } from 'node:os';
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { Agent, type Dispatcher } from 'undici';
import { openTransfers, type Transfers } from './transfers.ts';

export interface ConnectionSettings {
  /** Origin of the server, e.g. `https://msg.intspineservices.nhs.uk`. */
  readonly url: string;
  /** Client certificate `{local_id}.{ods}.api.mesh-client.nhs.uk`; absent: plain HTTP, for loopback only. */
  readonly tls?: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;
  /** Name on the server's certificate, where it is not the host of `url`. */
  readonly servername?: string;
  /** Most connections at once. */
  readonly connections?: number;
}

export interface MeshConnection {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  /** For bodies of any size. */
  readonly transfers: Transfers;
  close(): Promise<void>;
}

/** Well under the server's, so that a request is not written to a connection that is just being closed. */
const KEEP_ALIVE_MS = 4000;

/** Opens nothing yet; connections are made when first used. */
export function openConnection(settings: ConnectionSettings): MeshConnection {
  const origin = new URL(settings.url).origin;
  const { servername, connections = 8 } = settings;
  const tls = settings.tls && clientTls(settings.tls, servername === undefined ? {} : { servername });
  const dispatcher = new Agent({
    allowH2: false,
    pipelining: 1,
    connections,
    keepAliveTimeout: KEEP_ALIVE_MS,
    ...(tls ? { connect: tls as Agent.Options['connect'] & object } : {}),
  });
  const transfers = openTransfers({ origin, tls, connections, keepAliveMs: KEEP_ALIVE_MS });
  return {
    origin,
    dispatcher,
    transfers,
    async close() {
      await Promise.all([dispatcher.close(), transfers.close()]);
    },
  };
}

const PRODUCT = 'gp-connect';
export const PRODUCT_VERSION = '0.1.0';

export const userAgent = `${PRODUCT};mesh_client;${PRODUCT_VERSION};N/A;${arch()};${systemName()};${release()}`;

/** The facts a handshake tells of the system. */
export const clientFacts: Readonly<Record<string, string>> = {
  'mex-clientversion': `${PRODUCT}==${PRODUCT_VERSION}`,
  'mex-osname': systemName(),
  'mex-osversion': release(),
  'mex-osarchitecture': arch(),
};
