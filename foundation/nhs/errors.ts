// The error catalogue: every code a GP Connect server answers with, its status, issue type and display.
// spec: foundations §10.2, access-record-structured §13, national-service §21

interface CatalogueRow {
  readonly status: number;
  readonly issueType: string;
  readonly display: string;
}

const row = (status: number, issueType: string, display: string): CatalogueRow => ({
  status,
  issueType,
  display,
});

export const errorCatalogue = {
  INVALID_IDENTIFIER_SYSTEM: row(400, 'value', 'Invalid identifier system'),
  INVALID_IDENTIFIER_VALUE: row(400, 'value', 'Invalid identifier value'),
  INVALID_NHS_NUMBER: row(400, 'value', 'Invalid NHS number'),
  INVALID_PATIENT_DEMOGRAPHICS: row(400, 'business-rule', 'Invalid patient demographics'),
  BAD_REQUEST: row(400, 'invalid', 'Bad request'),
  CONFLICTING_VALUES: row(400, 'invalid', 'Conflicting values have been specified in different fields'),
  NO_PATIENT_CONSENT: row(403, 'forbidden', 'Patient has not provided consent to share data'),
  NO_ORGANISATIONAL_CONSENT: row(403, 'forbidden', 'Organisation has not provided consent to share data'),
  'ACCESS DENIED': row(403, 'forbidden', 'Access has been denied to process this request'),
  NO_RELATIONSHIP: row(403, 'forbidden', 'No legitimate relationship exists with this patient'),
  PATIENT_NOT_FOUND: row(404, 'not-found', 'Patient not found'),
  PRACTITIONER_NOT_FOUND: row(404, 'not-found', 'Practitioner not found'),
  ORGANISATION_NOT_FOUND: row(404, 'not-found', 'Organisation not found'),
  NO_RECORD_FOUND: row(404, 'not-found', 'No record found'),
  DUPLICATE_REJECTED: row(409, 'duplicate', 'Create would lead to creation of a duplicate resource'),
  FHIR_CONSTRAINT_VIOLATION: row(409, 'conflict', 'FHIR constraint violated'),
  UNSUPPORTED_MEDIA_TYPE: row(415, 'invalid', 'Unsupported media type'),
  INVALID_RESOURCE: row(422, 'invalid', 'Invalid validation of resource'),
  INVALID_PARAMETER: row(422, 'invalid', 'Invalid parameter'),
  REFERENCE_NOT_FOUND: row(422, 'invalid', 'Reference not found'),
  TOO_MANY_REQUESTS: row(429, 'throttled', 'Too many requests'),
  INTERNAL_SERVER_ERROR: row(500, 'processing', 'Unexpected internal server error'),
  NOT_IMPLEMENTED: row(501, 'not-supported', 'Not implemented'),
  BAD_GATEWAY: row(502, 'transient', 'Bad gateway'),
} as const satisfies Record<string, CatalogueRow>;

export type ErrorCode = keyof typeof errorCatalogue;

/** A refusal with its catalogue code: what a server answers, and nothing that must not leave it. */
export class Refusal extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly issueType: string;
  readonly display: string;
  /** Safe for the caller and for a support desk: names the field, never its value. */
  readonly diagnostics: string;
  /** Extra response headers, e.g. `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ErrorCode,
    diagnostics: string,
    overrides: { status?: number; issueType?: string; headers?: Record<string, string> } = {},
  ) {
    super(`${code}: ${diagnostics}`);
    this.name = 'Refusal';
    const entry = errorCatalogue[code];
    this.code = code;
    this.status = overrides.status ?? entry.status;
    this.issueType = overrides.issueType ?? entry.issueType;
    this.display = entry.display;
    this.diagnostics = diagnostics;
    this.headers = overrides.headers ?? {};
  }
}

/** `throw refusal('INVALID_PARAMETER', 'includeAllergies.includeResolvedAllergies is missing')` */
export function refusal(
  code: ErrorCode,
  diagnostics: string,
  overrides?: ConstructorParameters<typeof Refusal>[2],
): Refusal {
  return new Refusal(code, diagnostics, overrides);
}
