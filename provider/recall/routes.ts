// The wire of recall: `POST /{ODS}/recall/v1/{recallId}/{step}` with a signed order, from the national service alone.
// spec: national-service INC-01, §15; design §3 journey 5
import type { KeyObject } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { type CertificateChecks, clientCertificate } from '@gp-connect/foundation/trust';
import type { RecallDesk } from './desk.ts';
import { readOrder, recallSteps } from './order.ts';
import { RecallRefusal } from './refusal.ts';

export interface RecallRoutes {
  readonly desk: RecallDesk;
  /** Whether this deployment hosts the practice. */
  readonly hosts: (ods: string) => Promise<boolean>;
  /** The national service's public key: orders are signed with it. */
  readonly key: KeyObject;
  /** `commonNames` holds the national recall service's certificate name, and no other's. */
  readonly certificates: CertificateChecks & { readonly commonNames: ReadonlySet<string> };
  readonly clock: () => number;
  readonly onError: (error: unknown) => void;
}

const address = /^\/([A-Z0-9]{3,12})\/recall\/v1\/([A-Za-z0-9-]{1,64})\/([a-z-]{1,40})$/;
export const isRecallAddress = (url: string | undefined): boolean => /^\/[^/]*\/recall\//.test(url ?? '');

/** A selector of 20,000 codes, senders and message ids is below this. */
const LARGEST_ORDER = 4 * 1024 * 1024;

/** Answers one request completely; never rejects. Bodies are `application/json`, refusals `application/problem+json`. */
export function answerRecall(routes: RecallRoutes) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      send(response, 200, 'application/json', await carryOut(routes, request));
    } catch (error) {
      const refusal = error instanceof RecallRefusal ? error : undefined;
      if (!refusal) routes.onError(error);
      const status = refusal?.status ?? 500;
      send(response, status, 'application/problem+json', {
        type: 'about:blank',
        title: refusal?.code ?? 'failed',
        status,
        detail: refusal?.message ?? 'The order could not be carried out; it may be sent again',
      });
    }
  };
}

async function carryOut(routes: RecallRoutes, request: IncomingMessage): Promise<object> {
  const client = clientCertificate(request.socket as TLSSocket, routes.certificates);
  if (!client.ok) throw new RecallRefusal(client.status, 'certificate', client.diagnostics);
  const [, practice = '', recall, step] = address.exec(request.url ?? '') ?? [];
  if (!(recallSteps as readonly (string | undefined)[]).includes(step))
    throw new RecallRefusal(404, 'unknown-address', 'There is no such step');
  if (request.method !== 'POST') throw new RecallRefusal(405, 'method', 'POST only');
  if (!/^application\/jose(;|$)/i.test(request.headers['content-type'] ?? ''))
    throw new RecallRefusal(415, 'media-type', 'Orders are application/jose');
  if (!(await routes.hosts(practice)))
    throw new RecallRefusal(404, 'unknown-practice', 'The practice is not hosted here');
  const body = await readText(request);
  const order = await readOrder(body, routes);
  if (order.practice !== practice || order.recall !== recall || order.step !== step)
    throw new RecallRefusal(422, 'other-address', 'The order is for another practice, recall or step');
  return routes.desk.order(order, body);
}

async function readText(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > LARGEST_ORDER) throw new RecallRefusal(413, 'too-large', 'The order is too large');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8').trim();
}

function send(response: ServerResponse, status: number, type: string, body: object): void {
  if (response.destroyed) return;
  const bytes = Buffer.from(JSON.stringify(body));
  const close = status === 413 ? { connection: 'close' } : {};
  response
    .writeHead(status, {
      'content-type': type,
      'content-length': bytes.length,
      'cache-control': 'no-store',
      ...close,
    })
    .end(bytes);
}
