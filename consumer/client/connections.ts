// TLS connections of a consumer product to the national services, with its own certificate.
// spec: foundations §6.6; retries: foundations §6.4, §20 rule 7
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { Agent, type buildConnector, type Dispatcher } from 'undici';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Dispatcher.ResponseData['body'];
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Record<string, string>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

export interface Connections {
  /** @throws ServiceUnavailableError when there is no connection, or no answer in time */
  send(url: string, message: HttpRequest): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** A national service did not answer, or not in a way that can be used. Safe to show: no query values. */
export class ServiceUnavailableError extends Error {
  readonly service: string;
  /** HTTP status of the answer, where there was one. */
  readonly status: number | undefined;
  constructor(service: string, reason: string, options?: ErrorOptions & { status?: number }) {
    super(`${service} could not be used: ${reason}`, options);
    this.status = options?.status;
    this.name = 'ServiceUnavailableError';
    this.service = service;
  }
}

/** Time for the first byte is the provider's: the gateway bounds it. */
const HEADERS_TIMEOUT_MS = 130_000;
const BETWEEN_BYTES_MS = 60_000;

/** One pool of connections per product; `identity` is its client certificate. */
export function openConnections(identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>): Connections {
  const agent = new Agent({
    allowH2: false,
    connections: 64,
    headersTimeout: HEADERS_TIMEOUT_MS,
    bodyTimeout: BETWEEN_BYTES_MS,
    connect: { ...clientTls(identity), timeout: 5_000 } as buildConnector.BuildOptions,
  });
  return {
    async send(url, { method, headers, body, signal }) {
      const target = splitTarget(url);
      const answer = await agent
        .request({
          origin: target.origin,
          // The target travels byte for byte: a URL parser would rewrite `https://` inside the path.
          path: target.path,
          method,
          headers,
          ...(body === undefined ? {} : { body }),
          ...(signal ? { signal } : {}),
        })
        .catch((cause) => {
          if (signal?.aborted) throw cause;
          throw new ServiceUnavailableError(new URL(target.origin).host, 'no usable connection', { cause });
        });
      return { status: answer.statusCode, headers: answer.headers, body: answer.body };
    },
    // Answers nobody read to their end would hold a gentler close up for ever.
    close: () => agent.destroy(),
  };
}

function splitTarget(url: string): { origin: string; path: string } {
  const match = /^(https:\/\/[^/?#]+)(.*)$/.exec(url);
  if (!match) throw new RangeError('a national service is reached over https only');
  const path = match[2]!;
  return { origin: match[1]!, path: path.startsWith('/') ? path : `/${path}` };
}
