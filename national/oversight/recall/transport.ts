// Sends orders to providers: HTTPS with mutual TLS, one pool of connections for each origin. spec: national-service INC-01; foundations §6.6
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { buildConnector, Pool } from 'undici';

export interface OrderTransport {
  /** @throws OrderFailure where no whole answer came */
  send(origin: string, path: string, order: string): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

/** No answer, or one that cannot be taken; `fault` is a stable word for the board. */
export class OrderFailure extends Error {
  readonly fault: string;

  constructor(fault: string) {
    super(`the order was not answered: ${fault}`);
    this.name = 'OrderFailure';
    this.fault = fault;
  }
}

const LARGEST_ANSWER = 16 * 1024 * 1024;

export function openOrderTransport(options: {
  /** The national recall service's own certificate: providers check its name. */
  readonly identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;
  /** `host[:port]` → `host:port` really connected to; the certificate is still checked against the first. */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Connections to one provider origin at the same time. */
  readonly connections?: number;
  readonly timeoutMs?: number;
}): OrderTransport {
  const { hosts = {}, connections = 8, timeoutMs = 60_000 } = options;
  const connect = buildConnector({
    ...(clientTls(options.identity) as buildConnector.BuildOptions),
    allowH2: false,
    timeout: Math.min(timeoutMs, 10_000),
  });
  const pools = new Map<string, Pool>();
  const poolOf = (origin: string): Pool => {
    let pool = pools.get(origin);
    if (!pool) {
      pool = new Pool(origin, {
        allowH2: false,
        pipelining: 1,
        connections,
        headersTimeout: timeoutMs,
        bodyTimeout: timeoutMs,
        connect: (target, callback) => {
          const elsewhere = hosts[target.host ?? ''] ?? hosts[target.hostname];
          if (elsewhere === undefined) return connect(target, callback);
          const [hostname = '', port = '443'] = elsewhere.split(':');
          return connect({ ...target, hostname, port, servername: target.hostname }, callback);
        },
      });
      pool.on('connectionError', () => {});
      pools.set(origin, pool);
    }
    return pool;
  };
  return {
    async send(origin, path, order) {
      try {
        const { statusCode, body } = await poolOf(origin).request({
          path,
          method: 'POST',
          headers: { 'content-type': 'application/jose', accept: 'application/json' },
          body: order,
        });
        const pieces: Buffer[] = [];
        let size = 0;
        for await (const piece of body as AsyncIterable<Buffer>) {
          size += piece.length;
          if (size > LARGEST_ANSWER) throw new OrderFailure('answer-too-large');
          pieces.push(piece);
        }
        return { status: statusCode, text: Buffer.concat(pieces).toString('utf8') };
      } catch (error) {
        if (error instanceof OrderFailure) throw error;
        const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
        throw new OrderFailure(`no-answer ${/^[A-Z_]{1,60}$/.test(code) ? code : 'unknown'}`);
      }
    },
    async close() {
      await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    },
  };
}
