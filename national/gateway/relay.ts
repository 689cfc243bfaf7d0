// Forwards one request and streams the answer back, both ways under the slower end's pace; nothing is held whole.
// spec: foundations §6.3, national-service RTE-14, RTE-24, RTE-25, RTE-26
import type { ServerResponse } from 'node:http';
import { type Dispatcher, errors } from 'undici';
import { headersToClient } from './headers.ts';
import type { ProviderConnections } from './provider-connections.ts';
import type { Rewriter } from './url-rewriting.ts';

export interface RelayRequest {
  readonly origin: string;
  /** Path and query after the origin, byte for byte. */
  readonly path: string;
  readonly method: string;
  /** Names and values, alternating. */
  readonly headers: string[];
  /** Read only once the provider is connected. */
  readonly body: Buffer | AsyncIterable<Buffer> | null;
  readonly firstByteSeconds: number;
  /** May be tried a second time where not a byte was sent (RTE-25). */
  readonly repeatable: boolean;
  /** Headers the answer gets where the provider did not set them. */
  readonly addedHeaders: Readonly<Record<string, string>>;
  readonly rewriter?: Rewriter;
}

export type RelayResult =
  /** The provider's whole answer is with the client. */
  | { readonly kind: 'answered'; readonly status: number; readonly size: number }
  /** It began and broke off; the client's connection is destroyed. */
  | {
      readonly kind: 'broken';
      readonly status: number;
      readonly size: number;
      readonly by: 'client' | 'provider';
    }
  /** Nothing was answered yet: the router still owes an answer. */
  | { readonly kind: 'unreachable' | 'timed-out' }
  /** The client left before an answer began. */
  | { readonly kind: 'client-left' };

class ClientLeft extends Error {}

const DROPPED_WHEN_REWRITING = new Set(['content-length', 'content-md5', 'digest', 'content-digest']);

/** Never rejects. Resolves once the last byte is handed over, or nothing more will come. */
export function relay(
  connections: ProviderConnections,
  request: RelayRequest,
  response: ServerResponse,
): Promise<RelayResult> {
  return new Promise((resolve) => {
    let attempt = 1;
    const start = (): void => {
      const handler = new RelayHandler(request, response, (result, nothingSent) => {
        if (result.kind === 'unreachable' && nothingSent && request.repeatable && attempt === 1) {
          attempt = 2;
          start();
        } else resolve(result);
      });
      try {
        connections.dispatch(
          request.origin,
          {
            path: request.path,
            method: request.method as Dispatcher.HttpMethod,
            headers: request.headers,
            body: request.body as Dispatcher.DispatchOptions['body'] & object,
            headersTimeout: request.firstByteSeconds * 1000,
          },
          handler,
        );
      } catch {
        // Only a request that could not even be composed ends here.
        handler.onResponseError(null, new Error('the request cannot be forwarded'));
      }
    };
    start();
  });
}

class RelayHandler implements Dispatcher.DispatchHandler {
  readonly #request: RelayRequest;
  readonly #response: ServerResponse;
  readonly #settle: (result: RelayResult, nothingSent: boolean) => void;
  readonly #onClose: () => void;
  readonly #onDrain: () => void;
  #controller: Dispatcher.DispatchController | null = null;
  #started = false;
  #settled = false;
  #status = 0;
  #size = 0;
  #rewriter: Rewriter | undefined;

  constructor(
    request: RelayRequest,
    response: ServerResponse,
    settle: (result: RelayResult, nothingSent: boolean) => void,
  ) {
    this.#request = request;
    this.#response = response;
    this.#settle = settle;
    this.#onClose = () => this.#clientGone();
    this.#onDrain = () => this.#controller?.resume();
    response.on('close', this.#onClose);
    response.on('drain', this.#onDrain);
    if (response.destroyed) queueMicrotask(this.#onClose);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#settled) {
      controller.abort(new ClientLeft());
      return;
    }
    this.#started = true;
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    _headers: unknown,
    statusText?: string,
  ): void {
    // Informational answers end at each hop.
    if (status < 200) return;
    const raw = ((controller.rawHeaders ?? []) as (Buffer | string)[]).map((part) =>
      typeof part === 'string' ? part : part.toString('latin1'),
    );
    this.#rewriter = rewritable(raw) ? this.#request.rewriter : undefined;
    const headers = headersToClient(
      raw,
      this.#request.addedHeaders,
      this.#rewriter ? DROPPED_WHEN_REWRITING : undefined,
    );
    if (statusText) this.#response.writeHead(status, statusText, headers);
    else this.#response.writeHead(status, headers);
    this.#status = status;
    // With the first bytes of the body where they are here already, else alone.
    process.nextTick(() => {
      if (this.#size === 0 && !this.#response.writableEnded) this.#response.flushHeaders();
    });
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const passed = this.#rewriter ? this.#rewriter.write(chunk) : chunk;
    if (passed.length === 0) return;
    this.#size += passed.length;
    if (!this.#response.write(passed)) controller.pause();
  }

  onResponseEnd(): void {
    const rest = this.#rewriter?.end();
    if (rest?.length) {
      this.#size += rest.length;
      this.#response.write(rest);
    }
    this.#response.once('finish', () =>
      this.#finish({ kind: 'answered', status: this.#status, size: this.#size }),
    );
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#settled) return;
    if (this.#status !== 0) {
      this.#finish({ kind: 'broken', status: this.#status, size: this.#size, by: 'provider' });
      // Never a clean end: the client must see that something is missing.
      this.#response.destroy();
      return;
    }
    const slow = error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError;
    this.#finish({ kind: slow ? 'timed-out' : 'unreachable' });
  }

  #clientGone(): void {
    if (this.#settled || this.#response.writableFinished) return;
    this.#finish(
      this.#status === 0
        ? { kind: 'client-left' }
        : { kind: 'broken', status: this.#status, size: this.#size, by: 'client' },
    );
    this.#controller?.abort(new ClientLeft());
  }

  #finish(result: RelayResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#response.off('close', this.#onClose);
    this.#response.off('drain', this.#onDrain);
    this.#settle(result, !this.#started);
  }
}

/** A compressed body, or one that is not JSON or XML, goes by as it is. */
function rewritable(raw: readonly string[]): boolean {
  const value = (wanted: string): string => {
    for (let at = 0; at < raw.length; at += 2) if (raw[at]!.toLowerCase() === wanted) return raw[at + 1]!;
    return '';
  };
  const encoding = value('content-encoding').trim().toLowerCase();
  return (encoding === '' || encoding === 'identity') && /json|xml/i.test(value('content-type'));
}
