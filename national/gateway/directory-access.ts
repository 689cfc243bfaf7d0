// HTTP to PDS and SDS: time-outs, correlation ids, the application-restricted token. spec: foundations §16, §17.2; RTE-12k, RTE-24

import type { KeyObject } from 'node:crypto';
import { randomUUID } from 'node:crypto';
import { clientTls, type TlsIdentity } from '@gp-connect/foundation/trust';
import { SignJWT } from 'jose';
import { Agent, request } from 'undici';

export type DirectoryName = 'PDS' | 'SDS';

/** PDS or SDS did not answer as it must: nothing is guessed (RTE-12k). */
export class DirectoryUnavailable extends Error {
  readonly which: DirectoryName;
  readonly retryAfter: string | undefined;
  /** Our own credentials were refused: the operator must know. */
  readonly alert: boolean;

  constructor(
    which: DirectoryName,
    reason: string,
    options: { retryAfter?: string | undefined; alert?: boolean } = {},
  ) {
    super(`${which} FHIR API request failed: ${reason}`);
    this.name = 'DirectoryUnavailable';
    this.which = which;
    this.retryAfter = options.retryAfter;
    this.alert = options.alert ?? false;
  }
}

export interface ClientCredentials {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly keyId: string;
  /** Signs the assertion: RS512. */
  readonly key: KeyObject;
}

export interface DirectoryHttpOptions {
  readonly identity: Pick<TlsIdentity, 'key' | 'cert' | 'ca'>;
  /** Absent where the directory asks for no token. */
  readonly credentials?: ClientCredentials;
  readonly now: () => number;
}

export interface DirectoryHttp {
  /** Status and JSON body. @throws DirectoryUnavailable where there is no usable answer */
  get(
    which: DirectoryName,
    url: string,
    headers: Readonly<Record<string, string>>,
    seconds: number,
  ): Promise<{ status: number; body: unknown }>;
  /** `Bearer …` of the router itself, or null where none is set up. */
  authorization(seconds: number): Promise<string | null>;
  close(): Promise<void>;
}

/** Below the five minutes allowed, for clocks that differ. */
const ASSERTION_SECONDS = 240;
const PASSED_ON = new Set([200, 400, 404]);
const LARGEST_ANSWER = 2 * 1024 * 1024;

export function openDirectoryHttp(options: DirectoryHttpOptions): DirectoryHttp {
  const agent = new Agent({
    allowH2: false,
    connections: 64,
    maxResponseSize: LARGEST_ANSWER,
    connect: clientTls(options.identity) as Agent.Options['connect'] & object,
  });
  let token: { authorization: string; expires: number } | null = null;
  let asking: Promise<string> | null = null;

  const askForToken = async (credentials: ClientCredentials, seconds: number): Promise<string> => {
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: credentials.keyId })
      .setIssuer(credentials.clientId)
      .setSubject(credentials.clientId)
      .setAudience(credentials.tokenUrl)
      .setJti(randomUUID())
      .setExpirationTime(Math.floor(options.now() / 1000) + ASSERTION_SECONDS)
      .sign(credentials.key);
    const answer = await request(credentials.tokenUrl, {
      dispatcher: agent,
      method: 'POST',
      signal: AbortSignal.timeout(seconds * 1000),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: assertion,
      }).toString(),
    });
    const body = (await answer.body.json().catch(() => null)) as {
      access_token?: unknown;
      expires_in?: unknown;
    } | null;
    if (answer.statusCode !== 200 || typeof body?.access_token !== 'string') {
      throw new DirectoryUnavailable('PDS', 'no access token', { alert: true });
    }
    const lifetime = Math.max(0, Number(body.expires_in ?? 0) - 30) * 1000;
    token = { authorization: `Bearer ${body.access_token}`, expires: options.now() + lifetime };
    return token.authorization;
  };

  return {
    async get(which, url, headers, seconds) {
      let answer: Awaited<ReturnType<typeof request>>;
      let body: unknown;
      try {
        answer = await request(url, {
          dispatcher: agent,
          headers,
          signal: AbortSignal.timeout(seconds * 1000),
        });
        body = await answer.body.json().catch(() => undefined);
      } catch (error) {
        throw new DirectoryUnavailable(
          which,
          (error as Error).name === 'TimeoutError' ? 'no answer in time' : 'no connection',
        );
      }
      const status = answer.statusCode;
      if (!PASSED_ON.has(status)) {
        const retryAfter = answer.headers['retry-after'];
        if (status === 401) token = null;
        throw new DirectoryUnavailable(which, `status ${status}`, {
          retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
          alert: status === 401 || status === 403,
        });
      }
      if (typeof body !== 'object' || body === null)
        throw new DirectoryUnavailable(which, 'an answer that is not JSON');
      return { status, body };
    },
    async authorization(seconds) {
      const { credentials } = options;
      if (!credentials) return null;
      if (token && token.expires > options.now()) return token.authorization;
      asking ??= askForToken(credentials, seconds).finally(() => {
        asking = null;
      });
      try {
        return await asking;
      } catch (error) {
        throw error instanceof DirectoryUnavailable
          ? error
          : new DirectoryUnavailable('PDS', 'no access token');
      }
    },
    close: () => agent.destroy(),
  };
}
