// What the router writes into its audit log, in the order the law of the house wants. spec: national-service AUD-01, AUD-04, LOG-04, LOG-06, LOG-13
import type { CloseOutcome, EventParts, StaffPart, TechnicalPart } from '@gp-connect/foundation/audit';
import type { Answer } from './answers.ts';
import type { Exchange } from './exchange.ts';

/** The part of `AuditLog` the router uses. */
export interface AuditWriter {
  append(event: EventParts): Promise<{ readonly index: number }>;
  close(outcome: CloseOutcome): Promise<{ readonly index: number }>;
}

/** How a forwarded request ended. */
export interface Outcome {
  readonly outcome: 'success' | 'refused' | 'failed' | 'incomplete';
  /** The status the client got; null where it got none. */
  readonly status: number | null;
  /** Bytes of the answer's body handed to the client. */
  readonly size: number;
  /** What broke, in words without values. */
  readonly error?: string;
}

export interface AuditTrail {
  /** Durable when it resolves, with the index of the `open` entry. Only then may anything be forwarded. */
  opened(exchange: Exchange): Promise<number>;
  /** Durable when it resolves. Only then may the refusal be answered. */
  refused(exchange: Exchange, answer: Answer): Promise<void>;
  /** Written after the last byte; where that fails the replica has gone out of service. Never rejects. */
  closed(exchange: Exchange, open: number, outcome: Outcome): Promise<void>;
}

/** `failed` is told of every entry that could not be written: the replica must go out of service. */
export function createAuditTrail(options: {
  log: AuditWriter;
  now: () => number;
  failed: (error: unknown) => void;
}): AuditTrail {
  let failure: unknown;
  const guarded = async <T>(write: () => Promise<T>): Promise<T> => {
    if (failure !== undefined) throw failure;
    try {
      return await write();
    } catch (error) {
      failure = error;
      options.failed(error);
      throw error;
    }
  };
  const seconds = (exchange: Exchange): number =>
    Math.round(Math.max(0, options.now() - exchange.startedAt)) / 1000;

  return {
    async opened(exchange) {
      const patient = { kind: 'open', ...attempt(exchange), decision: 'forward' } as const;
      const { index } = await guarded(() =>
        options.log.append({ patient, staff: staffOf(exchange), technical: technicalOf(exchange) }),
      );
      return index;
    },
    async refused(exchange, answer) {
      const patient = {
        kind: 'refused',
        ...attempt(exchange),
        decision: 'refuse',
        status: answer.status,
        code: answer.code,
      } as const;
      const technical = {
        ...technicalOf(exchange),
        rule: answer.rule,
        status: answer.status,
        duration: seconds(exchange),
        error: answer.code,
      };
      await guarded(() => options.log.append({ patient, staff: staffOf(exchange), technical }));
    },
    async closed(exchange, open, { outcome, status, size, error }) {
      const technical = {
        id: exchange.id,
        status,
        size,
        duration: seconds(exchange),
        ...(error === undefined ? {} : { error }),
      };
      await guarded(() => options.log.close({ open, outcome, status, technical })).catch(() => {});
    },
  };
}

function attempt(exchange: Exchange) {
  const { organisation, sender } = exchange;
  return {
    trace: clip(exchange.trace, 255),
    nhsNumber: exchange.subject.nhsNumber,
    practice: exchange.practice ?? exchange.receiver?.ods ?? null,
    organisation: organisation
      ? { ods: organisation.ods, name: organisation.name, type: organisation.type }
      : sender
        ? { ods: sender.ods, name: sender.ods, type: 'unknown' }
        : null,
    role: exchange.role,
    product: exchange.interaction?.product ?? null,
    interaction: clip(exchange.interactionId, 255),
    areas: exchange.subject.areas,
    purpose: exchange.purpose ?? exchange.reason,
    ...(exchange.permission ? { permission: exchange.permission.method } : {}),
  };
}

function staffOf(exchange: Exchange): StaffPart {
  const staff = exchange.staff;
  if (!staff) return {};
  return Object.fromEntries(
    Object.entries(staff).map(([name, value]) => [name, clip(value, 500)]),
  ) as StaffPart;
}

/** Longest URL kept whole; `maxHeaderSize` of the server lies below what would make a part over-long. */
const URL_LENGTH = 16_000;

function technicalOf(exchange: Exchange): TechnicalPart {
  const { request, socket, certificate, token } = exchange;
  return {
    id: exchange.id,
    mode: exchange.mode,
    method: request.method ?? '',
    url: clip(exchange.url, URL_LENGTH),
    from: clip(exchange.from, 100),
    to: clip(exchange.to, 100),
    ip: (socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    tls: socket.getProtocol?.() ?? null,
    cipher: socket.getCipher?.()?.name ?? null,
    certificate: certificate
      ? { id: certificate.serialNumber, subject: clip(certificate.subject, 500) }
      : null,
    contentType: clip(request.headers['content-type'] ?? null, 255),
    requestSize: clip(request.headers['content-length'] ?? null, 20),
    odsFrom: clip(oneOf(request.headers['ods-from']), 20),
    device: token
      ? {
          id: clip(token.device.value, 255),
          model: clip(token.device.model, 255),
          version: clip(token.device.version, 255),
        }
      : null,
    reason: exchange.reason,
    useCase: exchange.purpose,
  };
}

function oneOf(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value : (value?.[0] ?? null);
}

function clip<T extends string | null | undefined>(text: T, length: number): T {
  return (typeof text === 'string' && text.length > length ? text.slice(0, length) : text) as T;
}
