// From a Parameters resource to a request: the rules on parameters, each with its id.
// spec: access-record-structured §3.2 (rules), §3.3 (unknown names), §3.4 (combinations), §13 (codes)
import { FhirSyntaxError, type ReadParameter, readParameters } from '@gp-connect/foundation/fhir';
import { type ErrorCode, type Refusal, refusal } from '@gp-connect/foundation/nhs';
import {
  forbiddenWith,
  type ParameterRow,
  type PartRow,
  parameterTable,
  patientParameter,
  predefinedConsultations,
  predefinedDays,
  predefinedSearches,
  type ValueKind,
  valueKeys,
} from './parameters.ts';
import type { ProblemFilter, RequestedAreas, SearchPeriod, StructuredRequest } from './request.ts';
import { readValue } from './values.ts';

export interface RequestOptions {
  /** The provider's local (Europe/London) date, `yyyy-mm-dd`. */
  today: string;
  /** 1.5 compatibility: `filterSignificance` and repeated `includeProblems` are understood. */
  filterSignificance: boolean;
}

/** Every reason for which a body is refused. `STR-nn` is used by the tests. */
export const rules = {
  'STR-01': ['INVALID_RESOURCE', 'the body is a Parameters resource'],
  'STR-02': ['INVALID_RESOURCE', 'a part stands once in its parameter'],
  'STR-03': ['INVALID_PARAMETER', 'a parameter stands once'],
  'STR-04': ['INVALID_PARAMETER', 'a part has a value of its type'],
  'STR-05': ['INVALID_PARAMETER', 'a mandatory parameter or part is there'],
  'STR-06': ['INVALID_PARAMETER', 'a value is in its range'],
  'STR-07': ['INVALID_RESOURCE', 'consultations are limited by period or by number, not by both'],
  'STR-08': ['INVALID_PARAMETER', 'filters that would make partial answers look complete are not combined'],
  'STR-09': ['INVALID_PARAMETER', 'an area parameter has parts, not a value'],
} as const satisfies Record<string, readonly [ErrorCode, string]>;

/** Far above what a request can use: nine areas, repeated problem filters, unknown names. */
const mostParameters = 100;

const broken = (rule: keyof typeof rules, diagnostics: string): Refusal =>
  refusal(rules[rule][0], diagnostics);

/** The parts of one parameter by name, values checked. */
type Parts = ReadonlyMap<string, unknown>;

/** A parameter of the table as it was sent. */
interface Sent {
  row: ParameterRow;
  parts: Parts;
}

/**
 * The request that a parsed Parameters resource makes.
 * @throws Refusal INVALID_RESOURCE, INVALID_PARAMETER (422) or INVALID_NHS_NUMBER (400); the diagnostics name the
 * parameter and part.
 */
export function structuredRequest(parameters: unknown, options: RequestOptions): StructuredRequest {
  const all = readAll(parameters);
  const unrecognised = new Set<string>();
  const nhsNumber = patientNumber(all, options);
  const sent: Sent[] = [];
  for (const parameter of all) {
    if (parameter.name === patientParameter) continue;
    const row = parameterTable.find(({ name }) => name === parameter.name);
    if (row === undefined) unrecognised.add(parameter.name);
    else sent.push({ row, parts: readParts(parameter, row, options, unrecognised) });
  }
  checkRepeats(sent, options);
  checkConsultationFilters(sent);
  checkCombinations(sent, all, options);
  return { nhsNumber, today: options.today, areas: areasOf(sent), unrecognised: [...unrecognised] };
}

function readAll(parameters: unknown): ReadParameter[] {
  try {
    const all = [...readParameters(parameters)];
    if (all.length <= mostParameters) return all;
  } catch (error) {
    if (error instanceof FhirSyntaxError) throw broken('STR-01', `Parameters: ${error.message}`);
    throw error;
  }
  throw broken('STR-01', `Parameters: more than ${mostParameters} parameters`);
}

function patientNumber(all: readonly ReadParameter[], options: RequestOptions): string {
  const found = all.filter(({ name }) => name === patientParameter);
  if (found.length === 0) throw broken('STR-05', `${patientParameter} is missing`);
  if (found.length > 1) throw broken('STR-03', `${patientParameter} is repeated`);
  return checkedValue(found[0]!, 'nhs-number', patientParameter, options) as string;
}

function checkedValue(
  parameter: ReadParameter,
  kind: ValueKind,
  name: string,
  options: RequestOptions,
): unknown {
  const key = valueKeys[kind];
  if (parameter.value === undefined) throw broken('STR-04', `${name} has no value: ${key} is expected`);
  if (parameter.value.key !== key) throw broken('STR-04', `${name} must be sent as ${key}`);
  if (parameter.parts.length > 0 || parameter.resource !== undefined) {
    throw broken('STR-01', `${name} has more than a value`);
  }
  const read = readValue[kind](parameter.value.value, options.today);
  if ('fault' in read) throw broken('STR-06', `${name} ${read.fault}`);
  return read.value;
}

const isKnown = (part: PartRow, options: RequestOptions): boolean =>
  options.filterSignificance || part.until162 !== true;

function readParts(
  parameter: ReadParameter,
  row: ParameterRow,
  options: RequestOptions,
  unrecognised: Set<string>,
): Parts {
  if (parameter.value !== undefined || parameter.resource !== undefined) {
    throw broken('STR-09', `${row.name} takes parts, not a value`);
  }
  const parts = new Map<string, unknown>();
  for (const part of parameter.parts) {
    const name = `${row.name}.${part.name}`;
    const known = row.parts.find((candidate) => candidate.name === part.name && isKnown(candidate, options));
    if (known === undefined) {
      unrecognised.add(name);
      continue;
    }
    if (parts.has(part.name)) throw broken('STR-02', `${name} is repeated`);
    parts.set(part.name, checkedValue(part, known.kind, name, options));
  }
  for (const part of row.parts) {
    if (part.required && !parts.has(part.name)) throw broken('STR-05', `${row.name}.${part.name} is missing`);
  }
  return parts;
}

function checkRepeats(sent: readonly Sent[], options: RequestOptions): void {
  const seen = new Set<string>();
  for (const { row } of sent) {
    const mayRepeat = row.repeatsUntil162 === true && options.filterSignificance;
    if (seen.has(row.name) && !mayRepeat) throw broken('STR-03', `${row.name} is repeated`);
    seen.add(row.name);
  }
}

function checkConsultationFilters(sent: readonly Sent[]): void {
  for (const { row, parts } of sent) {
    if (row.area === 'consultations' && parts.size > 1) {
      throw broken('STR-07', `${row.name}: ${[...parts.keys()].join(' and ')} exclude each other`);
    }
  }
}

/** `includeX` and `includeX.part` of everything sent that the table knows. */
function namesOf(sent: readonly Sent[]): string[] {
  return sent.flatMap(({ row, parts }) => [
    row.name,
    ...[...parts.keys()].map((part) => `${row.name}.${part}`),
  ]);
}

function checkCombinations(
  sent: readonly Sent[],
  all: readonly ReadParameter[],
  options: RequestOptions,
): void {
  const names = namesOf(sent);
  if (isPredefined(sent, all, options)) return;
  for (const [parameter, forbidden] of Object.entries(forbiddenWith)) {
    if (!names.includes(parameter)) continue;
    const found = names.find((name) => forbidden.includes(name));
    if (found !== undefined) throw broken('STR-08', `${found} is not permitted with ${parameter}`);
  }
}

function isPredefined(
  sent: readonly Sent[],
  all: readonly ReadParameter[],
  options: RequestOptions,
): boolean {
  const names = all
    .filter(({ name }) => name !== patientParameter)
    .flatMap(({ name, parts }) => [name, ...parts.map((part) => `${name}.${part.name}`)]);
  const matches = predefinedSearches.some(
    (search) => search.length === names.length && search.every((name) => names.includes(name)),
  );
  if (!matches) return false;
  const part = (area: ParameterRow['area'], name: string) =>
    sent.find(({ row }) => row.area === area)?.parts.get(name);
  const earliest = new Date(Date.parse(options.today) - predefinedDays * 86_400_000)
    .toISOString()
    .slice(0, 10);
  return (
    part('consultations', 'includeNumberOfMostRecent') === predefinedConsultations &&
    part('allergies', 'includeResolvedAllergies') === true &&
    (part('medications', 'medicationSearchFromDate') as string) >= earliest
  );
}

const periodPart = (parts: Parts, name: string): { period?: SearchPeriod } => {
  const period = parts.get(name) as SearchPeriod | undefined;
  return period === undefined ? {} : { period };
};

const flag = (parts: Parts, name: string, absent: boolean): boolean =>
  (parts.get(name) as boolean | undefined) ?? absent;

type AreaReaders = {
  [Area in keyof RequestedAreas]-?: (
    parts: Parts,
    before: RequestedAreas,
  ) => NonNullable<RequestedAreas[Area]>;
};

const areaReaders: AreaReaders = {
  allergies: (parts) => ({ resolved: flag(parts, 'includeResolvedAllergies', false) }),
  medications: (parts) => {
    const from = parts.get('medicationSearchFromDate') as string | undefined;
    return {
      issues: flag(parts, 'includePrescriptionIssues', true),
      ...(from === undefined ? {} : { from }),
    };
  },
  consultations: (parts) => {
    const mostRecent = parts.get('includeNumberOfMostRecent') as number | undefined;
    return {
      ...periodPart(parts, 'consultationSearchPeriod'),
      ...(mostRecent === undefined ? {} : { mostRecent }),
    };
  },
  problems: (parts, before) => ({ filters: [...(before.problems?.filters ?? []), problemFilter(parts)] }),
  immunisations: (parts) => ({
    notGiven: flag(parts, 'includeNotGiven', false),
    status: flag(parts, 'includeStatus', true),
  }),
  uncategorised: (parts) => periodPart(parts, 'uncategorisedDataSearchPeriod'),
  investigations: (parts) => periodPart(parts, 'investigationSearchPeriod'),
  referrals: (parts) => periodPart(parts, 'referralSearchPeriod'),
  diary: (parts) => {
    const until = parts.get('diaryEntriesSearchDate') as string | undefined;
    return until === undefined ? {} : { until };
  },
};

function problemFilter(parts: Parts): ProblemFilter {
  const status = parts.get('filterStatus') as ProblemFilter['status'];
  const significance = parts.get('filterSignificance') as ProblemFilter['significance'];
  return {
    ...(status === undefined ? {} : { status }),
    ...(significance === undefined ? {} : { significance }),
  };
}

function areasOf(sent: readonly Sent[]): RequestedAreas {
  let areas: RequestedAreas = {};
  for (const { row, parts } of sent) {
    areas = { ...areas, [row.area]: areaReaders[row.area](parts, areas) };
  }
  return areas;
}
