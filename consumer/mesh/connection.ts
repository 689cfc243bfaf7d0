// Connections to a MESH server, shared by the mailboxes of a process. spec: mesh §1, §8 C2
import { arch, release, type as systemName } from 'node:os';
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { Agent, type Dispatcher } from 'undici';
import { toAscii } from './headers.ts';
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
  /** The system that sends and reads, as MESH is to know it (C2); default this product. */
  readonly product?: Product;
}

export interface Product {
  readonly name: string;
  readonly version: string;
}

export interface MeshConnection {
  readonly origin: string;
  readonly dispatcher: Dispatcher;
  /** For bodies of any size. */
  readonly transfers: Transfers;
  readonly userAgent: string;
  /** The facts a handshake tells of the system. */
  readonly clientFacts: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Well under the server's, so that a request is not written to a connection that is just being closed. */
const KEEP_ALIVE_MS = 4000;

/** Opens nothing yet; connections are made when first used. */
export function openConnection(settings: ConnectionSettings): MeshConnection {
  const origin = new URL(settings.url).origin;
  const { servername, connections = 8, product = OWN_PRODUCT } = settings;
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
    ...identityOf(product),
    async close() {
      await Promise.all([dispatcher.close(), transfers.close()]);
    },
  };
}

const OWN_PRODUCT: Product = { name: 'gp-connect', version: '0.1.0' };

function identityOf(product: Product): Pick<MeshConnection, 'userAgent' | 'clientFacts'> {
  const plain = (text: string) => toAscii(text).replace(/[;=/]/g, '-').slice(0, 100);
  const [name, version] = [plain(product.name), plain(product.version)];
  return {
    userAgent: `${name};mesh_client;${version};N/A;${arch()};${systemName()};${release()}`,
    clientFacts: {
      'mex-clientversion': `${name}==${version}`,
      'mex-osname': systemName(),
      'mex-osversion': release(),
      'mex-osarchitecture': arch(),
    },
  };
}
