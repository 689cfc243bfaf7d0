// Whom a request is about and what it asks for: for the audit and the policy, never changed, never refused here.
// spec: national-service AUD-04, AUD-10, PUR-06…PUR-08; access-record-structured §3.1
import { gunzipSync } from 'node:zlib';
import {
  fromXml,
  parseJson,
  type ReadParameter,
  readParameters,
  requestFormat,
} from '@gp-connect/foundation/fhir';
import {
  type ClinicalArea,
  clinicalAreaNames,
  clinicalAreas,
  dstu2System,
  type Interaction,
  isNhsNumber,
  system,
} from '@gp-connect/foundation/nhs';

export interface RequestSubject {
  readonly nhsNumber: string | null;
  /** Areas asked of Structured. */
  readonly areas: readonly ClinicalArea[];
  /** Start of the earliest period asked for, `yyyy-mm-dd`; null where some area has no start. */
  readonly dateFrom: string | null;
  /** False where there was a body whose content decides and could not be read. */
  readonly read: boolean;
}

export const noSubject: RequestSubject = { nhsNumber: null, areas: [], dateFrom: null, read: true };

/** Bodies of these are read for their subject; everything else streams by unseen. */
export function hasSubjectInBody(interaction: Interaction): boolean {
  return interaction.path.startsWith('/Patient/$gpc.');
}

/** The patient a search names in its query, where it names one by NHS number. */
export function subjectOfQuery(rest: string): RequestSubject {
  const query = rest.indexOf('?');
  if (query === -1) return noSubject;
  for (const pair of rest.slice(query + 1).split('&')) {
    if (!/^(patient\.)?identifier=/.test(pair)) continue;
    const value = decoded(pair.slice(pair.indexOf('=') + 1));
    const nhsNumber = value.slice(value.indexOf('|') + 1);
    if (nhsSystems.includes(value.slice(0, Math.max(0, value.indexOf('|')))) && isNhsNumber(nhsNumber)) {
      return { ...noSubject, nhsNumber };
    }
  }
  return noSubject;
}

/** What the Parameters of an operation say. An unreadable body counts as asking for everything. */
export function subjectOfBody(
  interaction: Interaction,
  body: Buffer | null,
  headers: { contentType: string | undefined; contentEncoding: string | undefined },
): RequestSubject {
  const parameters = body && readOperation(interaction.fhir, body, headers);
  if (!parameters) {
    const areas = interaction.product === 'ar-structured' ? clinicalAreaNames : [];
    return { nhsNumber: null, areas, dateFrom: null, read: false };
  }
  const asked = interaction.product === 'ar-structured' ? areasAsked(parameters) : new Map();
  const starts = [...asked.values()];
  return {
    nhsNumber: parameters.map(nhsNumberIn).find((number) => number !== null) ?? null,
    areas: [...asked.keys()],
    dateFrom: starts.length === 0 || starts.includes(null) ? null : (starts.toSorted()[0] ?? null),
    read: true,
  };
}

const nhsSystems: readonly string[] = [system.nhsNumber, dstu2System.nhsNumber];
const LARGEST_BODY = 1024 * 1024;
const areaOfParameter = new Map<string, ClinicalArea>(
  clinicalAreaNames.map((area) => [clinicalAreas[area].parameter, area]),
);

function readOperation(
  fhir: 'STU3' | 'DSTU2',
  body: Buffer,
  headers: { contentType: string | undefined; contentEncoding: string | undefined },
): ReadParameter[] | null {
  try {
    const encoding = headers.contentEncoding?.trim().toLowerCase() ?? '';
    const plain = encoding === 'gzip' ? gunzipSync(body, { maxOutputLength: LARGEST_BODY }) : body;
    if (encoding !== '' && encoding !== 'identity' && encoding !== 'gzip') return null;
    const format = requestFormat(headers.contentType, fhir);
    return [...readParameters(format === 'xml' ? fromXml(plain, fhir) : parseJson(plain))];
  } catch {
    return null;
  }
}

function nhsNumberIn({ name, value, resource }: ReadParameter): string | null {
  const identifiers: unknown[] =
    name === 'patientNHSNumber' && value?.key === 'valueIdentifier'
      ? [value.value]
      : ((resource as { identifier?: unknown[] } | undefined)?.identifier ?? []);
  for (const identifier of Array.isArray(identifiers) ? identifiers : []) {
    const { system: of, value: number } = (identifier ?? {}) as { system?: unknown; value?: unknown };
    if (nhsSystems.includes(String(of)) && isNhsNumber(number)) return number;
  }
  return null;
}

/** Each area asked for, with the start of its period; null where it has none. */
function areasAsked(parameters: readonly ReadParameter[]): Map<ClinicalArea, string | null> {
  const asked = new Map<ClinicalArea, string | null>();
  for (const { name, parts } of parameters) {
    const area = areaOfParameter.get(name);
    if (!area) continue;
    const start = parts.map(startOf).find((date) => date !== null) ?? null;
    asked.set(area, asked.has(area) && asked.get(area) === null ? null : start);
  }
  return asked;
}

function startOf({ value }: ReadParameter): string | null {
  const start =
    value?.key === 'valuePeriod' ? (value.value as { start?: unknown } | null)?.start : value?.value;
  const dated = value?.key === 'valuePeriod' || value?.key === 'valueDate';
  return dated && typeof start === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(start) ? start : null;
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return '';
  }
}
