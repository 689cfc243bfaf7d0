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

/** A use case: from a checked request (and its body) to the answer. `progress` takes whom it is about. */
export type UseCase = (request: CheckedRequest, body: Buffer, progress: Progress) => Promise<Answer>;

export interface RouteDependencies {
  readonly checks: CheckSettings;
  readonly controls: Controls;
  readonly audit: PracticeAudit;
  /** By interaction id; an interaction without one is 501. */
  readonly useCases: ReadonlyMap<string, UseCase>;
}

export function addRoutes(server: FastifyInstance, dependencies: RouteDependencies): void {
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  server.all('/*', (request, reply) => answerRequest(request, reply, dependencies));
}

async function answerRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  { checks, controls, audit, useCases }: RouteDependencies,
): Promise<void> {
  reply.hijack();
  const incoming = incomingOf(request);
  const progress: Progress = {};
  const gzip = takesGzip(header(incoming, 'accept-encoding'));
  let answer: Answer;
  let opened: number | undefined;
  try {
    const checked = await checkRequest(incoming, controls, checks, progress);
    const useCase = useCases.get(checked.interaction.id);
    if (!useCase) throw refusal('NOT_IMPLEMENTED', 'This interaction is not implemented here');
    answer = await useCase(checked, bodyOf(request), progress);
    opened = await audit.open(audited(progress, request));
  } catch (error) {
    const refused = asRefusal(error);
    if (refused.status >= 500) request.log.error({ err: error }, 'request failed');
    if (progress.practice) await audit.refused(audited(progress, request), refused.status, refused.code);
    answer = {
      ...resourceAnswer(operationOutcome(refused) as never, refused.status),
      headers: refused.headers,
    };
  }
  const practice = progress.practice?.practice.ods;
  try {
    await send(reply.raw, answer, { format: progress.format ?? 'json', gzip });
    if (opened !== undefined && practice) await audit.close(practice, opened, 'shared', answer.status);
  } catch (error) {
    request.log.warn({ err: error, trace: progress.trace }, 'the answer could not be completed');
    if (opened !== undefined && practice) await audit.close(practice, opened, 'incomplete', answer.status);
  }
}

function incomingOf(request: FastifyRequest): IncomingRequest {
  return {
    method: request.method,
    target: request.raw.url ?? '',
    headers: request.headers,
    socket: request.raw.socket as TLSSocket,
  };
}

function bodyOf(request: FastifyRequest): Buffer {
  return Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
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
      ...(subject ? { device: { ...subject.device } } : {}),
      ...(progress.token?.warnings.length ? { warnings: progress.token.warnings } : {}),
    },
  };
}
