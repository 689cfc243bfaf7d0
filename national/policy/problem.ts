// Problem bodies of the operator API. spec: national-service §20; RFC 9457
import type { FastifyReply, FastifyRequest } from '@gp-connect/foundation/http';
import { StaleSwitch } from './store.ts';
import { SwitchRefusal } from './switch.ts';

export interface FieldError {
  field: string;
  message: string;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Bad request',
  401: 'Not signed in',
  403: 'Not allowed',
  404: 'Not found',
  409: 'Conflict with the current state',
  412: 'Changed meanwhile',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not acceptable as it is',
  428: 'Precondition needed',
  500: 'Internal error',
};

export class Problem extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly errors: readonly FieldError[];

  constructor(
    status: number,
    detail: string,
    headers: Record<string, string> = {},
    errors: readonly FieldError[] = [],
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.headers = headers;
    this.errors = errors;
  }
}

/** The error handler of the operator API; what is not expected becomes a bare 500. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = asProblem(error);
  if (problem.status >= 500) request.log.error({ err: error }, 'operator request failed');
  reply
    .code(problem.status)
    .headers(problem.headers)
    .header('content-type', 'application/problem+json')
    .send(
      Buffer.from(
        JSON.stringify({
          type: 'about:blank',
          title: titles[problem.status] ?? 'Refused',
          status: problem.status,
          detail: problem.message,
          ...(problem.errors.length ? { errors: problem.errors } : {}),
        }),
      ),
    );
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StaleSwitch) return new Problem(412, 'The switch was changed since you looked');
  if (error instanceof SwitchRefusal) {
    const errors = error.field === null ? [] : [{ field: error.field, message: error.message }];
    return new Problem(error.status, error.message, {}, errors);
  }
  const status = (error as { statusCode?: number }).statusCode;
  if (status !== undefined && status < 500) return new Problem(status, titles[status] ?? 'Refused');
  return new Problem(500, 'The request could not be carried out');
}
