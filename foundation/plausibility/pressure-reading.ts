// A blood pressure as a message gives it: header, parts, kind and figures. spec: messaging §6.4
import {
  decimalNumber,
  type FhirDate,
  findCodings,
  type Observation,
  parseFhirDate,
  type Quantity,
  snomedSystem,
} from '../fhir/index.ts';
import type { Entry } from './content.ts';
import {
  diastolicCodes,
  genericPressureHeader,
  ignoredComponents,
  type PressureKind,
  pressureHeaders,
  pressureRows,
  systolicCodes,
} from './contract-tables.ts';

export interface PressurePart {
  readonly code: string;
  readonly value: number | undefined;
  readonly unitSystem: string | undefined;
  readonly unit: string | undefined;
}

export interface PressureReading {
  readonly ref: string;
  readonly header: string;
  readonly parts: readonly PressurePart[];
  readonly systolic: number | undefined;
  readonly diastolic: number | undefined;
  /** By the header, or under the generic header by the pair; undefined if neither says. */
  readonly kind: PressureKind | undefined;
  readonly isAllowedTriple: boolean;
  readonly effective: FhirDate | undefined;
  readonly effectiveText: string | undefined;
  readonly bodySites: readonly string[];
}

const codeOf = (concept: Observation['code'] | undefined): string =>
  findCodings(concept, snomedSystem)[0]?.code ?? '';

function partOf(code: string, quantity: Quantity | undefined): PressurePart {
  return { code, value: decimalNumber(quantity?.value), unitSystem: quantity?.system, unit: quantity?.code };
}

/** The reading an observation holds; undefined if it is about something else. */
export function pressureReadingOf({ fullUrl, resource }: Entry<Observation>): PressureReading | undefined {
  const header = codeOf(resource.code);
  const parts = (resource.component ?? [])
    .map(({ code, valueQuantity }) => partOf(codeOf(code), valueQuantity))
    .filter(({ code }) => !ignoredComponents.has(code));
  const isPart = (code: string): boolean => systolicCodes.has(code) || diastolicCodes.has(code);
  if (!pressureHeaders.has(header) && !isPart(header) && !parts.some(({ code }) => isPart(code)))
    return undefined;
  const lone = isPart(header) ? [partOf(header, resource.valueQuantity)] : [];
  const all = [...parts, ...lone];
  const systolics = all.filter(({ code }) => systolicCodes.has(code));
  const diastolics = all.filter(({ code }) => diastolicCodes.has(code));
  const systolic = systolics[0];
  const diastolic = diastolics[0];
  const row = pressureRows.find(
    (candidate) =>
      (candidate.header === header || header === genericPressureHeader) &&
      candidate.systolic === systolic?.code &&
      candidate.diastolic === diastolic?.code,
  );
  const time = resource.effectiveDateTime ?? resource.effectivePeriod?.start;
  return {
    ref: fullUrl,
    header,
    parts: all,
    systolic: systolic?.value,
    diastolic: diastolic?.value,
    kind: row?.kind ?? pressureRows.find((candidate) => candidate.header === header)?.kind,
    isAllowedTriple: row !== undefined,
    effective: time === undefined ? undefined : parseFhirDate(time),
    effectiveText: time,
    bodySites: findCodings(resource.bodySite, snomedSystem).flatMap(({ code }) => code ?? []),
  };
}
