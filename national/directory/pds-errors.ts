// What PDS answers when it refuses. spec: foundations §17.6
import { directoryOutcome, type OutcomeBody, system } from '@gp-connect/foundation/nhs';

interface Row {
  readonly status: number;
  readonly issueType: string;
  readonly code: string;
  readonly display: string;
  readonly severity?: 'error' | 'information';
}

const row = (status: number, issueType: string, code: string, display: string): Row => ({
  status,
  issueType,
  code,
  display,
});

const pdsErrors = {
  resourceId: row(400, 'value', 'INVALID_RESOURCE_ID', 'Resource Id is invalid'),
  unsupported: row(400, 'processing', 'UNSUPPORTED_SERVICE', 'Unsupported Service'),
  missing: row(400, 'required', 'MISSING_VALUE', 'Required value is missing'),
  value: row(400, 'value', 'INVALID_VALUE', 'Provided value is invalid'),
  additional: row(400, 'invariant', 'ADDITIONAL_PROPERTIES', 'Additional properties should not be included'),
  searchData: row(400, 'value', 'INVALID_SEARCH_DATA', 'Search data is invalid'),
  unauthorised: row(401, 'forbidden', 'ACCESS_DENIED', 'Access Denied - Unauthorised'),
  patientAction: row(403, 'forbidden', 'ACCESS_DENIED', 'Patient cannot perform this action'),
  update: row(
    403,
    'forbidden',
    'INVALID_METHOD',
    'Cannot update resource with application-restricted access token',
  ),
  create: row(
    403,
    'forbidden',
    'INVALID_METHOD',
    'Cannot create resource with application-restricted access token',
  ),
  severalResults: row(
    403,
    'token',
    'INVALID_VALUE',
    'Cannot retrieve more than one result with application-restricted access token',
  ),
  notFound: { ...row(404, 'not-found', 'RESOURCE_NOT_FOUND', 'Resource not found'), severity: 'information' },
  invalidated: row(
    404,
    'processing',
    'INVALIDATED_RESOURCE',
    'Resource that has been marked as invalid was requested - invalid resources cannot be retrieved',
  ),
  timeout: row(408, 'timeout', 'UNABLE_TO_CALL_SERVICE', 'Unable to call service'),
  rate: row(429, 'value', 'TOO_MANY_REQUESTS', 'Too many requests'),
  internal: row(500, 'exception', 'INTERNAL_SERVER_ERROR', 'Unexpected internal server error'),
} as const satisfies Record<string, Row>;

export type PdsErrorName = keyof typeof pdsErrors;

export class PdsRefusal extends Error {
  readonly status: number;
  readonly body: OutcomeBody;
  readonly headers: Readonly<Record<string, string>>;

  constructor(name: PdsErrorName, diagnostics?: string, headers: Record<string, string> = {}) {
    const { status, severity, ...issue }: Row = pdsErrors[name];
    super(diagnostics ?? issue.display);
    this.name = 'PdsRefusal';
    this.status = status;
    this.headers = headers;
    this.body = pdsOutcome({ ...issue, severity: severity ?? 'error' }, diagnostics);
  }
}

function pdsOutcome(issue: Omit<Row, 'status'>, diagnostics?: string): OutcomeBody {
  return directoryOutcome({
    ...issue,
    system: system.pdsError,
    version: '1',
    ...(diagnostics === undefined ? {} : { diagnostics }),
  });
}

/** Not an error: the 200 body of a search with more matches than may be shown. spec: foundations §17.4 */
export const tooManyMatches: OutcomeBody = pdsOutcome({
  severity: 'information',
  issueType: 'multiple-matches',
  code: 'TOO_MANY_MATCHES',
  display: 'Too Many Matches',
});

/** Diagnostics that name what was wrong, in the published words. */
export const pdsText = {
  headerMissing: (name: string) =>
    `Invalid request with error - ${name} header must be supplied to access this resource`,
  headerValue: (name: string, value: string) => `Invalid value - '${value}' in header '${name}'`,
  fieldValue: (name: string, value: string) => `Invalid value - '${value}' in field '${name}'`,
  birthDateMissing: "Missing value - 'birth_date/birth_date_range_start/birth_date_range_end'",
  tooLittle:
    "Invalid search data provided - 'No searches were performed as the search criteria did not meet the minimum requirements'",
  searchData: (reason: string) => `Invalid search data provided - '${reason}'`,
  additional: (name: string) =>
    `Invalid request with error - Additional properties are not allowed ('${name}' was unexpected)`,
} as const;
