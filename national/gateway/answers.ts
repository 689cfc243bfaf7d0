// Answers the router makes itself: the proxy's errors and the FHIR errors. spec: foundations §6.4, national-service §21
import type { ServerResponse } from 'node:http';
import {
  type ErrorCode,
  type OutcomeBody,
  operationOutcome,
  proxyOutcome,
  type Refusal,
  refusal,
} from '@gp-connect/foundation/nhs';
import { securityHeaders } from './headers.ts';

/** An OperationOutcome without coding or profile, for clients that know no other. */
export interface PlainOutcome {
  readonly resourceType: 'OperationOutcome';
  readonly meta?: never;
  readonly issue: readonly { severity: 'error'; code: string; diagnostics: string }[];
}

export interface Answer {
  readonly status: number;
  /** Row of the table that refused, for the audit. */
  readonly rule: string;
  /** Error code or proxy text without values, for the audit. */
  readonly code: string;
  readonly body: OutcomeBody | PlainOutcome;
  readonly headers: Readonly<Record<string, string>>;
}

/** An error in the proxy's own words: no profile, the status as code. `text` is display and diagnostics. */
export function proxyAnswer(
  rule: string,
  status: number,
  issueType: string,
  text: string,
  headers: Record<string, string> = {},
): Answer {
  const code = text.replace(/_(https:\/\/|\d{6,}).*$/s, '');
  return { status, rule, code, body: proxyOutcome(status, issueType, text), headers };
}

/** A refusal of the error catalogue, in STU3 form or (HTML operation) DSTU2 form. */
export function fhirAnswer(rule: string, refused: Refusal, dialect: 'stu3' | 'dstu2' = 'stu3'): Answer {
  return {
    status: refused.status,
    rule,
    code: refused.code,
    body: operationOutcome(refused, dialect),
    headers: refused.headers,
  };
}

/** `fhirAnswer` for a code of the catalogue. */
export function refuseWith(
  rule: string,
  code: ErrorCode,
  diagnostics: string,
  overrides?: Parameters<typeof refusal>[2],
): Answer {
  return fhirAnswer(rule, refusal(code, diagnostics, overrides));
}

/** Row 37: no detail, no trace. */
export const auditFailed: Answer = refuseWith(
  '37',
  'INTERNAL_SERVER_ERROR',
  'The request could not be processed',
);

/** Request bodies up to this size are read to their end behind a refusal; longer ones end the connection. */
const DRAINED_BYTES = 1024 * 1024;

/** Writes an answer and resolves with its length in bytes once it is handed over (or the client is gone). */
export function writeAnswer(
  response: ServerResponse,
  answer: Answer,
  echoed: Readonly<Record<string, string>> = {},
): Promise<number> {
  if (response.destroyed || response.headersSent) return Promise.resolve(0);
  const body = Buffer.from(JSON.stringify(answer.body));
  const request = response.req;
  const announced = Number(
    request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? Infinity : 0),
  );
  const type = answer.body.meta?.profile[0]?.startsWith('http://fhir.nhs.net/')
    ? 'application/json+fhir;charset=utf-8'
    : 'application/fhir+json;charset=utf-8';
  response.writeHead(answer.status, {
    ...securityHeaders,
    ...echoed,
    ...answer.headers,
    'Content-Type': type,
    'Content-Length': String(body.length),
    ...(!request.complete && announced > DRAINED_BYTES ? { Connection: 'close' } : {}),
  });
  return new Promise((resolve) => {
    response.once('finish', () => resolve(body.length));
    response.once('close', () => resolve(body.length));
    response.end(body);
  });
}
