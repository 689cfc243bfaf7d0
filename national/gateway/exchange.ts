// One request on its way through the router, and what is known about it so far. spec: national-service AUD-04
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { AuditRole } from '@gp-connect/foundation/audit';
import { type Interaction, interactionById } from '@gp-connect/foundation/nhs';
import type { ClientCertificate, PatientPermission, TokenSubject } from '@gp-connect/foundation/trust';
import type {
  AccreditedSystem,
  MessageHandlingService,
  NationalSnapshot,
  Organisation,
} from '../directory/index.ts';
import { noSubject, type RequestSubject } from './request-subject.ts';

export type Mode = 'A' | 'B' | 'C';

export interface Staff {
  readonly userId?: string;
  readonly roleProfileId?: string;
  readonly localUserId?: string;
  readonly name?: string;
}

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly socket: TLSSocket;
  /** The router's own id of this message. */
  readonly id: string;
  readonly mode: Mode;
  /** The URL asked for: in mode A the provider's, else the raw request target. */
  readonly url: string;
  /** Milliseconds since 1970 UTC. */
  readonly startedAt: number;
  readonly expectsContinue: boolean;
  readonly trace: string | null;
  /** As the client gave them (modes A, B) or as the directory did (C). */
  from: string | null;
  to: string | null;
  interactionId: string | null;
  interaction: Interaction | undefined;
  certificate: ClientCertificate | null;
  /** The version of the directory this request is judged by. */
  directory: NationalSnapshot | null;
  sender: AccreditedSystem | null;
  receiver: AccreditedSystem | null;
  service: MessageHandlingService | null;
  /** Logical path and query after the service root. */
  rest: string;
  organisation: Organisation | null;
  practice: string | null;
  token: TokenSubject | null;
  /** `exp` of the client's audit token, in seconds. */
  tokenExpires: number | null;
  permission: PatientPermission | null;
  reason: string | null;
  purpose: string | null;
  role: AuditRole | null;
  staff: Staff | null;
  subject: RequestSubject;
  rateHeaders: Readonly<Record<string, string>>;
  /** How errors are worded to this client (mode C). */
  wording: 'standard' | 'cdg-0';
}

/** A request as it came, nothing checked yet. */
export function newExchange(
  request: IncomingMessage,
  response: ServerResponse,
  options: { mode: Mode; url: string; now: number; expectsContinue: boolean },
): Exchange {
  const header = (name: string): string | null => {
    const value = request.headers[name];
    return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
  };
  const interactionId = header('ssp-interactionid');
  return {
    request,
    response,
    socket: request.socket as TLSSocket,
    id: randomUUID(),
    mode: options.mode,
    url: options.url,
    startedAt: options.now,
    expectsContinue: options.expectsContinue,
    trace: header('ssp-traceid'),
    from: header('ssp-from'),
    to: header('ssp-to'),
    interactionId,
    interaction: interactionId === null ? undefined : interactionById(interactionId),
    certificate: null,
    directory: null,
    sender: null,
    receiver: null,
    service: null,
    rest: '',
    organisation: null,
    practice: null,
    token: null,
    tokenExpires: null,
    permission: null,
    reason: null,
    purpose: null,
    role: null,
    staff: null,
    subject: noSubject,
    rateHeaders: {},
    wording: 'standard',
  };
}

/** Request headers the router gives back. spec: national-service §3.3 */
export function echoedHeaders(exchange: Exchange): Record<string, string> {
  const echoed: Record<string, string> = { ...exchange.rateHeaders };
  for (const name of [
    'X-Request-ID',
    'X-Correlation-ID',
    ...(exchange.mode === 'C' ? ['Ssp-TraceID'] : []),
  ]) {
    const value = exchange.request.headers[name.toLowerCase()];
    if (typeof value === 'string' && value !== '' && value.length <= 255) echoed[name] = value;
  }
  return echoed;
}
