// One request and its attempts: a fresh token each, back-off, and who may be tried again. spec: mesh §8 C3, C7, C10
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Dispatcher } from 'undici';
import type { MeshConnection } from './connection.ts';
import { MeshAuthenticationError, MeshUnavailableError, refusedError } from './errors.ts';
import { authorization, type MailboxSecrets } from './token.ts';

const V2 = 'application/vnd.mesh.v2+json';
const COME_BACK = new Set([425, 429, 502, 503, 504]);
const RETRIES = 3;
const FIRST_PAUSE_MS = 500;
const ERROR_BODY_BYTES = 65_536;
export const LIST_TIMEOUT_MS = 30_000;
export const BODY_TIMEOUT_MS = 600_000;

export interface Ask {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  /** Below `/messageexchange/`, encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Made anew for each attempt; lent pieces where it may be large. */
  readonly body?: () => Promise<Buffer | AsyncIterable<Uint8Array>>;
  readonly timeoutMs?: number;
  /** Statuses of 300 and more that the caller reads itself. */
  readonly expects?: readonly number[];
}

/** An answer whose body is to be read, or given up. */
export interface MeshResponse {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

export interface ExchangeOptions {
  readonly connection: MeshConnection;
  readonly secrets: MailboxSecrets;
  readonly clock: () => number;
  /** Waits between attempts; `setTimeout` in life. */
  readonly pause?: (ms: number) => Promise<unknown>;
  /** Told of what a person must look at (C9, C10): no content. */
  readonly onAlarm?: (error: Error) => void;
}

export type Exchange = ReturnType<typeof createExchange>;

export function createExchange({ connection, secrets, clock, pause = wait, onAlarm }: ExchangeOptions) {
  const attempt = async <Response extends MeshResponse>(
    ask: Ask,
    request: (asked: Asked) => Promise<Response>,
  ): Promise<Response> => {
    const body = await ask.body?.();
    const response = await request({
      method: ask.method,
      path: `/messageexchange/${ask.path}`,
      headers: {
        accept: V2,
        'accept-encoding': 'gzip',
        'user-agent': connection.userAgent,
        authorization: authorization(secrets, { now: clock() }),
        ...ask.headers,
      },
      body,
      timeoutMs: ask.timeoutMs ?? LIST_TIMEOUT_MS,
    });
    if (response.statusCode < 300 || ask.expects?.includes(response.statusCode)) return response;
    const error = refusedError(response.statusCode, await textOf(response));
    giveUp(response);
    if (error instanceof MeshAuthenticationError) onAlarm?.(error);
    throw error;
  };
  /** Tries again, at most three times, what may be repeated. */
  const repeated = async <Response>(once: () => Promise<Response>): Promise<Response> => {
    for (let retry = 0; ; retry++) {
      try {
        return await once();
      } catch (error) {
        if (!isTransient(error)) throw error;
        if (retry === RETRIES)
          throw new MeshUnavailableError('MESH cannot be reached or is busy', { cause: error });
        await pause(FIRST_PAUSE_MS * 2 ** retry);
      }
    }
  };
  const small = ({ body, timeoutMs, ...asked }: Asked): Promise<Dispatcher.ResponseData> =>
    connection.dispatcher.request({
      ...asked,
      origin: connection.origin,
      headersTimeout: timeoutMs,
      bodyTimeout: timeoutMs,
      ...(body === undefined ? {} : { body: body as Buffer }),
    });
  const large = (asked: Asked): Promise<MeshResponse> => {
    const { body, ...rest } = asked;
    if (body === undefined) return connection.transfers.request(rest);
    return Symbol.asyncIterator in body ? connection.transfers.request({ ...rest, body }) : small(asked);
  };
  return {
    pause,
    /** Tries again what may be repeated. @throws MeshRefusedError, MeshUnavailableError */
    repeatable: (ask: Ask) => repeated(() => attempt(ask, small)),
    /** The same, with bodies of any size. */
    repeatableTransfer: (ask: Ask) => repeated(() => attempt(ask, large)),
    /** One attempt, with bodies of any size. */
    transfer: (ask: Ask) => attempt(ask, large),
  };
}

interface Asked {
  readonly method: Ask['method'];
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: Buffer | AsyncIterable<Uint8Array> | undefined;
  readonly timeoutMs: number;
}

/** A fault of the connection, or an answer that asks to come back. */
export function isTransient(error: unknown): boolean {
  const { status } = error as { status?: number };
  return status === undefined ? isConnectionFault(error) : COME_BACK.has(status);
}

const NEVER_WRITTEN = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** True only where the request certainly did not reach a server that could have taken it. */
export function wasNeverAccepted(error: unknown): boolean {
  const { status, code } = error as { status?: number; code?: string };
  if (status !== undefined) return status < 500;
  return (
    code !== undefined &&
    (NEVER_WRITTEN.has(code) || code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS'))
  );
}

function isConnectionFault(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return (
    typeof code === 'string' && /^(E[A-Z]+|UND_ERR_\w+|Z_BUF_ERROR|ERR_STREAM_PREMATURE_CLOSE)$/.test(code)
  );
}

/** Reads an answer to its end, for the sake of the connection. */
export async function readToEnd({ body }: MeshResponse): Promise<void> {
  body.resume();
  await finished(body, { writable: false });
}

/** Ends an answer that is not going to be read, or has been read. */
export function giveUp({ body }: MeshResponse): void {
  body.on('error', () => undefined).destroy();
}

/** The text of an answer, cut where it is too long to be one of MESH's. */
export async function textOf(response: MeshResponse): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of response.body) {
      parts.push(part as Buffer);
      size += (part as Buffer).length;
      if (size > ERROR_BODY_BYTES) break;
    }
  } catch {
    // The status has come; what the body would have added is lost.
  }
  return Buffer.concat(parts).toString();
}
