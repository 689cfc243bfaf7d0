// The wire of a provider: every request is checked, audited, answered, and the outcome audited.
// spec: foundations §10.3, §18; national-service AUD-15
import type { TLSSocket } from 'node:tls';
import type { FastifyInstance, FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import { operationOutcome, Refusal, refusal } from '@gp-connect/foundation/nhs';
import type { AuditedRequest, PracticeAudit } from '../audit/index.ts';
import type { Controls } from '../controls/index.ts';
import {
  type Answer,
  type CheckedRequest,
  type CheckSettings,
  checkRequest,
  header,
  type IncomingRequest,
  type Progress,
  resourceAnswer,
  send,
  takesGzip,
} from '../foundations/index.ts';
import { readBody } from './request-body.ts';

/** A use case: from a checked request (and its body) to the answer. `progress` takes whom it is about. */
export type UseCase = (request: CheckedRequest, body: Buffer, progress: Progress) => Promise<Answer>;

export interface RouteDependencies {
  readonly checks: CheckSettings;
  readonly controls: Controls;
  readonly audit: PracticeAudit;
  /** By interaction id; an interaction without one is 501. */
  readonly useCases: ReadonlyMap<string, UseCase>;
}

export interface Answering {
  /** Answers a request, whatever it is; resolves when its outcome is in the audit. */
  answer(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Resolves once every request under way has been answered. */
  settled(): Promise<void>;
}

export function openAnswering(dependencies: RouteDependencies): Answering {
  const underWay = new Set<Promise<void>>();
  return {
    async answer(request, reply) {
      reply.hijack();
      const answered = answerRequest(request, reply, dependencies);
      underWay.add(answered);
      await answered.finally(() => underWay.delete(answered));
    },
    async settled() {
      await Promise.allSettled(underWay);
    },
  };
}

/** Everything is answered before Fastify looks at the request: the order of the checks is the contract's. */
export function addRoutes(server: FastifyInstance, { answer }: Answering): void {
  server.addHook('onRequest', answer);
  server.all('/*', () => undefined);
}

async function answerRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  dependencies: RouteDependencies,
): Promise<void> {
  const progress: Progress = {};
  const { answer, opened } = await prepare(request, progress, dependencies);
  const gzip = takesGzip(header(incomingOf(request), 'accept-encoding'));
  const format = () => ({ format: progress.format ?? 'json', gzip }) as const;
  const close = async (outcome: 'shared' | 'failed' | 'incomplete', status: number): Promise<void> => {
    if (opened === undefined) return;
    try {
      await dependencies.audit.close(progress.practice!.practice.ods, opened, outcome, status);
    } catch (error) {
      request.log.error({ err: error }, 'the outcome could not be audited');
    }
  };
  try {
    await send(reply.raw, answer, format());
    await close('shared', answer.status);
  } catch (error) {
    request.log.warn({ err: error, trace: progress.trace }, 'the answer could not be completed');
    const begun = reply.raw.headersSent || reply.raw.destroyed;
    await close(begun ? 'incomplete' : 'failed', begun ? answer.status : 500);
    if (begun) reply.raw.destroy();
    else await send(reply.raw, refusalAnswer(asRefusal(error)), format()).catch(() => reply.raw.destroy());
  }
}

interface Prepared {
  readonly answer: Answer;
  /** Index of the audit entry that stands before an answer. */
  readonly opened?: number;
}

/** The answer of the use case once its audit entry is durable, or the refusal, audited too. Never rejects. */
async function prepare(
  request: FastifyRequest,
  progress: Progress,
  { checks, controls, audit, useCases }: RouteDependencies,
): Promise<Prepared> {
  try {
    const checked = await checkRequest(incomingOf(request), controls, checks, progress);
    const useCase = useCases.get(checked.interaction.id);
    if (!useCase) throw refusal('NOT_IMPLEMENTED', 'This interaction is not implemented here');
    const body = checked.interaction.method === 'GET' ? Buffer.alloc(0) : await readBody(request.raw);
    const answer = await useCase(checked, body, progress);
    return { answer, opened: await audit.open(audited(progress, request)) };
  } catch (error) {
    const refused = asRefusal(error);
    if (refused.status >= 500) request.log.error({ err: error }, 'request failed');
    if (!progress.practice) {
      // Nobody's log to write it to: the certificate or the practice was refused.
      request.log.warn({ status: refused.status, ip: request.ip }, 'turned away');
      return { answer: refusalAnswer(refused) };
    }
    try {
      await audit.refused(audited(progress, request), refused.status, refused.code);
    } catch (unaudited) {
      request.log.error({ err: unaudited }, 'a refusal could not be audited');
    }
    return { answer: refusalAnswer(refused) };
  }
}

function refusalAnswer(refused: Refusal): Answer {
  return { ...resourceAnswer(operationOutcome(refused) as never, refused.status), headers: refused.headers };
}

function incomingOf(request: FastifyRequest): IncomingRequest {
  return {
    method: request.method,
    target: request.raw.url ?? '',
    headers: request.headers,
    socket: request.raw.socket as TLSSocket,
  };
}

/** Anything that is not a refusal is ours: its words stay here, the caller gets none of them. */
function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal
    ? error
    : refusal('INTERNAL_SERVER_ERROR', 'The request could not be completed; nothing was returned');
}

function audited(progress: Progress, request: FastifyRequest): AuditedRequest {
  const subject = progress.token?.subject;
  const person = subject?.practitioner;
  return {
    trace: progress.trace ?? null,
    nhsNumber: progress.nhsNumber ?? null,
    practice: progress.practice!.practice.ods,
    organisation: subject ? { ods: subject.odsCode, name: subject.organisationName, type: '' } : null,
    role: null,
    product: progress.interaction?.product ?? null,
    interaction: progress.interaction?.id ?? null,
    areas: progress.areas ?? [],
    purpose: progress.token?.reason ?? null,
    staff: person
      ? {
          userId: person.sdsUserId,
          ...(person.role ? { roleProfileId: person.role } : {}),
          localUserId: person.id,
          name: person.name,
        }
      : {},
    technical: {
      method: request.method,
      from: progress.from ?? null,
      ip: request.ip,
      ...(progress.id ? { resource: progress.id } : {}),
      ...(subject ? { device: { ...subject.device } } : {}),
      ...(progress.token?.warnings.length ? { warnings: progress.token.warnings } : {}),
    },
  };
}
