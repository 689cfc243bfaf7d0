// What SDS answers when it refuses: its own table, and the gateway's in front of it. spec: foundations §16
import { directoryOutcome, type OutcomeBody, system } from '@gp-connect/foundation/nhs';

interface Row {
  readonly status: number;
  readonly issueType: string;
  readonly code: string;
  readonly display: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const internal = { code: 'INTERNAL_SERVER_ERROR', display: 'Unexpected internal server error' };

const sdsErrors = {
  badRequest: { status: 400, issueType: 'required', code: 'BAD_REQUEST', display: 'Bad request' },
  notFound: { status: 404, issueType: 'not-found', code: 'NO_RECORD_FOUND', display: 'No record found' },
  method: {
    status: 405,
    issueType: 'not-supported',
    code: 'NOT_IMPLEMENTED',
    display: 'Not implemented',
    headers: { allow: 'GET' },
  },
  accept: {
    status: 406,
    issueType: 'not-supported',
    code: 'MISSING_OR_INVALID_HEADER',
    display: 'There is a required header missing or invalid',
  },
  internal: { status: 500, issueType: 'exception', ...internal },
  badGateway: { status: 502, issueType: 'exception', ...internal },
  timeout: { status: 504, issueType: 'timeout', ...internal },
} as const satisfies Record<string, Row>;

const gatewayErrors = {
  key: {
    status: 401,
    issueType: 'forbidden',
    code: 'ACCESS_DENIED',
    display: 'Access Denied - Unauthorised',
  },
  rate: { status: 429, issueType: 'throttled', code: 'TOO_MANY_REQUESTS', display: 'Too many requests' },
  unexpected: { status: 500, issueType: 'unknown', code: 'UNKNOWN_ERROR', display: 'Unknown error' },
} as const satisfies Record<string, Row>;

/** Thrown anywhere in the SDS routes; the error handler writes it. */
export class SdsRefusal extends Error {
  readonly row: Row;
  readonly contentType: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly #gateway: boolean;

  constructor(row: Row, diagnostics: string, gateway: boolean, headers: Record<string, string> = {}) {
    super(diagnostics);
    this.name = 'SdsRefusal';
    this.row = row;
    this.headers = { ...row.headers, ...headers };
    this.contentType = gateway ? 'application/json' : 'application/fhir+json';
    this.#gateway = gateway;
  }

  body(correlationId: string): OutcomeBody {
    const { issueType, code, display } = this.row;
    const issue = { issueType, code, display, diagnostics: this.message };
    return this.#gateway
      ? directoryOutcome({ ...issue, system: system.pdsError, version: '1' })
      : directoryOutcome({ ...issue, id: correlationId, system: system.sdsError });
  }
}

const fixed = {
  notFound: 'HTTP endpoint not found',
  method: 'HTTP operation not supported',
  accept: 'Accept type not supported',
  internal: 'The request could not be carried out',
  badGateway: 'Invalid LDAP response received',
  timeout: 'LDAP request timed out',
} as const;

/** A refusal whose text never varies. */
export function sdsRefusal(name: keyof typeof fixed): SdsRefusal {
  return new SdsRefusal(sdsErrors[name], fixed[name], false);
}

export function sdsBadRequest(reason: string): SdsRefusal {
  return new SdsRefusal(sdsErrors.badRequest, `HTTP 400: Bad Request (${reason})`, false);
}

export function sdsGatewayRefusal(
  name: keyof typeof gatewayErrors,
  diagnostics: string,
  headers: Record<string, string> = {},
): SdsRefusal {
  return new SdsRefusal(gatewayErrors[name], diagnostics, true, headers);
}
